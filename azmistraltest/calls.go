package azmistraltest

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// callsFor says which tools a default answer calls: none, or with arguments that
// fit their schemas. Without a tool_choice that forces it, tools are called where
// the user had the last word, and where a result leaves something to call.
func callsFor(r *Request) []ToolCall {
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
	switch {
	case len(tools) == 0:
		return nil
	case forced || r.Last().Role == "user":
		return parallel(r, callsOf(r, chosen(r, tools)), tools)
	case r.Last().Role == "tool":
		return further(r, tools)
	}
	return nil
}

// callsOf calls each tool once, and once more for each further name of a list, where
// a call takes one name: "in Paris and Oslo".
func callsOf(r *Request, tools []Tool) []ToolCall {
	var calls []ToolCall
	for _, tool := range tools {
		h, list := r.read.hints(), r.read.hints()
		call := func(h *hints) {
			calls = append(calls, ToolCall{Name: tool.Name, Arguments: string(arguments(tool.schema, h).appendSpaced(nil))})
		}
		call(&h)
		for i := 1; i < list.listed() && h.taken == 1; i++ {
			call(list.only(i))
		}
	}
	return calls
}

// parallel leaves one call where parallel_tool_calls is false, and makes at least
// two where it is true and there are two tools.
func parallel(r *Request, calls []ToolCall, tools []Tool) []ToolCall {
	asked := r.body.get("parallel_tool_calls")
	if asked.is(kindBool) && !asked.truth {
		return calls[:1]
	}
	if asked.yes() && len(calls) == 1 {
		if i := slices.IndexFunc(tools, func(t Tool) bool { return t.Name != calls[0].Name }); i >= 0 {
			return append(calls, callsOf(r, tools[i:i+1])[0])
		}
	}
	return calls
}

// further are the calls after results: the last ones again where their arguments
// were wrong and a result complains, the next one where parallel_tool_calls is
// false, as recorded, and those that a result asks for ("call get_time") and that
// were not made since the user spoke.
func further(r *Request, tools []Tool) []ToolCall {
	results := r.read.results()
	if wrongTurns(r, nil) > 0 && slices.ContainsFunc(results, func(c ToolCall) bool { return complaint.MatchString(c.Arguments) }) {
		var again []Tool
		for _, call := range r.Messages[beforeReplies(r.Messages)-1].ToolCalls {
			again = append(again, named(tools, call.Name)...)
		}
		return callsOf(r, again)
	}
	made := callsSince(r)
	if one := r.body.get("parallel_tool_calls"); one.is(kindBool) && !one.truth {
		if all := callsOf(r, chosen(r, tools)); len(made) < len(all) {
			return all[len(made) : len(made)+1]
		}
	}
	names := map[string]bool{} // asked for, in lower case
	for _, result := range results {
		askedFor(result.Arguments, names)
	}
	isMade := map[string]bool{}
	for _, call := range made {
		isMade[call.Name] = true
	}
	return callsOf(r, slices.DeleteFunc(slices.Clone(tools), func(t Tool) bool { return isMade[t.Name] || !names[strings.ToLower(t.Name)] }))
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

var asking = regexp.MustCompile("(?i)\\b(?:call|use)(\\s+)(?:the\\s+)?(?:tool\\s+|function\\s+)?[\"'`]?([a-z0-9_-]+)")

// askedFor notes, in lower case, the names for whose calls a result asks.
func askedFor(result string, names map[string]bool) {
	for {
		found := asking.FindStringSubmatchIndex(result)
		if found == nil {
			return
		}
		names[strings.ToLower(result[found[4]:found[5]])] = true
		result = result[found[2]:] // "use call get_time" has two
	}
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
	asked := r.read.question()
	lower := strings.ToLower(asked)
	type found struct {
		tool  Tool
		place int
	}
	for _, place := range []func(name string) int{
		func(name string) int { return placeOfName(asked, name) },
		func(name string) int { return placeOfWords(lower, name) },
	} {
		var list []found
		for _, tool := range tools {
			if !r.read.effort.spend(1 + len(asked)/16) {
				break
			}
			if at := place(tool.Name); at >= 0 {
				list = append(list, found{tool, at})
			}
		}
		if len(list) > 0 {
			slices.SortStableFunc(list, func(a, b found) int { return a.place - b.place })
			tools = nil
			for _, f := range list {
				tools = append(tools, f.tool)
			}
			return tools
		}
	}
	return tools[:1]
}

// placeOfName gives where a text has a name; less than 0 where it has not.
func placeOfName(text, name string) int {
	return placeOf(text, name, func(before, after rune, _ string) bool {
		return !strings.ContainsRune(nameRunes, before) && !strings.ContainsRune(nameRunes, after)
	})
}

// nameRunes are those of functions' names.
const nameRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

// verbs are what a tool's name says besides what the tool is about.
var verbs = []string{"get", "fetch", "find", "read", "show", "list", "lookup", "look", "up", "search", "query", "check", "current", "the", "a", "of", "in", "for", "tool"}

// placeOfWords gives where a text in lower case has the last one of the words of a
// name, if it has all that say something: "the weather" for get_weather, and "flights"
// for find_flight. Less than 0: it has not.
func placeOfWords(text, name string) int {
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
	last := -1
	for _, word := range wordsOf(name) {
		if slices.Contains(verbs, word) {
			continue
		}
		place := placeOf(text, word, func(before, after rune, rest string) bool {
			if after == 's' {
				after = firstRune(rest[1:])
			}
			return !isWord(before) && !isWord(after)
		})
		if place < 0 {
			return -1
		}
		last = max(last, place)
	}
	return last
}

// placeOf gives the first place of a word that stands well between its neighbours,
// which are blanks at the ends of the text; rest is what begins with after.
func placeOf(text, word string, well func(before, after rune, rest string) bool) int {
	for from := 0; word != ""; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			break
		}
		i += from
		before, rest := ' ', text[i+len(word):]
		if i > 0 {
			before, _ = utf8.DecodeLastRuneInString(text[:i])
		}
		from = i + 1
		if well(before, firstRune(rest), rest) {
			return i
		}
	}
	return -1
}

// firstRune gives a blank for an empty text.
func firstRune(text string) rune {
	if text == "" {
		return ' '
	}
	r, _ := utf8.DecodeRuneInString(text)
	return r
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
