package prefix

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestRest(t *testing.T) {
	for _, tt := range []struct{ prefix, answer, whole string }{
		{"", "Paris.", "Paris."},
		{"The capital is", "", "The capital is"},

		// Repeated, and not.
		{"The capital is", "The capital is Paris.", "The capital is Paris."},
		{"The capital is", " Paris.", "The capital is Paris."},
		{"The capital is ", "The capital is Paris.", "The capital is Paris."},
		{"The capital is ", "Paris.", "The capital is Paris."},
		{"The capital is ", "The capital is", "The capital is "},
		{"Hello", "Hello", "Hello"},
		{"Hell", "Hello", "Hello"}, // of the prefix itself the last word may go on
		{"Hello", "hello", "Hellohello"},

		// Cut before it is told: nothing is lost.
		{"The capital is", "The cap", "The capital isThe cap"},

		// The blanks at the end were left out, or moved.
		{"A: ", "A:\nno", "A: \nno"},
		{"A:\n", "A: no", "A:\n no"},
		{"A:  ", "A: no", "A:  no"},
		{"A: \n", "A:\nno", "A: \nno"},
		{"A: \n", "A:  no", "A: \n  no"},
		{"A:\n\n", "A:\n\n\nno", "A:\n\n\nno"},
		{"A: ", "A:42", "A: 42"},
		{"A:\u3000\u3000", "A:\u3000x", "A:\u3000\u3000x"},
		{"Yes ", "Yes, it is", "Yes , it is"},
		{"Yes ", "Yes", "Yes "},

		// And those at the beginning.
		{"\nHello", "Hello you", "\nHello you"},
		{"\nHell", "Hello you", "\nHello you"},
		{" \n a ", "a b", " \n a b"},
		{"\n", "\nHello", "\nHello"},
		{"\n", "Hello", "\nHello"},
		{" ", "", " "},

		// A word goes on, so it is no repeat.
		{"I ", "In fact", "I In fact"},
		{"I ", "I\u0301n", "I I\u0301n"},
		{"1 ", "15", "1 15"},
		{"a_ ", "a_b", "a_ a_b"},
		{"naï ", "naïve", "naï naïve"},
		{"I ", "I-beam", "I -beam"}, // which may be one

		// What an answer alone does not tell.
		{"ha", "ha ha", "ha ha"},
	} {
		added, told := rest(tt.prefix, tt.answer, true)
		assert.True(t, told)
		assert.Equal(t, tt.whole, tt.prefix+added, "%q, %q", tt.prefix, tt.answer)
	}
}

// A stream cut anywhere tells the same as the whole answer, tells it once, and as
// soon as nothing that may come could change it.
func FuzzRest(f *testing.F) {
	f.Add("The capital is ", "The capital is Paris.", uint(3))
	f.Add("A:\u3000\u3000", "A:\u3000x", uint(1))
	f.Add("I ", "In fact", uint(1))
	f.Add("\n ha ", "ha  ha", uint(2))
	f.Add("\n ha ", "ha  ha", uint(0))
	f.Add(" \t ", " \t\n", uint(1))
	f.Add(" \t ", " \t x", uint(0))
	f.Add("A: \n\t", "A:\n\tx", uint(0))
	f.Add("I ", "Iéa", uint(0))
	f.Fuzz(func(t *testing.T, prefix, answer string, size uint) {
		step := int(size%7) + 1
		want, _ := rest(prefix, answer, true)
		assert.True(t, strings.HasSuffix(answer, want))

		var held, got string
		told := false
		for at := 0; at < len(answer); at += step {
			piece := answer[at:min(at+step, len(answer))]
			if told {
				got += piece
				continue
			}
			held = grow(prefix, held, piece)
			assert.Equal(t, answer[:at+len(piece)], held)
			if got, told = rest(prefix, held, false); !told {
				assert.Empty(t, got)
				assert.True(t, mayChange(prefix, held), "%q is held back after %q for nothing", held, prefix)
			}
		}
		if !told {
			got, _ = rest(prefix, held, true)
		}
		assert.Equal(t, want, got)
	})
}

// mayChange looks for two ways in which an answer could go on that would be told
// apart, among those that matter: with what is left of the prefix, and with other
// things. Half a character may become anything.
func mayChange(prefix, answer string) bool {
	for end := range min(len(answer), utf8.UTFMax) {
		if last := answer[len(answer)-1-end:]; utf8.RuneStart(last[0]) && !utf8.FullRuneInString(last) {
			return true
		}
	}
	ends := []string{"x", ".", " x", "\nx", "\u3000x"}
	for from := range len(prefix) + 1 {
		ends = append(ends, prefix[from:]+"x", prefix[from:]+".")
	}
	repeats := map[string]bool{}
	for _, end := range ends {
		added, _ := rest(prefix, answer+end, true)
		repeats[strings.TrimSuffix(answer+end, added)] = true
	}
	return len(repeats) > 1
}
