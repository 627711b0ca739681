package tools

import (
	"context"
	"time"

	"github.com/azmistral/azmistral"
)

// What RunOptions' zero values mean, and what bounds a text that goes to the model.
const (
	defaultMaxRounds   = 10
	defaultMaxParallel = 8
	maxErrorBytes      = 2000 // of an error's text in a result
	maxArgumentsBytes  = 500  // of broken arguments, shown to the model again
	maxNameBytes       = 100  // of an unknown name, so that those that are known have room
)

// Chatter is what Run needs of a client: an *azmistral.Client, or a pool or a fake
// with its Chat method.
type Chatter interface {
	Chat(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatResponse, error)
}

// RunOptions configures a run. nil means the zero value.
type RunOptions struct {
	// MaxRounds is how many requests a run may send. 0 or less means 10. A run that
	// needs more ends with ErrMaxRounds.
	MaxRounds int

	// MaxParallel is how many calls of one answer may run at once. 0 or less means 8;
	// 1 runs them one after the other, in the model's order.
	MaxParallel int

	// CallTimeout bounds each call: the handler's context ends after it, and the
	// model is told. A handler that does not heed its context is waited for all the
	// same. 0 or less means no bound.
	CallTimeout time.Duration

	// OnCall, if not nil, is asked before a call is run: nil and nil run it, a text
	// answers it in the handler's place (also a call of a tool that has no handler),
	// an error refuses it and its text goes to the model; the error of Abort ends the
	// run. The call is as the model wrote it, its id as it is in Result.Messages.
	//
	// It is called on the goroutine of the run, for all calls of an answer in their
	// order, before the first of them runs: never while a handler does. A panic of it
	// is the caller's.
	OnCall func(ctx context.Context, call azmistral.ToolCall) (answer *string, err error)

	// TextCalls reads calls that a backend left in the text of an answer
	// ("[TOOL_CALLS]…"), as some do that serve the model themselves. Without it such an
	// answer ends the run with ErrTextCalls. With it, so does an answer that has the
	// marker and no call that can be read: it may be half of one.
	TextCalls bool

	// Chat is for each request of the run. nil means the zero value.
	Chat *azmistral.ChatOptions
}

// Result is what a run did, whether or not it came to its end.
type Result struct {
	// Response is the last answer; nil where none came. If the run failed while an
	// answer was streamed, it is what had come of it.
	Response *azmistral.ChatResponse

	// Messages is the request's messages and everything since. It can be sent again,
	// if the request's could: each call has its result, be it that it was not run. So
	// calls are in it with ids that are unique and names that the service takes, and
	// with {} for arguments that are no JSON object, which some backends refuse (their
	// result shows them to the model). An answer that is empty, that was cut within its
	// calls, or whose calls could not be read is only in Response.
	Messages []azmistral.Message

	// Usage is the sum over all rounds.
	Usage azmistral.Usage

	// Rounds is how many requests were sent.
	Rounds int

	// Calls are the calls in Messages since the request, in the same order.
	Calls []CallResult
}

// CallResult is what became of one call.
type CallResult struct {
	Round int                // from 1
	Call  azmistral.ToolCall // as the model wrote it; the id is the one in Result.Messages
	Text  string             // what the model is told

	// Err is why Text is no answer: the handler's or the hook's error, an
	// *ArgumentsError, ErrUnknownTool, a *PanicError, or what ended the run before the
	// call. nil: the handler or the hook answered.
	Err error

	Duration time.Duration // of the handler; 0 if it did not run
}

// Run asks the model, runs the tools that it calls, sends it the results, and so on
// until it answers without a call: that is Result.Response. Look at its FinishReason:
// a last answer that is cut by MaxTokens or by the content filter is a result.
//
// tools are sent besides req.Tools; two of one name are an error. A forced
// req.ToolChoice (ToolChoiceRequired, ToolChoiceFunction) is sent in the first round
// only, or the run would never end. req itself is not changed. N above 1 and a
// message with Prefix are refused, since a run goes on with one whole answer.
//
// What goes wrong with a call goes to the model, so that it can do better: arguments
// that do not fit, an unknown name, a handler's error or panic. Such texts are one
// line, cut at 2000 bytes (shown arguments at 500 more), that begins with "error:", or
// with "not run:" where the tool was not even asked. [Abort] is how a handler ends the
// run instead.
//
// Handlers of one answer run at the same time (see MaxParallel), each on a goroutine
// of its own. Their context ends with ctx, and when the run ends; [CallFromContext]
// gives the call. Run returns only after every handler has: one that does not heed
// its context delays it.
//
// The Result is never nil, also with an error. The error of a request wraps the
// client's (*azmistral.Error); that of a context wraps its Err and its Cause; the
// others are ErrMaxRounds, ErrCutCalls, ErrTextCalls, what Abort was given, and
// azmistral.ErrInvalidRequest for a run that cannot begin.
func Run(ctx context.Context, client Chatter, req azmistral.ChatRequest, tools []Tool, options *RunOptions) (*Result, error) {
	r := newRun(req, tools, options)
	r.ask = func(ctx context.Context, req azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
		return client.Chat(ctx, req, r.options.Chat)
	}
	r.emit = func(Event) bool { return true }
	err := r.do(ctx)
	return &r.result, err
}
