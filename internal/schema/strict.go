package schema

import (
	"fmt"
	"slices"
)

// strictForm is o, in which all that may be missing may be null too, in the form
// that strict mode takes. Path names the place in the Go type for the error.
func strictForm(o *object, path string) (*object, error) {
	if anything(o) {
		return nil, fmt.Errorf("%s: anything may stand there, which strict mode cannot say: give it a type, or do without strict mode", path)
	}
	isObject := o.has("properties") || slices.Contains(typesOf(o), "object")
	if isObject && o.get("additionalProperties") != false {
		return nil, fmt.Errorf("%s: it may have properties of any name, as a map has, which strict mode cannot say: "+
			"use a list of structs with fields for name and value, or do without strict mode", path)
	}
	made := newObject()
	for _, m := range o.members {
		value, err := m.value, error(nil)
		switch m.name {
		case "required":
			continue
		case "properties":
			value, err = strictProperties(o, path)
		case "items", "allOf", "anyOf", "oneOf", "prefixItems":
			below := path
			if m.name == "items" || m.name == "prefixItems" {
				below += "[]"
			}
			value, err = strictEach(m.value, below)
		}
		if err != nil {
			return nil, err
		}
		made.set(m.name, value)
		if properties, ok := value.(*object); ok && m.name == "properties" && len(properties.members) > 0 {
			made.set("required", namesOf(properties))
		}
	}
	return made, nil
}

func strictProperties(o *object, path string) (*object, error) {
	properties, _ := o.get("properties").(*object)
	made := newObject()
	for _, m := range properties.members {
		value, err := strictEach(m.value, join(path, m.name))
		if err != nil {
			return nil, err
		}
		made.set(m.name, value)
	}
	return made, nil
}

// strictEach is strictForm of a schema, or of each in a list.
func strictEach(value any, path string) (any, error) {
	switch value := value.(type) {
	case *object:
		return strictForm(value, path)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			var err error
			if list[i], err = strictEach(item, path); err != nil {
				return nil, err
			}
		}
		return list, nil
	case bool:
		if value {
			return strictForm(newObject(), path)
		}
	}
	return value, nil
}

func namesOf(o *object) []any {
	names := make([]any, len(o.members))
	for i, m := range o.members {
		names[i] = m.name
	}
	return names
}

// typesOf lists the types that a schema names; nil if it names none.
func typesOf(o *object) []string {
	switch types := o.get("type").(type) {
	case string:
		return []string{types}
	case []any:
		var names []string
		for _, t := range types {
			if name, ok := t.(string); ok {
				names = append(names, name)
			}
		}
		return names
	}
	return nil
}

// openObject is the place of the first object in a user's schema that is not
// closed; "" if there is none.
func openObject(tree any, path string) string {
	for place, o := range subschemas(tree, path) {
		if (o.has("properties") || slices.Contains(typesOf(o), "object")) && o.get("additionalProperties") != false {
			if place == "" {
				return "the root"
			}
			return place
		}
	}
	return ""
}
