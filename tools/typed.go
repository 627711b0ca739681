package tools

import (
	"bytes"
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/internal/schema"
)

// For makes a tool of a Go function. The schema of its arguments is made from the
// type In, once for each type.
//
// In is a struct, a map with string keys, or a pointer to one; struct{} stands for
// no arguments. Its fields are those of encoding/json, with their descriptions and
// bounds in tags: see the page of this package. The error names the place in In that has no
// schema, as in "Order.items[].callback".
//
// What the handler returns becomes the text that the model reads: a string (of
// any type that does not marshal itself) as it is, []byte and json.RawMessage as the text that they hold, an error by its text,
// struct{} as "ok", everything else as JSON. Strict is not set: [Tool.InStrictMode]
// does that.
func For[In, Out any](name, description string, handler func(context.Context, In) (Out, error)) (Tool, error) {
	if err := checkName(name); err != nil {
		return Tool{}, fmt.Errorf("tools.For: %w", err)
	}
	if handler == nil {
		return Tool{}, fmt.Errorf("tools.For: tool %q has no handler", name)
	}
	in := reflect.TypeFor[In]()
	if !isObject(in) {
		return Tool{}, fmt.Errorf("tools.For: tool %q takes a %s, and a model gives arguments by name: take a struct, or a map with string keys", name, in)
	}
	made, err := schema.Of(in)
	switch {
	case err != nil:
		return Tool{}, fmt.Errorf("tools.For: tool %q: %w", name, err)
	case !made.IsObject():
		return Tool{}, fmt.Errorf("tools.For: tool %q takes a %s, which JSON need not have as an object, and a model gives arguments by name: take a struct with such a field", name, in)
	}
	tool := azmistral.Tool{Name: name, Description: description, Parameters: made.JSON()}
	return Tool{Tool: tool, schema: made, run: func(ctx context.Context, t Tool, arguments string) (string, error) {
		var value In
		if _, problems := t.read(arguments, &value); len(problems) > 0 {
			return "", &ArgumentsError{Tool: t.Name, Problems: problems}
		}
		result, err := handler(ctx, value)
		if err != nil {
			return "", err
		}
		return textOf(t.Name, result)
	}}, nil
}

// isObject says whether a type can hold arguments.
func isObject(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct || t.Kind() == reflect.Map && t.Key().Kind() == reflect.String
}

// textOf is a handler's result as the model reads it.
func textOf(tool string, result any) (string, error) {
	switch result := result.(type) {
	case string:
		return result, nil
	case []byte:
		return string(result), nil
	case json.RawMessage:
		return string(result), nil
	case struct{}:
		return "ok", nil // a result without any text is taken for a failure
	case error:
		return result.Error(), nil
	}
	if v := reflect.ValueOf(result); v.Kind() == reflect.String && !marshalsItself(v.Type()) {
		return v.String(), nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return "", fmt.Errorf("result of tool %q cannot be written as JSON: %w", tool, err)
	}
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}

func marshalsItself(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}
