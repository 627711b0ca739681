package azmistral

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/azmistral/azmistral/internal/route"
)

// MarshalJSON gives the message in Mistral's wire form, ids and arguments as they
// are. It is the form to keep conversations in: UnmarshalJSON of this and of later
// versions reads it. Bytes of an image or a document become a data: URL. The error
// names a part that cannot be written, such as a nil one.
func (m Message) MarshalJSON() ([]byte, error) {
	e := encoder{names: route.NamesMistral, stored: true}
	e.message(alone, &m)
	if e.err != nil {
		return nil, fmt.Errorf("message: %w", e.err)
	}
	return e.buf, nil
}

// UnmarshalJSON reads a message in any form that a service sends: content as a
// string, a list, null or absent; arguments as text or an object; ids and indexes
// present or not. Parts that it does not know are kept as UnknownPart; members of
// a message that it does not know are dropped. A data: URL of an image or document
// gives the bytes. A call without an id keeps none.
func (m *Message) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "null" {
		return nil // by the convention of encoding/json
	}
	w, err := decodeMessage(validUTF8(data))
	if err != nil {
		return fmt.Errorf("message: %w", err)
	}
	*m = Message{Role: Role(w.role), Content: w.content, ToolCallID: w.toolCallID, Name: w.name, Prefix: w.prefix}
	for i, call := range w.toolCalls {
		if call.Index < 0 {
			call.Index = i
		}
		m.ToolCalls = append(m.ToolCalls, ToolCall{ID: call.ID, Name: call.Name, Arguments: call.Arguments, Index: call.Index})
	}
	return nil
}

// wireMessage is a message, or a delta of one.
type wireMessage struct {
	Role             json.RawMessage `json:"role"`
	Content          json.RawMessage `json:"content"`
	ReasoningContent json.RawMessage `json:"reasoning_content"`
	Reasoning        json.RawMessage `json:"reasoning"`
	ToolCalls        json.RawMessage `json:"tool_calls"`
	ToolCallID       json.RawMessage `json:"tool_call_id"`
	Name             json.RawMessage `json:"name"`
	Prefix           json.RawMessage `json:"prefix"`
}

// message is a message or a delta, read.
type message struct {
	role       string
	content    Content
	toolCalls  []ToolCallDelta
	toolCallID string
	name       string
	prefix     bool
	isText     bool // the content was a string, and all there was
	isEmpty    bool // it has no member that says anything
}

func decodeMessage(raw json.RawMessage) (m message, err error) {
	if kind := jsonKind(raw); kind != "an object" {
		return m, fmt.Errorf("it is %s, want an object", kind)
	}
	var w wireMessage
	if err := json.Unmarshal(raw, &w); err != nil {
		return m, err
	}
	if m.role, err = decodeText(w.Role); err != nil {
		return m, fmt.Errorf("role is %w", err)
	}
	if m.content, err = decodeContent(w.Content); err != nil {
		return m, err
	}
	m.isText = jsonKind(w.Content) == "a string"
	reasoning, err := w.reasoning()
	if err != nil {
		return m, err
	}
	if reasoning != "" {
		m.content = append(Content{&ThinkingPart{Text: reasoning, aside: true}}, m.content...)
		m.isText = false
	}
	if m.toolCalls, err = decodeCalls(w.ToolCalls); err != nil {
		return m, err
	}
	if m.toolCallID, err = decodeID(w.ToolCallID); err != nil {
		return m, fmt.Errorf("tool_call_id is %w", err)
	}
	if m.toolCallID == "null" {
		m.toolCallID = ""
	}
	if m.name, err = decodeText(w.Name); err != nil {
		return m, fmt.Errorf("name is %w", err)
	}
	m.prefix = string(w.Prefix) == "true"
	m.isEmpty = m.role == "" && m.content == nil && m.toolCalls == nil
	return m, nil
}

// reasoning reads the field beside the content that vLLM-style backends put the
// thinking in: reasoning_content (recorded on Azure), in newer versions reasoning.
// Some send both with the same text.
func (w *wireMessage) reasoning() (string, error) {
	text, err := decodeText(w.ReasoningContent)
	if err != nil {
		return "", fmt.Errorf("reasoning_content is %w", err)
	}
	if text == "" {
		// An object of that name is a setting that other services echo.
		text, _ = decodeText(w.Reasoning)
	}
	return text, nil
}
