package structured

import (
	"strings"
	"unicode"

	"github.com/azmistral/azmistral/internal/partial"
)

// view reads a value that is under way.
type view[T any] struct {
	bare   T
	inside struct {
		Value T `json:"value"`
	} // where it travels wrapped
	wrapped bool
	decoder *partial.Decoder
	opening string // what stands before the value, as long as it may go on
	begun   bool
	foreign bool // what comes are arguments of a call of something else
}

func newView[T any](wrapped bool) *view[T] {
	v := &view[T]{wrapped: wrapped}
	if wrapped {
		v.decoder = partial.New(&v.inside)
	} else {
		v.decoder = partial.New(&v.bare)
	}
	return v
}

func (v *view[T]) value() T {
	if v.wrapped {
		return v.inside.Value
	}
	return v.bare
}

// write reads one more piece and says whether the value changed.
func (v *view[T]) write(piece string) bool {
	if !v.begun {
		if piece, v.begun = v.begin(piece); !v.begun {
			return false
		}
	}
	_ = v.decoder.Write(piece) // the end tells what is wrong; a fence's end may be all
	return v.decoder.Changed()
}

// maxOpening bounds what is kept of what stands before a value, in bytes.
const maxOpening = 256

// begin drops what bare drops before a value, and gives what is behind it, once that
// is seen.
func (v *view[T]) begin(piece string) (rest string, begun bool) {
	v.opening += piece
	rest = trimLeft(strings.TrimPrefix(trimLeft(v.opening), byteOrderMark))
	if inside, fenced := strings.CutPrefix(rest, fence); fenced {
		rest = trimLeft(strings.TrimLeftFunc(inside, isLanguage))
	} else if strings.HasPrefix(fence, rest) { // "" too
		rest = ""
	}
	if rest == "" && len(v.opening) < maxOpening {
		return "", false
	}
	v.opening = ""
	return rest, true
}

func trimLeft(text string) string { return strings.TrimLeftFunc(text, unicode.IsSpace) }
