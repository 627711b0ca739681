// Package schema makes JSON Schemas from Go types, in the form that the services
// take, and checks JSON texts against them in words that a model can act on.
package schema

import (
	"encoding/json"
	"errors"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"
)

// Schema is a JSON Schema. It is immutable and safe for concurrent use.
type Schema struct {
	root *jsonschema.Schema
}

// Of gives the schema of a Go type as encoding/json reads it. It is made once for
// each type. The error names the path of what has no schema.
func Of(t reflect.Type) (*Schema, error) { return nil, errors.New("not built") }

// Parse takes a schema that the user wrote: JSON text as []byte or
// json.RawMessage, or a value that marshals to a JSON Schema. JSON and Strict give
// it back as it is.
func Parse(v any) (*Schema, error) { return nil, errors.New("not built") }

// JSON is the schema for the wire: fields that may be missing are not required.
func (s *Schema) JSON() json.RawMessage { return nil }

// Strict is the schema in the form that strict mode takes: everything is required,
// and what may be missing may be null instead. The error names the path of what
// strict mode cannot say.
func (s *Schema) Strict() (json.RawMessage, error) { return nil, errors.New("not built") }

// IsObject says whether only objects fit.
func (s *Schema) IsObject() bool { return false }

// Check gives what is wrong with a JSON text, at most maxProblems; nil if it fits.
func (s *Schema) Check(text []byte) []Problem { return nil }

// Decode checks text and reads it into v, as encoding/json does. v is changed only
// if there is no problem.
func (s *Schema) Decode(text []byte, v any) []Problem { return nil }

// Problem is one thing that is wrong with a value.
type Problem struct {
	Path    string // place in the value, as in "items[2].price"; "" is the whole value
	Rule    string // the keyword that does not hold ("required", "type", "enum", …); "syntax" if it is no JSON
	Message string // what it must be and what came, as in `must be one of "celsius", "fahrenheit", not "kelvin"`
}

// String is the problem in one line.
func (p Problem) String() string { return p.Message }
