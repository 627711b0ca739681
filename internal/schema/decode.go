package schema

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"time"
)

// Decode checks text and reads it into v, as encoding/json does. v is changed only
// if there is no problem. What the schema lets through and Go cannot hold is a
// problem too: a number beyond its type, a whole number written as 3.0, a text that
// is no date.
func (s *Schema) Decode(text []byte, v any) []Problem {
	if found := s.Check(text); len(found) > 0 {
		return found
	}
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return []Problem{{Rule: "target", Message: fmt.Sprintf("cannot be read into a %T: a pointer that is not nil is needed", v)}}
	}
	fresh := reflect.New(target.Type().Elem())
	if err := json.Unmarshal(text, fresh.Interface()); err != nil {
		return []Problem{unreadable(text, target.Type().Elem(), "", err)}
	}
	target.Elem().Set(fresh.Elem())
	return nil
}

// unreadable finds the innermost value that cannot be read into its Go type.
// encoding/json gives no place for most of its errors.
func unreadable(text []byte, t reflect.Type, path string, err error) Problem {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if p := reflect.PointerTo(t); p.Implements(unmarshaler) || p.Implements(textUnmarshaler) {
		return notRead(text, t, path, err)
	}
	for _, part := range partsOf(text, t, path) {
		if err := part.read(); err != nil {
			if part.quoted {
				return part.notUnquoted()
			}
			if part.key != nil && isWhole(part.key) && !reflect.PointerTo(part.key).Implements(textUnmarshaler) {
				return Problem{part.path, "type", fmt.Sprintf("has a name that must be a number that fits into %s, not %s", part.key.Kind(), cut(string(part.text)))}
			}
			return unreadable(part.text, part.of, part.path, err)
		}
	}
	return notRead(text, t, path, err)
}

// part is a value within another, and the Go type it is read into.
type part struct {
	text   []byte
	of     reflect.Type
	path   string
	key    reflect.Type // of the map that it is the name in; nil for values
	quoted bool         // by json's option "string"
}

func (p part) read() error {
	switch {
	case p.key != nil:
		m := reflect.New(reflect.MapOf(p.key, reflect.TypeFor[json.RawMessage]()))
		return json.Unmarshal(fmt.Appendf(nil, "{%s:null}", p.text), m.Interface())
	case p.quoted:
		return json.Unmarshal(fmt.Appendf(nil, `{"V":%s}`, p.text), reflect.New(reflect.StructOf([]reflect.StructField{
			{Name: "V", Type: p.of, Tag: `json:",string"`},
		})).Interface())
	}
	return json.Unmarshal(p.text, reflect.New(p.of).Interface())
}

// notUnquoted says what is wrong with a value in a string.
func (p part) notUnquoted() Problem {
	if elem(p.of).Kind() == reflect.String {
		return Problem{p.path, "format", `must be a string that holds a JSON string, as in "\"text\"", not ` + cut(string(p.text))}
	}
	return Problem{p.path, "format", fmt.Sprintf("must be a string with a value that fits into %s, not %s", elem(p.of).Kind(), cut(string(p.text)))}
}

// partsOf gives the values in text that are read on their own.
func partsOf(text []byte, t reflect.Type, path string) []part {
	var parts []part
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		var items []json.RawMessage
		if json.Unmarshal(text, &items) != nil {
			return nil
		}
		for i, item := range items {
			parts = append(parts, part{text: item, of: t.Elem(), path: index(path, i)})
		}
	case reflect.Map, reflect.Struct:
		value, _, err := parse(text)
		o, ok := value.(*object)
		if err != nil || !ok {
			return nil
		}
		for _, m := range o.members {
			raw, place := appendValue(nil, m.value), join(path, m.name)
			if t.Kind() == reflect.Map {
				parts = append(parts, part{text: []byte(quote(m.name)), of: t.Key(), path: place, key: t.Key()},
					part{text: raw, of: t.Elem(), path: place})
			} else if f, ok := fieldNamed(t, m.name); ok {
				parts = append(parts, part{text: raw, of: f.of, path: place, quoted: f.quoted})
			}
		}
	}
	return parts
}

// fieldNamed is the field that encoding/json reads a name into: the one of that
// name, else the first that differs in case only.
func fieldNamed(t reflect.Type, name string) (field, bool) {
	var folded *field
	for _, f := range fieldsOf(t) {
		if f.name == name {
			return f, true
		}
		if folded == nil && strings.EqualFold(f.name, name) {
			folded = &f
		}
	}
	if folded == nil {
		return field{}, false
	}
	return *folded, true
}

// notRead says what is wrong with a value that could not be read into t.
func notRead(text []byte, t reflect.Type, path string, err error) Problem {
	p := problems{}
	value, _, _ := parse(text)
	n, isNumber := value.(number)
	_, isParseError := errors.AsType[*time.ParseError](err)
	_, isCorrupt := errors.AsType[base64.CorruptInputError](err)
	switch typeError, isTypeError := errors.AsType[*json.UnmarshalTypeError](err); {
	case isParseError || t == reflect.TypeFor[time.Time]():
		p.add(path, "format", "must be %s, not %s", formatWords("date-time"), show(value))
	case isCorrupt:
		p.add(path, "contentEncoding", "must be base64 text, with padding, not %s", show(value))
	case isNumber && isWhole(t) && !numberForm["integer"].MatchString(string(n)):
		p.add(path, "type", "must be a whole number written without fraction and exponent, not %s", show(value))
	case isNumber && isTypeError:
		p.add(path, "type", "must be a number that fits into %s, not %s", t.Kind(), show(value))
	case isTypeError:
		p.add(path, "type", "cannot be %s: it is read into a Go %s", describeValue(value), typeError.Type)
	default:
		p.add(path, "format", "cannot be %s: %s", describeValue(value), cutAt(oneLine(err.Error()), 200))
	}
	return p.list[0]
}

func isWhole(t reflect.Type) bool {
	return t.Kind() >= reflect.Int && t.Kind() <= reflect.Uintptr || t == reflect.TypeFor[big.Int]()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
