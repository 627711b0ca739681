package azmistraltest

import "strings"

// form is how a choice is written where that is not the route's own way. The zero
// value is the route's.
type form struct {
	calls     callForm
	object    bool // arguments as objects, where they are JSON objects
	thinking  ThinkingForm
	signature string // of the thinking part
}

type callForm uint8

const (
	callsOwn       callForm = iota
	callsWhole              // in a stream: all of them in one event
	callsFragments          // in a stream: a head, then pieces of the arguments
)

// ThinkingForm is a form in which thinking comes.
type ThinkingForm string

const (
	// ThinkingParts are parts of the content, each but a stream's first closed: as
	// Mistral's own routes have answered since 2026, and do by default.
	ThinkingParts ThinkingForm = "parts"

	// ThinkingOpenParts are parts that say nothing of closed; in a stream an empty
	// one ends them, as in 2025.
	ThinkingOpenParts ThinkingForm = "open-parts"

	// ThinkingString has the thinking of a part as one string, as self-hosted
	// backends do.
	ThinkingString ThinkingForm = "string"

	// ThinkingField is the member reasoning_content beside a plain content: the
	// default on the OpenAI routes.
	ThinkingField ThinkingForm = "field"
)

// thinkingForm is the one to use in a layout.
func (c *choice) thinkingForm(l layout) ThinkingForm {
	switch {
	case c.form.thinking != "":
		return c.form.thinking
	case l == layoutOpenAI:
		return ThinkingField
	}
	return ThinkingParts
}

// fragmented says whether a stream has the calls in pieces. An object has none.
func (c *choice) fragmented(l layout) bool {
	if c.form.object {
		return false
	}
	return c.form.calls == callsFragments || c.form.calls == callsOwn && l == layoutOpenAI
}

// argumentsOf is the JSON of the member "arguments".
func (c *choice) argumentsOf(call ToolCall) string {
	if c.form.object {
		if value, err := parseJSON([]byte(call.Arguments)); err == nil && value.is(kindObject) {
			return string(value.appendCompact(nil))
		}
	}
	return quoted(call.Arguments)
}

// CallTemplate is a generation of Mistral's chat templates: what a model writes for
// a call, and what a client sees of it where no backend reads it.
type CallTemplate string

const (
	// TemplateV3 lists all calls behind one marker, as versions 2 to 7 do:
	// [TOOL_CALLS][{"name": "f", "arguments": {"a": 1}, "id": "abcdefghi"}].
	TemplateV3 CallTemplate = "v3"

	// TemplateV11 is [TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{"a": 1} for each call.
	TemplateV11 CallTemplate = "v11"

	// TemplateV13, of version 13 and later, is [TOOL_CALLS]f[ARGS]{"a": 1} for each
	// call: there are no ids.
	TemplateV13 CallTemplate = "v13"
)

// write gives calls as a model writes them. Arguments stay as they are, JSON or not.
func (t CallTemplate) write(calls []ToolCall) string {
	if len(calls) == 0 {
		return ""
	}
	var b strings.Builder
	if t == TemplateV3 {
		b.WriteString("[TOOL_CALLS][")
		for i, call := range calls {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(`{"name": ` + quoted(call.Name) + `, "arguments": ` + call.Arguments + `, "id": ` + quoted(call.ID) + `}`)
		}
		b.WriteString("]")
		return b.String()
	}
	for _, call := range calls {
		b.WriteString("[TOOL_CALLS]" + call.Name)
		if t == TemplateV11 {
			b.WriteString("[CALL_ID]" + call.ID)
		}
		b.WriteString("[ARGS]" + call.Arguments)
	}
	return b.String()
}

// spell turns the calls of a choice into text.
func (c *choice) spell(t CallTemplate) {
	if text := t.write(c.calls); text != "" {
		c.text, c.calls, c.finish = c.text+text, nil, "stop"
	}
}
