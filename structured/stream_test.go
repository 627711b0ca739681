package structured

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// streamer is a client whose streams give these chunks, and then an error, io.EOF if nil.
type streamer struct {
	chunks []*azmistral.ChatChunk
	err    error
	refuse error // of the call
	asked  []azmistral.ChatRequest
	closed int
}

func (s *streamer) ChatStream(_ context.Context, req azmistral.ChatRequest, _ *azmistral.ChatOptions) (*azmistral.ChatStream, error) {
	s.asked = append(s.asked, req)
	if s.refuse != nil {
		return nil, s.refuse
	}
	at := 0
	return azmistral.NewChatStream(azmistral.ResponseInfo{RequestID: "r1"}, func() (*azmistral.ChatChunk, error) {
		if at == len(s.chunks) {
			if s.err != nil {
				return nil, s.err
			}
			return nil, io.EOF
		}
		at++
		return s.chunks[at-1], nil
	}, func() error { s.closed++; return nil }), nil
}

// delta is a chunk of the first choice.
func delta(d azmistral.Delta) *azmistral.ChatChunk {
	return &azmistral.ChatChunk{ID: "a1", Choices: []azmistral.ChunkChoice{{Delta: d}}}
}

func finish(reason azmistral.FinishReason) *azmistral.ChatChunk {
	return &azmistral.ChatChunk{Choices: []azmistral.ChunkChoice{{FinishReason: reason}}, Usage: &azmistral.Usage{TotalTokens: 7}}
}

// texts is an answer in pieces of text.
func texts(pieces ...string) *streamer {
	s := &streamer{}
	for _, piece := range pieces {
		s.chunks = append(s.chunks, delta(azmistral.Delta{Text: piece}))
	}
	s.chunks = append(s.chunks, finish(azmistral.FinishStop))
	return s
}

// arguments is a call in pieces, as OpenAI's layout has them.
func arguments(name string, pieces ...string) *streamer {
	s := &streamer{chunks: []*azmistral.ChatChunk{delta(azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{{ID: "call00001", Name: name}}})}}
	for _, piece := range pieces {
		s.chunks = append(s.chunks, delta(azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{{Arguments: piece}}}))
	}
	s.chunks = append(s.chunks, finish(azmistral.FinishToolCalls))
	return s
}

// collect keeps what a stream gave: each view as JSON, for they change.
func collect[T any](t *testing.T, client ChatStreamer, options *Options) (views []string, last Partial[T], err error) {
	t.Helper()
	for v, e := range Stream[T](context.Background(), client, ask("Read it."), options) {
		require.NoError(t, err, "an error is the last pair")
		require.False(t, last.Complete, "the whole value is the last pair")
		text, failed := json.Marshal(v.Value)
		require.NoError(t, failed)
		views = append(views, string(text))
		last, err = v, e
	}
	return views, last, err
}

func TestStream(t *testing.T) {
	client := texts(`{"te`, `xt":`, `"scr`, `ews","cou`, `nt":1`, `0`, `0}`)
	views, last, err := collect[line](t, client, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{
		`{"text":"scr","count":0}`,
		`{"text":"screws","count":0}`,
		`{"text":"screws","count":100}`,
		`{"text":"screws","count":100}`,
	}, views)
	assert.Equal(t, line{"screws", 100}, last.Value)
	assert.True(t, last.Complete)
	assert.Equal(t, azmistral.FinishStop, last.Response.FinishReason())
	assert.Equal(t, `{"text":"screws","count":100}`, last.Response.Text())
	assert.Equal(t, 7, last.Response.Usage.TotalTokens)
	assert.Equal(t, 1, client.closed)
	p, err := newPlan[line](nil)
	require.NoError(t, err)
	asked, err := p.request(nil, ask("Read it."))
	require.NoError(t, err)
	assert.Equal(t, []azmistral.ChatRequest{asked}, client.asked)
}

// A blank at the end of a piece may be inside a text.
func TestStreamBlanks(t *testing.T) {
	views, _, err := collect[line](t, texts(` {"text":"a `, `b ", `, ` "count": 1 } `), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{`{"text":"a ","count":0}`, `{"text":"a b ","count":0}`, `{"text":"a b ","count":1}`, `{"text":"a b ","count":1}`}, views)
}

// The value is found in whatever stands around it.
func TestStreamForms(t *testing.T) {
	for name, c := range map[string]struct {
		client  *streamer
		options *Options
		views   []string
	}{
		"wrapped":           {texts(`{"value":[`, `"red"`, `,"blue"`, `]}`), nil, []string{`[]`, `["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"fence":             {texts("``", "`js", "on\n", `{"value":["red"`, `,"blue"]}`, "\n``", "`"), nil, []string{`["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"a fence on a line": {texts("```json {\"value\":[\"red\"", ",\"blue\"]}```"), nil, []string{`["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"mark":              {texts("\n\uFEFF", " ", `{"value":["red",`, `"blue"]}`, " \n"), nil, []string{`["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"a call":            {arguments("answer", `{"value":["red`, `"`, `,"blue"]}`), &Options{Mode: ModeTool}, []string{`[]`, `["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"another choice": {&streamer{chunks: []*azmistral.ChatChunk{
			{Choices: []azmistral.ChunkChoice{{Index: 1, Delta: azmistral.Delta{Text: "no"}}, {Delta: azmistral.Delta{Text: `{"value":["red"`}}}},
			{Choices: []azmistral.ChunkChoice{{Delta: azmistral.Delta{Text: `,"blue"]}`}, FinishReason: "stop"}, {Index: 1, FinishReason: "stop"}}},
		}}, nil, []string{`["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"another choice's call": {&streamer{chunks: []*azmistral.ChatChunk{
			{Choices: []azmistral.ChunkChoice{{Index: 1, Delta: azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{{Name: "answer", Arguments: `{"value":["blue"`}}}}}},
			{Choices: []azmistral.ChunkChoice{{Delta: azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{{Name: "answer", Arguments: `{"value":["red"`}}}}}},
			{Choices: []azmistral.ChunkChoice{{Delta: azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{{Arguments: `,"blue"]}`}}}, FinishReason: "tool_calls"}, {Index: 1, FinishReason: "length"}}},
		}}, &Options{Mode: ModeTool}, []string{`["red"]`, `["red","blue"]`, `["red","blue"]`}},
		"behind a thought": {&streamer{chunks: []*azmistral.ChatChunk{
			delta(azmistral.Delta{Thinking: "{hm"}), delta(azmistral.Delta{Text: `{"value":["red"`}), delta(azmistral.Delta{Text: `,"blue"]}`}), finish("stop"),
		}}, nil, []string{`["red"]`, `["red","blue"]`, `["red","blue"]`}},
		// What the views miss, the end has.
		"bare":                            {texts(`["red"`, `,"blue"]`), nil, []string{`["red","blue"]`}},
		"in a string":                     {texts(`"{\"value\":`, `[\"red\",\"blue\"]}"`), nil, []string{`["red","blue"]`}},
		"text where a call was asked for": {texts(`{"value":["red","blue"]}`), &Options{Mode: ModeTool}, []string{`["red","blue"]`}},
		"a call where text was asked for": {arguments("answer", `{"value":["red","blue"]}`), nil, []string{`["red","blue"]`}},
	} {
		views, last, err := collect[[]color](t, c.client, c.options)
		require.NoError(t, err, name)
		assert.Equal(t, []color{"red", "blue"}, last.Value, name)
		assert.True(t, last.Complete, name)
		assert.Equal(t, 1, c.client.closed, name)
		assert.Equal(t, c.views, views, name)
	}
}

func TestStreamFails(t *testing.T) {
	refused := errors.New("refused")
	cut := texts(`{"text":"scr`)
	cut.chunks, cut.err = cut.chunks[:1], errors.New("reset")
	empty := &streamer{err: errors.New("reset")}
	for _, c := range []struct {
		name    string
		client  *streamer
		options *Options
		best    line
		want    string
		is      error
		output  bool // an *OutputError, which holds what came
	}{
		{"refused", &streamer{refuse: refused}, nil, line{}, "refused", refused, false},
		{"cut", cut, nil, line{Text: "scr"}, "structured: the answer is no structured.line: azmistral: the answer was cut short: reset [request r1, delivered: it may be billed] [request r1]", azmistral.ErrIncomplete, true},
		{"cut before anything came", empty, nil, line{}, "azmistral: the answer was cut short: reset [request r1, delivered: it may be billed]", azmistral.ErrIncomplete, false},
		{"too long", &streamer{chunks: append(texts(`{"text":"scr`).chunks[:1], finish("length"))}, nil, line{Text: "scr"},
			"structured: the answer is no structured.line: it was cut for its length: raise MaxTokens, or ask for less (length) [finish reason length, request r1]", ErrLength, true},
		{"against a rule", texts(`{"text":"a","count":`, `0}`), nil, line{Text: "a"},
			"structured: the answer is no structured.line: count must be at least 1, not 0 (minimum) [finish reason stop, request r1]", nil, true},
		{"no JSON", texts(`I can`, `not.`), nil, line{}, "structured: the answer is no structured.line: the value is no JSON at byte 1 of 9: invalid character 'I' looking for beginning of value (syntax) [finish reason stop, request r1]", nil, true},
		{"repairs", texts(), &Options{Repairs: 1}, line{}, "structured: Options.Repairs is 1: a stream cannot take back what it gave", azmistral.ErrInvalidRequest, false},
		{"a bad option", texts(), &Options{Name: "a b"}, line{}, `structured: Options.Name "a b" must be letters, digits, '_' and '-', at most 64`, azmistral.ErrInvalidRequest, false},
		{"a bad mode", texts(), &Options{Mode: "xml"}, line{}, `structured: Options.Mode "xml" is not known`, azmistral.ErrInvalidRequest, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, last, err := collect[line](t, c.client, c.options)
			require.EqualError(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			assert.Equal(t, Partial[line]{Value: c.best}, last)
			e, ok := errors.AsType[*OutputError](err)
			require.Equal(t, c.output, ok)
			if ok {
				assert.Equal(t, e.Response.Text(), e.Text)
				assert.NotEmpty(t, e.Text)
				assert.Equal(t, []*azmistral.ChatResponse{e.Response}, e.Responses)
			}
		})
	}
}

// A fake may give neither a stream nor an error.
func TestStreamOfNothing(t *testing.T) {
	for v, err := range Stream[line](context.Background(), nothing{}, ask(""), nil) {
		require.EqualError(t, err, "structured: the answer is no structured.line: there is no response (empty)")
		assert.Zero(t, v)
	}
}

type nothing struct{}

func (nothing) ChatStream(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatStream, error) {
	return nil, nil
}

// A model may write blanks without end: they are not kept.
func TestStreamOpening(t *testing.T) {
	v := newView[line](false)
	for range 1000 {
		assert.False(t, v.write("\n "))
		assert.Empty(t, v.opening)
	}
	assert.True(t, v.write(`{"text":"a`))
	assert.Equal(t, line{Text: "a"}, v.value)

	v = newView[line](false)
	assert.False(t, v.write("```"))
	for range 1000 { // a word without end is none
		assert.False(t, v.write("json"))
		assert.LessOrEqual(t, len(v.opening), maxOpening+4)
	}
	assert.False(t, v.write(`{"text":"a`))
}

// Of an answer in another form than was asked for, nothing is shown that the end would
// take back.
func TestStreamOtherForms(t *testing.T) {
	object := &Options{Schema: raw(`{"type":"object"}`)}
	for text, options := range map[string]*Options{
		`{"name":"bolt","value":5}`:       nil,
		`{"Value":5}`:                     nil,
		`{"va`:                            nil,
		`"{\"sum\":3}"`:                   object,
		`[3]`:                             object,
		"```" + `"{\"sum\":3}"` + "\n```": object,
	} {
		var pieces []string
		for i := range text {
			pieces = append(pieces, text[i:i+1])
		}
		for v, err := range Stream[any](context.Background(), texts(pieces...), ask(""), options) {
			if !v.Complete {
				assert.Error(t, err, "%s: %v", text, v.Value)
				assert.Nil(t, v.Value, text)
			}
		}
	}
}

// The object that a value travels in may have blanks everywhere, and be cut anywhere.
func TestStreamWrapper(t *testing.T) {
	const text = " {\n \"value\" : [ \"red\" , \"blue\" ] } "
	for cut := range text {
		views, last, err := collect[[]color](t, texts(text[:cut], text[cut:]), nil)
		require.NoError(t, err)
		assert.Equal(t, []color{"red", "blue"}, last.Value)
		assert.Contains(t, views[0], `[`, "a view before the end")
		assert.Greater(t, len(views), 1, "cut at %d", cut)
	}
}

// A call of something else is no view of the value.
func TestStreamOtherCall(t *testing.T) {
	views, last, err := collect[line](t, arguments("other", `{"text":"a"}`), &Options{Mode: ModeTool})
	require.ErrorContains(t, err, `the model called "other" (tool_calls)`)
	assert.Len(t, views, 1)
	assert.Zero(t, last)
}

// Of several calls of the value, which the end refuses, the first is shown.
func TestStreamTwoCalls(t *testing.T) {
	first, second := azmistral.ToolCallDelta{Name: "line", Arguments: `{"text":"a`}, azmistral.ToolCallDelta{Index: 1, ID: "call00002", Name: "line", Arguments: `b`}
	client := &streamer{chunks: []*azmistral.ChatChunk{
		delta(azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{first}}), delta(azmistral.Delta{ToolCalls: []azmistral.ToolCallDelta{second}}), finish("tool_calls"),
	}}
	_, last, err := collect[line](t, client, &Options{Mode: ModeTool})
	require.ErrorContains(t, err, `one call of "line" was asked for, 2 came`)
	assert.Equal(t, line{Text: "a"}, last.Value)
}

// A cut call is kept too.
func TestStreamCutCall(t *testing.T) {
	client := arguments("line", `{"text":"scr`)
	client.chunks, client.err = client.chunks[:2], errors.New("reset")
	_, last, err := collect[line](t, client, &Options{Mode: ModeTool})
	e, ok := errors.AsType[*OutputError](err)
	require.True(t, ok)
	assert.Equal(t, `{"text":"scr`, e.Text)
	assert.Equal(t, "incomplete", e.Rule)
	assert.Equal(t, "scr", last.Value.Text)
}

// Of a cut answer, too, the text is that of the value's own call, where it has one.
func TestStreamCutCalls(t *testing.T) {
	for _, mode := range []Mode{ModeTool, ModeJSONSchema} {
		for want, calls := range map[string][]azmistral.ToolCallDelta{
			`{"text":"scr`: {{Name: "other", Arguments: `{"a":1}`}, {Index: 1, Name: "line", Arguments: `{"text":"scr`}},
			`Let me see`:   {{Name: "other", Arguments: `{"a":1}`}},
		} {
			client := &streamer{chunks: []*azmistral.ChatChunk{delta(azmistral.Delta{Text: "Let me see", ToolCalls: calls})}, err: errors.New("reset")}
			_, _, err := collect[line](t, client, &Options{Mode: mode})
			e, ok := errors.AsType[*OutputError](err)
			require.True(t, ok)
			assert.Equal(t, want, e.Text, mode)
		}
	}
}

// Leaving the loop closes the stream, at whichever view.
func TestStreamBreak(t *testing.T) {
	client := texts(`{"text":"a`, `b`, `c","count":1}`)
	for leave := range 4 {
		at := 0
		for range Stream[line](context.Background(), client, ask(""), nil) {
			if at == leave {
				break
			}
			at++
		}
		assert.Equal(t, leave+1, client.closed)
		assert.Len(t, client.asked, leave+1, "each loop is a request")
	}
}

// document is a value with all that JSON has.
type document struct {
	Title   string             `json:"title"`
	Sizes   map[string]float64 `json:"sizes"`
	Items   []*invoice         `json:"items"`
	Color   color              `json:"color"`
	Any     any                `json:"any"`
	When    time.Time          `json:"when,omitzero"`
	Deep    [][]string         `json:"deep"`
	Pair    [2]bool            `json:"pair"`
	Omitted *line              `json:"omitted,omitempty"`
	pair[int]
}

const documentText = `{"title":"a \"long\" \u00e9\ud83d\ude00 title\n","sizes":{"small":1.5e1,"large":-20},"items":[` + invoiceText + `,` + invoiceText + `],` +
	`"color":"green","any":{"list":[1,"two",true,null,{"x":-0.5}]},"when":"2026-03-01T12:00:00Z","deep":[["a","b"],[],["c"]],"pair":[true,false],` +
	`"omitted":{"text":"t","count":3},"left":12,"right":34}`

// However the text is cut, each view is a beginning of the next and of the value: what
// is whole stays, and nothing is made up.
func TestStreamViews(t *testing.T) {
	var want document
	require.NoError(t, json.Unmarshal([]byte(documentText), &want))
	value, err := json.Marshal(want)
	require.NoError(t, err)
	for _, mode := range []Mode{ModeJSONSchema, ModeTool} {
		for _, size := range []int{1, 2, 3, 7, 50, len(documentText)} {
			var pieces []string
			for rest := documentText; rest != ""; {
				n := min(size, len(rest))
				pieces, rest = append(pieces, rest[:n]), rest[n:]
			}
			client := texts(pieces...)
			if mode == ModeTool {
				client = arguments("document", pieces...)
			}
			views, last, err := collect[document](t, client, &Options{Mode: mode})
			require.NoError(t, err)
			assert.Equal(t, want, last.Value)
			if size == 1 {
				assert.Greater(t, len(views), 50, "a view for each piece that tells more")
			}
			for i := range views {
				next := string(value)
				if i+1 < len(views) {
					next = views[i+1]
				}
				require.True(t, begins(views[i], next), "%s\nis no beginning of\n%s", views[i], next)
				require.True(t, begins(views[i], string(value)), "%s\nis no beginning of\n%s", views[i], value)
			}
		}
	}
}

// begins says whether a value, as JSON, may grow into another: what is zero into
// anything, a text into one that starts with it, a list or object into one with more.
func begins(before, after string) bool {
	var a, b any
	if json.Unmarshal([]byte(before), &a) != nil || json.Unmarshal([]byte(after), &b) != nil {
		return false
	}
	return growsInto(a, b)
}

func growsInto(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return true
	case bool:
		return !a || a == b
	case float64:
		return a == 0 || a == b
	case string:
		text, ok := b.(string)
		return ok && (strings.HasPrefix(text, a) || a == "0001-01-01T00:00:00Z")
	case []any:
		list, ok := b.([]any)
		if !ok || len(list) < len(a) {
			return false
		}
		for i := range a {
			if !growsInto(a[i], list[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		object, ok := b.(map[string]any)
		if !ok {
			return false
		}
		for name, value := range a {
			if there, found := object[name]; !found && value != nil || found && !growsInto(value, there) {
				return false
			}
		}
		return true
	}
	return false
}
