package structured

import (
	"context"
	"errors"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// at is a client that tells where its requests go.
type at struct{ endpoint azmistral.Endpoint }

func (a at) Endpoint() azmistral.Endpoint { return a.endpoint }

// The means by route. What each row rests on is said at routeModes.
func TestAutoMode(t *testing.T) {
	for _, c := range []struct {
		text string // of the endpoint
		want Mode
	}{
		{"https://x.services.ai.azure.com", ModeJSONSchema},
		{"https://x.services.ai.azure.com/openai/v1", ModeJSONSchema},
		{"https://x.services.ai.azure.com/models", ModeTool},
		{"https://x.openai.azure.com/openai/deployments/d", ModeJSONSchema}, // the default api-version has it
		{"https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21", ModeJSONSchema},
		{"https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-08-01-preview", ModeJSONSchema},
		{"https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-06-01", ModeTool},
		{"https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-05-01-preview", ModeTool},
		{"https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=preview", ModeJSONSchema},
		{"https://x.eastus2.models.ai.azure.com", ModeTool},
		{"https://x.eastus2.models.ai.azure.com/v1", ModeTool},
		{"https://x.eastus2.models.ai.azure.com/chat/completions", ModeTool},
		{"https://x.eastus2.inference.ml.azure.com", ModeJSONSchema},
		{"https://models.github.ai/inference", ModeJSONSchema},
		{"https://api.mistral.ai/v1", ModeJSONSchema},
		{"https://gateway.example.com/llm", ModeJSONSchema},
	} {
		endpoint, err := azmistral.ParseEndpoint(c.text)
		require.NoError(t, err)
		assert.Equal(t, c.want, autoMode(at{endpoint}), "%s is %s", c.text, endpoint)
	}
	assert.Equal(t, ModeJSONSchema, autoMode(at{azmistral.Endpoint{Route: "of tomorrow"}}))
	assert.Equal(t, ModeJSONSchema, autoMode(struct{}{}), "a client that tells no route")
	assert.Equal(t, ModeJSONSchema, autoMode(at{azmistral.Endpoint{Route: azmistral.RouteDeployments, URL: "https://x/openai/deployments/d"}}), "no api-version")
	for _, route := range []azmistral.Route{
		azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
		azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
	} {
		assert.Contains(t, routeModes, route)
	}
}

func TestModeFor(t *testing.T) {
	models := at{azmistral.Endpoint{Route: azmistral.RouteModels}}
	v1 := at{azmistral.Endpoint{Route: azmistral.RouteOpenAIV1}}
	plain := azmistral.ChatRequest{}
	tools := azmistral.ChatRequest{Tools: []azmistral.Tool{{Name: "get_weather"}}}
	choice := azmistral.ChatRequest{ToolChoice: azmistral.ToolChoiceNone()}
	for _, c := range []struct {
		name   string
		client any
		req    azmistral.ChatRequest
		asked  Mode
		want   Mode
		err    string
	}{
		{"by the route", models, plain, ModeAuto, ModeTool, ""},
		{"by another route", v1, plain, ModeAuto, ModeJSONSchema, ""},
		{"tools in the way", models, tools, ModeAuto, ModeJSONObject, ""},
		{"a choice in the way", models, choice, ModeAuto, ModeJSONObject, ""},
		{"tools that are in no way", v1, tools, ModeAuto, ModeJSONSchema, ""},
		{"as asked", models, plain, ModeJSONSchema, ModeJSONSchema, ""},
		{"a call as asked", v1, plain, ModeTool, ModeTool, ""},
		{"an object as asked", v1, tools, ModeJSONObject, ModeJSONObject, ""},
		{"a call beside tools", v1, tools, ModeTool, "", "structured: ModeTool needs the tools and the tool choice for itself, and the request has its own: use ModeJSONSchema or ModeJSONObject"},
		{"a call beside a choice", v1, choice, ModeTool, "", "structured: ModeTool needs the tools and the tool choice for itself, and the request has its own: use ModeJSONSchema or ModeJSONObject"},
		{"unknown", v1, plain, "xml", "", `structured: Options.Mode "xml" is not known`},
	} {
		t.Run(c.name, func(t *testing.T) {
			mode, err := modeFor(c.client, &c.req, c.asked, false)
			assert.Equal(t, c.want, mode)
			if c.err == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.err)
			assert.ErrorIs(t, err, azmistral.ErrInvalidRequest)
		})
	}
}

// A call comes in one piece on the routes that get one: a stream would show nothing.
func TestModeForStreams(t *testing.T) {
	for route, want := range map[azmistral.Route]Mode{azmistral.RouteModels: ModeJSONObject, azmistral.RouteOpenAIV1: ModeJSONSchema} {
		mode, err := modeFor(at{azmistral.Endpoint{Route: route}}, &azmistral.ChatRequest{}, ModeAuto, true)
		require.NoError(t, err)
		assert.Equal(t, want, mode, route)
	}
	mode, err := modeFor(at{azmistral.Endpoint{Route: azmistral.RouteModels}}, &azmistral.ChatRequest{}, ModeTool, true)
	require.NoError(t, err)
	assert.Equal(t, ModeTool, mode, "as asked")
}

// A service that does not take a mode says so in words of its own; what to do is added.
func TestRefusedMode(t *testing.T) {
	const byVersion = "response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later"
	for _, c := range []struct {
		name  string
		reply azmistraltest.Reply
		mode  Mode
		want  string // the end of the error; empty: as the client said it
	}{
		{"by its api-version", azmistraltest.Error(400, "BadRequest", byVersion), ModeJSONSchema,
			`; try Options.Mode "tool" or "json_object" in place of "json_schema"`},
		{"by a field", azmistraltest.Raw(422, nil, `{"status":422,"code":"parameter_not_supported","detail":{"loc":["body","response_format"],"input":"json_object"},"message":"One of the parameters contain invalid values."}`), ModeJSONObject,
			`; try Options.Mode "tool" in place of "json_object"`},
		{"a call", azmistraltest.Error(400, "BadRequest", "tool_choice is not supported"), ModeTool,
			`; try Options.Mode "json_schema" or "json_object" in place of "tool"`},
		{"no tools", azmistraltest.Error(400, "BadRequest", "Function calling is not enabled for this model"), ModeTool,
			`; try Options.Mode "json_schema" or "json_object" in place of "tool"`},
		{"a conversation out of order", azmistraltest.Error(400, "3230", "Unexpected role 'user' after role 'tool'"), ModeTool, ""},
		{"an id", azmistraltest.Error(400, "3280", "Tool call id has to be defined."), ModeTool, ""},
		{"another refusal", azmistraltest.Error(400, "BadRequest", "temperature is too high"), ModeJSONSchema, ""},
		{"another mode's", azmistraltest.Error(400, "BadRequest", byVersion), ModeTool, ""},
		{"no refusal of the request", azmistraltest.Error(403, "Forbidden", "response_format"), ModeJSONSchema, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			sandbox := azmistraltest.NewHandler(nil)
			defer sandbox.Close()
			sandbox.Reply(c.reply.Times(2))
			client, err := sandbox.Client(azmistral.RouteModels, nil)
			require.NoError(t, err)
			options := &Options{Mode: c.mode}
			check := func(err error) {
				e, ok := errors.AsType[*azmistral.Error](err)
				require.True(t, ok)
				assert.Equal(t, e.Error()+c.want, err.Error())
			}
			_, _, err = Chat[line](context.Background(), client, ask("Read it."), options)
			check(err)
			for _, err := range Stream[line](context.Background(), client, ask("Read it."), options) {
				check(err)
			}
		})
	}
}
