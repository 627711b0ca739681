package structured

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/azmistral/azmistral"
)

// The kinds of type that are asked for in these tests.
type (
	invoice struct {
		Number string    `json:"number" jsonschema:"as printed on it"`
		Total  float64   `json:"total" minimum:"0"`
		Lines  []line    `json:"lines"`
		Paid   *bool     `json:"paid,omitempty"`
		Due    time.Time `json:"due,omitzero"`
	}
	line struct {
		Text  string `json:"text"`
		Count int    `json:"count" minimum:"1"`
	}
	color string
	node  struct {
		Name string `json:"name"`
		Next *node  `json:"next"`
	}
	pair[T any] struct {
		Left  T `json:"left"`
		Right T `json:"right"`
	}
)

func (color) Enum() []color { return []color{"red", "green", "blue"} }

const invoiceText = `{"number":"A-7","total":12.5,"lines":[{"text":"screws","count":100}],"paid":true}`

var theInvoice = invoice{Number: "A-7", Total: 12.5, Lines: []line{{"screws", 100}}, Paid: new(true)}

// script is a client that gives one answer or error a call, and keeps what it was asked.
type script struct {
	steps    []any // a *azmistral.ChatResponse or an error
	asked    []azmistral.ChatRequest
	options  []*azmistral.ChatOptions
	endpoint azmistral.Endpoint
}

func (s *script) Endpoint() azmistral.Endpoint { return s.endpoint }

func (s *script) Chat(_ context.Context, req azmistral.ChatRequest, options *azmistral.ChatOptions) (*azmistral.ChatResponse, error) {
	s.asked, s.options = append(s.asked, req), append(s.options, options)
	if len(s.asked) > len(s.steps) {
		return nil, errors.New("the script is at its end")
	}
	switch step := s.steps[len(s.asked)-1].(type) {
	case error:
		return nil, step
	case *azmistral.ChatResponse:
		return step, nil
	}
	panic("no step")
}

func play(steps ...any) *script { return &script{steps: steps} }

// says is an answer of text.
func says(text string) *azmistral.ChatResponse {
	return ended(azmistral.Assistant(text), azmistral.FinishStop)
}

// calls is an answer that calls a function, once for each of arguments.
func calls(name string, arguments ...string) *azmistral.ChatResponse {
	m := azmistral.Message{Role: azmistral.RoleAssistant}
	for i, text := range arguments {
		m.ToolCalls = append(m.ToolCalls, azmistral.ToolCall{ID: "call0000" + string(rune('1'+i)), Name: name, Arguments: text, Index: i})
	}
	return ended(m, azmistral.FinishToolCalls)
}

func ended(m azmistral.Message, reason azmistral.FinishReason) *azmistral.ChatResponse {
	return &azmistral.ChatResponse{
		ID:      "a1",
		Choices: []azmistral.Choice{{Message: m, FinishReason: reason}},
		Usage:   azmistral.Usage{PromptTokens: 10, CompletionTokens: 5, TotalTokens: 15, CachedTokens: 4, ReasoningTokens: 3, AudioSeconds: 0.5},
		Info:    azmistral.ResponseInfo{RequestID: "r1"},
	}
}

// ask is a request with one question.
func ask(text string) azmistral.ChatRequest {
	return azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User(text)}}
}

// raw is JSON text as a schema is given.
func raw(text string) json.RawMessage { return json.RawMessage(text) }
