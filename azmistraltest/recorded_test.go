package azmistraltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// samples is where the recorded exchanges are, seen from this folder.
const samples = "../../shared/wire-samples"

type recording struct {
	Request struct {
		URL     string            `json:"url"`
		Body    json.RawMessage   `json:"body"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"response"`
}

func recorded(t *testing.T, name string) recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samples, name))
	if os.IsNotExist(err) {
		t.Skip("the recorded exchanges are not beside this repository")
	}
	require.NoError(t, err)
	var r recording
	require.NoError(t, json.Unmarshal(data, &r))
	return r
}

// TestRecordedShapes sends recorded requests and wants answers with the members
// that the recorded ones have, in each place and of the same type.
func TestRecordedShapes(t *testing.T) {
	for _, test := range []struct {
		sample string
		url    string   // where the host in the sample is no Azure host of that route
		lacks  []string // what the sandbox does otherwise, on purpose
	}{
		{sample: "maas/maas-mistral-small-tool-answer.json"},
		{sample: "maas/maas-mistral-large-tool-call.json"},
		{sample: "maas/maas-mistral-small-tool-call-auto.json"},
		{sample: "maas/maas-mistral-small-stream-text.json"},
		{sample: "maas/maas-mistral-small-stream-tool-call-content-null.json"},
		{sample: "mistral/mistral-chat-basic.json", url: "https://gateway.example.com/v1/chat/completions"},
		{sample: "mistral/mistral-parallel-two-tools.json", url: "https://gateway.example.com/v1/chat/completions"},
		{sample: "mistral/mistral-thinking-closed.json", url: "https://gateway.example.com/v1/chat/completions"},
		{sample: "mistral/mistral-json-schema.json", url: "https://gateway.example.com/v1/chat/completions"},
		{sample: "mistral/mistral-stream-thinking-hybrid.json", url: "https://gateway.example.com/v1/chat/completions"},
		{sample: "mistral/mistral-n2.json", url: "https://gateway.example.com/v1/chat/completions"},
		{sample: "azure-openai/aoai-chat-41-jailbreak.json"},
		{sample: "azure-openai/aoai-stream-jailbreak.json"},
		{sample: "foundry-openai-v1/oaiv1-stream-tool-fragments.json", lacks: []string{
			"choices[].delta.content:string", "choices[].content_filter_results.", "latency_checkpoint", "service_tier",
		}},
	} {
		t.Run(test.sample, func(t *testing.T) {
			want := recorded(t, test.sample)
			_, client := local(t, nil)
			url := test.url
			if url == "" {
				url = strings.Replace(want.Request.URL, "Sanitized", "x", 1)
			}
			body := strings.ReplaceAll(string(want.Request.Body), `"max_completion_tokens"`, `"max_tokens"`)
			got := ask(t, client, url, body)
			require.Equal(t, want.Response.Status, got.status, got.body)
			assert.Equal(t, kept(members(t, want.Response.Body), test.lacks), kept(members(t, got.body), test.lacks))
		})
	}
}

// members lists the members of a document, or of all events of a stream together,
// with their types. null is of every type.
func members(t *testing.T, body string) []string {
	t.Helper()
	found := map[string]bool{}
	add := func(document string) {
		var value any
		require.NoError(t, json.Unmarshal([]byte(document), &value), document)
		walk(found, "", value)
	}
	if strings.HasPrefix(body, "data:") {
		for _, event := range eventsOf(t, strings.TrimRight(body, "\n")+"\n\n") {
			if event != "[DONE]" {
				add(event)
			}
		}
	} else {
		add(body)
	}
	return slices.Sorted(maps.Keys(found))
}

func walk(found map[string]bool, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			walk(found, strings.TrimPrefix(path+"."+name, "."), inner)
		}
	case []any:
		for _, inner := range v {
			walk(found, path+"[]", inner)
		}
	default:
		kind := fmt.Sprintf("%T", v)
		if path == "system_fingerprint" || strings.HasSuffix(path, ".finish_reason") {
			kind = "string" // or null
		}
		found[path+":"+kind] = true
	}
}

func kept(list, without []string) []string {
	return slices.DeleteFunc(list, func(s string) bool {
		return slices.ContainsFunc(without, func(w string) bool { return strings.Contains(s, w) })
	})
}

// TestRecordedRefusals wants the recorded bytes.
func TestRecordedRefusals(t *testing.T) {
	for _, test := range []struct {
		sample, url, body string
		header            []string
		deployments       []string
	}{
		{sample: "maas/maas-mistral-large-401-bad-key.json", url: "https://x.eastus2.models.ai.azure.com/chat/completions", header: []string{"Authorization", "Bearer nope"}},
		{sample: "maas/maas-mistral-large-404-plain-text.json", url: "https://x.eastus2.models.ai.azure.com/embeddings"},
		{sample: "maas/maas-mistral-small-422-extra-forbidden.json", header: []string{"extra-parameters", "pass-through"}},
		{sample: "foundry-models/foundry-401.json", header: []string{"Authorization", "", "api-key", "nope"}},
		{sample: "azure-openai/aoai-401-subscription-key.json", header: []string{"Authorization", "", "api-key", "nope"}},
		{sample: "azure-openai/aoai-401-token-missing.json", url: "https://x.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-05-01-preview", header: []string{"Authorization", "", "api-key", ""}},
		{sample: "azure-openai/aoai-404-space-in-json.json"},
		{sample: "azure-openai/aoai-404-deployment-not-found.json", url: "https://x.openai.azure.com/openai/deployments/invalid%20model%20name/chat/completions?api-version=x", deployments: []string{"mine"}},
		{sample: "azure-openai/aoai-400-content-filter.json", url: "https://x.openai.azure.com/openai/deployments/mine/chat/completions?api-version=x", body: user("[[sandbox: prompt-filtered category=violence]]")},
	} {
		t.Run(test.sample, func(t *testing.T) {
			want := recorded(t, test.sample)
			_, client := local(t, &Options{Deployments: test.deployments})
			url := test.url
			if url == "" {
				url = want.Request.URL
			}
			body := test.body
			if body == "" {
				body = string(want.Request.Body)
			}
			got := ask(t, client, url, body, test.header...)
			assert.Equal(t, want.Response.Status, got.status)
			assert.Equal(t, strings.TrimSpace(want.Response.Body), got.body)
			assert.Equal(t, want.Response.Headers["Content-Type"], got.header.Get("Content-Type"))
			for name := range want.Response.Headers {
				if strings.HasPrefix(strings.ToLower(name), "ms-azureml-") || name == "x-ms-error-reason" || name == "Request-Context" {
					assert.Equal(t, want.Response.Headers[name], got.header.Get(name), name)
				}
			}
		})
	}
}

// TestHeaders wants the headers by which clients find a request again.
func TestHeaders(t *testing.T) {
	h, client := local(t, &Options{Region: "West Europe"})
	for route, names := range map[string][]string{
		"serverless":    {"X-Request-Id", "Azureml-Model-Session", "Azureml-Model-Group", "X-Ms-Rai-Invoked", "Prompt_token_len", "Sampling_token_len"},
		"serverless-v1": {"X-Request-Id", "Azureml-Model-Session"},
		"models":        {"Apim-Request-Id", "X-Ms-Region", "Azureai-Requested-Tier"},
		"openai-v1":     {"Apim-Request-Id", "X-Ms-Region", "X-Request-Id", "Azureai-Fe-Is-Streaming"},
		"deployments":   {"Apim-Request-Id", "X-Ms-Region", "X-Request-Id", "X-Ms-Client-Request-Id", "X-Ms-Deployment-Name"},
		"managed":       {"X-Request-Id", "Azureml-Model-Deployment"},
		"github":        {"Apim-Request-Id", "X-Ms-Region", "X-Request-Id"},
		"generic":       {"Mistral-Correlation-Id", "X-Kong-Request-Id"},
	} {
		url := realURL(h, azmistral.Route(route))
		first := ask(t, client, url, user("Hello", model))
		second := ask(t, client, url, user("Hello", model))
		for _, name := range names {
			assert.NotEmpty(t, first.header.Get(name), "%s %s", route, name)
		}
		assert.NotEqual(t, first.header.Get(names[0]) == second.header.Get(names[0]), strings.HasSuffix(names[0], "Id"), "%s: a request id of its own", route)
		if region := first.header.Get("x-ms-region"); region != "" {
			assert.Equal(t, "West Europe", region)
		}
		mine := ask(t, client, url, user("Hello", model), "x-ms-client-request-id", "my-id")
		assert.Equal(t, "my-id", mine.header.Get("x-ms-client-request-id"), route)
		refused := ask(t, client, url, user("Hello", model), "x-ms-client-request-id", "my-id", "Authorization", "", "api-key", "nope")
		assert.Equal(t, "my-id", refused.header.Get("x-ms-client-request-id"), route)
		stream := ask(t, client, url, user("Hello", model, streaming))
		if fe := stream.header.Get("azureai-fe-is-streaming"); fe != "" {
			assert.Equal(t, "True", fe)
		}
	}
}
