package azmistraltest

import (
	"encoding/json"
	"strconv"
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
	assert.Equal(t, `{"b":"x"}`, string(n.without("a", "z").appendCompact(nil)))
	assert.True(t, n.get("a").get("c").list()[0].yes())
	assert.Nil(t, n.get("z").get("y"))
	assert.Equal(t, 1<<53, (&node{kind: kindNumber, text: "1e300"}).integer(0))
	assert.Equal(t, `"<é>\u0001"`, quoted("<é>\x01"))
}

// TestJSONManyMembers has objects large enough for a map of their members.
func TestJSONManyMembers(t *testing.T) {
	n := &node{kind: kindObject}
	for round := range 2 {
		for i := range 3 * manyMembers {
			n.set("m"+strconv.Itoa(i), &node{kind: kindNumber, text: strconv.Itoa(i * (1 + round))})
		}
	}
	require.Len(t, n.members, 3*manyMembers, "the second round replaces")
	for i := range 3 * manyMembers {
		assert.Equal(t, strconv.Itoa(2*i), n.get("m"+strconv.Itoa(i)).text)
	}
	assert.Nil(t, n.get("m"))
	less := n.without("m0", "m40")
	assert.Len(t, less.members, 3*manyMembers-2)
	assert.Nil(t, less.get("m40"))
	less.set("m40", &node{})
	assert.True(t, less.get("m40").is(kindNull))
	assert.Equal(t, "80", n.get("m40").text, "a copy is changed, not the original")

	_, err := parseJSON([]byte("[" + strings.Repeat("1,", maxNodes-1) + "1]"))
	assert.Error(t, err)
}
