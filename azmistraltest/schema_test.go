package azmistraltest

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// schemas are what fill must find a value for.
var schemas = []string{
	`{}`,
	`{"type":"string"}`,
	`{"type":"object"}`,
	`{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"ok":{"type":"boolean"},"nothing":{"type":"null"}},"required":["name"],"additionalProperties":false}`,
	`{"type":["string","null"]}`,
	`{"type":["null"]}`,
	`{"enum":["red","green"]}`,
	`{"const":{"a":[1,2]}}`,
	`{"type":"integer","minimum":10,"maximum":12}`,
	`{"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":5}`,
	`{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}`,
	`{"type":"number","minimum":-3.5,"maximum":-3.25}`,
	`{"type":"integer","multipleOf":15,"minimum":20}`,
	`{"type":"number","multipleOf":0.25,"minimum":8.1,"maximum":8.3}`,
	`{"type":"integer","maximum":-4}`,
	`{"type":"integer","exclusiveMaximum":7}`,
	`{"type":"number","exclusiveMaximum":7,"minimum":6.9}`,
	`{"type":"string","pattern":"^[[:upper:]][^x]?(ab){2,3}.$"}`,
	`{"type":"string","pattern":"^[é-ü]+$"}`,
	`{"allOf":[{"enum":["a","b"]},{"enum":["b","c"]}]}`,
	`{"allOf":[{"type":"string","minLength":2,"maxLength":9},{"minLength":7,"maxLength":8}]}`,
	`{"allOf":[{"type":"array","items":{"type":"integer"},"minItems":1},{"minItems":2,"maxItems":2}]}`,
	`{"allOf":[{"required":["a"]},{"type":"object","required":["b"]}]}`,
	`{"anyOf":[{"required":["a"]},{"required":["b"]}],"type":"object","properties":{"a":{"type":"string"}}}`,
	`{"anyOf":[{"enum":["x"]}],"allOf":[{"type":"string"}]}`,
	`{"type":"string","minLength":40}`,
	`{"type":"string","maxLength":2}`,
	`{"type":"string","minLength":3,"maxLength":3}`,
	`{"type":"string","pattern":"^[A-Z]{2}-[0-9]{4}$"}`,
	`{"type":"string","pattern":"^(foo|bar)+\\d*[^a]$"}`,
	`{"type":"string","pattern":"^a+$","minLength":5}`,
	`{"type":"string","format":"date"}`,
	`{"type":"string","format":"date-time"}`,
	`{"type":"string","format":"email"}`,
	`{"type":"string","format":"uuid"}`,
	`{"type":"array","items":{"type":"integer"},"minItems":3,"uniqueItems":true}`,
	`{"type":"array","items":{"enum":["a","b","c"]},"minItems":3,"uniqueItems":true}`,
	`{"type":"array","items":{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]},"minItems":2,"uniqueItems":true}`,
	`{"type":"array","items":{"type":"integer"},"minItems":50,"uniqueItems":true}`,
	`{"type":"array","items":{"type":"integer","multipleOf":5},"minItems":20,"uniqueItems":true}`,
	`{"type":"array","items":{"type":"string"},"minItems":50,"uniqueItems":true}`,
	`{"type":"array","items":{"type":"boolean"},"minItems":2,"uniqueItems":true}`,
	`{"type":"array","maxItems":0}`,
	`{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}`,
	`{"type":"array","contains":{"const":7},"items":{"type":"integer"}}`,
	`{"type":"object","required":["a","b"],"additionalProperties":{"type":"integer"}}`,
	`{"type":"object","minProperties":2,"additionalProperties":{"type":"boolean"}}`,
	`{"type":"object","maxProperties":1,"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"]}`,
	`{"type":"object","patternProperties":{"^x_":{"type":"integer"}},"required":["x_1"],"additionalProperties":false}`,
	`{"anyOf":[{"type":"null"},{"type":"integer","minimum":100}]}`,
	`{"oneOf":[{"type":"object","properties":{"kind":{"const":"cat"}},"required":["kind"]},{"type":"object","properties":{"kind":{"const":"dog"}},"required":["kind"]}]}`,
	`{"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},{"properties":{"a":{"maximum":4},"b":{"type":"string"}},"required":["b"]}]}`,
	`{"type":"object","properties":{"v":{"anyOf":[{"$ref":"#/$defs/v"},{"type":"null"}]}},"required":["v"],"$defs":{"v":{"type":"object","properties":{"x":{"type":"number"}},"required":["x"],"additionalProperties":false}}}`,
	`{"$ref":"#/definitions/a~1b","definitions":{"a/b":{"type":"integer","minimum":5}}}`,
	// A tree refers to itself.
	`{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}},"required":["name","children"],"additionalProperties":false}}}`,
	`{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["next"]}`,
	`{"properties":{"a":{"items":{"minimum":3}}}}`,
}

func TestFillFits(t *testing.T) {
	for _, text := range schemas {
		schema, err := parseJSON([]byte(text))
		require.NoError(t, err, text)
		for _, question := range []string{"", `Meet "Grace" in Rome, 11 times or 4.5`, "green"} {
			value := fill(schema, hintsOf(question, nil)).appendCompact(nil)
			require.True(t, json.Valid(value), "%s: %s", text, value)
			assert.NoError(t, fits(decoded(t, []byte(text)), decoded(t, []byte(text)), decoded(t, value)), "%s: %s", text, value)
		}
	}
}

func TestFillTakesTheQuestion(t *testing.T) {
	schema, err := parseJSON([]byte(`{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"unit":{"enum":["celsius","fahrenheit"]}}}`))
	require.NoError(t, err)
	for question, want := range map[string]string{
		"What will the weather be in New York in 5 days?": `{"city":"New York","days":5,"unit":"celsius"}`,
		`Look up "fahrenheit" please`:                     `{"city":"fahrenheit","days":7,"unit":"fahrenheit"}`,
		"hello":                                           `{"city":"Paris","days":7,"unit":"celsius"}`,
	} {
		assert.Equal(t, want, string(fill(schema, hintsOf(question, nil)).appendCompact(nil)), question)
	}
}

// TestFillEnds has schemas that ask for more than there is.
func TestFillEnds(t *testing.T) {
	for _, text := range []string{
		`{"properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}},"required":["a","b","c"]}`,
		`{"type":"array","items":{"type":"integer"},"minItems":1e15,"uniqueItems":true}`,
		`{"type":"object","minProperties":1e15}`,
		`{"type":"string","minLength":1e15}`,
		`{"$ref":"#"}`,
		`{"anyOf":[{"$ref":"#"}]}`,
		`{"allOf":[{"$ref":"#"},{"$ref":"#"}]}`,
		`{"allOf":[{"allOf":[{"$ref":"#"},{"$ref":"#"}]}],"anyOf":[{"$ref":"#"},{"$ref":"#"}]}`,
	} {
		schema, err := parseJSON([]byte(text))
		require.NoError(t, err)
		assert.True(t, json.Valid(fill(schema, hintsOf("", nil)).appendCompact(nil)), text)
	}
}

// FuzzFill wants JSON that ends, for any schema.
func FuzzFill(f *testing.F) {
	for _, schema := range schemas {
		f.Add(schema)
	}
	f.Fuzz(func(t *testing.T, text string) {
		schema, err := parseJSON([]byte(text))
		if err != nil {
			return
		}
		value := fill(schema, hintsOf("Hello World 3", nil)).appendCompact(nil)
		if !json.Valid(value) {
			t.Fatalf("%s: %s", text, value)
		}
		// What judges schemas and values ends as well.
		againstDraft7(schema)
		closedObjects(schema)
		looksLikeSchema(schema)
		obeys(schema, mustParse(string(value)), nil)
	})
}

func decoded(t *testing.T, data []byte) any {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(data, &value))
	return value
}

// fits is a small validator of its own, for the keywords of the schemas above.
func fits(root, schema, value any) error {
	s, ok := schema.(map[string]any)
	if !ok {
		if schema == false {
			return fmt.Errorf("false takes nothing")
		}
		return nil
	}
	if ref, ok := s["$ref"].(string); ok {
		target := root
		for _, step := range strings.Split(strings.TrimPrefix(strings.TrimPrefix(ref, "#"), "/"), "/") {
			if step != "" {
				target = target.(map[string]any)[strings.ReplaceAll(step, "~1", "/")]
			}
		}
		return fits(root, target, value)
	}
	same := func(a, b any) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }
	if c, ok := s["const"]; ok && !same(c, value) {
		return fmt.Errorf("%v is not %v", value, c)
	}
	if enum, ok := s["enum"].([]any); ok {
		found := false
		for _, e := range enum {
			found = found || same(e, value)
		}
		if !found {
			return fmt.Errorf("%v is not one of %v", value, enum)
		}
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		if options, ok := s[key].([]any); ok {
			count := 0
			for _, option := range options {
				if fits(root, option, value) == nil {
					count++
				}
			}
			if count == 0 || key == "oneOf" && count > 1 {
				return fmt.Errorf("%d of %s fit", count, key)
			}
		}
	}
	for _, part := range list(s["allOf"]) {
		if err := fits(root, part, value); err != nil {
			return err
		}
	}
	if err := fitsType(s["type"], value); err != nil {
		return err
	}
	switch v := value.(type) {
	case string:
		length := float64(utf8.RuneCountInString(v))
		if length < number(s["minLength"], 0) || length > number(s["maxLength"], math.Inf(1)) {
			return fmt.Errorf("length of %q", v)
		}
		if pattern, ok := s["pattern"].(string); ok && !regexp.MustCompile(pattern).MatchString(v) {
			return fmt.Errorf("%q does not match %s", v, pattern)
		}
		if shape, ok := map[any]string{"date": `^\d{4}-\d\d-\d\d$`, "date-time": `T.*Z$`, "email": `@`, "uuid": `^[0-9a-f-]{36}$`}[s["format"]]; ok && !regexp.MustCompile(shape).MatchString(v) {
			return fmt.Errorf("%q is no %v", v, s["format"])
		}
	case float64:
		if v < number(s["minimum"], math.Inf(-1)) || v > number(s["maximum"], math.Inf(1)) ||
			v <= number(s["exclusiveMinimum"], math.Inf(-1)) || v >= number(s["exclusiveMaximum"], math.Inf(1)) {
			return fmt.Errorf("%v is out of bounds", v)
		}
		if step := number(s["multipleOf"], 0); step > 0 && math.Mod(v, step) != 0 {
			return fmt.Errorf("%v is no multiple of %v", v, step)
		}
	case []any:
		return fitsArray(root, s, v)
	case map[string]any:
		return fitsObject(root, s, v)
	}
	return nil
}

func fitsType(types, value any) error {
	wanted := list(types)
	if one, ok := types.(string); ok {
		wanted = []any{one}
	}
	if len(wanted) == 0 {
		return nil
	}
	for _, w := range wanted {
		v, isNumber := value.(float64)
		_, isString := value.(string)
		_, isBool := value.(bool)
		_, isArray := value.([]any)
		_, isObject := value.(map[string]any)
		if w == "null" && value == nil || w == "number" && isNumber || w == "integer" && isNumber && v == math.Trunc(v) ||
			w == "string" && isString || w == "boolean" && isBool || w == "array" && isArray || w == "object" && isObject {
			return nil
		}
	}
	return fmt.Errorf("%v is no %v", value, types)
}

func fitsArray(root any, s map[string]any, v []any) error {
	if float64(len(v)) < number(s["minItems"], 0) || float64(len(v)) > number(s["maxItems"], math.Inf(1)) {
		return fmt.Errorf("%d items", len(v))
	}
	prefix := list(s["prefixItems"])
	found := s["contains"] == nil
	for i, item := range v {
		schema := s["items"]
		if i < len(prefix) {
			schema = prefix[i]
		}
		if err := fits(root, schema, item); err != nil {
			return err
		}
		found = found || fits(root, s["contains"], item) == nil
		for _, other := range v[:i] {
			if s["uniqueItems"] == true && fmt.Sprint(other) == fmt.Sprint(item) {
				return fmt.Errorf("%v twice", item)
			}
		}
	}
	if !found {
		return fmt.Errorf("nothing is as contains says")
	}
	return nil
}

func fitsObject(root any, s map[string]any, v map[string]any) error {
	if float64(len(v)) < number(s["minProperties"], 0) || float64(len(v)) > number(s["maxProperties"], math.Inf(1)) {
		return fmt.Errorf("%d properties", len(v))
	}
	for _, name := range list(s["required"]) {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Errorf("%v is missing", name)
		}
	}
	properties, _ := s["properties"].(map[string]any)
	patterns, _ := s["patternProperties"].(map[string]any)
	for name, value := range v {
		schema, known := properties[name]
		for pattern, p := range patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				schema, known = p, true
			}
		}
		if !known {
			schema = s["additionalProperties"]
		}
		if err := fits(root, schema, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func number(v any, fallback float64) float64 {
	if n, ok := v.(float64); ok {
		return n
	}
	return fallback
}
