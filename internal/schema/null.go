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
