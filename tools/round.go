package tools

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/azmistral/azmistral"
)

// round is the calls of one answer under way.
type round struct {
	run     *run
	ctx     context.Context // of the handlers
	cancel  context.CancelCauseFunc
	results []CallResult  // by call
	answers []*callAnswer // by call: the hook's; nil: it is to be run
	settled []bool        // by call
	begun   int           // calls, in their order
	running int           // handlers
	done    chan callDone // has room for all: no handler waits for the run
	wait    sync.WaitGroup
	end     *ending // why no further call is begun
}

// callAnswer is what became of a call.
type callAnswer struct {
	text string
	err  error
}

// ending is why a run ends between an answer and the next request.
type ending struct {
	line string // for the run's error
	told string // to the model, about calls that were not run
	err  error
}

// runCalls runs the calls of an answer and takes their results into the transcript,
// whatever happens. It returns when every handler has.
func (r *run) runCalls(ctx context.Context, calls []azmistral.ToolCall) error {
	d := &round{
		run:     r,
		results: make([]CallResult, len(calls)),
		answers: make([]*callAnswer, len(calls)),
		settled: make([]bool, len(calls)),
		done:    make(chan callDone, len(calls)),
	}
	for i, call := range calls {
		d.results[i] = CallResult{Round: r.result.Rounds, Call: call}
	}
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	defer func() { // also where the hook, or the body of the caller's loop, panics
		d.cancel(errLeft)
		d.wait.Wait()
	}()
	if most := r.options.MaxRounds; r.result.Rounds >= most {
		d.end = &ending{fmt.Sprintf("the model still called tools in the last round of %d, see RunOptions.MaxRounds; its calls were not run", most),
			fmt.Sprintf("the limit of rounds (%d) was reached", most), ErrMaxRounds}
	}
	d.askHook(ctx)
	if !d.work(ctx) {
		return errLeft
	}
	d.record()
	if d.end != nil {
		return r.fail(ctx, d.end.line, d.end.err)
	}
	return nil
}

// askHook lets RunOptions.OnCall decide on every call.
func (d *round) askHook(ctx context.Context) {
	if d.run.options.OnCall == nil {
		return
	}
	for i, result := range d.results {
		if d.checkContext(ctx); d.end != nil {
			return
		}
		answer, err := d.run.options.OnCall(ctx, result.Call)
		switch cause := abortCause(err); {
		case cause != nil:
			d.end = &ending{fmt.Sprintf("OnCall ended the run at tool %q: %v", result.Call.Name, err), endedText, cause}
		case err != nil:
			d.answers[i] = &callAnswer{notRun(err.Error()), err}
		case answer != nil:
			d.answers[i] = &callAnswer{*answer, nil}
		}
	}
}

const endedText = "the run was ended"

func (d *round) checkContext(ctx context.Context) {
	if d.end == nil && ctx.Err() != nil {
		d.end = &ending{"the run was cancelled", "the run was cancelled", context.Cause(ctx)}
	}
}

// work begins the calls in their order and settles them as they are done, until all
// are, or none runs after an end. false: the caller wants no more events.
func (d *round) work(ctx context.Context) bool {
	for {
		d.checkContext(ctx)
		more := d.end == nil && d.begun < len(d.results)
		switch {
		case !more && d.running == 0:
			return true
		case more && d.running < d.run.options.MaxParallel && len(d.done) == 0:
			if !d.begin() {
				return false
			}
		default:
			if !d.take(<-d.done) {
				return false
			}
		}
	}
}

// begin begins the next call.
func (d *round) begin() bool {
	i := d.begun
	d.begun++
	call := d.results[i].Call
	if !d.run.emit(Event{Call: new(call)}) {
		return false
	}
	tool, known := d.run.byName[call.Name]
	switch {
	case d.answers[i] != nil:
		return d.settle(i, *d.answers[i])
	case !known:
		return d.settle(i, d.run.unknownTool(call.Name))
	}
	d.running++
	d.wait.Go(func() {
		perform(d.ctx, tool, call, d.run.options.CallTimeout, func(done callDone) { done.call = i; d.done <- done })
	})
	return true
}

// take takes what a handler did.
func (d *round) take(done callDone) bool {
	d.running--
	d.results[done.call].Duration = done.duration
	if done.abort != nil && d.end == nil {
		d.end = &ending{fmt.Sprintf("tool %q ended the run: %v", d.results[done.call].Call.Name, done.abort), endedText, done.abort}
		d.cancel(done.abort)
	}
	return d.settle(done.call, done.answer)
}

func (d *round) settle(i int, answer callAnswer) bool {
	result := &d.results[i]
	d.settled[i] = true
	result.Text, result.Err = answer.text, answer.err
	if _, whole := sendableArguments(result.Call.Arguments); answer.err != nil && !whole { // the transcript has {} in their place
		result.Text += "; the arguments were: " + oneLine(result.Call.Arguments, maxArgumentsBytes)
	}
	return d.run.emit(Event{CallResult: new(*result)})
}

// record takes the results into the transcript, in the order of the calls.
func (d *round) record() {
	r := d.run
	for i, result := range d.results {
		if !d.settled[i] {
			result.Text, result.Err = notRun(d.end.told), d.end.err
		}
		r.result.Calls = append(r.result.Calls, result)
		sent := result.Call
		sent.Name = sendableName(sent.Name)
		r.result.Messages = append(r.result.Messages, azmistral.ToolResult(sent, result.Text))
	}
}

func (r *run) unknownTool(name string) callAnswer {
	known := "there are none"
	if len(r.tools) > 0 {
		quoted := make([]string, len(r.tools))
		for i, tool := range r.tools {
			quoted[i] = strconv.Quote(tool.Name)
		}
		known = "there are " + strings.Join(quoted, ", ")
	}
	return callAnswer{notRun(fmt.Sprintf("no tool has the name %q; %s", oneLine(name, maxNameBytes), known)), ErrUnknownTool}
}

// notRun is what the model is told of a call whose handler was not called.
func notRun(why string) string { return "not run: " + oneLine(why, maxErrorBytes) }
