package schema

import (
	"encoding/json"
	"math/big"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The text of both forms, whole: order of fields, of keywords, and what is nullable.
func TestForms(t *testing.T) {
	for _, test := range []struct {
		of           reflect.Type
		text, strict string // strict "": the same
	}{
		{reflect.TypeFor[nothing](), `{"type":"object","properties":{},"additionalProperties":false}`, ``},
		{reflect.TypeFor[person](), `{"type":"object","properties":{"name":{"type":"string","description":"given and family name"},` +
			`"home":{"type":"object","properties":{"street":{"type":"string"},"zip":{"type":"string","pattern":"^[0-9]{5}$"}},` +
			`"required":["street","zip"],"additionalProperties":false}},"required":["name","home"],"additionalProperties":false}`, ``},
		{
			reflect.TypeFor[omitted](),
			`{"type":"object","properties":{"name":{"type":["string","null"]},"tags":{"type":["array","null"],"items":{"type":"string"}},` +
				`"count":{"type":["integer","null"]}},"additionalProperties":false}`,
			`{"type":"object","properties":{"name":{"type":["string","null"]},"tags":{"type":["array","null"],"items":{"type":"string"}},` +
				`"count":{"type":["integer","null"]}},"required":["name","tags","count"],"additionalProperties":false}`,
		},
		{
			reflect.TypeFor[struct {
				Big big.Int
				Num json.Number
				For time.Duration
				At  time.Time
			}](),
			`{"type":"object","properties":{"Big":{"type":"integer"},"Num":{"type":"number"},"For":{"type":"integer","description":"in nanoseconds: 1000000000 is one second"},` +
				`"At":{"type":"string","format":"date-time"}},"required":["Big","Num","For","At"],"additionalProperties":false}`, ``,
		},
		{
			reflect.TypeFor[maybeDay](),
			`{"type":"object","properties":{"day":{"type":["string","null"],"enum":["mon","tue","sun",null]},` +
				`"next":{"type":["string","null"],"enum":["mon","tue","sun",null]}},"additionalProperties":false}`,
			`{"type":"object","properties":{"day":{"type":["string","null"],"enum":["mon","tue","sun",null]},` +
				`"next":{"type":["string","null"],"enum":["mon","tue","sun",null]}},"required":["day","next"],"additionalProperties":false}`,
		},
		{
			reflect.TypeFor[unpicky](),
			`{"type":"object","properties":{"Own":{"type":["object","null"],"properties":{"A":{"type":["integer","null"]},"B":{"type":["integer","null"]}},` +
				`"additionalProperties":false}},"additionalProperties":false}`,
			`{"type":"object","properties":{"Own":{"type":["object","null"],"properties":{"A":{"type":["integer","null"]},"B":{"type":["integer","null"]}},` +
				`"required":["A","B"],"additionalProperties":false}},"required":["Own"],"additionalProperties":false}`,
		},
		{
			reflect.TypeFor[struct {
				Shade *color `json:"shade" jsonschema:"of the wall"`
				Raw   any    `json:"raw" jsonschema:"what you like: <b>, &"`
			}](),
			`{"type":"object","properties":{"shade":{"anyOf":[{"anyOf":[{"type":"string","enum":["red","blue"]},{"type":"object","properties":{"rgb":` +
				`{"type":"integer","minimum":0}},"required":["rgb"],"additionalProperties":false}]},{"type":"null"}],"description":"of the wall"},` +
				`"raw":{"description":"what you like: <b>, &"}},"required":["raw"],"additionalProperties":false}`,
			`struct.raw` + anyValue,
		},
		{
			reflect.TypeFor[byCode](),
			`{"type":"object","properties":{"Load":{"type":"object","propertyNames":{"pattern":"^-?(0|[1-9][0-9]*)$","enum":["200","404"]},` +
				`"additionalProperties":{"type":"integer"}}},"required":["Load"],"additionalProperties":false}`,
			`byCode.Load` + aMap,
		},
		{
			reflect.TypeFor[lasting](),
			`{"type":"object","properties":{"wait":{"type":"integer","description":"how long to wait (in nanoseconds: 1000000000 is one second)"},` +
				`"max":{"type":["integer","null"],"description":"in nanoseconds: 1000000000 is one second"}},"required":["wait"],"additionalProperties":false}`,
			`{"type":"object","properties":{"wait":{"type":"integer","description":"how long to wait (in nanoseconds: 1000000000 is one second)"},` +
				`"max":{"type":["integer","null"],"description":"in nanoseconds: 1000000000 is one second"}},"required":["wait","max"],"additionalProperties":false}`,
		},
		{
			reflect.TypeFor[struct {
				Holes []*int `enum:"1,2"`
			}](),
			`{"type":"object","properties":{"Holes":{"type":"array","items":{"type":["integer","null"],"enum":[1,2,null]}}},"required":["Holes"],"additionalProperties":false}`, ``,
		},
		{reflect.TypeFor[**int](), `{"type":"integer"}`, ``},
		{reflect.TypeFor[[]*int](), `{"type":"array","items":{"type":["integer","null"]}}`, ``},
	} {
		s, err := Of(test.of)
		require.NoError(t, err)
		assert.Equal(t, test.text, string(s.JSON()))
		strict, err := s.Strict()
		if err != nil {
			assert.Equal(t, test.strict, err.Error())
		} else if test.strict == "" {
			assert.Equal(t, test.text, string(strict))
		} else {
			assert.Equal(t, test.strict, string(strict))
		}
	}
}

// What is made once is the same for all, and nobody can change it.
func TestOfIsMadeOnce(t *testing.T) {
	type local struct{ A, B int }
	made := make([]*Schema, 8)
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() { made[i], _ = Of(reflect.TypeFor[local]()) })
	}
	all.Wait()
	for _, s := range made {
		assert.Same(t, made[0], s)
	}
	text := made[0].JSON()
	clear(text)
	strict, err := made[0].Strict()
	require.NoError(t, err)
	clear(strict)
	assert.True(t, json.Valid(made[0].JSON()))
	strict, _ = made[0].Strict()
	assert.True(t, json.Valid(strict))

	_, first := Of(reflect.TypeFor[chan int]())
	_, second := Of(reflect.TypeFor[chan int]())
	require.Error(t, first)
	assert.Same(t, first, second)
}

func TestIsObject(t *testing.T) {
	for text, want := range map[string]bool{
		`{"type":"object"}`:          true,
		`{"type":["object"]}`:        true,
		`{"type":["object","null"]}`: false,
		`{"properties":{}}`:          false,
		`true`:                       false,
		`false`:                      false,
		`{}`:                         false,
		`{"$ref":"#/$defs/a","$defs":{"a":{"type":"object"}}}`:              true,
		`{"$ref":"#/$defs/a","$defs":{"a":{"type":"array"}}}`:               false,
		`{"allOf":[{"minProperties":1},{"type":"object"}]}`:                 true,
		`{"anyOf":[{"type":"object"},{"type":"object","minProperties":1}]}`: true,
		`{"oneOf":[{"type":"object"},{"type":"string"}]}`:                   false,
		`{"anyOf":[{"type":"object"},true]}`:                                false,
	} {
		s, err := Parse(json.RawMessage(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, s.IsObject(), text)
	}
	for of, want := range map[reflect.Type]bool{
		reflect.TypeFor[person](): true, reflect.TypeFor[map[string]int](): true, reflect.TypeFor[*person](): true,
		reflect.TypeFor[[]person](): false, reflect.TypeFor[any](): false, reflect.TypeFor[color](): false, reflect.TypeFor[branch](): true,
	} {
		s, err := Of(of)
		require.NoError(t, err)
		assert.Equal(t, want, s.IsObject(), of)
	}
}

func TestParse(t *testing.T) {
	const closed = `{"type":"object", "properties":{"a":{"$ref":"#/$defs/x"}}, "additionalProperties":false, "$defs":{"x":{"type":"string"}}}`
	for _, test := range []struct {
		give   any
		text   string // what JSON gives
		strict string // what the error of Strict says; "": the same text
	}{
		{json.RawMessage(closed), closed, ""},
		{[]byte(closed), closed, ""},
		{true, "true", ""},
		{map[string]any{"type": "string"}, `{"type":"string"}`, ""},
		{struct {
			Type string `json:"type"`
		}{"object"}, `{"type":"object"}`, "strict mode needs additionalProperties: false in every object of the schema, and the root has none"},
		{&jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "object"}}, `{"type":"array","items":{"type":"object"}}`,
			"strict mode needs additionalProperties: false in every object of the schema, and items has none"},
		{json.RawMessage(`{"anyOf":[{"type":"null"},{"properties":{}}]}`), `{"anyOf":[{"type":"null"},{"properties":{}}]}`,
			"strict mode needs additionalProperties: false in every object of the schema, and anyOf[1] has none"},
		{json.RawMessage(`{"$defs":{"a b":{"type":["object","null"],"additionalProperties":{}}}}`), `{"$defs":{"a b":{"type":["object","null"],"additionalProperties":{}}}}`,
			`strict mode needs additionalProperties: false in every object of the schema, and $defs["a b"] has none`},
		{json.RawMessage(`{"type":"array","items":{"$ref":"#"}}`), `{"type":"array","items":{"$ref":"#"}}`, ""},
	} {
		s, err := Parse(test.give)
		require.NoError(t, err, test.text)
		assert.Equal(t, test.text, string(s.JSON()))
		strict, err := s.Strict()
		if test.strict != "" {
			assert.EqualError(t, err, test.strict)
			assert.Nil(t, strict)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, test.text, string(strict))
	}
}

// A schema is kept as it was, also if the user's bytes change.
func TestParseCopies(t *testing.T) {
	for _, kind := range []func([]byte) any{
		func(text []byte) any { return text },
		func(text []byte) any { return json.RawMessage(text) },
	} {
		text := []byte(`{"type":"string"}`)
		s, err := Parse(kind(text))
		require.NoError(t, err)
		clear(text)
		assert.Equal(t, `{"type":"string"}`, string(s.JSON()))
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		give any
		want string
	}{
		{json.RawMessage(`{"type":`), "the schema is no JSON: unexpected end of JSON input"},
		{json.RawMessage(nil), "the schema is no JSON: unexpected end of JSON input"},
		{make(chan int), "the schema cannot be written as JSON: json: unsupported type: chan int"},
		{nil, "a JSON Schema is an object, or true or false, not null"},
		{`{"type":"object"}`, `a JSON Schema is an object, or true or false, not a string: give JSON text as json.RawMessage or []byte, not "{\"type\":\"object\"}"`},
		{[]string{"a"}, "a JSON Schema is an object, or true or false, not a list"},
		{json.RawMessage(`{"type":"object","type":"array"}`), "the schema is not usable: type is given twice; give it once"},
		{json.RawMessage(`{"type":"strng"}`), `it is no JSON Schema by draft 7: type must be one of "array", "boolean", "integer", "null", "number", "object", "string", not "strng"`},
		{json.RawMessage(`{"properties":{"a":{"required":true}}}`), "it is no JSON Schema by draft 7: properties.a.required must be a list, not true"},
		{json.RawMessage(`{"properties":{"a":"string"}}`), `it is no JSON Schema by draft 7: properties.a must be an object or true or false, not the string "string"`},
		{json.RawMessage(`{"minLength":-1}`), "it is no JSON Schema by draft 7: minLength must be at least 0, not -1"},
		{json.RawMessage(`{"pattern":"(?=a)"}`), "the root: the pattern \"(?=a)\" is none that Go's package regexp takes: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		{json.RawMessage(`{"items":{"patternProperties":{"[":true}}}`), "items: the pattern \"[\" is none that Go's package regexp takes: error parsing regexp: missing closing ]: `[`"},
		{json.RawMessage(`{"items":{"$ref":"#/$defs/a"}}`), `items.$ref is "#/$defs/a", and there is no such place within the schema`},
		{json.RawMessage(`{"$ref":"https://example.com/a.json"}`), `$ref is "https://example.com/a.json", and there is no such place within the schema`},
		{json.RawMessage(`{"items":{"$id":"a"}}`), `items.$id is not taken: refer to places within the schema, as in "#/$defs/name"`},
		{json.RawMessage(`{"$schema":"http://json-schema.org/draft-04/schema#"}`), `$schema is "http://json-schema.org/draft-04/schema#", and only these are known: http://json-schema.org/draft-07/schema#, https://json-schema.org/draft-07/schema#, https://json-schema.org/draft/2020-12/schema`},
		{json.RawMessage(`{"enum":[9007199254740993]}`), `enum has a whole number that is larger than a JSON number can say exactly: use strings`},
		{json.RawMessage(`{"$ref":"#"}`), `the root refers to itself without going into the value`},
		{json.RawMessage(`{"items":{"$ref":"#/$defs/a"},"$defs":{"a":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}`),
			`items refers to itself without going into the value`},
	} {
		_, err := Parse(test.give)
		assert.EqualError(t, err, test.want)
	}
}
