package azmistraltest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/azmistral/azmistral"
)

const (
	safe       = `{"hate":{"filtered":false,"severity":"safe"},"protected_material_code":{"detected":false,"filtered":false},"protected_material_text":{"detected":false,"filtered":false},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}`
	safePrompt = `[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"detected":false,"filtered":false},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}}]`
)

// paddings are of any length.
var paddings = regexp.MustCompile(`"(p|obfuscation)":"[a-zA-Z0-9]+"`)

// TestLayouts has an answer in text and one in calls, whole and streamed, byte for
// byte in each layout.
func TestLayouts(t *testing.T) {
	text := Thinking("hm so", "Hi you")
	calls := ToolCalls(ToolCall{ID: "aaaaaaaaa", Name: "f", Arguments: `{"a": 1}`}, ToolCall{ID: "bbbbbbbbb", Name: "g"})
	for _, test := range []struct {
		route  azmistral.Route
		reply  Reply
		fields []string
		want   []string // the body, or the data of the events
	}{
		{azmistral.RouteServerlessV1, text, nil, []string{
			`{"id":"ID","created":1767225600,"model":"Mistral-Large-3","usage":{"prompt_tokens":5,"total_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":0},"service_tier":"standard"},"object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","tool_calls":null,"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm so"}],"closed":true},{"type":"text","text":"Hi you"}]}}]}`}},
		{azmistral.RouteServerlessV1, text, []string{streaming}, []string{
			`{"id":"ID","object":"chat.completion.chunk","created":1767225600,"model":"Mistral-Large-3","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`,
			`{"id":"ID","object":"chat.completion.chunk","created":1767225600,"model":"Mistral-Large-3","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]},"finish_reason":null}],"p":"PAD"}`,
			`{"id":"ID","object":"chat.completion.chunk","created":1767225600,"model":"Mistral-Large-3","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":" so"}],"closed":true},{"type":"text","text":"Hi"}]},"finish_reason":null}],"p":"PAD"}`,
			`{"id":"ID","object":"chat.completion.chunk","created":1767225600,"model":"Mistral-Large-3","choices":[{"index":0,"delta":{"content":" you"},"finish_reason":null}],"p":"PAD"}`,
			`{"id":"ID","object":"chat.completion.chunk","created":1767225600,"model":"Mistral-Large-3","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"total_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":0},"service_tier":"standard"},"p":"PAD"}`,
			`[DONE]`}},
		{azmistral.RouteServerless, calls, nil, []string{
			`{"choices":[{"finish_reason":"tool_calls","index":0,"message":{"content":"","role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\": 1}","call_id":null,"name":"f"},"id":"aaaaaaaaa","type":"function"},{"function":{"arguments":"{}","call_id":null,"name":"g"},"id":"bbbbbbbbb","type":"function"}]}}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","object":"chat.completion","usage":{"completion_tokens":21,"prompt_tokens":5,"total_tokens":26}}`}},
		{azmistral.RouteServerless, calls, []string{streaming}, []string{
			`{"choices":[{"delta":{"content":"","role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","object":"chat.completion.chunk"}`,
			`{"choices":[{"delta":{"content":null,"tool_calls":[{"function":{"arguments":"{\"a\": 1}","name":"f"},"id":"aaaaaaaaa"},{"function":{"arguments":"{}","name":"g"},"id":"bbbbbbbbb"}]},"finish_reason":"tool_calls","index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","object":"chat.completion.chunk","usage":{"completion_tokens":21,"prompt_tokens":5,"total_tokens":26}}`,
			`[DONE]`}},
		{azmistral.RouteDeployments, calls, nil, []string{
			`{"choices":[{"content_filter_results":` + safe + `,"finish_reason":"tool_calls","index":0,"logprobs":null,"message":{"annotations":[],"content":null,"refusal":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\": 1}","name":"f"},"id":"aaaaaaaaa","type":"function"},{"function":{"arguments":"{}","name":"g"},"id":"bbbbbbbbb","type":"function"}]}}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","object":"chat.completion","prompt_filter_results":` + safePrompt + `,"system_fingerprint":null,"usage":{"completion_tokens":21,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":0,"rejected_prediction_tokens":0},"prompt_tokens":5,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":0},"total_tokens":26}}`}},
		{azmistral.RouteDeployments, calls, []string{streaming, counted}, []string{
			`{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":` + safePrompt + `}`,
			`{"choices":[{"content_filter_results":{},"delta":{"content":null,"refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"tool_calls":[{"function":{"arguments":"","name":"f"},"id":"aaaaaaaaa","index":0,"type":"function"}]},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"tool_calls":[{"function":{"arguments":"{\"a\":"},"index":0}]},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"tool_calls":[{"function":{"arguments":" 1}"},"index":0}]},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"tool_calls":[{"function":{"arguments":"","name":"g"},"id":"bbbbbbbbb","index":1,"type":"function"}]},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"tool_calls":[{"function":{"arguments":"{}"},"index":1}]},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"tool_calls","index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":null}`,
			`{"choices":[],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null,"usage":{"completion_tokens":21,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":0,"rejected_prediction_tokens":0},"prompt_tokens":5,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":0},"total_tokens":26}}`,
			`[DONE]`}},
		{azmistral.RouteDeployments, text, []string{streaming}, []string{
			`{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":` + safePrompt + `}`,
			`{"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"content":null,"reasoning_content":"hm"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{"content":null,"reasoning_content":" so"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null}`,
			`{"choices":[{"content_filter_results":` + safe + `,"delta":{"content":"Hi"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null}`,
			`{"choices":[{"content_filter_results":` + safe + `,"delta":{"content":" you"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null}`,
			`{"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1767225600,"id":"ID","model":"Mistral-Large-3","obfuscation":"PAD","object":"chat.completion.chunk","system_fingerprint":null}`,
			`[DONE]`}},
	} {
		h, client := local(t, nil)
		h.Reply(test.reply)
		got := ask(t, client, realURL(h, test.route), user("Hello", append(test.fields, model)...))
		body := strings.ReplaceAll(got.body, understand(t, got.body).ID, "ID")
		body = paddings.ReplaceAllString(body, `"$1":"PAD"`)
		want := test.want[0]
		if len(test.want) > 1 {
			want = "data: " + strings.Join(test.want, "\n\ndata: ") + "\n\n"
		}
		assert.Equal(t, want, body, "%s %v", test.route, test.fields)
	}
}

// TestInterleaved wants two choices in turns, and usage in the last event alone.
func TestInterleaved(t *testing.T) {
	h, client := local(t, nil)
	h.Reply(Text("a b"))
	got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("Hello", streaming, `"n":2`))
	var order strings.Builder
	for _, event := range eventsOf(t, got.body) {
		for _, mark := range []string{`"index":0`, `"index":1`, `"role"`, `"p":`, `"finish_reason":"stop"`, `"usage"`} {
			if strings.Contains(event, mark) {
				order.WriteString(strings.Trim(mark, `"`)[:1] + mark[len(mark)-1:] + " ")
			}
		}
		order.WriteString("| ")
	}
	assert.Equal(t, `i0 r" | i1 r" | i0 p: | i1 p: | i0 p: | i1 p: | i0 p: f" | i1 p: f" u" | | `, order.String())
}
