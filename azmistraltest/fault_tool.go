package azmistraltest

import (
	"strings"

	"github.com/azmistral/azmistral"
)

// toolScenarios call tools in every form that was recorded, and in hostile ones.
func toolScenarios() []Scenario {
	streamed, unary := []Form{Streamed}, []Form{Unary}
	const idA, idB = "R5zZgxSX6", "T7bQ0aYk2"
	call := func(id, name, arguments string, index int) azmistral.ToolCall {
		return azmistral.ToolCall{ID: id, Name: name, Arguments: arguments, Index: index}
	}
	a, b := call(idA, "f", `{"a":1}`, 0), call(idB, "g", `{"b":2}`, 1)
	unnamed := func(c azmistral.ToolCall) azmistral.ToolCall {
		c.ID = ""
		return c
	}
	one, two := wantCalls(a), wantCalls(a, b)
	// calling streams one list of tool calls in each event, then the end.
	calling := func(lists ...string) func(args) Reply {
		data := []string{chunk(`{"role":"assistant","content":""}`, "")}
		for _, list := range lists {
			data = append(data, chunk(`{"tool_calls":[`+list+`]}`, ""))
		}
		return events(append(data, lastChunk(`{"content":""}`, "tool_calls"), "[DONE]")...)
	}
	row := func(name, does string, want Want, lists ...string) Scenario {
		return Scenario{Name: "tool-" + name, Does: does, Forms: streamed, Want: want, reply: calling(lists...)}
	}
	docOf := func(list string) string {
		return wholeDoc(`{"role":"assistant","content":"","tool_calls":[`+list+`]}`, "tool_calls")
	}
	body := func(name, does string, want Want, list string) Scenario {
		return Scenario{Name: "tool-body-" + name, Does: does + ", in one piece", Forms: unary, Want: want, reply: answers(docOf(list))}
	}
	const (
		wholeA = `{"index":0,"id":"` + idA + `","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}`
		wholeB = `{"index":1,"id":"` + idB + `","type":"function","function":{"name":"g","arguments":"{\"b\":2}"}}`
		headA  = `{"index":0,"id":"` + idA + `","type":"function","function":{"name":"f","arguments":""}}`
		headB  = `{"index":1,"id":"` + idB + `","type":"function","function":{"name":"g","arguments":""}}`
		noA    = `{"id":"` + idA + `","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}`
		noB    = `{"id":"` + idB + `","type":"function","function":{"name":"g","arguments":"{\"b\":2}"}}`
	)
	piece := func(index, arguments string) string {
		return `{"index":` + index + `,"function":{"arguments":` + quoted(arguments) + `}}`
	}
	bare := func(arguments string) string { return `{"function":{"arguments":` + quoted(arguments) + `}}` }
	with := func(list, id string) string { return strings.Replace(list, `"`+idA+`"`, id, 1) }
	withB := func(list, id string) string { return strings.Replace(list, `"`+idB+`"`, id, 1) }
	unordered := func(w Want) Want {
		w.AnyOrder = true
		return w
	}
	text := one
	text.Text = "Let me see."
	cut := wantCalls(call(idA, "f", `{"a":`, 0))
	cut.FinishReason = azmistral.FinishLength
	many := wantCalls()
	var lists []string
	for i := range 20 {
		id := "call0000" + string(rune('A'+i))
		many.ToolCalls = append(many.ToolCalls, call(id, "f", "{}", i))
		lists = append(lists, `{"id":"`+id+`","function":{"name":"f","arguments":"{}"}}`)
	}
	return []Scenario{
		row("whole", "calls a tool whole, in one event", one, wholeA),
		row("fragments", "calls a tool in fragments", one, headA, piece("0", `{"a`), piece("0", `":`), piece("0", `1}`)),
		row("two-events", "calls two tools, in an event each", two, wholeA, wholeB),
		row("two-in-one", "calls two tools in one event", two, wholeA+","+wholeB),
		row("two-fragments", "calls two tools in fragments, one behind the other", two, headA, piece("0", `{"a":`), piece("0", `1}`), headB, piece("1", `{"b":`), piece("1", `2}`)),
		row("interleaved", "calls two tools in fragments that take turns", two, headA, headB, piece("0", `{"a":`), piece("1", `{"b":`), piece("0", `1}`), piece("1", `2}`)),
		row("interleaved-in-one", "calls two tools in fragments, two in each event", two, headA+","+headB, piece("0", `{"a":`)+","+piece("1", `{"b":`), piece("0", `1}`)+","+piece("1", `2}`)),
		row("twenty", "calls twenty tools in one event, without an index", many, strings.Join(lists, ",")),
		{Name: "tool-on-finish", Does: "calls a tool with the finish reason", Forms: streamed, Want: one,
			reply: events(chunk(`{"role":"assistant","content":""}`, ""), lastChunk(`{"tool_calls":[`+wholeA+`]}`, "tool_calls"), "[DONE]")},
		{Name: "tool-one-event", Does: "says everything in one event", Forms: streamed, Want: one,
			reply: events(lastChunk(`{"role":"assistant","content":"","tool_calls":[`+wholeA+`]}`, "tool_calls"), "[DONE]")},
		{Name: "tool-with-text", Does: "calls a tool behind a text", Want: text,
			reply: answers(wholeDoc(`{"role":"assistant","content":"Let me see.","tool_calls":[`+wholeA+`]}`, "tool_calls"),
				chunk(`{"role":"assistant","content":"Let me "}`, ""), chunk(`{"content":"see."}`, ""), lastChunk(`{"tool_calls":[`+wholeA+`]}`, "tool_calls"), "[DONE]")},
		{Name: "tool-length", Does: "is cut by the length within the arguments", Want: cut,
			reply: answers(wholeDoc(`{"role":"assistant","content":"","tool_calls":[{"index":0,"id":"`+idA+`","function":{"name":"f","arguments":"{\"a\":"}}]}`, "length"),
				chunk(`{"tool_calls":[`+headA+`]}`, ""), lastChunk(`{"tool_calls":[`+piece("0", `{"a":`)+`]}`, "length"), "[DONE]")},

		row("no-index", "calls a tool without an index", one, noA),
		row("no-index-two", "calls two tools without an index, in an event each", two, noA, noB),
		row("no-index-two-in-one", "calls two tools without an index in one event", two, noA+","+noB),
		row("no-index-fragments", "calls a tool without an index, in fragments", one, `{"id":"`+idA+`","function":{"name":"f","arguments":""}}`, bare(`{"a":`), bare(`1}`)),
		row("no-index-two-fragments", "calls two tools without an index, in fragments", two,
			`{"id":"`+idA+`","function":{"name":"f","arguments":""}}`, bare(`{"a":`), bare(`1}`), `{"id":"`+idB+`","function":{"name":"g","arguments":""}}`, bare(`{"b":2}`)),
		row("one-index-two-ids", "calls two tools by one index and two ids", two, wholeA, strings.Replace(wholeB, `"index":1`, `"index":0`, 1)),
		row("one-index-two-ids-fragments", "calls two tools by one index and two ids, in fragments", two,
			headA, piece("0", `{"a":1}`), strings.Replace(headB, `"index":1`, `"index":0`, 1), piece("0", `{"b":2}`)),
		row("no-type", "calls a tool without a type", one, strings.Replace(wholeA, `"type":"function",`, "", 1)),
		row("no-id", "calls a tool without an id", wantCalls(unnamed(a)), with(wholeA, `null`)),
		row("no-id-two", "calls two tools by index, without ids", wantCalls(unnamed(a), unnamed(b)), with(wholeA, `null`), withB(wholeB, `null`)),
		row("id-empty", "calls a tool with an empty id", wantCalls(unnamed(a)), with(wholeA, `""`)),
		row("id-word-null", "calls a tool with the word null for an id", wantCalls(unnamed(a)), with(wholeA, `"null"`)),
		row("id-word-null-two", "calls two tools with the word null for their ids", wantCalls(unnamed(a), unnamed(b)), with(wholeA, `"null"`), withB(wholeB, `"null"`)),
		row("id-word-null-no-index", "calls two tools with the word null for their ids, and no index", wantCalls(unnamed(a), unnamed(b)), with(noA, `"null"`)+","+withB(noB, `"null"`)),
		row("id-word-null-later", "has the word null for an id in later fragments", one, headA,
			`{"index":0,"id":"null","function":{"arguments":"{\"a\":"}}`, `{"index":0,"id":"null","function":{"arguments":"1}"}}`),
		row("id-null-later", "has null for an id in later fragments", one, headA, `{"index":0,"id":null,"function":{"name":null,"arguments":"{\"a\":1}"}}`),
		row("id-empty-later", "has an empty id and name in later fragments", one, headA, `{"index":0,"id":"","function":{"name":"","arguments":"{\"a\":1}"}}`),
		row("id-repeated", "repeats the id in each fragment", one, headA, `{"index":0,"id":"`+idA+`","function":{"arguments":"{\"a\":"}}`, `{"index":0,"id":"`+idA+`","function":{"arguments":"1}"}}`),
		row("name-repeated", "repeats id and name in each fragment", one, headA, `{"index":0,"id":"`+idA+`","function":{"name":"f","arguments":"{\"a\":"}}`, `{"index":0,"id":"`+idA+`","function":{"name":"f","arguments":"1}"}}`),
		row("id-later", "says the name first, and the id later", one, `{"index":0,"function":{"name":"f","arguments":"{\"a\":"}}`, `{"index":0,"id":"`+idA+`","function":{"arguments":"1}"}}`),
		row("name-later", "says the id first, and the name later", one, `{"index":0,"id":"`+idA+`","function":{"arguments":""}}`, `{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}`),
		row("index-from-1", "counts its calls from one", two, strings.Replace(wholeA, `"index":0`, `"index":1`, 1), strings.Replace(wholeB, `"index":1`, `"index":2`, 1)),
		row("index-backwards", "sends its second call first", unordered(two), wholeB, wholeA),
		row("index-gap", "counts its calls 0 and 7", two, wholeA, strings.Replace(wholeB, `"index":1`, `"index":7`, 1)),
		row("index-negative", "has the index -1", either(one), strings.Replace(wholeA, `"index":0`, `"index":-1`, 1)),
		row("index-null", "has null for an index", one, strings.Replace(wholeA, `"index":0`, `"index":null`, 1)),
		row("index-text", "has a text for an index", either(one), strings.Replace(wholeA, `"index":0`, `"index":"0"`, 1)),
		row("arguments-object", "has an object for its arguments", one, strings.Replace(wholeA, `"{\"a\":1}"`, `{"a":1}`, 1)),
		row("arguments-empty", "has empty arguments", wantCalls(call(idA, "f", "", 0)), headA),
		row("arguments-null", "has null for its arguments", wantCalls(call(idA, "f", "", 0)), strings.Replace(headA, `"arguments":""`, `"arguments":null`, 1)),
		row("arguments-missing", "has no arguments", wantCalls(call(idA, "f", "", 0)), strings.Replace(headA, `,"arguments":""`, ``, 1)),
		row("arguments-empty-object-first", "has an empty object before the fragments of its arguments", one, strings.Replace(headA, `"arguments":""`, `"arguments":{}`, 1), piece("0", `{"a":1}`)),
		row("arguments-escapes", "cuts its arguments within an escape", wantCalls(call(idA, "f", `{"a":"\u00e9\n"}`, 0)), headA, piece("0", `{"a":"\u00`), piece("0", `e9\`), piece("0", `n"}`)),
		row("arguments-broken", "has arguments that are no JSON", wantCalls(call(idA, "f", `{"a":`, 0)), headA, piece("0", `{"a":`)),
		row("lists-empty", "has empty lists of calls, and null, beside the pieces", one, ``, headA, ``, piece("0", `{"a":1}`)),

		body("whole", "calls two tools", two, wholeA+","+wholeB),
		body("no-index", "calls two tools without an index", two, noA+","+noB),
		body("same-index", "calls two tools, both with index 0", two, wholeA+","+strings.Replace(wholeB, `"index":1`, `"index":0`, 1)),
		body("call-id", "calls a tool in the way of serverless endpoints", one, `{"function":{"arguments":"{\"a\":1}","call_id":null,"name":"f"},"id":"`+idA+`","type":"function"}`),
		body("arguments-object", "has an object for its arguments", one, strings.Replace(wholeA, `"{\"a\":1}"`, `{"a":1}`, 1)),
		body("no-ids", "calls two tools with the word null for their ids", wantCalls(unnamed(a), unnamed(b)), with(noA, `"null"`)+","+withB(noB, `"null"`)),
		body("same-twice", "calls the same tool twice, with the same arguments and no ids", wantCalls(unnamed(a), call("", "f", `{"a":1}`, 1)), with(noA, `null`)+","+with(noA, `null`)),
		body("no-function", "calls nothing, by the name of a call", either(wantCalls(call(idA, "", "", 0))), `{"id":"`+idA+`","type":"function"}`),
	}
}
