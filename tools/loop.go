package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/azmistral/azmistral"
)

// run is one run under way: what Run and RunStream share. Only the caller's
// goroutine touches it.
type run struct {
	// ask sends one request. With an error it may give what came of the answer.
	ask func(context.Context, azmistral.ChatRequest) (*azmistral.ChatResponse, error)

	// emit tells of an event; false: the caller wants no more of them.
	emit func(Event) bool

	options RunOptions
	request azmistral.ChatRequest // Messages are in result
	tools   []Tool
	byName  map[string]Tool
	ids     map[string]bool // of the calls in result.Messages
	result  Result
	invalid error // why the run cannot begin
}

func newRun(req azmistral.ChatRequest, tools []Tool, options *RunOptions) *run {
	r := &run{request: req, tools: tools, byName: map[string]Tool{}, ids: map[string]bool{}}
	if options != nil {
		r.options = *options
	}
	if r.options.MaxRounds <= 0 {
		r.options.MaxRounds = defaultMaxRounds
	}
	if r.options.MaxParallel <= 0 {
		r.options.MaxParallel = defaultMaxParallel
	}
	r.result.Messages = slices.Clone(req.Messages)
	for _, m := range req.Messages {
		for _, call := range m.ToolCalls {
			r.ids[call.ID] = true
		}
	}
	for _, tool := range tools {
		r.byName[tool.Name] = tool
	}
	r.request.Tools = slices.Concat(req.Tools, List(tools...))
	r.invalid = r.check()
	return r
}

// check says why the run cannot begin.
func (r *run) check() error {
	if r.request.N > 1 {
		return invalid("N is %d, and a run goes on with one answer: leave it 0", r.request.N)
	}
	if n := len(r.request.Messages); n > 0 && r.request.Messages[n-1].Prefix {
		return invalid("the last message has Prefix, which a run cannot go on from: use Chat, or a user message")
	}
	for i, tool := range r.tools {
		if tool.run == nil {
			return invalid("tool %d, %q, was not made by tools.For or tools.New: there is nothing to call", i, tool.Name)
		}
	}
	seen := map[string]bool{}
	for _, tool := range r.request.Tools {
		if tool.Raw != nil {
			continue
		}
		if seen[tool.Name] {
			return invalid("two tools have the name %q, so a call would not say which", tool.Name)
		}
		seen[tool.Name] = true
	}
	return nil
}

// do runs to the end. errLeft: the caller wants no more events.
func (r *run) do(ctx context.Context) error {
	if r.invalid != nil {
		return r.invalid
	}
	for {
		if ctx.Err() != nil {
			return r.fail(ctx, "the run was cancelled")
		}
		calls, err := r.next(ctx)
		if err != nil {
			return err
		}
		if len(calls) == 0 {
			return nil
		}
		if err := r.runCalls(ctx, calls); err != nil {
			return err
		}
	}
}

// next sends one request, takes the answer into the transcript, and gives its
// calls: none is the end of the run.
func (r *run) next(ctx context.Context) ([]azmistral.ToolCall, error) {
	req := r.request
	req.Messages = slices.Clip(r.result.Messages) // one who appends to them gets a copy
	r.result.Rounds++
	if r.result.Rounds > 1 {
		req.ToolChoice = unforced(req.ToolChoice)
	}
	answer, err := r.ask(ctx, req)
	if answer != nil {
		r.result.Usage = sumUsage(r.result.Usage, answer.Usage)
		if len(answer.Choices) > 0 {
			r.result.Response = answer
		}
	}
	switch {
	case err == errLeft:
		return nil, err
	case err != nil:
		return nil, r.fail(ctx, err.Error(), err)
	case answer == nil:
		return nil, r.fail(ctx, "the client gave neither an answer nor an error", azmistral.ErrUnexpectedResponse)
	case len(answer.Choices) == 0:
		return nil, r.fail(ctx, "the answer has no choice", azmistral.ErrUnexpectedResponse)
	}
	return r.take(ctx, answer.Choices[0])
}

// take takes an answer into the transcript.
func (r *run) take(ctx context.Context, choice azmistral.Choice) ([]azmistral.ToolCall, error) {
	// A foreign client may leave the role out, or give fields that are others'.
	message := azmistral.Message{Role: azmistral.RoleAssistant, Content: choice.Message.Content, ToolCalls: choice.Message.ToolCalls}
	if len(message.ToolCalls) == 0 {
		var err error
		if message, err = r.readTextCalls(ctx, message, choice.FinishReason); err != nil {
			return nil, err
		}
	}
	if len(message.ToolCalls) == 0 {
		if !isEmpty(message) {
			r.result.Messages = append(r.result.Messages, message)
		}
		return nil, nil
	}
	if isCut(choice.FinishReason) {
		return nil, r.cutCalls(ctx, choice.FinishReason)
	}
	calls := r.identify(message.ToolCalls)
	message.ToolCalls = sendable(calls)
	r.result.Messages = append(r.result.Messages, message)
	return calls, nil
}

// readTextCalls gives the message with the calls in its text as calls.
func (r *run) readTextCalls(ctx context.Context, message azmistral.Message, finish azmistral.FinishReason) (azmistral.Message, error) {
	text := message.Text()
	at := strings.Index(text, callsMarker)
	if at < 0 {
		return message, nil
	}
	calls, err := parseTextCalls(text[at:])
	leads := strings.TrimSpace(text[:at]) == ""
	switch {
	case !r.options.TextCalls && !leads && err != nil:
		return message, nil // prose about the marker
	case !r.options.TextCalls:
		return message, r.fail(ctx, "the answer holds its calls as text, "+callsMarker+"…, so nothing was run: the service is not set up for this model's calls; RunOptions.TextCalls reads them", ErrTextCalls)
	case isCut(finish):
		return message, r.cutCalls(ctx, finish)
	case err != nil:
		return message, r.fail(ctx, "the answer holds calls as text that cannot be read, so nothing was run: "+err.Error(), ErrTextCalls)
	}
	message.ToolCalls = calls
	if leads {
		at = 0
	}
	message.Content = cutText(message.Content, at)
	return message, nil
}

func (r *run) cutCalls(ctx context.Context, finish azmistral.FinishReason) error {
	do := "ask for less"
	if finish == azmistral.FinishLength {
		do = "raise MaxTokens"
	}
	return r.fail(ctx, fmt.Sprintf("the answer was cut within its calls (finish reason %q), so none was run: %s", finish, do), ErrCutCalls)
}

// unforced is the tool choice of the rounds after the first.
func unforced(choice azmistral.ToolChoice) azmistral.ToolChoice {
	switch choice {
	case azmistral.ToolChoiceAuto(), azmistral.ToolChoiceNone():
		return choice
	}
	return azmistral.ToolChoice{}
}

func sumUsage(a, b azmistral.Usage) azmistral.Usage {
	return azmistral.Usage{
		PromptTokens:     a.PromptTokens + b.PromptTokens,
		CompletionTokens: a.CompletionTokens + b.CompletionTokens,
		TotalTokens:      a.TotalTokens + b.TotalTokens,
		CachedTokens:     a.CachedTokens + b.CachedTokens,
		ReasoningTokens:  a.ReasoningTokens + b.ReasoningTokens,
		AudioSeconds:     a.AudioSeconds + b.AudioSeconds,
	}
}

// isCut says whether an answer that ended so may be half.
func isCut(finish azmistral.FinishReason) bool {
	switch finish {
	case azmistral.FinishLength, azmistral.FinishModelLength, azmistral.FinishContentFilter, azmistral.FinishError:
		return true
	}
	return false
}
