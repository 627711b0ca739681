package azmistral_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestForeignConversation has a conversation whose calls have another provider's
// ids go through the client to the strict sandbox: one turn that is history, two
// in which the service makes such ids itself, each with three calls. On the wire
// there are Mistral's ids, the same in a call and in its result; what the caller
// has keeps its own.
func TestForeignConversation(t *testing.T) {
	for _, route := range []azmistral.Route{
		azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
		azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
	} {
		t.Run(string(route), func(t *testing.T) {
			foreignConversation(t, route, func(client *azmistral.Client, req azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
				return client.Chat(t.Context(), req, nil)
			})
		})
		t.Run(string(route)+" streamed", func(t *testing.T) {
			foreignConversation(t, route, func(client *azmistral.Client, req azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
				stream, err := client.ChatStream(t.Context(), req, nil)
				if err != nil {
					return nil, err
				}
				return stream.Collect()
			})
		})
	}
}

func foreignConversation(t *testing.T, route azmistral.Route, chat func(*azmistral.Client, azmistral.ChatRequest) (*azmistral.ChatResponse, error)) {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(route, nil)
	require.NoError(t, err)

	// Longer than nine, as long, and such as only differ after the ninth.
	ids := func(turn int) []string {
		return []string{fmt.Sprintf("call_fiIg1Q8CQsmY3bqJiLp%d", turn), fmt.Sprintf("call_fiIg1Q8CQsmY3bqJiLq%d", turn), fmt.Sprintf("call_abc%d", turn)}
	}
	asking := azmistral.Message{Role: azmistral.RoleAssistant}
	for i, id := range ids(1) {
		asking.ToolCalls = append(asking.ToolCalls, azmistral.ToolCall{ID: id, Name: "look", Arguments: "{}", Index: i})
	}
	for turn := 2; turn <= 3; turn++ {
		var calls []azmistraltest.ToolCall
		for _, id := range ids(turn) {
			calls = append(calls, azmistraltest.ToolCall{ID: id, Name: "look", Arguments: "{}"})
		}
		sandbox.Reply(azmistraltest.ToolCalls(calls...))
	}
	sandbox.Reply(azmistraltest.Text("Done."))

	req := azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Look."), asking},
		Tools:    []azmistral.Tool{{Name: "look"}},
	}
	for turn := 1; turn <= 3; turn++ {
		asked := req.Messages[len(req.Messages)-1]
		require.Equal(t, ids(turn), callIDs(asked), "turn %d", turn)
		for _, call := range slices.Backward(asked.ToolCalls) { // in another order than asked
			req.Messages = append(req.Messages, azmistral.ToolResult(call, "seen"))
		}
		require.Empty(t, azmistral.CheckMessages(req.Messages))
		before, err := json.Marshal(req.Messages)
		require.NoError(t, err)

		resp, err := chat(client, req)
		require.NoError(t, err)
		after, err := json.Marshal(req.Messages)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after), "the caller's messages were changed")
		assertWireIDs(t, sandbox.Requests()[turn-1].Messages, 3*turn)
		req.Messages = append(req.Messages, resp.Message())
	}
	assert.Equal(t, "Done.", req.Messages[len(req.Messages)-1].Text())
}

func callIDs(m azmistral.Message) (ids []string) {
	for _, call := range m.ToolCalls {
		ids = append(ids, call.ID)
	}
	return ids
}

var wireID = regexp.MustCompile(`^[a-zA-Z0-9]{9}$`)

// assertWireIDs wants so many calls in what arrived, all with different ids of
// Mistral's form, and each answered by the result at the place where it was put.
func assertWireIDs(t *testing.T, messages []azmistraltest.Message, calls int) {
	seen := map[string]bool{}
	var open []string
	for _, m := range messages {
		for _, call := range m.ToolCalls {
			assert.Regexp(t, wireID, call.ID)
			assert.False(t, seen[call.ID], "two calls are %s", call.ID)
			seen[call.ID] = true
			open = append(open, call.ID)
		}
		if m.Role == "tool" {
			require.NotEmpty(t, open)
			assert.Equal(t, open[len(open)-1], m.ToolCallID)
			open = open[:len(open)-1]
		}
	}
	assert.Empty(t, open)
	assert.Len(t, seen, calls)
}
