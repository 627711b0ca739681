package structured

import (
	"errors"
	"fmt"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/internal/schema"
)

// ErrLength says that the answer ended for its length before the value was whole:
// finish reason length or model_length. errors.Is finds it in an *OutputError.
var ErrLength = errors.New("structured: the answer was cut for its length")

// OutputError says that an answer came, and was paid for, which is no value of the
// type that was asked for.
//
// errors.Is finds ErrLength, azmistral.ErrContentFiltered or azmistral.ErrIncomplete in
// it where that is why, and what ended a repair turn or a stream.
type OutputError struct {
	// Response is the last answer, with the usage of all turns summed. Of a stream
	// that broke it is what had come.
	Response *azmistral.ChatResponse

	// Responses are the answers of all turns, oldest first, each as it came.
	Responses []*azmistral.ChatResponse

	// Text is what should have been the value: the answer's text, or the arguments
	// of the call. It may be private: Error says no more of it than the beginning of
	// the value, or the name, that is wrong.
	Text string

	// Path is the place in the value, as in "items[2].price"; empty is the whole.
	Path string

	// Rule is what does not hold: a keyword of JSON Schema ("required", "type",
	// "enum", …); "syntax" where the text is no JSON; "length", "content_filter" or
	// "incomplete" where it may be half; "tool_calls" where a call came that is not
	// the value, or several; "empty" where nothing came.
	Rule string

	// Message is what must be there and what came, in words that a model can act on.
	Message string

	// Problems are all that were found, the first being that of Path, Rule and
	// Message.
	Problems []Problem

	want  string // what was asked for, in Go's words
	kind  error  // a sentinel, or nil
	cause error  // what broke, or nil
}

// Problem is one thing that is wrong with a value. The fields are those of
// OutputError.
type Problem struct{ Path, Rule, Message string }

// String is the problem in one line, with its place.
func (p Problem) String() string {
	switch {
	case isOfAnswer(p.Rule):
		return p.Message
	case p.Path == "":
		return "the value " + p.Message
	}
	return p.Path + " " + p.Message
}

// isOfAnswer says whether a rule is about the answer, not about a place in the value.
func isOfAnswer(rule string) bool {
	switch rule {
	case "length", "content_filter", "incomplete", "tool_calls", "empty":
		return true
	}
	return false
}

// Bounds of what Error quotes, in bytes.
const (
	maxMessage = 200
	maxShort   = 80
)

// Error says in one line what was asked for, the place, what is wrong, and how the
// answer ended.
func (e *OutputError) Error() string {
	line := "structured: the answer is no " + clip(e.want, maxShort)
	if e.Message != "" {
		line += ": " + clip(Problem{e.Path, e.Rule, e.Message}.String(), maxMessage) + " (" + clip(e.Rule, maxShort) + ")"
	}
	if n := len(e.Problems); n > 1 {
		line += fmt.Sprintf(", and %d more", n-1)
	}
	switch {
	case e.cause == nil:
	case len(e.Problems) > 0:
		line += "; the turn that should repair it failed: " + e.cause.Error()
	default:
		line += ": " + e.cause.Error()
	}
	if notes := e.notes(); notes != "" {
		line += " [" + notes + "]"
	}
	return line
}

func (e *OutputError) notes() string {
	var notes []string
	if n := len(e.Responses); n > 1 {
		notes = append(notes, fmt.Sprintf("%d answers", n))
	}
	if r := e.Response; r != nil {
		if reason := r.FinishReason(); reason != "" {
			notes = append(notes, "finish reason "+clip(string(reason), maxShort))
		}
		if r.Info.RequestID != "" {
			notes = append(notes, "request "+clip(r.Info.RequestID, maxShort))
		}
	}
	return strings.Join(notes, ", ")
}

// Unwrap gives the sentinel and the cause.
func (e *OutputError) Unwrap() []error {
	var errs []error
	if e.kind != nil {
		errs = append(errs, e.kind)
	}
	if e.cause != nil {
		errs = append(errs, e.cause)
	}
	return errs
}

// fail fills in what is wrong.
func (e *OutputError) fail(problems ...schema.Problem) *OutputError {
	e.Problems = make([]Problem, len(problems))
	for i, p := range problems {
		e.Problems[i] = Problem{Path: p.Path, Rule: p.Rule, Message: p.Message}
	}
	e.Path, e.Rule, e.Message = e.Problems[0].Path, e.Problems[0].Rule, e.Problems[0].Message
	return e
}

// requestError is what a check of ours says before anything is sent.
type requestError struct{ text string }

func (e *requestError) Error() string { return "structured: " + e.text }
func (e *requestError) Unwrap() error { return azmistral.ErrInvalidRequest }

func invalid(format string, args ...any) error {
	return &requestError{fmt.Sprintf(format, args...)}
}

// clip folds a text into one line of at most limit bytes.
func clip(text string, limit int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
