package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/internal/schema"
)

// Tool is a function that the model may call, with its description for the model.
// [For] and [New] make it. It is immutable and safe for concurrent use as far as its
// handler is; the fields of the embedded [azmistral.Tool] are for reading.
type Tool struct {
	azmistral.Tool

	schema *schema.Schema // of the arguments
	run    func(ctx context.Context, t Tool, arguments string) (string, error)
}

// New makes a tool whose schema is given, in tool.Parameters: a value that marshals
// to a JSON Schema of an object, JSON text as json.RawMessage or []byte; nil stands
// for no arguments. It is sent as it is. The handler gets the arguments as the model
// wrote them (blank ones as {}), after they were checked against the schema; what it
// returns is what the model reads.
//
// The error says what is wrong with the name, the schema or the handler. A schema
// must be one by draft 7, as the services ask, with references only to places
// within it. tool.Raw, which is for tools that run at the service, is an error.
func New(tool azmistral.Tool, handler func(ctx context.Context, arguments string) (string, error)) (Tool, error) {
	switch {
	case len(tool.Raw) > 0:
		return Tool{}, errors.New("tools.New: a tool with Raw runs at the service and has nothing to call here: put it into ChatRequest.Tools itself")
	case handler == nil:
		return Tool{}, fmt.Errorf("tools.New: tool %q has no handler", tool.Name)
	}
	if err := checkName(tool.Name); err != nil {
		return Tool{}, fmt.Errorf("tools.New: %w", err)
	}
	parameters := tool.Parameters
	if parameters == nil {
		parameters = json.RawMessage(noArguments)
	}
	made, err := schema.Parse(parameters)
	switch {
	case err != nil:
		return Tool{}, fmt.Errorf("tools.New: parameters of tool %q: %w", tool.Name, err)
	case !made.IsObject():
		return Tool{}, fmt.Errorf(`tools.New: parameters of tool %q: the schema must be of an object ("type":"object"), since arguments have names`, tool.Name)
	}
	if tool.Parameters != nil {
		tool.Parameters = made.JSON() // as it is now: what the user gave may change later
	}
	return Tool{Tool: tool, schema: made, run: func(ctx context.Context, t Tool, arguments string) (string, error) {
		text, problems := t.read(arguments, nil)
		if len(problems) > 0 {
			return "", &ArgumentsError{Tool: t.Name, Problems: problems}
		}
		return handler(ctx, text)
	}}, nil
}

// noArguments is the schema of a tool without arguments.
const noArguments = `{"type":"object","properties":{},"additionalProperties":false}`

// Call runs the tool with arguments as the model wrote them: [azmistral.ToolCall]
// has them. Blank arguments read as {}, and arguments that are a JSON string with an
// object in it, as some models write, as that object.
//
// The error is an [*ArgumentsError] if the arguments do not fit the schema: its text
// is made for the model, which can then mend its call. The handler's error is
// returned as it is, its panics are not caught: [Run] does that. A result that JSON
// cannot hold is an error too.
func (t Tool) Call(ctx context.Context, arguments string) (string, error) {
	if t.run == nil {
		return "", fmt.Errorf("tool %q was not made by tools.For or tools.New: there is nothing to call", t.Name)
	}
	return t.run(ctx, t, arguments)
}

// InStrictMode gives the same tool with Strict set: the service then holds the
// model to the schema, in which all properties are required and those that may be
// missing may be null instead. A schema that the user wrote must be closed already,
// with additionalProperties: false in every object. The error names the place in
// the type or the schema that strict mode cannot say: a map, or anything.
func (t Tool) InStrictMode() (Tool, error) {
	if t.schema == nil {
		return Tool{}, fmt.Errorf("tool %q was not made by tools.For or tools.New: it has no schema", t.Name)
	}
	parameters, err := t.schema.Strict()
	if err != nil {
		return Tool{}, fmt.Errorf("tool %q in strict mode: %w", t.Name, err)
	}
	t.Strict, t.Parameters = true, parameters
	return t, nil
}

// List gives the tools as a request takes them.
func List(tools ...Tool) []azmistral.Tool {
	list := make([]azmistral.Tool, len(tools))
	for i, t := range tools {
		list[i] = t.Tool
	}
	return list
}

// checkName says whether the service takes a name.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("a tool needs a name")
	case !nameForm.MatchString(name):
		return fmt.Errorf("a tool's name has letters, digits, '_' and '-', at most 64 of them: %q has not", strings.ToValidUTF8(name, "\uFFFD"))
	}
	return nil
}

var nameForm = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
