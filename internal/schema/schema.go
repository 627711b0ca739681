// Package schema makes JSON Schemas from Go types, in the form that the services
// take, and checks JSON texts against them in words that a model can act on.
//
// The schema of a type says what encoding/json reads into it. It has no $ref, uses
// only keywords that mean the same in draft 7 (which the services check) and in
// 2020-12, and lists properties in the order of the fields.
package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema is a JSON Schema. It is immutable and safe for concurrent use.
type Schema struct {
	tree      any    // the schema as a value: *object or bool
	text      []byte // for the wire
	strict    []byte // nil: strictErr says why
	strictErr error
	resolved  *jsonschema.Resolved // the judge: what it takes is right
}

// Of gives the schema of a Go type as encoding/json reads it. It is made once for
// each type. The error names the path of what has no schema. A pointer at the root
// is followed: null is not asked for there.
func Of(t reflect.Type) (*Schema, error) {
	if t == nil {
		return nil, fmt.Errorf("no type is given to make a schema of")
	}
	if known, ok := ofType.Load(t); ok {
		return known.(result).schema, known.(result).err
	}
	made, err := makeOf(t)
	known, _ := ofType.LoadOrStore(t, result{made, err})
	return known.(result).schema, known.(result).err
}

// ofType remembers what Of gave, from reflect.Type to result. Types are bounded by
// the program's text, so it is never emptied.
var ofType sync.Map

type result struct {
	schema *Schema
	err    error
}

func makeOf(t reflect.Type) (*Schema, error) {
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	w := &walk{}
	tree, err := w.schemaOf(t, typeName(t))
	if err != nil {
		return nil, err
	}
	text := appendValue(nil, tree)
	s := &Schema{tree: tree, text: text}
	if s.resolved, err = resolve(text); err != nil {
		return nil, fmt.Errorf("the schema made of %s cannot be checked: %w", typeName(t), err)
	}
	closed, err := strictForm(tree, typeName(t))
	if err != nil {
		s.strictErr = err
		return s, nil
	}
	s.strict = appendValue(nil, closed)
	return s, nil
}

// Parse takes a schema that the user wrote: JSON text as []byte or
// json.RawMessage, or a value that marshals to a JSON Schema. JSON and Strict give
// it back as it is. It must be a schema by draft 7, as the services ask; references
// go to places within it, as in "#/$defs/name".
func Parse(v any) (*Schema, error) {
	text, err := textOf(v)
	if err != nil {
		return nil, err
	}
	tree, found, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("the schema is no JSON: %w", err)
	}
	if len(found) > 0 {
		return nil, fmt.Errorf("the schema is not usable: %s", found[0])
	}
	if err := checkSchema(tree); err != nil {
		return nil, err
	}
	s := &Schema{tree: tree, text: text}
	if s.resolved, err = resolve(text); err != nil {
		return nil, fmt.Errorf("the schema cannot be used: %w", err)
	}
	if open := openObject(tree, ""); open != "" {
		s.strictErr = fmt.Errorf("strict mode needs additionalProperties: false in every object of the schema, and %s has none", open)
		return s, nil
	}
	s.strict = text
	return s, nil
}

// JSON is the schema for the wire: fields that may be missing are not required.
func (s *Schema) JSON() json.RawMessage { return slices.Clone(s.text) }

// Strict is the schema in the form that strict mode takes: everything is required,
// and what may be missing may be null instead. The error names the path of what
// strict mode cannot say.
func (s *Schema) Strict() (json.RawMessage, error) {
	return slices.Clone(s.strict), s.strictErr
}

// IsObject says whether only objects fit.
func (s *Schema) IsObject() bool {
	return reader{s.tree}.onlyObjects(s.tree)
}

// textOf is the JSON text of what a user gives as a schema.
func textOf(v any) ([]byte, error) {
	switch v := v.(type) {
	case []byte:
		return slices.Clone(v), nil
	case json.RawMessage:
		return slices.Clone(v), nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("the schema cannot be written as JSON: %w", err)
	}
	return text, nil
}

// resolve makes the judge of a schema.
func resolve(text []byte) (*jsonschema.Resolved, error) {
	s := new(jsonschema.Schema)
	if err := json.Unmarshal(text, s); err != nil {
		return nil, err
	}
	return s.Resolve(nil)
}
