package schema

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longNumbers are those of which encoding/json's float64 may lose digits.
var longNumbers = regexp.MustCompile(`[0-9]{16}|[eE]`)

// The validator, fed by encoding/json, is the oracle: what it takes has no problems,
// what it refuses has some, each in words of ours.
func FuzzCheck(f *testing.F) {
	for _, schema := range []string{
		`{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"enum":[1,"x",null,[1],{"c":1}]}},"required":["a"],"additionalProperties":false}`,
		`{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"},"v":{"type":"integer","minimum":0}}}},"$ref":"#/$defs/n"}`,
		`{"anyOf":[{"type":"string","pattern":"^a"},{"type":"array","items":{"type":"number","multipleOf":0.5},"uniqueItems":true,"minItems":1}]}`,
		`{"oneOf":[{"required":["a"]},{"required":["b"]}],"patternProperties":{"^x":{"not":{"type":"null"}}},"propertyNames":{"maxLength":3}}`,
		`{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"const":1}],"additionalItems":{"type":"string"},"dependencies":{"a":["b"],"c":{"required":["d"]}}}`,
		`{"prefixItems":[{"type":"boolean"}],"items":false,"contains":{"const":true},"maxContains":1,"if":{"minItems":1},"then":{"maxItems":1},"else":false}`,
		`{"dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"maxProperties":1}},"allOf":[true,{"minProperties":1}]}`,
		`false`,
	} {
		for _, text := range []string{
			`{"a":null,"b":{"c":1.0}}`, `{"next":{"next":{"v":-1}}}`, `[0.5,1,1.0]`, `"abc"`, `{"a":1,"b":2,"xy":null}`, `[1,"a",2]`, `[true,true]`, `3.0`, `{"b":1,"longer":[]}`, "```json\n{}\n```", `{"a":1,"a":2}`, ``,
		} {
			f.Add(schema, text)
		}
	}
	f.Fuzz(func(t *testing.T, schema, text string) {
		s, err := Parse(json.RawMessage(schema))
		if err != nil {
			return
		}
		found := s.Check([]byte(text))
		assert.LessOrEqual(t, len(found), maxProblems)
		for _, p := range found {
			assert.NotContains(t, p.String(), "\n")
			assert.NotEmpty(t, p.Rule)
		}
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			require.NotEmpty(t, found)
			return
		}
		tree, strange, err := parse([]byte(text))
		require.NoError(t, err)
		if len(strange) > 0 {
			assert.Equal(t, strange, found)
			return
		}
		if longNumbers.MatchString(schema + text) {
			return
		}
		judge := new(jsonschema.Schema)
		require.NoError(t, json.Unmarshal([]byte(schema), judge))
		resolved, err := judge.Resolve(nil)
		require.NoError(t, err)
		verdict := resolved.Validate(value)
		assert.Equal(t, verdict == nil, len(found) == 0, "the validator says %v, we say %v", verdict, found)
		if !strings.Contains(schema, "unevaluated") {
			explained := newExplainer(s.tree).explain(s.tree, tree, "")
			assert.Equal(t, verdict == nil, len(explained) == 0, "the validator says %v, the words are %v", verdict, explained)
		}
	})
}

// encoding/json is the oracle: what Decode reads, it reads to the same value and
// without unknown names; what it reads so and the schema lets through, Decode reads.
func FuzzDecode(f *testing.F) {
	for i, g := range goTypes {
		f.Add(uint8(i), g.wrong)
	}
	for _, text := range []string{`{"Name":"x","name":"y","NAME":"z"}`, `{"Name":"x","Name":"y"}`, `null`, `[null]`, `{"a":1e999}`, `{"":{"":[]}}`} {
		for i := range 8 {
			f.Add(uint8(i*8), text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		of := goTypes[int(which)%len(goTypes)].of
		s, err := Of(of)
		require.NoError(t, err)
		got, want := reflect.New(of), reflect.New(of)
		found := s.Decode([]byte(text), got.Interface())
		strict := json.NewDecoder(strings.NewReader(text))
		strict.DisallowUnknownFields()
		err = strict.Decode(want.Interface())
		if len(found) > 0 {
			assert.Equal(t, reflect.New(of).Interface(), got.Interface())
			assert.False(t, err == nil && json.Valid([]byte(text)) && len(s.Check([]byte(text))) == 0, "%v", found)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, want.Interface(), got.Interface())
	})
}

// FuzzTree reads and writes values as encoding/json does.
func FuzzTree(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.50,-0,1e5,true,null,"<é\u2028\ud800>"],"":{}}`, `[]`, `"\u0000"`, `{"a":1,"b":2,"a":3}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		tree, strange, err := parse([]byte(text))
		if !json.Valid([]byte(text)) {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		if slices.ContainsFunc(strange, func(p Problem) bool { return p.Rule != "duplicate" }) {
			return
		}
		require.NoError(t, decoder.Decode(&want))
		var got any
		decoder = json.NewDecoder(strings.NewReader(string(appendValue(nil, tree))))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&got))
		assert.Equal(t, want, got)
	})
}
