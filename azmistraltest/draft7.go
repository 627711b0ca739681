package azmistraltest

import (
	"math"
	"slices"
	"strings"
)

// objection is what the meta-schema of JSON Schema, Draft 7, has against a value;
// the zero value is none. It is put into words when it is told: most are found
// within alternatives, and are not.
type objection struct {
	value *node
	words string
}

func (o objection) is() bool { return o.words != "" }

// String says it in the words of the Python library that the services use.
func (o objection) String() string { return python(o.value) + " " + o.words }

// againstDraft7 gives the first objection to a schema. Keywords that Draft 7 does
// not know may hold anything.
func againstDraft7(schema *node) objection {
	if schema == nil || schema.is(kindBool) {
		return objection{}
	}
	if !schema.is(kindObject) {
		return objection{schema, "is not of type 'object', 'boolean'"}
	}
	for _, m := range schema.members {
		if check := draft7[m.name]; check != nil {
			if wrong := check(m.value); wrong.is() {
				return wrong
			}
		}
	}
	return objection{}
}

// draft7 has each keyword and what its value must be.
var draft7 map[string]func(*node) objection

func init() { // it refers to itself
	text, flag, list := ofKind(kindString), ofKind(kindBool), ofKind(kindArray)
	draft7 = map[string]func(*node) objection{
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

func ofKind(k kind) func(*node) objection {
	return func(n *node) objection {
		if n.is(k) {
			return objection{}
		}
		return objection{n, "is not of type '" + kindNames[k] + "'"}
	}
}

func positive(n *node) objection {
	if wrong := ofKind(kindNumber)(n); wrong.is() {
		return wrong
	}
	if value, _ := n.number(); value <= 0 {
		return objection{n, "is less than or equal to the minimum of 0"}
	}
	return objection{}
}

// count is a whole number from 0; 2.0 is one.
func count(n *node) objection {
	value, ok := n.number()
	switch {
	case !ok || value != math.Trunc(value):
		return objection{n, "is not of type 'integer'"}
	case value < 0:
		return objection{n, "is less than the minimum of 0"}
	}
	return objection{}
}

func texts(n *node) objection {
	if wrong := ofKind(kindArray)(n); wrong.is() {
		return wrong
	}
	before := map[string]bool{}
	for _, item := range n.items {
		if wrong := ofKind(kindString)(item); wrong.is() {
			return wrong
		}
		if before[item.text] {
			return objection{n, "has non-unique elements"}
		}
		before[item.text] = true
	}
	return objection{}
}

func schemaMap(n *node) objection {
	if wrong := ofKind(kindObject)(n); wrong.is() {
		return wrong
	}
	for _, m := range n.members {
		if wrong := againstDraft7(m.value); wrong.is() {
			return wrong
		}
	}
	return objection{}
}

func schemaList(n *node) objection {
	if wrong := ofKind(kindArray)(n); wrong.is() {
		return wrong
	}
	if len(n.items) == 0 {
		return objection{n, "should be non-empty"}
	}
	for _, item := range n.items {
		if wrong := againstDraft7(item); wrong.is() {
			return wrong
		}
	}
	return objection{}
}

// items are a schema or a list of them: what is wrong inside is not told.
func items(n *node) objection { return oneOf(n, againstDraft7, schemaList) }

func typeNames(n *node) objection {
	one := func(n *node) objection {
		if n.is(kindString) && slices.Contains(schemaTypes, n.text) {
			return objection{}
		}
		return objection{n, "is no type"}
	}
	return oneOf(n, one, func(n *node) objection {
		if wrong := texts(n); wrong.is() || len(n.items) == 0 {
			return objection{n, "are no types"}
		}
		for _, item := range n.items {
			if wrong := one(item); wrong.is() {
				return wrong
			}
		}
		return objection{}
	})
}

func dependencies(n *node) objection {
	if wrong := ofKind(kindObject)(n); wrong.is() {
		return wrong
	}
	for _, m := range n.members {
		if wrong := oneOf(m.value, againstDraft7, texts); wrong.is() {
			return wrong
		}
	}
	return objection{}
}

// oneOf wants one of the checks to pass.
func oneOf(n *node, checks ...func(*node) objection) objection {
	if slices.ContainsFunc(checks, func(check func(*node) objection) bool { return !check(n).is() }) {
		return objection{}
	}
	return objection{n, "is not valid under any of the given schemas"}
}

// python writes a value as Python shows it.
func python(n *node) string { return string(appendPython(nil, n)) }

func appendPython(b []byte, n *node) []byte {
	if n.isNull() {
		return append(b, "None"...)
	}
	switch n.kind {
	case kindBool:
		if n.truth {
			return append(b, "True"...)
		}
		return append(b, "False"...)
	case kindString:
		if strings.Contains(n.text, "'") && !strings.Contains(n.text, `"`) {
			return append(b, `"`+n.text+`"`...)
		}
		return append(b, "'"+strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`).Replace(n.text)+"'"...)
	case kindArray:
		b = append(b, '[')
		for i, item := range n.items {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendPython(b, item)
		}
		return append(b, ']')
	case kindObject:
		b = append(b, '{')
		for i, m := range n.members {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendPython(b, &node{kind: kindString, text: m.name})
			b = appendPython(append(b, ": "...), m.value)
		}
		return append(b, '}')
	}
	return append(b, n.text...)
}
