package structured

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/internal/schema"
)

// plan is what is asked for: a type, its schema, and how the value travels.
type plan struct {
	Options

	goType   reflect.Type
	schema   *schema.Schema // what the value must fit
	wrapped  bool           // it travels inside an object, as wrapperMember
	streamed bool           // it is to be seen growing
}

// wrapperMember is the one member of the object in which a value travels that is none.
const wrapperMember = "value"

// newPlan checks the options.
func newPlan[T any](options *Options) (*plan, error) {
	p := &plan{Options: options.orDefault(), goType: reflect.TypeFor[T]()}
	if p.Name == "" {
		p.Name = defaultName(p.goType)
	}
	if !isName(p.Name) {
		return nil, invalid("Options.Name %q must be letters, digits, '_' and '-', at most %d", p.Name, maxName)
	}
	if p.Repairs < 0 {
		return nil, invalid("Options.Repairs is %d, want 0 or more", p.Repairs)
	}
	var err error
	if p.Options.Schema != nil {
		p.schema, err = schema.Parse(p.Options.Schema)
	} else {
		p.schema, err = schema.Of(p.goType)
	}
	if err != nil {
		return nil, invalid("the schema of %s: %v", p.typeName(), err)
	}
	p.wrapped = !p.schema.IsObject()
	return p, nil
}

const maxName = 64

func isName(name string) bool {
	return name != "" && len(name) <= maxName && !strings.ContainsFunc(name, notOfName)
}

func notOfName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
}

// defaultName is a type's name without its type arguments. That of a predeclared type
// would tell a model nothing.
func defaultName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer && t.Name() == "" { // one with a name may point to itself
		t = t.Elem()
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	name = strings.Map(func(r rune) rune {
		if notOfName(r) {
			return '_'
		}
		return r
	}, name)
	if name == "" || t.PkgPath() == "" {
		return "answer"
	}
	return name[:min(len(name), maxName)]
}

// typeName is the type as Go's users write it.
func (p *plan) typeName() string {
	return strings.ReplaceAll(p.goType.String(), "interface {}", "any")
}

// wire gives the schema as it travels in a mode, and whether the service is to hold the
// model to it.
func (p *plan) wire(mode Mode) (text json.RawMessage, strict bool, err error) {
	forced := p.Strict != nil && *p.Strict
	switch {
	case mode == ModeJSONObject && forced:
		return nil, false, invalid("Options.Strict cannot be in ModeJSONObject: the service does not see the schema")
	case forced, mode == ModeJSONSchema && p.Strict == nil:
		if text, err = p.schema.Strict(); err == nil {
			return p.wrap(text), true, nil
		}
		if forced {
			return nil, false, invalid("%s cannot be asked for in strict mode: %v", p.typeName(), err)
		}
	}
	return p.wrap(p.schema.JSON()), false, nil
}

// jsonSchema is the value's schema as response_format takes it.
func (p *plan) jsonSchema() (azmistral.JSONSchema, error) {
	text, strict, err := p.wire(ModeJSONSchema)
	if err != nil {
		return azmistral.JSONSchema{}, err
	}
	return azmistral.JSONSchema{Name: p.Name, Description: p.Description, Schema: text, Strict: strict}, nil
}

// request gives req with the question for the value in it, and settles the mode.
// req's own lists are not changed.
func (p *plan) request(client any, req azmistral.ChatRequest) (azmistral.ChatRequest, error) {
	switch {
	case req.ResponseFormat != azmistral.ResponseFormat{}:
		return req, invalid("the request's ResponseFormat is set, which this call would replace: leave it zero, or use Schema and Decode")
	case req.N > 1:
		return req, invalid("the request's N is %d: one value is made of one choice", req.N)
	case len(req.Messages) > 0 && req.Messages[len(req.Messages)-1].Prefix:
		return req, invalid("the request's last message is a prefix: a value must be answered whole")
	case slices.ContainsFunc(req.Tools, func(t azmistral.Tool) bool { return t.Raw == nil && t.Name == p.Name }):
		return req, invalid("a tool of the request has the value's name, %q: set Options.Name", p.Name)
	}
	var err error
	if p.Mode, err = modeFor(client, &req, p.Mode, p.streamed); err != nil {
		return req, err
	}
	text, strict, err := p.wire(p.Mode)
	if err != nil {
		return req, err
	}
	switch p.Mode {
	case ModeTool:
		req.Tools = []azmistral.Tool{{Name: p.Name, Description: p.Description, Parameters: text, Strict: strict}}
		req.ToolChoice = azmistral.ToolChoiceFunction(p.Name)
	case ModeJSONObject:
		req.ResponseFormat = azmistral.FormatJSON()
		req.Messages = withSystem(req.Messages, p.prompt(text))
	default:
		req.ResponseFormat = azmistral.FormatJSONSchema(azmistral.JSONSchema{Name: p.Name, Description: p.Description, Schema: text, Strict: strict})
	}
	return req, nil
}

// prompt says the schema in words.
func (p *plan) prompt(schema json.RawMessage) string {
	var b strings.Builder
	b.WriteString("Answer with one JSON object and nothing else: no explanation, no code fence. It is called ")
	b.WriteString(p.Name)
	if p.Description != "" {
		b.WriteString(" (" + p.Description + ")")
	}
	b.WriteString(" and must fit this JSON Schema:\n")
	b.Write(schema)
	return b.String()
}

// withSystem adds a system message behind those that lead: Mistral takes one after
// another, and none after an assistant's.
func withSystem(messages []azmistral.Message, text string) []azmistral.Message {
	at := slices.IndexFunc(messages, func(m azmistral.Message) bool { return m.Role != azmistral.RoleSystem })
	if at < 0 {
		at = len(messages)
	}
	return slices.Insert(slices.Clip(messages), at, azmistral.System(text))
}
