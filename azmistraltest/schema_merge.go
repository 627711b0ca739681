package azmistraltest

import "slices"

// merge folds allOf into one schema: properties and required are joined, the
// narrower bound is kept, of other keywords the first counts.
func (f *filler) merge(schema *node, depth int) *node {
	all := schema.get("allOf").list()
	f.left--
	if len(all) == 0 || depth > depthEnd || f.left < 0 {
		return schema
	}
	merged := &node{kind: kindObject}
	parts := []*node{{kind: kindObject, members: slices.DeleteFunc(slices.Clone(schema.members), func(m member) bool { return m.name == "allOf" })}}
	for _, part := range all {
		parts = append(parts, f.merge(f.resolve(part), depth+1))
	}
	for _, part := range parts {
		if part == nil || !f.looksAt(part) {
			continue
		}
		for _, m := range part.members {
			f.mergeMember(merged, m)
		}
	}
	return merged
}

func (f *filler) mergeMember(merged *node, m member) {
	have := merged.get(m.name)
	if have == nil {
		merged.set(m.name, m.value)
		return
	}
	if !f.hints.effort.spend(20 * (have.length() + m.value.length())) {
		return
	}
	switch m.name {
	case "properties":
		joined := have.without()
		for _, p := range m.value.members {
			if before := joined.get(p.name); before != nil {
				both := &node{kind: kindArray, items: []*node{before, p.value}}
				joined.set(p.name, &node{kind: kindObject, members: []member{{"allOf", both}}})
				continue
			}
			joined.set(p.name, p.value)
		}
		merged.set(m.name, joined)
	case "required":
		merged.set(m.name, &node{kind: kindArray, items: append(slices.Clone(have.items), m.value.list()...)})
	case "minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum":
		if a, b := floatOf(have, 0), floatOf(m.value, 0); b > a {
			merged.set(m.name, m.value)
		}
	case "maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum":
		if a, b := floatOf(have, 0), floatOf(m.value, 0); b < a {
			merged.set(m.name, m.value)
		}
	case "enum":
		if !f.hints.effort.spend(4 * (have.size() + m.value.size())) {
			return
		}
		var both []*node
		allowed := map[string]bool{}
		for _, value := range m.value.list() {
			allowed[value.compact()] = true
		}
		for _, value := range have.list() {
			if allowed[value.compact()] {
				both = append(both, value)
			}
		}
		merged.set(m.name, &node{kind: kindArray, items: both})
	}
}
