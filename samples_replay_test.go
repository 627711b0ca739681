package azmistral_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// replayRoutes say by which route a family's conversations are sent on.
var replayRoutes = map[string]azmistral.Route{
	"mistral":           azmistral.RouteServerlessV1,
	"maas":              azmistral.RouteServerless,
	"foundry-models":    azmistral.RouteModels,
	"foundry-openai-v1": azmistral.RouteOpenAIV1,
	"azure-openai":      azmistral.RouteDeployments,
	"github-models":     azmistral.RouteGitHub,
}

// replayDifferences are those between a recorded next message and ours that are
// meant, beside what TestSamplesRequests takes as none. Each changes the recorded one
// to ours, where it may. Every one must be met.
var replayDifferences = map[string]func(recorded, ours map[string]any) bool{
	// Mistral's form of a call's id, in the call and in its result.
	"ids of another form are mapped": func(recorded, _ map[string]any) (changed bool) {
		mapped := func(holder map[string]any, name string) {
			if id, ok := holder[name].(string); ok && azmistral.WireCallID(id) != id {
				holder[name], changed = azmistral.WireCallID(id), true
			}
		}
		mapped(recorded, "tool_call_id")
		calls, _ := recorded["tool_calls"].([]any)
		for _, call := range calls {
			mapped(call.(map[string]any), "id")
		}
		return changed
	},
	// The other clients wrote the arguments anew. Ours are the model's own text.
	"arguments are the model's text": func(recorded, ours map[string]any) bool {
		return eachCall(recorded, ours, func(_ int, was, is map[string]any) bool {
			before, after := was["function"].(map[string]any), is["function"].(map[string]any)
			if before["arguments"] == after["arguments"] || compacted(before["arguments"]) != compacted(after["arguments"]) {
				return false
			}
			before["arguments"] = after["arguments"]
			return true
		})
	},
	// The other clients left the index out, which reads as 0. Ours is the call's place.
	"the index is kept": func(recorded, ours map[string]any) bool {
		return eachCall(recorded, ours, func(place int, was, is map[string]any) bool {
			if was["index"] != 0.0 || place == 0 || is["index"] != float64(place) {
				return false
			}
			was["index"] = is["index"]
			return true
		})
	},
	// The other client left it out.
	"closed is kept": func(recorded, ours map[string]any) (changed bool) {
		before, _ := recorded["content"].([]any)
		after, _ := ours["content"].([]any)
		for i := range min(len(before), len(after)) {
			was, is := before[i].(map[string]any), after[i].(map[string]any)
			if is["type"] == "thinking" && was["closed"] == nil && is["closed"] == true {
				was["closed"], changed = true, true
			}
		}
		return changed
	},
	// Beside calls the other clients sent "" for none, or left "" out. Ours goes back
	// as it came.
	"empty content beside calls": func(recorded, ours map[string]any) bool {
		was, is := recorded["content"], ours["content"]
		if recorded["tool_calls"] == nil || was == is || was != nil && was != "" || is != nil && is != "" {
			return false
		}
		if delete(recorded, "content"); is != nil {
			recorded["content"] = is
		}
		return true
	},
}

// eachCall changes the calls of the recorded message by ours, place by place.
func eachCall(recorded, ours map[string]any, change func(place int, was, is map[string]any) bool) (changed bool) {
	before, _ := recorded["tool_calls"].([]any)
	after, _ := ours["tool_calls"].([]any)
	for i := range min(len(before), len(after)) {
		if change(i, before[i].(map[string]any), after[i].(map[string]any)) {
			changed = true
		}
	}
	return changed
}

// compacted is a JSON text without its blanks.
func compacted(text any) string {
	var b bytes.Buffer
	if json.Compact(&b, fmt.Append(nil, text)) != nil {
		return fmt.Sprint(text)
	}
	return b.String()
}

// replaySettings are fields of recorded requests that Mistral's models refuse, which
// the sandbox plays: they were sent to other makers' models. They are left out.
var replaySettings = []string{"stream_options", "max_completion_tokens", "reasoning_effort"}

// TestSamplesReplayRecorded takes the recorded conversations in which an answer and
// the request after it are known: the answer comes through the client, its message
// and the recorded next ones go to the strict sandbox, and what arrives there is
// what was recorded.
func TestSamplesReplayRecorded(t *testing.T) {
	chats := azmistral.Samples(t, azmistral.AnsweredChats)
	none, used := map[string]int{}, map[string]int{}
	pairs, streams := 0, 0
	for _, s := range chats {
		for _, next := range chats {
			at, ok := continues(t, s, next)
			if !ok {
				continue
			}
			t.Run(s.ID+" then "+next.ID, func(t *testing.T) {
				pairs++
				if s.Operation == "chat-stream" {
					streams++
				}
				req, stream := next.Built(t)
				recorded := req.Messages
				first, _ := s.Built(t)
				req.Messages = append(slices.Clone(first.Messages), recordedAnswer(t, s).Message())
				req.Messages = append(req.Messages, recorded[at+1:]...)
				assertNoProblems(t, req.Messages)
				want := next.Normalised(t, next.Request.Body, none)
				for _, name := range replaySettings {
					if next.Family != "mistral" && next.Family != "maas" && want[name] != nil {
						delete(req.Extra, name)
						delete(want, name)
						req.ReasoningEffort = ""
						used[name]++
					}
				}
				got := next.Normalised(t, sendToSandbox(t, replayRoutes[next.Family], req, stream), map[string]int{})
				if want["model"] == nil { // the sandbox's client names one; serverless endpoints ignore it
					delete(got, "model")
				}
				require.Len(t, got["messages"], len(want["messages"].([]any)))
				for i, m := range want["messages"].([]any) {
					for name, change := range replayDifferences {
						if change(m.(map[string]any), got["messages"].([]any)[i].(map[string]any)) {
							used[name]++
						}
					}
				}
				assert.Equal(t, want, got)
			})
		}
	}
	for name := range replayDifferences {
		assert.NotZero(t, used[name], "difference %q is allowed and never met", name)
	}
	for _, name := range replaySettings {
		assert.NotZero(t, used[name], "setting %q is left out and never met", name)
	}
	t.Logf("%d answers with their next request, %d of them streamed; differences %v; taken as none %v", pairs, streams, used, none)
	assert.GreaterOrEqual(t, pairs, 27)
	assert.GreaterOrEqual(t, streams, 10)
}

// continues says whether the messages of next go on with the answer of s, and at
// which place the answer is. It reads the recordings by itself.
func continues(t *testing.T, s, next *azmistral.Sample) (at int, ok bool) {
	before, after := rawMessages(t, s), rawMessages(t, next)
	at = len(before)
	if s == next || s.Family != next.Family || len(after) <= at || len(before) == 0 {
		return 0, false
	}
	for i := range before {
		if rawSummary(before[i]) != rawSummary(after[i]) {
			return 0, false
		}
	}
	return at, rawSummary(rawAnswer(t, s)) == rawSummary(after[at])
}

func rawMessages(t *testing.T, s *azmistral.Sample) []map[string]any {
	var body struct{ Messages []map[string]any }
	require.NoError(t, json.Unmarshal(s.Request.Body, &body))
	return body.Messages
}

// rawSummary is a message's role, text, and ids of calls.
func rawSummary(m map[string]any) string {
	text := rawText(m["content"])
	calls, _ := m["tool_calls"].([]any)
	for _, call := range calls {
		text += fmt.Sprint("\x00", call.(map[string]any)["id"])
	}
	return fmt.Sprint(m["role"], "\x00", m["tool_call_id"], "\x00", text)
}

func rawText(content any) string {
	text, _ := content.(string)
	parts, _ := content.([]any)
	for _, p := range parts {
		piece, _ := p.(map[string]any)["text"].(string)
		text += piece
	}
	return text
}

// rawAnswer is the first choice's message, put together by a few naive lines.
func rawAnswer(t *testing.T, s *azmistral.Sample) map[string]any {
	message := map[string]any{"role": "assistant"}
	text, calls := "", []any(nil)
	for _, data := range s.Bodies() {
		var body struct {
			Choices []struct {
				Index          int
				Message, Delta map[string]any
			}
		}
		require.NoError(t, json.Unmarshal([]byte(data), &body))
		for _, c := range body.Choices {
			if c.Index != 0 {
				continue
			}
			for _, m := range []map[string]any{c.Message, c.Delta} {
				text += rawText(m["content"])
				list, _ := m["tool_calls"].([]any)
				for _, call := range list {
					if id, _ := call.(map[string]any)["id"].(string); id != "" && id != "null" {
						calls = append(calls, call)
					}
				}
			}
		}
	}
	message["content"], message["tool_calls"] = text, calls
	return message
}

// TestSamplesReplayMade goes on with every recorded answer that calls tools or
// thinks, and with every one to a conversation of that kind: a result for each call,
// one more answer, one more question. The strict sandbox takes all of it.
func TestSamplesReplayMade(t *testing.T) {
	conversations, calls, thoughts := 0, 0, 0
	for _, s := range azmistral.Samples(t, azmistral.AnsweredChats) {
		t.Run(s.ID, func(t *testing.T) {
			var recorded struct {
				Model    string
				Messages []azmistral.Message
			}
			require.NoError(t, json.Unmarshal(s.Request.Body, &recorded))
			answer := recordedAnswer(t, s).Message()
			if len(recorded.Messages) == 0 { // of these the answer alone is known
				recorded.Messages = []azmistral.Message{azmistral.User("Go.")}
			}
			if !isOfTools(append(slices.Clone(recorded.Messages), answer)) {
				return
			}
			conversations++
			calls += len(answer.ToolCalls)
			if answer.Content.Thinking() != "" {
				thoughts++
			}
			messages := append(recorded.Messages, answer)
			for _, call := range answer.ToolCalls {
				messages = append(messages, azmistral.ToolResult(call, `{"ok":true}`))
			}
			if len(answer.ToolCalls) == 0 {
				messages = append(messages, azmistral.User("Go on."))
			}
			for range 2 {
				assertNoProblems(t, messages)
				sendToSandbox(t, replayRoutes[s.Family], azmistral.ChatRequest{Model: azmistraltest.Deployment, Messages: messages}, s.Operation == "chat-stream")
				messages = append(messages, azmistral.Assistant("Well."), azmistral.User("And then?"))
			}
		})
	}
	t.Logf("%d conversations went on, with %d calls; %d answers think", conversations, calls, thoughts)
	assert.GreaterOrEqual(t, conversations, 93)
	assert.GreaterOrEqual(t, calls, 61)
	assert.GreaterOrEqual(t, thoughts, 16)
}

// isOfTools says whether a conversation has tools or thinking in it.
func isOfTools(messages []azmistral.Message) bool {
	return slices.ContainsFunc(messages, func(m azmistral.Message) bool {
		return m.Role == azmistral.RoleTool || len(m.ToolCalls) > 0 || m.Content.Thinking() != ""
	})
}

func assertNoProblems(t *testing.T, messages []azmistral.Message) {
	t.Helper()
	for _, p := range azmistral.CheckMessages(messages) {
		assert.True(t, p.Caution, "%s", p)
	}
}

// recordedAnswer has the client read a recorded answer.
func recordedAnswer(t *testing.T, s *azmistral.Sample) *azmistral.ChatResponse {
	transport := transportFunc(func(req *http.Request) (*http.Response, error) {
		contentType := "application/json"
		if s.Operation == "chat-stream" {
			contentType = "text/event-stream"
		}
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(s.Response.Body)), Request: req}, nil
	})
	options := &azmistral.ClientOptions{Model: "m"}
	options.Transport = transport
	client, err := azmistral.NewClientWithKeyCredential("https://contoso.services.ai.azure.com/openai/v1", azcore.NewKeyCredential("0123456789abcdef0123456789abcdef"), options)
	require.NoError(t, err)
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("u")}}
	if s.Operation == "chat" {
		resp, err := client.Chat(t.Context(), req, nil)
		require.NoError(t, err)
		return resp
	}
	stream, err := client.ChatStream(t.Context(), req, nil)
	require.NoError(t, err)
	resp, err := stream.Collect()
	require.NoError(t, err)
	return resp
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) Do(req *http.Request) (*http.Response, error) { return f(req) }

// sendToSandbox sends to the strict sandbox and gives the body that arrived.
func sendToSandbox(t *testing.T, route azmistral.Route, req azmistral.ChatRequest, stream bool) []byte {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(route, nil)
	require.NoError(t, err)
	if stream {
		s, err := client.ChatStream(t.Context(), req, nil)
		require.NoError(t, err)
		_, err = s.Collect()
		require.NoError(t, err)
	} else {
		_, err := client.Chat(t.Context(), req, nil)
		require.NoError(t, err)
	}
	requests := sandbox.Requests()
	require.Len(t, requests, 1)
	return requests[0].Body
}
