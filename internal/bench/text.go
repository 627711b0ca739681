package main

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// piece is a text as it stands in JSON, between the quotes, and what it means.
type piece struct{ wire, text string }

// writer makes the same pieces for the same seed, in every process.
type writer struct{ random *rand.Rand }

func newWriter() *writer { return &writer{rand.New(rand.NewPCG(11, 23))} }

// odd pieces are what one content in six holds: escapes, or more than ASCII.
var odd = []piece{
	{`\n`, "\n"}, {`\n\n`, "\n\n"}, {` \"`, ` "`}, {`.\"`, `."`}, {`\\`, `\`}, {`:\n\t`, ":\n\t"},
	{" été", " été"}, {" naïve", " naïve"}, {"—", "—"}, {" 日本", " 日本"}, {" 🙂", " 🙂"}, {` caf\u00e9`, " café"},
}

var words = strings.Fields(`the a of and to in is that for it with as on be this are by from at which or an
	not have was can but more one their has you will all if model answer token region because through between
	consider following however important different information number example language temperature
	capital France Paris deployment service request response, first, second. finally. therefore, results`)

// piece is one content of a stream: the nth. One in twenty is several words long.
func (w *writer) piece(n int) piece {
	if n%6 == 5 {
		return odd[w.random.IntN(len(odd))]
	}
	count := 1
	if n%20 == 7 {
		count = 2 + w.random.IntN(9)
	}
	var b strings.Builder
	for range count {
		b.WriteByte(' ')
		b.WriteString(words[w.random.IntN(len(words))])
	}
	return piece{b.String(), b.String()}
}

// prose is about size bytes of text. With escapes it has lines, as an answer has; one
// without is what a paragraph is.
func (w *writer) prose(size int, escapes bool) piece {
	var wire, text strings.Builder
	for n := 0; text.Len() < size; n++ {
		p := piece{" " + words[w.random.IntN(len(words))], ""}
		p.text = p.wire
		if escapes && n%12 == 11 {
			p = odd[w.random.IntN(len(odd))]
		}
		wire.WriteString(p.wire)
		text.WriteString(p.text)
	}
	return piece{wire.String(), text.String()}
}

// padding is what services add so that the length of a chunk tells nothing.
func (w *writer) padding(most int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	return letters[:1+w.random.IntN(min(most, len(letters)))]
}

// noise is padding of random letters.
func (w *writer) noise(least, most int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	b := make([]byte, least+w.random.IntN(most-least+1))
	for i := range b {
		b[i] = letters[w.random.IntN(len(letters))]
	}
	return string(b)
}

// sum tells texts apart. That of "" is 0.
func sum(text string) uint64 {
	if text == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
