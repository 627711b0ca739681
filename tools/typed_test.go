package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/tools"
)

type search struct {
	Query string    `json:"query" jsonschema:"what to look for" minLength:"1"`
	Since time.Time `json:"since,omitzero"`
	Limit *int      `json:"limit" minimum:"1" maximum:"50"`
	Order string    `json:"order,omitempty" enum:"newest,best"`
}

func TestFor(t *testing.T) {
	tool, err := tools.For("search-2_b", "Searches.", func(context.Context, search) (string, error) { return "", nil })
	require.NoError(t, err)
	assert.Equal(t, azmistral.Tool{
		Name: "search-2_b", Description: "Searches.",
		Parameters: json.RawMessage(`{"type":"object","properties":{` +
			`"query":{"type":"string","description":"what to look for","minLength":1},` +
			`"since":{"type":["string","null"],"format":"date-time"},` +
			`"limit":{"type":["integer","null"],"minimum":1,"maximum":50},` +
			`"order":{"type":["string","null"],"enum":["newest","best",null]}},` +
			`"required":["query"],"additionalProperties":false}`),
	}, tool.Tool)

	strict, err := tool.InStrictMode()
	require.NoError(t, err)
	assert.True(t, strict.Strict)
	assert.JSONEq(t, strings.Replace(string(tool.Parameters.(json.RawMessage)), `"required":["query"]`, `"required":["query","since","limit","order"]`, 1),
		string(strict.Parameters.(json.RawMessage)))
	assert.False(t, tool.Strict, "the tool itself stays as it was")
}

type rectangle interface{ Area() float64 }

type (
	self     struct{ Selves []self }
	callback struct{ Done chan int }
	drawing  struct{ Shape rectangle }
)

func TestForErrors(t *testing.T) {
	const byName = ", and a model gives arguments by name: take a struct, or a map with string keys"
	const form = "tools.For: a tool's name has letters, digits, '_' and '-', at most 64 of them: "
	for _, test := range []struct {
		err  error
		want string
	}{
		{errOf[search](""), "tools.For: a tool needs a name"},
		{errOf[search]("get weather"), form + `"get weather" has not`},
		{errOf[search]("a\n"), form + `"a\n" has not`},
		{errOf[search](strings.Repeat("a", 65)), form + `"` + strings.Repeat("a", 65) + `" has not`},
		{errOf[string]("f"), `tools.For: tool "f" takes a string` + byName},
		{errOf[[]int]("f"), `tools.For: tool "f" takes a []int` + byName},
		{errOf[map[int]int]("f"), `tools.For: tool "f" takes a map[int]int` + byName},
		{errOf[any]("f"), `tools.For: tool "f" takes a interface {}` + byName},
		{errOf[time.Time]("f"), `tools.For: tool "f" takes a time.Time, which JSON need not have as an object, and a model gives arguments by name: take a struct with such a field`},
		{errOf[callback]("f"), `tools.For: tool "f": callback.Done: a chan is nothing that JSON can hold: leave the field out with json:"-"`},
		{errOf[drawing]("f"), `tools.For: tool "f": drawing.Shape: JSON cannot be read into the interface tools_test.rectangle, since it does not say which type to make: use a struct, or json.RawMessage`},
		{errOf[self]("f"), `tools.For: tool "f": self.Selves[]: the type tools_test.self contains itself (self.Selves[].Selves[] …), which a schema without references cannot say: ` +
			"write out as many levels as are needed as types of their own, use json.RawMessage there, or give the type a method JSONSchema() json.RawMessage"},
	} {
		assert.EqualError(t, test.err, test.want)
	}
	assert.NoError(t, errOf[search](strings.Repeat("a", 64)))
	_, err := tools.For[search, string]("f", "", nil)
	assert.EqualError(t, err, `tools.For: tool "f" has no handler`)
}

func errOf[In any](name string) error {
	_, err := tools.For(name, "", func(context.Context, In) (string, error) { return "", nil })
	return err
}

// What the handler gets of what the model wrote.
func TestCallArguments(t *testing.T) {
	type in struct {
		City string `json:"city,omitempty"`
		Days *int   `json:"days"`
	}
	tool := made(t, func(_ context.Context, got in) (in, error) { return got, nil })
	for arguments, want := range map[string]string{
		``:                             `{"days":null}`,
		" \n\t":                        `{"days":null}`,
		`{}`:                           `{"days":null}`,
		`{"city":"Paris","days":3}`:    `{"city":"Paris","days":3}`,
		`{"city":null,"days":null}`:    `{"days":null}`,
		` {"city":"a<b>&c"} `:          `{"city":"a<b>&c","days":null}`,
		`"{\"city\":\"Paris\"}"`:       `{"city":"Paris","days":null}`,
		` " {\"city\":\"Paris\"} \n" `: `{"city":"Paris","days":null}`,
		`""`:                           `{"days":null}`,
		`" "`:                          `{"days":null}`,
	} {
		got, err := tool.Call(t.Context(), arguments)
		require.NoError(t, err, arguments)
		assert.Equal(t, want, got, arguments)
	}
}

func TestCallMap(t *testing.T) {
	tool := made(t, func(_ context.Context, got map[string]int) (map[string]int, error) { return got, nil })
	got, err := tool.Call(t.Context(), `{"b":1,"a":2}`)
	require.NoError(t, err)
	assert.Equal(t, `{"a":2,"b":1}`, got)
	_, err = tool.Call(t.Context(), `{"b":"1"}`)
	assert.EqualError(t, err, `the arguments of act cannot be used: b must be a whole number, not the string "1". Call act again with these mended`)
	_, err = tool.InStrictMode()
	assert.EqualError(t, err, `tool "act": map[string]int: it may have properties of any name, as a map has, which strict mode cannot say: use a list of structs with fields for name and value, or do without strict mode`)

	pointer := made(t, func(_ context.Context, got *search) (string, error) { return got.Query, nil })
	got, err = pointer.Call(t.Context(), `{"query":"x"}`)
	require.NoError(t, err)
	assert.Equal(t, "x", got)
	_, err = pointer.Call(t.Context(), `null`)
	assert.Error(t, err)
}

type mood string

type shouted string

func (s shouted) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(string(s))), nil }

type named struct{ N int }

func (named) String() string { return "not used" }

// What the model reads of what the handler returns.
func TestCallResult(t *testing.T) {
	for _, test := range []struct {
		tool tools.Tool
		want string
	}{
		{gives(t, "it's <7>"), "it's <7>"},
		{gives(t, ""), ""},
		{gives(t, mood("good")), "good"},
		{gives(t, shouted("hey")), `"HEY"`},
		{gives(t, []byte("raw")), "raw"},
		{gives(t, json.RawMessage(`{"a": 1}`)), `{"a": 1}`},
		{gives(t, errors.New("no such city")), "no such city"},
		{gives[any](t, errors.New("no such city")), "no such city"},
		{gives(t, struct{}{}), "ok"},
		{gives[any](t, nil), "null"},
		{gives[error](t, nil), "null"},
		{gives(t, 7), "7"},
		{gives(t, []string{"<a>", "&"}), `["<a>","&"]`},
		{gives(t, named{5}), `{"N":5}`},
		{gives(t, &named{5}), `{"N":5}`},
		{gives[any](t, "text"), "text"},
	} {
		got, err := test.tool.Call(t.Context(), "")
		require.NoError(t, err)
		assert.Equal(t, test.want, got)
	}
	_, err := gives(t, math.NaN()).Call(t.Context(), "")
	assert.EqualError(t, err, `result of tool "act" cannot be written as JSON: json: unsupported value: NaN`)
}

func TestCallFails(t *testing.T) {
	cause := errors.New("database is away")
	tool := made(t, func(context.Context, struct{}) (string, error) { return "half", cause })
	got, err := tool.Call(t.Context(), "{}")
	assert.Same(t, cause, err, "the handler's error is handed on as it is")
	assert.Empty(t, got)

	panics := made(t, func(context.Context, struct{}) (string, error) { panic("oh") })
	assert.PanicsWithValue(t, "oh", func() { _, _ = panics.Call(t.Context(), "") })

	type key struct{}
	sees := made(t, func(ctx context.Context, _ struct{}) (any, error) { return ctx.Value(key{}), nil })
	got, err = sees.Call(context.WithValue(t.Context(), key{}, "caller's"), "")
	require.NoError(t, err)
	assert.Equal(t, "caller's", got)

	_, err = tools.Tool{Tool: azmistral.Tool{Name: "bare"}}.Call(t.Context(), "")
	assert.EqualError(t, err, `tool "bare" was not made by tools.For or tools.New: there is nothing to call`)
	_, err = tools.Tool{Tool: azmistral.Tool{Name: "bare"}}.InStrictMode()
	assert.EqualError(t, err, `tool "bare" was not made by tools.For or tools.New: it has no schema`)
}

// The text that a model gets for arguments it has to mend.
func TestArgumentsError(t *testing.T) {
	ran := false
	tool := made(t, func(context.Context, search) (string, error) { ran = true; return "", nil })
	for arguments, want := range map[string]string{
		`{"limit":100,"order":"oldest"}`: `limit must be at most 50, not 100; order must be one of "newest", "best", null, not "oldest"; query is missing, it must be a string`,
		`{"query":"x","since":"monday"}`: `since must be a string with a date-time, as in "2006-01-02T15:04:05Z", not "monday"`,
		`["x"]`:                          `the whole must be an object, not a list`,
		`"x"`:                            `the whole must be an object, not the string "x"`,
		`{"query":`:                      `the whole is no JSON: it ends after 9 bytes, before it is complete`,
		"```{\"query\":\"x\"}```":        "the whole is no JSON at byte 1 of 19: it is fenced by ```: answer with nothing but JSON, without the fence",
		`{"query":"x","limit":2.0}`:      `limit must be a whole number written without fraction and exponent, not 2.0`,
	} {
		_, err := tool.Call(t.Context(), arguments)
		assert.EqualError(t, err, "the arguments of act cannot be used: "+want+". Call act again with these mended", arguments)
	}
	assert.False(t, ran)

	_, err := tool.Call(t.Context(), `{"query":5}`)
	found, ok := errors.AsType[*tools.ArgumentsError](err)
	require.True(t, ok)
	assert.Equal(t, &tools.ArgumentsError{Tool: "act", Problems: []tools.ArgumentProblem{
		{Path: "query", Rule: "type", Message: "must be a string, not the number 5"},
	}}, found)
}
