package azmistral

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/azmistral/azmistral/internal/route"
)

// field is a top-level field of a chat request's body that ChatRequest owns.
type field int

const (
	fieldModel field = iota
	fieldMessages
	fieldMaxTokens
	fieldTemperature
	fieldTopP
	fieldRandomSeed
	fieldN
	fieldStop
	fieldPresencePenalty
	fieldFrequencyPenalty
	fieldTools
	fieldToolChoice
	fieldParallelToolCalls
	fieldResponseFormat
	fieldReasoningEffort
	fieldSafePrompt
	fieldPrediction
	fieldPromptCacheKey
	fieldMetadata
)

// fields has every field by its names.
//
// max_tokens has that name everywhere: behind every route is Mistral's own schema,
// which refuses max_completion_tokens (recorded on Azure). stream_options is never
// sent: refused likewise, and usage comes without it.
var fields = [...]struct {
	name      string
	elsewhere string // its name in the inference and OpenAI sets, where that is another
	outside   bool   // not in the inference schema: there it needs the extra-parameters header
}{
	fieldModel:             {name: "model"},
	fieldMessages:          {name: "messages"},
	fieldMaxTokens:         {name: "max_tokens"},
	fieldTemperature:       {name: "temperature"},
	fieldTopP:              {name: "top_p"},
	fieldRandomSeed:        {name: "random_seed", elsewhere: "seed"},
	fieldN:                 {name: "n", outside: true},
	fieldStop:              {name: "stop"},
	fieldPresencePenalty:   {name: "presence_penalty"},
	fieldFrequencyPenalty:  {name: "frequency_penalty"},
	fieldTools:             {name: "tools"},
	fieldToolChoice:        {name: "tool_choice"},
	fieldParallelToolCalls: {name: "parallel_tool_calls", outside: true},
	fieldResponseFormat:    {name: "response_format"},
	fieldReasoningEffort:   {name: "reasoning_effort", outside: true},
	fieldSafePrompt:        {name: "safe_prompt", outside: true},
	fieldPrediction:        {name: "prediction", outside: true},
	fieldPromptCacheKey:    {name: "prompt_cache_key", outside: true},
	fieldMetadata:          {name: "metadata", outside: true},
}

// in gives the field's name in one of the name sets.
func (f field) in(names route.Names) string {
	if elsewhere := fields[f].elsewhere; elsewhere != "" && names != route.NamesMistral {
		return elsewhere
	}
	return fields[f].name
}

// encodeRequest writes the body of a chat request in row's names. passThrough
// says that it holds fields for which the route needs the extra-parameters
// header. Its errors say what is wrong with the request, in words for an Error
// of kind ErrInvalidRequest.
func encodeRequest(req *ChatRequest, model string, row route.Row, stream bool) (body *requestBody, passThrough bool, err error) {
	own, segments := bodySize(req)
	e := encoder{names: row.Names, split: true, segments: make([]segment, 0, segments)}
	if own <= smallBodySize {
		small := new(smallBody)
		body, e.buf = &small.requestBody, small.room[:0]
	} else {
		body, e.buf = new(requestBody), make([]byte, 0, own)
	}
	e.request(req, model, stream)
	if e.err != nil {
		return nil, false, e.err
	}
	body.fill(e.buf, e.segments)
	return body, row.PassThrough && e.outside, nil
}

// bodySize estimates the own bytes of a body, so that they are not copied while it
// grows, and the number of its segments.
func bodySize(r *ChatRequest) (own, segments int) {
	own = 256 + 512*len(r.Tools)
	text := func(length int) {
		if length >= minSegment {
			segments++
		} else {
			own += length + length/16
		}
	}
	data := func(length int) {
		if length >= minSegment {
			segments++
		} else {
			own += base64.StdEncoding.EncodedLen(length)
		}
	}
	text(len(r.Prediction))
	for i := range r.Messages {
		own += 64
		for _, part := range r.Messages[i].Content {
			if isNilPart(part) {
				continue
			}
			own += 64
			switch p := part.(type) {
			case *TextPart:
				text(len(p.Text))
			case *ThinkingPart:
				text(len(p.Text))
			case *ImagePart:
				text(len(p.URL))
				data(len(p.Data))
			case *DocumentPart:
				text(len(p.URL))
				data(len(p.Data))
			case *AudioPart:
				text(len(p.URL))
				data(len(p.Data))
			}
		}
		for _, call := range r.Messages[i].ToolCalls {
			own += 96 + len(call.Name)
			text(len(call.Arguments))
		}
	}
	return own, segments
}

// encoder appends one JSON text to one buffer, but for the segments. The first
// error stays; what is written after it is of no use.
type encoder struct {
	buf     []byte
	names   route.Names
	outside bool // something was written that the inference schema does not have
	err     error
	user    *userEncoder // nil until a user's value comes

	split    bool // long texts and bytes become segments
	segments []segment

	// stored: it writes a message for keeping, not for sending. Then the form is
	// Mistral's, ids and arguments are as they are, and nothing is left out.
	stored bool
}

// request writes a body: the fields of ChatRequest in their order, then "stream",
// when true, and Extra by name.
func (e *encoder) request(r *ChatRequest, model string, stream bool) {
	e.raw("{")
	if model != "" {
		e.field(fieldModel)
		e.text(model)
	}
	e.field(fieldMessages)
	e.messages(r.Messages)
	if r.MaxTokens != 0 {
		e.field(fieldMaxTokens)
		e.integer(int64(r.MaxTokens))
	}
	e.optionalFloat(fieldTemperature, r.Temperature)
	e.optionalFloat(fieldTopP, r.TopP)
	if r.RandomSeed != nil {
		e.field(fieldRandomSeed)
		e.integer(*r.RandomSeed)
	}
	if r.N != 0 {
		e.field(fieldN)
		e.integer(int64(r.N))
	}
	if len(r.Stop) > 0 {
		e.field(fieldStop)
		e.texts(r.Stop)
	}
	e.optionalFloat(fieldPresencePenalty, r.PresencePenalty)
	e.optionalFloat(fieldFrequencyPenalty, r.FrequencyPenalty)
	if len(r.Tools) > 0 {
		e.field(fieldTools)
		e.tools(r.Tools)
	}
	if r.ToolChoice.mode != "" {
		e.field(fieldToolChoice)
		e.toolChoice(r.ToolChoice)
	}
	e.optionalBoolean(fieldParallelToolCalls, r.ParallelToolCalls)
	if r.ResponseFormat.kind != "" {
		e.field(fieldResponseFormat)
		e.responseFormat(&r.ResponseFormat)
	}
	e.optionalText(fieldReasoningEffort, r.ReasoningEffort)
	e.optionalBoolean(fieldSafePrompt, r.SafePrompt)
	if r.Prediction != "" {
		e.field(fieldPrediction)
		e.prediction(r.Prediction)
	}
	e.optionalText(fieldPromptCacheKey, r.PromptCacheKey)
	if len(r.Metadata) > 0 {
		e.field(fieldMetadata)
		if problem := e.value(r.Metadata); problem != nil {
			e.fail("metadata: %w", problem)
		}
	}
	if stream {
		e.key("stream")
		e.boolean(true)
	}
	if len(r.Extra) > 0 {
		e.extra(r.Extra)
	}
	e.raw("}")
}

func (e *encoder) field(f field) {
	e.key(f.in(e.names))
	e.outside = e.outside || fields[f].outside
}

func (e *encoder) optionalFloat(f field, value *float64) {
	if value == nil {
		return
	}
	e.field(f)
	var err error
	if e.buf, err = appendFloat(e.buf, *value); err != nil {
		e.fail("%s: %w", fields[f].name, err)
	}
}

func (e *encoder) optionalBoolean(f field, value *bool) {
	if value != nil {
		e.field(f)
		e.boolean(*value)
	}
}

func (e *encoder) optionalText(f field, value string) {
	if value != "" {
		e.field(f)
		e.text(value)
	}
}

func (e *encoder) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}

// raw is not inlined: in its many callers it would be 37 KB of each program.
//
//go:noinline
func (e *encoder) raw(s string) { e.buf = append(e.buf, s...) }

func (e *encoder) text(s string) {
	e.raw(`"`)
	e.inside(s)
	e.raw(`"`)
}

// inside writes what stands for s between the quotes of a string, of which it must
// not begin or end within a character.
func (e *encoder) inside(s string) {
	s = validText(s)
	if e.split && len(s) >= minSegment {
		e.segments = append(e.segments, segment{at: len(e.buf), text: s, size: escapedLen(s)})
		return
	}
	e.buf = appendEscaped(e.buf, s)
}

func (e *encoder) base64(data []byte) {
	if e.split && len(data) >= minSegment {
		e.segments = append(e.segments, segment{at: len(e.buf), data: data, size: base64.StdEncoding.EncodedLen(len(data))})
		return
	}
	e.buf = base64.StdEncoding.AppendEncode(e.buf, data)
}

// next writes the comma before a further member or item. No value ends with an
// opening brace or bracket, so the last byte tells.
func (e *encoder) next() {
	if last := e.buf[len(e.buf)-1]; last != '{' && last != '[' {
		e.buf = append(e.buf, ',')
	}
}

// key writes a name of ours, in which nothing is to be escaped.
func (e *encoder) key(name string) {
	e.next()
	e.raw(`"`)
	e.raw(name)
	e.raw(`":`)
}

func (e *encoder) integer(i int64) { e.buf = strconv.AppendInt(e.buf, i, 10) }
func (e *encoder) boolean(b bool)  { e.buf = strconv.AppendBool(e.buf, b) }

func (e *encoder) texts(list []string) {
	e.raw("[")
	for _, s := range list {
		e.next()
		e.text(s)
	}
	e.raw("]")
}

// value writes a user's value as encoding/json does.
func (e *encoder) value(v any) error {
	data, err := e.marshal(v)
	e.buf = append(e.buf, data...)
	return err
}

// schema writes a JSON Schema: a user's value that must marshal to an object.
// Where it is null, absent is written; an empty absent makes that an error, which
// goes on after the schema's name.
func (e *encoder) schema(v any, absent string) error {
	data, err := e.marshal(v)
	switch {
	case err != nil:
		return fmt.Errorf(": %w", err)
	case string(data) == "null" && absent != "":
		e.raw(absent)
	case data[0] != '{':
		return fmt.Errorf(" marshals to %s, want an object (JSON text is given as json.RawMessage)", jsonKind(data))
	default:
		e.buf = append(e.buf, data...)
	}
	return nil
}

// marshal marshals a user's value; the result is valid until the next call.
func (e *encoder) marshal(v any) ([]byte, error) {
	if e.user == nil {
		e.user = newUserEncoder()
	}
	return e.user.marshal(v)
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
		if kind := jsonKind(bytes.TrimSpace(t.Raw)); kind != "an object" {
			e.fail("tools[%d].raw is %s, want an object", i, kind)
		} else if problem := e.rawJSON(t.Raw); problem != "" {
			e.fail("tools[%d].raw %s", i, problem)
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
	if problem := e.schema(t.Parameters, `{"type":"object","properties":{}}`); problem != nil {
		e.fail("tools[%d].parameters%w", i, problem)
	}
	if t.Strict {
		e.key("strict")
		e.boolean(true)
	}
	e.raw("}}")
}

// rawJSON writes JSON text of the user's exactly as it is, or says what is wrong
// with it, to go on after its name.
func (e *encoder) rawJSON(raw json.RawMessage) (problem string) {
	switch {
	case len(raw) == 0:
		return "is empty, want JSON text"
	case !json.Valid(raw):
		return "is not JSON"
	}
	e.buf = append(e.buf, validUTF8(raw)...)
	return ""
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

func (e *encoder) responseFormat(f *ResponseFormat) {
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
		if problem := e.schema(f.schema.Schema, ""); problem != nil {
			e.fail("response_format: the JSON schema%w", problem)
		}
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
func (e *encoder) extra(extra map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		if name == "stream" {
			e.fail(`extra: "stream" is set by calling Chat or ChatStream`)
		}
		for f := range fields {
			if field(f).in(e.names) == name {
				e.fail("extra: %q is a field of ChatRequest, set it there", name)
			}
		}
		e.outside = true
		e.next()
		e.text(name)
		e.raw(":")
		if problem := e.value(extra[name]); problem != nil {
			e.fail("extra: %q: %w", name, problem)
		}
	}
}
