package schema

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"time"
)

var (
	marshaler       = reflect.TypeFor[json.Marshaler]()
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// nanoseconds is what a model must be told of a time.Duration: encoding/json knows
// it as a plain number.
const nanoseconds = "in nanoseconds: 1000000000 is one second"

// schemer is a type that says its whole schema itself.
type schemer interface{ JSONSchema() json.RawMessage }

// schemaByMethods is the schema of a type that does not read JSON as its kind does;
// nil if it does.
func schemaByMethods(t reflect.Type, path string) (*object, error) {
	switch t {
	case reflect.TypeFor[time.Time]():
		return typed("string", member{"format", "date-time"}), nil
	case reflect.TypeFor[json.RawMessage]():
		return newObject(), nil
	case reflect.TypeFor[json.Number]():
		return typed("number"), nil
	case reflect.TypeFor[big.Int]():
		return typed("integer"), nil
	case reflect.TypeFor[time.Duration]():
		return typed("integer", member{"description", nanoseconds}), nil
	}
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return nil, nil
	}
	if hasSchemaMethod(t) {
		return ownSchema(t, path)
	}
	p := reflect.PointerTo(t)
	if p.Implements(unmarshaler) || p.Implements(marshaler) {
		return nil, fmt.Errorf("%s: only %s itself knows what JSON it reads and writes, since it has %s: "+
			"give it a method JSONSchema() json.RawMessage", path, t, methodNames(p))
	}
	if p.Implements(textUnmarshaler) {
		made := typed("string")
		return made, addEnum(made, t, path)
	}
	if p.Implements(textMarshaler) {
		return nil, fmt.Errorf("%s: %s is written by its MarshalText and cannot be read back: give it UnmarshalText, or a method JSONSchema() json.RawMessage", path, t)
	}
	return nil, nil
}

func methodNames(p reflect.Type) string {
	switch {
	case !p.Implements(marshaler):
		return "UnmarshalJSON"
	case !p.Implements(unmarshaler):
		return "MarshalJSON"
	}
	return "MarshalJSON and UnmarshalJSON"
}

// hasSchemaMethod says whether t, and not only a struct that it embeds, has the
// method JSONSchema. The method of an embedded struct says what that one is; it
// counts for t only if t is read by that one's UnmarshalJSON too.
func hasSchemaMethod(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || !reflect.PointerTo(t).Implements(reflect.TypeFor[schemer]()) {
		return false
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(unmarshaler) || reflect.PointerTo(t).Implements(textUnmarshaler) {
		return true
	}
	for i := range t.NumField() {
		embedded := t.Field(i).Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		if t.Field(i).Anonymous && embedded.Kind() != reflect.Interface && reflect.PointerTo(embedded).Implements(reflect.TypeFor[schemer]()) {
			hidden := t.Field(i).Type.Kind() == reflect.Pointer && !t.Field(i).IsExported()
			return !hidden && !bytes.Equal(schemaText(t), schemaText(embedded))
		}
	}
	return true
}

// schemaText calls the method JSONSchema on a zero t, whose embedded pointers are
// set, since the method may be one of theirs.
func schemaText(t reflect.Type) json.RawMessage {
	zero := reflect.New(t)
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if f := t.Field(i); f.Anonymous && f.IsExported() && f.Type.Kind() == reflect.Pointer {
				zero.Elem().Field(i).Set(reflect.New(f.Type.Elem()))
			}
		}
	}
	return zero.Interface().(schemer).JSONSchema()
}

// ownSchema is what t's method JSONSchema says.
func ownSchema(t reflect.Type, path string) (*object, error) {
	tree, found, err := parse(schemaText(t))
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%s", found[0])
	}
	if err == nil {
		err = checkSchema(tree)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: method JSONSchema of %s: %w", path, t, err)
	}
	if tree == true {
		return newObject(), nil
	}
	made, ok := tree.(*object)
	if !ok {
		return nil, fmt.Errorf("%s: method JSONSchema of %s: false lets nothing through", path, t)
	}
	for place, sub := range subschemas(made, "") {
		for _, keyword := range []string{"$ref", "$defs", "definitions"} {
			if sub.has(keyword) {
				return nil, fmt.Errorf("%s: method JSONSchema of %s: %s is used, and not every service takes references: write out what is referred to",
					path, t, join(place, keyword))
			}
		}
	}
	made, _ = withNulls(made).(*object)
	return made, nil
}

// enumMethod is the method func (T) Enum() []T of t; invalid if it has none.
func enumMethod(t reflect.Type) reflect.Value {
	if t.Name() == "" || t.Kind() == reflect.Interface {
		return reflect.Value{}
	}
	method := reflect.New(t).MethodByName("Enum")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 || method.Type().Out(0) != reflect.SliceOf(t) {
		return reflect.Value{}
	}
	return method
}

// addEnum adds what t's method Enum lists.
func addEnum(made *object, t reflect.Type, path string) error {
	method := enumMethod(t)
	if !method.IsValid() {
		return nil
	}
	listed := method.Call(nil)[0]
	var enum []any
	for i := range listed.Len() {
		text, err := json.Marshal(listed.Index(i).Addr().Interface())
		if err != nil {
			return fmt.Errorf("%s: value %d of method Enum of %s: %w", path, i, t, err)
		}
		value, _, err := parse(text)
		if err == nil && !exact(value) {
			err = fmt.Errorf("%s is larger than a JSON number can say exactly", text)
		}
		if err != nil {
			return fmt.Errorf("%s: value %d of method Enum of %s: %w", path, i, t, err)
		}
		if !contains(enum, value) {
			enum = append(enum, value)
		}
	}
	if len(enum) == 0 {
		return fmt.Errorf("%s: method Enum of %s lists nothing", path, t)
	}
	made.set("enum", enum)
	return nil
}
