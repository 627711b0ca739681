package errbody

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// guide is what Azure appends to the refusals of its model containers.
const guide = "\nPlease check this guide to understand why this error code might have been returned \nhttps://docs.microsoft.com/en-us/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes\n"

const guideLine = "Please check this guide to understand why this error code might have been returned https://docs.microsoft.com/en-us/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes"

const (
	filtered  = "The response was filtered due to the prompt triggering Microsoft's content management policy. Please modify your prompt and retry."
	forbidden = "Extra inputs are not permitted"
	noKey     = "Access denied due to invalid subscription key. Make sure you are subscribed to an API you are trying to call and provide the right key."
	toolOrder = "Unexpected role 'user' after role 'tool'"
)

// bodies are the shapes that have been recorded, documented or reported, each as
// it came, and a few that are made up to a known form.
var bodies = []struct {
	name, body string
	want       Problem
}{
	// Azure.
	{"numeric code as text", `{"error":{"code":"404","message":"Resource not found"}}`,
		Problem{Status: 404, Code: "404", Message: "Resource not found"}},
	{"deployment not found", `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}`,
		Problem{Code: "DeploymentNotFound", Message: "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}},
	{"prompt filtered, with results", `{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}}}}`,
		Problem{Status: 400, Code: "content_filter", Param: "prompt", Message: "The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.",
			Filter: map[string]FilterResult{"hate": {Severity: "safe"}, "self_harm": {Severity: "safe"}, "sexual": {Severity: "safe"}, "violence": {Filtered: true, Severity: "medium"}}}},
	{"prompt filtered, other spellings", `{"error":{"message":"no","code":"content_filter","innererror":{"content_filter_results":{"self-harm":{"filtered":true,"severity":"high"},"jailbreak":{"filtered":true,"detected":true},"Custom_New":{},"custom_blocklists":[{"id":"a","filtered":false},{"id":"b","filtered":true}],"profanity":null}}}}`,
		Problem{Code: "content_filter", Message: "no",
			Filter: map[string]FilterResult{"self-harm": {Filtered: true, Severity: "high"}, "jailbreak": {Filtered: true, Detected: true}, "Custom_New": {}, "custom_blocklists": {Filtered: true}}}},
	{"prompt filtered, results beside the code", `{"error":{"code":"content_filter","message":"no","content_filter_results":{"hate":{"filtered":true,"severity":"low"},"custom_blocklists":{"filtered":false,"details":[]}}}}`,
		Problem{Code: "content_filter", Message: "no", Filter: map[string]FilterResult{"hate": {Filtered: true, Severity: "low"}, "custom_blocklists": {}}}},
	{"prompt filtered, without results", `{"error":{"message":"` + filtered + `","type":null,"param":"prompt","code":"content_filter","status":400}}`,
		Problem{Status: 400, Code: "content_filter", Param: "prompt", Message: filtered}},
	{"output blocked, like an answer", `{"choices":[{"finish_reason":"content_filter","content_filter_results":{"error":{"message":"Response content blocked by label 'Jailbreak'."}}}],"usage":{"prompt_tokens":1}}`,
		Problem{Code: "content_filter", Message: "Response content blocked by label 'Jailbreak'."}},
	{"output blocked, with results", `{"choices":[{"finish_reason":"content_filter","content_filter_results":{"hate":{"filtered":true,"severity":"high"},"error":{"message":"blocked"}},"message":{"content":"secret"}}]}`,
		Problem{Code: "content_filter", Message: "blocked", Filter: map[string]FilterResult{"hate": {Filtered: true, Severity: "high"}}}},
	{"tokens per minute", `{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-06-01 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 60 seconds. Please contact Azure support service if you would like to further increase the default rate limit."}}`,
		Problem{Status: 429, Code: "429", Wait: time.Minute, Message: "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-06-01 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 60 seconds. Please contact Azure support service if you would like to further increase the default rate limit."}},
	{"tokens per minute, newer", `{"error":{"message":"Your requests to gpt-5.1 for gpt-5.1 in East US 2 have exceeded the token rate limit. Please retry after 59 seconds.","type":"too_many_requests","code":"429"}}`,
		Problem{Status: 429, Code: "429", Type: "too_many_requests", Wait: 59 * time.Second, Message: "Your requests to gpt-5.1 for gpt-5.1 in East US 2 have exceeded the token rate limit. Please retry after 59 seconds."}},
	{"daily quota", `{"error":{"code":"RateLimitReached","message":"Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 86400 seconds before retrying.","details":"Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 86400 seconds before retrying."}}`,
		Problem{Code: "RateLimitReached", Wait: 24 * time.Hour, Message: "Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 86400 seconds before retrying."}},
	{"overflow", "", Problem{}},
	{"overflow, guide only", guide, Problem{Message: guideLine}},
	{"gateway, key", `{ "statusCode": 401, "message": "` + noKey + `" }`, Problem{Status: 401, Message: noKey}},
	{"gateway, rate", `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 26 seconds." }`,
		Problem{Status: 429, Message: "Rate limit is exceeded. Try again in 26 seconds.", Wait: 26 * time.Second}},
	{"gateway, quota in days", `{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }`,
		Problem{Status: 403, Message: "Out of call volume quota. Quota will be replenished in 2.12 days.", Wait: 183168 * time.Second}},
	{"gateway, quota as a clock", `{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 00:30:02." }`,
		Problem{Status: 403, Message: "Out of call volume quota. Quota will be replenished in 00:30:02.", Wait: 30*time.Minute + 2*time.Second}},
	{"gateway, token quota", `{"error":{"statusCode":403,"message":"Out of token quota."}}`, Problem{Status: 403, Message: "Out of token quota."}},
	{"model inference, detail an object", `{"status":422,"code":"parameter_not_supported","detail":{"loc":["body","response_format"],"input":"json_object"},"message":"One of the parameters contain invalid values."}`,
		Problem{Status: 422, Code: "parameter_not_supported", Message: "One of the parameters contain invalid values.", Fields: []Field{{Path: "response_format"}}}},
	{"model inference, error a headline", `{"error":"Too many requests","message":"You have hit your quota.","status":429}`,
		Problem{Status: 429, Message: "Too many requests: You have hit your quota."}},
	{"model inference, error a word", `{"error":"unauthorized","message":"The key is wrong.","status":401}`,
		Problem{Status: 401, Code: "unauthorized", Message: "The key is wrong."}},
	{"serverless, wrong key", `{"status": "Invalid auth token"}`, Problem{Message: "Invalid auth token"}},
	{"serverless, no such route", `{"detail":"Not Found"}`, Problem{Message: "Not Found"}},
	{"serverless, validation", `{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted","input":"default_user_id","url":"https://errors.pydantic.dev/2.6/v/extra_forbidden"}]}`,
		Problem{Message: "user: " + forbidden, Fields: []Field{{Path: "user", Message: forbidden, Type: "extra_forbidden"}}}},
	{"serverless, extra parameters", `{"detail":"Extra parameters ['n'] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model."}`,
		Problem{Message: "Extra parameters ['n'] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model."}},
	{"wrapped, message is JSON text", `{"error":{"code":"Invalid input","message":"{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"stream_options\",\"include_usage\"],\"msg\":\"Extra inputs are not permitted\",\"input\":true}]}","status":422}}`,
		Problem{Status: 422, Code: "Invalid input", Message: "stream_options.include_usage: " + forbidden, Fields: []Field{{Path: "stream_options.include_usage", Message: forbidden, Type: "extra_forbidden"}}}},
	{"wrapped, escaped twice", `{"error":{"message":"Error: {\\\"detail\\\":[{\\\"type\\\":\\\"missing\\\",\\\"loc\\\":[\\\"body\\\",\\\"a\\\"],\\\"msg\\\":\\\"Field required\\\",\\\"input\\\":\\\"secret\\\"}]}"}}`,
		Problem{Message: "Error: a: Field required", Fields: []Field{{Path: "a", Message: "Field required", Type: "missing"}}}},
	{"wrapped, details", `{"error":{"code":"Invalid input","message":"invalid input error","status":422,"details":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from","input":"secret"}]}}`,
		Problem{Status: 422, Code: "Invalid input", Message: "invalid input error", Fields: []Field{{Message: "Input should be a valid dictionary or object to extract fields from", Type: "model_attributes_type"}}}},
	{"wrapped, Mistral's own error", `{"error":{"code":"Bad Request","message":"{\"object\":\"Error\",\"message\":\"Unexpected role 'user' after role 'tool'\",\"type\":\"invalid_request_error\",\"code\":3230}","status":400}}`,
		Problem{Status: 400, Code: "3230", Type: "invalid_request_error", Message: toolOrder}},
	{"bare Mistral on Foundry", `{"object":"Error","message":"Unexpected role 'user' after role 'tool'","type":"invalid_request_message_order","code":3230}`,
		Problem{Code: "3230", Type: "invalid_request_message_order", Message: toolOrder}},
	{"JSON, then prose", `{"object":"error","message":"Tool 'g' not found in tools list.","type":"BadRequestError","param":null,"code":400}` + guide,
		Problem{Status: 400, Code: "400", Type: "BadRequestError", Message: "Tool 'g' not found in tools list."}},
	{"JSON of fields, then prose", `{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}` + guide,
		Problem{Message: "messages: Field required", Fields: []Field{{Path: "messages", Message: "Field required", Type: "missing"}}}},
	{"JSON without words, then prose", `{"foo":1}` + guide, Problem{Message: guideLine}},
	{"JSON, then prose that asks to wait", `{"message":"busy"} Please retry after 5 seconds`, Problem{Message: "busy", Wait: 5 * time.Second}},
	{"pydantic prose, then prose", `{"object":"error","message":"1 validation error for Tool\nfunction\n  Field required [type=missing, input_value={'type': 'function', 'name': 'secret]'}, input_type=dict]\n    For further information visit https://errors.pydantic.dev/2.13/v/missing","type":"BadRequest","param":null,"code":400}` + guide,
		Problem{Status: 400, Code: "400", Type: "BadRequest", Message: "1 validation error for Tool function Field required [type=missing]"}},
	{"pydantic prose, two entries", `{"message":"2 validation errors for M\na\n  Field required [type=missing, input_value='secret, input_type=int]', input_type=str]\n    For further information visit https://x\nb\n  Input should be 'x' [type=literal_error, input_value='secret', input_type=str]"}`,
		Problem{Message: "2 validation errors for M a Field required [type=missing] b Input should be 'x' [type=literal_error]"}},
	{"pydantic prose, cut off", `{"message":"1 validation error for M\na\n  Field required [type=missing, input_value={'content': 'secret`,
		Problem{Message: "1 validation error for M a Field required [type=missing"}},
	{"pydantic prose, plain", "1 validation error for M\na\n  Field required [type=missing, input_value={'content': 'secret'}, input_type=dict]",
		Problem{Message: "1 validation error for M a Field required [type=missing]"}},
	{"plain text, then prose", "upstream request timeout" + guide, Problem{Message: "upstream request timeout"}},
	{"plain text", "upstream request timeout", Problem{Message: "upstream request timeout"}},
	{"role missing", `{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}`,
		Problem{Code: "PermissionDenied", Message: "Principal does not have access to API/Operation."}},
	{"model server error", `{"error":{"message":"The server had an error processing your request. Sorry about that! You can retry your request, or contact us if the error persists.","type":"server_error","param":null,"code":null}}`,
		Problem{Type: "server_error", Message: "The server had an error processing your request. Sorry about that! You can retry your request, or contact us if the error persists."}},
	{"invalid prompt", `{"error":{"message":"Sorry! We've encountered an issue with repetitive patterns in your prompt.","type":"invalid_request_error","param":"prompt","code":"invalid_prompt"}}`,
		Problem{Code: "invalid_prompt", Type: "invalid_request_error", Param: "prompt", Message: "Sorry! We've encountered an issue with repetitive patterns in your prompt."}},
	{"html", "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>",
		Problem{Message: "504 Gateway Time-out"}},
	{"html, title and heading", "<!DOCTYPE html><HTML><style>h1{}</style><Title>Blocked &amp; logged</Title><body><H1 class=x>Your <b>proxy</b>\nsays no</H1><p>more</p>",
		Problem{Message: "Blocked & logged: Your proxy says no"}},
	{"html, text only", "<!doctype html><script>var title='x'</script><p>Service <i>un</i>available<!-- a > b -->", Problem{Message: "Service un available"}},
	{"null", "null", Problem{}},
	{"value error", `{"error":{"message":"Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'.","type":"invalid_request_error","param":"tool_choice","code":"invalid_value"}}`,
		Problem{Code: "invalid_value", Type: "invalid_request_error", Param: "tool_choice", Message: "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'."}},
	{"keys disabled", `{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}`,
		Problem{Code: "AuthenticationTypeDisabled", Message: "Key based authentication is disabled for this resource."}},
	{"managed, a word", "key_auth_access_denied", Problem{Message: "key_auth_access_denied"}},
	{"Azure details", `{"error":{"code":"InvalidRequest","message":"Bad.","target":"body","details":[{"code":"TooLong","message":"Too long.","target":"messages[0]"},{"code":"Other","message":"Other words."}]}}`,
		Problem{Code: "InvalidRequest", Param: "body", Message: "Bad. Other words.", Fields: []Field{{Path: "messages[0]", Message: "Too long.", Type: "TooLong"}}}},

	// Mistral.
	{"A", `{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted","input":false},{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":8192}]}`,
		Problem{Message: "store: " + forbidden + "; max_completion_tokens: " + forbidden,
			Fields: []Field{{"store", forbidden, "extra_forbidden"}, {"max_completion_tokens", forbidden, "extra_forbidden"}}}},
	{"A, deep", `{"detail":[{"type":"extra_forbidden","loc":["body","messages",31,"assistant","reasoning_content"],"msg":"Extra inputs are not permitted","input":"secret","ctx":{"secret":1}},{"type":"missing","loc":["body","messages",0,"user","name"],"msg":"Field required"},{"type":"int_type","loc":[0,1,"a"],"msg":"m"},{"type":"t","loc":["query","body"],"msg":"m"}]}`,
		Problem{Message: "messages[31].assistant.reasoning_content: " + forbidden + "; messages[0].user.name: Field required; [0][1].a: m; and 1 more",
			Fields: []Field{{"messages[31].assistant.reasoning_content", forbidden, "extra_forbidden"}, {"messages[0].user.name", "Field required", "missing"}, {"[0][1].a", "m", "int_type"}, {"query.body", "m", "t"}}}},
	{"B", `{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","max_completion_tokens"],"msg":"Extra inputs are not permitted","input":32000}]},"type":"invalid_request_error","param":null,"code":null}`,
		Problem{Type: "invalid_request_error", Message: "max_completion_tokens: " + forbidden, Fields: []Field{{"max_completion_tokens", forbidden, "extra_forbidden"}}}},
	{"C", `{"object":"error","message":"{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"messages\"],\"msg\":\"Field required\",\"input\":{\"model\":\"secret\"}}]}","type":"internal_error_proxy","param":null,"code":"1000"}`,
		Problem{Code: "1000", Type: "internal_error_proxy", Message: "messages: Field required", Fields: []Field{{"messages", "Field required", "missing"}}}},
	{"D", `{"object":"Error","detail":[{"type":"missing","loc":["body","inputs"],"msg":"Field required"}],"message":[{"type":"missing","loc":["body","inputs"],"msg":"Field required"}],"type":"invalid_request_error","code":3001}`,
		Problem{Code: "3001", Type: "invalid_request_error", Message: "inputs: Field required", Fields: []Field{{"inputs", "Field required", "missing"}}}},
	{"F, in Python's spelling", `{'detail': [{'type': 'extra_forbidden', 'loc': ['body', 'user'], 'msg': "It's not permitted", 'input': True, 'ctx': None, 'url': 'https://errors.pydantic.dev/2.6/v/extra_forbidden'}]}`,
		Problem{Message: "user: It's not permitted", Fields: []Field{{"user", "It's not permitted", "extra_forbidden"}}}},
	{"F, in a sentence", `Error code: 422 - {'detail': [{'type': 'missing', 'loc': ['body', 'a'], 'msg': 'Field required', 'input': {'b': 'secret'}}]} in call`,
		Problem{Message: "Error code: 422: a: Field required", Fields: []Field{{"a", "Field required", "missing"}}}},
	{"context too long", `{"object":"error","message":"Prompt contains 159202 tokens and 0 draft tokens, too large for model with 131072 maximum context length","type":"invalid_request_invalid_args","param":null,"code":"3051","raw_status_code":400}`,
		Problem{Status: 400, Code: "3051", Type: "invalid_request_invalid_args", Message: "Prompt contains 159202 tokens and 0 draft tokens, too large for model with 131072 maximum context length"}},
	{"reasoning effort", `{"object":"error","message":"reasoning_effort='medium' is not supported for this model. Must be one of (<ReasoningEffort.none: 'none'>, <ReasoningEffort.high: 'high'>)","type":"invalid_request_invalid_args","param":null,"code":"3051"}`,
		Problem{Code: "3051", Type: "invalid_request_invalid_args", Message: "reasoning_effort='medium' is not supported for this model. Must be one of (<ReasoningEffort.none: 'none'>, <ReasoningEffort.high: 'high'>)"}},
	{"tool call id", `{"object":"error","message":"Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9.","type":"invalid_function_call","param":null,"code":"3280","raw_status_code":400}`,
		Problem{Status: 400, Code: "3280", Type: "invalid_function_call", Message: "Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9."}},
	{"key", `{"detail":"Invalid API Key"}`, Problem{Message: "Invalid API Key"}},
	{"gateway", `{"message":"Unauthorized","request_id":"933f"}`, Problem{Message: "Unauthorized"}},
	{"rate", `{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300","raw_status_code":429}`,
		Problem{Status: 429, Code: "1300", Type: "rate_limited", Message: "Rate limit exceeded"}},
	{"guardrail", `{"error":{"message":"Content blocked by guardrail","status":403},"guardrails":{"results":{"moderation_llm_v2":{"model_name":"mistral-moderation-2603","decisions":{"sexual":{"threshold":0.1,"score":0.3,"violated":true}},"violated":true,"action":"block"}}}}`,
		Problem{Status: 403, Message: "Content blocked by guardrail"}},
	{"guardrail failed", `{"object":"Error","message":"Request blocked due to error in guardrail evaluation and block_on_error is set to True.","type":"invalid_request_error","code":3201,"guardrails":[{"input":"secret"}]}`,
		Problem{Code: "3201", Type: "invalid_request_error", Message: "Request blocked due to error in guardrail evaluation and block_on_error is set to True."}},
	{"schema", "{\"object\":\"error\",\"message\":\"Missing `additionalProperties: False` in object schema\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}",
		Problem{Type: "invalid_request_error", Message: "Missing `additionalProperties: False` in object schema"}},

	// Others.
	{"problem document", `{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Slow down, and retry after 1.5 s."}`,
		Problem{Status: 429, Message: "Too Many Requests: Slow down, and retry after 1.5 s.", Wait: 1500 * time.Millisecond}},
	{"problem document, typed", `{"type":"https://example.com/quota","title":"Quota","status":"403"}`, Problem{Status: 403, Type: "https://example.com/quota", Message: "Quota"}},
	{"problem document, errors", `{"title":"One or more validation errors occurred.","status":400,"errors":{"Model":["The Model field is required."],"$.n":["Bad.","Worse."]}}`,
		Problem{Status: 400, Message: "One or more validation errors occurred.", Fields: []Field{{Path: "Model", Message: "The Model field is required."}, {Path: "$.n", Message: "Bad.; Worse."}}}},
	{"problem document, a field of a name that echoes", `{"title":"Bad.","errors":{"input":["secret"],"ctx":"secret"}}`, Problem{Message: "Bad."}},
	{"choices beside an error", `{"error":{"message":"m"},"choices":[{"finish_reason":"content_filter","content_filter_results":{"hate":{"filtered":true}}}]}`, Problem{Message: "m"}},
	{"error a text", `{"error":"model is loading"}`, Problem{Message: "model is loading"}},
	{"error a word", `{"error":"overloaded"}`, Problem{Message: "overloaded"}},
	{"error a number", `{"error":503}`, Problem{Message: "503"}},
	{"error in an error", `{"type":"error","error":{"error":{"type":"overloaded_error","message":"Overloaded"}}}`, Problem{Type: "overloaded_error", Message: "Overloaded"}},
	{"code a number", `{"error":{"code":429}}`, Problem{Status: 429, Code: "429"}},
	{"code a float", `{"code":422.0,"message":"m"}`, Problem{Status: 422, Code: "422", Message: "m"}},
	{"message a list", `{"message":["first","second",{"message":"third"}]}`, Problem{Message: "first; second; third"}},
	{"errors a list", `{"errors":[{"code":"E1","message":"first"},"second"]}`, Problem{Code: "E1", Message: "first; second"}},
	{"a list", `[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]`, Problem{Status: 400, Code: "400", Message: "bad"}},
	{"a list of fields", `[{"loc":["body"],"msg":"m","type":"t","input":"secret"}]`, Problem{Message: "m", Fields: []Field{{Message: "m", Type: "t"}}}},
	{"a text", `"just words"`, Problem{Message: "just words"}},
	{"names in other cases", `{"Error":{"Code":"X","Message":"words"}}`, Problem{Code: "X", Message: "words"}},
	{"xml", `<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>The server is busy.&#10;Retry after 3 seconds.</Message></Error>`,
		Problem{Code: "ServerBusy", Message: "The server is busy. Retry after 3 seconds.", Wait: 3 * time.Second}},
	{"xml with prefixes", "<e:error xmlns:e='x'><e:code>7</e:code><e:message><![CDATA[a < b]]></e:message></e:error>", Problem{Code: "7", Message: "a < b"}},
	{"last of two names wins", `{"message":"one","message":"two","code":1,"code":2}`, Problem{Code: "2", Message: "two"}},
	{"byte order mark", "\uFEFF \n{\"message\":\"m\"}", Problem{Message: "m"}},
	{"invalid utf-8", "bad \xff\xfe bytes", Problem{Message: "bad \uFFFD\uFFFD bytes"}},
	{"half surrogates and escapes", `{"message":"a\ud800b\u00e9\ud83d\ude00\u0000\/\"c\""}`, Problem{Message: "a\uFFFDbé😀 /\"c\""}},
	{"control characters", "a\x00\r\n\tb\u2028c\u0085d\x1b[31m\x7f", Problem{Message: "a b c d [31m"}},
	{"blank", " \r\n\t", Problem{}},
	{"empty object", "{}", Problem{}},
	{"empty list", "[]", Problem{}},
	{"members that are not known", `{"prompt":"secret","nested":{"message":"secret"}}`, Problem{}},
	{"cut in the input", `{"detail":[{"type":"string_type","loc":["body","messages",0,"content"],"msg":"Input should be a valid string","input":"secret secr`,
		Problem{Message: "messages[0].content: Input should be a valid string", Fields: []Field{{"messages[0].content", "Input should be a valid string", "string_type"}}}},
	{"cut in the message", `{"error":{"code":"X","message":"The server is ov`, Problem{Code: "X", Message: "The server is ov"}},
	{"not escaped", `{"error": "1 validation error for M\na\n  Field required [type=missing, input_value='"} secret', input_type=str]"}`,
		Problem{Message: "1 validation error for M a Field required [type=missing"}},
	{"not escaped, without words", `{"raw": "[type=missing, input_value='"} secret', input_type=str]"}`, Problem{}},
	{"not escaped, deeper", `{"x":{"a":"Error: {"detail":[{"input":"}} secret"}]}"}}`, Problem{}},
	{"broken", `{"message":"m", code: 7, "input":"secret"} and secret`, Problem{Message: "m"}},
	{"JSON in words without words", `Refused: {"prompt":"secret"}, sorry`, Problem{Message: "Refused: {…} , sorry"}},
	{"braces in words", `expected '{' before {name} in "{"`, Problem{Message: `expected '{' before {name} in "{"`}},
	{"brackets in words", "[error] no such model", Problem{Message: "[error] no such model"}},
	{"angles in words", "<name> is no model", Problem{Message: "<name> is no model"}},
	{"quotes in words", `"m" is no model`, Problem{Message: `"m" is no model`}},
}

func TestParse(t *testing.T) {
	for _, tt := range bodies {
		t.Run(tt.name, func(t *testing.T) {
			got := Parse([]byte(tt.body))
			assert.Equal(t, tt.want, got)
			assert.NotContains(t, fmt.Sprint(got), "secret")
		})
	}
}

func TestParseBounds(t *testing.T) {
	long := strings.Repeat("word ", 3000)
	p := Parse([]byte(`{"message":"` + long + `","code":"` + long + `","type":"` + long + `","param":"` + long + `"}`))
	assert.Equal(t, maxMessage, len(p.Message))
	assert.True(t, strings.HasSuffix(p.Message, "…"), "a cut shows")
	for _, text := range []string{p.Code, p.Type, p.Param} {
		assert.LessOrEqual(t, len(text), maxWord)
		assert.NotEmpty(t, text)
	}
	assert.Equal(t, strings.Repeat("é", 2048), Parse([]byte(strings.Repeat("é", 2048))).Message, "just fits")
	assert.Equal(t, strings.Repeat("é", 2046)+"…", Parse([]byte(strings.Repeat("é", 2049))).Message, "cut between characters")

	var fields strings.Builder
	for i := range 100 {
		fmt.Fprintf(&fields, `{"loc":["body",%d,"%s"],"msg":"%s","type":"t"},`, i, long[:2000], long)
	}
	p = Parse([]byte(`{"detail":[` + fields.String() + `]}`))
	assert.Len(t, p.Fields, maxFields)
	for _, field := range p.Fields {
		assert.LessOrEqual(t, len(field.Path), maxPath)
		assert.LessOrEqual(t, len(field.Message), maxMessage)
	}

	var categories strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&categories, `"%d%s":{"filtered":true},`, i, long)
	}
	p = Parse([]byte(`{"content_filter_result":{` + categories.String() + `"z":{}}}`))
	assert.LessOrEqual(t, len(p.Filter), maxCategories)
	assert.NotEmpty(t, p.Filter)
}

func TestParseReadsTheBeginningOfProse(t *testing.T) {
	inner := `{"message":"m","code":"7"}`
	assert.Equal(t, "7", Parse([]byte(strings.Repeat("x ", 30_000)+inner)).Code)
	assert.Empty(t, Parse([]byte(strings.Repeat("x ", 40_000)+inner)).Code)
}

// A reader that goes down into each of these would use up the stack.
func TestDeepBodies(t *testing.T) {
	for _, unit := range []string{"[", `{"error":`, `{"message":[`, `{"unknown":`} {
		body := []byte(strings.Repeat(unit, 4<<20/len(unit)))
		assert.Equal(t, Problem{}, Parse(body))
		Detect("", body)
	}
	var p Problem
	p.Message = "m"
	assert.Equal(t, p, Parse([]byte(`{"detail":`+strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)+`,"message":"m"}`)))
}

// Hostile texts take neither stack nor time: each of these is deep, or quadratic
// in a careless reader.
func TestHostileBodies(t *testing.T) {
	const size = 128 << 10
	for _, unit := range []string{
		"[", "{", `{"error":`, `[{"error":[`, `{"message":`, `{"a":`, `"`, `\`, `{"`, `{'`, `{"{'`, `{\"a\" `, `{\\\"`, `{"a":{}} `, `x{"a":1}`,
		"<", "<a", "<a>", "</", "<!--", "<![CDATA[", "<title>", "<message>", "input_value=", "input_value=1, input_type=x] ", "input_type=",
		"retry after ", "retry after 1m", "retry after 1,111", "try again again again ", "1", "retry after 00:", "&amp;", "\uFEFF", "é", "\xff",
		`{"detail":[{"loc":["body",1],"msg":"x"}]}`, `{"message":"{\"message\":`,
	} {
		text := strings.Repeat(unit, size/len(unit))
		for _, body := range []string{text, "x " + text, "<p>" + text, `{"message":"` + text, `{"errors":[` + text, `{"ctx":` + text} {
			start := time.Now()
			p := Parse([]byte(body))
			assert.LessOrEqual(t, len(p.Message), maxMessage)
			Detect("", []byte(body))
			// Some 0.1 s here; a quadratic reader takes hours.
			assert.Less(t, time.Since(start), 20*time.Second, "%.40q", body)
		}
	}
}
