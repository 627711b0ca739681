package azmistraltest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

const (
	personSchema = `{"type":"object","properties":{"name":{"type":"string"},"mood":{"enum":["calm","wild"]}},"required":["name","mood"],"additionalProperties":false}`
	person       = `{"name": "Ada", "mood": "calm"}`
	asks         = "Tell me about Ada "
)

// modes are the ways to ask for a value that fits a schema: fields of the request,
// and what the value comes in.
var modes = map[string]string{
	"json_schema": `"response_format":{"type":"json_schema","json_schema":{"name":"p","strict":true,"schema":` + personSchema + `}}`,
	"json_object": `"response_format":{"type":"json_object"}`,
	"tool":        `"tools":[{"type":"function","function":{"name":"p","parameters":` + personSchema + `}}],"tool_choice":{"type":"function","function":{"name":"p"}}`,
	"required":    `"tools":[{"type":"function","function":{"name":"p","parameters":` + personSchema + `}}],"tool_choice":"required"`,
}

// talk is a conversation in a mode. In JSON mode the schema stands in the system
// prompt.
func talk(mode string, messages ...string) string {
	list := []string{`{"role":"system","content":` + quoted("Answer with JSON {of this kind}:\n```json\n"+personSchema+"\n```") + `}`}
	if mode != "json_object" {
		list = nil
	}
	return `{` + model + `,` + modes[mode] + `,"messages":[` + strings.Join(append(list, messages...), ",") + `]}`
}

func said(role, text string) string { return `{"role":"` + role + `","content":` + quoted(text) + `}` }

// valueOf is what a choice gives for a value.
func valueOf(c spokenChoice) string {
	if len(c.Calls) > 0 {
		return c.Calls[0].Arguments
	}
	return c.Text
}

// turn is what a client that asks again sends: the answer, and what is wrong with it.
func turn(c spokenChoice) []string {
	if len(c.Calls) > 0 {
		call := c.Calls[0]
		return []string{`{"role":"assistant","content":"","tool_calls":[{"id":"` + call.ID + `","function":{"name":"` + call.Name + `","arguments":` + quoted(call.Arguments) + `}}]}`,
			`{"role":"tool","content":"name: must be a string","tool_call_id":"` + call.ID + `"}`}
	}
	return []string{said("assistant", c.Text), said("user", `That is no person of Rome: "name": must be a string. Answer again.`)}
}

func TestModes(t *testing.T) {
	for mode := range modes {
		assert.Equal(t, person, valueOf(answerTo(t, talk(mode, said("user", asks))).Choices[0]), mode)
	}
	// A free turn before is no answer to what is asked now.
	for mode := range modes {
		free := answerTo(t, talk(mode, said("user", "Hello, Bob here"), said("assistant", "Hello."), said("user", asks))).Choices[0]
		assert.Equal(t, person, valueOf(free), mode)
	}
	text := answerTo(t, talk("tool", said("user", asks), said("assistant", person), said("user", "Rome, this is no call of \"p\"."))).Choices[0]
	assert.Equal(t, person, valueOf(text), "a text where a call is wanted is wrong, and the question is still the same")
	inUser := answerTo(t, `{`+modes["json_object"]+`,"messages":[`+said("user", asks+"\n"+personSchema)+`]}`).Choices[0]
	assert.Equal(t, person, inUser.Text, "a schema in the user's own message is no hint")
	wrapped := answerTo(t, `{`+modes["json_object"]+`,"messages":[`+said("system", `{"name":"p","schema":`+personSchema+`}`)+`,`+said("user", asks)+`]}`).Choices[0]
	assert.Equal(t, person, wrapped.Text)
	both := answerTo(t, talk("json_object", said("user", asks+`\n{"type":"array"}`))).Choices[0]
	assert.True(t, obeys(mustParse(personSchema), mustParse(both.Text), nil), "%s: the system message goes before what the user quotes", both.Text)
	none := answerTo(t, `{`+modes["json_object"]+`,"messages":[`+said("system", `Such as {"a":{"b":1}}`)+`,`+said("user", asks)+`]}`).Choices[0]
	assert.True(t, strings.HasPrefix(none.Text, `{"question": "Tell me about Ada", "answer": `), none.Text)
}

func TestSchemaOfText(t *testing.T) {
	for text, want := range map[string]string{
		``:                              "",
		`no schema`:                     "",
		`{"a":1} {"type":"object"} end`: `{"type":"object"}`,
		`{{"properties":{}}}`:           `{"properties":{}}`,
		`{"type":["string","null"]}`:    `{"type":["string","null"]}`,
		`{"type":"banana"}`:             "",
		`{"enum":"no list"}`:            "",
		`{"$ref":"#/a"}`:                `{"$ref":"#/a"}`,
		`{"schema":{"type":"object"}}`:  `{"type":"object"}`,
		strings.Repeat("{", maxBraces) + `{"type":"object"}`: "",
	} {
		schema, said := schemaOfText(text, nil)
		if want == "" {
			assert.Nil(t, schema, text)
			continue
		}
		require.NotNil(t, schema, text)
		assert.Contains(t, text, said)
		assert.Equal(t, strings.Contains(text, `"schema":`), strings.HasPrefix(said, `{"schema":`), "what holds it is said with it")
		assert.Equal(t, want, string(schema.appendCompact(nil)), text)
	}
}

// TestSchemaWrong asks in each mode, is answered wrong, and asks again.
func TestSchemaWrong(t *testing.T) {
	for mode := range modes {
		for how, want := range map[string]string{
			"type":    `{"name": 7, "mood": "calm"}`,
			"missing": `{"mood": "calm"}`,
			"extra":   `{"name": "Ada", "mood": "calm", "surprise": true}`,
			"enum":    `{"name": "Ada", "mood": "none of these"}`,
			"syntax":  `{"name": "Ada", "mood": "calm"`,
			"fence":   "Here is the answer:\n```json\n" + person + "\n```",
			"prose":   "I would rather say it in words than in {}.",
		} {
			question := said("user", asks+"[[sandbox: schema-wrong how="+how+"]]")
			wrong := answerTo(t, talk(mode, question)).Choices[0]
			assert.Equal(t, want, valueOf(wrong), "%s %s", mode, how)
			again := answerTo(t, talk(mode, append([]string{question}, turn(wrong)...)...)).Choices[0]
			assert.Equal(t, person, valueOf(again), "%s %s: right in the next turn, and about the same question", mode, how)
		}

		// As often as it is told.
		messages := []string{said("user", asks+"[[sandbox: schema-wrong turns=2]]")}
		for n, want := range []string{`{"name": 7, "mood": "calm"}`, `{"name": 7, "mood": "calm"}`, person} {
			c := answerTo(t, talk(mode, messages...)).Choices[0]
			assert.Equal(t, want, valueOf(c), "%s, turn %d", mode, n)
			messages = append(messages, turn(c)...)
		}
		if mode == "json_schema" {
			messages = append(messages, said("user", "And Bob?"))
			assert.NotContains(t, valueOf(answerTo(t, talk(mode, messages...)).Choices[0]), "7", "it was right in between: that is over")
		}
	}
}

// The same by a script: the conversation decides, and earlier turns do not count.
func TestSchemaWrongScripted(t *testing.T) {
	h, client := local(t, nil)
	h.Reply(Fault("schema-wrong how=missing turns=1").Times(-1))
	get := func(messages ...string) string {
		got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), talk("json_schema", messages...))
		return understand(t, got.body).Choices[0].Text
	}
	earlier := []string{said("user", "Who?"), said("assistant", person)}
	question := append(earlier, said("user", asks))
	assert.Equal(t, `{"mood": "calm"}`, get(question...))
	assert.Equal(t, person, get(append(question, said("assistant", `{"mood": "calm"}`), said("user", "no"))...))

	// Without a schema it has one of its own.
	body := understand(t, ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("Hello")).body).Choices[0].Text
	assert.Equal(t, `{}`, body)
}

func TestSpoiled(t *testing.T) {
	open := mustParse(`{"type":"object","properties":{"a":{"type":"string"}}}`)
	value := mustParse(`{"a":"x"}`)
	assert.Equal(t, `{"a": "x"`, spoiled(open, value, "extra", nil), "where that would fit it is no JSON")
	assert.Equal(t, `{"a": "x"`, spoiled(open, value, "missing", nil))
	assert.Equal(t, `{"a": 7}`, spoiled(open, value, "type", nil))
	assert.Equal(t, `"not of this type"`, spoiled(mustParse(`{"type":"array"}`), mustParse(`[1]`), "type", nil))
	_, ways, _ := strings.Cut(strings.ReplaceAll(string(sortWrong), " or ", ", "), ": ")
	for _, how := range strings.Split(ways, ", ") {
		for _, text := range schemas {
			schema := mustParse(text)
			wrong := spoiled(schema, fill(schema, hintsOf("", nil)), how, nil)
			if got, err := parseJSON([]byte(wrong)); err == nil {
				assert.False(t, obeys(schema, got, nil), "%s %s: %s", how, text, wrong)
			}
		}
	}
}

// A provocation is the last message's, unless the model was wrong since.
func TestProvokedOnce(t *testing.T) {
	c := answerTo(t, talk("json_schema", said("user", "[[sandbox: schema-wrong]]"), said("user", asks))).Choices[0]
	assert.Equal(t, person, c.Text)
}

func TestSchemaCut(t *testing.T) {
	for mode := range modes {
		c := answerTo(t, talk(mode, said("user", asks+"[[sandbox: schema-cut tokens=2]]"))).Choices[0]
		assert.Equal(t, firstTokens(person, 2), valueOf(c), mode)
		assert.Equal(t, "length", c.Finish)
	}
	c := answerTo(t, talk("json_schema", said("user", "[[sandbox: schema-cut tokens=0 reason=model_length]]"))).Choices[0]
	assert.Equal(t, spokenChoice{Finish: "model_length"}, c)
	c = answerTo(t, user("The weather in Lyon and Rome? [[sandbox: schema-cut tokens=1]]", weather)).Choices[0]
	require.Len(t, c.Calls, 1, "what comes after the cut is not there")
	assert.Equal(t, firstTokens(`{"city": "Lyon"}`, 1), c.Calls[0].Arguments)
	c = answerTo(t, talk("json_object", said("user", "[[sandbox: schema-blank lines=2]]"))).Choices[0]
	assert.Equal(t, spokenChoice{Text: "{\n  \n  ", Finish: "length"}, c)
}

// Provoked calls are those that the request's own tools lead to.
func TestProvokedCalls(t *testing.T) {
	two := []string{`{"city": "Lyon", "days": 7}`, `{"city": "Rome", "days": 7}`}
	get := func(words string, fields ...string) spokenChoice {
		return answerTo(t, user("The weather in Lyon and Rome? [[sandbox: "+words+"]]", append(fields, weather)...)).Choices[0]
	}
	for _, words := range []string{"call-whole", "call-fragments", "call-with-text", "call-thinking form=field"} {
		for _, fields := range [][]string{nil, {streaming}} {
			c := get(words, fields...)
			require.Len(t, c.Calls, 2, words)
			assert.Equal(t, two, []string{c.Calls[0].Arguments, c.Calls[1].Arguments}, words)
			assert.Equal(t, words == "call-with-text", c.Text == "Let me look that up.", words)
		}
	}
	text := get("call-text template=v13")
	assert.Equal(t, "[TOOL_CALLS]get_weather[ARGS]"+two[0]+"[TOOL_CALLS]get_weather[ARGS]"+two[1], text.Text)
	assert.Equal(t, "stop", text.Finish)
	h, client := local(t, nil)
	got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("Lyon? [[sandbox: call-object]]", weather))
	assert.Contains(t, got.body, `"arguments":{"city":`)
	got = ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("[[sandbox: call-text template=v4]]"))
	assert.Contains(t, got.body, `template=\"v4\" is not a template: v3, v11 or v13`)
}

func TestOmitPrefix(t *testing.T) {
	body := answerRequests["prefix"]
	repeated := answerTo(t, body).Choices[0].Text
	h, client := local(t, &Options{OmitPrefix: true})
	for _, fields := range []string{"", streaming + ","} {
		got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), strings.Replace(body, "{", "{"+fields, 1))
		assert.Equal(t, repeated, "Once upon a time"+understand(t, got.body).Choices[0].Text)
	}
}
