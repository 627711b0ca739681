package azmistral

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/azmistral/azmistral/internal/route"
)

// requestField is one top-level field of a chat request's body.
type requestField struct {
	name      string
	elsewhere string // its name in the inference and OpenAI sets, where that is another
	outside   bool   // not in the inference schema: there it needs the extra-parameters header
	set       func(*ChatRequest) bool
	write     func(*encoder, *ChatRequest)
}

// requestFields is every field that ChatRequest owns, in the order in which a
// body holds them. After them come "stream", when true, and Extra by name.
//
// max_tokens has that name everywhere: behind every route is Mistral's own schema,
// which refuses max_completion_tokens (recorded on Azure). stream_options is never
// sent: refused likewise, and usage comes without it.
var requestFields = []requestField{
	{name: "model",
		set:   func(r *ChatRequest) bool { return r.Model != "" },
		write: func(e *encoder, r *ChatRequest) { e.text(r.Model) }},
	{name: "messages",
		set:   func(*ChatRequest) bool { return true },
		write: func(e *encoder, r *ChatRequest) { e.messages(r.Messages) }},
	{name: "max_tokens",
		set:   func(r *ChatRequest) bool { return r.MaxTokens != 0 },
		write: func(e *encoder, r *ChatRequest) { e.integer(int64(r.MaxTokens)) }},
	{name: "temperature",
		set:   func(r *ChatRequest) bool { return r.Temperature != nil },
		write: func(e *encoder, r *ChatRequest) { e.float("temperature", *r.Temperature) }},
	{name: "top_p",
		set:   func(r *ChatRequest) bool { return r.TopP != nil },
		write: func(e *encoder, r *ChatRequest) { e.float("top_p", *r.TopP) }},
	{name: "random_seed", elsewhere: "seed",
		set:   func(r *ChatRequest) bool { return r.RandomSeed != nil },
		write: func(e *encoder, r *ChatRequest) { e.integer(*r.RandomSeed) }},
	{name: "n", outside: true,
		set:   func(r *ChatRequest) bool { return r.N != 0 },
		write: func(e *encoder, r *ChatRequest) { e.integer(int64(r.N)) }},
	{name: "stop",
		set:   func(r *ChatRequest) bool { return len(r.Stop) > 0 },
		write: func(e *encoder, r *ChatRequest) { e.texts(r.Stop) }},
	{name: "presence_penalty",
		set:   func(r *ChatRequest) bool { return r.PresencePenalty != nil },
		write: func(e *encoder, r *ChatRequest) { e.float("presence_penalty", *r.PresencePenalty) }},
	{name: "frequency_penalty",
		set:   func(r *ChatRequest) bool { return r.FrequencyPenalty != nil },
		write: func(e *encoder, r *ChatRequest) { e.float("frequency_penalty", *r.FrequencyPenalty) }},
	{name: "tools",
		set:   func(r *ChatRequest) bool { return len(r.Tools) > 0 },
		write: func(e *encoder, r *ChatRequest) { e.tools(r.Tools) }},
	{name: "tool_choice",
		set:   func(r *ChatRequest) bool { return r.ToolChoice.mode != "" },
		write: func(e *encoder, r *ChatRequest) { e.toolChoice(r.ToolChoice) }},
	{name: "parallel_tool_calls", outside: true,
		set:   func(r *ChatRequest) bool { return r.ParallelToolCalls != nil },
		write: func(e *encoder, r *ChatRequest) { e.boolean(*r.ParallelToolCalls) }},
	{name: "response_format",
		set:   func(r *ChatRequest) bool { return r.ResponseFormat.kind != "" },
		write: func(e *encoder, r *ChatRequest) { e.responseFormat(r.ResponseFormat) }},
	{name: "reasoning_effort", outside: true,
		set:   func(r *ChatRequest) bool { return r.ReasoningEffort != "" },
		write: func(e *encoder, r *ChatRequest) { e.text(r.ReasoningEffort) }},
	{name: "safe_prompt", outside: true,
		set:   func(r *ChatRequest) bool { return r.SafePrompt != nil },
		write: func(e *encoder, r *ChatRequest) { e.boolean(*r.SafePrompt) }},
	{name: "prediction", outside: true,
		set:   func(r *ChatRequest) bool { return r.Prediction != "" },
		write: func(e *encoder, r *ChatRequest) { e.prediction(r.Prediction) }},
	{name: "prompt_cache_key", outside: true,
		set:   func(r *ChatRequest) bool { return r.PromptCacheKey != "" },
		write: func(e *encoder, r *ChatRequest) { e.text(r.PromptCacheKey) }},
	{name: "metadata", outside: true,
		set:   func(r *ChatRequest) bool { return len(r.Metadata) > 0 },
		write: func(e *encoder, r *ChatRequest) { e.value("metadata", r.Metadata) }},
}

// in gives the field's name in one of the name sets.
func (f *requestField) in(names route.Names) string {
	if f.elsewhere != "" && names != route.NamesMistral {
		return f.elsewhere
	}
	return f.name
}

// encodeRequest writes the body of a chat request in row's names. passThrough
// says that it holds fields for which the route needs the extra-parameters
// header. Its errors say what is wrong with the request, in words for an Error
// of kind ErrInvalidRequest.
func encodeRequest(req *ChatRequest, model string, row route.Row, stream bool) (body []byte, passThrough bool, err error) {
	r := *req // a call never changes the request
	r.Model = model
	e := &encoder{names: row.Names, buf: make([]byte, 0, bodySize(&r))}

	e.raw("{")
	for i := range requestFields {
		f := &requestFields[i]
		if !f.set(&r) {
			continue
		}
		e.key(f.in(row.Names))
		f.write(e, &r)
		e.outside = e.outside || f.outside
	}
	if stream {
		e.key("stream")
		e.boolean(true)
	}
	e.extra(r.Extra)
	e.raw("}")

	if e.err != nil {
		return nil, false, e.err
	}
	return e.buf, row.PassThrough && e.outside, nil
}

// bodySize estimates the length of a body, so that a long one is not copied while
// it grows.
func bodySize(r *ChatRequest) int {
	size := 512 + 512*len(r.Tools)
	for i := range r.Messages {
		size += 64
		for _, part := range r.Messages[i].Content {
			if isNilPart(part) {
				continue
			}
			switch p := part.(type) {
			case *TextPart:
				size += len(p.Text) + len(p.Text)/16 + 32
			case *ThinkingPart:
				size += len(p.Text) + len(p.Text)/16 + 96
			case *ImagePart:
				size += len(p.URL) + len(p.Data)/3*4 + 96
			case *DocumentPart:
				size += len(p.URL) + len(p.Data)/3*4 + 96
			case *AudioPart:
				size += len(p.URL) + len(p.Data)/3*4 + 96
			default:
				size += 96
			}
		}
		for _, call := range r.Messages[i].ToolCalls {
			size += len(call.Name) + len(call.Arguments)*9/8 + 96
		}
	}
	return size
}

// encoder appends one JSON text to one buffer. The first error stays; what is
// written after it is of no use.
type encoder struct {
	buf     []byte
	names   route.Names
	outside bool // something was written that the inference schema does not have
	err     error

	// stored: it writes a message for keeping, not for sending. Then the form is
	// Mistral's, ids and arguments are as they are, and nothing is left out.
	stored bool
}

func (e *encoder) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

func (e *encoder) raw(s string)  { e.buf = append(e.buf, s...) }
func (e *encoder) text(s string) { e.buf = appendText(e.buf, s) }

// next writes the comma before a further member or item. No value ends with an
// opening brace or bracket, so the last byte tells.
func (e *encoder) next() {
	if last := e.buf[len(e.buf)-1]; last != '{' && last != '[' {
		e.buf = append(e.buf, ',')
	}
}

func (e *encoder) key(name string) {
	e.next()
	e.text(name)
	e.buf = append(e.buf, ':')
}

func (e *encoder) integer(i int64) { e.buf = strconv.AppendInt(e.buf, i, 10) }
func (e *encoder) boolean(b bool)  { e.buf = strconv.AppendBool(e.buf, b) }

func (e *encoder) float(field string, f float64) {
	var err error
	if e.buf, err = appendFloat(e.buf, f); err != nil {
		e.fail("%s: %w", field, err)
	}
}

func (e *encoder) texts(list []string) {
	e.raw("[")
	for _, s := range list {
		e.next()
		e.text(s)
	}
	e.raw("]")
}

// value writes a user's value as encoding/json does.
func (e *encoder) value(field string, v any) {
	data, err := marshalValue(v)
	if err != nil {
		e.fail("%s: %w", field, err)
		return
	}
	e.buf = append(e.buf, data...)
}

// schema writes a JSON Schema: a user's value that must marshal to an object.
// Where it is null, absent is written; an empty absent makes that an error.
func (e *encoder) schema(field string, v any, absent string) {
	data, err := marshalValue(v)
	switch {
	case err != nil:
		e.fail("%s: %w", field, err)
	case string(data) == "null" && absent != "":
		e.raw(absent)
	case data[0] != '{':
		e.fail("%s marshals to %s, want an object (JSON text is given as json.RawMessage)", field, jsonKind(data))
	default:
		e.buf = append(e.buf, data...)
	}
}

func (e *encoder) tools(tools []Tool) {
	e.raw("[")
	for i := range tools {
		e.next()
		e.tool(i, &tools[i])
	}
	e.raw("]")
}

func (e *encoder) tool(i int, t *Tool) {
	if t.Raw != nil {
		e.outside = true // the inference schema has functions only
		if field := fmt.Sprintf("tools[%d].raw", i); jsonKind(bytes.TrimSpace(t.Raw)) != "an object" {
			e.fail("%s is %s, want an object", field, jsonKind(bytes.TrimSpace(t.Raw)))
		} else {
			e.rawJSON(field, t.Raw)
		}
		return
	}
	if t.Name == "" {
		e.fail("tools[%d] has no name", i)
		return
	}
	e.raw(`{"type":"function","function":{"name":`)
	e.text(t.Name)
	e.key("description")
	e.text(t.Description)
	e.key("parameters") // required also of a tool without arguments
	e.schema(fmt.Sprintf("tools[%d].parameters", i), t.Parameters, `{"type":"object","properties":{}}`)
	if t.Strict {
		e.key("strict")
		e.boolean(true)
	}
	e.raw("}}")
}

// rawJSON writes JSON text of the user's exactly as it is.
func (e *encoder) rawJSON(field string, raw json.RawMessage) {
	switch {
	case len(raw) == 0:
		e.fail("%s is empty, want JSON text", field)
	case !json.Valid(raw):
		e.fail("%s is not JSON", field)
	default:
		e.buf = append(e.buf, validUTF8(raw)...)
	}
}

// toolChoice writes "required" for a forced call: every route takes it, and
// Mistral's older word "any" means the same.
func (e *encoder) toolChoice(c ToolChoice) {
	if c.mode != "function" {
		e.text(c.mode)
		return
	}
	if c.name == "" {
		e.fail("tool_choice names no function")
		return
	}
	e.raw(`{"type":"function","function":{"name":`)
	e.text(c.name)
	e.raw("}}")
}

func (e *encoder) responseFormat(f ResponseFormat) {
	e.raw(`{"type":`)
	e.text(f.kind)
	if f.kind == "json_schema" {
		if f.schema.Name == "" {
			e.fail("response_format: the JSON schema has no name")
			return
		}
		e.raw(`,"json_schema":{"name":`)
		e.text(f.schema.Name)
		if f.schema.Description != "" {
			e.key("description")
			e.text(f.schema.Description)
		}
		e.key("schema")
		e.schema("response_format: the JSON schema", f.schema.Schema, "")
		if f.schema.Strict {
			e.key("strict")
			e.boolean(true)
		}
		e.raw("}")
	}
	e.raw("}")
}

func (e *encoder) prediction(text string) {
	e.raw(`{"type":"content","content":`)
	e.text(text)
	e.raw("}")
}

// extra writes the further fields by name, so that a body is the same each time.
func (e *encoder) extra(fields map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name == "stream" {
			e.fail(`extra: "stream" is set by calling Chat or ChatStream`)
		}
		for i := range requestFields {
			if requestFields[i].in(e.names) == name {
				e.fail("extra: %q is a field of ChatRequest, set it there", name)
			}
		}
		e.outside = true
		e.key(name)
		e.value(fmt.Sprintf("extra: %q", name), fields[name])
	}
}
