package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What comes of every rule of a run: the transcript and the error.
func TestRunRules(t *testing.T) {
	answer := func(text string, err error) func(context.Context, azmistral.ToolCall) (*string, error) {
		return func(_ context.Context, c azmistral.ToolCall) (*string, error) {
			if c.Name != "f" {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			return &text, nil
		}
	}
	f := []tools.Tool{echo("f"), echo("g")}
	long := strings.Repeat("é", 3000)
	const broken = "the arguments of f cannot be used: the whole is no JSON: it ends after 5 bytes, before it is complete. Call f again with these mended"
	const noObject = "the arguments of f cannot be used: the whole must be an object, not a list. Call f again with these mended"
	for name, c := range map[string]struct {
		replies []azmistraltest.Reply
		tools   []tools.Tool
		options *tools.RunOptions
		err     error  // nil: none
		line    string // of the error
		want    string // behind the user's message
		calls   []error
	}{
		"no call": {
			replies: []azmistraltest.Reply{text("hello")},
			want:    "assistant: hello",
		},
		"two rounds": {
			replies: []azmistraltest.Reply{calls(call("f", `{"a":1}`)), calls(call("g", ``)), text("done")},
			want:    lines(`assistant: <f{"a":1}>`, `tool f: f{"a":1}`, `assistant: <g{}>`, `tool g: g{}`, `assistant: done`),
			calls:   []error{nil, nil},
		},
		"parallel calls, in their order": {
			replies: []azmistraltest.Reply{calls(call("g", `{"a":1}`), call("f", `{"a":2}`), call("g", `{"a":3}`)), text("done")},
			want:    lines(`assistant: <g{"a":1}> <f{"a":2}> <g{"a":3}>`, `tool g: g{"a":1}`, `tool f: f{"a":2}`, `tool g: g{"a":3}`, `assistant: done`),
			calls:   []error{nil, nil, nil},
		},
		"a handler's error": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`), call("g", `{}`)), text("done")},
			tools:   []tools.Tool{failing("f", errors.New("no\n such  city")), failing("g", errBroken)},
			want:    lines(`assistant: <f{}> <g{}>`, `tool f: error: no such city`, `tool g: error: it is broken`, `assistant: done`),
			calls:   []error{errors.New("no\n such  city"), errBroken},
		},
		"a long error is cut": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)), text("done")},
			tools:   []tools.Tool{failing("f", errors.New(long))},
			want:    lines(`assistant: <f{}>`, `tool f: error: `+long[:2000]+`…`, `assistant: done`),
			calls:   []error{errors.New(long)},
		},
		"an unknown name": {
			replies: []azmistraltest.Reply{calls(call("h", `{}`)), text("done")},
			want:    lines(`assistant: <h{}>`, `tool h: not run: no tool has the name "h"; there are "f", "g"`, `assistant: done`),
			calls:   []error{tools.ErrUnknownTool},
		},
		"no tool at all": {
			replies: []azmistraltest.Reply{calls(call("h", `{}`)), text("done")},
			tools:   []tools.Tool{},
			want:    lines(`assistant: <h{}>`, `tool h: not run: no tool has the name "h"; there are none`, `assistant: done`),
			calls:   []error{tools.ErrUnknownTool},
		},
		"a name that the service does not take": {
			replies: []azmistraltest.Reply{calls(call("f.é g", `{}`), call(strings.Repeat("f", 70), `{}`), azmistraltest.ToolCall{Arguments: "{}"}, call(long, `{}`)), text("done")},
			want: lines(`assistant: <f___g{}> <`+strings.Repeat("f", 64)+`{}> <_{}> <`+strings.Repeat("_", 32)+`{}>`,
				`tool f___g: not run: no tool has the name "f.é g"; there are "f", "g"`,
				`tool `+strings.Repeat("f", 64)+`: not run: no tool has the name "`+strings.Repeat("f", 70)+`"; there are "f", "g"`,
				`tool _: not run: no tool has the name ""; there are "f", "g"`,
				`tool `+strings.Repeat("_", 32)+`: not run: no tool has the name "`+long[:100]+`…"; there are "f", "g"`, `assistant: done`),
			calls: []error{tools.ErrUnknownTool, tools.ErrUnknownTool, tools.ErrUnknownTool, tools.ErrUnknownTool},
		},
		"arguments that are no object": {
			replies: []azmistraltest.Reply{calls(call("f", `{"a":`), call("f", `[1]`), call("f", "  "), call("f", `"{\"a\":1}"`)), text("done")},
			tools:   []tools.Tool{failing("f", errBroken)},
			want: lines(`assistant: <f{}> <f{}> <f{}> <f{"a":1}>`, `tool f: error: `+broken+`; the arguments were: {"a":`,
				`tool f: error: `+noObject+`; the arguments were: [1]`, `tool f: error: it is broken`, `tool f: error: it is broken`, `assistant: done`),
			calls: []error{errors.New(broken), errors.New(noObject), errBroken, errBroken},
		},
		"text beside calls": {
			replies: []azmistraltest.Reply{azmistraltest.Raw(200, nil, `{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Let me see.","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`), text("done")},
			want:    lines(`assistant: Let me see. <f{}>`, `tool f: f{}`, `assistant: done`),
			calls:   []error{nil},
		},
		"calls with the finish reason stop": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)).FinishReason("stop"), text("done")},
			want:    lines(`assistant: <f{}>`, `tool f: f{}`, `assistant: done`),
			calls:   []error{nil},
		},
		"a last answer that is cut": {
			replies: []azmistraltest.Reply{text("hel").FinishReason("length")},
			want:    "assistant: hel",
		},
		"an empty answer": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)), text("")},
			want:    lines(`assistant: <f{}>`, `tool f: f{}`),
			calls:   []error{nil},
		},
		"an answer of thoughts alone": {
			replies: []azmistraltest.Reply{azmistraltest.Raw(200, nil, `{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"reasoning_content":"hm"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`)},
		},
		"the same id in two rounds": {
			replies: []azmistraltest.Reply{calls(azmistraltest.ToolCall{ID: "abcdefghi", Name: "f"}), calls(azmistraltest.ToolCall{ID: "abcdefghi", Name: "g"}), text("done")},
			want:    lines(`assistant: <f{}>`, `tool f: f{}`, `assistant: <g{}>`, `tool g: g{}`, `assistant: done`),
			calls:   []error{nil, nil},
		},
		"cut by the length": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)), calls(call("f", `{}`), call("g", `{"a":`)).FinishReason("length")},
			err:     tools.ErrCutCalls,
			line:    `tools: round 2: the answer was cut within its calls (finish reason "length"), so none was run: raise MaxTokens`,
			want:    lines(`assistant: <f{}>`, `tool f: f{}`),
			calls:   []error{nil},
		},
		"cut by the window": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)).FinishReason("model_length")},
			err:     tools.ErrCutCalls,
			line:    `tools: round 1: the answer was cut within its calls (finish reason "model_length"), so none was run: ask for less`,
		},
		"cut by the filter": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)).FinishReason("content_filter")},
			err:     tools.ErrCutCalls,
			line:    `tools: round 1: the answer was cut within its calls (finish reason "content_filter"), so none was run: ask for less`,
		},
		"too many rounds": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)), calls(call("f", `{}`), call("g", `{}`))},
			options: &tools.RunOptions{MaxRounds: 2},
			err:     tools.ErrMaxRounds,
			line:    `tools: round 2: the model still called tools in the last round of 2, see RunOptions.MaxRounds; its calls were not run`,
			want:    lines(`assistant: <f{}>`, `tool f: f{}`, `assistant: <f{}> <g{}>`, `tool f: not run: the limit of rounds (2) was reached`, `tool g: not run: the limit of rounds (2) was reached`),
			calls:   []error{nil, tools.ErrMaxRounds, tools.ErrMaxRounds},
		},
		"ten rounds by default": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)).Times(-1)},
			err:     tools.ErrMaxRounds,
			line:    `tools: round 10: the model still called tools in the last round of 10, see RunOptions.MaxRounds; its calls were not run`,
			want:    strings.Repeat("assistant: <f{}>\ntool f: f{}\n", 9) + lines("assistant: <f{}>", "tool f: not run: the limit of rounds (10) was reached"),
			calls:   []error{nil, nil, nil, nil, nil, nil, nil, nil, nil, tools.ErrMaxRounds},
		},
		"the hook lets pass": {
			replies: []azmistraltest.Reply{calls(call("g", `{}`)), text("done")},
			options: &tools.RunOptions{OnCall: answer("", nil)},
			want:    lines(`assistant: <g{}>`, `tool g: g{}`, `assistant: done`),
			calls:   []error{nil},
		},
		"the hook answers": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`), call("g", `{}`)), text("done")},
			options: &tools.RunOptions{OnCall: answer("from the\ncache", nil)},
			want:    lines(`assistant: <f{}> <g{}>`, "tool f: from the\ncache", `tool g: g{}`, `assistant: done`),
			calls:   []error{nil, nil},
		},
		"the hook answers a call whose arguments are none": {
			replies: []azmistraltest.Reply{calls(call("f", `{"a":`)), text("done")},
			options: &tools.RunOptions{OnCall: answer("as ever", nil)},
			want:    lines(`assistant: <f{}>`, "tool f: as ever", `assistant: done`),
			calls:   []error{nil},
		},
		"the hook answers for a tool that is none": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`)), text("done")},
			tools:   []tools.Tool{echo("g")},
			options: &tools.RunOptions{OnCall: answer("mine", nil)},
			want:    lines(`assistant: <f{}>`, "tool f: mine", `assistant: done`),
			calls:   []error{nil},
		},
		"the hook refuses": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`), call("g", `{}`)), text("done")},
			options: &tools.RunOptions{OnCall: answer("", errBroken)},
			want:    lines(`assistant: <f{}> <g{}>`, "tool f: not run: it is broken", `tool g: g{}`, `assistant: done`),
			calls:   []error{errBroken, nil},
		},
		"the hook ends the run": {
			replies: []azmistraltest.Reply{calls(call("g", `{}`), call("f", `{}`))},
			options: &tools.RunOptions{OnCall: answer("", tools.Abort(errBroken))},
			err:     errBroken,
			line:    `tools: round 1: OnCall ended the run at tool "f": it is broken`,
			want:    lines(`assistant: <g{}> <f{}>`, `tool g: not run: the run was ended`, `tool f: not run: the run was ended`),
			calls:   []error{errBroken, errBroken},
		},
		"a handler ends the run": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`), call("g", `{}`))},
			tools:   []tools.Tool{failing("f", tools.Abort(errBroken)), echo("g")},
			options: &tools.RunOptions{MaxParallel: 1},
			err:     errBroken,
			line:    `tools: round 1: tool "f" ended the run: it is broken`,
			want:    lines(`assistant: <f{}> <g{}>`, `tool f: error: it is broken`, `tool g: not run: the run was ended`),
			calls:   []error{errBroken, errBroken},
		},
		"a handler's abort in an error of its own": {
			replies: []azmistraltest.Reply{calls(call("f", `{}`))},
			tools:   []tools.Tool{failing("f", &wrapped{tools.Abort(nil)})},
			err:     errors.New("aborted"),
			line:    `tools: round 1: tool "f" ended the run: aborted`,
			want:    lines(`assistant: <f{}>`, `tool f: error: wrapped: aborted`),
			calls:   []error{errors.New("wrapped: aborted")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, run runner) {
				client, sandbox := play(t, c.replies...)
				list := c.tools
				if list == nil {
					list = f
				}
				result, err := run(t.Context(), client, ask("Go"), list, c.options)
				if c.err == nil {
					require.NoError(t, err)
				} else {
					require.EqualError(t, err, c.line)
					if !errors.Is(err, c.err) {
						require.ErrorContains(t, err, c.err.Error())
					}
				}
				want := "user: Go"
				if c.want != "" {
					want += "\n" + c.want
				}
				require.Equal(t, want, transcript(result.Messages))
				requireWhole(t, result, 1)
				require.Equal(t, len(sandbox.Requests()), result.Rounds)
				require.Len(t, result.Calls, len(c.calls))
				for i, call := range result.Calls {
					if c.calls[i] == nil {
						assert.NoError(t, call.Err)
					} else if !errors.Is(call.Err, c.calls[i]) {
						assert.EqualError(t, call.Err, c.calls[i].Error())
					}
				}
				require.NotNil(t, result.Response)
			})
		})
	}
}

type wrapped struct{ err error }

func (w *wrapped) Error() string { return "wrapped: " + w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }

// What cannot begin is told before anything is sent.
func TestRunRefusesBeforeItSends(t *testing.T) {
	prefix := azmistral.Assistant("Well,")
	prefix.Prefix = true
	for name, c := range map[string]struct {
		change func(*azmistral.ChatRequest)
		tools  []tools.Tool
		line   string
	}{
		"two of one name": {tools: []tools.Tool{echo("f"), echo("f")}, line: `tools: invalid request: two tools have the name "f", so a call would not say which`},
		"one of the request's name": {change: func(r *azmistral.ChatRequest) { r.Tools = []azmistral.Tool{{Name: "f"}} }, tools: []tools.Tool{echo("f")},
			line: `tools: invalid request: two tools have the name "f", so a call would not say which`},
		"no handler": {tools: []tools.Tool{echo("f"), {Tool: azmistral.Tool{Name: "g"}}}, line: `tools: invalid request: tool 1, "g", was not made by tools.For or tools.New: there is nothing to call`},
		"choices":    {change: func(r *azmistral.ChatRequest) { r.N = 2 }, line: `tools: invalid request: N is 2, and a run goes on with one answer: leave it 0`},
		"prefix": {change: func(r *azmistral.ChatRequest) { r.Messages = append(r.Messages, prefix) },
			line: `tools: invalid request: the last message has Prefix, which a run cannot go on from: use Chat, or a user message`},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, run runner) {
				client, sandbox := play(t)
				req := ask("Go")
				if c.change != nil {
					c.change(&req)
				}
				result, err := run(t.Context(), client, req, c.tools, nil)
				require.EqualError(t, err, c.line)
				require.ErrorIs(t, err, azmistral.ErrInvalidRequest)
				require.Equal(t, &tools.Result{Messages: req.Messages}, result)
				require.Empty(t, sandbox.Requests())
			})
		})
	}
}

// The request is sent with the tools of both, a forced choice once, and is not
// changed.
func TestRunRequests(t *testing.T) {
	for name, c := range map[string]struct {
		choice azmistral.ToolChoice
		want   []string
	}{
		"none":     {azmistral.ToolChoice{}, []string{"", ""}},
		"auto":     {azmistral.ToolChoiceAuto(), []string{"auto", "auto"}},
		"never":    {azmistral.ToolChoiceNone(), []string{"none", "none"}},
		"required": {azmistral.ToolChoiceRequired(), []string{"required", ""}},
		"function": {azmistral.ToolChoiceFunction("f"), []string{"f", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, run runner) {
				client, sandbox := play(t, calls(call("f", "{}")).Usage(10, 20), text("done").Usage(3, 4))
				room := append(make([]azmistral.Message, 0, 8), azmistral.User("Go"))
				server := azmistral.Tool{Name: "mine", Parameters: map[string]any{"type": "object"}}
				req := azmistral.ChatRequest{Messages: room, Tools: append(make([]azmistral.Tool, 0, 8), server), ToolChoice: c.choice, MaxTokens: 77}
				result, err := run(t.Context(), client, req, []tools.Tool{echo("f")}, nil)
				require.NoError(t, err)

				var choices []string
				for _, sent := range sandbox.Requests() {
					choices = append(choices, sent.ToolChoice)
					require.Equal(t, 77, sent.MaxTokens)
					require.Len(t, sent.Tools, 2)
					require.Equal(t, []string{"mine", "f"}, []string{sent.Tools[0].Name, sent.Tools[1].Name})
				}
				require.Equal(t, c.want, choices)
				require.Equal(t, azmistral.Message{}, room[:2][1], "the request's messages were appended to in place")
				require.Empty(t, req.Tools[:2][1].Name, "the request's tools were appended to in place")
				require.Equal(t, azmistral.Usage{PromptTokens: 13, CompletionTokens: 24, TotalTokens: 37}, result.Usage)
			})
		})
	}
}

// A client's error keeps its type; what the rounds before it did is in the result.
func TestRunFailsInARound(t *testing.T) {
	both(t, func(t *testing.T, run runner) {
		client, _ := play(t, calls(call("f", "{}")).Usage(10, 20), azmistraltest.Error(400, "nonsense", "that is nonsense"))
		result, err := run(t.Context(), client, ask("Go"), []tools.Tool{echo("f")}, nil)
		var refusal *azmistral.Error
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, azmistral.ErrInvalidRequest)
		require.Equal(t, "tools: round 2: "+refusal.Error(), err.Error())
		require.Equal(t, lines("user: Go", "assistant: <f{}>", "tool f: f{}"), transcript(result.Messages))
		requireWhole(t, result, 1)
		require.Equal(t, azmistral.Usage{PromptTokens: 10, CompletionTokens: 20, TotalTokens: 30}, result.Usage)
		require.Equal(t, 2, result.Rounds)
		require.Len(t, result.Response.ToolCalls(), 1, "the last answer that came")
	})
}

// An interrupted run goes on from its transcript, also with the ids of before.
func TestRunGoesOn(t *testing.T) {
	both(t, func(t *testing.T, run runner) {
		client, _ := play(t, calls(azmistraltest.ToolCall{ID: "abcdefghi", Name: "f"}), calls(azmistraltest.ToolCall{ID: "abcdefghi", Name: "f"}), text("done"))
		list := []tools.Tool{echo("f")}
		result, err := run(t.Context(), client, ask("Go"), list, &tools.RunOptions{MaxRounds: 1})
		require.ErrorIs(t, err, tools.ErrMaxRounds)
		again, err := run(t.Context(), client, azmistral.ChatRequest{Messages: result.Messages}, list, nil)
		require.NoError(t, err)
		require.Equal(t, lines("user: Go", "assistant: <f{}>", "tool f: not run: the limit of rounds (1) was reached",
			"assistant: <f{}>", "tool f: f{}", "assistant: done"), transcript(again.Messages))
		requireWhole(t, again, len(result.Messages))
	})
}
