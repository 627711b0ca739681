package schema

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// field is a struct's field as encoding/json sees it.
type field struct {
	name     string
	of       reflect.Type
	tag      reflect.StructTag
	index    []int        // as reflect.Value.FieldByIndex takes it
	optional bool         // may be missing: a pointer, omitempty or omitzero, or embedded by pointer
	quoted   bool         // the value is in a string, by json's option "string"
	sealed   reflect.Type // the unexported struct, embedded by pointer, that cannot be made to set it

	tagged bool // the name comes from a tag
	copies int  // how often the struct it is in was embedded at this depth
}

// embed is a struct whose fields are promoted.
type embed struct {
	of       reflect.Type
	index    []int
	optional bool
	sealed   reflect.Type
	copies   int
}

// fieldsOf gives the fields of a struct that encoding/json reads, in their order:
// those of embedded structs too, but where names meet the one least deep, the
// tagged one of equals, and none if that does not decide.
func fieldsOf(t reflect.Type) []field {
	byName := map[string][]field{}
	seen := map[reflect.Type]bool{}
	for level := []*embed{{of: t, copies: 1}}; len(level) > 0; {
		var next []*embed
		for _, e := range level {
			if seen[e.of] {
				continue
			}
			seen[e.of] = true
			for i := range e.of.NumField() {
				f, inner := readField(e, i)
				if f != nil {
					byName[f.name] = append(byName[f.name], *f)
				}
				if inner == nil {
					continue
				}
				if same := slices.IndexFunc(next, func(n *embed) bool { return n.of == inner.of }); same >= 0 {
					next[same].copies++
				} else {
					next = append(next, inner)
				}
			}
		}
		level = next
	}
	var fields []field
	for _, same := range byName {
		if f, ok := visible(same); ok {
			fields = append(fields, f)
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return fields
}

// readField reads field i of e: it is a field of its own, or a struct whose fields
// are promoted, or neither.
func readField(e *embed, i int) (*field, *embed) {
	sf := e.of.Field(i)
	if !sf.IsExported() && !(sf.Anonymous && elem(sf.Type).Kind() == reflect.Struct) {
		return nil, nil
	}
	tag := sf.Tag.Get("json")
	if tag == "-" {
		return nil, nil
	}
	name, rest, _ := strings.Cut(tag, ",")
	options := strings.Split(rest, ",")
	if !validName(name) {
		name = ""
	}
	index := append(slices.Clone(e.index), i)
	target := sf.Type
	if target.Name() == "" {
		target = elem(target)
	}
	if name == "" && sf.Anonymous && target.Kind() == reflect.Struct {
		inner := &embed{of: target, index: index, optional: e.optional, sealed: e.sealed, copies: 1}
		if sf.Type.Kind() == reflect.Pointer {
			inner.optional = true
			if !sf.IsExported() {
				inner.sealed = target
			}
		}
		return nil, inner
	}
	f := &field{
		name: name, of: sf.Type, tag: sf.Tag, index: index, tagged: name != "", copies: e.copies, sealed: e.sealed,
		optional: e.optional || sf.Type.Kind() == reflect.Pointer ||
			slices.Contains(options, "omitempty") || slices.Contains(options, "omitzero"),
		quoted: slices.Contains(options, "string") && mayBeQuoted(target.Kind()),
	}
	if name == "" {
		f.name = sf.Name
	}
	if !sf.IsExported() && sf.Type.Kind() == reflect.Pointer {
		f.sealed = target // with a name of its own: encoding/json would panic
	}
	return f, nil
}

func elem(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// visible is the one of the fields with the same name that encoding/json takes.
func visible(same []field) (field, bool) {
	depth := len(slices.MinFunc(same, func(a, b field) int { return len(a.index) - len(b.index) }).index)
	for _, tagged := range []bool{true, false} {
		found, count := field{}, 0
		for _, f := range same {
			if len(f.index) == depth && f.tagged == tagged {
				found, count = f, count+f.copies
			}
		}
		if count > 0 {
			return found, count == 1
		}
	}
	return field{}, false
}

// validName says whether encoding/json takes a name from a tag.
func validName(name string) bool {
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) {
			return false
		}
	}
	return name != ""
}

// mayBeQuoted says whether json's option "string" works on a kind.
func mayBeQuoted(kind reflect.Kind) bool {
	return kind >= reflect.Bool && kind <= reflect.Float64 || kind == reflect.String
}
