package azmistraltest

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// callsFor says which tools a default answer calls: none, or with arguments that
// fit their schemas. Without a tool_choice that forces it, tools are called only
// where the user had the last word.
func callsFor(r *Request, random *rand.Rand) []ToolCall {
	tools := functions(r.Tools)
	if len(tools) == 0 || r.ToolChoice == "none" {
		return nil
	}
	forced := false
	switch r.ToolChoice {
	case "any", "required":
		forced = true
	case "", "auto":
	default: // the name of a function
		forced = true
		tools = slices.DeleteFunc(tools, func(t Tool) bool { return t.Name != r.ToolChoice })
	}
	if !forced && r.Last().Role != "user" {
		return nil
	}
	var calls []ToolCall
	for _, tool := range chosen(r, tools) {
		calls = append(calls, ToolCall{
			ID:        randomID(random),
			Name:      tool.Name,
			Arguments: string(arguments(tool.schema, hintsOf(question(r), random)).appendSpaced(nil)),
		})
	}
	return calls
}

// arguments are always an object, also where the schema does not say so.
func arguments(schema *node, h *hints) *node {
	if value := fill(schema, h); value.is(kindObject) {
		return value
	}
	return &node{kind: kindObject}
}

func functions(tools []Tool) []Tool {
	return slices.DeleteFunc(slices.Clone(tools), func(t Tool) bool { return t.Type != "function" || t.Name == "" })
}

// chosen are the tools whose names the question has, in that order, else the
// first; with parallel_tool_calls true at least two where there are two, with
// false one.
func chosen(r *Request, tools []Tool) []Tool {
	if len(tools) == 0 {
		return nil
	}
	asked := question(r)
	var named []Tool
	for _, tool := range tools {
		if wordIn(asked, tool.Name) {
			named = append(named, tool)
		}
	}
	slices.SortStableFunc(named, func(a, b Tool) int { return strings.Index(asked, a.Name) - strings.Index(asked, b.Name) })
	if len(named) == 0 {
		named = tools[:1]
	}
	parallel := r.body.get("parallel_tool_calls")
	if parallel.is(kindBool) && !parallel.truth {
		return named[:1]
	}
	if parallel.yes() && len(named) == 1 {
		for _, tool := range tools {
			if tool.Name != named[0].Name {
				return append(slices.Clone(named), tool)
			}
		}
	}
	return named
}

func wordIn(text, name string) bool {
	found, err := regexp.MatchString(`(^|[^a-zA-Z0-9_-])`+regexp.QuoteMeta(name)+`($|[^a-zA-Z0-9_-])`, text)
	return err == nil && found
}

// randomID gives an id as Mistral makes them: nine letters or digits.
func randomID(random *rand.Rand) string {
	const digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var id [9]byte
	for i := range id {
		id[i] = digits[random.IntN(len(digits))]
	}
	return string(id[:])
}
