package structured

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A schema that is wrapped still means the same: its references find what they did.
func TestWrap(t *testing.T) {
	p := &plan{wrapped: true}
	for name, c := range map[string]struct{ schema, want string }{
		"plain":    {`{"type": "integer"}`, `{"type":"object","properties":{"value":{"type": "integer"}},"required":["value"],"additionalProperties":false}`},
		"anything": {`true`, `{"type":"object","properties":{"value":true},"required":["value"],"additionalProperties":false}`},
		"definitions": {`{"type":"array","items":{"$ref":"#/$defs/a"},"$defs":{"a":{"anyOf":[{"$ref":"#/definitions/b"},{"$ref":"#/$defs/a"}]}},"definitions":{"b":{"type":"null"}}}`,
			`{"type":"object","properties":{"value":{"type":"array","items":{"$ref":"#/$defs/a"}}},"required":["value"],"additionalProperties":false,` +
				`"$defs":{"a":{"anyOf":[{"$ref":"#/definitions/b"},{"$ref":"#/$defs/a"}]}},"definitions":{"b":{"type":"null"}}}`},
		"to itself": {`{"type":"array","items":{"$ref":"#"},"maxItems":9007199254740993}`,
			`{"type":"object","properties":{"value":{"type":"array","items":{"$ref":"#/properties/value"},"maxItems":9007199254740993}},"required":["value"],"additionalProperties":false}`},
		"to a part": {`{"prefixItems":[{"type":"null"},{"$ref":"#/prefixItems/0"}],"$defs":{"x":{"$ref":"#/prefixItems/0"}}}`,
			`{"type":"object","properties":{"value":{"prefixItems":[{"type":"null"},{"$ref":"#/properties/value/prefixItems/0"}]}},"required":["value"],"additionalProperties":false,"$defs":{"x":{"$ref":"#/properties/value/prefixItems/0"}}}`},
		"elsewhere": {`{"$ref":"https://example.com/a"}`, `{"type":"object","properties":{"value":{"$ref":"https://example.com/a"}},"required":["value"],"additionalProperties":false}`},
		"a root of its own": {`{"$id":"https://example.com/b","items":{"$ref":"#/$defs/a"},"$defs":{"a":true}}`,
			`{"type":"object","properties":{"value":{"$id":"https://example.com/b","items":{"$ref":"#/$defs/a"},"$defs":{"a":true}}},"required":["value"],"additionalProperties":false}`},
		"a property of that name": {`{"anyOf":[{"properties":{"$ref":{"type":"string"}}}]}`,
			`{"type":"object","properties":{"value":{"anyOf":[{"properties":{"$ref":{"type":"string"}}}]}},"required":["value"],"additionalProperties":false}`},
	} {
		assert.Equal(t, c.want, string(p.wrap(raw(c.schema))), name)
	}
	assert.Equal(t, `{"type": "object"}`, string((&plan{}).wrap(raw(`{"type": "object"}`))))
}

func TestUnwrap(t *testing.T) {
	for text, want := range map[string]string{
		`{"value":1}`:              `1`,
		`{ "value" : [1, 2] } `:    `[1, 2]`,
		`{"value":{"value":null}}`: `{"value":null}`,
		`{"v\u0061lue":"a"}`:       `"a"`,
		`{"value":1,"more":2}`:     ``,
		`{"more":1,"value":2}`:     ``,
		`{"value":1,"value":2}`:    ``,
		`{"Value":1}`:              ``,
		`{"value":1`:               ``,
		`{"value":1}}`:             ``,
		`{"value":1} {"value":2}`:  ``,
		`{"value":1,"x"`:           ``,
		`{"value":}`:               ``,
		`{"value"}`:                ``,
		`{}`:                       ``,
		`{`:                        ``,
		`["value",1]`:              ``,
		`"value"`:                  ``,
		``:                         ``,
	} {
		got, ok := unwrap(text)
		assert.Equal(t, want, got, text)
		assert.Equal(t, want != "", ok, text)
	}
}
