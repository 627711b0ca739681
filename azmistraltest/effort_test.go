package azmistraltest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestEffortIsEnough has a schema and a question larger than those of most users:
// they cost a small part of what they may.
func TestEffortIsEnough(t *testing.T) {
	var groups, told []string
	for g := range 20 {
		var members, names []string
		for m := range 20 {
			members = append(members, fmt.Sprintf(`"g%d_m%d":{"anyOf":[{"$ref":"#/$defs/code"},{"type":"null"}]}`, g, m))
			names = append(names, fmt.Sprintf(`"g%d_m%d"`, g, m))
			told = append(told, fmt.Sprintf("G%d M%d: AB-%03d", g, m, m))
		}
		groups = append(groups, fmt.Sprintf(`"group%d":{"type":"array","minItems":2,"items":{"type":"object","properties":{%s},"required":[%s],"additionalProperties":false}}`,
			g, strings.Join(members, ","), strings.Join(names, ",")))
	}
	schema := mustParse(`{"type":"object","properties":{` + strings.Join(groups, ",") + `},"$defs":{"code":{"type":"string","pattern":"^[A-Z]{2}-[0-9]{3}$"}}}`)
	e := &effort{left: maxEffort}
	value := fill(schema, hintsOf(strings.Repeat("It is so. ", 1000)+"\n"+strings.Join(told, "\n"), e))
	assert.True(t, obeys(schema, value, e))
	assert.Equal(t, "AB-019", value.get("group19").list()[1].get("g19_m19").str())
	assert.Greater(t, e.left, maxEffort/2)
}

func TestEffort(t *testing.T) {
	e := &effort{left: 10}
	assert.True(t, e.spend(10))
	assert.True(t, e.spend(0))
	assert.False(t, e.spend(1))
	var endless *effort
	assert.True(t, endless.spend(1<<62))

	assert.Nil(t, endless.expression("("))
	assert.Nil(t, endless.expression(strings.Repeat("a", maxPattern+1)))
	assert.NotNil(t, endless.expression(strings.Repeat("a", maxPattern)))
	assert.Nil(t, (&effort{left: 500}).expression("aaaaaa"), "what it costs is more than there is")

	// What nobody gave a schema for counts too.
	words := fill(mustParse(`{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000}}`), hintsOf("", nil))
	assert.Less(t, len(words.compact()), 20*maxValues)

	assert.Nil(t, (&Request{read: &reading{}}).clone().read, "a copy is for others")
}

// TestAmounts has what an answer may be told to hold.
func TestAmounts(t *testing.T) {
	for _, words := range []string{"long tokens=100000", "long tokens=0", "tool-calls n=0", "schema-cut tokens=0"} {
		_, _, err := playScenario(words)
		assert.NoError(t, err, words)
	}
	for _, words := range []string{"long tokens=100001", "thinking tokens=-1", "tool-calls n=100001", "schema-cut tokens=-1", "schema-blank lines=many", "output-filtered after=-1"} {
		_, _, err := playScenario(words)
		assert.ErrorContains(t, err, "is not a whole number from 0 to 100000", words)
	}
}

// TestManyChoices has fewer choices where they are long, and ids of their own where
// they call.
func TestManyChoices(t *testing.T) {
	assert.Len(t, answerTo(t, user("Hello", `"n":3`)).Choices, 3)
	whole := len(longText(maxAmount))
	choices := answerTo(t, user("[[sandbox: long tokens=100000]]", `"n":99`)).Choices
	assert.Len(t, choices, maxChoiceBytes/whole)
	assert.Len(t, choices[0].Text, whole)

	ids := map[string]bool{}
	for _, choice := range answerTo(t, user("The weather in Paris and Oslo?", travel, `"n":3`)).Choices {
		for _, call := range choice.Calls {
			ids[call.ID] = true
		}
	}
	assert.Len(t, ids, 6)
}
