package azmistraltest

import (
	"iter"
	"strings"
)

// anyAnswer is what a request is taken to want that wants nothing.
var anyAnswer = mustParse(`{"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"],"additionalProperties":false}`)

func mustParse(text string) *node {
	value, err := parseJSON([]byte(text))
	if err != nil {
		panic("azmistraltest: " + err.Error())
	}
	return value
}

// spoil makes an answer wrong in one way: the arguments of its calls, else its text.
func (c *choice) spoil(r *Request, how string) {
	for i, call := range c.calls {
		schema := anyAnswer
		if tools := named(r.Tools, call.Name); len(tools) > 0 && tools[0].schema.is(kindObject) {
			schema = tools[0].schema
		}
		value, err := parseJSON([]byte(call.Arguments))
		if err != nil {
			continue // it is wrong already
		}
		c.calls[i].Arguments = spoiled(schema, value, how, &r.read.effort)
	}
	if len(c.calls) == 0 {
		schema, value := c.said(r)
		c.text = spoiled(schema, value, how, &r.read.effort)
	}
}

// said gives the value of a text, and the schema that it was to fit. A text that is
// no JSON is taken for the value of anyAnswer.
func (c *choice) said(r *Request) (schema, value *node) {
	if w := r.read.wanted(); w != nil && w.schema != nil {
		if value, err := parseJSON([]byte(c.text)); err == nil {
			return w.schema, value
		}
	}
	return anyAnswer, &node{kind: kindObject, members: []member{{"answer", &node{kind: kindString, text: c.text}}}}
}

// spoiled gives the text of a value that does not fit its schema. A way that leaves
// it fitting, as an extra member does where they are allowed, is no way: it is then
// no JSON.
func spoiled(schema, value *node, how string, e *effort) string {
	whole := string(value.appendSpaced(nil))
	switch how {
	case "fence":
		return "Here is the answer:\n```json\n" + whole + "\n```"
	case "prose":
		return "I would rather say it in words than in {}."
	case "syntax":
		return strings.TrimRight(whole[:len(whole)-1], " ")
	}
	for changed := range changes(value, how) {
		if !e.spend(4 * value.length()) {
			break
		}
		if !obeys(schema, changed, e) {
			return string(changed.appendSpaced(nil))
		}
	}
	return strings.TrimRight(whole[:len(whole)-1], " ")
}

// changes are the values that one change makes, the first member first.
func changes(value *node, how string) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		if !value.is(kindObject) {
			yield(otherType(value))
			return
		}
		if how == "extra" {
			yield(with(value, "surprise", &node{kind: kindBool, truth: true}))
			return
		}
		for _, m := range value.members {
			changed := with(value, m.name, otherType(m.value))
			switch how {
			case "missing":
				changed = value.without(m.name)
			case "enum":
				changed = with(value, m.name, &node{kind: kindString, text: "none of these"})
			}
			if !yield(changed) {
				return
			}
		}
	}
}

// with gives a copy of an object in which a member has that value.
func with(object *node, name string, value *node) *node {
	changed := object.without()
	changed.set(name, value)
	return changed
}

// otherType gives a value of another type.
func otherType(value *node) *node {
	if value.is(kindString) {
		return &node{kind: kindNumber, text: "7"}
	}
	return &node{kind: kindString, text: "not of this type"}
}
