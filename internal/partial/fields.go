package partial

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fields are the members that a struct takes, by encoding/json's rules.
type fields struct {
	byName map[string]*field
	byFold map[string]*field // of those that differ in case only, the first in the struct
}

// field is a struct field, or one of an embedded struct.
type field struct {
	name   string
	index  []int // one for each struct on the way
	plan   *plan
	source reflect.StructField
	quoted bool // tag option "string", on a type that takes it
	tagged bool // the name comes from the tag
	twice  bool // its struct is embedded more than once at this depth
}

// find gives the field for a member's name, nil if there is none. The scratch is
// room for folding, which is given back.
func (f *fields) find(name string, scratch []byte) (*field, []byte) {
	if found := f.byName[name]; found != nil {
		return found, scratch
	}
	scratch = appendFold(scratch[:0], name)
	return f.byFold[string(scratch)], scratch
}

// fieldsOf finds the fields of a struct, the shallow ones before the deep ones.
func (b *builder) fieldsOf(t reflect.Type) *fields {
	var found []*field
	taken := map[string]bool{}
	visited := map[reflect.Type]bool{}
	level := []embedded{{t: t, count: 1}}
	for len(level) > 0 {
		var next []embedded
		names := map[string][]*field{}
		var order []string
		for _, e := range level {
			if visited[e.t] {
				continue
			}
			visited[e.t] = true
			for i := range e.t.NumField() {
				f, deeper := fieldOf(e, i)
				switch {
				case deeper:
					next = embed(next, f)
				case f != nil:
					if names[f.name] == nil {
						order = append(order, f.name)
					}
					names[f.name] = append(names[f.name], f)
				}
			}
		}
		for _, name := range order {
			if taken[name] {
				continue // hidden by a shallower one
			}
			taken[name] = true
			if f := dominant(names[name]); f != nil {
				found = append(found, f)
			}
		}
		level = next
	}
	slices.SortFunc(found, func(f, g *field) int { return slices.Compare(f.index, g.index) })
	all := &fields{byName: make(map[string]*field, len(found)), byFold: make(map[string]*field, len(found))}
	for _, f := range found {
		f.plan = b.field(f)
		all.byName[f.name] = f
		fold := string(appendFold(nil, f.name))
		if all.byFold[fold] == nil {
			all.byFold[fold] = f
		}
	}
	return all
}

// embedded is a struct whose fields are those of the struct around it.
type embedded struct {
	t     reflect.Type
	index []int
	count int // times that it is embedded at its depth
}

// embed adds the struct of an embedded field to the next level.
func embed(next []embedded, f *field) []embedded {
	t := f.source.Type
	if t.Name() == "" && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for i := range next {
		if next[i].t == t {
			next[i].count++
			return next
		}
	}
	return append(next, embedded{t: t, index: f.index, count: 1})
}

// fieldOf looks at one field: nil if encoding/json leaves it out, deeper if its
// own fields take its place.
func fieldOf(e embedded, i int) (f *field, deeper bool) {
	source := e.t.Field(i)
	kind := source.Type.Kind()
	if kind == reflect.Pointer {
		kind = source.Type.Elem().Kind()
	}
	if !source.IsExported() && (!source.Anonymous || kind != reflect.Struct) {
		return nil, false
	}
	tag := source.Tag.Get("json")
	if tag == "-" {
		return nil, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if !isName(name) {
		name = ""
	}
	f = &field{
		name:   name,
		index:  append(slices.Clip(e.index), i),
		source: source,
		tagged: name != "",
		twice:  e.count > 1,
	}
	t := source.Type
	if t.Name() == "" && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name == "" {
		if source.Anonymous && t.Kind() == reflect.Struct {
			return f, true
		}
		f.name = source.Name
	}
	if slices.Contains(strings.Split(options, ","), "string") {
		switch t.Kind() {
		case reflect.Bool, reflect.Float32, reflect.Float64, reflect.String,
			reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
			reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
			f.quoted = true
		}
	}
	return f, false
}

// dominant is the one of the fields of a name and a depth that has it: the tagged
// one, or the only one.
func dominant(same []*field) *field {
	if slices.ContainsFunc(same, func(f *field) bool { return f.tagged }) {
		same = slices.DeleteFunc(slices.Clone(same), func(f *field) bool { return !f.tagged })
	}
	if len(same) > 1 || same[0].twice {
		return nil
	}
	return same[0]
}

// isName says whether encoding/json takes a name from a tag.
func isName(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return name != ""
}

// appendFold adds a name in the form that all names have that differ in case only.
func appendFold(to []byte, name string) []byte {
	for _, r := range name {
		if r < utf8.RuneSelf {
			if 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
			to = append(to, byte(r))
			continue
		}
		// The folds of a rune are a ring; the smallest stands for all.
		for next := unicode.SimpleFold(r); ; next = unicode.SimpleFold(r) {
			smaller := next <= r
			if r = next; smaller {
				break
			}
		}
		to = utf8.AppendRune(to, r)
	}
	return to
}
