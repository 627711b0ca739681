package azmistraltest

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// TestEnvelopes has one refusal of each sort in the body of each route.
func TestEnvelopes(t *testing.T) {
	h, client := local(t, &Options{Deployments: []string{"mine"}})
	const mine = `"model":"mine"`
	details := `{"detail":[{"type":"extra_forbidden","loc":["body","messages",0,"user","foo"],"msg":"Extra inputs are not permitted","input":"bar"}]}`
	unknown := `{"messages":[{"role":"user","content":"a","foo":"bar"}],` + mine + `}`
	order := `{"messages":[{"role":"user","content":"a"},{"role":"tool","content":"b"}],` + mine + `}`
	const orderMessage = "Unexpected role 'tool' after role 'user'"
	wrapped := `{"error":{"code":"Invalid input","message":` + quoted(details) + `,"status":422}}`
	bare := `{"object":"Error","message":"` + orderMessage + `","type":"invalid_request_message_order","code":3230}`
	native := `{"object":"error","message":"` + orderMessage + `","type":"invalid_request_message_order","param":null,"code":"3230","raw_status_code":400}`
	wrappedOrder := `{"error":{"code":"Bad Request","message":` + quoted(bare) + `,"status":400}}`
	linked := strings.Replace(details, `"input":"bar"`, `"input":"bar","url":"https://errors.pydantic.dev/2.6/v/extra_forbidden"`, 1)
	unknownModel := `{"error":{"code":"unknown_model","message":"Unknown model: other","details":null}}`
	invalidModel := `{"object":"error","message":"Invalid model: other","type":"invalid_model","param":null,"code":"1500","raw_status_code":400}`
	notDeployed := `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}`

	type refused struct {
		status int
		body   string
	}
	for _, test := range []struct {
		route                  azmistral.Route
		unknown, order, model_ refused
	}{
		{azmistral.RouteServerless, refused{422, wrapped}, refused{400, wrappedOrder}, refused{200, ""}},
		{azmistral.RouteServerlessV1, refused{422, linked}, refused{400, native}, refused{400, invalidModel}},
		{azmistral.RouteModels, refused{422, wrapped}, refused{400, wrappedOrder}, refused{400, unknownModel}},
		{azmistral.RouteOpenAIV1, refused{422, wrapped}, refused{400, bare}, refused{404, notDeployed}},
		{azmistral.RouteManaged, refused{424, details + guide}, refused{424, native + guide}, refused{424, invalidModel + guide}},
		{azmistral.RouteGitHub, refused{422, wrapped}, refused{400, wrappedOrder}, refused{400, unknownModel}},
		{azmistral.RouteGeneric, refused{422, details}, refused{400, native}, refused{400, invalidModel}},
	} {
		url := realURL(h, test.route)
		for _, c := range []struct {
			body string
			want refused
		}{{unknown, test.unknown}, {order, test.order}, {user("a", `"model":"other"`), test.model_}} {
			got := ask(t, client, url, c.body)
			assert.Equal(t, c.want.status, got.status, "%s %s", test.route, c.body)
			if c.want.body != "" {
				assert.Equal(t, c.want.body, got.body, "%s", test.route)
				streamed := ask(t, client, url, strings.Replace(c.body, "{", `{"stream":true,`, 1))
				assert.Equal(t, c.want.status, streamed.status, "a refusal of a stream is no stream")
				assert.Equal(t, c.want.body, streamed.body)
			}
		}
	}
	assert.Equal(t, 404, ask(t, client, "https://x.openai.azure.com/openai/deployments/other/chat/completions?api-version=x", user("a")).status)
	assert.Equal(t, 200, ask(t, client, "https://x.openai.azure.com/openai/deployments/mine/chat/completions?api-version=x", user("a", `"model":"other"`)).status, "the path wins")
	managed := ask(t, client, realURL(h, azmistral.RouteManaged), order)
	assert.Equal(t, "400", managed.header.Get("ms-azureml-model-error-statuscode"))
}

// message is the words of a refusal, whatever their envelope.
func message(t testing.TB, body string) string {
	t.Helper()
	var envelope struct {
		Message string
		Error   struct{ Message string }
		Detail  json.RawMessage
	}
	body, _, _ = strings.Cut(body, "\nPlease check this guide")
	require.NoError(t, json.Unmarshal([]byte(body), &envelope), body)
	if strings.HasPrefix(envelope.Error.Message, "{") {
		return message(t, envelope.Error.Message)
	}
	if envelope.Detail != nil {
		return string(envelope.Detail)
	}
	return envelope.Message + envelope.Error.Message
}

// TestFields has what each schema takes and refuses: the type of the refusal and
// the place that it names.
func TestFields(t *testing.T) {
	const serverless, v1, models, openai = azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1
	h, client := local(t, nil)
	pass := []string{"extra-parameters", "pass-through"}
	hi := `"messages":[{"role":"user","content":"Hello"}]`
	with := func(message string) string { return `{` + model + `,"messages":[` + message + `]}` }
	for _, test := range []struct {
		route  azmistral.Route
		header []string
		body   string
		want   string // "" is 200, else a part of the body
	}{
		{v1, nil, user("a", `"temperature":1.5`), ""},
		{v1, nil, user("a", `"temperature":1.6`), `"type":"less_than_equal","loc":["body","temperature"],"msg":"Input should be less than or equal to 1.5","input":1.6`},
		{openai, nil, user("a", model, `"temperature":1.6`), ""},
		{v1, nil, user("a", `"temperature":"hot"`), `"type":"float_type","loc":["body","temperature"]`},
		{v1, nil, user("a", `"temperature":null,"stop":null,"tools":null,"top_p":null`), ""},
		{v1, nil, user("a", `"top_p":0`), `"type":"greater_than","loc":["body","top_p"]`},
		{v1, nil, user("a", `"max_tokens":-1`), `"type":"greater_than_equal","loc":["body","max_tokens"]`},
		{v1, nil, user("a", `"max_tokens":1.5`), `"type":"int_type","loc":["body","max_tokens"]`},
		{v1, nil, user("a", `"presence_penalty":3`), `"loc":["body","presence_penalty"]`},
		{v1, nil, user("a", `"n":0`), `"loc":["body","n"]`},
		{v1, nil, user("a", `"stream":"yes"`), `"type":"bool_type","loc":["body","stream"]`},
		{v1, nil, user("a", `"stop":["a",1]`), `"type":"string_type","loc":["body","stop",1]`},
		{v1, nil, user("a", `"stop":"x"`), ""},
		{v1, nil, user("a", `"metadata":{"a":1}`, `"safe_prompt":true`, `"random_seed":0`, `"prompt_cache_key":"k"`, `"service_tier":"auto"`), ""},
		{v1, nil, user("a", `"seed":1`), `"loc":["body","seed"]`},
		{v1, nil, user("a", `"max_completion_tokens":1`), `"loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":1`},
		{v1, nil, user("a", `"user":"u"`), `"loc":["body","user"]`},
		{v1, nil, user("a", counted), ""},
		{v1, nil, user("a", `"stream_options":{"x":1}`), `"loc":["body","stream_options","x"]`},
		{azmistral.RouteManaged, nil, user("a", model, counted), `"loc":["body","stream_options"]`},
		{v1, nil, `{"a":1,"b":2,` + hi + `}`, `["body","a"],"msg":"Extra inputs are not permitted","input":1,"url":"https://errors.pydantic.dev/2.6/v/extra_forbidden"},{"type":"extra_forbidden","loc":["body","b"]`},
		{v1, nil, `{}`, `"type":"missing","loc":["body","messages"],"msg":"Field required"`},
		{v1, nil, `[]`, `"type":"model_attributes_type","loc":["body"]`},
		{v1, nil, `{"messages":"a"}`, `"type":"list_type","loc":["body","messages"]`},
		{v1, nil, user("a", `"reasoning_effort":"big"`), `Input should be 'none', 'minimal', 'low', 'medium', 'high' or 'xhigh'`},

		{openai, nil, user("a", model, `"seed":-1`, `"user":"u"`, counted, `"n":1`, `"safe_prompt":false`), ""},
		{openai, nil, user("a", model, `"random_seed":1`), `random_seed`},
		{openai, nil, user("a", model, `"max_completion_tokens":1`), `max_completion_tokens`},
		{openai, nil, user("a"), `"message":"The request body has no model. Name your deployment in it."`},
		{azmistral.RouteGeneric, nil, user("a"), `"type":"missing","loc":["body","model"]`},
		{azmistral.RouteDeployments, nil, user("a"), ""},
		{v1, nil, user("a"), ""},
		{v1, nil, user("a", `"model":"azureai"`), ""},

		{serverless, nil, user("a", `"n":1`), `{"detail":"Extra parameters ['n'] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model."}`},
		{models, []string{"extra-parameters", "error"}, user("a", model, `"n":1`, `"safe_prompt":true`), `['n', 'safe_prompt']`},
		{models, pass, user("a", model, `"n":1`, `"safe_prompt":true`, `"random_seed":3`), ""},
		{models, []string{"extra-parameters", "drop"}, user("a", model, `"n":"x"`, `"foo":true`), ""},
		{serverless, pass, user("a", `"foo":"bar"`), `{"error":{"code":"Invalid input","message":"{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"foo\"],\"msg\":\"Extra inputs are not permitted\",\"input\":\"bar\"}]}","status":422}}`},
		{models, pass, user("a", model, counted), `stream_options`},
		{models, nil, user("a", model, `"seed":1`, `"stop":["x"]`), ""},
		{models, nil, user("a", model, `"stop":"x"`), `list_type`},

		{v1, nil, with(`{"role":"developer","content":"a"}`), `"type":"union_tag_invalid","loc":["body","messages",0]`},
		{v1, nil, with(`{"content":"a"}`), `"type":"union_tag_not_found","loc":["body","messages",0]`},
		{v1, nil, with(`{"role":"user"}`), `"type":"missing","loc":["body","messages",0,"user","content"]`},
		{v1, nil, with(`{"role":"user","content":"a","name":"b"}`), `"loc":["body","messages",0,"user","name"]`},
		{openai, nil, with(`{"role":"user","content":"a","name":"b"}`), ""},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","content":"b","reasoning_content":"c"},{"role":"user","content":"d"}`), `"loc":["body","messages",1,"assistant","reasoning_content"]`},
		{openai, nil, with(`{"role":"user","content":"a"},{"role":"assistant","content":"b","refusal":null,"annotations":[]},{"role":"user","content":"d"}`), ""},
		{v1, nil, with(`{"role":"user","content":5}`), `"loc":["body","messages",0,"user","content"]`},
		{v1, nil, with(`{"role":"system","content":[{"type":"text","text":"s"}]},{"role":"user","content":"a"}`), ""},
		{models, nil, with(`{"role":"system","content":[{"type":"text","text":"s"}]},{"role":"user","content":"a"}`), `string_type`},
		{v1, nil, with(`{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":"https://example.com/a.png"},{"type":"image_url","image_url":{"url":"u","detail":"low"}},{"type":"document_url","document_url":"u","document_name":"n"},{"type":"file","file_id":"f"},{"type":"reference","reference_ids":[1,"2"]},{"type":"input_audio","input_audio":{"data":"SUQz","format":"mp3"}},{"type":"input_audio","input_audio":"SUQz"}]}`), ""},
		{openai, nil, with(`{"role":"user","content":[{"type":"image_url","image_url":"data:x"}]}`), `dict_type`},
		{v1, nil, with(`{"role":"user","content":[{"type":"video","video":"x"}]}`), `"type":"union_tag_invalid","loc":["body","messages",0,"user","content",0]`},
		{v1, nil, with(`{"role":"user","content":[{"type":"text"}]}`), `"type":"missing","loc":["body","messages",0,"user","content",0,"text","text"]`},
		{v1, nil, with(`{"role":"user","content":[{"type":"text","text":"a","x":1}]}`), `"loc":["body","messages",0,"user","content",0,"text","x"]`},

		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcdefghi"}]},{"role":"tool","content":"r"}`), `"type":"missing","loc":["body","messages",1,"assistant","tool_calls",0,"function"]`},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcdefghi","function":{"arguments":"{}"}}]},{"role":"tool","content":"r"}`), `"type":"missing","loc":["body","messages",1,"assistant","tool_calls",0,"function","name"]`},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcdefghi","function":{"name":"f"}}]},{"role":"tool","content":"r"}`), `"function","arguments"],"msg":"Field required"`},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcdefghi","function":{"name":"f","arguments":5}}]},{"role":"tool","content":"r"}`), `"function","arguments"],"msg":"Input should be a valid string","input":5`},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"abcdefghi","x":1,"function":{"name":"f","arguments":"{}","call_id":null}}]},{"role":"tool","content":"r"}`), `"tool_calls",0,"x"],"msg":"Extra`},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"tool","content":"r","tool_call_id":5}`), `"tool","tool_call_id"],"msg":"Input should be a valid string"`},
		{v1, nil, with(`{"role":"user","content":"a"},{"role":"assistant","content":"b","prefix":1}`), `"assistant","prefix"],"msg":"Input should be a valid boolean"`},
		{v1, nil, with(`{"role":"system","content":null}`), `"system","content"],"msg":"Input should be a valid string"`},
		{v1, nil, with(`{"role":"user","content":[{"type":"image_url","image_url":{"detail":"low"}}]}`), `"image_url","image_url","url"],"msg":"Field required"`},
		{v1, nil, with(`{"role":"user","content":[{"type":"image_url","image_url":{"url":5}}]}`), `"image_url","url"],"msg":"Input should be a valid string"`},

		{v1, nil, user("a", weather), ""},
		{v1, nil, user("a", `"tools":[]`), ""},
		{v1, nil, user("a", `"tools":[{"type":"function","function":{"name":"f"}}]`), `"type":"missing","loc":["body","tools",0,"function","parameters"]`},
		{openai, nil, user("a", model, `"tools":[{"type":"function","function":{"name":"f"}}]`), ""},
		{v1, nil, user("a", `"tools":[{"type":"function","function":{"name":"f","parameters":{},"x":1}}]`), `"loc":["body","tools",0,"function","x"]`},
		{v1, nil, user("a", `"tools":[{"type":"function"}]`), `"type":"missing","loc":["body","tools",0,"function"]`},
		{openai, nil, user("a", model, `"tools":[{"type":"function"}]`), `"message":"1 validation error for Tool\nfunction\n  Field required [type=missing`},
		{v1, nil, user("a", `"tools":[{"type":"web_search"}]`), ""},
		{v1, nil, user("a", `"tools":[`+strings.TrimSuffix(strings.Repeat(`{"type":"web_search"},`, 129), ",")+`]`), `at most 128 items`},
		{v1, nil, user("a", weather, `"tool_choice":"any"`), ""},
		{openai, nil, user("a", model, weather, `"tool_choice":"any"`), `Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.`},
		{models, nil, user("a", model, weather, `"tool_choice":"any"`), `enum`},
		{v1, nil, user("a", weather, `"tool_choice":{"type":"function","function":{"name":"get_time"}}`), ""},
		{openai, nil, user("a", model, weather, `"tool_choice":{"type":"function","function":{"name":"g"}}`), `{"object":"error","message":"Tool 'g' not found in tools list.","type":"BadRequestError","param":null,"code":400}` + guide},
		{v1, nil, user("a", `"response_format":{"type":"json_schema"}`), `"type":"missing","loc":["body","response_format","json_schema"]`},
		{v1, nil, user("a", `"response_format":{"type":"xml"}`), `"loc":["body","response_format","type"]`},
		{v1, nil, user("a", `"response_format":{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}`), `"type":"string_pattern_mismatch"`},
		{v1, nil, user("a", `"prediction":{"type":"content","content":"x"}`), ""},
	} {
		got := ask(t, client, realURL(h, test.route), test.body, test.header...)
		if test.want == "" {
			assert.Equal(t, 200, got.status, "%s %s\n%s", test.route, test.body, got.body)
			continue
		}
		assert.NotEqual(t, 200, got.status, "%s %s", test.route, test.body)
		assert.Contains(t, got.body, test.want, "%s %s", test.route, test.body)
	}
}

// TestRules has Mistral's rules beyond the schema, in its words.
func TestRules(t *testing.T) {
	h, client := local(t, &Options{ContextWindow: 2000})
	call := func(id string) string {
		return `{"role":"assistant","content":"","tool_calls":[{"id":"` + id + `","function":{"name":"f","arguments":"{}"}}]}`
	}
	two := func(first, second string) string {
		function := `"function":{"name":"f","arguments":"{}"}`
		return `{"role":"assistant","content":"","tool_calls":[{"id":"` + first + `",` + function + `},{"id":"` + second + `",` + function + `}]}`
	}
	result := func(id string) string { return `{"role":"tool","content":"r","tool_call_id":"` + id + `"}` }
	const picture, thinking = `{"type":"image_url","image_url":"https://example.com/a.png"}`, `{"type":"thinking","thinking":[{"type":"text","text":"t"}]}`
	parts := func(role string, parts ...string) string {
		more := ""
		if role == "tool" {
			more = `,"tool_call_id":"abcdefghi"`
		}
		return `{"role":"` + role + `","content":[` + strings.Join(parts, ",") + `]` + more + `}`
	}
	const u, a, s = `{"role":"user","content":"u"}`, `{"role":"assistant","content":"a"}`, `{"role":"system","content":"s"}`
	for _, test := range []struct {
		fields   string
		messages []string
		code     string // "" is 200
		message  string
	}{
		{"", []string{u}, "", ""},
		{"", []string{s}, "", ""},
		{"", []string{s, u, a, u}, "", ""},
		{"", []string{u, u}, "", ""},
		{"", []string{}, "3230", "Conversation must have at least one message"},
		{"", []string{a}, "3230", "Conversation must start with a user message or system message"},
		{"", []string{u, a}, "3230", "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"},
		{"", []string{u, s}, "3230", "Expected last role User or Tool (or Assistant with prefix True) for serving but got system"},
		{"", []string{u, a, s, u}, "3230", "Unexpected role 'system' after role 'assistant'"},
		{"", []string{u, result("abcdefghi")}, "3230", "Unexpected role 'tool' after role 'user'"},
		{"", []string{u, call("abcdefghi"), result("abcdefghi")}, "", ""},
		{"", []string{u, call("abcdefghi"), result("abcdefghi"), u}, "", ""},
		{"", []string{u, two("abcdefghi", "abcdefgh2"), result("abcdefgh2"), result("abcdefghi")}, "", ""},
		{"", []string{u, call("abcdefghi"), result("abcdefghi"), call("abcdefghi"), result("abcdefghi")}, "", ""},
		{"", []string{u, call("abcdefghi"), result("abcdefghi"), a, u}, "", ""},
		{"", []string{u, call("abcdefghi"), `{"role":"tool","content":"r"}`}, "3280", "Tool call id has to be defined."},
		{"", []string{u, call("abcdefghi"), call("abcdefgh2"), result("abcdefghi"), result("abcdefgh2")}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, call("abcdefghi"), a, result("abcdefghi")}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, call("abcdefghi"), strings.Replace(call("abcdefgh2"), `""`, `"a","prefix":true`, 1)}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, strings.Replace(call("abcdefgh2"), `""`, `"a","prefix":true`, 1)}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, call("abcdefghi"), result("abcdefghi"), call("abcdefgh2"), result("abcdefghi")}, "3230", "Unexpected tool call id abcdefghi in tool results"},
		{"", []string{u, call("abcdefghi"), u}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, call("abcdefghi"), result("abcdefghi"), result("abcdefghi")}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, two("abcdefghi", "abcdefgh2"), result("abcdefghi")}, "3230", "Not the same number of function calls and responses"},
		{"", []string{u, call("abcdefghi"), result("ihgfedcba")}, "3230", "Unexpected tool call id ihgfedcba in tool results"},
		{"", []string{u, two("abcdefghi", "abcdefgh2"), result("abcdefghi"), result("abcdefghi")}, "3230", "Duplicate tool call id abcdefghi in tool results"},
		{"", []string{u, two("abcdefghi", "abcdefghi"), result("abcdefghi"), result("abcdefghi")}, "3230", "Duplicate tool call id abcdefghi in assistant message"},
		{"", []string{u, call("call_123"), result("call_123")}, "3280", "Tool call id was call_123 but must be a-z, A-Z, 0-9, with a length of 9."},
		{"", []string{u, call("null"), result("null")}, "3280", "Tool call id has to be defined in serving mode."},
		{"", []string{u, call(""), result("abcdefghi")}, "3280", "Tool call id has to be defined."},
		{"", []string{u, `{"role":"assistant","content":""}`, u}, "3240", "Assistant message must have either content or tool_calls, but not none."},
		{"", []string{u, `{"role":"assistant","content":"a","prefix":true}`, u}, "3240", "Assistant message with prefix True must be last message"},
		{"", []string{u, `{"role":"assistant","content":"a","prefix":true}`}, "", ""},
		{"", []string{u, `{"role":"assistant","content":"","prefix":true}`}, "3240", "Assistant message must have either content or tool_calls, but not none."},
		{"", []string{u, parts("assistant", thinking, `{"type":"text","text":"a"}`, `{"type":"reference","reference_ids":[1]}`), u}, "", ""},
		{"", []string{u, parts("assistant", `{"type":"text","text":"a"}`, thinking), u}, "3240", "ThinkChunks must be leading: all ThinkChunks must appear before any other content chunk."},
		{"", []string{u, parts("assistant", picture), u}, "3240", "Unexpected content chunk types in assistant message: ['image_url']"},
		{"", []string{parts("user", picture, thinking)}, "3240", "Unexpected content chunk types in user message: ['thinking']"},
		{"", []string{parts("system", picture), u}, "3240", "Unexpected content chunk types in system message: ['image_url']"},
		{"", []string{parts("system", thinking), u}, "", ""},
		{"", []string{u, call("abcdefghi"), parts("tool", picture)}, "", ""},
		{"", []string{u, call("abcdefghi"), parts("tool", thinking)}, "3240", "Unexpected content chunk types in tool message: ['thinking']"},
		{"", []string{u, call("abcdefghi"), strings.Replace(result("abcdefghi"), `"r"`, `"r","name":"a b"`, 1)}, "3280", "Function name was a b but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."},
		{`"tools":[{"type":"function","function":{"name":"a b","parameters":{}}}],`, []string{u}, "3280", "Function name was a b but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64."},
		{`"reasoning_effort":"medium",`, []string{u}, "3051", "reasoning_effort='medium' is not supported for this model. Must be one of (<ReasoningEffort.none: 'none'>, <ReasoningEffort.high: 'high'>)"},
		{`"prompt_mode":"reasoning",`, []string{u}, "3051", "Reasoning prompt mode is not enabled for this model"},
		{`"logprobs":true,`, []string{u}, "3051", "Logprobs are not enabled for this model"},
		{`"temperature":0,"top_p":0.5,`, []string{u}, "3051", "top_p must be 1 when using greedy sampling."},
		{`"temperature":0,"top_p":1,`, []string{u}, "", ""},
		{`"n":2,"prediction":{"type":"content","content":"x"},`, []string{u}, "3051", "n must be 1 when using a prediction."},
		{"", []string{`{"role":"user","content":"` + strings.Repeat("word ", 2500) + `"}`}, "3051", "Prompt contains 2505 tokens and 0 draft tokens, too large for model with 2000 maximum context length"},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","properties":{}}}},`, []string{u}, "null", "Missing `additionalProperties: False` in object schema"},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","additionalProperties":false,"properties":{"a":{"type":"array","items":{"type":"object"}}}}}},`, []string{u}, "null", "Missing `additionalProperties: False` in object schema"},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","additionalProperties":false}}},`, []string{u}, "", ""},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"object","additionalProperties":true}}},`, []string{u}, "null", "Missing `additionalProperties: False` in object schema"},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/o"}],"$defs":{"o":{"type":"object"}}}}},`, []string{u}, "null", "Missing `additionalProperties: False` in object schema"},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"anyOf":[{"type":"string"},{"type":"object"}]}}},`, []string{u}, "null", "Missing `additionalProperties: False` in object schema"},
		{`"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}},`, []string{u}, "", ""},
	} {
		body := `{` + test.fields + `"messages":[` + strings.Join(test.messages, ",") + `]}`
		got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), body)
		if test.code == "" {
			assert.Equal(t, 200, got.status, "%.300s\n%s", body, got.body)
			continue
		}
		code := test.code
		if code != "null" {
			code = strconv.Quote(code)
		}
		assert.Equal(t, 400, got.status, "%.300s\n%.300s", body, got.body)
		assert.Contains(t, got.body, `"code":`+code+`,"raw_status_code":400}`, "%.300s", body)
		assert.Equal(t, test.message, message(t, got.body), "%.300s", body)
	}
}

func TestSwitches(t *testing.T) {
	toUser := `{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"r","tool_call_id":"abcdefghi"},{"role":"user","content":"u"}]}`
	h, client := local(t, &Options{RefuseUserAfterTool: true})
	got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), toUser)
	assert.Equal(t, 400, got.status)
	assert.Equal(t, "Unexpected role 'user' after role 'tool'", message(t, got.body))

	h, client = local(t, &Options{Lenient: true, Deployments: []string{"mine"}})
	assert.Equal(t, 200, ask(t, client, realURL(h, azmistral.RouteModels), `{"foo":1,"model":"other","messages":[{"role":"tool","content":7}]}`).status)
	assert.Equal(t, 422, ask(t, client, realURL(h, azmistral.RouteModels), `{}`).status)
}
