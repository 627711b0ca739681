package azmistral

import "strings"

// Role says whose turn a message is.
type Role string

const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one turn of a conversation, the same type in requests and in
// responses. As JSON it has Mistral's wire form, with every id as it came: keep
// conversations so.
type Message struct {
	Role       Role
	Content    Content    // nil is null on the wire
	ToolCalls  []ToolCall // assistant only
	ToolCallID string     // tool only: the call that this is the result of
	Name       string     // tool only: the function's name; sent where the route has a place for it
	Prefix     bool       // assistant, last message only: the answer continues this text
}

// Content is the content of a message. On the wire nil is null, exactly one
// *TextPart is a string (the empty string too), anything else is an array.
//
// The inference routes (/models, and serverless without /v1) take only a string
// from anyone but the user: there text parts are joined, and of an assistant
// message the parts that are the model's own (thinking, references, unknown ones)
// are left out; other parts are ErrInvalidRequest.
type Content []Part

// System is a system message.
func System(text string) Message { return Message{Role: RoleSystem, Content: textContent(text)} }

// User is a user message: text, then parts. With parts and an empty text there is
// no text part.
func User(text string, parts ...Part) Message {
	if len(parts) == 0 {
		return Message{Role: RoleUser, Content: textContent(text)}
	}
	content := make(Content, 0, 1+len(parts))
	if text != "" {
		content = append(content, &TextPart{Text: text})
	}
	return Message{Role: RoleUser, Content: append(content, parts...)}
}

// Assistant is an assistant message. To go on with an answer, append the
// response's Message instead: it may hold more than text.
func Assistant(text string) Message {
	return Message{Role: RoleAssistant, Content: textContent(text)}
}

// ToolResult is the tool message that answers call.
func ToolResult(call ToolCall, content string) Message {
	return Message{Role: RoleTool, Content: textContent(content), ToolCallID: call.ID, Name: call.Name}
}

// Text is the message's text parts, joined.
func (m Message) Text() string { return m.Content.Text() }

// Text joins the text parts with nothing between them; other parts are skipped.
func (c Content) Text() string {
	return joinParts(c, func(part Part) (string, bool) {
		if p, ok := part.(*TextPart); ok && p != nil {
			return p.Text, true
		}
		return "", false
	})
}

// Thinking joins the text of the thinking parts.
func (c Content) Thinking() string {
	return joinParts(c, func(part Part) (string, bool) {
		if p, ok := part.(*ThinkingPart); ok && p != nil {
			return p.Text, true
		}
		return "", false
	})
}

// joinParts joins what text picks, without a copy where one part is all there is.
func joinParts(c Content, text func(Part) (string, bool)) string {
	var first string
	var all strings.Builder
	n := 0
	for _, part := range c {
		s, ok := text(part)
		if !ok {
			continue
		}
		switch n++; n {
		case 1:
			first = s
		case 2:
			all.WriteString(first)
			fallthrough
		default:
			all.WriteString(s)
		}
	}
	if n < 2 {
		return first
	}
	return all.String()
}

// textContent is one text part, in one piece of memory.
func textContent(text string) Content {
	room := new(textRoom)
	return room.hold(text)
}

type textRoom struct {
	part TextPart
	list [1]Part
}

func (r *textRoom) hold(text string) Content {
	r.part.Text = text
	r.list[0] = &r.part
	return r.list[:]
}
