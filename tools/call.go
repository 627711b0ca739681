package tools

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/azmistral/azmistral"
)

// PanicError is CallResult.Err of a call whose handler panicked. The model is told
// that the tool failed, and the value. (What Go cannot recover from, such as
// concurrent writes to a map, ends the program still.)
type PanicError struct {
	Value any
	Stack []byte // of the handler, as runtime/debug.Stack gives it
}

// Error gives the value in one line, without the stack.
func (e *PanicError) Error() string {
	return "panic: " + oneLine(valueText(e.Value), maxErrorBytes)
}

// Unwrap gives the value where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// valueText prints a value whose own methods may panic once more.
func valueText(value any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T that cannot be printed", value)
		}
	}()
	return fmt.Sprint(value)
}

var errGoexit = errors.New("the handler ended its goroutine (runtime.Goexit)")

type callKey struct{}

// CallFromContext gives the call that a handler works on, from the handler's context
// or one made from it. Its ID tells apart two calls of one conversation, for instance
// to do a thing once only.
func CallFromContext(ctx context.Context) (azmistral.ToolCall, bool) {
	call, ok := ctx.Value(callKey{}).(azmistral.ToolCall)
	return call, ok
}

// callDone is what a handler did.
type callDone struct {
	call     int // its place in the answer
	answer   callAnswer
	abort    error // what Abort was given; nil: the run goes on
	duration time.Duration
}

// perform calls a handler and gives what it did to report, once, whatever it does.
func perform(ctx context.Context, tool Tool, call azmistral.ToolCall, timeout time.Duration, report func(callDone)) {
	ctx = context.WithValue(ctx, callKey{}, call)
	callCtx, cancel := ctx, context.CancelFunc(func() {})
	if timeout > 0 {
		callCtx, cancel = context.WithTimeout(ctx, timeout)
	}
	defer cancel()
	began := time.Now()
	done := callDone{answer: callAnswer{failed(errGoexit.Error()), errGoexit}} // holds if nothing below can
	defer func() {
		done.duration = time.Since(began)
		report(done)
	}()
	defer func() {
		if value := recover(); value != nil {
			err := &PanicError{value, debug.Stack()}
			done.answer, done.abort = callAnswer{failed(err.Error()), err}, nil
		}
	}()

	text, err := tool.Call(callCtx, call.Arguments)
	if err == nil {
		done.answer = callAnswer{text, nil}
		return
	}
	// Within the guard, since methods of err may panic.
	done.abort = abortCause(err)
	switch {
	case ctx.Err() != nil:
		err = &failure{"cut off as the run ended, maybe half done: " + err.Error(), []error{err}}
	case callCtx.Err() != nil:
		err = timedOut(timeout, err)
	}
	done.answer = callAnswer{failed(err.Error()), err}
}

// timedOut is the error of a handler that failed after its time was over.
func timedOut(timeout time.Duration, err error) error {
	line := fmt.Sprintf("not done within %v", timeout)
	if !errors.Is(err, context.DeadlineExceeded) {
		line += ": " + err.Error()
	}
	return &failure{line, []error{context.DeadlineExceeded, err}}
}

// failed is what the model is told of a call whose handler failed.
func failed(why string) string { return "error: " + oneLine(why, maxErrorBytes) }
