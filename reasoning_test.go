package azmistral_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReasoningGoesBack has thinking come, streamed and whole, with signatures: two
// signed parts, then text and a call. It is told apart from the text, and the next
// request has every part again, in order and with its signature.
func TestReasoningGoesBack(t *testing.T) {
	const function = `"function":{"name":"look","arguments":"{\"a\":1}"}`
	const part1 = `{"type":"thinking","thinking":[{"type":"text","text":"One, two."}],"signature":"c2lnMQ==","closed":true}`
	const part2 = `{"type":"thinking","thinking":[{"type":"text","text":"Three."}],"signature":"c2lnMg=="}`
	whole := `{"id":"r1","object":"chat.completion","created":1787865810,"model":"m","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":[` +
		part1 + `,` + part2 + `,{"type":"text","text":"I look."}],"tool_calls":[{"id":"g6fVbXS8K",` + function + `,"index":0}]}}]}`
	chunk := func(delta, finish string) string {
		return `{"id":"r1","object":"chat.completion.chunk","created":1787865810,"model":"m","choices":[{"index":0,"delta":` + delta + `,"finish_reason":` + finish + `}]}`
	}
	thinking := func(text, more string) string {
		if text != "" {
			text = `{"type":"text","text":"` + text + `"}`
		}
		return `{"type":"thinking","thinking":[` + text + `]` + more + `}`
	}
	streamed := []string{
		chunk(`{"role":"assistant","content":""}`, "null"),
		chunk(`{"content":[`+thinking("One,", "")+`]}`, "null"),
		chunk(`{"content":[`+thinking(" two.", `,"closed":true`)+`]}`, "null"),
		chunk(`{"content":[`+thinking("", `,"signature":"c2lnMQ=="`)+`]}`, "null"),
		chunk(`{"content":[`+thinking("Thr", "")+`]}`, "null"),
		chunk(`{"content":[`+thinking("ee.", `,"signature":"c2lnMg=="`)+`,{"type":"text","text":"I"}]}`, "null"),
		chunk(`{"content":" look."}`, "null"),
		chunk(`{"tool_calls":[{"id":"g6fVbXS8K",`+function+`,"index":0}]}`, `"tool_calls"`),
		"[DONE]",
	}

	for name, reply := range map[string]azmistraltest.Reply{
		"whole":    azmistraltest.Raw(200, http.Header{"Content-Type": {"application/json"}}, whole),
		"streamed": azmistraltest.SSE(streamed...),
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := azmistraltest.NewHandler(nil)
			defer sandbox.Close()
			client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
			require.NoError(t, err)
			sandbox.Reply(reply)
			req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Look.")}, ReasoningEffort: "high"}

			stream, err := client.ChatStream(t.Context(), req, nil)
			require.NoError(t, err)
			var thought, text string
			for chunk, err := range stream.All() {
				require.NoError(t, err)
				thought += chunk.Choices[0].Delta.Thinking
				text += chunk.Choices[0].Delta.Text
			}
			resp := stream.Response()
			assert.Equal(t, []string{"One, two.Three.", "I look."}, []string{thought, text})
			assert.Equal(t, []string{thought, text}, []string{resp.Message().Content.Thinking(), resp.Text()})

			// It may be kept as JSON in between.
			kept, err := json.Marshal(resp.Message())
			require.NoError(t, err)
			var message azmistral.Message
			require.NoError(t, json.Unmarshal(kept, &message))
			require.Equal(t, resp.Message(), message)

			req.Messages = append(req.Messages, message, azmistral.ToolResult(message.ToolCalls[0], "seen"))
			require.Empty(t, azmistral.CheckMessages(req.Messages))
			_, err = client.Chat(t.Context(), req, nil)
			require.NoError(t, err)

			for _, got := range sandbox.Requests() {
				assert.Contains(t, string(got.Body), `"reasoning_effort":"high"`)
			}
			var sent struct{ Messages []json.RawMessage }
			require.NoError(t, json.Unmarshal(sandbox.Requests()[1].Body, &sent))
			assert.JSONEq(t, `{"role":"assistant","content":[`+part1+`,`+part2+`,{"type":"text","text":"I look."}],"tool_calls":[{"id":"g6fVbXS8K","type":"function",`+function+`,"index":0}]}`, string(sent.Messages[1]))
		})
	}
}
