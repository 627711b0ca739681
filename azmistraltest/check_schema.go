package azmistraltest

import (
	"net/http"
	"slices"
)

// checkStrictSchema wants closed objects in a strict schema.
func checkStrictSchema(r *Request) *refusal {
	schema := r.body.get("response_format").get("json_schema")
	if !schema.get("strict").yes() || closedObjects(schema.get("schema")) {
		return nil
	}
	return &refusal{status: http.StatusBadRequest, kind: "invalid_request_error", message: "Missing `additionalProperties: False` in object schema", fromModel: true}
}

// closedObjects looks at a schema and at every schema inside it.
func closedObjects(schema *node) bool {
	if !schema.is(kindObject) {
		return true
	}
	isObject := func(t *node) bool { return t.str() == "object" }
	if declared := schema.get("type"); isObject(declared) || slices.ContainsFunc(declared.list(), isObject) {
		extra := schema.get("additionalProperties")
		if !extra.is(kindBool) || extra.truth {
			return false
		}
	}
	for _, m := range schema.members {
		for _, inner := range schemasIn(m) {
			if !closedObjects(inner) {
				return false
			}
		}
	}
	return true
}

// schemasIn are the schemas that a keyword holds.
func schemasIn(m member) []*node {
	var list []*node
	switch m.name {
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		for _, inner := range m.value.all() {
			list = append(list, inner.value)
		}
	case "anyOf", "oneOf", "allOf", "prefixItems":
		list = m.value.list()
	case "items":
		list = append(slices.Clip(m.value.list()), m.value)
	case "additionalItems", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else":
		list = []*node{m.value}
	}
	return list
}

// checkParameters holds the schema of a tool's parameters against the meta-schema of
// JSON Schema, Draft 7. The refusal was recorded in 2025.
func checkParameters(schema *node) *refusal {
	wrong := againstDraft7(schema)
	if !wrong.is() {
		return nil
	}
	return &refusal{status: http.StatusBadRequest, kind: "invalid_request_error", message: "Invalid tool schema: " + wrong.String(), fromModel: true}
}
