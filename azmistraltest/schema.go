package azmistraltest

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// fill makes a value that fits a JSON Schema. It knows the keywords that models
// are given: types, enums, bounds, patterns, formats, references, combinations.
// "not" and "if" are not looked at. A nil schema, and one that is not an object,
// gives an object, as arguments are.
func fill(schema *node, h *hints) *node {
	if !schema.is(kindObject) {
		return &node{kind: kindObject}
	}
	f := &filler{root: schema, hints: h, left: maxValues}
	return f.value(schema, "", 0)
}

type filler struct {
	root  *node
	hints *hints
	left  int // values that may still be made
}

// What a schema can ask for is bounded, whatever it says: some have no end.
const (
	maxValues = 10000
	maxItems  = 1000   // of one array
	maxRunes  = 100000 // of one string
)

// From this depth on only what is required is filled, and from the next on the
// shortest alternative is taken: a schema may refer to itself.
const (
	depthRequiredOnly = 4
	depthShortest     = 8
	depthEnd          = 64
)

func (f *filler) value(schema *node, name string, depth int) *node {
	schema = f.resolve(schema)
	f.left--
	if !schema.is(kindObject) || depth > depthEnd || f.left < 0 || !f.looksAt(schema) {
		return &node{kind: kindString, text: f.word(name)}
	}
	schema = f.merge(schema, depth)
	if value := f.told(schema, name, depth); value != nil {
		return value
	}
	if constant := schema.get("const"); constant != nil {
		return f.given(constant)
	}
	if enum := schema.get("enum").list(); len(enum) > 0 {
		return f.pick(enum)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if options := schema.get(key).list(); len(options) > 0 && f.hints.effort.spend(len(options)) {
			return f.alternative(schema, key, options, name, depth)
		}
	}
	switch f.typeOf(schema, depth) {
	case "null":
		return &node{}
	case "boolean":
		return &node{kind: kindBool, truth: true}
	case "integer":
		return f.number(schema, true)
	case "number":
		return f.number(schema, false)
	case "array":
		return f.array(schema, name, depth)
	case "object":
		return f.object(schema, depth)
	}
	return &node{kind: kindString, text: f.text(schema, name)}
}

// looksAt spends what it takes to look for keywords in a schema.
func (f *filler) looksAt(schema *node) bool {
	return f.hints.effort.spend(20 + 4*len(schema.members) + 4*len(schema.get("type").list()))
}

// outputSteps is what a byte of a value costs: to be told, counted and streamed.
const outputSteps = 8

// given is a value of the schema's own, if there is effort left to tell it.
func (f *filler) given(value *node) *node {
	if !f.hints.effort.spend(outputSteps * value.size()) {
		return &node{}
	}
	return value
}

// pick prefers a value that the question names.
func (f *filler) pick(enum []*node) *node {
	if len(f.hints.named) > 0 && f.hints.effort.spend(4*len(enum)) {
		for _, value := range enum {
			if value.is(kindString) && f.hints.named[strings.ToLower(value.text)] {
				return f.given(value)
			}
		}
	}
	return f.given(enum[0])
}

// resolve follows $ref inside the same document.
func (f *filler) resolve(schema *node) *node {
	for range depthEnd {
		ref := schema.get("$ref").str()
		if ref == "" || !f.hints.effort.spend(20+len(ref)) {
			return schema
		}
		target := f.lookup(ref)
		if target == nil {
			return schema
		}
		schema = target
	}
	return schema
}

func (f *filler) lookup(ref string) *node {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	target := f.root
	for _, step := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if step == "" {
			continue
		}
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if target.is(kindArray) {
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(target.items) {
				return nil
			}
			target = target.items[i]
			continue
		}
		target = target.get(step)
	}
	return target
}

// alternative takes the first option that is not null, deep down one that ends.
func (f *filler) alternative(schema *node, key string, options []*node, name string, depth int) *node {
	rest := &node{kind: kindObject, members: slices.DeleteFunc(slices.Clone(schema.members), func(m member) bool { return m.name == key })}
	choice := options[0]
	for _, option := range options {
		option = f.resolve(option)
		isNull := option.get("type").str() == "null"
		if depth >= depthShortest && (isNull || !composite(option)) || depth < depthShortest && !isNull {
			choice = option
			break
		}
	}
	rest.members = append(rest.members, member{"allOf", &node{kind: kindArray, items: []*node{choice}}})
	return f.value(rest, name, depth+1)
}

func composite(schema *node) bool {
	kind := schema.get("type").str()
	return kind == "object" || kind == "array" || schema.get("properties") != nil || schema.get("$ref") != nil
}

// typeOf gives the type; of several the first that is not null, deep down null.
func (f *filler) typeOf(schema *node, depth int) string {
	declared := schema.get("type")
	if declared.is(kindString) {
		return declared.text
	}
	first := ""
	for _, t := range declared.list() {
		if t.str() == "null" && depth >= depthShortest {
			return "null"
		}
		if first == "" && t.str() != "null" {
			first = t.str()
		}
	}
	if first == "" && len(declared.list()) > 0 {
		return "null"
	}
	if first != "" {
		return first
	}
	for _, k := range typeKeywords {
		if schema.get(k.keyword) != nil {
			return k.kind
		}
	}
	return "string"
}

// typeKeywords tell the type of a schema that names none.
var typeKeywords = []struct{ keyword, kind string }{
	{"properties", "object"}, {"required", "object"}, {"additionalProperties", "object"},
	{"items", "array"}, {"prefixItems", "array"},
	{"minimum", "number"}, {"maximum", "number"}, {"multipleOf", "number"},
}

func (f *filler) object(schema *node, depth int) *node {
	value := &node{kind: kindObject}
	properties, required := schema.get("properties"), f.requiredOf(schema)
	if !f.hints.effort.spend(2 * len(properties.all())) {
		return value
	}
	most := schema.get("maxProperties").integer(math.MaxInt)
	left := len(required)
	if properties != nil {
		for _, m := range properties.members {
			if required[m.name] {
				left--
			} else if depth >= depthRequiredOnly || len(value.members)+left >= most {
				continue
			}
			value.set(m.name, f.value(m.value, m.name, depth+1))
		}
	}
	extra := schema.get("additionalProperties")
	for _, name := range schema.get("required").list() {
		if value.get(name.str()) == nil {
			value.set(name.str(), f.value(f.schemaOf(schema, name.str(), extra), name.str(), depth+1))
		}
	}
	closed := extra.is(kindBool) && !extra.truth
	for i := 1; len(value.members) < schema.get("minProperties").integer(0) && !closed && f.left > 0; i++ {
		name := "key" + strconv.Itoa(i)
		value.set(name, f.value(f.schemaOf(schema, name, extra), name, depth+1))
	}
	return value
}

func (f *filler) requiredOf(schema *node) map[string]bool {
	required := map[string]bool{}
	names := schema.get("required").list()
	if f.hints.effort.spend(10 * len(names)) {
		for _, name := range names {
			required[name.str()] = true
		}
	}
	return required
}

// schemaOf gives the schema of a property that "properties" does not have.
func (f *filler) schemaOf(schema *node, name string, extra *node) *node {
	if at := f.patternOf(schema, name); at != nil {
		return at
	}
	if extra.is(kindObject) {
		return extra
	}
	return &node{kind: kindObject, members: []member{{"type", &node{kind: kindString, text: "string"}}}}
}

// patternOf gives the schema of the first pattern that matches a property's name.
func (f *filler) patternOf(schema *node, name string) *node {
	for _, m := range schema.get("patternProperties").all() {
		if !f.hints.effort.spend(20) {
			return nil
		}
		if matches, _ := f.hints.effort.matches(f.hints.effort.expression(m.name), name); matches {
			return m.value
		}
	}
	return nil
}

func (f *filler) array(schema *node, name string, depth int) *node {
	value := &node{kind: kindArray}
	least := schema.get("minItems").integer(0)
	for _, item := range schema.get("prefixItems").list() {
		value.items = append(value.items, f.value(item, name, depth+1))
	}
	items := schema.get("items")
	if items.is(kindArray) { // the older spelling of prefixItems
		for _, item := range items.items {
			value.items = append(value.items, f.value(item, name, depth+1))
		}
		items = schema.get("additionalItems")
	}
	if contains := schema.get("contains"); contains != nil {
		value.items = append(value.items, f.value(contains, name, depth+1))
	}
	if items.is(kindBool) && !items.truth {
		return value
	}
	if told := f.toldList(schema, items, name, depth); told != nil {
		return told
	}
	most := schema.get("maxItems").integer(math.MaxInt)
	want := min(maxItems, max(least, min(1, most)))
	if depth >= depthRequiredOnly || !items.is(kindObject) {
		want = min(maxItems, least)
	}
	if items.is(kindObject) && f.typeOf(f.merge(f.resolve(items), depth), depth) == "string" && depth < depthRequiredOnly {
		want = max(want, min(f.hints.listed(), maxItems)) // "Paris, Rome and Oslo" are three
	}
	if depth < depthRequiredOnly {
		want = max(want, min(f.itemsTold(items), maxItems))
	}
	defer func(nth int) { f.hints.nth = nth }(f.hints.nth)
	distinct := schema.get("uniqueItems").yes()
	for len(value.items) < min(want, most) && f.left > 0 {
		var item *node
		f.hints.nth = len(value.items)
		if items.is(kindObject) {
			item = f.value(items, name, depth+1)
		} else {
			f.left--
			item = &node{kind: kindString, text: f.word(name)}
		}
		if distinct {
			item = f.distinct(items, item, value.items)
		}
		value.items = append(value.items, item)
	}
	return value
}

// distinct changes an item until no other is like it, within its schema's types:
// it takes the next value of an enum, counts texts and numbers up.
func (f *filler) distinct(schema, item *node, others []*node) *node {
	schema = f.resolve(schema)
	size := item.size() // of each, about
	if !f.hints.effort.spend(4 * size * len(others)) {
		return item
	}
	taken := map[string]bool{}
	for _, other := range others {
		taken[other.compact()] = true
	}
	changed := item
	for i := len(others); taken[changed.compact()] && i < 2*len(others)+2 && f.hints.effort.spend(4*size); i++ {
		if enum := schema.get("enum").list(); len(enum) > 0 {
			changed = enum[i%len(enum)]
			continue
		}
		changed = countUp(item, float64(i)*max(1, floatOf(schema.get("multipleOf"), 1)))
	}
	return changed
}

// countUp changes what a value says by a number, in each text and number of an object.
func countUp(item *node, by float64) *node {
	switch item.kind {
	case kindString:
		return &node{kind: kindString, text: item.text + plain(by)}
	case kindNumber:
		number, _ := item.number()
		return &node{kind: kindNumber, text: plain(number + by)}
	case kindBool:
		return &node{kind: kindBool, truth: !item.truth}
	case kindObject:
		object := &node{kind: kindObject}
		for _, m := range item.members {
			object.members = append(object.members, member{m.name, countUp(m.value, by)})
		}
		return object
	}
	return item
}

func floatOf(n *node, fallback float64) float64 {
	if value, ok := n.number(); ok {
		return value
	}
	return fallback
}

func (f *filler) number(schema *node, integer bool) *node {
	low, high := math.Inf(-1), math.Inf(1)
	step := floatOf(schema.get("multipleOf"), 0)
	small := 0.5
	if integer {
		small = 1
	}
	if step > 0 {
		small = step
	}
	low = floatOf(schema.get("minimum"), low)
	high = floatOf(schema.get("maximum"), high)
	if open, ok := schema.get("exclusiveMinimum").number(); ok && open >= low {
		low = open + min(small, spread(open, high))
	} else if schema.get("exclusiveMinimum").yes() { // the older spelling
		low += min(small, spread(low, high))
	}
	if open, ok := schema.get("exclusiveMaximum").number(); ok && open <= high {
		high = open - min(small, spread(low, open))
	} else if schema.get("exclusiveMaximum").yes() {
		high -= min(small, spread(low, high))
	}
	fits := func(v float64) bool {
		if integer && v != math.Trunc(v) || v < low || v > high {
			return false
		}
		return step <= 0 || math.Abs(v/step-math.Round(v/step)) < 1e-9
	}
	for _, text := range f.hints.numbers {
		if v, err := strconv.ParseFloat(text, 64); err == nil && fits(v) {
			return &node{kind: kindNumber, text: plain(v)}
		}
	}
	value := 7.0
	switch {
	case fits(value):
	case !math.IsInf(low, 0):
		value = low
	case !math.IsInf(high, 0):
		value = high
	}
	if integer && value != math.Trunc(value) {
		value = math.Ceil(value)
		if value > high {
			value = math.Floor(high)
		}
	}
	if step > 0 && !fits(value) {
		value = math.Ceil(value/step) * step
		if value > high {
			value = math.Floor(high/step) * step
		}
	}
	return &node{kind: kindNumber, text: strconv.FormatFloat(value, 'f', -1, 64)}
}

// spread is half of what lies between two bounds: an open bound is left by no more.
func spread(low, high float64) float64 {
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		return math.Inf(1)
	}
	return (high - low) / 2
}
