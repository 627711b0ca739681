package schema

// checkObject checks the properties of an object, in their order; what is missing
// comes last.
func (e explainer) checkObject(o, value *object, path string, found *problems) {
	properties, _ := o.get("properties").(*object)
	patterns, _ := o.get("patternProperties").(*object)
	others, restricted := o.find("additionalProperties")
	for _, m := range value.members {
		place := join(path, m.name)
		if names, ok := o.find("propertyNames"); ok {
			for _, p := range e.explain(names, m.name, "") {
				found.add(place, "propertyNames", "has a name that %s", p.Message)
			}
		}
		schema, known := properties.find(m.name)
		if known {
			e.check(schema, m.value, place, found)
		}
		if patterns != nil {
			for _, pattern := range patterns.members {
				if e.matches(pattern.name, m.name) {
					known = true
					e.check(pattern.value, m.value, place, found)
				}
			}
		}
		switch {
		case known || !restricted:
		case others == false && len(namesIn(properties)) > 0:
			found.add(place, "additionalProperties", "%s", unexpected(m.name, namesIn(properties)))
		case others == false:
			found.add(place, "additionalProperties", "is not expected: no properties are")
		default:
			e.check(others, m.value, place, found)
		}
	}
	e.checkRequired(o, value, path, found)
	checkSize(o, "minProperties", "maxProperties", len(value.members), "have %s %d properties, and has %d", path, found)
	e.checkDependent(o, value, path, found)
}

func namesIn(properties *object) []string {
	if properties == nil {
		return nil
	}
	names := make([]string, len(properties.members))
	for i, m := range properties.members {
		names[i] = m.name
	}
	return names
}

func unexpected(name string, allowed []string) string {
	text := "is not expected"
	if meant := nearest(name, allowed); meant != "" {
		text += ", did you mean " + quoted(meant) + "?"
	}
	return text + " (allowed: " + listed(allowed, quoted) + ")"
}

func (e explainer) checkRequired(o, value *object, path string, found *problems) {
	required, _ := o.get("required").([]any)
	properties, _ := o.get("properties").(*object)
	for _, item := range required {
		name, ok := item.(string)
		if !ok || value.has(name) {
			continue
		}
		if words := e.describe(properties.get(name)); words != "" {
			found.add(join(path, name), "required", "is missing, it must be %s", words)
		} else {
			found.add(join(path, name), "required", "is missing")
		}
	}
}

// checkDependent checks what one property asks of the others.
func (e explainer) checkDependent(o, value *object, path string, found *problems) {
	keywords := []string{"dependentRequired", "dependentSchemas"}
	if e.old() {
		keywords = []string{"dependencies"}
	}
	for _, keyword := range keywords {
		byName, ok := o.get(keyword).(*object)
		if !ok {
			continue
		}
		for _, m := range byName.members {
			if !value.has(m.name) {
				continue
			}
			names, ok := m.value.([]any)
			if !ok {
				e.check(m.value, value, path, found)
			}
			for _, item := range names {
				if name, ok := item.(string); ok && !value.has(name) {
					found.add(join(path, name), keyword, "is missing: it is needed together with %s", quoted(m.name))
				}
			}
		}
	}
}

func (e explainer) checkList(o *object, value []any, path string, found *problems) {
	first, rest := "prefixItems", "items"
	if e.old() {
		first, rest = "items", "additionalItems"
	}
	schemas, each := o.get(first).([]any)
	if e.old() && !each {
		schemas, rest = nil, "items"
	}
	others := o.get(rest)
	for i, item := range value {
		switch {
		case i < len(schemas):
			e.check(schemas[i], item, index(path, i), found)
		case others == false:
			found.add(index(path, i), rest, "must not be there: the list has at most %d items", len(schemas))
		default:
			e.check(others, item, index(path, i), found)
		}
	}
	checkSize(o, "minItems", "maxItems", len(value), "have %s %d items, and has %d", path, found)
	if o.get("uniqueItems") == true {
		checkUnique(value, path, found)
	}
	if wanted, ok := o.find("contains"); ok {
		e.checkContains(o, wanted, value, path, found)
	}
}

func checkUnique(value []any, path string, found *problems) {
	seen := make(map[string]int, len(value))
	for i, item := range value {
		text := string(canonical(nil, item))
		if first, known := seen[text]; known {
			found.add(index(path, i), "uniqueItems", "must not be the same as item %d of the list", first)
		} else {
			seen[text] = i
		}
	}
}

func (e explainer) checkContains(o *object, wanted any, value []any, path string, found *problems) {
	count := 0
	for i, item := range value {
		if e.fits(wanted, item, index(path, i)) {
			count++
		}
	}
	words := e.describe(wanted)
	if words == "" {
		words = "what the schema asks for"
	}
	least, asked := size(o, "minContains")
	if !asked {
		least = 1
	}
	if count < least {
		found.add(path, "contains", "must have at least %d items that are %s, and has %d", least, words, count)
	}
	if most, ok := size(o, "maxContains"); ok && count > most {
		found.add(path, "maxContains", "must have at most %d items that are %s, and has %d", most, words, count)
	}
}
