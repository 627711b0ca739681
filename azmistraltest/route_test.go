package azmistraltest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

func TestLocate(t *testing.T) {
	type found struct {
		route      azmistral.Route
		op         operation
		deployment string
	}
	for _, test := range []struct {
		url  string
		want found
	}{
		{"http://127.0.0.1:80/chat/completions?api-version=x", found{azmistral.RouteServerless, opChat, ""}},
		{"http://127.0.0.1/v1/chat/completions", found{azmistral.RouteServerlessV1, opChat, ""}},
		{"http://localhost:8080/v1/models/chat/completions", found{azmistral.RouteServerlessV1, opChat, ""}},
		{"http://[::1]:8080/models/chat/completions", found{azmistral.RouteModels, opChat, ""}},
		{"http://127.0.0.1/openai/v1/chat/completions", found{azmistral.RouteOpenAIV1, opChat, ""}},
		{"http://127.0.0.1/api/projects/p/openai/v1/chat/completions", found{azmistral.RouteOpenAIV1, opChat, ""}},
		{"http://127.0.0.1/openai/deployments/a%20b/chat/completions", found{azmistral.RouteDeployments, opChat, "a b"}},
		{"http://127.0.0.1/score", found{azmistral.RouteManaged, opChat, ""}},
		{"http://127.0.0.1/managed/v1/chat/completions", found{azmistral.RouteManaged, opChat, ""}},
		{"http://127.0.0.1/managed/score", found{azmistral.RouteManaged, opChat, ""}},
		{"http://127.0.0.1/inference/chat/completions", found{azmistral.RouteGitHub, opChat, ""}},
		{"http://127.0.0.1/orgs/o/inference/chat/completions", found{azmistral.RouteGitHub, opChat, ""}},
		{"http://127.0.0.1/info", found{azmistral.RouteServerless, opInfo, ""}},
		{"http://127.0.0.1/models/info", found{azmistral.RouteModels, opInfo, ""}},
		{"http://127.0.0.1/v1/models", found{azmistral.RouteServerlessV1, opModels, ""}},
		{"http://127.0.0.1/openai/v1/models", found{azmistral.RouteOpenAIV1, opModels, ""}},
		{"http://127.0.0.1/openai/models", found{azmistral.RouteDeployments, opModels, ""}},
		{"http://127.0.0.1/nothing", found{azmistral.RouteGeneric, opUnknown, ""}},
		{"http://127.0.0.1/models/models/chat/completions", found{azmistral.RouteOpenAIV1, opUnknown, ""}},
		{"http://127.0.0.1/v1/v1/chat/completions", found{azmistral.RouteGeneric, opUnknown, ""}},
		{"https://gateway.example.com/v1/chat/completions", found{azmistral.RouteGeneric, opChat, ""}},
		{"https://gateway.example.com/openai/v1/chat/completions", found{azmistral.RouteOpenAIV1, opChat, ""}},
		{"https://m.eastus2.models.ai.azure.com/chat/completions", found{azmistral.RouteServerless, opChat, ""}},
		{"https://m.eastus2.models.ai.azure.com/v1/chat/completions", found{azmistral.RouteServerlessV1, opChat, ""}},
		{"https://m-serverless.eastus2.inference.ai.azure.com/v1/chat/completions", found{azmistral.RouteServerlessV1, opChat, ""}},
		{"https://m.eastus2.models.ai.azure.com/openai/v1/chat/completions", found{azmistral.RouteServerless, opUnknown, ""}},
		{"https://x.services.ai.azure.com/models/chat/completions", found{azmistral.RouteModels, opChat, ""}},
		{"https://X.Services.AI.Azure.com/openai/v1/chat/completions", found{azmistral.RouteOpenAIV1, opChat, ""}},
		{"https://x.services.ai.azure.com/v1/chat/completions", found{azmistral.RouteOpenAIV1, opUnknown, ""}},
		{"https://x.openai.azure.com/models/chat/completions", found{azmistral.RouteOpenAIV1, opUnknown, ""}},
		{"https://x.openai.azure.us/openai/v1/chat/completions", found{azmistral.RouteOpenAIV1, opChat, ""}},
		{"https://x.cognitiveservices.azure.com/openai/deployments/d/chat/completions", found{azmistral.RouteDeployments, opChat, "d"}},
		{"https://e.eastus2.inference.ml.azure.com/chat/completions", found{azmistral.RouteManaged, opChat, ""}},
		{"https://models.github.ai/inference/chat/completions", found{azmistral.RouteGitHub, opChat, ""}},
		{"https://models.github.ai/chat/completions", found{azmistral.RouteGitHub, opUnknown, ""}},
		{"https://models.inference.ai.azure.com/chat/completions", found{azmistral.RouteGitHub, opChat, ""}},
	} {
		p := locate(httptest.NewRequest(http.MethodPost, test.url, nil))
		assert.Equal(t, test.want, found{p.service.route, p.op, p.deployment}, test.url)
	}
}

// TestEveryRoute asks each route, whole and streamed, over real-looking hosts
// without sockets and over loopback.
func TestEveryRoute(t *testing.T) {
	question := "What is the capital of France?"
	check := func(t *testing.T, client *http.Client, h *Handler, url string, route azmistral.Route) {
		t.Helper()
		whole := ask(t, client, url, user(question, model))
		require.Equal(t, 200, whole.status, whole.body)
		assert.Equal(t, "application/json", whole.header.Get("Content-Type"))
		want := understand(t, whole.body)
		require.Len(t, want.Choices, 1)
		assert.Contains(t, want.Choices[0].Text, question)
		assert.Equal(t, "stop", want.Choices[0].Finish)
		assert.Equal(t, "Mistral-Large-3", want.Model)
		assert.Len(t, want.ID, 32)
		assert.Positive(t, want.Usage.Prompt)
		assert.Equal(t, want.Usage.Prompt+want.Usage.Completion, want.Usage.Total)

		fields := []string{model, streaming}
		if serviceOf(route).names == namesOpenAI {
			fields = append(fields, counted)
		}
		stream := ask(t, client, url, user(question, fields...))
		require.Equal(t, 200, stream.status, stream.body)
		assert.Equal(t, "text/event-stream; charset=utf-8", stream.header.Get("Content-Type"))
		assert.True(t, strings.HasSuffix(stream.body, "data: [DONE]\n\n"))
		assert.Equal(t, want, understand(t, stream.body))

		last := h.Requests()[len(h.Requests())-1]
		assert.True(t, last.Stream)
		assert.Equal(t, 200, last.Status)
		assert.Equal(t, question, last.Last().Text)
	}
	for _, route := range allRoutes {
		t.Run(string(route), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, client := local(t, nil)
				check(t, client, h, realURL(h, route), route)
				assert.Equal(t, route, h.Requests()[0].Route)
			})
			s := NewServer(t, nil)
			client := &http.Client{Transport: s.transport}
			check(t, client, s.Handler, s.base+s.ChatPath(route), route)
			told := route
			if route == azmistral.RouteGeneric { // a bare base on loopback
				told = azmistral.RouteServerlessV1
			}
			assert.Equal(t, told, s.Requests()[0].Route)
		})
	}
}

func TestProjectAndOtherPaths(t *testing.T) {
	_, client := local(t, nil)
	for _, url := range []string{
		"https://x.services.ai.azure.com/api/projects/p/openai/v1/chat/completions",
		"http://127.0.0.1/v1/models/chat/completions",
		"http://127.0.0.1/score",
		"https://x.cognitiveservices.azure.com/openai/deployments/mistral/chat/completions?api-version=2025-01-01-preview",
		"https://models.github.ai/orgs/o/inference/chat/completions",
		"https://x.openai.azure.com/openai/v1/chat/completions?api-version=preview",
	} {
		assert.Equal(t, 200, ask(t, client, url, user("Hello", model)).status, url)
	}
}

func TestListings(t *testing.T) {
	_, client := local(t, &Options{Deployments: []string{"mistral-small", "Ministral-3B"}})
	get := func(url string) response {
		r := chatRequest(t, url, "null")
		r.Method = http.MethodGet
		return send(t, client, r)
	}
	info := get("https://m.eastus2.models.ai.azure.com/info?api-version=2024-05-01-preview")
	assert.Equal(t, 200, info.status)
	assert.JSONEq(t, `{"model_name":"mistral-small","model_type":"chat-completion","model_provider_name":"Mistral","served_model_name":"mistral-small","served_model_type":"chat-completion"}`, info.body)
	for _, url := range []string{"http://127.0.0.1/v1/models", "http://127.0.0.1/openai/v1/models", "http://127.0.0.1/openai/models?api-version=x"} {
		list := get(url)
		assert.Equal(t, 200, list.status, url)
		assert.Contains(t, list.body, `{"object":"list","data":[{"id":"mistral-small","object":"model"`, url)
		assert.Contains(t, list.body, `"id":"Ministral-3B"`)
	}
	assert.Contains(t, get("http://127.0.0.1/v1/models/Ministral-3B").body, `{"id":"Ministral-3B","object":"model"`)
	assert.Equal(t, 400, get("http://127.0.0.1/v1/models/nope").status)
	assert.Equal(t, 404, get("http://127.0.0.1/openai/v1/models/nope").status)
}

// TestGates has the refusals that come before the body is looked at.
func TestGates(t *testing.T) {
	_, client := local(t, &Options{MaxBodyBytes: 100})
	const notFound = `{"error":{"code":"404","message": "Resource not found"}}`
	for _, test := range []struct {
		method, url string
		header      []string
		body        string
		status      int
		want        string
	}{
		{"POST", "https://x.services.ai.azure.com/nope", nil, "{}", 404, notFound},
		{"POST", "https://x.openai.azure.com/chat/completions", nil, "{}", 404, notFound},
		{"POST", "https://m.eastus2.models.ai.azure.com/embeddings", nil, "{}", 404, "NOT FOUND"},
		{"POST", "https://m.eastus2.models.ai.azure.com/", nil, "{}", 405, `{"detail":"Method Not Allowed"}`},
		{"POST", "https://e.eastus2.inference.ml.azure.com/nope", nil, "{}", 424, `{"detail":"Not Found"}` + guide},
		{"GET", "https://m.eastus2.models.ai.azure.com/v1/chat/completions", nil, "", 405, `{"detail":"Method Not Allowed"}`},
		{"GET", "https://x.openai.azure.com/openai/v1/chat/completions", nil, "", 405, `{"error":{"code":"405","message":"Method not allowed"}}`},
		{"POST", "https://x.openai.azure.com/openai/deployments/d/chat/completions", nil, user("a"), 404, notFound},
		{"POST", "https://x.services.ai.azure.com/models/chat/completions", nil, user("a", model), 400, `{"error":{"code":"MissingApiVersionParameter","message":"The api-version query parameter (?api-version=) is required for all requests."}}`},
		{"POST", "https://x.openai.azure.com/openai/v1/chat/completions?api-version=2024-10-21", nil, user("a", model), 400, `{"error":{"code":"BadRequest","message":"api-version query parameter is not allowed when using /v1 path"}}`},
		{"POST", "https://x.openai.azure.com/openai/v1/chat/completions", []string{"Content-Type", "text/plain"}, user("a", model), 415, `{"error":{"code":"UnsupportedMediaType","message":"The content type \"text/plain\" is not supported. Send application/json.","type":"invalid_request_error","param":null}}`},
		{"POST", "https://x.openai.azure.com/openai/v1/chat/completions", nil, user(strings.Repeat("a", 100), model), 413, `{"error":{"code":"RequestEntityTooLarge","message":"The request body is larger than 100 bytes.","type":"invalid_request_error","param":null}}`},
		{"POST", "https://m.eastus2.models.ai.azure.com/v1/chat/completions", nil, `{"a"`, 422, `{"detail":[{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","ctx":{"error":"Expecting value"},"url":"https://errors.pydantic.dev/2.6/v/json_invalid"}]}`},
	} {
		r := chatRequest(t, test.url, test.body, test.header...)
		r.Method = test.method
		got := send(t, client, r)
		assert.Equal(t, test.status, got.status, test.url)
		assert.Equal(t, test.want, got.body, test.url)
	}
	got := send(t, client, chatRequest(t, "https://gateway.example.com/nope", "{}"))
	assert.Equal(t, 404, got.status)
	assert.Regexp(t, `^\{"message":"no Route matched with those values","request_id":"[0-9a-f]{32}"\}$`, got.body)
}
