package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A JSON value is nil, bool, string, number, []any or *object: what encoding/json
// would give, with the order of names and the text of numbers kept. Schemas and what
// is checked against them are both read so.
type (
	// number is a number as it was written.
	number string

	// object keeps its members in order. A name that was given twice has its last
	// value, in its first place.
	object struct {
		members []member
		at      map[string]int // from name to place in members, where they are too many to look through
	}
	member struct {
		name  string
		value any
	}
)

func newObject(members ...member) *object {
	o := &object{}
	for _, m := range members {
		o.set(m.name, m.value)
	}
	return o
}

// get is the value of a name; nil if there is none.
func (o *object) get(name string) any {
	value, _ := o.find(name)
	return value
}

func (o *object) find(name string) (value any, found bool) {
	if o == nil {
		return nil, false
	}
	i := o.place(name)
	if i < 0 {
		return nil, false
	}
	return o.members[i].value, true
}

// maxLookedThrough is how many members an object has without a map, which would
// be several times as large as they are.
const maxLookedThrough = 8

// place is where in members a name is; -1 if it is not there.
func (o *object) place(name string) int {
	if o.at == nil {
		return slices.IndexFunc(o.members, func(m member) bool { return m.name == name })
	}
	if i, found := o.at[name]; found {
		return i
	}
	return -1
}

func (o *object) has(name string) bool {
	_, found := o.find(name)
	return found
}

func (o *object) set(name string, value any) {
	if i := o.place(name); i >= 0 {
		o.members[i].value = value
		return
	}
	o.members = append(o.members, member{name, value})
	switch {
	case o.at != nil:
		o.at[name] = len(o.members) - 1
	case len(o.members) > maxLookedThrough:
		o.at = make(map[string]int, 2*len(o.members))
		for i, m := range o.members {
			o.at[m.name] = i
		}
	}
}

// clone copies o, not what is in it.
func (o *object) clone() *object { return newObject(o.members...) }

// maxDepth is how deep values may be nested. Nothing sensible is deeper, and all
// that walks a value calls itself.
const maxDepth = 200

// parse reads a text that must be one JSON value. Problems are about what JSON
// allows and a reader must not guess about: names given twice, numbers that nothing
// can hold, nesting without end. The error is encoding/json's.
func parse(text []byte) (any, []Problem, error) {
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, nil, err
	}
	p := &parser{tokens: json.NewDecoder(bytes.NewReader(raw))}
	p.tokens.UseNumber()
	value, err := p.value()
	if errors.Is(err, errDepth) {
		return nil, p.found.list, nil
	}
	return value, p.found.list, err
}

type parser struct {
	tokens *json.Decoder
	at     []place // the way to the value that is read
	found  problems
}

// place is where a value stands in an object, or in a list, whose items have no name.
type place struct {
	name string
	item int // -1: in an object
}

// path is made only where it is told: that of each value would cost more than the
// value where nesting is deep.
func (p *parser) path() string {
	path := ""
	for _, place := range p.at {
		if place.item < 0 {
			path = join(path, place.name)
		} else {
			path = index(path, place.item)
		}
	}
	return path
}

func (p *parser) add(rule, format string, args ...any) {
	if !p.found.full() {
		p.found.add(p.path(), rule, format, args...)
	}
}

var errDepth = errors.New("nested too deep")

func (p *parser) value() (any, error) {
	if len(p.at) > maxDepth {
		p.found.add("", "depth", "is nested more than %d levels deep", maxDepth)
		return nil, errDepth
	}
	token, err := p.tokens.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return p.object()
		}
		return p.list()
	case json.Number:
		if _, err := strconv.ParseFloat(token.String(), 64); err != nil {
			p.add("type", "must be a number of ordinary size, not %s", cut(token.String()))
			return number("0"), nil
		}
		return number(token), nil
	}
	return token, nil // nil, bool, string
}

func (p *parser) object() (any, error) {
	o := newObject()
	for p.tokens.More() {
		token, err := p.tokens.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		p.at = append(p.at, place{name, -1})
		if o.has(name) {
			p.add("duplicate", "is given twice; give it once")
		}
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		p.at = p.at[:len(p.at)-1]
		o.set(name, value)
	}
	_, err := p.tokens.Token()
	return o, err
}

func (p *parser) list() (any, error) {
	list := []any{}
	for p.tokens.More() {
		p.at = append(p.at, place{item: len(list)})
		value, err := p.value()
		if err != nil {
			return nil, err
		}
		p.at = p.at[:len(p.at)-1]
		list = append(list, value)
	}
	_, err := p.tokens.Token()
	return list, err
}

// native is value as the validator takes it: numbers as int64, uint64 or, where
// neither holds them, float64.
func native(value any) any {
	switch value := value.(type) {
	case number:
		return nativeNumber(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = native(item)
		}
		return list
	case *object:
		m := make(map[string]any, len(value.members))
		for _, member := range value.members {
			m[member.name] = native(member.value)
		}
		return m
	}
	return value
}

func nativeNumber(n number) any {
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(string(n), 10, 64); err == nil {
		return u
	}
	f, _ := strconv.ParseFloat(string(n), 64) // parse has seen that it can be held
	return f
}

// appendValue appends value as JSON, without escapes that JSON does not need.
func appendValue(b []byte, value any) []byte {
	switch value := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, value)
	case number:
		return append(b, value...)
	case string:
		return append(b, quote(value)...)
	case []any:
		b = append(b, '[')
		for i, item := range value {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, item)
		}
		return append(b, ']')
	case *object:
		b = append(b, '{')
		for i, member := range value.members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, quote(member.name)...), ':')
			b = appendValue(b, member.value)
		}
		return append(b, '}')
	}
	panic(fmt.Sprintf("schema: %T is no JSON value", value))
}

// quote is s as a JSON string.
func quote(s string) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always can
	return strings.TrimSuffix(text.String(), "\n")
}
