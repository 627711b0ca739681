package azmistral

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/internal/route"
)

// One endpoint of every route, whole.
func TestParseEndpoint(t *testing.T) {
	cases := []struct {
		text string
		want Endpoint
	}{
		{"contoso.services.ai.azure.com", Endpoint{RouteOpenAIV1, "https://contoso.services.ai.azure.com/openai/v1/chat/completions", "", "https://ai.azure.com/.default", "api-key"}},
		{"https://contoso.services.ai.azure.com/models", Endpoint{RouteModels, "https://contoso.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview", "", "https://cognitiveservices.azure.com/.default", "api-key"}},
		{"https://contoso.openai.azure.com/openai/deployments/My%20Large", Endpoint{RouteDeployments, "https://contoso.openai.azure.com/openai/deployments/My%20Large/chat/completions?api-version=2024-10-21", "My Large", "https://cognitiveservices.azure.com/.default", "api-key"}},
		{"https://small.eastus2.models.ai.azure.com", Endpoint{RouteServerlessV1, "https://small.eastus2.models.ai.azure.com/v1/chat/completions", "", "https://ml.azure.com/.default", "Authorization"}},
		{"https://small.eastus2.models.ai.azure.com/info", Endpoint{RouteServerless, "https://small.eastus2.models.ai.azure.com/chat/completions?api-version=2024-05-01-preview", "", "https://ml.azure.com/.default", "Authorization"}},
		{"https://large.usgovvirginia.inference.ml.azure.us/score", Endpoint{RouteManaged, "https://large.usgovvirginia.inference.ml.azure.us/v1/chat/completions", "", "https://ml.azure.us/.default", "Authorization"}},
		{"https://models.github.ai", Endpoint{RouteGitHub, "https://models.github.ai/inference/chat/completions", "", "", "Authorization"}},
		{"http://localhost:8080", Endpoint{RouteGeneric, "http://localhost:8080/v1/chat/completions", "", "", "Authorization"}},
	}
	routes := map[string]bool{}
	for _, c := range cases {
		got, err := ParseEndpoint(c.text)
		require.NoError(t, err, c.text)
		assert.Equal(t, c.want, got, c.text)
		routes[string(got.Route)] = true
	}
	for _, r := range route.Routes() {
		assert.True(t, routes[r], "no case for route %s", r)
	}
}

func TestParseEndpointError(t *testing.T) {
	got, err := ParseEndpoint("https://user:hunter2@contoso.openai.azure.com")
	assert.Zero(t, got)
	assert.EqualError(t, err, "azmistral: endpoint has an @, as before a host or in a user name with password: leave that out, the credential is given apart (an @ in a name is written %40)")
}

// Every constant names a row of the table, and every row has one.
func TestRouteConstants(t *testing.T) {
	constants := []Route{RouteServerless, RouteServerlessV1, RouteModels, RouteOpenAIV1, RouteDeployments, RouteManaged, RouteGitHub, RouteGeneric}
	var names []string
	for _, c := range constants {
		names = append(names, string(c))
	}
	assert.ElementsMatch(t, route.Routes(), names)
}

func TestResolveEndpoint(t *testing.T) {
	row, got, err := resolveEndpoint("https://gw.example.com/mistral", route.Override{
		Route: "models", APIVersion: "2025-04-01", TokenScope: "api://gw/.default", KeyHeader: "Ocp-Apim-Subscription-Key",
	})
	require.NoError(t, err)
	const url = "https://gw.example.com/mistral/models/chat/completions?api-version=2025-04-01"
	want := route.Endpoint{URL: url}
	want.Row, _ = route.Lookup("models")
	want.APIVersion, want.TokenScope, want.KeyHeader = "2025-04-01", "api://gw/.default", "Ocp-Apim-Subscription-Key"
	assert.Equal(t, want, row)
	assert.Equal(t, Endpoint{RouteModels, url, "", "api://gw/.default", "Ocp-Apim-Subscription-Key"}, got)

	row, got, err = resolveEndpoint("https://gw.example.com", route.Override{Route: "azure"})
	assert.ErrorContains(t, err, `azmistral: route "azure" is not known: it is one of openai-v1, `)
	assert.Zero(t, row)
	assert.Zero(t, got)
}

func TestEndpointString(t *testing.T) {
	for text, want := range map[string]string{
		"contoso.openai.azure.us":                                  "openai-v1 https://contoso.openai.azure.us/openai/v1/chat/completions (key header api-key, token scope https://ai.azure.us/.default)",
		"https://contoso.openai.azure.com/openai/deployments/a%22": `deployments https://contoso.openai.azure.com/openai/deployments/a%22/chat/completions?api-version=2024-10-21 (deployment "a\"", key header api-key, token scope https://cognitiveservices.azure.com/.default)`,
		"https://gw.example.com/v1?tenant=contoso":                 "generic https://gw.example.com/v1/chat/completions?tenant=... (key header Authorization, no token scope)",
	} {
		e, err := ParseEndpoint(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, e.String())
		assert.Equal(t, want, fmt.Sprintf("%v", e))
		assert.Equal(t, want, fmt.Sprintf("%+v", e))
	}
	assert.Equal(t, "no endpoint", Endpoint{}.String())
}
