package schema

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"
)

func newReader(text []byte) io.Reader { return bytes.NewReader(text) }

// loaderOf reads the parts of a meta-schema, which have their files in meta/.
func loaderOf(read func(name string) *jsonschema.Schema) jsonschema.Loader {
	return func(uri *url.URL) (*jsonschema.Schema, error) {
		return read(path.Join("meta", path.Base(uri.Path)+".json")), nil
	}
}

// samples are texts for the patterns and formats in the types of the tests.
var samples = map[string][]string{
	`^[0-9]{5}$`:  {"12345"},
	wholeNumber:   {"0", "-5", "12"},
	naturalNumber: {"0", "7", "255"},
	anyNumber:     {"1.5", "-2e3"},
	`^".*"$`:      {`"a"`, `""`, `"a\"b"`},
	`^[0-9]+$`:    {"5", "99"},
	"date-time":   {"2024-02-29T12:30:00Z", "2024-02-29T12:30:00.25+01:00"},
	"email":       {"a@example.com"},
	"ipv4":        {"192.0.2.1"},
	"base64":      {"", "aGk=", "AAECAw=="},
}

// generate makes a value that fits a schema, from the schema's own JSON: what may be
// missing is there, missing or null.
func generate(t testing.TB, schema any, random *rand.Rand) any {
	s, ok := schema.(map[string]any)
	if !ok || len(s) == 0 {
		return []any{nil, true, "text", json.Number("12"), []any{"a"}, map[string]any{"b": json.Number("1")}}[random.IntN(6)]
	}
	if enum, ok := s["enum"].([]any); ok {
		return enum[random.IntN(len(enum))]
	}
	if only, ok := s["const"]; ok {
		return only
	}
	if options, ok := s["anyOf"].([]any); ok {
		return generate(t, options[random.IntN(len(options))], random)
	}
	kind := s["type"]
	if kinds, ok := kind.([]any); ok {
		kind = kinds[random.IntN(len(kinds))]
	}
	bound := func(name string, otherwise float64) float64 {
		if f, ok := s[name].(float64); ok {
			return f
		}
		return otherwise
	}
	switch kind {
	case "null":
		return nil
	case "boolean":
		return random.IntN(2) == 0
	case "number":
		low, high := bound("minimum", -1000), bound("maximum", 1000)
		return float64(float32(low + (high-low)*float64(random.IntN(5))/4))
	case "integer":
		return generateInteger(s, bound, random)
	case "string":
		for _, keyword := range []string{"pattern", "format", "contentEncoding"} {
			if text, ok := s[keyword].(string); ok {
				require.Contains(t, samples, text)
				return samples[text][random.IntN(len(samples[text]))]
			}
		}
		low := int(bound("minLength", 0))
		return strings.Repeat("ö", low+random.IntN(int(bound("maxLength", float64(low+6)))-low+1))
	case "array":
		low := int(bound("minItems", 0))
		list := []any{}
		for range low + random.IntN(int(bound("maxItems", float64(low+3)))-low+1) {
			list = append(list, generate(t, s["items"], random))
		}
		return list
	case "object":
		return generateObject(t, s, random)
	}
	t.Fatalf("no value can be made for %v", s)
	return nil
}

func generateInteger(s map[string]any, bound func(string, float64) float64, random *rand.Rand) any {
	if _, ok := s["maximum"]; !ok && random.IntN(4) == 0 {
		return json.Number("9223372036854775807")
	}
	low, high := int64(bound("minimum", -1000)), int64(bound("maximum", 1000))
	return json.Number(strconv.FormatInt([]int64{low, high, low + random.Int64N(high-low+1)}[random.IntN(3)], 10))
}

func generateObject(t testing.TB, s map[string]any, random *rand.Rand) any {
	made := map[string]any{}
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		switch {
		case slices.Contains(required, any(name)), random.IntN(3) == 0:
			made[name] = generate(t, properties[name], random)
		case random.IntN(2) == 0:
			made[name] = nil
		}
	}
	others, ok := s["additionalProperties"].(map[string]any)
	if !ok {
		return made
	}
	names, _ := s["propertyNames"].(map[string]any)
	for range random.IntN(3) {
		name := "x" + strconv.Itoa(random.IntN(9))
		if names != nil {
			name = generate(t, map[string]any{"type": "string", "pattern": names["pattern"], "enum": names["enum"]}, random).(string)
		}
		made[name] = generate(t, others, random)
	}
	return made
}
