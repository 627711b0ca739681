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
	places  map[string]int // of members by name, where set made many of them
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

const (
	maxDepth = 10000   // of arrays and objects within each other, as encoding/json has it
	maxNodes = 1 << 20 // values of one text: each takes a hundred times the memory of a "1,"
)

// parseJSON reads exactly one JSON value.
func parseJSON(data []byte) (*node, error) {
	p := parser{decoder: json.NewDecoder(bytes.NewReader(data)), left: maxNodes}
	p.decoder.UseNumber()
	value, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.decoder.Token(); err != io.EOF {
		return nil, errors.New("text after the JSON value")
	}
	return value, nil
}

type parser struct {
	decoder *json.Decoder
	left    int // values that may still come
}

func (p *parser) value(depth int) (*node, error) {
	p.left--
	if depth > maxDepth || p.left < 0 {
		return nil, errors.New("too deep, or too many values")
	}
	token, err := p.decoder.Token()
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
			return p.array(depth)
		}
		return p.object(depth)
	}
	return nil, errors.New("not a JSON value")
}

func (p *parser) array(depth int) (*node, error) {
	array := &node{kind: kindArray}
	for p.decoder.More() {
		item, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		array.items = append(array.items, item)
	}
	_, err := p.decoder.Token()
	return array, err
}

func (p *parser) object(depth int) (*node, error) {
	object := &node{kind: kindObject}
	for p.decoder.More() {
		name, err := p.decoder.Token()
		if err != nil {
			return nil, err
		}
		value, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		object.set(name.(string), value)
	}
	_, err := p.decoder.Token()
	return object, err
}

// get gives the member of that name; nil where there is none, and on a nil node.
func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	if i := n.place(name); i >= 0 {
		return n.members[i].value
	}
	return nil
}

// place gives where the member of that name is; less than 0 where there is none.
func (n *node) place(name string) int {
	if n.places != nil {
		if i, ok := n.places[name]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(n.members, func(m member) bool { return m.name == name })
}

// manyMembers are so many that looking through them is dearer than a map.
const manyMembers = 16

// set replaces the member of that name: of two members of one name the last counts.
func (n *node) set(name string, value *node) {
	if i := n.place(name); i >= 0 {
		n.members[i].value = value
		return
	}
	n.members = append(n.members, member{name, value})
	switch {
	case n.places != nil:
		n.places[name] = len(n.members) - 1
	case len(n.members) > manyMembers:
		n.places = make(map[string]int, 2*manyMembers)
		for i, m := range n.members {
			n.places[m.name] = i
		}
	}
}

// without gives a copy of an object without the members of these names.
func (n *node) without(names ...string) *node {
	gone := map[string]bool{}
	for _, name := range names {
		gone[name] = true
	}
	rest := &node{kind: n.kind}
	for _, m := range n.members {
		if !gone[m.name] {
			rest.set(m.name, m.value)
		}
	}
	return rest
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

// length is how many items or members a value has.
func (n *node) length() int { return len(n.list()) + len(n.all()) }

// size is about the bytes of its text.
func (n *node) size() int {
	if n == nil {
		return 0
	}
	size := 4 + len(n.text)
	for _, item := range n.items {
		size += item.size()
	}
	for _, m := range n.members {
		size += len(m.name) + m.value.size()
	}
	return size
}

func (n *node) compact() string { return string(n.appendCompact(nil)) }

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
