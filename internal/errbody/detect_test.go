package errbody

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

var detections = []struct {
	name, event, data string
	want              Problem
	isError           bool
}{
	// Errors.
	{name: "object first", data: `{"error":{"message":"The server is overloaded.","type":"server_error","param":null,"code":"overloaded"}}`, isError: true,
		want: Problem{Code: "overloaded", Type: "server_error", Message: "The server is overloaded."}},
	{name: "object beside empty choices", data: `{"id":"","choices":[],"error":{"message":"no","code":500}}`, isError: true, want: Problem{Status: 500, Code: "500", Message: "no"}},
	{name: "object beside an answer", data: `{"choices":[{"index":0,"message":{"content":"Hi"},"finish_reason":"stop"}],"error":{"message":"no"}}`, isError: true, want: Problem{Message: "no"}},
	{name: "text beside an answer", data: `{"choices":[{"index":0,"delta":{"content":"Hi"}}],"error":"no"}`, isError: true, want: Problem{Message: "no"}},
	{name: "in a choice", data: `{"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error","error":{"code":502,"message":"upstream gone"}}]}`, isError: true,
		want: Problem{Status: 502, Code: "502", Message: "upstream gone"}},
	{name: "in the second choice", data: `{"choices":[{"index":0},{"index":1,"error":"no"}]}`, isError: true, want: Problem{Message: "no"}},
	{name: "event, object", event: "error", data: `{"error":{"message":"no","code":"x"}}`, isError: true, want: Problem{Code: "x", Message: "no"}},
	{name: "event, code and message", event: "error", data: `{"code":503,"message":"no"}`, isError: true, want: Problem{Status: 503, Code: "503", Message: "no"}},
	{name: "event, plain words", event: "error", data: "upstream request timeout", isError: true, want: Problem{Message: "upstream request timeout"}},
	{name: "event, a text", event: "Error", data: `"no"`, isError: true, want: Problem{Message: "no"}},
	{name: "event, nothing known", event: "error", data: `{"a":1}`, isError: true},
	{name: "bare, object error", data: `{"object":"error","message":"no","type":"BadRequestError","param":null,"code":400}`, isError: true,
		want: Problem{Status: 400, Code: "400", Type: "BadRequestError", Message: "no"}},
	{name: "bare, object Error without words", data: `{"object":"Error","choices":[]}`, isError: true},
	{name: "bare, code a number", data: `{"code":3230}`, isError: true, want: Problem{Code: "3230"}},
	{name: "bare, code a word", data: `{"code":"overloaded"}`, isError: true, want: Problem{Code: "overloaded"}},
	{name: "bare, message", data: `{"message":"no"}`, isError: true, want: Problem{Message: "no"}},
	{name: "bare, message beside null choices", data: `{"message":"no","choices":null}`, isError: true, want: Problem{Message: "no"}},
	{name: "gateway", data: `{"message":"Unauthorized","request_id":"933f"}`, isError: true, want: Problem{Message: "Unauthorized"}},
	{name: "API management", data: `{ "statusCode": 429, "message": "Rate limit is exceeded." }`, isError: true, want: Problem{Status: 429, Message: "Rate limit is exceeded."}},
	{name: "status alone", data: `{"statusCode":500}`, isError: true, want: Problem{Status: 500}},
	{name: "status 400", data: `{"status":400}`, isError: true, want: Problem{Status: 400}},
	{name: "detail a text", data: `{"detail":"Not Found"}`, isError: true, want: Problem{Message: "Not Found"}},
	{name: "detail a list", data: `{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":"secret"}]}`, isError: true,
		want: Problem{Message: "messages: Field required", Fields: []Field{{"messages", "Field required", "missing"}}}},
	{name: "problem document", data: `{"status":503,"title":"Unavailable","detail":"Try later"}`, isError: true, want: Problem{Status: 503, Message: "Unavailable: Try later"}},
	{name: "error a text", data: `{"error":"model is loading"}`, isError: true, want: Problem{Message: "model is loading"}},
	{name: "error with a code only", data: `{"error":{"code":429}}`, isError: true, want: Problem{Status: 429, Code: "429"}},
	{name: "error empty, and nothing else", data: `{"error":{}}`, isError: true},
	{name: "error of unknown members", data: `{"choices":[{}],"error":{"foo":1}}`, isError: true},
	{name: "error true", data: `{"error":true,"choices":[{}]}`, isError: true},
	{name: "prompt filtered with status 200", data: `{ "error": { "message": "filtered", "type": null, "param": "prompt", "code": "content_filter", "status": 400, "innererror": { "content_filter_result": { "self-harm": { "filtered": true, "severity": "high" } } } } } `, isError: true,
		want: Problem{Status: 400, Code: "content_filter", Param: "prompt", Message: "filtered", Filter: map[string]FilterResult{"self-harm": {Filtered: true, Severity: "high"}}}},
	{name: "then prose", data: `{"error":{"message":"no"}}` + guide, isError: true, want: Problem{Message: "no"}},
	{name: "cut off", data: `{"error":{"message":"no","code":"x`, isError: true, want: Problem{Code: "x", Message: "no"}},
	{name: "byte order mark", data: "\uFEFF{\"error\":\"no\"}", isError: true, want: Problem{Message: "no"}},
	{name: "last of two names wins", data: `{"error":null,"error":"no","choices":[{}]}`, isError: true, want: Problem{Message: "no"}},

	// Not errors.
	{name: "error null", data: `{"error":null,"choices":[{"index":0,"message":{"content":"Hi"}}]}`},
	{name: "error null in chunk without choices", data: `{"error":null,"choices":[],"usage":{"total_tokens":1}}`},
	{name: "error says nothing", data: `{"error":"","choices":[{}]}`},
	{name: "error false", data: `{"error":false,"choices":[]}`},
	{name: "error empty beside an answer", data: `{"error":{},"choices":[{"message":{"content":"Hi"}}]}`},
	{name: "last of two names wins, null", data: `{"error":"no","error":null,"choices":[{}]}`},
	{name: "text speaks of errors", data: `{"choices":[{"delta":{"content":"{\"error\":{\"message\":\"no\"}}"}}]}`},
	{name: "tool arguments speak of errors", data: `{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":{"error":"no","message":"x"}}}]}}]}`},
	{name: "unrelated keys beside an answer", data: `{"choices":[{"delta":{"content":"Hi"}}],"message":"ok","code":7,"detail":"x","title":"y","status":500,"errors":["z"]}`},
	{name: "unrelated keys beside empty choices", data: `{"choices":[],"usage":{"total_tokens":1},"message":"ok"}`},
	{name: "prompt filter first", data: `{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}`},
	{name: "usage alone", data: `{"id":"x","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"total_tokens":2}}`},
	{name: "guardrails", data: `{"choices":[{"message":{"content":"Hi"}}],"guardrails":[{"violated":true,"error":"x"}]}`},
	{name: "guardrails without choices", data: `{"choices":[],"guardrails":{"error":{"message":"x"}}}`},
	{name: "filter could not run", data: `{"choices":[{"index":0,"finish_reason":null,"content_filter_results":{"error":{"code":"content_filter_error","message":"The contents are not filtered"}},"delta":{"content":"Hi"}}]}`},
	{name: "answer that the filter cut", data: `{"choices":[{"finish_reason":"content_filter","content_filter_results":{"error":{"message":"Response content blocked by label 'Jailbreak'."}}}]}`},
	{name: "choice with error null", data: `{"choices":[{"error":null,"message":{"content":"Hi"}}]}`},
	{name: "chunk without choices", data: `{"id":"x","object":"chat.completion.chunk","created":1,"model":"m"}`},
	{name: "ping", data: `{"type":"ping"}`},
	{name: "status fine", data: `{"status":200}`},
	{name: "status a word", data: `{"status":"ok"}`},
	{name: "says nothing", data: `{"message":"","detail":null,"code":0,"title":" ","errors":[]}`},
	{name: "cut off before the choices", data: `{"message":"x","code":5,"object":"error","cho`},
	{name: "empty object", data: `{}`},
	{name: "null", data: `null`},
	{name: "done", data: `[DONE]`},
	{name: "a list", data: `[{"error":"no"}]`},
	{name: "words", data: `error: no`},
	{name: "nothing", data: ``},
	{name: "other event", event: "message", data: `{"choices":[{}]}`},
}

func TestDetect(t *testing.T) {
	for _, tt := range detections {
		t.Run(tt.name, func(t *testing.T) {
			got, isError := Detect(tt.event, []byte(tt.data))
			assert.Equal(t, tt.isError, isError)
			assert.Equal(t, tt.want, got)
		})
	}
}
