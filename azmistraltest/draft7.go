package azmistraltest

import (
	"math"
	"slices"
	"strings"
)

// againstDraft7 gives what the meta-schema of JSON Schema, Draft 7, has against a
// schema, in the words of the Python library that the services use; "": nothing.
// Keywords that Draft 7 does not know may hold anything.
func againstDraft7(schema *node) string {
	if schema == nil || schema.is(kindBool) {
		return ""
	}
	if !schema.is(kindObject) {
		return python(schema) + " is not of type 'object', 'boolean'"
	}
	for _, m := range schema.members {
		if check := draft7[m.name]; check != nil {
			if wrong := check(m.value); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}

// draft7 has each keyword and what its value must be.
var draft7 map[string]func(*node) string

func init() { // it refers to itself
	text, flag, list := ofKind(kindString), ofKind(kindBool), ofKind(kindArray)
	draft7 = map[string]func(*node) string{
		"$id": text, "$schema": text, "$ref": text, "$comment": text, "title": text, "description": text,
		"pattern": text, "format": text, "contentMediaType": text, "contentEncoding": text,
		"readOnly": flag, "writeOnly": flag, "uniqueItems": flag,
		"examples": list, "enum": list,
		"maximum": ofKind(kindNumber), "exclusiveMaximum": ofKind(kindNumber),
		"minimum": ofKind(kindNumber), "exclusiveMinimum": ofKind(kindNumber),
		"multipleOf": positive,
		"maxLength":  count, "minLength": count, "maxItems": count, "minItems": count, "maxProperties": count, "minProperties": count,
		"required":   texts,
		"properties": schemaMap, "patternProperties": schemaMap, "definitions": schemaMap,
		"dependencies": dependencies,
		"type":         typeNames,
		"allOf":        schemaList, "anyOf": schemaList, "oneOf": schemaList,
		"items":           items,
		"additionalItems": againstDraft7, "additionalProperties": againstDraft7, "contains": againstDraft7,
		"propertyNames": againstDraft7, "not": againstDraft7, "if": againstDraft7, "then": againstDraft7, "else": againstDraft7,
	}
}

func ofKind(k kind) func(*node) string {
	return func(n *node) string {
		if n.is(k) {
			return ""
		}
		return python(n) + " is not of type '" + kindNames[k] + "'"
	}
}

func positive(n *node) string {
	if wrong := ofKind(kindNumber)(n); wrong != "" {
		return wrong
	}
	if value, _ := n.number(); value <= 0 {
		return python(n) + " is less than or equal to the minimum of 0"
	}
	return ""
}

// count is a whole number from 0; 2.0 is one.
func count(n *node) string {
	value, ok := n.number()
	switch {
	case !ok || value != math.Trunc(value):
		return python(n) + " is not of type 'integer'"
	case value < 0:
		return python(n) + " is less than the minimum of 0"
	}
	return ""
}

func texts(n *node) string {
	if wrong := ofKind(kindArray)(n); wrong != "" {
		return wrong
	}
	for i, item := range n.items {
		if wrong := ofKind(kindString)(item); wrong != "" {
			return wrong
		}
		if slices.ContainsFunc(n.items[:i], func(other *node) bool { return same(other, item) }) {
			return python(n) + " has non-unique elements"
		}
	}
	return ""
}

func schemaMap(n *node) string {
	if wrong := ofKind(kindObject)(n); wrong != "" {
		return wrong
	}
	for _, m := range n.members {
		if wrong := againstDraft7(m.value); wrong != "" {
			return wrong
		}
	}
	return ""
}

func schemaList(n *node) string {
	if wrong := ofKind(kindArray)(n); wrong != "" {
		return wrong
	}
	if len(n.items) == 0 {
		return "[] should be non-empty"
	}
	for _, item := range n.items {
		if wrong := againstDraft7(item); wrong != "" {
			return wrong
		}
	}
	return ""
}

// items are a schema or a list of them: what is wrong inside is not told.
func items(n *node) string { return oneOf(n, againstDraft7, schemaList) }

func typeNames(n *node) string {
	one := func(n *node) string {
		if n.is(kindString) && slices.Contains(schemaTypes, n.text) {
			return ""
		}
		return "not a type"
	}
	return oneOf(n, one, func(n *node) string {
		if wrong := texts(n); wrong != "" || len(n.items) == 0 {
			return "not types"
		}
		for _, item := range n.items {
			if wrong := one(item); wrong != "" {
				return wrong
			}
		}
		return ""
	})
}

func dependencies(n *node) string {
	if wrong := ofKind(kindObject)(n); wrong != "" {
		return wrong
	}
	for _, m := range n.members {
		if wrong := oneOf(m.value, againstDraft7, texts); wrong != "" {
			return wrong
		}
	}
	return ""
}

// oneOf wants one of the checks to pass.
func oneOf(n *node, checks ...func(*node) string) string {
	if slices.ContainsFunc(checks, func(check func(*node) string) bool { return check(n) == "" }) {
		return ""
	}
	return python(n) + " is not valid under any of the given schemas"
}

// python writes a value as Python shows it.
func python(n *node) string {
	if n == nil {
		return "None"
	}
	var parts []string
	switch n.kind {
	case kindNull:
		return "None"
	case kindBool:
		if n.truth {
			return "True"
		}
		return "False"
	case kindString:
		if strings.Contains(n.text, "'") && !strings.Contains(n.text, `"`) {
			return `"` + n.text + `"`
		}
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(n.text) + "'"
	case kindArray:
		for _, item := range n.items {
			parts = append(parts, python(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case kindObject:
		for _, m := range n.members {
			parts = append(parts, python(&node{kind: kindString, text: m.name})+": "+python(m.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return n.text
}
