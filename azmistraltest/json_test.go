package azmistraltest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzJSON compares with encoding/json: what is read, and that it is written back
// as the same value.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a":[1,2.5e3,"x\u00e9\n\"",null,true],"b":{}}`, `[]`, `"\ud800"`, `1 2`, `{"a":1,"a":2}`, "\"\xff\"", `{`, ``, strings.Repeat("[", 20000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		err := decoder.Decode(&want)
		if err == nil {
			if _, more := decoder.Token(); more == nil || more.Error() != "EOF" {
				err = assert.AnError
			}
		}
		value, got := parseJSON([]byte(text))
		if (err == nil) != (got == nil) {
			if strings.Count(text, "[")+strings.Count(text, "{") >= maxDepth {
				return // the two count the depth not quite alike
			}
			t.Fatalf("%q: %v, encoding/json says %v", text, got, err)
		}
		if err != nil {
			return
		}
		for _, written := range [][]byte{value.appendCompact(nil), value.appendSpaced(nil)} {
			var again any
			decoder := json.NewDecoder(strings.NewReader(string(written)))
			decoder.UseNumber()
			require.NoError(t, decoder.Decode(&again), "%s", written)
			require.Equal(t, want, again)
		}
	})
}

func TestJSONNode(t *testing.T) {
	n, err := parseJSON([]byte(`{"a":1,"b":"x","a":{"c":[true]}}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a": {"c": [true]}, "b": "x"}`, string(n.appendSpaced(nil)))
	assert.Equal(t, `{"b":"x"}`, string(n.without([]string{"a", "z"}).appendCompact(nil)))
	assert.True(t, n.get("a").get("c").list()[0].yes())
	assert.Nil(t, n.get("z").get("y"))
	assert.Equal(t, 1<<53, (&node{kind: kindNumber, text: "1e300"}).integer(0))
	assert.Equal(t, `"<é>\u0001"`, quoted("<é>\x01"))
}
