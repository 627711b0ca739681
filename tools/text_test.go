package tools

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		" \n a\n\n b\x00c ": "a b c",
		"a\u2028b\u0085c":   "a b c",
		"a\xffb":            "a\uFFFDb",
		"123456789 ":        "123456789",
		"1234567890":        "123456789…",
		"12345678 0":        "12345678…",
		"12345678é":         "12345678…",
	} {
		require.Equal(t, want, oneLine(text, 9), "%q", text)
	}
}

// FuzzOneLine compares with the obvious way.
func FuzzOneLine(f *testing.F) {
	f.Add(" a\n\n b\tc\x00d ", 5)
	f.Add("ééé", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > 1<<20 {
			return
		}
		got := oneLine(text, limit)
		require.True(t, utf8.ValidString(got))
		var clean strings.Builder
		for _, c := range text {
			clean.WriteRune(c)
		}
		whole := strings.Join(strings.FieldsFunc(clean.String(), func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
		if len(whole) <= limit {
			require.Equal(t, whole, got)
			return
		}
		head, cut := strings.CutSuffix(got, "…")
		require.True(t, cut)
		require.True(t, strings.HasPrefix(whole, head))
		require.LessOrEqual(t, len(head), limit)
		require.Greater(t, len(head), limit-6, "a character and a blank at most may be missing")
	})
}
