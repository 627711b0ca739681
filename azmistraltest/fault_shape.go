package azmistraltest

import (
	"net/http"
	"time"

	"github.com/azmistral/azmistral"
)

// shapeScenarios are the bodies of refusals that were recorded, documented or
// reported: the service's words reach the caller, whatever is around them.
func shapeScenarios() []Scenario {
	const json, plain = "application/json", "text/plain"
	filtered := func(code string, words string) Want {
		return wantKind(azmistral.ErrContentFiltered, wantCoded(400, code, words))
	}
	row := func(name, does string, want Want, contentType, body string) Scenario {
		return Scenario{Name: "shape-" + name, Does: does, Want: want, reply: func(args) Reply { return typed(want.Status, contentType, body).echoing() }}
	}
	after := func(d time.Duration, w Want) Want { return wantWait(d, wantSends(1, w)) } // too long to wait
	return []Scenario{
		row("code-text", "a code that is a number in a text", wantCoded(404, "404", "Resource not found"), json, `{"error":{"code":"404","message":"Resource not found"}}`),
		row("deployment", "Azure OpenAI's unknown deployment", wantCoded(404, "DeploymentNotFound", "does not exist"), json,
			`{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}`),
		row("filter-inner", "a filtered prompt with the filter's results inside", filtered("content_filter", "content management policy"), json,
			`{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI’s content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}}}}`),
		row("filter-plain", "a filtered prompt without the filter's results", filtered("content_filter", "Please modify your prompt"), json,
			`{"error":{"message":"The response was filtered due to the prompt triggering Microsoft's content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400}}`),
		row("filter-choice", "400 with a choice that the filter cut", wantKind(azmistral.ErrContentFiltered, wantCoded(400, "*", "Response content blocked")), json,
			`{"choices":[{"finish_reason":"content_filter","content_filter_results":{"error":{"message":"Response content blocked by label 'Jailbreak'."}}}],"usage":{"prompt_tokens":1}}`),
		row("rate-prose", "429 whose words ask for a minute and a half", after(90*time.Second, wantCoded(429, "429", "exceeded token rate limit")), json,
			`{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-06-01 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 90 seconds."}}`),
		row("rate-empty", "429 with nothing but a content type", wantStatus(429), plain, ""),
		row("rate-guide", "429 whose body is only the help text", wantStatus(429, "check this guide"), plain, guide),
		row("gateway-key", "API Management's refusal of a key", wantStatus(401, "invalid subscription key"), json,
			`{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure you are subscribed to an API you are trying to call and provide the right key." }`),
		row("gateway-rate", "API Management's rate limit, two minutes", after(120*time.Second, wantStatus(429, "Rate limit is exceeded")), json,
			`{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 120 seconds." }`),
		row("gateway-quota", "API Management's quota", after(183168*time.Second, wantKind(azmistral.ErrQuotaExceeded, wantStatus(403, "Out of call volume quota"))), json,
			`{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }`),
		row("inference-422", "the inference API's 422: the detail is an object", wantCoded(422, "parameter_not_supported", "One of the parameters contain invalid values", "response_format"), json,
			`{"status":422,"code":"parameter_not_supported","detail":{"loc":["body","response_format"],"input":"json_object"},"message":"One of the parameters contain invalid values."}`),
		row("inference-401", "the inference API's 401: the error is a text", wantCoded(401, "*", "bad token"), json, `{"error":"Unauthorized","message":"bad token","status":401}`),
		row("serverless-key", "a serverless endpoint's refusal of a key", wantStatus(401, "Invalid auth token"), json, `{"status": "Invalid auth token"}`),
		row("serverless-route", "424: the model does not offer the route", wantKind(azmistral.ErrNotFound, wantStatus(424, "Not Found")), json, `{"detail":"Not Found"}`),
		row("fastapi", "a 422 that repeats what was sent", wantStatus(422, "user", "Extra inputs are not permitted"), json,
			`{"detail":[{"type":"extra_forbidden","loc":["body","user"],"msg":"Extra inputs are not permitted","input":"{{prompt}}","url":"https://errors.pydantic.dev/2.6/v/extra_forbidden"}]}`),
		row("detail-text", "a detail that is a text", wantStatus(400, "Extra parameters ['n'] are not allowed"), json,
			`{"detail":"Extra parameters ['n'] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model."}`),
		row("nested-json", "a message that is JSON in a text, and repeats what was sent", wantCoded(422, "Invalid input", "stream_options.include_usage"), json,
			`{"error":{"code":"Invalid input","message":"{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"stream_options\",\"include_usage\"],\"msg\":\"Extra inputs are not permitted\",\"input\":\"{{prompt}}\"}]}","status":422}}`),
		row("nested-details", "details beside a message", wantStatus(422, "invalid input error"), json,
			`{"error":{"message":"invalid input error","status":422,"details":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary"}]}}`),
		row("nested-mistral", "Mistral's error in a text of Foundry's", Want{Err: azmistral.ErrInvalidRequest, Status: 400, Sends: 1, Code: "*", Words: []string{"3230", "Unexpected role 'user' after role 'tool'"}}, json,
			`{"error":{"code":"Bad Request","message":"{\"object\":\"Error\",\"message\":\"Unexpected role 'user' after role 'tool'\",\"type\":\"invalid_request_error\",\"code\":3230}"}}`),
		row("mistral", "Mistral's error, its code a number", wantCoded(400, "3230", "Unexpected role 'user' after role 'tool'"), json,
			`{"object":"Error","message":"Unexpected role 'user' after role 'tool'","type":"invalid_request_message_order","code":3230}`),
		row("mistral-object", "Mistral's error, its message an object", wantStatus(422, "messages", "Field required"), json,
			`{"object":"error","message":{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":"{{prompt}}"}]},"type":"invalid_request_error","param":null,"code":null}`),
		row("mistral-list", "Mistral's error, its message a list", wantStatus(422, "Field required"), json,
			`{"object":"error","message":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}],"type":"invalid_request_error","code":null}`),
		row("then-prose", "JSON with help behind it", wantCoded(400, "400", "Tool 'g' not found in tools list."), json,
			`{"object":"error","message":"Tool 'g' not found in tools list.","type":"BadRequestError","param":null,"code":400}`+guide),
		row("words-prose", "plain words with help behind them", wantStatus(408, "upstream request timeout"), plain, "upstream request timeout"+guide),
		row("role", "401: the role is missing", wantKind(azmistral.ErrPermission, wantCoded(401, "PermissionDenied", "Principal does not have access")), json,
			`{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}`),
		row("code-null", "a code that is null", wantStatus(500, "The server had an error"), json,
			`{"error":{"message":"The server had an error processing your request.","type":"server_error","param":null,"code":null}}`),
		row("invalid-prompt", "a model that refuses the prompt", wantCoded(400, "invalid_prompt", "repetitive patterns"), json,
			`{"error":{"message":"Sorry! We've encountered an issue with repetitive patterns in your prompt.","type":"invalid_request_error","param":"prompt","code":"invalid_prompt"}}`),
		row("keys-disabled", "403: keys are switched off", wantCoded(403, "AuthenticationTypeDisabled", "Key based authentication is disabled"), json,
			`{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}`),
		row("managed-key", "a managed endpoint's refusal of a key, in one word", wantStatus(401, "key_auth_access_denied"), plain, "key_auth_access_denied"),
		row("problem", "a problem document", wantStatus(503, "try later"), "application/problem+json", `{"type":"about:blank","title":"Unavailable","status":503,"detail":"try later"}`),
		row("errors", "a list of errors", wantStatus(400, "first reason"), json, `{"errors":[{"message":"first reason"},{"message":"second"}]}`),
		row("list", "a list at the top", wantStatus(400, "first reason"), json, `[{"error":{"message":"first reason"}}]`),
		row("xml", "XML", wantCoded(403, "AuthorizationFailure", "not authorized"), "application/xml",
			`<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthorizationFailure</Code><Message>This request is not authorized.</Message></Error>`),
		row("inner", "an innererror with a code of its own", wantCoded(400, "BadRequest", "outer words"), json,
			`{"error":{"code":"BadRequest","message":"outer words","innererror":{"code":"Inner","message":"inner words"}}}`),
		row("unknown", "members that nobody knows, and the prompt in one", wantStatus(400), json, `{"reason_text":"{{prompt}}","ok":false}`),
		row("html-title", "a page of a front door", wantStatus(504, "Gateway Time-out"), "text/html", "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body><center><h1>504 Gateway Time-out</h1></center></body></html>"),
		{Name: "shape-gzip", Does: "an error that is compressed", Want: wantStatus(400, "squeezed words"),
			reply: func(args) Reply {
				return typed(400, json, zipped(`{"message":"squeezed words"}`)).Header("Content-Encoding", "gzip")
			}},
		{Name: "shape-429-insufficient", Does: "429: a quota of longer than minutes", Want: wantKind(azmistral.ErrQuotaExceeded, wantSends(1, wantCoded(429, "insufficient_quota", "exceeded your current quota")), azmistral.ErrRateLimited),
			reply: func(args) Reply {
				return Raw(http.StatusTooManyRequests, nil, `{"error":{"message":"You exceeded your current quota, please check your plan.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`)
			}},
		{Name: "shape-not-retried", Does: "503 with x-should-retry: false", Want: wantSends(1, wantStatus(503, "do not come back")),
			reply: func(args) Reply {
				return Raw(503, nil, `{"message":"do not come back"}`).Header("X-Should-Retry", "false")
			}},
	}
}
