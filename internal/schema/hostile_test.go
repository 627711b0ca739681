package schema

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// expressions is a schema whose forms hold each other. Its properties are in the
// order in which a Go map is written, which is not the one in which the kind is
// seen first.
const expressions = `{"type":"object","properties":{"e":{"$ref":"#/$defs/e"}},"required":["e"],"additionalProperties":false,"$defs":{"e":{"oneOf":[
	{"type":"object","properties":{"args":{"type":"array","items":{"$ref":"#/$defs/e"}},"op":{"const":"and"}},"required":["op","args"],"additionalProperties":false},
	{"type":"object","properties":{"args":{"type":"array","items":{"$ref":"#/$defs/e"}},"op":{"const":"or"}},"required":["op","args"],"additionalProperties":false},
	{"type":"object","properties":{"n":{"type":"integer"},"op":{"const":"leaf"}},"required":["op","n"],"additionalProperties":false}]}}}`

func expression(levels int, leaf string) string {
	return `{"e":` + strings.Repeat(`{"op":"or","args":[`, levels) + `{"op":"leaf","n":` + leaf + `}` + strings.Repeat(`]}`, levels) + `}`
}

// soon gives what check gives, if that does not take for ever.
func soon(t *testing.T, check func() []Problem) []Problem {
	t.Helper()
	done := make(chan []Problem, 1)
	go func() { done <- check() }()
	select {
	case found := <-done:
		return found
	case <-time.After(time.Minute):
		require.FailNow(t, "the check does not end")
		return nil
	}
}

// A text of a model can make no check endless: neither for the validator, to which
// each level of forms within forms is twice the work, nor for the words.
func TestCheckNested(t *testing.T) {
	s, err := Parse(json.RawMessage(expressions))
	require.NoError(t, err)
	for _, levels := range []int{1, 5, 10, 40, 98} {
		text := []byte(expression(levels, "1"))
		assert.Empty(t, soon(t, func() []Problem { return s.Check(text) }), levels)
		text = []byte(expression(levels, `"x"`))
		found := soon(t, func() []Problem { return s.Check(text) })
		require.Len(t, found, 1, levels)
		assert.Equal(t, "type", found[0].Rule)
		assert.Equal(t, `must be a whole number, not the string "x"`, found[0].Message)
		assert.True(t, strings.HasSuffix(found[0].Path, ".args[0].n"), found[0].Path)
	}

	untagged, err := Parse(json.RawMessage(`{"$defs":{"e":{"anyOf":[
		{"type":"object","properties":{"a":{"$ref":"#/$defs/e"},"n":{"minimum":3}}},
		{"type":"object","properties":{"a":{"$ref":"#/$defs/e"},"n":{"minimum":4}}},
		{"type":"object","properties":{"a":{"$ref":"#/$defs/e"},"n":{"minimum":5}}}]}},"$ref":"#/$defs/e"}`))
	require.NoError(t, err)
	text := []byte(strings.Repeat(`{"a":`, 190) + `{"n":1}` + strings.Repeat(`}`, 190))
	found := soon(t, func() []Problem { return untagged.Check(text) })
	require.Len(t, found, 1)
	assert.Less(t, len(found[0].Message), 1000)

	sealed, err := Parse(json.RawMessage(strings.Replace(expressions, `"type":"object",`, `"type":"object","unevaluatedProperties":false,`, 1)))
	require.NoError(t, err)
	assert.Empty(t, sealed.Check([]byte(expression(3, "1"))))
	text = []byte(expression(98, "1"))
	assert.Equal(t, []Problem{{"", "depth", "has too many parts, nested too deep, to be checked: make it smaller or flatter"}},
		soon(t, func() []Problem { return sealed.Check(text) }))
}

// What takes too long for the validator is judged as it would.
func TestCheckWithoutValidator(t *testing.T) {
	s, err := Parse(json.RawMessage(expressions))
	require.NoError(t, err)
	wide := func(last string) []byte {
		return []byte(`{"e":{"op":"and","args":[` + strings.Repeat(expression(8, "1")[5:len(expression(8, "1"))-1]+",", 300) + last + `]}}`)
	}
	tree, _, err := parse(wide(`{"op":"leaf","n":1}`))
	require.NoError(t, err)
	e := newExplainer(s.tree)
	require.Equal(t, maxLooks, e.looks(s.tree, tree, map[look]int{}))
	assert.Empty(t, s.Check(wide(`{"op":"leaf","n":1}`)))
	assert.Equal(t, []Problem{{"e.args[300].n", "required", "is missing, it must be a whole number"}}, s.Check(wide(`{"op":"leaf"}`)))
}

// The cost of words grows with the value, not with its square.
func TestCheckWide(t *testing.T) {
	s, err := Parse(json.RawMessage(`{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{"pattern":"^[a-z0-9]+$"}},"b":{"type":"string"}}}`))
	require.NoError(t, err)
	var list strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&list, `"x%d",`, i)
	}
	text := []byte(`{"b":1,"a":[` + list.String() + `1,1.0,{"p":1,"q":[2]},{"q":[2.0],"p":1e0},{"p":2},"1"]}`)
	assert.Equal(t, []string{
		`b must be a string, not the number 1`,
		`a[200001] must not be the same as item 200000 of the list`,
		`a[200003] must not be the same as item 200002 of the list`,
	}, told(soon(t, func() []Problem { return s.Check(text) })))
}

func told(found []Problem) []string {
	var told []string
	for _, p := range found {
		told = append(told, p.String())
	}
	return told
}

// Where nesting is deep and names are long, a place is long: it is made only to be
// told, and is cut then.
func TestDeepPaths(t *testing.T) {
	s, err := Parse(json.RawMessage(`{"$defs":{"a":{"additionalProperties":{"$ref":"#/$defs/a"},"items":{"type":"integer"}}},"$ref":"#/$defs/a"}`))
	require.NoError(t, err)
	name := strings.Repeat("é", 30)
	deep := func(inside string) []byte {
		return []byte(strings.Repeat(`{"`+name+`":`, 150) + `[` + strings.Repeat("0,", 1000) + inside + `]` + strings.Repeat("}", 150))
	}
	for _, text := range [][]byte{deep("0"), deep(`{` + strings.Repeat(`"a":0,`, 1000) + `"a":0}`), deep(strings.Repeat("1e999,", 1000) + "0")} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err = parse(text)
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20))
	}

	found := s.Check(deep(`"x"`))
	require.Len(t, found, 1)
	assert.Regexp(t, `^…é+(\.é{30}){3,}\[1000\]$`, found[0].Path)
	assert.LessOrEqual(t, len(found[0].Path), maxPath+maxShown+20)
	assert.True(t, utf8.ValidString(found[0].Path))
}

// An object finds its members, few and many, and keeps their order.
func TestObject(t *testing.T) {
	o := newObject()
	for i := range 3 * maxLookedThrough {
		name := fmt.Sprint("n", i)
		assert.False(t, o.has(name))
		o.set(name, integer(0))
		o.set(name, integer(int64(i)))
		require.Len(t, o.members, i+1)
		for j := range i + 1 {
			require.Equal(t, integer(int64(j)), o.get(fmt.Sprint("n", j)))
		}
		assert.False(t, o.has("x"))
	}
	assert.Equal(t, `{"n0":0,"n1":1`, string(appendValue(nil, o)[:14]))
	assert.Equal(t, o, o.clone())
}
