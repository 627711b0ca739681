package azmistraltest

import (
	"math"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// obeys says whether a value fits a schema, as far as fill knows the keywords. What
// is beyond depthEnd, and beyond the effort, counts as fitting.
func obeys(schema, value *node, e *effort) bool {
	f := &filler{root: schema, hints: &hints{effort: e}}
	return f.obeys(schema, value, 0)
}

// obeys does so for a schema within the filler's.
func (f *filler) obeys(schema, value *node, depth int) bool {
	o := &obedience{filler: filler{root: f.root, hints: f.hints, left: maxValues}}
	return o.value(schema, value, depth)
}

type obedience struct{ filler }

func (o *obedience) value(schema, value *node, depth int) bool {
	if schema.is(kindBool) {
		return schema.truth
	}
	schema = o.resolve(schema)
	o.left--
	if !schema.is(kindObject) || depth > depthEnd || o.left < 0 || !o.looksAt(schema) {
		return true
	}
	schema = o.merge(schema, depth)
	if constant := schema.get("const"); constant != nil && !same(constant, value) {
		return false
	}
	if enum := schema.get("enum"); enum.is(kindArray) && o.hints.effort.spend(4*len(enum.items)) && !slices.ContainsFunc(enum.items, func(n *node) bool { return same(n, value) }) {
		return false
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		options := schema.get(key).list()
		if len(options) > 0 && !slices.ContainsFunc(options, func(option *node) bool { return o.value(option, value, depth+1) }) {
			return false
		}
	}
	if !hasType(schema.get("type"), value) {
		return false
	}
	switch value.kind {
	case kindString:
		return o.fitsText(schema, value.text)
	case kindNumber:
		return obeysNumber(schema, value)
	case kindArray:
		return o.array(schema, value, depth)
	case kindObject:
		return o.object(schema, value, depth)
	}
	return true
}

// same is true of values that are written alike.
func same(a, b *node) bool {
	if a.isNull() || b.isNull() {
		return a.isNull() && b.isNull()
	}
	return a.kind == b.kind && a.text == b.text && a.truth == b.truth && slices.EqualFunc(a.items, b.items, same) &&
		slices.EqualFunc(a.members, b.members, func(a, b member) bool { return a.name == b.name && same(a.value, b.value) })
}

func hasType(declared, value *node) bool {
	names := []string{declared.str()}
	if declared.is(kindArray) {
		names = names[:0]
		for _, t := range declared.items {
			names = append(names, t.str())
		}
	} else if names[0] == "" {
		return true
	}
	number, _ := value.number()
	return slices.ContainsFunc(names, func(name string) bool {
		return name == kindNames[value.kind] || name == "integer" && value.is(kindNumber) && number == math.Trunc(number)
	})
}

// kindNames are the types of JSON Schema.
var kindNames = map[kind]string{
	kindNull: "null", kindBool: "boolean", kindNumber: "number", kindString: "string", kindArray: "array", kindObject: "object",
}

// Of the formats only these are looked at.
var (
	layouts = map[string]string{"date": time.DateOnly, "date-time": time.RFC3339Nano}
	shapes  = map[string]*regexp.Regexp{
		"email": regexp.MustCompile(`^[^@\s]+@[^@\s]+$`),
		"uuid":  regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
	}
)

func (o *obedience) fitsText(schema *node, text string) bool {
	runes := utf8.RuneCountInString(text)
	if runes < schema.get("minLength").integer(0) || runes > schema.get("maxLength").integer(math.MaxInt) {
		return false
	}
	if pattern := schema.get("pattern").str(); pattern != "" {
		if matches, known := o.hints.effort.matches(o.hints.effort.expression(pattern), text); known && !matches {
			return false
		}
	}
	format := schema.get("format").str()
	if layout, ok := layouts[format]; ok {
		_, err := time.Parse(layout, text)
		return err == nil
	}
	return shapes[format] == nil || shapes[format].MatchString(text)
}

func obeysNumber(schema, value *node) bool {
	number, ok := value.number()
	low, high := floatOf(schema.get("minimum"), math.Inf(-1)), floatOf(schema.get("maximum"), math.Inf(1))
	if !ok || number < low || number > high {
		return false
	}
	if open, ok := schema.get("exclusiveMinimum").number(); ok && number <= open || schema.get("exclusiveMinimum").yes() && number == low {
		return false
	}
	if open, ok := schema.get("exclusiveMaximum").number(); ok && number >= open || schema.get("exclusiveMaximum").yes() && number == high {
		return false
	}
	step := floatOf(schema.get("multipleOf"), 0)
	return step <= 0 || math.Abs(number/step-math.Round(number/step)) < 1e-9
}

func (o *obedience) array(schema, value *node, depth int) bool {
	n := len(value.items)
	if n < schema.get("minItems").integer(0) || n > schema.get("maxItems").integer(math.MaxInt) {
		return false
	}
	first, rest := schema.get("prefixItems").list(), schema.get("items")
	if rest.is(kindArray) { // the older spelling
		first, rest = rest.items, schema.get("additionalItems")
	}
	var before map[string]bool // items, where each is to be another
	if schema.get("uniqueItems").yes() && o.hints.effort.spend(4*value.size()) {
		before = map[string]bool{}
	}
	for i, item := range value.items {
		at := rest
		if i < len(first) {
			at = first[i]
		}
		if !o.value(at, item, depth+1) {
			return false
		}
		if before != nil {
			text := item.compact()
			if before[text] {
				return false
			}
			before[text] = true
		}
	}
	contains := schema.get("contains")
	return contains == nil || slices.ContainsFunc(value.items, func(item *node) bool { return o.value(contains, item, depth+1) })
}

func (o *obedience) object(schema, value *node, depth int) bool {
	n := len(value.members)
	if n < schema.get("minProperties").integer(0) || n > schema.get("maxProperties").integer(math.MaxInt) {
		return false
	}
	required := schema.get("required").list()
	if !o.hints.effort.spend(4 * len(required)) {
		return true
	}
	for _, name := range required {
		if value.get(name.str()) == nil {
			return false
		}
	}
	properties, extra := schema.get("properties"), schema.get("additionalProperties")
	for _, m := range value.members {
		at := properties.get(m.name)
		if at == nil {
			if at = o.patternOf(schema, m.name); at == nil {
				at = extra
			}
		}
		if !o.value(at, m.value, depth+1) {
			return false
		}
	}
	return true
}
