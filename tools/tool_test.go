package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/tools"
)

func same(_ context.Context, arguments string) (string, error) { return arguments, nil }

const cityOnly = `{"type":"object", "properties":{"city":{"type":"string"}}, "required":["city"], "additionalProperties":false}`

func TestNew(t *testing.T) {
	tool, err := tools.New(azmistral.Tool{Name: "echo", Description: "Echoes.", Parameters: json.RawMessage(cityOnly)}, same)
	require.NoError(t, err)
	assert.Equal(t, azmistral.Tool{Name: "echo", Description: "Echoes.", Parameters: json.RawMessage(cityOnly)}, tool.Tool, "the schema is sent as it is")

	for arguments, want := range map[string]string{
		` {"city" : "Paris"}`:    ` {"city" : "Paris"}`,
		`"{\"city\":\"Paris\"}"`: `{"city":"Paris"}`,
	} {
		got, err := tool.Call(t.Context(), arguments)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err = tool.Call(t.Context(), "")
	assert.EqualError(t, err, "the arguments of echo cannot be used: city is missing, it must be a string. Call echo again with these mended")

	strict, err := tool.InStrictMode()
	require.NoError(t, err)
	assert.Equal(t, azmistral.Tool{Name: "echo", Description: "Echoes.", Parameters: json.RawMessage(cityOnly), Strict: true}, strict.Tool)
	got, err := strict.Call(t.Context(), `{"city":"Paris"}`)
	require.NoError(t, err)
	assert.Equal(t, `{"city":"Paris"}`, got)
}

// A tool without arguments says so by itself; one with []byte is not sent as base64.
func TestNewParameters(t *testing.T) {
	none, err := tools.New(azmistral.Tool{Name: "now"}, same)
	require.NoError(t, err)
	assert.Nil(t, none.Parameters)
	got, err := none.Call(t.Context(), " ")
	require.NoError(t, err)
	assert.Equal(t, "{}", got)
	_, err = none.Call(t.Context(), `{"zone":"UTC"}`)
	assert.EqualError(t, err, "the arguments of now cannot be used: zone is not expected: no properties are. Call now again with these mended")
	strict, err := none.InStrictMode()
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"object","properties":{},"additionalProperties":false}`, string(strict.Parameters.(json.RawMessage)))

	text := []byte(cityOnly)
	bytes, err := tools.New(azmistral.Tool{Name: "b", Parameters: text}, same)
	require.NoError(t, err)
	clear(text)
	assert.Equal(t, json.RawMessage(cityOnly), bytes.Parameters)

	raw := json.RawMessage(cityOnly)
	kept, err := tools.New(azmistral.Tool{Name: "r", Parameters: raw}, same)
	require.NoError(t, err)
	clear(raw)
	strict, err = kept.InStrictMode()
	require.NoError(t, err)
	assert.Equal(t, json.RawMessage(cityOnly), strict.Parameters)

	loose, err := tools.New(azmistral.Tool{Name: "m", Parameters: map[string]any{"type": "object"}}, same)
	require.NoError(t, err)
	assert.Equal(t, json.RawMessage(`{"type":"object"}`), loose.Parameters)
	_, err = loose.InStrictMode()
	assert.EqualError(t, err, `tool "m": strict mode needs additionalProperties: false in every object of the schema, and the root has none`)
}

func TestNewErrors(t *testing.T) {
	for _, test := range []struct {
		tool azmistral.Tool
		want string
	}{
		{azmistral.Tool{Name: "a b"}, `tools.New: a tool's name has letters, digits, '_' and '-', at most 64 of them: "a b" has not`},
		{azmistral.Tool{Name: "f", Raw: json.RawMessage(`{"type":"web_search"}`)}, "tools.New: a tool with Raw runs at the service and has nothing to call here: put it into ChatRequest.Tools itself"},
		{azmistral.Tool{Name: "f", Parameters: `{"type":"object"}`}, `tools.New: parameters of tool "f": a JSON Schema is an object, or true or false, not a string: give JSON text as json.RawMessage or []byte, not "{\"type\":\"object\"}"`},
		{azmistral.Tool{Name: "f", Parameters: json.RawMessage(`{"type":"objet"}`)}, `tools.New: parameters of tool "f": it is no JSON Schema by draft 7: type must be one of "array", "boolean", "integer", "null", "number", "object", "string", not "objet"`},
		{azmistral.Tool{Name: "f", Parameters: json.RawMessage(`{"properties":{}}`)}, `tools.New: parameters of tool "f": the schema must be of an object ("type":"object"), since arguments have names`},
		{azmistral.Tool{Name: "f", Parameters: true}, `tools.New: parameters of tool "f": the schema must be of an object ("type":"object"), since arguments have names`},
	} {
		_, err := tools.New(test.tool, same)
		assert.EqualError(t, err, test.want)
	}
	_, err := tools.New(azmistral.Tool{Name: "f"}, nil)
	assert.EqualError(t, err, `tools.New: tool "f" has no handler`)
}

func TestNewFails(t *testing.T) {
	cause := errors.New("away")
	tool, err := tools.New(azmistral.Tool{Name: "f"}, func(context.Context, string) (string, error) { return "half", cause })
	require.NoError(t, err)
	got, err := tool.Call(t.Context(), "")
	assert.Same(t, cause, err)
	assert.Empty(t, got)
}

func TestList(t *testing.T) {
	a, err := tools.New(azmistral.Tool{Name: "a"}, same)
	require.NoError(t, err)
	b := gives(t, 1)
	assert.Equal(t, []azmistral.Tool{a.Tool, b.Tool}, tools.List(a, b))
	assert.Empty(t, tools.List())
}
