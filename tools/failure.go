package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/azmistral/azmistral"
)

var (
	// ErrMaxRounds says that the model still called tools in the last round that
	// RunOptions.MaxRounds allows. These calls were not run; Result.Messages says so to
	// the model, and can be sent again.
	ErrMaxRounds = errors.New("tools: too many rounds")

	// ErrCutCalls says that an answer with calls was cut, by MaxTokens, the model's
	// context or the content filter. None of its calls was run, since the last may be
	// half. The answer is in Result.Response and not in Result.Messages, which can be
	// sent again with a higher MaxTokens.
	ErrCutCalls = errors.New("tools: an answer with calls was cut")

	// ErrTextCalls says that an answer holds calls as text, "[TOOL_CALLS]…": the
	// service did not turn them into calls, and RunOptions.TextCalls is not set or they
	// cannot be read. The answer is in Result.Response and not in Result.Messages.
	ErrTextCalls = errors.New("tools: calls were written as text")

	// ErrUnknownTool is CallResult.Err of a call that no tool has the name of. The
	// model is told which names there are.
	ErrUnknownTool = errors.New("tools: unknown tool")
)

// Abort makes an error with which a handler, or RunOptions.OnCall, ends the run: Run
// returns an error that wraps err, handlers that still run are cancelled and waited
// for. It may be wrapped itself. nil stands for an error without a reason.
func Abort(err error) error {
	if err == nil {
		err = errors.New("aborted")
	}
	return &abortError{err}
}

type abortError struct{ err error }

func (e *abortError) Error() string { return e.err.Error() }
func (e *abortError) Unwrap() error { return e.err }

// abortCause gives what Abort was given; nil if err is no error of it.
func abortCause(err error) error {
	if e, ok := errors.AsType[*abortError](err); ok {
		return e.err
	}
	return nil
}

// failure is an error with a line of its own.
type failure struct {
	line  string
	wraps []error
}

func (f *failure) Error() string   { return f.line }
func (f *failure) Unwrap() []error { return f.wraps }

// maxLineBytes bounds the line of a run's error. The client's own are shorter.
const maxLineBytes = 4000

// fail is the error of a run that had begun: what says what happened, to errs.
func (r *run) fail(ctx context.Context, what string, errs ...error) error {
	line := fmt.Sprintf("tools: round %d: %s", max(r.result.Rounds, 1), what)
	if ctx.Err() != nil {
		for _, err := range []error{ctx.Err(), context.Cause(ctx)} {
			if text := err.Error(); !strings.Contains(line, text) {
				line += ": " + text
			}
			errs = append(errs, err)
		}
	}
	return &failure{oneLine(line, maxLineBytes), errs}
}

// invalid is the error of a run that cannot begin.
func invalid(format string, args ...any) error {
	return &failure{oneLine("tools: invalid request: "+fmt.Sprintf(format, args...), maxLineBytes), []error{azmistral.ErrInvalidRequest}}
}
