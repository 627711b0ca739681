package tools_test

import (
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/require"
)

// Calls in the text of an answer are run where the caller wants it, and are an error
// where not: never an answer.
func TestRunTextCalls(t *testing.T) {
	const hint = `tools: round 1: the answer holds its calls as text, [TOOL_CALLS]…, so nothing was run: the service is not set up for this model's calls; RunOptions.TextCalls reads them`
	for name, c := range map[string]struct {
		reply         azmistraltest.Reply
		without, with string // the transcript behind the user's message, or the error
		err           error  // with
	}{
		"names": {
			reply:   text(`[TOOL_CALLS]f[ARGS]{"a":1}[TOOL_CALLS]g[CALL_ID]abcdefghi[ARGS]{}`),
			without: hint,
			with:    lines(`assistant: <f{"a":1}> <g{}>`, `tool f: f{"a":1}`, `tool g: g{}`, "assistant: done"),
		},
		"list behind a text": {
			reply:   text("Let me see.\n" + `[TOOL_CALLS][{"name":"f","arguments":{"a":1}}]`),
			without: hint,
			with:    lines("assistant: Let me see.\n <f{\"a\":1}>", `tool f: f{"a":1}`, "assistant: done"),
		},
		"behind blanks, unknown": {
			reply:   text("\n[TOOL_CALLS]h[ARGS]{}"),
			without: hint,
			with:    lines("assistant: <h{}>", `tool h: not run: no tool has the name "h"; there are "f", "g"`, "assistant: done"),
		},
		"unreadable": {
			reply:   text("[TOOL_CALLS]f(1)"),
			without: hint,
			with:    `tools: round 1: the answer holds calls as text that cannot be read, so nothing was run: neither a list nor a name with [ARGS] follows [TOOL_CALLS], in the call at byte 0 of 16`,
			err:     tools.ErrTextCalls,
		},
		"cut": {
			reply:   text(`[TOOL_CALLS]f[ARGS]{}[TOOL_CALLS]g[ARGS]{"a":`).FinishReason("length"),
			without: hint,
			with:    `tools: round 1: the answer was cut within its calls (finish reason "length"), so none was run: raise MaxTokens`,
			err:     tools.ErrCutCalls,
		},
		"cut between calls": {
			reply:   text(`[TOOL_CALLS]f[ARGS]{}`).FinishReason("model_length"),
			without: hint,
			with:    `tools: round 1: the answer was cut within its calls (finish reason "model_length"), so none was run: ask for less`,
			err:     tools.ErrCutCalls,
		},
		"prose": {
			reply:   text("A template writes [TOOL_CALLS] before a call."),
			without: "assistant: A template writes [TOOL_CALLS] before a call.",
			with:    `tools: round 1: the answer holds calls as text that cannot be read, so nothing was run: neither a list nor a name with [ARGS] follows [TOOL_CALLS], in the call at byte 0 of 27`,
			err:     tools.ErrTextCalls,
		},
		"beside true calls": {
			reply:   azmistraltest.Raw(200, nil, `{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"[TOOL_CALLS]","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}`),
			without: lines("assistant: [TOOL_CALLS] <f{}>", "tool f: f{}", "assistant: done"),
			with:    lines("assistant: [TOOL_CALLS] <f{}>", "tool f: f{}", "assistant: done"),
		},
	} {
		check := func(t *testing.T, run runner, options *tools.RunOptions, want string, kind error) {
			client, _ := play(t, c.reply, text("done"))
			result, err := run(t.Context(), client, ask("Go"), []tools.Tool{echo("f"), echo("g")}, options)
			if kind != nil {
				require.EqualError(t, err, want)
				require.ErrorIs(t, err, kind)
				require.Equal(t, "user: Go", transcript(result.Messages))
				require.Contains(t, result.Response.Text(), "[TOOL_CALLS]", "the answer that was paid for")
			} else {
				require.NoError(t, err)
				require.Equal(t, "user: Go\n"+want, transcript(result.Messages))
			}
			requireWhole(t, result, 1)
		}
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, run runner) {
				var kind error
				if c.without == hint {
					kind = tools.ErrTextCalls
				}
				check(t, run, nil, c.without, kind)
				check(t, run, &tools.RunOptions{TextCalls: true}, c.with, c.err)
			})
		})
	}
}

// The thinking before such calls is kept, and an id that came is used.
func TestRunTextCallsKeepsParts(t *testing.T) {
	think := &azmistral.ThinkingPart{Text: "hm"}
	client := scripted(azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Content{think, &azmistral.TextPart{Text: "So: [TOOL_CALLS]f"}, &azmistral.TextPart{Text: "[CALL_ID]abcdefghi[ARGS]{}"}}}, azmistral.Assistant("done"))
	result, err := tools.Run(t.Context(), client, ask("Go"), []tools.Tool{echo("f")}, &tools.RunOptions{TextCalls: true})
	require.NoError(t, err)
	require.Equal(t, azmistral.Message{
		Role:      azmistral.RoleAssistant,
		Content:   azmistral.Content{think, &azmistral.TextPart{Text: "So: "}},
		ToolCalls: []azmistral.ToolCall{{ID: "abcdefghi", Name: "f", Arguments: "{}"}},
	}, result.Messages[1])
}
