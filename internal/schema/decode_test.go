package schema

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the schema lets through and Go does not.
func TestDecodeUnreadable(t *testing.T) {
	type all struct {
		Whole   []int64              `json:"whole"`
		Natural uint64               `json:"natural"`
		Single  float32              `json:"single"`
		Keys    map[int8]int         `json:"keys"`
		Letters map[letter][]int     `json:"letters"`
		Nested  *struct{ D []dated } `json:"nested"`
		Data    [][]byte             `json:"data"`
		Text    string               `json:"text,string"`
		Count   *uint8               `json:"count,string"`
		Big     bigs                 `json:"big"`
		Hosts   hosts                `json:"hosts"`
		Shade   map[string]color     `json:"shade"`
	}
	loose, err := Parse(true)
	require.NoError(t, err)
	for _, test := range []struct{ text, rule, want string }{
		{`{"whole":[1,9223372036854775808]}`, "type", "whole[1] must be a number that fits into int64, not 9223372036854775808"},
		{`{"whole":[3.0]}`, "type", "whole[0] must be a whole number written without fraction and exponent, not 3.0"},
		{`{"whole":[1e2]}`, "type", "whole[0] must be a whole number written without fraction and exponent, not 1e2"},
		{`{"whole":{}}`, "type", "whole cannot be an object: it is read into a Go []int64"},
		{`{"whole":["a"]}`, "type", `whole[0] cannot be the string "a": it is read into a Go int64`},
		{`{"natural":-1}`, "type", "natural must be a number that fits into uint64, not -1"},
		{`{"single":1e300}`, "type", "single must be a number that fits into float32, not 1e300"},
		{`{"keys":{"1":1,"200":1}}`, "type", `keys.200 has a name that must be a number that fits into int8, not "200"`},
		{`{"letters":{"x":[1],"long":[]}}`, "format", `letters.long cannot be the string "long": one letter is needed`},
		{`{"letters":{"x":[1.5]}}`, "type", "letters.x[0] must be a whole number written without fraction and exponent, not 1.5"},
		{`{"nested":{"D":[{"At":"2024-01-01T00:00:00Z"},{"At":"2024-01-01"}]}}`, "format", `nested.D[1].At must be a string with a date-time, as in "2006-01-02T15:04:05Z", not "2024-01-01"`},
		{`{"NESTED":{"d":[{"at":5}]}}`, "format", `NESTED.d[0].at must be a string with a date-time, as in "2006-01-02T15:04:05Z", not 5`},
		{`{"data":["aGk=","aGk"]}`, "contentEncoding", `data[1] must be base64 text, with padding, not "aGk"`},
		{`{"text":"plain"}`, "format", `text must be a string that holds a JSON string, as in "\"text\"", not "plain"`},
		{`{"count":"256"}`, "format", `count must be a string with a value that fits into uint8, not "256"`},
		{`{"big":{"Whole":1.0}}`, "type", "big.Whole must be a whole number written without fraction and exponent, not 1.0"},
		{`{"hosts":{"Host":"nowhere"}}`, "format", `hosts.Host cannot be the string "nowhere": ParseAddr("nowhere"): unable to parse IP`},
		{`{"shade":{"a":{"rgb":"x"}}}`, "format", `shade.a cannot be an object: expected integer`},
		{`[]`, "type", `the value cannot be a list: it is read into a Go schema.all`},
	} {
		before := all{Natural: 7}
		found := loose.Decode([]byte(test.text), &before)
		require.Len(t, found, 1, test.text)
		assert.Equal(t, [2]string{test.rule, test.want}, [2]string{found[0].Rule, found[0].String()}, test.text)
		assert.Equal(t, all{Natural: 7}, before, "half an answer was left in the target")
	}
}

func TestDecode(t *testing.T) {
	s, err := Of(reflect.TypeFor[maybe]())
	require.NoError(t, err)
	value := maybe{Name: new("old"), Count: new(int8(3))}
	require.Nil(t, s.Decode([]byte(`{"name":null,"home":{"street":"Main","zip":"12345"}}`), &value))
	assert.Equal(t, maybe{Home: &address{"Main", "12345"}}, value, "nothing of the old value is left")

	require.Len(t, s.Decode([]byte(`{"name":5}`), &value), 1)
	assert.Equal(t, maybe{Home: &address{"Main", "12345"}}, value)

	// Whole numbers keep all their digits.
	var exactly struct{ N int64 }
	loose, err := Parse(json.RawMessage(`{"properties":{"N":{"type":"integer"}}}`))
	require.NoError(t, err)
	require.Nil(t, loose.Decode([]byte(`{"N":9007199254740993}`), &exactly))
	assert.Equal(t, int64(9007199254740993), exactly.N)

	for _, target := range []any{nil, maybe{}, (*maybe)(nil)} {
		found := s.Decode([]byte(`{}`), target)
		require.Len(t, found, 1)
		assert.Equal(t, "target", found[0].Rule)
	}
}
