package schema

import "slices"

// annotations are keywords that let everything through.
var annotations = []string{"title", "description", "$comment", "default", "examples", "deprecated", "readOnly", "writeOnly"}

// anything says whether o lets everything through.
func anything(o *object) bool {
	for _, m := range o.members {
		if !slices.Contains(annotations, m.name) {
			return false
		}
	}
	return true
}

// nullable is a schema for what fits o, or null.
func nullable(o *object) *object {
	if acceptsNull(o) {
		return o
	}
	for _, keyword := range []string{"anyOf", "oneOf", "allOf", "not", "if", "const", "$ref"} {
		if o.has(keyword) {
			return newObject(member{"anyOf", []any{o, typed("null")}})
		}
	}
	made := o.clone()
	enum, listed := o.get("enum").([]any)
	if listed {
		made.set("enum", append(slices.Clone(enum), nil))
	}
	switch types := o.get("type").(type) {
	case string:
		made.set("type", []any{types, "null"})
	case []any:
		made.set("type", append(slices.Clone(types), "null"))
	default:
		if !listed {
			return newObject(member{"anyOf", []any{o, typed("null")}})
		}
	}
	return made
}

// withNulls lets null stand for what may be missing in a schema that a type's
// method gave: strict mode asks for that, and both forms must take the same.
func withNulls(schema any) any {
	switch schema := schema.(type) {
	case []any:
		list := make([]any, len(schema))
		for i, item := range schema {
			list[i] = withNulls(item)
		}
		return list
	case *object:
		made := newObject()
		for _, m := range schema.members {
			switch m.name {
			case "items", "prefixItems", "allOf", "anyOf", "oneOf", "additionalProperties":
				made.set(m.name, withNulls(m.value))
			case "properties":
				made.set(m.name, propertiesWithNulls(schema))
			default:
				made.set(m.name, m.value)
			}
		}
		return made
	}
	return schema
}

func propertiesWithNulls(schema *object) *object {
	properties, _ := schema.get("properties").(*object)
	required, _ := schema.get("required").([]any)
	made := newObject()
	for _, m := range properties.members {
		value := withNulls(m.value)
		if sub, ok := value.(*object); ok && !slices.Contains(required, any(m.name)) {
			value = nullable(sub)
		}
		made.set(m.name, value)
	}
	return made
}

// acceptsNull says whether null fits o, as far as can be seen without looking at
// what is combined in it.
func acceptsNull(o *object) bool {
	if anything(o) {
		return true
	}
	if options, ok := o.get("anyOf").([]any); ok && !o.has("type") {
		return slices.ContainsFunc(options, func(option any) bool {
			sub, ok := option.(*object)
			return ok && acceptsNull(sub)
		})
	}
	switch types := o.get("type").(type) {
	case string:
		return types == "null"
	case []any:
		return slices.Contains(types, any("null"))
	}
	return false
}

// baseType is the one type besides null that o lets through; "" if it is not one.
func baseType(o *object) string {
	switch types := o.get("type").(type) {
	case string:
		return types
	case []any:
		if len(types) == 2 && types[1] == "null" {
			name, _ := types[0].(string)
			return name
		}
	}
	return ""
}
