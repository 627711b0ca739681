package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One problem each, in the words that a model reads.
func TestCheck(t *testing.T) {
	for _, test := range []struct{ schema, text, rule, want string }{
		{`{"type":"string"}`, `5`, "type", `the value must be a string, not the number 5`},
		{`{"type":"string"}`, `[1]`, "type", `the value must be a string, not a list`},
		{`{"type":["array","null"]}`, `{"a":1}`, "type", `the value must be a list or null, not an object`},
		{`{"type":["integer","string","boolean"]}`, `1.5`, "type", `the value must be a whole number, a string or true or false, not the number 1.5`},
		{`{"type":"integer"}`, `"5"`, "type", `the value must be a whole number, not the string "5"`},
		{`{"type":"string","format":"date"}`, `5`, "type", `the value must be a string with a date, as in "2006-01-02", not the number 5`},
		{`{"type":"string","format":"odd"}`, `null`, "type", `the value must be a string in the format odd, not null`},
		{`{"enum":["celsius","fahrenheit"]}`, `"kelvin"`, "enum", `the value must be one of "celsius", "fahrenheit", not "kelvin"`},
		{`{"enum":["celsius"]}`, `"kelvin"`, "enum", `the value must be "celsius", not "kelvin"`},
		{`{"properties":{"a":{"enum":["celsius"]}},"required":["a"]}`, `{}`, "required", `a is missing, it must be "celsius"`},
		{`{"enum":[1,null,true,[1]]}`, `{"a":1}`, "enum", `the value must be one of 1, null, true, a list, not an object`},
		{`{"const":{"a":1}}`, `1`, "const", `the value must be an object, not 1`},
		{`{"minimum":5}`, `4.5`, "minimum", `the value must be at least 5, not 4.5`},
		{`{"maximum":5}`, `6`, "maximum", `the value must be at most 5, not 6`},
		{`{"exclusiveMinimum":5}`, `5`, "exclusiveMinimum", `the value must be more than 5, not 5`},
		{`{"exclusiveMaximum":5}`, `5.0`, "exclusiveMaximum", `the value must be less than 5, not 5.0`},
		{`{"maximum":9007199254740992}`, `9007199254740993`, "maximum", `the value must be at most 9007199254740992, not 9007199254740993`},
		{`{"multipleOf":0.5}`, `1.7`, "multipleOf", `the value must be a multiple of 0.5, not 1.7`},
		{`{"minLength":3}`, `"öö"`, "minLength", `the value must be at least 3 characters long, and has 2`},
		{`{"maxLength":1}`, `"öö"`, "maxLength", `the value must be at most 1 characters long, and has 2`},
		{`{"pattern":"^a+$"}`, `"ab"`, "pattern", `the value must match the regular expression ^a+$, and "ab" does not`},
		{`{"minItems":2}`, `[1]`, "minItems", `the value must have at least 2 items, and has 1`},
		{`{"items":{"maxItems":1}}`, `[[],[1,2]]`, "maxItems", `[1] must have at most 1 items, and has 2`},
		{`{"uniqueItems":true}`, `[1,[2],1.0]`, "uniqueItems", `[2] must not be the same as item 0 of the list`},
		{`{"contains":{"type":"string"}}`, `[1]`, "contains", `the value must have at least 1 items that are a string, and has 0`},
		{`{"contains":{"minimum":1},"minContains":2}`, `[1]`, "contains", `the value must have at least 2 items that are what the schema asks for, and has 1`},
		{`{"contains":{"const":1},"maxContains":1}`, `[1,1]`, "maxContains", `the value must have at most 1 items that are 1, and has 2`},
		{`{"prefixItems":[{"type":"string"}],"items":false}`, `["a",1]`, "items", `[1] must not be there: the list has at most 1 items`},
		{`{"prefixItems":[{"type":"string"}],"items":{"type":"null"}}`, `["a",1]`, "type", `[1] must be null, not the number 1`},
		{`{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"string"}],"additionalItems":false}`, `["a",1]`, "additionalItems", `[1] must not be there: the list has at most 1 items`},
		{`{"properties":{"a":{"type":"string"}},"required":["a"]}`, `{}`, "required", `a is missing, it must be a string`},
		{`{"properties":{"o":{"properties":{"a b":{"enum":[1,2]}},"required":["a b","c"]}}}`, `{"o":{"c":1}}`, "required", `o["a b"] is missing, it must be one of 1, 2`},
		{`{"required":["a"]}`, `{"b":1}`, "required", `a is missing`},
		{`{"properties":{"city":{},"unit":{}},"additionalProperties":false}`, `{"citty":1}`, "additionalProperties", `citty is not expected, did you mean "city"? (allowed: "city", "unit")`},
		{`{"properties":{"user_name":{}},"additionalProperties":false}`, `{"userName":1}`, "additionalProperties", `userName is not expected, did you mean "user_name"? (allowed: "user_name")`},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{"zzz":1}`, "additionalProperties", `zzz is not expected (allowed: "a")`},
		{`{"additionalProperties":false}`, `{"zzz":1}`, "additionalProperties", `zzz is not expected: no properties are`},
		{`{"additionalProperties":{"type":"integer"}}`, `{"x.y":"1"}`, "type", `["x.y"] must be a whole number, not the string "1"`},
		{`{"patternProperties":{"^n_":{"type":"integer"}}}`, `{"n_a":"1","b":"1"}`, "type", `n_a must be a whole number, not the string "1"`},
		{`{"propertyNames":{"maxLength":2}}`, `{"abc":1}`, "propertyNames", `abc has a name that must be at most 2 characters long, and has 3`},
		{`{"minProperties":1}`, `{}`, "minProperties", `the value must have at least 1 properties, and has 0`},
		{`{"maxProperties":0}`, `{"a":1}`, "maxProperties", `the value must have at most 0 properties, and has 1`},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, "dependentRequired", `b is missing: it is needed together with "a"`},
		{`{"dependentSchemas":{"a":{"required":["b"]}}}`, `{"a":1}`, "required", `b is missing`},
		{`{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"]}}`, `{"a":1}`, "dependencies", `b is missing: it is needed together with "a"`},
		{`{"allOf":[{"minimum":1},{"maximum":3}]}`, `4`, "maximum", `the value must be at most 3, not 4`},
		{`{"anyOf":[{"type":"string"},{"type":"object"}]}`, `4`, "anyOf", `the value must be a string or an object, not the number 4`},
		{`{"anyOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"string"}}}]}`, `{"a":1}`, "type", `a must be a string, not the number 1`},
		{`{"anyOf":[{"properties":{"k":{"const":"a"}},"required":["k","x"]},{"properties":{"k":{"const":"b"}},"required":["k"]}]}`, `{"k":"c"}`, "const", `k must be "b", not "c"`},
		{`{"anyOf":[{"minimum":5},{"maximum":1}]}`, `3`, "anyOf", `the value fits none of the 2 forms that it may have: in one the value must be at least 5, not 3, in one the value must be at most 1, not 3`},
		{`{"anyOf":[false,false]}`, `3`, "anyOf", `the value fits none of the 2 forms that it may have, being the number 3`},
		{`{"anyOf":[{"properties":{"k":{"const":"a"},"n":{"type":"integer"},"m":{"type":"integer"}}},{"properties":{"k":{"enum":["b"]}}}]}`, `{"k":"a","n":1,"m":"x"}`, "type", `m must be a whole number, not the string "x"`},
		{`{"anyOf":[{"properties":{"k":{"const":"a"},"n":{"type":"integer"}}},{"properties":{"n":{"type":"boolean"}},"required":["q"]}]}`, `{"n":"x"}`, "type", `n must be a whole number, not the string "x"`},
		{`{"oneOf":[{"properties":{"k":{"const":"a"}}},{"properties":{"k":{"enum":["b"]}}}]}`, `{"k":"c"}`, "oneOf", `the value fits none of the 2 forms that it may have: in one k must be "a", not "c", in one k must be "b", not "c"`},
		{`{"oneOf":[{"minimum":1},{"maximum":5}]}`, `3`, "oneOf", `the value fits 2 of the 2 forms that it may have, and must fit one only`},
		{`{"not":{"type":"null"}}`, `null`, "not", `the value must not be null`},
		{`{"not":{"minimum":1}}`, `3`, "not", `the value must not be so: the number 3 fits what the schema excludes`},
		{`{"if":{"minimum":1},"then":{"multipleOf":2},"else":{"const":0}}`, `3`, "multipleOf", `the value must be a multiple of 2, not 3`},
		{`{"if":{"minimum":1},"then":{"multipleOf":2},"else":{"const":0}}`, `-3`, "const", `the value must be 0, not -3`},
		{`{"$defs":{"n":{"properties":{"next":{"$ref":"#/$defs/n"},"v":{"type":"integer"}}}},"$ref":"#/$defs/n"}`, `{"next":{"next":{"v":"x"}}}`, "type", `next.next.v must be a whole number, not the string "x"`},
		{`{"$defs":{"a/b~c":{"type":"null"}},"items":{"$ref":"#/$defs/a~1b~0c"}}`, `[1]`, "type", `[0] must be null, not the number 1`},
		{`{"properties":{"a":false}}`, `{"a":1}`, "false", `a must not be there`},
		{`false`, `1`, "false", `the value must not be there`},
		{`{"unevaluatedProperties":false}`, `{"a":1}`, "schema", `the value does not fit the schema: not: validated against <anonymous schema>`},
	} {
		s, err := Parse(json.RawMessage(test.schema))
		require.NoError(t, err, test.schema)
		found := s.Check([]byte(test.text))
		require.Len(t, found, 1, "%s: %v", test.schema, found)
		assert.Equal(t, [2]string{test.rule, test.want}, [2]string{found[0].Rule, found[0].String()}, test.schema)
	}
}

// What JSON leaves open, and what is no JSON.
func TestCheckText(t *testing.T) {
	s, err := Parse(true)
	require.NoError(t, err)
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, test := range []struct{ text, rule, want string }{
		{``, "syntax", "the value is empty: answer with JSON"},
		{" \n", "syntax", "the value is empty: answer with JSON"},
		{"```json\n{\"a\":1}\n```", "syntax", "the value is no JSON at byte 1 of 19: it is fenced by ```: answer with nothing but JSON, without the fence"},
		{"Sure!\n```\n[]\n```", "syntax", "the value is no JSON at byte 1 of 16: it is fenced by ```: answer with nothing but JSON, without the fence"},
		{`Here it is: {"a":1}`, "syntax", "the value is no JSON at byte 1 of 19: there is text before it: answer with nothing but JSON"},
		{`{"a":1} Done.`, "syntax", "the value is no JSON at byte 9 of 13: it goes on after the end of the JSON: answer with nothing but JSON"},
		{`{"a":[1,`, "syntax", "the value is no JSON: it ends after 8 bytes, before it is complete"},
		{`{'a':1}`, "syntax", `the value is no JSON at byte 2 of 7: invalid character '\'' looking for beginning of object key string`},
		{`no`, "syntax", `the value is no JSON at byte 2 of 2: invalid character 'o' in literal null (expecting 'u')`},
		{`{"a":{"b":1,"b":1}}`, "duplicate", "a.b is given twice; give it once"},
		{`[1e400]`, "type", "[0] must be a number of ordinary size, not 1e400"},
		{deep(maxDepth + 2), "depth", "the value is nested more than 200 levels deep"},
		{deep(20000), "syntax", "the value is no JSON at byte 10001 of 40000: invalid character '[' exceeded max depth"},
	} {
		found := s.Check([]byte(test.text))
		require.Len(t, found, 1, test.text)
		assert.Equal(t, [2]string{test.rule, test.want}, [2]string{found[0].Rule, found[0].String()})
	}
	assert.Nil(t, s.Check([]byte(deep(maxDepth))))
	assert.Nil(t, s.Check([]byte(" {\"a\":\"\xff\"}\n")))
}

// Whole numbers of 64 bits are told apart where a float64 could not.
func TestCheckLongNumbers(t *testing.T) {
	unique, err := Parse(json.RawMessage(`{"uniqueItems":true}`))
	require.NoError(t, err)
	assert.Nil(t, unique.Check([]byte(`[18446744073709551614,18446744073709551615,-9223372036854775807,-9223372036854775808]`)))
	bounded, err := Parse(json.RawMessage(`{"minimum":-9007199254740992}`))
	require.NoError(t, err)
	assert.Len(t, bounded.Check([]byte(`-9007199254740993`)), 1)
}

// Several problems, in the order of the value, what is missing at the end.
func TestCheckAll(t *testing.T) {
	s, err := Of(reflect.TypeFor[people]())
	require.NoError(t, err)
	assert.Equal(t, []Problem{
		{"People[0].name", "type", "must be a string, not the number 1"},
		{"People[0].home.zip", "pattern", `must match the regular expression ^[0-9]{5}$, and "x" does not`},
		{"People[0].home.street", "required", "is missing, it must be a string"},
		{"People[1]", "type", "must be an object, not null"},
		{"People[2].name", "required", "is missing, it must be a string"},
		{"People[2].home", "required", "is missing, it must be an object"},
		{"Peeple", "additionalProperties", `is not expected, did you mean "People"? (allowed: "People")`},
	}, s.Check([]byte(`{"People":[{"name":1,"home":{"zip":"x"}},null,{}],"Peeple":1}`)))

	long := s.Check([]byte(`{"People":[` + strings.Repeat(`null,`, 50) + `null]}`))
	assert.Len(t, long, maxProblems)
}

// What a model wrote is shown only in part, and in one line.
func TestCheckShows(t *testing.T) {
	s, err := Parse(json.RawMessage(`{"additionalProperties":{"enum":["a\nb"]}}`))
	require.NoError(t, err)
	long := strings.Repeat("ö", 1000)
	found := s.Check([]byte(`{"` + long + `":"x` + long + `\n","x\ny":"z"}`))
	require.Len(t, found, 2)
	shown := strings.Repeat("ö", 30) + "…"
	assert.Equal(t, `["`+shown+`"] must be "a\nb", not "x`+strings.Repeat("ö", 29)+`…"`, found[0].String())
	assert.Equal(t, `["x\ny"] must be "a\nb", not "z"`, found[1].String())
}

func TestDescribe(t *testing.T) {
	many := make([]any, 25)
	for i := range many {
		many[i] = integer(int64(i))
	}
	r := reader{}
	assert.Equal(t, "one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, and 5 more", r.describe(newObject(member{"enum", many})))
	assert.Equal(t, "", r.describe(newObject()))
	assert.Equal(t, "", r.describe(true))
	assert.Equal(t, "a string or null", r.describe(newObject(member{"anyOf", []any{typed("string"), typed("null"), typed("string")}})))
	assert.Equal(t, "", r.describe(newObject(member{"anyOf", []any{typed("string"), newObject()}})))
	assert.Equal(t, "5", r.describe(newObject(member{"const", number("5")})))
}

func TestNearest(t *testing.T) {
	names := []string{"city", "country_code", "unit", "a"}
	for name, want := range map[string]string{
		"City": "city", "cty": "city", "ctiy": "city", "countryCode": "country_code", "COUNTRYCODE": "country_code", "country": "", "units": "unit", "xyz": "", "": "", "b": "", "C": "",
		strings.Repeat("c", 500): "",
	} {
		assert.Equal(t, want, nearest(name, names), name)
	}
}
