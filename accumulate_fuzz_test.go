package azmistral

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzAccumulate cuts an answer into deltas, in every way that recorded streams
// have, and wants the same answer back.
func FuzzAccumulate(f *testing.F) {
	f.Add("Let me think. ", "It is 4.", `{"city":"Oslo","n":{"a":"}"}}`, uint64(1))
	f.Add("", "", "", uint64(2))
	f.Add("", "a", `{}`, uint64(3))
	f.Add("été", "\u2028😀", `{"a":`, uint64(4))
	f.Add("x", "", `not json {`, uint64(5))
	f.Fuzz(func(t *testing.T, thinking, text, arguments string, seed uint64) {
		if !utf8.ValidString(thinking) || !utf8.ValidString(text) || !utf8.ValidString(arguments) {
			return
		}
		if isTwoObjects(arguments) {
			return // cut between them, the second is taken for a replacement
		}
		r := rand.New(rand.NewPCG(seed, 7))
		want := fuzzResponse(r, thinking, text, arguments)
		var a accumulator
		for _, chunk := range fuzzChunks(r, want) {
			data := chunk.wire(t)
			d, err := decode(data)
			require.NoError(t, err, "%s", data)
			a.add(&d.chunk)
			if r.IntN(4) == 0 {
				a.response() // looking does not change it
			}
		}
		require.True(t, a.whole())
		require.Equal(t, want, a.response())
	})
}

// isTwoObjects says whether a text is a JSON object with more after it.
func isTwoObjects(text string) bool {
	for i := range text {
		if text[i] == '}' && isWholeObject(text[:i+1]) && strings.TrimSpace(text[i+1:]) != "" {
			return true
		}
	}
	return false
}

// fuzzResponse makes an answer of one or two choices from the texts.
func fuzzResponse(r *rand.Rand, thinking, text, arguments string) *ChatResponse {
	resp := &ChatResponse{ID: "resp", Model: "m", Created: time.Unix(1787865810, 0).UTC(), Usage: Usage{PromptTokens: 1, CompletionTokens: 2, TotalTokens: 3}}
	for i := range 1 + r.IntN(2) {
		m := Message{Role: RoleAssistant}
		if thinking != "" && r.IntN(2) == 0 {
			p := &ThinkingPart{Text: thinking}
			if r.IntN(2) == 0 {
				p.Closed = new(true)
			}
			m.Content = append(m.Content, p)
		}
		switch {
		case text != "":
			m.Content = append(m.Content, &TextPart{Text: text})
			if r.IntN(3) == 0 {
				m.Content = append(m.Content, &ReferencePart{IDs: []string{"0", "x"}}, &TextPart{Text: text})
			}
		case m.Content == nil && r.IntN(2) == 0:
			m.Content = textContent("")
		}
		for j := range r.IntN(4) {
			m.ToolCalls = append(m.ToolCalls, ToolCall{ID: "call" + strings.Repeat("x", j), Name: []string{"f", "g"}[r.IntN(2)],
				Arguments: []string{arguments, `{}`, `{"x":{"y":1}}`, ``}[r.IntN(4)], Index: j})
		}
		resp.Choices = append(resp.Choices, Choice{Index: i, Message: m, FinishReason: []FinishReason{FinishStop, FinishLength, "novel"}[r.IntN(3)]})
	}
	return resp
}

// fuzzChunks cuts each choice into deltas of random size and mixes the choices.
func fuzzChunks(r *rand.Rand, resp *ChatResponse) []wireChunk {
	queues := make([][]map[string]any, len(resp.Choices))
	for i, c := range resp.Choices {
		queues[i] = fuzzDeltas(r, &c)
	}
	var chunks []wireChunk
	for {
		var open []int
		for i, q := range queues {
			if len(q) > 0 {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			break
		}
		c := wireChunk{"id": resp.ID, "model": resp.Model, "created": resp.Created.Unix(), "p": "abc"}
		var choices []any
		for range 1 + r.IntN(len(open)) { // one or more choices in a chunk
			i := open[r.IntN(len(open))]
			if len(queues[i]) > 0 {
				choices = append(choices, queues[i][0])
				queues[i] = queues[i][1:]
			}
		}
		c["choices"] = choices
		chunks = append(chunks, c)
	}
	usage := map[string]any{"prompt_tokens": resp.Usage.PromptTokens, "completion_tokens": resp.Usage.CompletionTokens, "total_tokens": resp.Usage.TotalTokens}
	if r.IntN(2) == 0 {
		chunks[len(chunks)-1]["usage"] = usage
	} else {
		chunks = append(chunks, wireChunk{"choices": []any{}, "usage": usage}, wireChunk{"choices": nil, "usage": nil})
	}
	return chunks
}

func fuzzDeltas(r *rand.Rand, c *Choice) []map[string]any {
	var list []map[string]any
	add := func(delta map[string]any) {
		list = append(list, map[string]any{"index": c.Index, "delta": delta, "finish_reason": nil})
	}
	size := 1 + r.IntN(20)
	first := map[string]any{"role": "assistant"}
	if c.Message.Content != nil {
		first["content"] = ""
	}
	add(first)
	for _, part := range c.Message.Content {
		switch p := part.(type) {
		case *TextPart:
			for _, piece := range cut(p.Text, size) {
				if r.IntN(4) == 0 {
					add(map[string]any{"content": []any{map[string]any{"type": "text", "text": piece}}})
				} else {
					add(map[string]any{"content": piece})
				}
			}
		case *ThinkingPart:
			for _, piece := range cut(p.Text, size) {
				t := map[string]any{"type": "thinking", "thinking": []any{map[string]any{"type": "text", "text": piece}}}
				if p.Closed != nil {
					t["closed"] = true
				}
				add(map[string]any{"content": []any{t}})
			}
			if r.IntN(2) == 0 {
				add(map[string]any{"content": []any{map[string]any{"type": "thinking", "thinking": []any{}}}})
			}
		case *ReferencePart:
			add(map[string]any{"content": []any{map[string]any{"type": "reference", "reference_ids": []any{0, "x"}}}})
		}
		if r.IntN(5) == 0 {
			add(map[string]any{"content": ""})
		}
	}
	list = append(list, fuzzCallDeltas(r, c, size)...)
	last := map[string]any{"index": c.Index, "finish_reason": c.FinishReason}
	if r.IntN(2) == 0 {
		last["delta"] = map[string]any{}
	}
	return append(list, last)
}

// fuzzCallDeltas sends the calls whole or in pieces, with the index, the id, both
// or neither in the later pieces.
func fuzzCallDeltas(r *rand.Rand, c *Choice, size int) []map[string]any {
	var pieces []map[string]any
	withIndex, mark := r.IntN(2) == 0, r.IntN(4)
	piece := func(call ToolCall, first bool, arguments any) {
		p := map[string]any{"function": map[string]any{"name": "", "arguments": arguments}}
		if first {
			p = map[string]any{"id": call.ID, "type": "function", "function": map[string]any{"name": call.Name, "arguments": arguments}}
		} else {
			switch mark {
			case 0:
				p["id"] = call.ID
			case 1:
				p["id"] = "null"
			case 2:
				p["id"] = nil
			}
		}
		if withIndex {
			p["index"] = call.Index
		}
		pieces = append(pieces, p)
	}
	for _, call := range c.Message.ToolCalls {
		switch r.IntN(3) {
		case 0:
			piece(call, true, call.Arguments)
		case 1:
			piece(call, true, "")
			for _, arguments := range cut(call.Arguments, size) {
				piece(call, false, arguments)
			}
		default:
			for i, arguments := range cut(call.Arguments, size) {
				piece(call, i == 0, arguments)
			}
			if call.Arguments == "" {
				piece(call, true, nil)
			}
		}
	}
	var list []map[string]any
	for len(pieces) > 0 {
		n := 1
		if withIndex || mark == 0 { // several pieces in a list, where they say which is whose
			n = 1 + r.IntN(len(pieces))
		}
		list = append(list, map[string]any{"index": c.Index, "delta": map[string]any{"tool_calls": pieces[:n]}, "finish_reason": nil})
		pieces = pieces[n:]
	}
	return list
}
