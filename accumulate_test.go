package azmistral

import (
	"encoding/json"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// foldCalls folds lists of pieces, one list a chunk, and gives the calls without
// the ids that were made.
func foldCalls(lists ...[]ToolCallDelta) []ToolCall {
	var a accumulator
	for _, list := range lists {
		a.add(&ChatChunk{ID: "resp", Choices: []ChunkChoice{{Delta: Delta{ToolCalls: list}}}})
	}
	calls := a.response().ToolCalls()
	for i := range calls {
		if calls[i].ID == madeCallID("resp", 0, i, "", "") {
			calls[i].ID = "made"
		}
	}
	return calls
}

// TestFoldToolCalls has the marks by which services say what belongs together. A
// row is a list for each chunk.
func TestFoldToolCalls(t *testing.T) {
	type list = []ToolCallDelta
	piece := func(index int, id, name, arguments string) ToolCallDelta {
		return ToolCallDelta{Index: index, ID: id, Name: name, Arguments: arguments}
	}
	call := func(index int, id, name, arguments string) ToolCall {
		return ToolCall{ID: id, Name: name, Arguments: arguments, Index: index}
	}
	for name, c := range map[string]struct {
		lists []list
		want  []ToolCall
	}{
		"none":                   {nil, nil},
		"whole":                  {[]list{{piece(0, "a", "f", `{"x":1}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`)}},
		"two whole, one list":    {[]list{{piece(0, "a", "f", `{}`), piece(1, "b", "g", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "g", `{}`)}},
		"two whole, two lists":   {[]list{{piece(0, "a", "f", `{}`)}, {piece(1, "b", "f", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "f", `{}`)}},
		"fragments":              {[]list{{piece(0, "a", "f", ``)}, {piece(0, "", "", `{"x"`)}, {piece(0, "", "", `:1}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`)}},
		"id the word null later": {[]list{{piece(0, "a", "f", ``)}, {piece(0, "null", "", `{`)}, {piece(0, "", "", `}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"id and name repeated":   {[]list{{piece(0, "a", "f", ``)}, {piece(0, "a", "f", `{"x"`)}, {piece(0, "a", "f", `:1}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`)}},
		"id repeated, no index":  {[]list{{piece(-1, "a", "f", ``)}, {piece(-1, "a", "", `{"x"`)}, {piece(-1, "a", "f", `:1}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`)}},
		"interleaved": {[]list{{piece(0, "a", "f", ``)}, {piece(1, "b", "g", ``)}, {piece(0, "", "", `{"x"`)}, {piece(1, "", "", `{`)}, {piece(0, "", "", `:1}`), piece(1, "", "", `}`)}},
			[]ToolCall{call(0, "a", "f", `{"x":1}`), call(1, "b", "g", `{}`)}},
		"interleaved ids, no index": {[]list{{piece(-1, "a", "f", ``)}, {piece(-1, "b", "g", ``)}, {piece(-1, "a", "", `{"x":1}`)}, {piece(-1, "b", "", `{}`)}},
			[]ToolCall{call(0, "a", "f", `{"x":1}`), call(1, "b", "g", `{}`)}},
		"index from 1":        {[]list{{piece(1, "a", "f", ``)}, {piece(2, "b", "g", ``)}, {piece(1, "", "", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "g", ``)}},
		"index backwards":     {[]list{{piece(1, "a", "f", `{`)}, {piece(0, "b", "g", `{`)}, {piece(1, "", "", `}`)}, {piece(0, "", "", `}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "g", `{}`)}},
		"index huge":          {[]list{{piece(2000000000, "a", "f", `{`)}, {piece(2000000000, "", "", `}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"index only at first": {[]list{{piece(0, "a", "f", ``)}, {piece(-1, "", "", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"index only later":    {[]list{{piece(-1, "a", "f", ``)}, {piece(0, "a", "", `{`)}, {piece(0, "", "", `}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},

		"no index: one":             {[]list{{piece(-1, "a", "f", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"no index: two in a list":   {[]list{{piece(-1, "a", "f", `{}`), piece(-1, "b", "f", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "f", `{}`)}},
		"no index: two lists":       {[]list{{piece(-1, "a", "f", `{}`)}, {piece(-1, "b", "f", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "f", `{}`)}},
		"no index: fragments":       {[]list{{piece(-1, "a", "f", ``)}, {piece(-1, "", "", `{`)}, {piece(-1, "null", "", `}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"no index: two in pieces":   {[]list{{piece(-1, "a", "f", `{`)}, {piece(-1, "", "", `}`)}, {piece(-1, "b", "g", `[`)}, {piece(-1, "", "", `]`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "g", `[]`)}},
		"no index: lists of pieces": {[]list{{piece(-1, "a", "f", `{`), piece(-1, "b", "g", `[`)}, {piece(-1, "", "", `}`), piece(-1, "", "", `]`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "g", `[]`)}},

		"neither: one":             {[]list{{piece(-1, "null", "f", `{}`)}}, []ToolCall{call(0, "made", "f", `{}`)}},
		"neither: two in a list":   {[]list{{piece(-1, "", "f", `{}`), piece(-1, "null", "f", `{}`)}}, []ToolCall{call(0, "made", "f", `{}`), call(1, "made", "f", `{}`)}},
		"neither: nameless list":   {[]list{{piece(-1, "", "", `{}`), piece(-1, "", "", `{}`)}}, []ToolCall{call(0, "made", "", `{}`), call(1, "made", "", `{}`)}},
		"neither: two lists":       {[]list{{piece(-1, "", "f", `{"x":1}`)}, {piece(-1, "", "f", `{"x":2}`)}}, []ToolCall{call(0, "made", "f", `{"x":1}`), call(1, "made", "f", `{"x":2}`)}},
		"neither: two names":       {[]list{{piece(-1, "", "f", ``)}, {piece(-1, "", "g", `{}`)}}, []ToolCall{call(0, "made", "f", ``), call(1, "made", "g", `{}`)}},
		"neither: fragments":       {[]list{{piece(-1, "", "f", ``)}, {piece(-1, "", "", `{`)}, {piece(-1, "", "", `}`)}}, []ToolCall{call(0, "made", "f", `{}`)}},
		"neither: name repeated":   {[]list{{piece(-1, "", "f", `{"x"`)}, {piece(-1, "", "f", `:1}`)}}, []ToolCall{call(0, "made", "f", `{"x":1}`)}},
		"neither: lists of pieces": {[]list{{piece(-1, "", "f", `{`), piece(-1, "", "g", `[`)}, {piece(-1, "", "", `}`), piece(-1, "", "", `]`)}}, []ToolCall{call(0, "made", "f", `{}`), call(1, "made", "g", `[]`)}},

		"one index, two ids":              {[]list{{piece(0, "a", "f", `{"x":1}`)}, {piece(0, "b", "g", `{"y":2}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`), call(1, "b", "g", `{"y":2}`)}},
		"one index, two ids, one list":    {[]list{{piece(0, "a", "f", `{}`), piece(0, "b", "f", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "f", `{}`)}},
		"one index, two ids, in pieces":   {[]list{{piece(0, "a", "f", `{`)}, {piece(0, "", "", `}`)}, {piece(0, "b", "f", `[`)}, {piece(0, "", "", `]`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "f", `[]`)}},
		"one index, two ids, interleaved": {[]list{{piece(0, "a", "f", ``)}, {piece(0, "b", "g", ``)}, {piece(0, "a", "", `{}`)}, {piece(0, "b", "", `[]`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "g", `[]`)}},
		"one index, no ids, two names":    {[]list{{piece(0, "", "f", `{"x":1}`)}, {piece(0, "", "g", `{"y":2}`)}}, []ToolCall{call(0, "made", "f", `{"x":1}`), call(1, "made", "g", `{"y":2}`)}},
		"one index, no ids, name in name": {[]list{{piece(0, "", "f", `{}`)}, {piece(0, "", "foo", `{}`)}}, []ToolCall{call(0, "made", "f", `{}`), call(1, "made", "foo", `{}`)}},
		"one index, no ids, one name":     {[]list{{piece(0, "", "f", `{"x":1}`)}, {piece(0, "", "f", `{"y":2}`)}}, []ToolCall{call(0, "made", "f", `{"x":1}`), call(1, "made", "f", `{"y":2}`)}},
		"one index, no ids, one list":     {[]list{{piece(0, "", "f", ``), piece(0, "", "f", ``)}}, []ToolCall{call(0, "made", "f", ``), call(1, "made", "f", ``)}},
		"one id, two indexes":             {[]list{{piece(0, "a", "f", `{}`), piece(1, "a", "g", `[]`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "a", "g", `[]`)}},
		"one id, two in a list":           {[]list{{piece(-1, "a", "f", `{"x":1}`), piece(-1, "a", "f", `{"x":2}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`), call(1, "a", "f", `{"x":2}`)}},
		"another id without a name":       {[]list{{piece(0, "a", "f", `{`)}, {piece(0, "b", "", `}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},

		"name first, id later":           {[]list{{piece(0, "", "f", ``)}, {piece(0, "a", "", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"name first, id later, no index": {[]list{{piece(-1, "", "f", ``)}, {piece(-1, "a", "", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"id first, name later":           {[]list{{piece(0, "a", "", ``)}, {piece(0, "", "f", `{}`)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"arguments first":                {[]list{{piece(0, "", "", `{}`)}, {piece(0, "a", "f", ``)}}, []ToolCall{call(0, "a", "f", `{}`)}},
		"new id without name or index":   {[]list{{piece(-1, "a", "f", `{}`)}, {piece(-1, "b", "", `[]`)}}, []ToolCall{call(0, "a", "f", `{}`), call(1, "b", "", `[]`)}},
		"name repeated after the whole":  {[]list{{piece(0, "", "f", `{}`)}, {piece(0, "", "f", ``)}}, []ToolCall{call(0, "made", "f", `{}`)}},

		"whole call repeated":    {[]list{{piece(0, "a", "f", `{"x":1}`)}, {piece(0, "a", "f", `{"x":1}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`)}},
		"object replaces object": {[]list{{piece(0, "a", "f", `{"x":1}`)}, {piece(0, "", "", `{"x":1,"y":2}`)}}, []ToolCall{call(0, "a", "f", `{"x":1,"y":2}`)}},
		"empty object first":     {[]list{{piece(0, "a", "f", `{}`)}, {piece(0, "", "", `{"x"`)}, {piece(0, "", "", `:1}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}`)}},
		"object within":          {[]list{{piece(0, "a", "f", `{"x":`)}, {piece(0, "", "", `{"y":"}"}`)}, {piece(0, "", "", `}`)}}, []ToolCall{call(0, "a", "f", `{"x":{"y":"}"}}`)}},
		"quote in a string":      {[]list{{piece(0, "a", "f", `{"x":"\"}`)}, {piece(0, "", "", `{}`)}, {piece(0, "", "", `"}`)}}, []ToolCall{call(0, "a", "f", `{"x":"\"}{}"}`)}},
		"no object any more":     {[]list{{piece(0, "a", "f", `{"x":1}`)}, {piece(0, "", "", `x`)}, {piece(0, "", "", `{}`)}}, []ToolCall{call(0, "a", "f", `{"x":1}x{}`)}},
		"more after the whole":   {[]list{{piece(0, "a", "f", `{"x":1}`)}, {piece(0, "", "", `{"y"`)}}, []ToolCall{call(0, "a", "f", `{"x":1}{"y"`)}},
		"cut":                    {[]list{{piece(0, "a", "f", `{"x`)}}, []ToolCall{call(0, "a", "f", `{"x`)}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, foldCalls(c.lists...)) })
	}
}

func TestMadeCallIDs(t *testing.T) {
	fold := func(response, arguments string) []ToolCall {
		var a accumulator
		a.add(&ChatChunk{ID: response, Choices: []ChunkChoice{
			{Delta: Delta{ToolCalls: []ToolCallDelta{{Index: 0, Name: "f", Arguments: arguments}, {Index: 1, Name: "f"}}}},
			{Index: 1, Delta: Delta{ToolCalls: []ToolCallDelta{{Index: 0, Name: "f"}}}}}})
		r := a.response()
		return append(r.Choices[0].Message.ToolCalls, r.Choices[1].Message.ToolCalls...)
	}
	seen := map[string]bool{}
	for _, calls := range [][]ToolCall{fold("a", "{}"), fold("b", "{}"), fold("", `{"x":1}`), fold("", `{"x":2}`)[:1]} {
		for _, call := range calls {
			assert.True(t, isWireCallID(call.ID), call.ID)
			assert.False(t, seen[call.ID], "id twice")
			seen[call.ID] = true
		}
	}
	assert.Equal(t, fold("a", "{}"), fold("a", "{}"), "another id each time")
	assert.Equal(t, fold("a", "{")[0].ID, fold("a", "{}")[0].ID, "the id changes while the arguments come")
}

// TestFoldContent has the rules for parts.
func TestFoldContent(t *testing.T) {
	text := func(s string) Delta { return Delta{Text: s} }
	parts := func(parts ...Part) Delta { return Delta{Content: append(Content{}, parts...)} }
	think := func(s string) *ThinkingPart { return &ThinkingPart{Text: s} }
	unknown := &UnknownPart{Type: "x", Raw: json.RawMessage(`{"type":"x"}`)}
	for name, c := range map[string]struct {
		deltas []Delta
		want   Content
	}{
		"nothing":               {nil, nil},
		"null":                  {[]Delta{{}, {Role: RoleAssistant}}, nil},
		"empty":                 {[]Delta{{}, {Content: Content{}}}, textContent("")},
		"text":                  {[]Delta{{Content: Content{}}, text("a"), text(""), text("b")}, textContent("ab")},
		"text in lists":         {[]Delta{parts(&TextPart{Text: "a"}), text("b"), parts(&TextPart{Text: "c"})}, textContent("abc")},
		"thinking":              {[]Delta{{Content: Content{}}, parts(think("a")), parts(think("b")), parts(think("")), text("c")}, Content{think("ab"), &TextPart{Text: "c"}}},
		"thinking as a field":   {[]Delta{{Thinking: "a"}, {Thinking: "b", Text: "c"}, text("d")}, Content{think("ab"), &TextPart{Text: "cd"}}},
		"closed":                {[]Delta{parts(think("a")), parts(&ThinkingPart{Text: "b", Closed: new(true)}), parts(&ThinkingPart{Text: "c"}, &TextPart{Text: "d"})}, Content{&ThinkingPart{Text: "abc", Closed: new(true)}, &TextPart{Text: "d"}}},
		"signature at the end":  {[]Delta{parts(think("a")), parts(&ThinkingPart{Signature: "s"}), parts(think("b"))}, Content{&ThinkingPart{Text: "a", Signature: "s"}, think("b")}},
		"nested":                {[]Delta{parts(think("ab")), parts(&ThinkingPart{Text: "c", nested: []nestedPart{{at: 1, raw: json.RawMessage("7")}}})}, Content{&ThinkingPart{Text: "abc", nested: []nestedPart{{at: 3, raw: json.RawMessage("7")}}}}},
		"aside":                 {[]Delta{parts(&ThinkingPart{Text: "a", aside: true}), parts(&ThinkingPart{Text: "b", aside: true}), parts(think("c"))}, Content{&ThinkingPart{Text: "ab", aside: true}, think("c")}},
		"references":            {[]Delta{text("a"), parts(&ReferencePart{IDs: []string{"0"}}), text("b")}, Content{&TextPart{Text: "a"}, &ReferencePart{IDs: []string{"0"}}, &TextPart{Text: "b"}}},
		"unknown":               {[]Delta{text("a"), parts(unknown, unknown)}, Content{&TextPart{Text: "a"}, unknown, unknown}},
		"apart in one list":     {[]Delta{parts(&TextPart{Text: "a"}, &TextPart{Text: "b"}), text("c")}, Content{&TextPart{Text: "a"}, &TextPart{Text: "bc"}}},
		"empty text in a list":  {[]Delta{parts(&TextPart{}, think("a"), &TextPart{})}, Content{think("a"), &TextPart{}}},
		"empty before another":  {[]Delta{parts(&TextPart{}), parts(&ReferencePart{IDs: []string{"0"}})}, Content{&ReferencePart{IDs: []string{"0"}}}},
		"empty between":         {[]Delta{parts(think("a")), parts(&TextPart{}), parts(think("b"))}, Content{think("ab")}},
		"nil parts":             {[]Delta{parts(nil, (*TextPart)(nil), &TextPart{Text: "a"})}, textContent("a")},
		"other parts":           {[]Delta{parts(&ImagePart{URL: "u"}, &FilePart{FileID: "f"})}, Content{&ImagePart{URL: "u"}, &FilePart{FileID: "f"}}},
		"content before fields": {[]Delta{{Content: textContent("a"), Text: "a", Thinking: "b"}}, textContent("a")},
	} {
		t.Run(name, func(t *testing.T) {
			var a accumulator
			a.add(&ChatChunk{Choices: []ChunkChoice{{}}})
			for _, d := range c.deltas {
				a.add(&ChatChunk{Choices: []ChunkChoice{{Delta: d}}})
			}
			assert.Equal(t, c.want, a.response().Message().Content)
		})
	}
}

// TestFoldTop has the rules for what is beside the content.
func TestFoldTop(t *testing.T) {
	var a accumulator
	assert.False(t, a.whole())
	assert.Equal(t, &ChatResponse{}, a.response())

	filter := func(category, severity string) ContentFilter { return ContentFilter{category: {Severity: severity}} }
	for _, c := range []ChatChunk{
		{Filter: filter("hate", "low")},
		{ID: "id", Choices: []ChunkChoice{{Index: 2, Delta: Delta{Text: "c"}}}},
		{ID: "other", Model: "m", Created: time.Unix(5, 0), Usage: &Usage{TotalTokens: 9}, Choices: []ChunkChoice{
			{Index: 0, Delta: Delta{Role: "custom", Text: "a"}, Filter: filter("hate", "safe")}, {Index: 2, Delta: Delta{Text: "d"}, FinishReason: FinishLength}}},
	} {
		a.add(&c)
		assert.False(t, a.whole())
	}
	a.add(&ChatChunk{Model: "other", Created: time.Unix(6, 0), Usage: &Usage{TotalTokens: 7}, Filter: filter("hate", "safe"), Choices: []ChunkChoice{
		{Index: 0, Delta: Delta{Role: RoleTool}, FinishReason: FinishStop, Filter: filter("hate", "medium")}}})
	assert.True(t, a.whole())
	a.add(&ChatChunk{Choices: []ChunkChoice{{Index: 0}, {Index: 0, FinishReason: FinishToolCalls}}})
	a.add(&ChatChunk{})
	assert.True(t, a.whole())
	want := &ChatResponse{
		ID: "id", Model: "m", Created: time.Unix(5, 0), Usage: Usage{TotalTokens: 7}, Filter: filter("hate", "low"),
		Choices: []Choice{
			{Index: 0, Message: Message{Role: "custom", Content: textContent("a")}, FinishReason: FinishToolCalls, Filter: filter("hate", "medium")},
			{Index: 2, Message: Message{Role: RoleAssistant, Content: textContent("cd")}, FinishReason: FinishLength},
		},
	}
	assert.Equal(t, want, a.response())

	a.add(&ChatChunk{Choices: []ChunkChoice{{Index: 1}}})
	assert.False(t, a.whole(), "a choice without a finish reason came")
}

// TestFoldSharesNothing: neither what a caller does to a chunk or to an answer, nor
// what comes later, changes an answer.
func TestFoldSharesNothing(t *testing.T) {
	chunk := func() *ChatChunk {
		return &ChatChunk{ID: "i", Usage: &Usage{TotalTokens: 1}, Filter: ContentFilter{"a": {Filtered: true}}, Choices: []ChunkChoice{{
			Filter: ContentFilter{"a": {Filtered: true}},
			Delta: Delta{Content: Content{
				&ThinkingPart{Text: "t", Closed: new(true), nested: []nestedPart{{raw: json.RawMessage("1")}}},
				&UnknownPart{Raw: json.RawMessage("1")}, &ReferencePart{IDs: []string{"0"}}, &ImagePart{Data: []byte("1")}, &TextPart{Text: "a"}},
				ToolCalls: []ToolCallDelta{{ID: "i", Name: "f", Arguments: "{"}}}}}}
	}
	spoil := func(content Content) {
		*content[0].(*ThinkingPart).Closed = false
		content[0].(*ThinkingPart).Text = "z"
		content[1].(*UnknownPart).Raw[0] = '2'
		content[2].(*ReferencePart).IDs[0] = "2"
		content[3].(*ImagePart).Data[0] = '2'
		content[4].(*TextPart).Text = "z"
	}
	var a accumulator
	c := chunk()
	a.add(c)
	first := a.response()
	var same accumulator
	same.add(chunk())
	want := same.response()
	require.Equal(t, want, first)
	spoil(c.Choices[0].Delta.Content)
	c.Usage.TotalTokens, c.Filter["a"], c.Choices[0].Filter["b"], c.Choices[0].Delta.ToolCalls[0].Name = 2, FilterResult{}, FilterResult{}, "z"
	assert.Equal(t, want, a.response())

	spoil(first.Choices[0].Message.Content)
	first.Filter["a"], first.Choices[0].Filter["b"] = FilterResult{}, FilterResult{}
	first.Choices[0].Message.ToolCalls[0].Name = "z"
	assert.Equal(t, want, a.response())

	a.add(chunk())
	var b accumulator
	b.add(chunk())
	assert.Equal(t, b.response(), want, "an answer changed when more came")
}

// TestFoldCost: what a chunk costs does not grow with what has come before. Time
// would say more, and fail on a busy machine; a copy of all that came shows in bytes.
func TestFoldCost(t *testing.T) {
	for name, delta := range map[string]Delta{
		"text":          {Text: "token "},
		"text parts":    {Content: textContent("token ")},
		"thinking":      {Content: Content{&ThinkingPart{Text: "token "}}},
		"arguments":     {ToolCalls: []ToolCallDelta{{Index: 0, Arguments: "token "}}},
		"named pieces":  {ToolCalls: []ToolCallDelta{{Index: 0, Name: "f", Arguments: `{"a":`}}},
		"objects":       {ToolCalls: []ToolCallDelta{{Index: 0, Arguments: `{"a":`}}},
		"endless calls": {ToolCalls: []ToolCallDelta{{Index: -1, Name: "f", Arguments: `{}`}}},
		"endless lists": {ToolCalls: []ToolCallDelta{{Index: -1}, {Index: -1}, {Index: -1}, {Index: -1}}},
	} {
		allocated := func(n int) uint64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var a accumulator
			for range n {
				a.add(&ChatChunk{Choices: []ChunkChoice{{Delta: delta}}})
			}
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		small, large := allocated(2000), allocated(64000)
		assert.Less(t, large, 32*4*small, "%s: %d bytes for 2000 chunks, %d for 64000", name, small, large)
	}
	long := make([]ToolCallDelta, 200000)
	for i := range long {
		long[i].Index = -1
	}
	assert.Len(t, foldCalls(long), len(long)) // a fold in squared time would not end
}

// TestFoldAllocations: a token of text costs nothing but its room.
func TestFoldAllocations(t *testing.T) {
	var a accumulator
	chunk := &ChatChunk{ID: "i", Model: "m", Choices: []ChunkChoice{{Delta: Delta{Text: "token "}}}}
	assert.Less(t, testing.AllocsPerRun(10000, func() { a.add(chunk) }), 0.05)
	call := &ChatChunk{ID: "i", Model: "m", Choices: []ChunkChoice{{Delta: Delta{ToolCalls: []ToolCallDelta{{Arguments: "token "}}}}}}
	assert.Less(t, testing.AllocsPerRun(10000, func() { a.add(call) }), 0.05)
	a = accumulator{}
	thinking := &ChatChunk{ID: "i", Model: "m", Choices: []ChunkChoice{{Delta: Delta{Thinking: "token ", Content: Content{&ThinkingPart{Text: "token ", Closed: new(true)}}}}}}
	assert.Less(t, testing.AllocsPerRun(10000, func() { a.add(thinking) }), 0.05)
	filter := &ChatChunk{Choices: []ChunkChoice{{Delta: Delta{Text: "token "}, Filter: ContentFilter{"hate": {Severity: "safe"}, "violence": {Severity: "low"}}}}}
	assert.Less(t, testing.AllocsPerRun(10000, func() { a.add(filter) }), 0.05)
}
