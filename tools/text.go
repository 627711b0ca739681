package tools

import (
	"strings"
	"unicode"
)

// oneLine folds blanks, line breaks and control characters into single blanks and
// cuts the text at limit bytes, between characters. It looks at no more than it
// needs of a long text.
func oneLine(text string, limit int) string {
	var b strings.Builder
	blank := false
	for _, c := range text { // bytes that are no UTF-8 become U+FFFD
		if unicode.IsSpace(c) || unicode.IsControl(c) {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		before := b.Len()
		if b.WriteRune(c); b.Len() > limit {
			return strings.TrimRight(b.String()[:min(before, limit)], " ") + "…"
		}
	}
	return b.String()
}
