package azmistraltest

import (
	"iter"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pieceRunes is the most runes of one piece of text. English then comes out at
// about four and a half bytes a token, as Mistral's tokenizers do.
const pieceRunes = 6

// pieces cuts text into what a stream sends one by one and usage counts as one
// token each. Joined they are the text.
func pieces(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, runes := 0, 0
		for i, r := range text {
			blank := r == ' ' || r == '\n' || r == '\t'
			if i > start && (blank && !onlyBlanks(text[start:i]) || runes >= pieceRunes || wide(r)) {
				if !yield(text[start:i]) {
					return
				}
				start, runes = i, 0
			}
			runes++
		}
		if start < len(text) {
			yield(text[start:])
		}
	}
}

func onlyBlanks(s string) bool { return strings.TrimLeft(s, " \n\t") == "" }

// wide runes are a token each, about.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// countTokens estimates the tokens of a text: its pieces.
func countTokens(text string) int {
	n := 0
	for range pieces(text) {
		n++
	}
	return n
}

// firstTokens gives the first n pieces of a text, joined.
func firstTokens(text string, n int) string {
	length := 0
	for piece := range pieces(text) {
		if n == 0 {
			break
		}
		length += len(piece)
		n--
	}
	return text[:length]
}

// What a request costs besides its text, after Mistral's templates.
const (
	tokensStart    = 1
	tokensMessage  = 3
	tokensCall     = 4
	tokensPart     = 256 // a document, an image whose size is not known
	tokensTool     = 60
	cachedBlock    = 64 // tokens are cached in blocks of this many
	usageCallExtra = 8  // of an answered call, around name and arguments
)

// promptTokens estimates the tokens of a request, and how many of them a cache
// would hold: those before the last message, where the request names a cache key.
func promptTokens(r *Request) (prompt, cached int) {
	prompt = tokensStart
	if r.ToolChoice != "none" { // recorded: with "none" the tools are not counted
		for _, tool := range r.Tools {
			prompt += tokensTool + countTokens(tool.Name) + countTokens(tool.Description) + countTokens(tool.Parameters)
		}
	}
	last := 0
	for _, m := range r.Messages {
		last = tokensMessage + countTokens(m.Text) + countTokens(m.Thinking)
		for _, f := range m.Files {
			last += f.tokens()
		}
		for _, call := range m.ToolCalls {
			last += tokensCall + countTokens(call.Name) + countTokens(call.Arguments)
		}
		prompt += last
	}
	if r.body.get("prompt_cache_key").str() != "" {
		cached = (prompt - last) / cachedBlock * cachedBlock
	}
	return prompt, cached
}

// Images are scaled down to imageSide and cut into squares of imagePatch pixels, as
// the models of 2025 and later have it: one token each, and one for each row's end.
const (
	imageSide  = 1540
	imagePatch = 28
)

func (f File) tokens() int {
	if f.Width == 0 || f.Height == 0 {
		return tokensPart
	}
	scale := max(1, float64(f.Width)/imageSide, float64(f.Height)/imageSide)
	columns := math.Ceil(float64(f.Width) / scale / imagePatch)
	rows := math.Ceil(float64(f.Height) / scale / imagePatch)
	return int(rows * (columns + 1))
}

// clip cuts text to at most n runes and says so with an ellipsis.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return strings.TrimRight(string(runes[:n]), " ") + "…"
}
