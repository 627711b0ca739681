package prefix

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// rest is what an answer adds to a prefix. It is the whole answer where that does
// not repeat the prefix. told is false while more of the answer could change that:
// never where whole says that no more comes. Once it is told, more of the answer
// only makes the rest longer.
func rest(prefix, answer string, whole bool) (added string, told bool) {
	if prefix == "" {
		return answer, true
	}
	if added, ok := strings.CutPrefix(answer, prefix); ok {
		return added, true
	}
	trimmed := strings.TrimLeftFunc(prefix, unicode.IsSpace)
	if added, ok := strings.CutPrefix(answer, trimmed); ok && trimmed != "" {
		return added, true
	}
	if !whole && (strings.HasPrefix(prefix, answer) || strings.HasPrefix(trimmed, answer)) {
		return "", false
	}
	if trimmed == "" {
		return answer, true
	}
	core := strings.TrimRightFunc(trimmed, unicode.IsSpace)
	added, ok := strings.CutPrefix(answer, core)
	if !ok {
		return answer, true
	}
	blanks := trimmed[len(core):]
	if !whole && (!utf8.FullRuneInString(added) || mayOverlap(blanks, added)) {
		return "", false
	}
	if wordGoesOn(core, added) {
		return answer, true
	}
	return withoutOverlap(blanks, added), true
}

// wordGoesOn says whether the end of one text and the beginning of the next are one
// word.
func wordGoesOn(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return after != "" && isOfWord(last) && isOfWord(first)
}

func isOfWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}

// mayOverlap says whether text may become the beginning of one that has more in
// common with the end of the blanks before it.
func mayOverlap(blanks, text string) bool {
	for at := range blanks {
		if end := blanks[at:]; len(text) < len(end) && strings.HasPrefix(end, text) {
			return true
		}
	}
	return false
}

// withoutOverlap is text without what it has in common with the end of the blanks
// before it.
func withoutOverlap(blanks, text string) string {
	for at := range blanks {
		if after, ok := strings.CutPrefix(text, blanks[at:]); ok {
			return after
		}
	}
	return text
}

// grow is held and the next piece of the answer. While they repeat the prefix they are
// a part of its memory: a prefix that comes in small pieces is not copied for each.
func grow(prefix, held, piece string) string {
	if end := len(held) + len(piece); end <= len(prefix) && prefix[:len(held)] == held && prefix[len(held):end] == piece {
		return prefix[:end]
	}
	return held + piece
}
