package media

import (
	"fmt"

	"github.com/azmistral/azmistral"
)

// The rules. errors.Is tells which was broken. Each is an
// azmistral.ErrInvalidRequest too.
var (
	// ErrEmpty says that there are no bytes, or no URL.
	ErrEmpty error = &sentinel{"no data"}

	// ErrMediaType says that the service does not take this type, that the type cannot
	// be told, or that the bytes contradict the type that was given.
	ErrMediaType error = &sentinel{"wrong media type"}

	// ErrTooLarge says that there are more bytes, or more pixels, than the service
	// takes.
	ErrTooLarge error = &sentinel{"too large"}

	// ErrAnimated says that an image has more than one frame.
	ErrAnimated error = &sentinel{"more than one frame"}

	// ErrURL says that a URL is none, or one that the service cannot or should not
	// fetch.
	ErrURL error = &sentinel{"bad URL"}

	// ErrTooMany says that a request has more images than the service takes.
	ErrTooMany error = &sentinel{"too many images"}
)

type sentinel struct{ text string }

func (s *sentinel) Error() string { return "media: " + s.text }
func (s *sentinel) Unwrap() error { return azmistral.ErrInvalidRequest }

// Error says why no part was made. It holds neither content nor a URL.
type Error struct {
	Source  string // what was given: `image`, `image "cat.png"`, `document URL`, `request`
	Rule    error  // the sentinel of the broken rule; nil where reading failed
	Message string // what came, and what to do
	Err     error  // what the reader, the fs.FS or a decoder said; nil in most errors
}

// Error is one line.
func (e *Error) Error() string {
	text := "media: " + e.Source + ": " + e.Message
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the rule, and what was said below.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Rule, e.Err} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// broken is an error that cannot be turned off.
func broken(source string, rule error, format string, arguments ...any) *Error {
	return &Error{Source: source, Rule: rule, Message: fmt.Sprintf(format, arguments...)}
}

// advice is an error that Unchecked turns off.
func advice(source string, rule error, format string, arguments ...any) *Error {
	e := broken(source, rule, format, arguments...)
	e.Message += " (Unchecked sends it all the same)"
	return e
}
