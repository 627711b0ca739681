package schema

import (
	"fmt"
	"reflect"
	"strings"
)

// walk goes over one Go type.
type walk struct {
	inside []step // the named types that are being looked at, from the root
}

type step struct {
	of   reflect.Type
	path string
}

// schemaOf is the schema of t, which stands at path (type name, then names as they
// are in JSON, "[]" for items and "{}" for values of a map).
func (w *walk) schemaOf(t reflect.Type, path string) (*object, error) {
	if t.Name() != "" {
		if err := w.enter(t, path); err != nil {
			return nil, err
		}
		defer w.leave()
	}
	made, err := schemaByMethods(t, path)
	if made != nil || err != nil {
		return made, err
	}
	if made, err = w.schemaOfKind(t, path); err != nil {
		return nil, err
	}
	return made, addEnum(made, t, path)
}

// enter notes that t is being looked at. A type that is inside itself has no schema
// without $ref, which not every service takes.
func (w *walk) enter(t reflect.Type, path string) error {
	for _, outer := range w.inside {
		if outer.of == t {
			round := strings.TrimPrefix(path, outer.path)
			return fmt.Errorf("%s: the type %s contains itself (%s%s …), which a schema without references cannot say: "+
				"write out as many levels as are needed as types of their own, use json.RawMessage there, or give the type a method JSONSchema() json.RawMessage",
				path, t, path, round)
		}
	}
	w.inside = append(w.inside, step{t, path})
	return nil
}

func (w *walk) leave() { w.inside = w.inside[:len(w.inside)-1] }

func (w *walk) schemaOfKind(t reflect.Type, path string) (*object, error) {
	switch t.Kind() {
	case reflect.Bool:
		return typed("boolean"), nil
	case reflect.String:
		return typed("string"), nil
	case reflect.Float32, reflect.Float64:
		return typed("number"), nil
	case reflect.Int, reflect.Int64:
		return typed("integer"), nil
	case reflect.Int8, reflect.Int16, reflect.Int32:
		high := int64(1)<<(t.Bits()-1) - 1
		return typed("integer", member{"minimum", integer(-high - 1)}, member{"maximum", integer(high)}), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		high := int64(1)<<t.Bits() - 1
		return typed("integer", member{"minimum", integer(0)}, member{"maximum", integer(high)}), nil
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		return typed("integer", member{"minimum", integer(0)}), nil
	case reflect.Pointer:
		inner, err := w.schemaOf(t.Elem(), path)
		if err != nil {
			return nil, err
		}
		return nullable(inner), nil
	case reflect.Slice:
		return w.schemaOfSlice(t, path)
	case reflect.Array:
		items, err := w.schemaOf(t.Elem(), path+"[]")
		if err != nil {
			return nil, err
		}
		size := integer(int64(t.Len()))
		return typed("array", member{"items", items}, member{"minItems", size}, member{"maxItems", size}), nil
	case reflect.Map:
		return w.schemaOfMap(t, path)
	case reflect.Struct:
		return w.schemaOfStruct(t, path)
	case reflect.Interface:
		if t.NumMethod() == 0 {
			return newObject(), nil
		}
		return nil, fmt.Errorf("%s: JSON cannot be read into the interface %s, since it does not say which type to make: use a struct, or json.RawMessage", path, t)
	}
	return nil, fmt.Errorf(`%s: a %s is nothing that JSON can hold: leave the field out with json:"-"`, path, t.Kind())
}

func (w *walk) schemaOfSlice(t reflect.Type, path string) (*object, error) {
	if isBytes(t) {
		if item := t.Elem(); enumMethod(item).IsValid() || hasSchemaMethod(item) {
			return nil, fmt.Errorf("%s: encoding/json writes a %s as base64 text, since its items are bytes: make %s another kind of integer", path, t, item)
		}
		return typed("string", member{"contentEncoding", "base64"}), nil
	}
	items, err := w.schemaOf(t.Elem(), path+"[]")
	if err != nil {
		return nil, err
	}
	return typed("array", member{"items", items}), nil
}

// isBytes says whether a slice is base64 text in JSON.
func isBytes(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Uint8 {
		return false
	}
	item := reflect.PointerTo(t.Elem())
	return !item.Implements(marshaler) && !item.Implements(textMarshaler)
}

func (w *walk) schemaOfMap(t reflect.Type, path string) (*object, error) {
	values, err := w.schemaOf(t.Elem(), path+"{}")
	if err != nil {
		return nil, err
	}
	made := typed("object")
	key := t.Key()
	names := newObject()
	switch {
	case reflect.PointerTo(key).Implements(textUnmarshaler), key.Kind() == reflect.String:
	case key.Kind() >= reflect.Int && key.Kind() <= reflect.Int64:
		names.set("pattern", wholeNumber)
	case key.Kind() >= reflect.Uint && key.Kind() <= reflect.Uintptr:
		names.set("pattern", naturalNumber)
	default:
		return nil, fmt.Errorf("%s: names of JSON objects cannot be read into keys of type %s: use strings, integers, or a type with UnmarshalText", path, key)
	}
	if err := addEnum(names, key, path+"{}"); err != nil {
		return nil, err
	}
	if enum, ok := names.get("enum").([]any); ok {
		for i, name := range enum {
			if n, ok := name.(number); ok {
				enum[i] = string(n)
			}
		}
	}
	if len(names.members) > 0 {
		made.set("propertyNames", names)
	}
	made.set("additionalProperties", values)
	return made, nil
}

func (w *walk) schemaOfStruct(t reflect.Type, path string) (*object, error) {
	properties := newObject()
	var required []any
	for _, f := range fieldsOf(t) {
		made, err := w.schemaOfField(f, join(path, f.name))
		if err != nil {
			return nil, err
		}
		properties.set(f.name, made)
		if !f.optional {
			required = append(required, f.name)
		}
	}
	made := typed("object", member{"properties", properties})
	if len(required) > 0 {
		made.set("required", required)
	}
	made.set("additionalProperties", false)
	return made, nil
}

func (w *walk) schemaOfField(f field, path string) (*object, error) {
	if f.sealed != nil {
		return nil, fmt.Errorf("%s: encoding/json cannot set fields of %s, which is unexported and embedded by pointer: embed it by value", path, f.sealed)
	}
	t := f.of
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	made, err := w.schemaOf(t, path)
	if err != nil {
		return nil, err
	}
	if f.quoted {
		made, err = quotedSchema(t, f, path)
	} else {
		made, err = addTags(made, t, f.tag, path)
	}
	if err != nil {
		return nil, err
	}
	if f.optional {
		made = nullable(made)
	}
	return withDescription(made, f.tag, t, path)
}

// typed is a schema for one of JSON's types.
func typed(name string, more ...member) *object {
	return newObject(append([]member{{"type", name}}, more...)...)
}

func typeName(t reflect.Type) string {
	if t.Name() != "" && !strings.Contains(t.Name(), "[") {
		return t.Name()
	}
	return strings.ReplaceAll(t.String(), " ", "")
}
