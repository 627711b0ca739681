package azmistral

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// wireChunk is a chunk in a form that a recorded stream has.
type wireChunk map[string]any

func (c wireChunk) wire(t testing.TB) []byte {
	data, err := json.Marshal(c)
	require.NoError(t, err)
	return data
}

// splitResponse cuts an answer into chunks of at most n bytes of text, in the forms
// of the recorded streams: a first chunk with the role, text as strings, thinking
// as lists, calls in fragments by index, filter results in a chunk without a delta,
// finish reason and usage at the end.
func splitResponse(r *ChatResponse, n int) []wireChunk {
	var chunks []wireChunk
	emit := func(choice any) {
		c := wireChunk{"id": r.ID, "model": r.Model, "object": "chat.completion.chunk", "created": created(r.Created), "choices": []any{choice}}
		chunks = append(chunks, c)
	}
	if r.Filter != nil {
		chunks = append(chunks, wireChunk{"id": "", "model": "", "created": 0, "choices": []any{},
			"prompt_filter_results": []any{map[string]any{"prompt_index": 0, "content_filter_results": wireFilter(r.Filter)}}})
	}
	for _, c := range r.Choices {
		delta := func(d map[string]any) { emit(map[string]any{"index": c.Index, "delta": d, "finish_reason": nil}) }
		first := map[string]any{"role": c.Message.Role, "content": nil}
		if c.Message.Content != nil {
			first["content"] = ""
		}
		delta(first)
		for _, part := range c.Message.Content {
			switch p := part.(type) {
			case *TextPart:
				for _, piece := range cut(p.Text, n) {
					delta(map[string]any{"content": piece})
				}
			case *ThinkingPart:
				for _, piece := range cut(p.Text, n) {
					if p.aside {
						delta(map[string]any{"content": nil, "reasoning_content": piece})
						continue
					}
					t := map[string]any{"type": "thinking", "thinking": []any{map[string]any{"type": "text", "text": piece}}}
					if p.Closed != nil {
						t["closed"] = *p.Closed
					}
					delta(map[string]any{"content": []any{t}})
				}
			default:
				data, _ := json.Marshal(Message{Content: Content{part}})
				var m map[string]any
				_ = json.Unmarshal(data, &m)
				delta(map[string]any{"content": m["content"]})
			}
		}
		for i, call := range c.Message.ToolCalls {
			delta(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": call.ID, "type": "function",
				"function": map[string]any{"name": call.Name, "arguments": ""}}}})
			for _, piece := range cut(call.Arguments, n) {
				delta(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": "null",
					"function": map[string]any{"name": "", "arguments": piece}}}})
			}
		}
		if c.Filter != nil {
			emit(map[string]any{"index": c.Index, "finish_reason": nil, "content_filter_results": wireFilter(c.Filter)})
		}
		emit(map[string]any{"index": c.Index, "delta": map[string]any{}, "finish_reason": c.FinishReason})
	}
	usage := map[string]any{"prompt_tokens": r.Usage.PromptTokens, "completion_tokens": r.Usage.CompletionTokens,
		"total_tokens": r.Usage.TotalTokens, "prompt_tokens_details": map[string]any{"cached_tokens": r.Usage.CachedTokens},
		"completion_tokens_details": map[string]any{"reasoning_tokens": r.Usage.ReasoningTokens}, "prompt_audio_seconds": r.Usage.AudioSeconds}
	return append(chunks, wireChunk{"id": r.ID, "choices": []any{}, "usage": usage})
}

func created(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func wireFilter(f ContentFilter) map[string]any {
	m := map[string]any{}
	for category, r := range f {
		m[category] = map[string]any{"filtered": r.Filtered, "detected": r.Detected, "severity": r.Severity}
	}
	return m
}

// cut splits s into pieces of about n bytes, at runes.
func cut(s string, n int) []string {
	var pieces []string
	start := 0
	for i := range s {
		if i-start >= n {
			pieces = append(pieces, s[start:i])
			start = i
		}
	}
	if start < len(s) {
		pieces = append(pieces, s[start:])
	}
	return pieces
}
