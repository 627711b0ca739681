package azmistraltest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// formed asks for a reply on a route and gives the body, or the deltas of a stream.
func formed(t *testing.T, route azmistral.Route, reply Reply, fields ...string) (body string, deltas []string) {
	t.Helper()
	h, client := local(t, nil)
	h.Reply(reply)
	got := ask(t, client, realURL(h, route), user("Hello", append(fields, model)...))
	require.Equal(t, 200, got.status, got.body)
	if !strings.HasPrefix(got.body, "data:") {
		return got.body, nil
	}
	for _, event := range eventsOf(t, got.body) {
		value, err := parseJSON([]byte(event))
		if err == nil && len(value.get("choices").list()) > 0 {
			deltas = append(deltas, string(value.get("choices").items[0].get("delta").appendCompact(nil)))
		}
	}
	return got.body, deltas
}

// TestCallForms has what goes over the wire for each form, in each layout.
func TestCallForms(t *testing.T) {
	const v1, serverless, openai = azmistral.RouteServerlessV1, azmistral.RouteServerless, azmistral.RouteOpenAIV1
	a := ToolCall{ID: "aaaaaaaaa", Name: "f", Arguments: `{"a": 1}`}
	b := ToolCall{ID: "bbbbbbbbb", Name: "g", Arguments: `[1]`}
	calls := ToolCalls(a, b)
	for _, test := range []struct {
		name  string
		route azmistral.Route
		reply Reply
		whole string   // of the body in one piece
		want  []string // the deltas between role and finish, and with the finish
	}{
		{"own", v1, calls, `"tool_calls":[{"id":"aaaaaaaaa","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"},"index":0},{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":"[1]"},"index":1}]`,
			[]string{`{"tool_calls":[{"id":"aaaaaaaaa","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"},"index":0},{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":"[1]"},"index":1}]}`}},
		{"fragments", v1, calls.Fragmented(), `"arguments":"{\"a\": 1}"`, []string{
			`{"tool_calls":[{"id":"aaaaaaaaa","type":"function","function":{"name":"f","arguments":""},"index":0}],"index":0,"content":""}`,
			`{"tool_calls":[{"type":"function","function":{"name":"","arguments":"{\"a\":"},"index":0}],"index":0,"content":""}`,
			`{"tool_calls":[{"type":"function","function":{"name":"","arguments":" 1}"},"index":0}],"index":0,"content":""}`,
			`{"tool_calls":[{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":""},"index":1}],"index":0,"content":""}`,
			`{"tool_calls":[{"type":"function","function":{"name":"","arguments":"[1]"},"index":1}],"index":0,"content":""}`,
			`{"index":0,"content":""}`}},
		{"fragments", serverless, ToolCalls(b).Fragmented(), `"arguments":"[1]"`, []string{
			`{"tool_calls":[{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":""},"index":0}],"index":0,"content":""}`,
			`{"tool_calls":[{"type":"function","function":{"name":"","arguments":"[1]"},"index":0}],"index":0,"content":""}`,
			`{"index":0,"content":""}`}},
		{"object", v1, calls.ArgumentsAsObject(), `"arguments":{"a":1}},"index":0},{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":"[1]"}`,
			[]string{`{"tool_calls":[{"id":"aaaaaaaaa","type":"function","function":{"name":"f","arguments":{"a":1}},"index":0},{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":"[1]"},"index":1}]}`}},
		{"object", serverless, ToolCalls(a).ArgumentsAsObject(), `"arguments":{"a":1},"call_id":null`,
			[]string{`{"content":null,"tool_calls":[{"function":{"arguments":{"a":1},"name":"f"},"id":"aaaaaaaaa"}]}`}},
		{"own", openai, ToolCalls(b), `"tool_calls":[{"function":{"arguments":"[1]","name":"g"},"id":"bbbbbbbbb","type":"function"}]`, []string{
			`{"tool_calls":[{"function":{"arguments":"","name":"g"},"id":"bbbbbbbbb","index":0,"type":"function"}]}`,
			`{"tool_calls":[{"function":{"arguments":"[1]"},"index":0}]}`, `{}`}},
		{"whole", openai, calls.Whole(), `"arguments":"[1]"`, []string{
			`{"tool_calls":[{"function":{"arguments":"{\"a\": 1}","name":"f"},"id":"aaaaaaaaa","index":0,"type":"function"},{"function":{"arguments":"[1]","name":"g"},"id":"bbbbbbbbb","index":1,"type":"function"}]}`, `{}`}},
		{"object", openai, ToolCalls(a).ArgumentsAsObject(), `"arguments":{"a":1}`,
			[]string{`{"tool_calls":[{"function":{"arguments":{"a":1},"name":"f"},"id":"aaaaaaaaa","index":0,"type":"function"}]}`, `{}`}},
		{"with text", v1, ToolCalls(b).WithText("Hm."), `"content":"Hm."`,
			[]string{`{"content":"Hm."}`, `{"tool_calls":[{"id":"bbbbbbbbb","type":"function","function":{"name":"g","arguments":"[1]"},"index":0}]}`}},
	} {
		body, _ := formed(t, test.route, test.reply)
		assert.Contains(t, body, test.whole, "%s on %s", test.name, test.route)
		body, deltas := formed(t, test.route, test.reply, streaming)
		assert.Equal(t, test.want, deltas[1:], "%s on %s", test.name, test.route)
		assert.Contains(t, body, `"finish_reason":"tool_calls"`)
	}
}

func TestTextCalls(t *testing.T) {
	calls := []ToolCall{{ID: "aaaaaaaaa", Name: "f", Arguments: `{"a": 1}`}, {Name: "g"}}
	for template, want := range map[CallTemplate]string{
		TemplateV3:  `^\[TOOL_CALLS\]\[\{"name": "f", "arguments": \{"a": 1\}, "id": "aaaaaaaaa"\}, \{"name": "g", "arguments": \{\}, "id": "[a-zA-Z0-9]{9}"\}\]$`,
		TemplateV11: `^\[TOOL_CALLS\]f\[CALL_ID\]aaaaaaaaa\[ARGS\]\{"a": 1\}\[TOOL_CALLS\]g\[CALL_ID\][a-zA-Z0-9]{9}\[ARGS\]\{\}$`,
		TemplateV13: `^\[TOOL_CALLS\]f\[ARGS\]\{"a": 1\}\[TOOL_CALLS\]g\[ARGS\]\{\}$`,
	} {
		for _, fields := range [][]string{nil, {streaming}} {
			body, _ := formed(t, azmistral.RouteServerlessV1, TextCalls(template, calls...), fields...)
			c := understand(t, body).Choices[0]
			assert.Regexp(t, want, c.Text)
			assert.Empty(t, c.Calls)
			assert.Equal(t, "stop", c.Finish)
		}
	}
	body, _ := formed(t, azmistral.RouteServerlessV1, TextCalls(TemplateV13))
	assert.Equal(t, spokenChoice{Finish: "stop"}, understand(t, body).Choices[0])
	assert.Panics(t, func() { TextCalls("v4") })
}

// TestThinkingForms has what goes over the wire for each form of thinking.
func TestThinkingForms(t *testing.T) {
	const v1, openai = azmistral.RouteServerlessV1, azmistral.RouteOpenAIV1
	for _, test := range []struct {
		route azmistral.Route
		reply Reply
		whole string
		want  []string // the deltas behind the role
	}{
		{v1, Thinking("a b c", "d e"), `"content":[{"type":"thinking","thinking":[{"type":"text","text":"a b c"}],"closed":true},{"type":"text","text":"d e"}]`, []string{
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]}]}`,
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":" b"}],"closed":true}]}`,
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":" c"}],"closed":true},{"type":"text","text":"d"}]}`,
			`{"content":" e"}`, `{"content":""}`}},
		{v1, Thinking("a b", "d e").ThinkingAs(ThinkingOpenParts).Signature("s"), `[{"type":"thinking","thinking":[{"type":"text","text":"a b"}],"signature":"s"},{"type":"text","text":"d e"}]`, []string{
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]}]}`,
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":" b"}]}]}`,
			`{"content":[{"type":"thinking","thinking":[],"signature":"s"}]}`,
			`{"content":"d"}`, `{"content":" e"}`, `{"content":""}`}},
		{v1, Thinking("a b", "d").ThinkingAs(ThinkingString), `[{"type":"thinking","thinking":"a b"},{"type":"text","text":"d"}]`, []string{
			`{"content":[{"type":"thinking","thinking":"a"}]}`, `{"content":[{"type":"thinking","thinking":" b"}]}`, `{"content":"d"}`, `{"content":""}`}},
		{v1, Thinking("a b", "").Signature("s"), `[{"type":"thinking","thinking":[{"type":"text","text":"a b"}],"signature":"s","closed":true}]`, []string{
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}]}]}`,
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":" b"}],"signature":"s","closed":true}]}`, `{"content":""}`}},
		{v1, Thinking("a b", "d").ThinkingAs(ThinkingField), `"content":"d","reasoning_content":"a b"`, []string{
			`{"content":null,"reasoning_content":"a"}`, `{"content":null,"reasoning_content":" b"}`, `{"content":"d"}`, `{"content":""}`}},
		{openai, Thinking("a", "d"), `"content":"d","reasoning_content":"a"`, []string{
			`{"content":null,"reasoning_content":"a"}`, `{"content":"d"}`, `{}`}},
		{openai, Thinking("a", "d").ThinkingAs(ThinkingParts).Signature("s"), `[{"type":"thinking","thinking":[{"type":"text","text":"a"}],"signature":"s","closed":true},{"type":"text","text":"d"}]`, []string{
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}],"signature":"s"},{"type":"text","text":"d"}]}`, `{}`}},
		{v1, ToolCalls(ToolCall{ID: "aaaaaaaaa", Name: "f"}).WithThinking("a").Signature("s"), `"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}],"signature":"s","closed":true}]`, []string{
			`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}],"signature":"s"}]}`,
			`{"tool_calls":[{"id":"aaaaaaaaa","type":"function","function":{"name":"f","arguments":"{}"},"index":0}]}`}},
	} {
		body, _ := formed(t, test.route, test.reply)
		assert.Contains(t, body, test.whole, test.route)
		_, deltas := formed(t, test.route, test.reply, streaming)
		assert.Equal(t, test.want, deltas[1:], "%s: %s", test.route, test.whole)
	}
	assert.Panics(t, func() { Text("").ThinkingAs("nope") })
}

// The client reads each form as the same message, whole and streamed.
func TestFormsAreOneMessage(t *testing.T) {
	calls := []ToolCall{{ID: "aaaaaaaaa", Name: "f", Arguments: `{"a":1}`}, {ID: "bbbbbbbbb", Name: "g", Arguments: `{"b":[1,2]}`}}
	base := ToolCalls(calls...).WithText("Hm.").WithThinking("Let me see what there is.")
	for _, route := range allRoutes {
		h := NewHandler(nil)
		t.Cleanup(h.Close)
		client, err := h.Client(route, nil)
		require.NoError(t, err)
		for name, reply := range map[string]Reply{
			"own": base, "whole": base.Whole(), "fragments": base.Fragmented(), "object": base.ArgumentsAsObject(),
			"open parts": base.ThinkingAs(ThinkingOpenParts), "string": base.ThinkingAs(ThinkingString), "field": base.ThinkingAs(ThinkingField),
			"signed": base.ThinkingAs(ThinkingParts).Signature("s"), "signed open parts": base.ThinkingAs(ThinkingOpenParts).Signature("s"),
		} {
			req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Hello")}}
			h.Reply(reply.Times(2))
			whole, err := client.Chat(t.Context(), req, nil)
			require.NoError(t, err)
			stream, err := client.ChatStream(t.Context(), req, nil)
			require.NoError(t, err)
			streamed, err := stream.Collect()
			require.NoError(t, err)
			for _, resp := range []*azmistral.ChatResponse{whole, streamed} {
				assert.Equal(t, "Hm.", resp.Text(), "%s on %s", name, route)
				assert.Equal(t, "Let me see what there is.", resp.Message().Content.Thinking(), "%s on %s", name, route)
				assert.Equal(t, azmistral.FinishToolCalls, resp.FinishReason())
				require.Len(t, resp.ToolCalls(), 2, "%s on %s", name, route)
				for i, call := range resp.ToolCalls() {
					assert.Equal(t, calls[i], ToolCall{call.ID, call.Name, call.Arguments}, "%s on %s", name, route)
				}
				if strings.HasPrefix(name, "signed") {
					assert.Equal(t, "s", signatureOf(resp), "%s on %s", name, route)
				}
			}
		}
	}
}

func signatureOf(resp *azmistral.ChatResponse) string {
	for _, part := range resp.Message().Content {
		if thinking, ok := part.(*azmistral.ThinkingPart); ok {
			return thinking.Signature
		}
	}
	return ""
}

// The zero reply's methods change what the sandbox answers by itself.
func TestFormOfOwnAnswer(t *testing.T) {
	h, client := local(t, nil)
	h.ReplyFunc(func(Request) Reply { return Reply{}.Fragmented() })
	got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("The weather in Lyon?", weather, streaming))
	assert.Contains(t, got.body, `"name":"","arguments":`)
	assert.Equal(t, `{"city": "Lyon", "days": 7}`, understand(t, got.body).Choices[0].Calls[0].Arguments)
}
