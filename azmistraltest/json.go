package azmistraltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"
)

// node is one JSON value. Objects keep the order of their members: schemas are
// filled, and refusals listed, in the order in which the caller wrote them.
type node struct {
	kind    kind
	text    string // a string's value, a number's text
	truth   bool
	items   []*node
	members []member
}

type member struct {
	name  string
	value *node
}

type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

// maxDepth bounds arrays and objects within each other, as encoding/json does.
const maxDepth = 10000

// parseJSON reads exactly one JSON value.
func parseJSON(data []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := parseValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("text after the JSON value")
	}
	return value, nil
}

func parseValue(decoder *json.Decoder, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, errors.New("too deep")
	}
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case nil:
		return &node{}, nil
	case bool:
		return &node{kind: kindBool, truth: t}, nil
	case json.Number:
		return &node{kind: kindNumber, text: t.String()}, nil
	case string:
		return &node{kind: kindString, text: t}, nil
	case json.Delim:
		if t == '[' {
			return parseArray(decoder, depth)
		}
		return parseObject(decoder, depth)
	}
	return nil, errors.New("not a JSON value")
}

func parseArray(decoder *json.Decoder, depth int) (*node, error) {
	array := &node{kind: kindArray}
	for decoder.More() {
		item, err := parseValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		array.items = append(array.items, item)
	}
	_, err := decoder.Token()
	return array, err
}

func parseObject(decoder *json.Decoder, depth int) (*node, error) {
	object := &node{kind: kindObject}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := parseValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		object.set(name.(string), value)
	}
	_, err := decoder.Token()
	return object, err
}

// get gives the member of that name; nil where there is none, and on a nil node.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// set replaces the member of that name: of two members of one name the last counts.
func (n *node) set(name string, value *node) {
	for i := range n.members {
		if n.members[i].name == name {
			n.members[i].value = value
			return
		}
	}
	n.members = append(n.members, member{name, value})
}

// without gives a copy of an object without the members of these names.
func (n *node) without(names []string) *node {
	return &node{kind: n.kind, members: slices.DeleteFunc(slices.Clone(n.members), func(m member) bool { return slices.Contains(names, m.name) })}
}

// is is false on a nil node.
func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// isNull is true for null and for what is absent.
func (n *node) isNull() bool { return n == nil || n.kind == kindNull }

// str gives a string's value, else "".
func (n *node) str() string {
	if n.is(kindString) {
		return n.text
	}
	return ""
}

// yes is true for the value true only.
func (n *node) yes() bool { return n.is(kindBool) && n.truth }

func (n *node) number() (float64, bool) {
	if !n.is(kindNumber) {
		return 0, false
	}
	value, err := strconv.ParseFloat(n.text, 64)
	return value, err == nil
}

// integer gives a whole number; fallback where there is none.
func (n *node) integer(fallback int) int {
	value, ok := n.number()
	if !ok {
		return fallback
	}
	const most = 1 << 53
	return int(min(max(value, -most), most))
}

// list gives an array's items, else nil.
func (n *node) list() []*node {
	if n.is(kindArray) {
		return n.items
	}
	return nil
}

// all gives an object's members, else nil.
func (n *node) all() []member {
	if n.is(kindObject) {
		return n.members
	}
	return nil
}

// appendCompact writes the value without blanks.
func (n *node) appendCompact(b []byte) []byte { return n.append(b, ",", ":") }

// appendSpaced writes the value as Python does, which is how models write arguments.
func (n *node) appendSpaced(b []byte) []byte { return n.append(b, ", ", ": ") }

func (n *node) append(b []byte, comma, colon string) []byte {
	if n == nil {
		return append(b, "null"...)
	}
	switch n.kind {
	case kindBool:
		return strconv.AppendBool(b, n.truth)
	case kindNumber:
		return append(b, n.text...)
	case kindString:
		return appendString(b, n.text)
	case kindArray:
		b = append(b, '[')
		for i, item := range n.items {
			if i > 0 {
				b = append(b, comma...)
			}
			b = item.append(b, comma, colon)
		}
		return append(b, ']')
	case kindObject:
		b = append(b, '{')
		for i, m := range n.members {
			if i > 0 {
				b = append(b, comma...)
			}
			b = appendString(b, m.name)
			b = append(b, colon...)
			b = m.value.append(b, comma, colon)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// appendString writes a JSON string and leaves what needs no escape as it is:
// the services do not escape <, > and text beyond ASCII.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"')
}

// quoted is appendString for the building of short texts.
func quoted(s string) string { return string(appendString(nil, s)) }
