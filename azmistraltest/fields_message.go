package azmistraltest

import "slices"

func (c *fieldCheck) messages(n *node, loc []any) {
	if !c.array(n, loc) {
		return
	}
	for i, m := range n.items {
		c.message(m, at(loc, i))
	}
}

func (c *fieldCheck) message(m *node, loc []any) {
	if !c.object(m, loc) {
		return
	}
	role := m.get("role")
	if role == nil {
		c.add("union_tag_not_found", "Unable to extract tag using discriminator 'role'", nil, loc)
		return
	}
	allowed := map[string][]string{
		"system":    {"role", "content"},
		"user":      {"role", "content"},
		"assistant": {"role", "content", "tool_calls", "prefix"},
		"tool":      {"role", "content", "tool_call_id", "name"},
	}[role.str()]
	if allowed == nil {
		c.add("union_tag_invalid", "Input tag "+quotedSingle(role.str())+" found using 'role' does not match any of the expected tags: 'system', 'user', 'assistant', 'tool'", m, loc)
		return
	}
	inner := at(loc, role.str())
	for _, f := range m.members {
		// Clients of the OpenAI forms send their own answers back, with these members.
		echoed := c.names == namesOpenAI && slices.Contains([]string{"name", "refusal", "annotations", "reasoning_content", "audio", "function_call"}, f.name)
		if !slices.Contains(allowed, f.name) && !echoed {
			c.extra(f.value, at(inner, f.name))
		}
	}
	if m.get("content") == nil && role.str() != "assistant" {
		c.missing(at(inner, "content"))
	} else {
		c.content(m.get("content"), role.str(), at(inner, "content"))
	}
	if calls := m.get("tool_calls"); !calls.isNull() && role.str() == "assistant" && c.array(calls, at(inner, "tool_calls")) {
		for i, call := range calls.items {
			c.call(call, at(at(inner, "tool_calls"), i))
		}
	}
	if prefix := m.get("prefix"); !prefix.isNull() && role.str() == "assistant" {
		c.boolean(prefix, at(inner, "prefix"))
	}
	for _, name := range []string{"tool_call_id", "name"} {
		if value := m.get(name); !value.isNull() && role.str() == "tool" {
			c.text(value, at(inner, name))
		}
	}
}

func quotedSingle(s string) string { return "'" + s + "'" }

// content is a string, null or a list of parts. Azure's inference API documents
// text only for system and tool messages.
func (c *fieldCheck) content(n *node, role string, loc []any) {
	if n.is(kindString) {
		return
	}
	if n.isNull() {
		if role == "system" {
			c.text(n, loc)
		}
		return
	}
	if c.names == namesInference && (role == "system" || role == "tool") {
		c.text(n, loc)
		return
	}
	if !c.array(n, loc) {
		return
	}
	for i, part := range n.items {
		c.part(part, at(loc, i))
	}
}

// partMembers are the parts and what they hold besides their type; the first is required.
var partMembers = map[string][]string{
	"text":         {"text"},
	"image_url":    {"image_url"},
	"document_url": {"document_url", "document_name"},
	"file":         {"file_id"},
	"reference":    {"reference_ids"},
	"thinking":     {"thinking", "signature", "closed"},
	"input_audio":  {"input_audio"},
}

func (c *fieldCheck) part(part *node, loc []any) {
	if !c.object(part, loc) {
		return
	}
	kind := part.get("type").str()
	members, ok := partMembers[kind]
	if !ok {
		c.add("union_tag_invalid", "Input tag "+quotedSingle(kind)+" found using 'type' does not match any of the expected tags", part, loc)
		return
	}
	inner := at(loc, kind)
	for _, m := range part.members {
		if m.name != "type" && !slices.Contains(members, m.name) {
			c.extra(m.value, at(inner, m.name))
		}
	}
	value, place := part.get(members[0]), at(inner, members[0])
	if value == nil {
		c.missing(place)
		return
	}
	switch kind {
	case "text", "document_url", "file":
		c.text(value, place)
	case "reference":
		c.array(value, place)
	case "image_url":
		c.image(value, place)
	case "input_audio":
		if !value.is(kindString) && c.members(value, place, "data", "format") {
			c.need(value, place, "data")
		}
	case "thinking":
		if !value.is(kindString) { // self-hosted backends have a string
			c.array(value, place)
		}
	}
}

// image is a string or an object on Mistral's own route, elsewhere an object.
func (c *fieldCheck) image(n *node, loc []any) {
	if n.is(kindString) && c.names == namesMistral {
		return
	}
	if c.members(n, loc, "url", "detail") {
		c.need(n, loc, "url")
	}
}

// need wants a string of that name.
func (c *fieldCheck) need(n *node, loc []any, name string) {
	value := n.get(name)
	if value == nil {
		c.missing(at(loc, name))
		return
	}
	c.text(value, at(loc, name))
}

func (c *fieldCheck) call(call *node, loc []any) {
	if !c.members(call, loc, "id", "type", "function", "index") {
		return
	}
	function := call.get("function")
	if function == nil {
		c.missing(at(loc, "function"))
		return
	}
	if !c.members(function, at(loc, "function"), "name", "arguments", "call_id") {
		return
	}
	c.need(function, at(loc, "function"), "name")
	arguments := function.get("arguments")
	if arguments == nil {
		c.missing(at(at(loc, "function"), "arguments"))
	} else if !arguments.is(kindString) && !arguments.is(kindObject) {
		c.text(arguments, at(at(loc, "function"), "arguments"))
	}
}
