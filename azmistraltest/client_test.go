package azmistraltest_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

var routes = []azmistral.Route{
	azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
	azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
}

func ask(text string) azmistral.ChatRequest {
	return azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User(text)}}
}

// everything is a request with every field that a route can take.
func everything(text string) azmistral.ChatRequest {
	request := ask(text)
	request.Messages = append([]azmistral.Message{azmistral.System("Be brief.")}, request.Messages...)
	request.MaxTokens = 500
	request.Temperature, request.TopP = new(0.5), new(0.9)
	request.RandomSeed = new(int64(7))
	request.N = 2
	request.Stop = []string{"\x00"}
	request.PresencePenalty, request.FrequencyPenalty = new(0.1), new(0.2)
	request.ReasoningEffort = "high"
	request.SafePrompt = new(true)
	request.PromptCacheKey = "key"
	request.Metadata = map[string]any{"a": "b"}
	request.ParallelToolCalls = new(true)
	return request
}

// TestClients lets package azmistral talk to each route, both ways, with and
// without sockets.
func TestClients(t *testing.T) {
	check := func(t *testing.T, client *azmistral.Client) {
		t.Helper()
		for name, request := range map[string]azmistral.ChatRequest{"plain": ask("What is the capital of France?"), "everything": everything("What is it?")} {
			whole, err := client.Chat(t.Context(), request, nil)
			require.NoError(t, err, name)
			assert.Contains(t, whole.Text(), "What is", name)
			stream, err := client.ChatStream(t.Context(), request, nil)
			require.NoError(t, err, name)
			streamed, err := stream.Collect()
			require.NoError(t, err, name)
			assert.Equal(t, whole.Text(), streamed.Text(), name)
			assert.Equal(t, whole.Message().Content.Thinking(), streamed.Message().Content.Thinking(), name)
			assert.Equal(t, whole.ID, streamed.ID, name)
			assert.Equal(t, len(whole.Choices), len(streamed.Choices), name)
			assert.Equal(t, azmistral.FinishStop, streamed.FinishReason(), name)
		}
	}
	for _, route := range routes {
		t.Run(string(route), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := azmistraltest.NewHandler(nil)
				defer h.Close()
				client, err := h.Client(route, nil)
				require.NoError(t, err)
				check(t, client)
				assert.Equal(t, route, h.Requests()[0].Route)
				assert.Equal(t, route, client.Endpoint().Route)
			})
			check(t, azmistraltest.NewServer(t, nil).Client(t, route, nil))
		})
	}
}

// TestToolTurn goes through the whole of a tool's use on each route.
func TestToolTurn(t *testing.T) {
	for _, route := range routes {
		t.Run(string(route), func(t *testing.T) {
			h := azmistraltest.NewHandler(nil)
			defer h.Close()
			client, err := h.Client(route, nil)
			require.NoError(t, err)
			request := ask("What is the weather in Lyon? Use get_weather and get_time.")
			request.Tools = []azmistral.Tool{
				{Name: "get_weather", Parameters: map[string]any{"type": "object", "properties": map[string]any{"city": map[string]any{"type": "string"}}, "required": []string{"city"}}},
				{Name: "get_time"},
			}
			stream, err := client.ChatStream(t.Context(), request, nil)
			require.NoError(t, err)
			answer, err := stream.Collect()
			require.NoError(t, err)
			whole, err := client.Chat(t.Context(), request, nil)
			require.NoError(t, err)
			assert.Equal(t, whole.ToolCalls(), answer.ToolCalls())
			require.Len(t, answer.ToolCalls(), 2)
			assert.Equal(t, azmistral.FinishToolCalls, answer.FinishReason())
			var arguments struct{ City string }
			require.NoError(t, answer.ToolCalls()[0].Decode(&arguments))
			assert.Equal(t, "Lyon", arguments.City)

			request.Messages = append(request.Messages, answer.Message())
			for _, call := range answer.ToolCalls() {
				request.Messages = append(request.Messages, azmistral.ToolResult(call, `{"of":"`+call.Name+`"}`))
			}
			answer, err = client.Chat(t.Context(), request, nil)
			require.NoError(t, err)
			assert.Contains(t, answer.Text(), `According to get_weather: {"of":"get_weather"}.`)
			assert.Contains(t, answer.Text(), `According to get_time: {"of":"get_time"}.`)
		})
	}
}

func TestTokensOfClients(t *testing.T) {
	h := azmistraltest.NewHandler(nil)
	defer h.Close()
	for _, route := range routes {
		if route == azmistral.RouteGitHub { // has no Entra ID
			continue
		}
		options := &azmistral.ClientOptions{Model: azmistraltest.Deployment}
		options.Transport = h.Transport()
		if route == azmistral.RouteGeneric {
			options.TokenScope = "api://mine/.default"
		}
		credential := azmistraltest.NewTokenCredential()
		client, err := azmistral.NewClient(h.URL(route), credential, options)
		require.NoError(t, err, route)
		_, err = client.Chat(t.Context(), ask("Hello"), nil)
		require.NoError(t, err, route)
		assert.Equal(t, []string{client.Endpoint().TokenScope}, append([]string{}, credential.Scopes()...)[:1], route)

		if route == azmistral.RouteGeneric {
			continue
		}
		for _, wrong := range []*azmistraltest.TokenCredential{{Audience: "https://graph.microsoft.com"}, {NoRole: true}} {
			client, err = azmistral.NewClient(h.URL(route), wrong, options)
			require.NoError(t, err, route)
			_, err = client.Chat(t.Context(), ask("Hello"), nil)
			if wrong.NoRole {
				assert.ErrorIs(t, err, azmistral.ErrPermission, route)
			} else {
				assert.ErrorIs(t, err, azmistral.ErrAuthentication, route)
			}
		}
	}
}

func TestFaultsOfClients(t *testing.T) {
	for words, want := range map[string]error{
		"cut after=2":                azmistral.ErrIncomplete,
		"cut after=2 how=half":       azmistral.ErrIncomplete,
		"cut after=2 how=abort":      azmistral.ErrIncomplete,
		"cut after=2 how=reset":      azmistral.ErrIncomplete,
		"stall":                      azmistral.ErrTimeout,
		"silent":                     azmistral.ErrTimeout,
		"only-done":                  azmistral.ErrIncomplete,
		"no-events":                  azmistral.ErrIncomplete,
		"no-finish":                  azmistral.ErrIncomplete,
		"finish reason=error":        azmistral.ErrIncomplete,
		"stream-error":               azmistral.ErrUnavailable,
		"stream-error shape=event":   azmistral.ErrUnavailable,
		"stream-error shape=mistral": azmistral.ErrUnavailable,
		"stream-error shape=bare":    azmistral.ErrUnavailable,
		"html":                       azmistral.ErrUnexpectedResponse,
		"null":                       azmistral.ErrUnexpectedResponse,
		"redirect":                   azmistral.ErrUnexpectedResponse,
		"unauthorized":               azmistral.ErrAuthentication,
		"permission":                 azmistral.ErrPermission,
		"quota":                      azmistral.ErrQuotaExceeded,
		"prompt-filtered":            azmistral.ErrContentFiltered,
		"context-too-long":           azmistral.ErrContextTooLong,
		"rate-limit":                 azmistral.ErrRateLimited,
		"error status=503":           azmistral.ErrUnavailable,
		"model-error":                azmistral.ErrUnavailable,
		"pending":                    azmistral.ErrRateLimited,
		"timeout":                    azmistral.ErrUnavailable,
		"no-done":                    nil,
		"comments":                   nil,
		"output-filtered":            nil,
		"finish reason=length":       nil,
		"rate-limit count=2":         nil,
		"slow delay=1m pace=10s":     nil,
	} {
		for _, route := range []azmistral.Route{azmistral.RouteServerlessV1, azmistral.RouteOpenAIV1} {
			synctest.Test(t, func(t *testing.T) {
				h := azmistraltest.NewHandler(nil)
				defer h.Close()
				client, err := h.Client(route, nil)
				require.NoError(t, err)
				stream, err := client.ChatStream(t.Context(), ask("Well: [[sandbox: "+words+"]]"), nil)
				if err == nil {
					_, err = stream.Collect()
				}
				if want == nil {
					assert.NoError(t, err, "%s on %s", words, route)
				} else {
					assert.ErrorIs(t, err, want, "%s on %s", words, route)
				}
			})
		}
	}
}

func TestServerClientKeepsOptions(t *testing.T) {
	s := azmistraltest.NewServer(t, &azmistraltest.Options{Keys: []string{"mine"}, Deployments: []string{"a", "b"}})
	options := &azmistral.ClientOptions{Model: "b"}
	transport := &http.Transport{}
	used := 0
	options.Transport = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		used++
		return transport.RoundTrip(r)
	})}
	client := s.Client(t, azmistral.RouteModels, options)
	answer, err := client.Chat(t.Context(), ask("Hello"), nil)
	require.NoError(t, err)
	assert.Equal(t, "b", answer.Model)
	assert.False(t, options.InsecureAllowCredentialWithHTTP, "the caller's options are not touched")
	assert.Equal(t, 1, used, "the caller's transport")
	transport.CloseIdleConnections()

	_, err = azmistral.NewClientWithKeyCredential(s.URL(azmistral.RouteModels), azcore.NewKeyCredential("mine"), nil)
	assert.Error(t, err, "plain http needs the option")
	assert.Less(t, time.Since(answer.Created).Abs(), 100*365*24*time.Hour)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
