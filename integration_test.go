package azmistral_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// service is what the integration tests ask.
type service struct {
	endpoint string
	route    azmistral.Route // empty: the endpoint's
	model    string          // empty where the endpoint names the deployment
	key      string          // empty: sign-in by Entra ID
}

// TestIntegration says the same of every service:
//
//	go test -run Integration .
//
// asks the sandbox, by every route. With AZURE_MISTRAL_ENDPOINT set it asks that
// deployment, with the key of AZURE_MISTRAL_KEY or else by Entra ID, for less than
// three thousand tokens in all. AZURE_MISTRAL_MODEL names the deployment where the
// endpoint does not.
func TestIntegration(t *testing.T) {
	if endpoint := os.Getenv("AZURE_MISTRAL_ENDPOINT"); endpoint != "" {
		live := service{endpoint: endpoint, model: os.Getenv("AZURE_MISTRAL_MODEL"), key: os.Getenv("AZURE_MISTRAL_KEY")}
		t.Run("live", func(t *testing.T) { testService(t, live) })
		return
	}
	sandbox := azmistraltest.NewServer(t, &azmistraltest.Options{Deployments: []string{azmistraltest.Deployment}})
	for _, route := range []azmistral.Route{
		azmistral.RouteOpenAIV1, azmistral.RouteModels, azmistral.RouteDeployments, azmistral.RouteServerlessV1,
		azmistral.RouteServerless, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
	} {
		s := service{endpoint: sandbox.URL(route), route: route, model: azmistraltest.Deployment, key: azmistraltest.Key}
		t.Run(string(route), func(t *testing.T) { testService(t, s) })
	}
}

// client gives a client of the service. Plain http is for a sandbox on this machine.
func (s service) client(t *testing.T) *azmistral.Client {
	options := azmistral.ClientOptions{Model: s.model, Route: s.route}
	options.InsecureAllowCredentialWithHTTP = strings.HasPrefix(s.endpoint, "http://127.0.0.1:")
	if s.key != "" {
		client, err := azmistral.NewClientWithKeyCredential(s.endpoint, azcore.NewKeyCredential(s.key), &options)
		require.NoError(t, err)
		return client
	}
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	require.NoError(t, err)
	client, err := azmistral.NewClient(s.endpoint, credential, &options)
	require.NoError(t, err)
	return client
}

func testService(t *testing.T, s service) {
	for name, test := range map[string]func(*testing.T, service){
		"chat":         testChat,
		"stream":       testStream,
		"conversation": testConversation,
		"tools":        testTools,
		"parallel":     testParallelTools,
		"schema":       testSchema,
		"max tokens":   testMaxTokens,
		"cancel":       testCancel,
		"wrong key":    testWrongKey,
		"elsewhere":    testElsewhere,
	} {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
}

func testChat(t *testing.T, s service) {
	resp, err := s.client(t).Chat(t.Context(), azmistral.ChatRequest{
		Messages:    []azmistral.Message{azmistral.System("Answer in one short sentence."), azmistral.User("What is the capital of France?")},
		MaxTokens:   100,
		Temperature: new(0.0),
		TopP:        new(1.0),
		RandomSeed:  new(int64(7)),
	}, nil)
	require.NoError(t, err)
	assert.NotEmpty(t, resp.Text())
	assert.Equal(t, azmistral.FinishStop, resp.FinishReason())
	assert.Equal(t, azmistral.RoleAssistant, resp.Message().Role)
	assert.NotEmpty(t, resp.ID)
	assert.NotEmpty(t, resp.Model)
	assert.WithinRange(t, resp.Created, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Now().AddDate(1, 0, 0))
	assert.Positive(t, resp.Usage.PromptTokens)
	assert.Positive(t, resp.Usage.CompletionTokens)
	assert.Equal(t, resp.Usage.PromptTokens+resp.Usage.CompletionTokens, resp.Usage.TotalTokens)
	assert.Equal(t, 200, resp.Info.StatusCode)
	assert.NotEmpty(t, resp.Info.RequestID)
	assert.Positive(t, resp.Info.Attempts)
	assert.True(t, json.Valid(resp.RawJSON()))
}

// What the chunks say is what the response holds.
func testStream(t *testing.T, s service) {
	client := s.client(t)
	stream, err := client.ChatStream(t.Context(), azmistral.ChatRequest{
		Messages:  []azmistral.Message{azmistral.User("Count from one to ten, in words.")},
		MaxTokens: 200,
		Extra:     usageOfStreams(client.Endpoint().Route),
	}, nil)
	require.NoError(t, err)
	defer stream.Close()
	assert.NotEmpty(t, stream.Info().RequestID)
	var text, id string
	var finish azmistral.FinishReason
	pieces := 0
	for chunk, err := range stream.All() {
		require.NoError(t, err)
		if chunk.ID != "" {
			id = chunk.ID
		}
		for _, choice := range chunk.Choices {
			text += choice.Delta.Text
			if choice.FinishReason != "" {
				finish = choice.FinishReason
			}
			if choice.Delta.Text != "" {
				pieces++
			}
		}
	}
	resp := stream.Response()
	assert.Greater(t, pieces, 1)
	assert.Equal(t, text, resp.Text())
	assert.Equal(t, id, resp.ID)
	assert.Equal(t, azmistral.FinishStop, finish)
	assert.Equal(t, finish, resp.FinishReason())
	assert.Positive(t, resp.Usage.PromptTokens)
	assert.Positive(t, resp.Usage.CompletionTokens)
	assert.Equal(t, stream.Info().RequestID, resp.Info.RequestID)
}

// usageOfStreams asks for the usage where a stream tells it only then.
func usageOfStreams(route azmistral.Route) map[string]any {
	if route == azmistral.RouteOpenAIV1 || route == azmistral.RouteDeployments || route == azmistral.RouteGitHub {
		return map[string]any{"stream_options": map[string]any{"include_usage": true}}
	}
	return nil
}

// An answer goes back as it came, the JSON of a message in between.
func testConversation(t *testing.T, s service) {
	client := s.client(t)
	req := azmistral.ChatRequest{
		Messages:  []azmistral.Message{azmistral.User("My name is Ada. Say hello.")},
		MaxTokens: 100,
	}
	first, err := client.Chat(t.Context(), req, nil)
	require.NoError(t, err)
	text, err := json.Marshal(append(req.Messages, first.Message()))
	require.NoError(t, err)
	var kept []azmistral.Message
	require.NoError(t, json.Unmarshal(text, &kept))
	req.Messages = append(kept, azmistral.User("What is my name?"))
	second, err := client.Chat(t.Context(), req, nil)
	require.NoError(t, err)
	assert.NotEmpty(t, second.Text())
	assert.Greater(t, second.Usage.PromptTokens, first.Usage.PromptTokens)
}

func testTools(t *testing.T, s service) {
	client := s.client(t)
	req := azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("How warm is it in Paris now?")},
		Tools: []azmistral.Tool{{
			Name:        "get_temperature",
			Description: "The temperature in a city now.",
			Parameters:  json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","description":"the city's name"}},"required":["city"]}`),
		}},
		MaxTokens: 300,
	}
	asked, err := client.Chat(t.Context(), req, nil)
	require.NoError(t, err)
	assert.Equal(t, azmistral.FinishToolCalls, asked.FinishReason())
	require.NotEmpty(t, asked.ToolCalls())
	req.Messages = append(req.Messages, asked.Message())
	for _, call := range asked.ToolCalls() {
		assert.Equal(t, "get_temperature", call.Name)
		assert.NotEmpty(t, call.ID)
		var in struct{ City string }
		require.NoError(t, call.Decode(&in))
		assert.NotEmpty(t, in.City)
		req.Messages = append(req.Messages, azmistral.ToolResult(call, `{"celsius": 17}`))
	}
	answer, err := client.Chat(t.Context(), req, nil)
	require.NoError(t, err)
	assert.Contains(t, answer.Text(), "17")
	assert.Equal(t, azmistral.FinishStop, answer.FinishReason())
}

// Several calls of one tool are streamed, each with an id of its own, and their
// results go back in any order.
func testParallelTools(t *testing.T, s service) {
	client := s.client(t)
	req := azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("How warm is it in Paris and Oslo? Look both up at once.")},
		Tools: []azmistral.Tool{{
			Name:        "get_temperature",
			Description: "The temperature in one city now.",
			Parameters:  json.RawMessage(`{"type":"object","properties":{"city":{"type":"string","description":"the city's name"}},"required":["city"]}`),
		}},
		MaxTokens: 300,
	}
	results := map[string]string{"Paris": `{"celsius": 17}`, "Oslo": `{"celsius": 4}`}
	answered := map[string]bool{}
	for range 3 { // a model may call one after the other all the same
		stream, err := client.ChatStream(t.Context(), req, nil)
		require.NoError(t, err)
		resp, err := stream.Collect()
		require.NoError(t, err)
		calls := resp.ToolCalls()
		if len(calls) == 0 {
			assert.Contains(t, resp.Text(), "17")
			assert.Contains(t, resp.Text(), "4")
			break
		}
		assert.Equal(t, azmistral.FinishToolCalls, resp.FinishReason())
		req.Messages = append(req.Messages, resp.Message())
		ids := map[string]bool{}
		for i := range calls {
			call := calls[len(calls)-1-i]
			assert.False(t, ids[call.ID], "two calls have one id: %s", call.ID)
			ids[call.ID] = true
			var in struct{ City string }
			require.NoError(t, call.Decode(&in))
			require.Contains(t, results, in.City)
			answered[in.City] = true
			req.Messages = append(req.Messages, azmistral.ToolResult(call, results[in.City]))
		}
	}
	assert.Len(t, answered, 2)
}

func testSchema(t *testing.T, s service) {
	resp, err := s.client(t).Chat(t.Context(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Give the capital of France and its population as JSON.")},
		ResponseFormat: azmistral.FormatJSONSchema(azmistral.JSONSchema{
			Name:   "capital",
			Strict: true,
			Schema: json.RawMessage(`{"type":"object","additionalProperties":false,"required":["city","population"],
				"properties":{"city":{"type":"string"},"population":{"type":"integer"}}}`),
		}),
		MaxTokens: 200,
	}, nil)
	require.NoError(t, err)
	var answer struct {
		City       *string
		Population *int
	}
	decoder := json.NewDecoder(strings.NewReader(resp.Text()))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&answer), resp.Text())
	assert.NotNil(t, answer.City)
	assert.NotNil(t, answer.Population)
}

// An answer that MaxTokens cut is an answer, whole or streamed.
func testMaxTokens(t *testing.T, s service) {
	client := s.client(t)
	req := azmistral.ChatRequest{
		Messages:  []azmistral.Message{azmistral.User("Tell a long story of a lighthouse keeper.")},
		MaxTokens: 8,
	}
	resp, err := client.Chat(t.Context(), req, nil)
	require.NoError(t, err)
	assert.Equal(t, azmistral.FinishLength, resp.FinishReason())
	assert.NotEmpty(t, resp.Text())
	assert.LessOrEqual(t, resp.Usage.CompletionTokens, req.MaxTokens)
	stream, err := client.ChatStream(t.Context(), req, nil)
	require.NoError(t, err)
	resp, err = stream.Collect()
	require.NoError(t, err)
	assert.Equal(t, azmistral.FinishLength, resp.FinishReason())
}

// The caller's context ends a stream between two chunks; what came stays.
func testCancel(t *testing.T, s service) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := s.client(t).ChatStream(ctx, azmistral.ChatRequest{
		Messages:  []azmistral.Message{azmistral.User("Tell a long story of a lighthouse keeper. [[sandbox: slow delay=0 pace=20ms]]")},
		MaxTokens: 1000,
	}, nil)
	require.NoError(t, err)
	defer stream.Close()
	var text string
	for text == "" {
		chunk, err := stream.Next()
		require.NoError(t, err)
		text = chunk.Text()
	}
	cancel()
	began := time.Now()
	for err == nil {
		var chunk *azmistral.ChatChunk
		if chunk, err = stream.Next(); err == nil {
			text += chunk.Text() // it was here before
		}
	}
	assert.ErrorIs(t, err, context.Canceled)
	assert.Less(t, time.Since(began), 5*time.Second)
	assert.Equal(t, text, stream.Response().Text())
	var failure *azmistral.Error
	require.ErrorAs(t, err, &failure)
	assert.NotEmpty(t, failure.Info.RequestID)
}

func testWrongKey(t *testing.T, s service) {
	if s.key == "" {
		t.Skip("sign-in is by Entra ID: there is no key to be wrong")
	}
	s.key = "0000000000000000000000000000wrong"
	_, err := s.client(t).Chat(t.Context(), azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Hello")}}, nil)
	assert.ErrorIs(t, err, azmistral.ErrAuthentication)
	assertRefused(t, err, 401)
	assert.NotContains(t, err.Error(), s.key)
}

// Services say 404 of an unknown deployment, or a 400 that names the model.
func testElsewhere(t *testing.T, s service) {
	const unknown = "azmistral-no-such-deployment"
	switch endpoint := s.client(t).Endpoint(); endpoint.Route {
	case azmistral.RouteOpenAIV1, azmistral.RouteModels, azmistral.RouteGitHub:
		s.model = unknown
	case azmistral.RouteDeployments:
		s.endpoint = strings.Replace(s.endpoint, "/"+endpoint.Deployment, "/"+unknown, 1)
	default:
		t.Skip("on this route the host names the deployment: there is no other to ask for")
	}
	_, err := s.client(t).Chat(t.Context(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Hello [[sandbox: not-found]]")}, // for a sandbox where every name exists
	}, nil)
	require.ErrorIs(t, err, azmistral.ErrNotFound)
	status := 404
	if errors.Is(err, azmistral.ErrInvalidRequest) {
		status = 400
	}
	assertRefused(t, err, status)
	assert.Contains(t, err.Error(), unknown)
}

// assertRefused says that one send was refused with that status.
func assertRefused(t *testing.T, err error, status int) {
	var failure *azmistral.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, status, failure.StatusCode)
	assert.Equal(t, 1, failure.Info.Attempts)
	assert.NotEmpty(t, failure.Info.RequestID)
	assert.False(t, failure.Delivered)
	var response *azcore.ResponseError
	require.ErrorAs(t, err, &response)
	assert.Equal(t, status, response.StatusCode)
}
