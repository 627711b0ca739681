package azmistral

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// decodeContent reads a message's content in every form that is sent: absent and
// null are nil, a string is one text part, a list is its parts.
func decodeContent(raw json.RawMessage) (Content, error) {
	switch jsonKind(raw) {
	case "nothing", "null":
		return nil, nil
	case "a string":
		text, err := decodeText(raw)
		return textContent(text), err
	case "a list":
		return decodeParts(raw)
	}
	return nil, fmt.Errorf("content is %s, want text or a list of parts", jsonKind(raw))
}

// decodeParts reads a list of parts. The list is never nil; a null in it is
// nothing.
func decodeParts(raw json.RawMessage) (Content, error) {
	items, err := decodeList(raw)
	if err != nil {
		return nil, fmt.Errorf("content is %w", err)
	}
	parts := make(Content, 0, len(items))
	for i, item := range items {
		if jsonKind(item) == "null" {
			continue
		}
		part, err := decodePart(item)
		if err != nil {
			return nil, fmt.Errorf("content[%d]: %w", i, err)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// wirePart holds the members of every known type of part.
type wirePart struct {
	Type         json.RawMessage `json:"type"`
	Text         json.RawMessage `json:"text"`
	ImageURL     json.RawMessage `json:"image_url"`
	DocumentURL  json.RawMessage `json:"document_url"`
	DocumentName json.RawMessage `json:"document_name"`
	InputAudio   json.RawMessage `json:"input_audio"`
	FileID       json.RawMessage `json:"file_id"`
	Thinking     json.RawMessage `json:"thinking"`
	Signature    json.RawMessage `json:"signature"`
	Closed       json.RawMessage `json:"closed"`
	ReferenceIDs json.RawMessage `json:"reference_ids"`
}

// decodePart reads one part. What is no known part, or has members of other types
// than they should have, is kept whole as an UnknownPart; only text that is no
// text is an error, for an answer without it would look whole.
func decodePart(raw json.RawMessage) (Part, error) {
	if jsonKind(raw) != "an object" {
		return &UnknownPart{Raw: raw}, nil
	}
	var w wirePart
	if err := json.Unmarshal(raw, &w); err != nil {
		return nil, err
	}
	kind, err := decodeText(w.Type)
	if err != nil {
		return &UnknownPart{Raw: raw}, nil
	}
	if kind == "" && jsonKind(w.Text) == "a string" {
		kind = "text" // what Mistral's schema says of a part without a type
	}
	var part Part
	switch kind {
	case "text":
		text, err := decodeText(w.Text)
		if err != nil {
			return nil, fmt.Errorf("text is %w", err)
		}
		return &TextPart{Text: text}, nil
	case "image_url":
		part = w.image()
	case "document_url":
		part = w.document()
	case "input_audio":
		part = w.audio()
	case "file":
		if id, err := decodeText(w.FileID); err == nil && id != "" {
			part = &FilePart{FileID: id}
		}
	case "thinking":
		part = w.thinking()
	case "reference":
		part = w.reference()
	}
	if isNilPart(part) {
		return &UnknownPart{Type: kind, Raw: raw}, nil
	}
	return part, nil
}

func (w *wirePart) image() Part {
	url, err := decodeText(w.ImageURL)
	var detail string
	if err != nil {
		var object struct{ URL, Detail json.RawMessage }
		if json.Unmarshal(w.ImageURL, &object) != nil {
			return nil
		}
		var errURL, errDetail error
		url, errURL = decodeText(object.URL)
		detail, errDetail = decodeText(object.Detail)
		if errURL != nil || errDetail != nil {
			return nil
		}
	}
	if url == "" {
		return nil
	}
	if mediaType, data, ok := splitDataURL(url); ok {
		return &ImagePart{Data: data, MediaType: mediaType, Detail: detail}
	}
	return &ImagePart{URL: url, Detail: detail}
}

func (w *wirePart) document() Part {
	url, err := decodeText(w.DocumentURL)
	name, errName := decodeText(w.DocumentName)
	if err != nil || errName != nil || url == "" {
		return nil
	}
	if mediaType, data, ok := splitDataURL(url); ok {
		return &DocumentPart{Data: data, MediaType: mediaType, Name: name}
	}
	return &DocumentPart{URL: url, Name: name}
}

// audio reads the string form, a URL or bare base64, and OpenAI's object.
func (w *wirePart) audio() Part {
	if text, err := decodeText(w.InputAudio); err == nil && text != "" {
		if data, ok := decodeBase64(text); ok {
			return &AudioPart{Data: data}
		}
		return &AudioPart{URL: text}
	}
	var object struct{ Data, Format json.RawMessage }
	if jsonKind(w.InputAudio) != "an object" || json.Unmarshal(w.InputAudio, &object) != nil {
		return nil
	}
	text, err := decodeText(object.Data)
	format, errFormat := decodeText(object.Format)
	data, ok := decodeBase64(text)
	if err != nil || errFormat != nil || !ok || format == "" {
		return nil
	}
	return &AudioPart{Data: data, Format: format}
}

// thinking reads a list of parts, or the plain string of self-hosted templates.
func (w *wirePart) thinking() Part {
	p := &ThinkingPart{}
	var err error
	if p.Signature, err = decodeText(w.Signature); err != nil {
		return nil
	}
	switch string(w.Closed) {
	case "true":
		p.Closed = new(true)
	case "false":
		p.Closed = new(false)
	case "", "null":
	default:
		return nil
	}
	switch jsonKind(w.Thinking) {
	case "nothing", "null":
		return p
	case "a string":
		p.plain = true
		p.Text, err = decodeText(w.Thinking)
	case "a list":
		err = p.list(w.Thinking)
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return p
}

func (p *ThinkingPart) list(raw json.RawMessage) error {
	items, err := decodeList(raw)
	if err != nil {
		return err
	}
	var text strings.Builder
	border := 0 // text beyond it is the item before this one
	for _, item := range items {
		var w wirePart
		if jsonKind(item) == "an object" {
			if err := json.Unmarshal(item, &w); err != nil {
				return err
			}
		}
		if kind, err := decodeText(w.Type); err == nil && kind == "text" {
			if s, err := decodeText(w.Text); err == nil {
				if s != "" && text.Len() > border {
					p.nested = append(p.nested, nestedPart{at: text.Len()})
				}
				text.WriteString(s)
				continue
			}
		}
		p.nested = append(p.nested, nestedPart{at: text.Len(), raw: item})
		border = text.Len()
	}
	p.Text = text.String()
	return nil
}

// reference reads ids that are strings or numbers.
func (w *wirePart) reference() Part {
	p := &ReferencePart{}
	items, err := decodeList(w.ReferenceIDs)
	if err != nil {
		return nil
	}
	for i, item := range items {
		id, number := string(item), true
		switch jsonKind(item) {
		case "a number":
		case "a string":
			id, _ = decodeText(item)
			number = false
		default:
			return nil
		}
		if number != isWholeNumber(id) {
			if p.swapped == nil {
				p.swapped = make([]bool, len(items))
			}
			p.swapped[i] = true
		}
		p.IDs = append(p.IDs, id)
	}
	return p
}

// wireCall is a tool call, whole or a piece.
type wireCall struct {
	ID       json.RawMessage `json:"id"`
	Index    json.RawMessage `json:"index"`
	Function json.RawMessage `json:"function"`
}

// decodeCalls reads a list of tool calls, or of pieces of them. A null, as a list
// or in it, is nothing.
func decodeCalls(raw json.RawMessage) ([]ToolCallDelta, error) {
	items, err := decodeList(raw)
	if err != nil {
		return nil, fmt.Errorf("tool_calls is %w", err)
	}
	var calls []ToolCallDelta
	for i, item := range items {
		if jsonKind(item) == "null" {
			continue
		}
		call, err := decodeCall(item)
		if err != nil {
			return nil, fmt.Errorf("tool_calls[%d]: %w", i, err)
		}
		calls = append(calls, call)
	}
	return calls, nil
}

func decodeCall(raw json.RawMessage) (call ToolCallDelta, err error) {
	if jsonKind(raw) != "an object" {
		return call, fmt.Errorf("it is %s, want an object", jsonKind(raw))
	}
	var w wireCall
	if err := json.Unmarshal(raw, &w); err != nil {
		return call, err
	}
	if call.Index, err = decodeCallIndex(w.Index); err != nil {
		return call, fmt.Errorf("index is %w", err)
	}
	if call.ID, err = decodeID(w.ID); err != nil {
		return call, fmt.Errorf("id is %w", err)
	}
	if call.ID == "null" { // how the service spells none
		call.ID = ""
	}
	var function struct{ Name, Arguments json.RawMessage }
	switch jsonKind(w.Function) {
	case "nothing", "null":
		return call, nil
	case "an object":
		if err := json.Unmarshal(w.Function, &function); err != nil {
			return call, err
		}
	default:
		return call, fmt.Errorf("function is %s, want an object", jsonKind(w.Function))
	}
	if call.Name, err = decodeText(function.Name); err != nil {
		return call, fmt.Errorf("function.name is %w", err)
	}
	call.Arguments = decodeArguments(function.Arguments)
	return call, nil
}

// decodeArguments reads arguments as text. Services also send them as an object:
// that gives its JSON text.
func decodeArguments(raw json.RawMessage) string {
	if text, err := decodeText(raw); err == nil {
		return text
	}
	var buf bytes.Buffer
	if json.Compact(&buf, raw) != nil {
		return string(raw)
	}
	return buf.String()
}

// decodeList reads a list; absent and null are none. Its error says what came
// instead. An item of three bytes costs fifty in memory, so their number is bounded.
func decodeList(raw json.RawMessage) ([]json.RawMessage, error) {
	switch kind := jsonKind(raw); kind {
	case "nothing", "null":
		return nil, nil
	case "a list":
	default:
		return nil, fmt.Errorf("%s, want a list", kind)
	}
	if countItems(raw) > maxItems {
		return nil, fmt.Errorf("a list of more than %d items", maxItems)
	}
	var items []json.RawMessage
	err := json.Unmarshal(raw, &items)
	return items, err
}

// countItems counts the commas of a list or an object itself, not of what is in it,
// plus one.
func countItems(list []byte) int {
	n, depth, inString := 1, 0, false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case inString:
			if c == '\\' {
				i++
			} else if c == '"' {
				inString = false
			}
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 1:
			n++
		}
	}
	return n
}

// decodeText reads a string; absent and null are "". Its error says what came
// instead.
func decodeText(raw json.RawMessage) (string, error) {
	switch kind := jsonKind(raw); kind {
	case "nothing", "null":
		return "", nil
	case "a string":
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	default:
		return "", fmt.Errorf("%s, want text", kind)
	}
}

// decodeID reads an id that is text; a number gives its digits.
func decodeID(raw json.RawMessage) (string, error) {
	if jsonKind(raw) == "a number" {
		return string(raw), nil
	}
	return decodeText(raw)
}
