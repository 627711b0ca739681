package structured

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decodeCase decodes one answer in each of the forms in which it may come.
type decodeCase interface {
	run(t *testing.T, name string)
}

type decodes[T any] struct {
	options *Options
	text    string // what the model wrote, bare
	want    T
}

func (c decodes[T]) run(t *testing.T, name string) {
	p, err := newPlan[T](c.options)
	require.NoError(t, err, name)
	forms := map[string]string{
		"bare":            c.text,
		"blanks":          "\n\t " + c.text + " \r\n",
		"byte order mark": "\uFEFF" + c.text,
		"fence":           "```json\n" + c.text + "\n```",
		"plain fence":     "```\n" + c.text + "\n```\n",
		"fence on a line": "```json " + c.text + "```",
	}
	if p.wrapped {
		forms["wrapped"] = `{"value": ` + c.text + ` }`
		forms["wrapped in a fence"] = "```json\n{\n  \"value\": " + c.text + "\n}\n```"
	}
	asked := forms["bare"]
	if p.wrapped {
		asked = forms["wrapped"]
	}
	if asked[0] == '{' || asked[0] == '[' {
		quoted, err := json.Marshal(asked)
		require.NoError(t, err)
		forms["in a string"] = string(quoted)
	}
	for form, text := range forms {
		for means, resp := range map[string]*azmistral.ChatResponse{
			"text":   says(text),
			"a call": calls(p.Name, text),
			"text behind a thought": ended(azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Content{
				&azmistral.ThinkingPart{Text: "{so it is…"}, &azmistral.TextPart{Text: text},
			}}, azmistral.FinishStop),
			"text in parts": ended(azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Content{
				&azmistral.TextPart{Text: text[:len(text)/2]}, &azmistral.TextPart{Text: text[len(text)/2:]},
			}}, azmistral.FinishStop),
			"a call beside text": ended(azmistral.Message{
				Role: azmistral.RoleAssistant, Content: azmistral.Content{&azmistral.TextPart{Text: "Here it is:"}},
				ToolCalls: []azmistral.ToolCall{{Name: p.Name, Arguments: text}},
			}, azmistral.FinishToolCalls),
		} {
			got, err := Decode[T](resp, c.options)
			if assert.NoError(t, err, "%s, %s as %s: %s", name, form, means, text) {
				assert.Equal(t, c.want, got, "%s, %s as %s: %s", name, form, means, text)
			}
		}
	}
}

func TestDecode(t *testing.T) {
	for name, c := range map[string]decodeCase{
		"struct":            decodes[invoice]{nil, invoiceText, theInvoice},
		"nulls":             decodes[invoice]{nil, `{"number":"A-7","total":0,"lines":[],"paid":null,"due":null}`, invoice{Number: "A-7", Lines: []line{}}},
		"time inside":       decodes[invoice]{nil, `{"number":"","total":0,"lines":[],"due":"2026-03-01T12:00:00Z"}`, invoice{Lines: []line{}, Due: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}},
		"pointer":           decodes[*invoice]{nil, invoiceText, &theInvoice},
		"generic":           decodes[pair[int]]{nil, `{"left":1,"right":2}`, pair[int]{1, 2}},
		"slice":             decodes[[]line]{nil, `[{"text":"a","count":1},{"text":"b","count":2}]`, []line{{"a", 1}, {"b", 2}}},
		"empty slice":       decodes[[]line]{nil, `[]`, []line{}},
		"array":             decodes[[2]int]{nil, `[3,4]`, [2]int{3, 4}},
		"map":               decodes[map[string]int]{nil, `{"a":1,"b":2}`, map[string]int{"a": 1, "b": 2}},
		"a map with value":  decodes[map[string]int]{nil, `{"value":1}`, map[string]int{"value": 1}},
		"enum":              decodes[color]{nil, `"green"`, "green"},
		"text":              decodes[string]{nil, `"twelve {\"a\":1}"`, `twelve {"a":1}`},
		"a text of JSON":    decodes[string]{nil, `"{\"value\":3}"`, `{"value":3}`},
		"number":            decodes[float64]{nil, `-1.5e2`, -150},
		"integer":           decodes[int]{nil, `42`, 42},
		"yes or no":         decodes[bool]{nil, `true`, true},
		"time":              decodes[time.Time]{nil, `"2026-03-01T12:00:00Z"`, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
		"anything":          decodes[any]{nil, `{"a":[1,null]}`, any(map[string]any{"a": []any{1.0, nil}})},
		"nothing":           decodes[any]{nil, `null`, any(nil)},
		"raw into any":      decodes[any]{&Options{Schema: raw(`{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}`)}, `{"a":1,"b":2}`, any(map[string]any{"a": 1.0, "b": 2.0})},
		"raw into a struct": decodes[line]{&Options{Schema: map[string]any{"type": "object"}}, `{"text":"a","count":0}`, line{"a", 0}},
		"raw of a list":     decodes[[]any]{&Options{Schema: raw(`{"type":"array","items":{"type":["integer","null"]}}`)}, `[1,null]`, []any{1.0, nil}},
		"raw with its name": decodes[int]{&Options{Name: "count", Schema: []byte(`{"type":"integer"}`)}, `3`, 3},
	} {
		c.run(t, name)
	}
}

// What an answer may lack, and what is said of it.
func TestDecodeProblems(t *testing.T) {
	beside := func(text string, name string) *azmistral.ChatResponse {
		r := calls(name, `{}`)
		r.Choices[0].Message.Content = azmistral.Assistant(text).Content
		return r
	}
	filtered := ended(azmistral.Assistant(`{"number":`), azmistral.FinishContentFilter)
	filtered.Choices[0].Filter = azmistral.ContentFilter{"violence": {Filtered: true}, "hate": {Filtered: true}, "sexual": {Severity: "safe"}}
	for _, c := range []struct {
		name string
		resp *azmistral.ChatResponse
		want Problem
		is   error
		text string // of the error
	}{
		{"a rule", says(`{"number":"A-7","total":-1,"lines":[]}`), Problem{"total", "minimum", "must be at least 0, not -1"}, nil,
			`structured: the answer is no structured.invoice: total must be at least 0, not -1 (minimum) [finish reason stop, request r1]`},
		{"a rule, in a string", says(`"{\"number\":\"A-7\",\"total\":-1,\"lines\":[]}"`), Problem{"total", "minimum", "must be at least 0, not -1"}, nil, ""},
		{"a string", says(`"one invoice"`), Problem{"", "type", "must be an object, not the string \"one invoice\""}, nil, ""},
		{"cut", ended(azmistral.Assistant(`{"number":"A`), azmistral.FinishLength), Problem{"", "length", "it was cut after 5 tokens: raise MaxTokens, or ask for less"}, ErrLength,
			`structured: the answer is no structured.invoice: it was cut after 5 tokens: raise MaxTokens, or ask for less (length) [finish reason length, request r1]`},
		{"cut, though it looks whole", ended(azmistral.Assistant(invoiceText), azmistral.FinishLength), Problem{"", "length", "it was cut after 5 tokens: raise MaxTokens, or ask for less"}, ErrLength, ""},
		{"a full context", ended(azmistral.Assistant(`{`), azmistral.FinishModelLength), Problem{"", "length", "it was cut after 5 tokens, for the model's context is full: ask for less, or shorten the conversation"}, ErrLength, ""},
		{"a cut call", ended(calls("invoice", `{"number":`).Message(), azmistral.FinishLength), Problem{"", "length", "it was cut after 5 tokens: raise MaxTokens, or ask for less"}, ErrLength, ""},
		{"filtered", filtered, Problem{"", "content_filter", "the content filter cut it for hate, violence"}, azmistral.ErrContentFiltered,
			`structured: the answer is no structured.invoice: the content filter cut it for hate, violence (content_filter) [finish reason content_filter, request r1]`},
		{"given up", ended(azmistral.Assistant(invoiceText), azmistral.FinishError), Problem{"", "incomplete", "the service gave up on it"}, azmistral.ErrIncomplete, ""},
		{"of a stream that goes on", ended(azmistral.Assistant(invoiceText), ""), Problem{"", "incomplete", "it has no finish reason, so it may be half"}, azmistral.ErrIncomplete, ""},
		{"another call", calls("get_weather", `{}`), Problem{"", "tool_calls", `the model called "get_weather"`}, nil,
			`structured: the answer is no structured.invoice: the model called "get_weather" (tool_calls) [finish reason tool_calls, request r1]`},
		{"other calls", calls("get_weather", `{}`, `{}`), Problem{"", "tool_calls", `the model called "get_weather", "get_weather"`}, nil, ""},
		{"text, then another call", beside(invoiceText, "add"), Problem{"", "tool_calls", `the model called "add"`}, nil, ""},
		{"two values", calls("invoice", invoiceText, invoiceText), Problem{"", "tool_calls", `one call of "invoice" was asked for, 2 came`}, nil, ""},
		{"a call of nothing", calls("invoice", ""), Problem{"", "syntax", "is empty: answer with JSON"}, nil, ""},
		{"blanks", says(" \n"), Problem{"", "empty", "the answer has no text"}, nil,
			`structured: the answer is no structured.invoice: the answer has no text (empty) [finish reason stop, request r1]`},
		{"no content", ended(azmistral.Message{Role: azmistral.RoleAssistant}, azmistral.FinishStop), Problem{"", "empty", "the answer has no text"}, nil, ""},
		{"only a thought", ended(azmistral.Message{Content: azmistral.Content{&azmistral.ThinkingPart{Text: invoiceText}}}, azmistral.FinishStop), Problem{"", "empty", "the answer has no text"}, nil, ""},
		{"no choice", &azmistral.ChatResponse{}, Problem{"", "empty", "the answer has no text"}, nil,
			`structured: the answer is no structured.invoice: the answer has no text (empty)`},
		{"no response", nil, Problem{"", "empty", "there is no response"}, nil,
			`structured: the answer is no structured.invoice: there is no response (empty)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decode[invoice](c.resp, nil)
			assert.Zero(t, got)
			e, ok := errors.AsType[*OutputError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, []Problem{c.want}, e.Problems)
			assert.Equal(t, c.want, Problem{e.Path, e.Rule, e.Message})
			assert.Same(t, c.resp, e.Response)
			if c.text != "" {
				assert.Equal(t, c.text, e.Error())
			}
			for _, sentinel := range []error{ErrLength, azmistral.ErrContentFiltered, azmistral.ErrIncomplete} {
				assert.Equal(t, sentinel == c.is, errors.Is(err, sentinel), "%v", sentinel)
			}
		})
	}
}

// A body that came whole may lack the finish reason: it cannot be half.
func TestDecodeWholeBody(t *testing.T) {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Raw(200, nil, `{"choices":[{"index":0,"message":{"role":"assistant","content":"{\"text\":\"a\",\"count\":1}"}}]}`))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	require.NoError(t, err)
	got, resp, err := Chat[line](context.Background(), client, ask("Read it."), nil)
	require.NoError(t, err)
	assert.Empty(t, resp.FinishReason())
	assert.Equal(t, line{"a", 1}, got)
}

func TestDecodeNamesType(t *testing.T) {
	_, err := Decode[map[string]any](says(`[]`), nil)
	assert.ErrorContains(t, err, "structured: the answer is no map[string]any: the value must be an object, not a list (type)")
}

// The problems are those of the meaning that was asked for.
func TestDecodeLikeliest(t *testing.T) {
	for text, want := range map[string]Problem{
		`{"value":["red",7]}`:          {"[1]", "type", `must be one of "red", "green", "blue", not the number 7`},
		`"{\"value\":[\"red\",7]}"`:    {"[1]", "type", `must be one of "red", "green", "blue", not the number 7`},
		`["red",7]`:                    {"[1]", "type", `must be one of "red", "green", "blue", not the number 7`},
		`"[\"red\",7]"`:                {"[1]", "type", `must be one of "red", "green", "blue", not the number 7`},
		`{"value":["red"],"more":[7]}`: {"", "type", "must be a list, not an object"},
	} {
		_, err := Decode[[]color](says(text), nil)
		e, ok := errors.AsType[*OutputError](err)
		require.True(t, ok, text)
		assert.Equal(t, []Problem{want}, e.Problems, text)
	}
}
