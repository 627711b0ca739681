package schema

import (
	_ "embed" // the meta-schema
	"fmt"
	"slices"
	"strings"
	"sync"
)

// draft07 is the meta-schema of JSON Schema draft 7: what the services check the
// schemas of tools with.
//
//go:embed draft-07.json
var draft07 []byte

var metaSchema = sync.OnceValue(func() *Schema {
	tree, _, err := parse(draft07)
	if err != nil {
		panic(err) // the file is part of the program
	}
	resolved, err := resolve(draft07)
	if err != nil {
		panic(err)
	}
	return &Schema{tree: tree, text: draft07, resolved: resolved}
})

// checkSchema says what keeps a schema that a user wrote from being used.
func checkSchema(tree any) error {
	switch tree.(type) {
	case *object, bool:
	default:
		return fmt.Errorf("a JSON Schema is an object, or true or false, not %s", describeValue(tree))
	}
	if found := metaSchema().checkValue(tree); len(found) > 0 {
		return fmt.Errorf("it is no JSON Schema by draft 7: %s", found[0])
	}
	r := reader{tree}
	for place, o := range subschemas(tree, "") {
		if err := r.checkOne(place, o); err != nil {
			return err
		}
	}
	return r.checkLoops()
}

// checkOne looks for what cannot be followed or checked exactly.
func (r reader) checkOne(place string, o *object) error {
	for _, keyword := range []string{"$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"} {
		if o.has(keyword) && !(keyword == "$id" && place == "") {
			return fmt.Errorf(`%s is not taken: refer to places within the schema, as in "#/$defs/name"`, join(place, keyword))
		}
	}
	if version, ok := o.get("$schema").(string); ok && !slices.Contains(versions, version) {
		return fmt.Errorf("%s is %s, and only these are known: %s", join(place, "$schema"), quote(cut(version)), strings.Join(versions, ", "))
	}
	if ref, ok := o.get("$ref").(string); ok {
		if _, found := r.lookup(ref); !found {
			return fmt.Errorf("%s is %s, and there is no such place within the schema", join(place, "$ref"), quote(cut(ref)))
		}
	}
	for _, keyword := range []string{"enum", "const"} {
		if !exact(o.get(keyword)) {
			return fmt.Errorf("%s has a whole number that is larger than a JSON number can say exactly: use strings", join(place, keyword))
		}
	}
	return nil
}

var versions = []string{
	"http://json-schema.org/draft-07/schema#",
	"https://json-schema.org/draft-07/schema#",
	"https://json-schema.org/draft/2020-12/schema",
}

// checkLoops finds schemas that lay themselves on the same value again, which no
// check would end.
func (r reader) checkLoops() error {
	const under, done = 1, 2
	state := map[*object]int{}
	var visit func(schema any) bool
	visit = func(schema any) bool {
		o, ok := schema.(*object)
		if !ok || state[o] == done {
			return true
		}
		if state[o] == under {
			return false
		}
		state[o] = under
		for _, next := range r.inPlace(o) {
			if !visit(next) {
				return false
			}
		}
		state[o] = done
		return true
	}
	for place, o := range subschemas(r.root, "") {
		if !visit(o) {
			if place == "" {
				place = "the root"
			}
			return fmt.Errorf("%s refers to itself without going into the value", place)
		}
	}
	return nil
}
