package azmistraltest

import (
	"math/rand/v2"
	"regexp"
	"slices"
)

// callsFor says which tools a default answer calls: none, or with arguments that
// fit their schemas. Without a tool_choice that forces it, tools are called where
// the user had the last word, and where a result leaves something to call.
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
	if len(tools) == 0 {
		return nil
	}
	var calls []ToolCall
	switch {
	case forced || r.Last().Role == "user":
		calls = callsOf(r, chosen(r, tools), random)
		calls = parallel(r, calls, tools, random)
	case r.Last().Role == "tool":
		calls = further(r, tools, random)
	}
	for i := range calls {
		calls[i].ID = randomID(random)
	}
	return calls
}

// callsOf calls each tool once, and once more for each further name of a list, where
// a call takes one name: "in Paris and Oslo".
func callsOf(r *Request, tools []Tool, random *rand.Rand) []ToolCall {
	var calls []ToolCall
	for _, tool := range tools {
		h := hintsOf(question(r), random)
		list := *h
		call := func(h *hints) {
			calls = append(calls, ToolCall{Name: tool.Name, Arguments: string(arguments(tool.schema, h).appendSpaced(nil))})
		}
		call(h)
		for i := 1; i < list.listed() && h.taken == 1; i++ {
			call(list.only(i))
		}
	}
	return calls
}

// parallel leaves one call where parallel_tool_calls is false, and makes at least
// two where it is true and there are two tools.
func parallel(r *Request, calls []ToolCall, tools []Tool, random *rand.Rand) []ToolCall {
	asked := r.body.get("parallel_tool_calls")
	if asked.is(kindBool) && !asked.truth {
		return calls[:1]
	}
	if asked.yes() && len(calls) == 1 {
		if i := slices.IndexFunc(tools, func(t Tool) bool { return t.Name != calls[0].Name }); i >= 0 {
			return append(calls, callsOf(r, tools[i:i+1], random)[0])
		}
	}
	return calls
}

// further are the calls after results: the last ones again where their arguments
// were wrong and a result complains, the next one where parallel_tool_calls is false, as recorded, and those
// that a result asks for ("call get_time") and that were not made since the user
// spoke.
func further(r *Request, tools []Tool, random *rand.Rand) []ToolCall {
	if wrongTurns(r, nil) > 0 && slices.ContainsFunc(resultsOf(r), func(c ToolCall) bool { return complaint.MatchString(c.Arguments) }) {
		var again []Tool
		for _, call := range r.Messages[beforeReplies(r.Messages)-1].ToolCalls {
			again = append(again, named(tools, call.Name)...)
		}
		return callsOf(r, again, random)
	}
	made := callsSince(r)
	if one := r.body.get("parallel_tool_calls"); one.is(kindBool) && !one.truth {
		if all := callsOf(r, chosen(r, tools), random); len(made) < len(all) {
			return all[len(made) : len(made)+1]
		}
	}
	var asked []Tool
	for _, tool := range tools {
		isMade := slices.ContainsFunc(made, func(c ToolCall) bool { return c.Name == tool.Name })
		if !isMade && slices.ContainsFunc(resultsOf(r), func(c ToolCall) bool { return asksFor(c.Arguments, tool.Name) }) {
			asked = append(asked, tool)
		}
	}
	return callsOf(r, asked, random)
}

var complaint = regexp.MustCompile(`(?i)\b(error|invalid|valid|wrong|missing|required|must|cannot|failed|unexpected|unknown)\b`)

// callsSince are the calls since the user spoke.
func callsSince(r *Request) []ToolCall {
	var calls []ToolCall
	for _, m := range r.Messages {
		if m.Role == "user" {
			calls = nil
		}
		calls = append(calls, m.ToolCalls...)
	}
	return calls
}

func named(tools []Tool, name string) []Tool {
	i := slices.IndexFunc(tools, func(t Tool) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return tools[i : i+1]
}

// asksFor says whether a result asks for the call of a tool.
func asksFor(result, name string) bool {
	found, err := regexp.MatchString("(?i)\\b(?:call|use)\\s+(?:the\\s+)?(?:tool\\s+|function\\s+)?[\"'`]?"+regexp.QuoteMeta(name)+"($|[^a-zA-Z0-9_-])", result)
	return err == nil && found
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

// chosen are the tools whose names the question has, in that order, else those of
// whose names it has every word, else the first.
func chosen(r *Request, tools []Tool) []Tool {
	asked := question(r)
	for _, place := range []func(string, string) int{placeOfName, placeOfWords} {
		var found []Tool
		for _, tool := range tools {
			if place(asked, tool.Name) >= 0 {
				found = append(found, tool)
			}
		}
		if len(found) > 0 {
			slices.SortStableFunc(found, func(a, b Tool) int { return place(asked, a.Name) - place(asked, b.Name) })
			return found
		}
	}
	return tools[:1]
}

// placeOfName gives where a text has a name; less than 0 where it has not.
func placeOfName(text, name string) int {
	place := regexp.MustCompile(`(?:^|[^a-zA-Z0-9_-])(` + regexp.QuoteMeta(name) + `)(?:$|[^a-zA-Z0-9_-])`).FindStringSubmatchIndex(text)
	if place == nil {
		return -1
	}
	return place[2]
}

// verbs are what a tool's name says besides what the tool is about.
var verbs = []string{"get", "fetch", "find", "read", "show", "list", "lookup", "look", "up", "search", "query", "check", "current", "the", "a", "of", "in", "for", "tool"}

// placeOfWords gives where a text has the last one of the words of a name, if it has
// all that say something: "the weather" for get_weather. Less than 0: it has not.
func placeOfWords(text, name string) int {
	words := slices.DeleteFunc(wordsOf(name), func(w string) bool { return slices.Contains(verbs, w) })
	last := -1
	for _, word := range words {
		place := regexp.MustCompile(`(?i)(?:^|[^\p{L}\p{N}])(` + regexp.QuoteMeta(word) + `)s?(?:$|[^\p{L}\p{N}])`).FindStringSubmatchIndex(text)
		if place == nil {
			return -1
		}
		last = max(last, place[2])
	}
	return last
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
