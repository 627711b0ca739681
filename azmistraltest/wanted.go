package azmistraltest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// wanted is what an answer has to fit.
type wanted struct {
	schema *node
	call   bool   // in the arguments of a call, not in the text
	said   string // the schema's text, where it stands in a message
}

// anyObject is what JSON mode wants where no message has a schema.
var anyObject = &node{kind: kindObject, members: []member{{"type", &node{kind: kindString, text: "object"}}}}

// wantedOf gives what a request wants of its answer; nil: any text will do.
func wantedOf(r *Request) *wanted {
	switch r.ToolChoice {
	case "", "auto", "none":
	default:
		tools := functions(r.Tools)
		if i := slices.IndexFunc(tools, func(t Tool) bool { return t.Name == r.ToolChoice }); i >= 0 {
			return &wanted{schema: tools[i].schema, call: true}
		}
		if len(tools) > 0 {
			return &wanted{schema: tools[0].schema, call: true}
		}
	}
	switch r.ResponseFormat {
	case "json_schema":
		return &wanted{schema: r.body.get("response_format").get("json_schema").get("schema")}
	case "json_object":
		if schema, said := schemaIn(r); schema != nil {
			return &wanted{schema: schema, said: said}
		}
		return &wanted{schema: anyObject}
	}
	return nil
}

// schemaIn finds the JSON Schema that a message tells, as one does who asks for it
// in JSON mode: the last one of the system messages, else of the user's.
func schemaIn(r *Request) (schema *node, said string) {
	for _, role := range []string{"system", "user"} {
		for _, m := range slices.Backward(r.Messages) {
			if m.Role != role {
				continue
			}
			if schema, said = schemaOfText(m.Text, &r.read.effort); schema != nil {
				return schema, said
			}
		}
	}
	return nil, ""
}

// maxBraces is how many places of a text are tried for the beginning of a schema.
const maxBraces = 64

func schemaOfText(text string, e *effort) (schema *node, said string) {
	for range maxBraces {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			return nil, ""
		}
		text = text[i:]
		if !e.spend(len(text)) {
			return nil, ""
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		var raw json.RawMessage
		if decoder.Decode(&raw) == nil {
			if value, err := parseJSON(bytes.TrimSpace(raw)); err == nil {
				if inner := value.get("schema"); looksLikeSchema(inner) {
					return inner, text[:decoder.InputOffset()]
				}
				if looksLikeSchema(value) {
					return value, text[:decoder.InputOffset()]
				}
			}
		}
		text = text[1:]
	}
	return nil, ""
}

// looksLikeSchema tells a schema from another object: it says a type that there is,
// or has one of the keywords that make a schema.
func looksLikeSchema(n *node) bool {
	if !n.is(kindObject) {
		return false
	}
	kinds := n.get("type").list()
	if t := n.get("type"); t.is(kindString) {
		kinds = []*node{t}
	}
	for _, k := range kinds {
		if !slices.Contains(schemaTypes, k.str()) {
			return false
		}
	}
	if len(kinds) > 0 {
		return true
	}
	return slices.ContainsFunc([]string{"properties", "anyOf", "oneOf", "allOf", "enum", "const", "$ref"}, func(key string) bool {
		value := n.get(key)
		return value != nil && (key == "const" || value.is(kindArray) || value.is(kindObject) || key == "$ref" && value.is(kindString))
	})
}

var schemaTypes = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// isWrong says whether a message of the model does not fit what is wanted of it.
// Where the request wants nothing, its text is held against fallback; nil: it fits.
func isWrong(r *Request, m Message, fallback *node) bool {
	for _, call := range m.ToolCalls {
		i := slices.IndexFunc(r.Tools, func(t Tool) bool { return t.Name == call.Name })
		value, err := parseJSON([]byte(call.Arguments))
		if err != nil && call.Arguments != "" || i >= 0 && err == nil && r.Tools[i].schema.is(kindObject) && !obeys(r.Tools[i].schema, value, &r.read.effort) {
			return true
		}
	}
	if len(m.ToolCalls) > 0 || !strings.ContainsAny(m.Text, "{[") {
		return false // a text without a brace is no attempt: it was not asked for one
	}
	w := r.read.wanted()
	if w == nil {
		w = &wanted{schema: fallback}
	}
	if w.schema == nil {
		return false
	}
	value, err := parseJSON([]byte(m.Text))
	return w.call || err != nil || !obeys(w.schema, value, &r.read.effort)
}

// wrongTurns counts the turns at the end of a conversation in which the model was
// wrong and somebody then said so: the user, or a tool.
func wrongTurns(r *Request, fallback *node) int {
	n := 0
	for end := len(r.Messages); ; n++ {
		start := beforeReplies(r.Messages[:end])
		if start == end || start == 0 || !isWrong(r, r.Messages[start-1], fallback) {
			return n
		}
		end = start - 1
	}
}

// beforeReplies gives where the messages of user and tools begin that end the list
// behind an answer of the model; its length where there are none.
func beforeReplies(messages []Message) int {
	start := len(messages)
	for start > 0 && (messages[start-1].Role == "user" || messages[start-1].Role == "tool") {
		start--
	}
	if start > 0 && messages[start-1].Role != "assistant" {
		return len(messages)
	}
	return start
}
