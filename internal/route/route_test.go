package route

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	aiScope        = "https://ai.azure.com/.default"
	cognitiveScope = "https://cognitiveservices.azure.com/.default"
	mlScope        = "https://ml.azure.com/.default"
)

// wantRows is the table once more, by hand: a change in one is a change in
// both.
var wantRows = []Row{
	{"openai-v1", "/openai/v1/chat/completions", "", ModelRequired, "api-key", aiScope, NamesOpenAI, false, true},
	{"models", "/models/chat/completions", "2024-05-01-preview", ModelRequired, "api-key", cognitiveScope, NamesInference, true, false},
	{"deployments", "/openai/deployments/{deployment}/chat/completions", "2024-10-21", ModelInPath, "api-key", cognitiveScope, NamesOpenAI, false, false},
	{"serverless-v1", "/v1/chat/completions", "", ModelOptional, "Authorization", mlScope, NamesMistral, false, false},
	{"serverless", "/chat/completions", "2024-05-01-preview", ModelOptional, "Authorization", mlScope, NamesInference, true, false},
	{"managed", "/v1/chat/completions", "", ModelOptional, "Authorization", mlScope, NamesMistral, false, false},
	{"github", "/inference/chat/completions", "", ModelRequired, "Authorization", "", NamesOpenAI, false, false},
	{"generic", "/v1/chat/completions", "", ModelOptional, "Authorization", "", NamesMistral, false, false},
}

func wantRow(route string) Row {
	for _, r := range wantRows {
		if r.Route == route {
			return r
		}
	}
	panic("no such row: " + route)
}

func TestLookup(t *testing.T) {
	for _, want := range wantRows {
		got, ok := Lookup(want.Route)
		require.True(t, ok, want.Route)
		assert.Equal(t, want, got)
	}
	for _, unknown := range []string{"", "OpenAI-V1", "models ", "azure"} {
		got, ok := Lookup(unknown)
		assert.False(t, ok, unknown)
		assert.Zero(t, got)
	}
}

func TestRoutes(t *testing.T) {
	assert.Equal(t, []string{"openai-v1", "models", "deployments", "serverless-v1", "serverless", "managed", "github", "generic"}, Routes())
}
