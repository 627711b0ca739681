package partial

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Rules that an [Error] names.
const (
	RuleSyntax = "syntax" // the text is no JSON
	RuleType   = "type"   // a value does not go into its Go type
)

// Error says what is wrong with a text, and where.
type Error struct {
	Path   string // place in the value, as in "items[2].price"; "" is the whole value
	Offset int64  // bytes of the text before the place where it was seen
	Rule   string // RuleSyntax or RuleType
	Err    error  // what is wrong
}

// Error is what is wrong in one line, with the path and the offset.
func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("byte %d: %v", e.Offset, e.Err)
	}
	return fmt.Sprintf("%s (byte %d): %v", e.Path, e.Offset, e.Err)
}

// Unwrap gives what is wrong: io.ErrUnexpectedEOF, or the error of a type's own
// method, is found by errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// syntaxError is that the text is no JSON.
type syntaxError struct {
	message string
	cause   error
}

func (e syntaxError) Error() string { return e.message }
func (e syntaxError) Unwrap() error { return e.cause }

func expected(what string) error { return syntaxError{"no JSON: expected " + what, nil} }

// misfit is that a kind of JSON value does not go into a Go type.
func misfit(what string, t reflect.Type) error {
	return fmt.Errorf("%s does not go into a Go %v", what, t)
}

// path is the place of the value that is being read.
func (d *Decoder) path() string {
	var b strings.Builder
	for i := range d.frames {
		f := &d.frames[i]
		switch f.kind {
		case structFrame:
			if f.field != nil {
				writeName(&b, f.field.name)
			}
		case mapFrame, objectFrame:
			if f.named {
				writeName(&b, f.name)
			}
		case sliceFrame, arrayFrame, listFrame:
			b.WriteString("[" + strconv.Itoa(f.n) + "]")
		}
	}
	return b.String()
}

// writeName adds a member's name, in quotes where it would not be read as one.
func writeName(b *strings.Builder, name string) {
	const shown = 64 // bytes; a longer one is a text, no name
	if len(name) > shown {
		name = strings.ToValidUTF8(name[:shown], "") + "…"
	}
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`.[]"\`, r) || r == 0x7f }) {
		b.WriteString("[" + strconv.Quote(name) + "]")
		return
	}
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	b.WriteString(name)
}
