package schema

// look is one look at a part of a value by a schema. Only parts that have parts are
// told apart.
type look struct {
	schema *object
	value  any // *object, or *any: the first item of a list
}

func lookAt(schema, value any) (look, bool) {
	o, ok := schema.(*object)
	if !ok {
		return look{}, false
	}
	switch value := value.(type) {
	case *object:
		return look{o, value}, true
	case []any:
		if len(value) > 0 {
			return look{o, &value[0]}, true
		}
	}
	return look{}, false
}

// maxLooks is how many looks the validator may need: about a second's worth. It
// repeats them where forms of a schema refer to it again, so that they double, or
// worse, with each level of a value.
const maxLooks = 500_000

// looks is how often the validator might look at value and its parts, at most
// maxLooks.
func (r reader) looks(schema, value any, known map[look]int) int {
	o, ok := schema.(*object)
	if !ok {
		return 0
	}
	look, ok := lookAt(schema, value)
	if n, seen := known[look]; ok && seen {
		return n
	}
	n := 1
	for _, next := range r.inPlace(o) {
		n += r.looks(next, value, known)
	}
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			for _, keyword := range []string{"prefixItems", "items", "additionalItems", "contains", "unevaluatedItems"} {
				below := o.get(keyword)
				if list, ok := below.([]any); ok {
					if i >= len(list) {
						continue
					}
					below = list[i]
				}
				n += r.looks(below, item, known)
			}
			n = min(n, maxLooks)
		}
	case *object:
		properties, _ := o.get("properties").(*object)
		patterns, _ := o.get("patternProperties").(*object)
		for _, m := range value.members {
			n += r.looks(properties.get(m.name), m.value, known)
			for _, keyword := range []string{"additionalProperties", "unevaluatedProperties"} {
				n += r.looks(o.get(keyword), m.value, known)
			}
			if patterns != nil {
				for _, pattern := range patterns.members {
					n += r.looks(pattern.value, m.value, known)
				}
			}
			n = min(n, maxLooks)
		}
	}
	if n = min(n, maxLooks); ok {
		known[look] = n
	}
	return n
}

// uses says whether a keyword is used in a schema.
func uses(tree any, keywords ...string) bool {
	for _, o := range subschemas(tree, "") {
		for _, keyword := range keywords {
			if o.has(keyword) {
				return true
			}
		}
	}
	return false
}
