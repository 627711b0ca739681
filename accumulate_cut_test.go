package azmistral

import (
	"encoding/json"
	"math/rand/v2"
)

// fuzzCutter cuts an answer into deltas in the forms of recorded streams, by chance.
type fuzzCutter struct {
	r   *rand.Rand
	met map[string]int // how often each form was taken
}

// fuzzForms are all forms. Of each sort one is taken for a choice, or for a delta.
var fuzzForms = []string{
	// The role.
	"role first", "role null on each after", "no role",
	// What else is in a delta of text, and beside calls.
	"text alone", "text with index", "text with nulls", "text as a list", "text of nothing",
	"calls alone", "calls with index and empty content", "calls with content null",
	// Thinking.
	"thinking in lists", "thinking ends in an empty list", "thinking ends beside the text", "thinking ends with its signature",
	"thinking signed in an empty list", "thinking beside the content",
	// What marks a call's pieces.
	"index on each", "no index",
	"id on each", "id null text later", "id null later", "id first only",
	"no id", "id null text always", "id null always",
	"type on each", "type first only", "no type",
	"name empty later", "no name later",
	// How a call is cut.
	"call whole", "arguments an object", "name first", "name first without arguments", "name first, then an object", "arguments from the first on",
	"calls in turn", "calls interleaved", "pieces one by one", "pieces in lists",
	// The end.
	"finish reason with the last delta", "finish reason in a delta of its own", "finish reason without a delta",
}

func newFuzzCutter(seed uint64) *fuzzCutter {
	return &fuzzCutter{rand.New(rand.NewPCG(seed, 7)), map[string]int{}}
}

// pick takes a form by chance.
func (f *fuzzCutter) pick(forms ...string) string {
	form := forms[f.r.IntN(len(forms))]
	f.met[form]++
	return form
}

// object is a JSON object of the wire.
type object = map[string]any

// choice cuts one choice into what stands in a chunk's choices.
func (f *fuzzCutter) choice(c *Choice) []object {
	size := 1 + f.r.IntN(20)
	deltas := append(f.content(c, size), f.calls(c, size)...)
	switch f.pick("role first", "role null on each after", "no role") {
	case "role first":
		deltas[0]["role"] = "assistant"
	case "role null on each after":
		for _, delta := range deltas[1:] {
			delta["role"] = nil
		}
		deltas[0]["role"] = "assistant"
	}
	var list []object
	for _, delta := range deltas {
		list = append(list, object{"index": c.Index, "delta": delta, "finish_reason": nil})
	}
	switch f.pick("finish reason with the last delta", "finish reason in a delta of its own", "finish reason without a delta") {
	case "finish reason with the last delta":
		list[len(list)-1]["finish_reason"] = c.FinishReason
	case "finish reason in a delta of its own":
		list = append(list, object{"index": c.Index, "delta": object{}, "finish_reason": c.FinishReason})
	default:
		list = append(list, object{"index": c.Index, "finish_reason": c.FinishReason})
	}
	return list
}

// content cuts the content. There is always a first delta, as recorded.
func (f *fuzzCutter) content(c *Choice, size int) []object {
	first := object{}
	if c.Message.Content != nil {
		first["content"] = ""
	}
	list := []object{first}
	bundled := []any(nil) // the last thinking, which comes beside the first text
	for _, part := range c.Message.Content {
		switch p := part.(type) {
		case *TextPart:
			for _, piece := range cut(p.Text, size) {
				if bundled != nil {
					list = append(list, object{"content": append(bundled, object{"type": "text", "text": piece})})
					bundled = nil
					continue
				}
				list = append(list, f.text(piece))
			}
		case *ThinkingPart:
			deltas, last := f.thinking(p, size, len(c.Message.Content) > 1 && c.Message.Content.Text() != "")
			list, bundled = append(list, deltas...), last
		case *ReferencePart:
			list = append(list, object{"content": []any{object{"type": "reference", "reference_ids": []any{0, "x"}}}})
		}
		if bundled == nil && f.r.IntN(5) == 0 {
			f.met["text of nothing"]++
			list = append(list, object{"content": ""})
		}
	}
	return list
}

func (f *fuzzCutter) text(piece string) object {
	switch f.pick("text alone", "text with index", "text with nulls", "text as a list") {
	case "text with index":
		return object{"content": piece, "index": 0}
	case "text with nulls":
		return object{"content": piece, "reasoning_content": nil, "tool_calls": nil, "refusal": nil}
	case "text as a list":
		return object{"content": []any{object{"type": "text", "text": piece}}}
	}
	return object{"content": piece}
}

// thinking cuts a thinking part; last is its end where the text comes beside it.
func (f *fuzzCutter) thinking(p *ThinkingPart, size int, textFollows bool) (list []object, last []any) {
	pieces := cut(p.Text, size)
	if p.aside {
		f.met["thinking beside the content"]++
		for _, piece := range pieces {
			list = append(list, object{"content": nil, "reasoning_content": piece, "tool_calls": nil})
		}
		return list, nil
	}
	forms := []string{"thinking in lists", "thinking ends in an empty list"}
	if textFollows {
		forms = append(forms, "thinking ends beside the text")
	}
	if p.Signature != "" {
		forms = []string{"thinking ends with its signature", "thinking signed in an empty list"}
	}
	form := f.pick(forms...)
	for i, piece := range pieces {
		part := object{"type": "thinking", "thinking": []any{object{"type": "text", "text": piece}}}
		if p.Closed != nil && (i > 0 || len(pieces) == 1) { // recorded: on each but the first
			part["closed"] = true
		}
		if i == len(pieces)-1 && form == "thinking ends with its signature" {
			part["signature"] = p.Signature
		}
		if i == len(pieces)-1 && form == "thinking ends beside the text" {
			return list, []any{part}
		}
		list = append(list, object{"content": []any{part}})
	}
	switch form {
	case "thinking ends in an empty list":
		list = append(list, object{"content": []any{object{"type": "thinking", "thinking": []any{}}}})
	case "thinking signed in an empty list":
		list = append(list, object{"content": []any{object{"type": "thinking", "thinking": []any{}, "signature": p.Signature}}})
	}
	return list, nil
}

// callForms are the forms of one choice's calls.
type callForms struct{ index, id, kind, name string }

// calls cuts the calls into pieces, and puts them into lists.
func (f *fuzzCutter) calls(c *Choice, size int) []object {
	calls := c.Message.ToolCalls
	if len(calls) == 0 {
		return nil
	}
	forms := callForms{kind: f.pick("type on each", "type first only", "no type"), name: f.pick("name empty later", "no name later")}
	if calls[0].ID == madeCallID("resp", c.Index, 0, calls[0].Name, calls[0].Arguments) { // only the index tells them apart
		forms.index, forms.id = f.pick("index on each"), f.pick("no id", "id null text always", "id null always")
	} else {
		forms.index = f.pick("index on each", "no index")
		forms.id = f.pick("id on each", "id null text later", "id null later", "id first only")
	}
	marked := forms.index == "index on each" || forms.id == "id on each" // each piece says whose it is
	queues, whole := make([][]object, len(calls)), true
	for i := range calls {
		queues[i] = f.call(&calls[i], forms, size)
		whole = whole && len(queues[i]) == 1
	}

	var pieces []object
	interleaved := marked && f.pick("calls in turn", "calls interleaved") == "calls interleaved"
	for begun := 0; ; {
		var open []int // calls that have begun, and the next
		for i, queue := range queues {
			if i <= begun && len(queue) > 0 {
				open = append(open, i)
			}
		}
		if len(open) == 0 {
			break
		}
		i := open[0]
		if interleaved {
			i = open[f.r.IntN(len(open))]
		}
		pieces = append(pieces, queues[i][0])
		queues[i] = queues[i][1:]
		if begun == i {
			begun++
		}
	}

	var list []object
	inLists := (marked || whole) && f.pick("pieces one by one", "pieces in lists") == "pieces in lists"
	for len(pieces) > 0 {
		n := 1
		if inLists {
			n = 1 + f.r.IntN(len(pieces))
		}
		delta := object{"tool_calls": pieces[:n]}
		pieces = pieces[n:]
		switch f.pick("calls alone", "calls with index and empty content", "calls with content null") {
		case "calls with index and empty content":
			if c.Message.Content != nil { // "" would make content of none
				delta["index"], delta["content"] = 0, ""
			}
		case "calls with content null":
			delta["content"] = nil
		}
		list = append(list, delta)
	}
	return list
}

// call cuts one call into pieces.
func (f *fuzzCutter) call(call *ToolCall, forms callForms, size int) []object {
	cuts := []string{"call whole", "name first", "name first without arguments"}
	if call.Arguments != "" {
		cuts = append(cuts, "arguments from the first on")
	}
	if compact, err := json.Marshal(json.RawMessage(call.Arguments)); err == nil && string(compact) == call.Arguments && beginsObject(call.Arguments) {
		cuts = append(cuts, "arguments an object", "name first, then an object")
	}
	var arguments []any // of each piece; nil: none
	switch f.pick(cuts...) {
	case "call whole":
		arguments = []any{call.Arguments}
	case "arguments an object":
		arguments = []any{json.RawMessage(call.Arguments)}
	case "name first":
		arguments = []any{""}
		for _, piece := range cut(call.Arguments, size) {
			arguments = append(arguments, piece)
		}
	case "name first without arguments":
		arguments = []any{nil}
		for _, piece := range cut(call.Arguments, size) {
			arguments = append(arguments, piece)
		}
	case "name first, then an object":
		arguments = []any{"", json.RawMessage(call.Arguments)}
	case "arguments from the first on":
		for _, piece := range cut(call.Arguments, size) {
			arguments = append(arguments, piece)
		}
	}
	var pieces []object
	for i, text := range arguments {
		function := object{}
		if text != nil {
			function["arguments"] = text
		}
		switch {
		case i == 0:
			function["name"] = call.Name
		case forms.name == "name empty later":
			function["name"] = ""
		}
		pieces = append(pieces, f.mark(call, object{"function": function}, forms, i == 0))
	}
	return pieces
}

// mark puts into a piece what says whose it is.
func (f *fuzzCutter) mark(call *ToolCall, piece object, forms callForms, first bool) object {
	if forms.index == "index on each" {
		piece["index"] = call.Index
	}
	if forms.kind == "type on each" || forms.kind == "type first only" && first {
		piece["type"] = "function"
	}
	switch forms.id {
	case "no id":
	case "id null text always":
		piece["id"] = "null"
	case "id null always":
		piece["id"] = nil
	default:
		switch {
		case first || forms.id == "id on each":
			piece["id"] = call.ID
		case forms.id == "id null text later":
			piece["id"] = "null"
		case forms.id == "id null later":
			piece["id"] = nil
		}
	}
	return piece
}
