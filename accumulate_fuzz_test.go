package azmistral

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
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
		accumulateCut(t, newFuzzCutter(seed), thinking, text, arguments)
	})
}

// TestAccumulateForms does so with every form that a recorded stream has: the form
// of the delta, of a call's piece, and what is in the first piece of a call.
func TestAccumulateForms(t *testing.T) {
	met := map[string]int{}
	for seed := range uint64(3000) {
		c := newFuzzCutter(seed)
		c.met = met
		arguments := []string{`{"city":"Oslo","n":{"a":"}"}}`, `{"query": "été 😀", "max": 3}`, `{}`, ``, `{"cut`}[seed%5]
		thinking := []string{"Let me think. The user wants 4.", ""}[seed%2]
		text := []string{"It is 4, and that is sure.", "", "a"}[seed%3]
		accumulateCut(t, c, thinking, text, arguments)
	}
	for _, form := range fuzzForms {
		assert.Greater(t, met[form], 50, "form %q is hardly ever cut", form)
		delete(met, form)
	}
	assert.Empty(t, met, "forms that are not listed")
}

// accumulateCut makes an answer, cuts it and folds the pieces.
func accumulateCut(t *testing.T, c *fuzzCutter, thinking, text, arguments string) {
	want := fuzzResponse(c.r, thinking, text, arguments)
	var a accumulator
	var wire []string
	for _, chunk := range c.chunks(want) {
		data := chunk.wire(t)
		wire = append(wire, string(data))
		d, err := decode(data)
		require.NoError(t, err, "%s", data)
		a.add(&d.chunk)
		if c.r.IntN(4) == 0 {
			a.response() // looking does not change it
		}
	}
	require.True(t, a.whole())
	if got := a.response(); !assert.ObjectsAreEqual(want, got) {
		require.Equal(t, want, got, "%s", strings.Join(wire, "\n"))
	}
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
			switch r.IntN(4) {
			case 0:
				p.Closed = new(true)
			case 1:
				p.Signature = "c2ln"
			case 2:
				p.aside = true
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
		noIDs := r.IntN(5) == 0
		for j := range r.IntN(4) {
			call := ToolCall{ID: "call" + strings.Repeat("x", j), Name: []string{"f", "g"}[r.IntN(2)],
				Arguments: []string{arguments, `{}`, `{"x":{"y":1}}`, ``}[r.IntN(4)], Index: j}
			if noIDs {
				call.ID = madeCallID(resp.ID, i, j, call.Name, call.Arguments)
			}
			m.ToolCalls = append(m.ToolCalls, call)
		}
		resp.Choices = append(resp.Choices, Choice{Index: i, Message: m, FinishReason: []FinishReason{FinishStop, FinishLength, "novel"}[r.IntN(3)]})
	}
	return resp
}

// chunks cuts each choice into deltas of random size and mixes the choices.
func (f *fuzzCutter) chunks(resp *ChatResponse) []wireChunk {
	r := f.r
	queues := make([][]map[string]any, len(resp.Choices))
	for i, c := range resp.Choices {
		queues[i] = f.choice(&c)
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
