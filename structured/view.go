package structured

import (
	"strings"
	"unicode"

	"github.com/azmistral/azmistral/internal/partial"
)

// view reads a value that is under way.
type view[T any] struct {
	value   T
	wrapped bool
	decoder *partial.Decoder // into value
	opening string           // what stands before the value, as long as it may go on
	begun   bool             // the value began
	lost    bool             // something else came: only the end can tell what it is
	foreign bool             // what comes are arguments of a call of something else
}

func newView[T any](wrapped bool) *view[T] {
	v := &view[T]{wrapped: wrapped}
	v.decoder = partial.New(&v.value)
	return v
}

// maxOpening bounds what is kept of what stands before a value, in bytes.
const maxOpening = 256

// write reads one more piece and says whether the value changed.
func (v *view[T]) write(piece string) bool {
	if v.lost {
		return false
	}
	if !v.begun {
		v.opening = trimLeft(v.opening + piece)
		if piece, v.begun = v.begin(v.opening); !v.begun {
			v.lost = v.lost || len(v.opening) > maxOpening
			return false
		}
		v.opening = ""
	}
	_ = v.decoder.Write(piece) // the end tells what is wrong; that of a fence, or of the object around, may be all
	return v.decoder.Changed()
}

// begin drops what bare drops before a value, and the beginning of the object in which
// it travels, as unwrap takes it; it gives what is behind, once that is seen.
func (v *view[T]) begin(text string) (rest string, begun bool) {
	rest = trimLeft(strings.TrimPrefix(text, byteOrderMark))
	if inside, fenced := strings.CutPrefix(rest, fence); fenced {
		rest = trimLeft(strings.TrimLeftFunc(inside, isLanguage))
	} else if strings.HasPrefix(fence, rest) { // "" too
		return "", false
	}
	if !v.wrapped {
		v.lost = rest != "" && rest[0] != '{'
		return rest, rest != "" && !v.lost
	}
	for _, token := range []string{"{", `"` + wrapperMember + `"`, ":"} {
		rest = trimLeft(rest)
		behind, found := strings.CutPrefix(rest, token)
		if !found {
			v.lost = !strings.HasPrefix(token, rest)
			return "", false
		}
		rest = behind
	}
	return rest, true
}

func trimLeft(text string) string { return strings.TrimLeftFunc(text, unicode.IsSpace) }
