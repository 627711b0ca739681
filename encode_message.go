package azmistral

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/azmistral/azmistral/internal/route"
)

func (e *encoder) messages(list []Message) {
	if len(list) == 0 {
		e.fail("messages is empty, a request needs at least one message")
		return
	}
	e.raw("[")
	for i := range list {
		e.next()
		m := &list[i]
		if m.Role == "" {
			e.fail("messages[%d] has no role", i)
			return
		}
		e.message(place(i), m)
	}
	e.raw("]")
}

// place is a message's index in the request, or alone, for errors.
type place int

const alone place = -1

// content names the message's content.
func (p place) content() string {
	if p == alone {
		return "content"
	}
	return fmt.Sprintf("messages[%d].content", int(p))
}

// part names one part of the content.
func (p place) part(i int) string { return fmt.Sprintf("%s[%d]", p.content(), i) }

// message writes one message. Fields are written whoever's turn it is: the service
// says what it does not take.
func (e *encoder) message(at place, m *Message) {
	e.raw(`{"role":`)
	e.text(string(m.Role))
	e.content(at, m)
	if len(m.ToolCalls) > 0 {
		e.key("tool_calls")
		e.raw("[")
		for i := range m.ToolCalls {
			e.next()
			e.toolCall(&m.ToolCalls[i])
		}
		e.raw("]")
	}
	if id := e.callID(m.ToolCallID); id != "" {
		e.key("tool_call_id")
		e.text(id)
	}
	// Of a tool message the inference and OpenAI schemas have no name, and the id
	// says as much.
	if m.Name != "" && (m.Role != RoleTool || e.names == route.NamesMistral) {
		e.key("name")
		e.text(m.Name)
	}
	if m.Prefix {
		e.outside = true
		e.key("prefix")
		e.boolean(true)
	}
	e.raw("}")
}

// toolCall writes a call. Its index is in Mistral's schema only (Mistral's own
// client sends it); the other schemas would refuse it.
func (e *encoder) toolCall(c *ToolCall) {
	e.raw("{")
	if id := e.callID(c.ID); id != "" {
		e.key("id")
		e.text(id)
	}
	e.key("type")
	e.raw(`"function","function":{"name":`)
	e.text(c.Name)
	e.raw(`,"arguments":`)
	if c.Arguments == "" && !e.stored {
		e.raw(`"{}"`) // what the service reads empty arguments as; self-hosted templates fail on them
	} else {
		e.text(c.Arguments)
	}
	e.raw("}")
	if e.names == route.NamesMistral {
		e.key("index")
		e.integer(int64(c.Index))
	}
	e.raw("}")
}

// callID gives the id that a tool call's id is sent as. "null" is the service's
// word for none.
func (e *encoder) callID(id string) string {
	if e.stored {
		return id
	}
	if id == "" || id == "null" {
		return ""
	}
	return wireCallID(id)
}

// content writes the content member in the form that the route takes from this
// role.
func (e *encoder) content(at place, m *Message) {
	for i, part := range m.Content {
		if isNilPart(part) {
			e.fail("%s is nil", at.part(i))
			return
		}
	}
	parts, aside := splitAside(m.Content)
	if aside != "" && e.stored {
		e.key("reasoning_content")
		e.text(aside)
	}
	switch {
	case m.Content == nil || aside != "" && e.stored && len(parts) == 0:
		e.noContent(at, m.Role)
	case e.wantsString(m.Role, parts):
		e.joined(at, m.Role, parts)
	default:
		e.key("content")
		if text, ok := onlyText(parts); ok {
			e.text(text)
		} else {
			e.parts(at, parts)
		}
	}
}

// splitAside takes out the thinking that came in a field of its own beside the
// content.
func splitAside(c Content) (parts Content, aside string) {
	for i, part := range c {
		if p, ok := part.(*ThinkingPart); ok && p.aside {
			if parts == nil {
				parts = append(make(Content, 0, len(c)), c[:i]...)
			}
			aside += p.Text
		} else if parts != nil {
			parts = append(parts, part)
		}
	}
	if parts == nil {
		return c, aside
	}
	return parts, aside
}

// noContent writes what stands for no content, where there is such a thing.
// Mistral's schema has null for all but the system. Elsewhere a tool's is "", and
// an assistant's is null on OpenAI's routes and left out on the inference routes
// (recorded there without the member).
func (e *encoder) noContent(at place, role Role) {
	mistral := e.names == route.NamesMistral
	switch {
	case e.stored || mistral && role != RoleSystem || role == RoleAssistant && e.names == route.NamesOpenAI:
		e.key("content")
		e.raw("null")
	case role == RoleAssistant:
	case role == RoleTool:
		e.key("content")
		e.raw(`""`)
	default:
		e.fail("%s is nil, which this endpoint does not take from the %s", at.content(), role)
	}
}

// wantsString says whether the route takes a message's content as a string only.
// On the inference routes that is so for all but the user. On OpenAI's routes it is
// so for a tool, but there the model's own schema is behind, so parts that are not
// text are sent and the service decides. An empty list is in neither schema.
func (e *encoder) wantsString(role Role, parts Content) bool {
	switch {
	case e.names == route.NamesMistral:
		return false
	case len(parts) == 0:
		return true
	case e.names == route.NamesInference:
		return role != RoleUser
	}
	for _, part := range parts {
		if _, ok := part.(*TextPart); !ok {
			return false
		}
	}
	return role == RoleTool
}

// joined writes content as one string. An assistant's thinking, references and
// unknown parts, all from the model, have no place in such a schema and are left
// out: the conversation goes on without them. That these routes would refuse
// them is what the published schema says; no exchange with them is recorded.
func (e *encoder) joined(at place, role Role, parts Content) {
	for i, part := range parts {
		switch part.(type) {
		case *TextPart:
			continue
		case *ThinkingPart, *ReferencePart, *UnknownPart:
			if role == RoleAssistant {
				continue
			}
		}
		e.fail("%s is %s, and this endpoint takes only text from the %s (from the user it takes more)",
			at.part(i), partName(part), role)
		return
	}
	e.key("content")
	e.text(parts.Text())
}

func onlyText(parts Content) (string, bool) {
	if len(parts) == 1 {
		if p, ok := parts[0].(*TextPart); ok {
			return p.Text, true
		}
	}
	return "", false
}

func (e *encoder) parts(at place, parts Content) {
	e.raw("[")
	for i, part := range parts {
		e.next()
		if problem := e.part(part); problem != "" {
			e.fail("%s%s", at.part(i), problem)
		}
	}
	e.raw("]")
}

// part writes a part, or says what is wrong with it, to go on after its name.
func (e *encoder) part(part Part) (problem string) {
	switch p := part.(type) {
	case *TextPart:
		e.raw(`{"type":"text","text":`)
		e.text(p.Text)
		e.raw("}")
	case *ImagePart:
		return e.imagePart(p)
	case *DocumentPart:
		e.outside = true
		return e.documentPart(p)
	case *AudioPart:
		return e.audioPart(p)
	case *FilePart:
		e.outside = true
		if p.FileID == "" {
			return ": a file part needs FileID"
		}
		e.raw(`{"type":"file","file_id":`)
		e.text(p.FileID)
		e.raw("}")
	case *ThinkingPart:
		e.outside = true
		e.thinkingPart(p)
	case *ReferencePart:
		e.outside = true
		e.referencePart(p)
	case *UnknownPart:
		e.outside = true
		if problem := e.rawJSON(p.Raw); problem != "" {
			return ".raw " + problem
		}
	default:
		return fmt.Sprintf(" is of type %T, which is no part of this package", part)
	}
	return ""
}

// imagePart writes the object form, which every route takes; a bare string only
// Mistral's do.
func (e *encoder) imagePart(p *ImagePart) (problem string) {
	e.raw(`{"type":"image_url","image_url":{"url":`)
	switch {
	case len(p.Data) > 0:
		mediaType := p.MediaType
		if mediaType == "" {
			mediaType = http.DetectContentType(p.Data)
			if !strings.HasPrefix(mediaType, "image/") {
				return `: the type of the image cannot be told from its bytes, set MediaType (such as "image/png")`
			}
		}
		e.dataURL(mediaType, p.Data)
	case p.URL != "" && p.Data == nil:
		e.text(p.URL)
	default:
		return ": an image part needs URL or Data"
	}
	if p.Detail != "" {
		e.key("detail")
		e.text(p.Detail)
	}
	e.raw("}}")
	return ""
}

func (e *encoder) documentPart(p *DocumentPart) (problem string) {
	e.raw(`{"type":"document_url","document_url":`)
	switch {
	case len(p.Data) > 0:
		mediaType := p.MediaType
		if mediaType == "" {
			mediaType = "application/pdf"
		}
		e.dataURL(mediaType, p.Data)
	case p.URL != "" && p.Data == nil:
		e.text(p.URL)
	default:
		return ": a document part needs URL or Data"
	}
	if p.Name != "" {
		e.key("document_name")
		e.text(p.Name)
	}
	e.raw("}")
	return ""
}

// audioPart writes bytes as {data, format}, which OpenAI's schema has and Mistral's
// API takes too (recorded), and a URL as a string, which only Mistral's schema has.
func (e *encoder) audioPart(p *AudioPart) (problem string) {
	e.raw(`{"type":"input_audio","input_audio":`)
	switch {
	case len(p.Data) > 0 && p.Format != "":
		e.raw(`{"data":"`)
		e.base64(p.Data)
		e.raw(`","format":`)
		e.text(p.Format)
		e.raw("}")
	case len(p.Data) > 0 && e.names == route.NamesMistral:
		e.raw(`"`)
		e.base64(p.Data)
		e.raw(`"`)
	case len(p.Data) > 0:
		return `: an audio part with Data needs Format on this endpoint (such as "mp3")`
	case p.URL != "" && p.Data == nil:
		e.outside = true
		e.text(p.URL)
	default:
		return ": an audio part needs URL or Data"
	}
	e.raw("}")
	return ""
}

func (e *encoder) dataURL(mediaType string, data []byte) {
	e.raw(`"data:`)
	e.inside(mediaType)
	e.raw(";base64,")
	e.base64(data)
	e.raw(`"`)
}

// thinkingPart writes the list form, or a string where the part came as one.
func (e *encoder) thinkingPart(p *ThinkingPart) {
	e.raw(`{"type":"thinking","thinking":`)
	if p.plain && len(p.nested) == 0 {
		e.text(p.Text)
	} else {
		e.raw("[")
		start := 0
		for _, n := range p.nested {
			at := max(start, min(n.at, len(p.Text))) // Text may have been changed since
			for at > start && at < len(p.Text) && !utf8.RuneStart(p.Text[at]) {
				at--
			}
			e.thinkingText(p.Text[start:at])
			if n.raw != nil {
				e.next()
				e.buf = append(e.buf, n.raw...)
			}
			start = at
		}
		e.thinkingText(p.Text[start:])
		e.raw("]")
	}
	if p.Signature != "" {
		e.key("signature")
		e.text(p.Signature)
	}
	if p.Closed != nil {
		e.key("closed")
		e.boolean(*p.Closed)
	}
	e.raw("}")
}

func (e *encoder) thinkingText(text string) {
	if text != "" {
		e.next()
		e.raw(`{"type":"text","text":`)
		e.text(text)
		e.raw("}")
	}
}

func (e *encoder) referencePart(p *ReferencePart) {
	e.raw(`{"type":"reference","reference_ids":[`)
	for i, id := range p.IDs {
		e.next()
		number := isWholeNumber(id)
		if i < len(p.swapped) && p.swapped[i] {
			number = !number && isNumber(id)
		}
		if number {
			e.raw(id)
		} else {
			e.text(id)
		}
	}
	e.raw("]}")
}

// isWholeNumber says whether an id is an integer as JSON writes it.
func isWholeNumber(id string) bool {
	digits := strings.TrimPrefix(id, "-")
	if digits == "" || len(digits) > 1 && digits[0] == '0' {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// isNumber says whether text is a JSON number of any form.
func isNumber(text string) bool {
	return text != "" && (text[0] == '-' || text[0] >= '0' && text[0] <= '9') && json.Valid([]byte(text))
}

// partName names a part's type for an error.
func partName(part Part) string {
	name := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", part), "*azmistral."), "Part")
	article := "a "
	if strings.ContainsAny(name[:1], "AEIOU") {
		article = "an "
	}
	return article + strings.ToLower(name) + " part"
}
