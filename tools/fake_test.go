package tools_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/require"
)

// chatFunc is a client of someone else's.
type chatFunc func(azmistral.ChatRequest) (*azmistral.ChatResponse, error)

func (f chatFunc) Chat(_ context.Context, req azmistral.ChatRequest, _ *azmistral.ChatOptions) (*azmistral.ChatResponse, error) {
	return f(req)
}

// ChatStream streams the same answer in one chunk, and an error behind what it has.
func (f chatFunc) ChatStream(_ context.Context, req azmistral.ChatRequest, _ *azmistral.ChatOptions) (*azmistral.ChatStream, error) {
	answer, err := f(req)
	if answer == nil {
		return nil, err
	}
	sent := false
	return azmistral.NewChatStream(azmistral.ResponseInfo{}, func() (*azmistral.ChatChunk, error) {
		if sent {
			if err == nil {
				err = io.EOF
			}
			return nil, err
		}
		sent = true
		return chunkOf(answer), nil
	}, nil), nil
}

func chunkOf(answer *azmistral.ChatResponse) *azmistral.ChatChunk {
	chunk := &azmistral.ChatChunk{ID: answer.ID, Usage: &answer.Usage}
	for _, choice := range answer.Choices {
		piece := azmistral.ChunkChoice{Index: choice.Index, FinishReason: choice.FinishReason}
		piece.Delta = azmistral.Delta{Role: choice.Message.Role, Text: choice.Message.Text(), Content: choice.Message.Content}
		for i, c := range choice.Message.ToolCalls {
			piece.Delta.ToolCalls = append(piece.Delta.ToolCalls, azmistral.ToolCallDelta{Index: i, ID: c.ID, Name: c.Name, Arguments: c.Arguments})
		}
		chunk.Choices = append(chunk.Choices, piece)
	}
	return chunk
}

func answerOf(message azmistral.Message) *azmistral.ChatResponse {
	finish := azmistral.FinishStop
	if len(message.ToolCalls) > 0 {
		finish = azmistral.FinishToolCalls
	}
	return &azmistral.ChatResponse{
		Choices: []azmistral.Choice{{Message: message, FinishReason: finish}},
		Usage:   azmistral.Usage{PromptTokens: 1, CompletionTokens: 2, TotalTokens: 3, CachedTokens: 4, ReasoningTokens: 5, AudioSeconds: 0.5},
	}
}

func calling(list ...azmistral.ToolCall) azmistral.Message {
	return azmistral.Message{Role: azmistral.RoleAssistant, ToolCalls: list}
}

// Calls as a foreign client may give them: without ids, with one id twice, without a
// role. Its answers are not changed.
func TestRunMakesIDs(t *testing.T) {
	first := answerOf(azmistral.Message{Prefix: true, Name: "x", ToolCallID: "x", ToolCalls: []azmistral.ToolCall{{Name: "f"}, {Name: "f", ID: "null"}, {Name: "f", ID: "x"}, {Name: "f", ID: "x"}}})
	answers := []*azmistral.ChatResponse{first, answerOf(calling(azmistral.ToolCall{Name: "f", ID: "x"}, azmistral.ToolCall{Name: "f", ID: "y"})), answerOf(azmistral.Assistant("done"))}
	var kept [][]azmistral.Message
	client := chatFunc(func(req azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
		kept = append(kept, append(req.Messages, azmistral.User("mine"))) // a client may think that they are its own
		return answers[len(kept)-1], nil
	})
	before := []azmistral.Message{azmistral.User("Go"), calling(azmistral.ToolCall{ID: "y", Name: "f"}), azmistral.ToolResult(azmistral.ToolCall{ID: "y", Name: "f"}, "old")}
	result, err := tools.Run(t.Context(), client, azmistral.ChatRequest{Messages: before}, []tools.Tool{echo("f")}, nil)
	require.NoError(t, err)
	requireWhole(t, result, 3)
	for _, messages := range kept {
		require.Equal(t, "mine", messages[len(messages)-1].Text(), "the run wrote into messages that it had given away")
	}
	seen := map[string]bool{"y": true}
	for i, c := range result.Calls {
		require.False(t, seen[c.Call.ID], "id %q again", c.Call.ID)
		seen[c.Call.ID] = true
		if i == 2 {
			require.Equal(t, "x", c.Call.ID, "an id that will do was changed")
		} else {
			require.Regexp(t, `^[A-Z2-7]{9}$`, c.Call.ID)
		}
	}
	require.Equal(t, []azmistral.ToolCall{{Name: "f"}, {Name: "f", ID: "null"}, {Name: "f", ID: "x"}, {Name: "f", ID: "x"}}, first.Choices[0].Message.ToolCalls)
	require.Equal(t, azmistral.Usage{PromptTokens: 3, CompletionTokens: 6, TotalTokens: 9, CachedTokens: 12, ReasoningTokens: 15, AudioSeconds: 1.5}, result.Usage)
}

// What clients give that is no answer.
func TestRunWithoutAnAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		answer *azmistral.ChatResponse
		err    error
		line   string
		is     error
	}{
		"nothing":           {nil, nil, "tools: round 1: the client gave neither an answer nor an error", azmistral.ErrUnexpectedResponse},
		"no choice":         {&azmistral.ChatResponse{}, nil, "tools: round 1: the answer has no choice", azmistral.ErrUnexpectedResponse},
		"an error":          {nil, errBroken, "tools: round 1: it is broken", errBroken},
		"an error of lines": {nil, errors.New("it\nis\tbroken"), "tools: round 1: it is broken", nil},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := tools.Run(t.Context(), chatFunc(func(azmistral.ChatRequest) (*azmistral.ChatResponse, error) { return c.answer, c.err }), ask("Go"), nil, nil)
			require.EqualError(t, err, c.line)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			require.Nil(t, result.Response)
			require.Equal(t, "user: Go", transcript(result.Messages))
		})
	}
}

// A foreign client that says that its answer failed has its calls not run.
func TestRunOfAFailedAnswer(t *testing.T) {
	answer := answerOf(calling(azmistral.ToolCall{Name: "f"}))
	answer.Choices[0].FinishReason = azmistral.FinishError
	_, err := tools.Run(t.Context(), chatFunc(func(azmistral.ChatRequest) (*azmistral.ChatResponse, error) { return answer, nil }), ask("Go"), []tools.Tool{echo("f")}, nil)
	require.ErrorIs(t, err, tools.ErrCutCalls)
}

// The first of several choices counts.
func TestRunOfSeveralChoices(t *testing.T) {
	answer := answerOf(azmistral.Assistant("one"))
	answer.Choices = append(answer.Choices, azmistral.Choice{Index: 1, Message: calling(azmistral.ToolCall{Name: "f"}), FinishReason: azmistral.FinishToolCalls})
	result, err := tools.Run(t.Context(), chatFunc(func(azmistral.ChatRequest) (*azmistral.ChatResponse, error) { return answer, nil }), ask("Go"), []tools.Tool{echo("f")}, nil)
	require.NoError(t, err)
	require.Equal(t, lines("user: Go", "assistant: one"), transcript(result.Messages))
}
