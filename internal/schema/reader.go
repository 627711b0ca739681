package schema

import (
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Keywords that hold schemas: one, a list of them, or an object of them.
var (
	oneSchema = []string{"items", "additionalItems", "contains", "additionalProperties", "propertyNames", "not",
		"if", "then", "else", "unevaluatedItems", "unevaluatedProperties", "contentSchema"}
	listOfSchemas = []string{"items", "prefixItems", "allOf", "anyOf", "oneOf"}
	mapOfSchemas  = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)

// subschemas gives the schemas in tree that are objects, the root first, with their
// places.
func subschemas(tree any, path string) iter.Seq2[string, *object] {
	return func(yield func(string, *object) bool) { eachSchema(tree, path, yield) }
}

func eachSchema(tree any, path string, yield func(string, *object) bool) bool {
	o, ok := tree.(*object)
	if !ok {
		return true
	}
	if !yield(path, o) {
		return false
	}
	for _, m := range o.members {
		below := join(path, m.name)
		switch value := m.value.(type) {
		case []any:
			if !slices.Contains(listOfSchemas, m.name) {
				continue
			}
			for i, item := range value {
				if !eachSchema(item, index(below, i), yield) {
					return false
				}
			}
		case *object:
			if slices.Contains(oneSchema, m.name) {
				if !eachSchema(value, below, yield) {
					return false
				}
			} else if slices.Contains(mapOfSchemas, m.name) {
				for _, sub := range value.members {
					if !eachSchema(sub.value, join(below, sub.name), yield) {
						return false
					}
				}
			}
		}
	}
	return true
}

// reader reads one schema.
type reader struct {
	root any
}

// old says whether the schema is a draft 7 one, by its own word. Others are read by
// 2020-12.
func (r reader) old() bool {
	root, _ := r.root.(*object)
	version, _ := root.get("$schema").(string)
	return strings.Contains(version, "draft-07")
}

// lookup gives what a reference within the schema points at.
func (r reader) lookup(ref string) (any, bool) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	pointer, err := url.PathUnescape(pointer)
	if err != nil || pointer != "" && pointer[0] != '/' {
		return nil, false
	}
	target := r.root
	for _, part := range strings.Split(pointer, "/")[1:] {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		switch value := target.(type) {
		case *object:
			if target, ok = value.find(part); !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(value) {
				return nil, false
			}
			target = value[i]
		default:
			return nil, false
		}
	}
	return target, true
}

// follow gives the schema that a chain of references ends at.
func (r reader) follow(schema any) any {
	for {
		o, _ := schema.(*object)
		ref, ok := o.get("$ref").(string)
		if !ok {
			return schema
		}
		target, found := r.lookup(ref)
		if !found {
			return schema
		}
		schema = target
	}
}

// inPlace lists the schemas that o lays on the same value.
func (r reader) inPlace(o *object) []any {
	var all []any
	if ref, ok := o.get("$ref").(string); ok {
		if target, found := r.lookup(ref); found {
			all = append(all, target)
		}
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := o.get(keyword).([]any)
		all = append(all, list...)
	}
	for _, keyword := range []string{"not", "if", "then", "else"} {
		all = append(all, o.get(keyword))
	}
	for _, keyword := range []string{"dependentSchemas", "dependencies"} {
		if byName, ok := o.get(keyword).(*object); ok {
			for _, m := range byName.members {
				all = append(all, m.value)
			}
		}
	}
	return all
}

// onlyObjects says whether nothing but objects fits schema.
func (r reader) onlyObjects(schema any) bool {
	o, ok := schema.(*object)
	if !ok {
		return false
	}
	if types := typesOf(o); len(types) == 1 && types[0] == "object" {
		return true
	}
	if ref, ok := o.get("$ref").(string); ok {
		if target, found := r.lookup(ref); found && r.onlyObjects(target) {
			return true
		}
	}
	if all, _ := o.get("allOf").([]any); slices.ContainsFunc(all, r.onlyObjects) {
		return true
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		options, _ := o.get(keyword).([]any)
		if len(options) > 0 && !slices.ContainsFunc(options, func(option any) bool { return !r.onlyObjects(option) }) {
			return true
		}
	}
	return false
}
