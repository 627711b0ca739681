package azmistraltest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const travel = `"tools":[` +
	`{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}},` +
	`{"type":"function","function":{"name":"local_time","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}},` +
	`{"type":"function","function":{"name":"find_route","parameters":{"type":"object","properties":{"from":{"type":"string"},"to":{"type":"string"}},"required":["from","to"]}}}]`

// callTexts are the calls of an answer, as name and arguments.
func callTexts(t *testing.T, body string) []string {
	t.Helper()
	var texts []string
	ids := map[string]bool{}
	for _, call := range answerTo(t, body).Choices[0].Calls {
		assert.Regexp(t, callID, call.ID)
		assert.False(t, ids[call.ID], "the ids differ")
		ids[call.ID] = true
		texts = append(texts, call.Name+call.Arguments)
	}
	return texts
}

// TestParallelCalls has which calls a question leads to.
func TestParallelCalls(t *testing.T) {
	for question, want := range map[string][]string{
		"What is the weather in Paris and Oslo?":                      {`get_weather{"city": "Paris"}`, `get_weather{"city": "Oslo"}`},
		"The weather in Paris, New York and Rome, please":             {`get_weather{"city": "Paris"}`, `get_weather{"city": "New York"}`, `get_weather{"city": "Rome"}`},
		`Is the weather fine in "Bad Ems" or "Ulm"?`:                  {`get_weather{"city": "Bad Ems"}`, `get_weather{"city": "Ulm"}`},
		"I am Ada. What is the weather in Paris?":                     {`get_weather{"city": "Ada"}`}, // two names, but no list
		"What is the weather and the local time in Paris and in Oslo": {`get_weather{"city": "Paris"}`, `get_weather{"city": "Oslo"}`, `local_time{"city": "Paris"}`, `local_time{"city": "Oslo"}`},
		"Local times and weather in Rome?":                            {`local_time{"city": "Rome"}`, `get_weather{"city": "Rome"}`},
		"A route from Paris to Oslo":                                  {`find_route{"from": "Paris", "to": "Oslo"}`},
		"The best routes between Paris and Oslo":                      {`find_route{"from": "Paris", "to": "Oslo"}`},
		"Use find_route, not the weather, for Paris and Oslo":         {`find_route{"from": "Paris", "to": "Oslo"}`},
		"Hello":                           {`get_weather{"city": "Paris"}`},
		"A whole lifetime local to Rome":  {`get_weather{"city": "Rome"}`}, // no local_time
		"Is a localtimer or my time fine": {`get_weather{"city": "Paris"}`},
	} {
		assert.Equal(t, want, callTexts(t, user(question, travel)), question)
	}
	both := user("The weather in Paris and Oslo?", travel, `"parallel_tool_calls":true`)
	assert.Len(t, callTexts(t, both), 2, "there are two already")
	assert.Equal(t, []string{`get_weather{"city": "Rome"}`, `local_time{"city": "Rome"}`}, callTexts(t, user("The weather in Rome?", travel, `"parallel_tool_calls":true`)))
	assert.Equal(t, []string{`local_time{"city": "Paris"}`, `local_time{"city": "Oslo"}`},
		callTexts(t, user("In Paris and Oslo?", travel, `"tool_choice":{"type":"function","function":{"name":"local_time"}}`)))
}

// conversation is a body of a question, a model's calls and the results, which come
// in pairs of call and result.
func conversation(fields, question string, pairs ...string) string {
	body := `{` + fields + `,"messages":[{"role":"user","content":` + quoted(question) + `}`
	for i := 0; i+1 < len(pairs); i += 2 {
		name, arguments, _ := strings.Cut(pairs[i], "{")
		id := "callnum0" + string(rune('a'+i))
		body += `,{"role":"assistant","content":"","tool_calls":[{"id":"` + id + `","function":{"name":"` + name + `","arguments":` + quoted("{"+arguments) + `}}]}` +
			`,{"role":"tool","content":` + quoted(pairs[i+1]) + `,"tool_call_id":"` + id + `"}`
	}
	return body + `]}`
}

func TestFurtherCalls(t *testing.T) {
	const single = `"parallel_tool_calls":false,` + travel
	const question = "The weather in Paris and Oslo?"
	first := callTexts(t, conversation(single, question))
	assert.Equal(t, []string{`get_weather{"city": "Paris"}`}, first)
	assert.Equal(t, []string{`get_weather{"city": "Oslo"}`}, callTexts(t, conversation(single, question, first[0], "rain")), "one call a turn")
	assert.Empty(t, callTexts(t, conversation(single, question, first[0], "rain", `get_weather{"city": "Oslo"}`, "snow")))

	assert.Equal(t, []string{`local_time{"city": "Paris"}`}, callTexts(t, conversation(travel, "The weather in Paris?", first[0], "It depends: call local_time first.")))
	assert.Equal(t, []string{`local_time{"city": "Paris"}`}, callTexts(t, conversation(travel, "The weather in Paris?", first[0], "Please use the tool `local_time`.")))
	for _, result := range []string{"CALL Local_Time", "use call local_time", "Call the function 'local_time'!", "call find_it, then use local_time"} {
		assert.Equal(t, []string{`local_time{"city": "Paris"}`}, callTexts(t, conversation(travel, "The weather in Paris?", first[0], result)), result)
	}
	assert.Empty(t, callTexts(t, conversation(travel, "The weather in Paris?", first[0], "recall local_time")), "another word")
	assert.Empty(t, callTexts(t, conversation(travel, "The weather in Paris?", first[0], "call get_weather")), "that was called")
	assert.Empty(t, callTexts(t, conversation(travel, "The weather in Paris?", first[0], "local_time is a tool, and call local_times")))

	wrong := `get_weather{"town": "Paris"}`
	assert.Equal(t, first, callTexts(t, conversation(travel, "The weather in Paris?", wrong, "error: city is required")), "a model that was told so calls again")
	assert.Empty(t, callTexts(t, conversation(travel, "The weather in Paris?", wrong, "rain")), "nobody complains")
	assert.Empty(t, callTexts(t, conversation(travel, "The weather in Paris?", first[0], "error: no such city")), "the call was right")
	assert.Equal(t, first, callTexts(t, conversation(travel, "The weather in Paris?", `get_weather{"city": "Par`, "invalid arguments")))
}

func TestHints(t *testing.T) {
	schema := mustParse(`{"type":"object","properties":{"invoice_number":{"type":"string"},"supplier":{"type":"string"},"dueDate":{"type":"string","format":"date"},` +
		`"total":{"type":"number"},"items":{"type":"integer"},"paid":{"type":"boolean"},"currency":{"enum":["USD","EUR"]},"code":{"type":"string","pattern":"^[A-Z]{2}$"},"cities":{"type":"array","items":{"type":"string"}}}}`)
	filled := func(question string) string {
		return string(fill(schema, hintsOf(question, nil)).appendCompact(nil))
	}
	assert.Equal(t, `{"invoice_number":"R-2041","supplier":"Nordlicht GmbH, Kiel","dueDate":"2026-03-01","total":1190.5,"items":12,"paid":false,"currency":"EUR","code":"DE","cities":["Kiel","Ulm","Bad Ems"]}`,
		filled("Cities: Kiel, Ulm and Bad Ems\nInvoice number: R-2041\nSupplier: Nordlicht GmbH, Kiel\n**Due date:** 2026-03-01\ntotal = 1,190.50 EUR; Items: 012\nPaid: no\ncurrency: eur\nCode: DE"))
	assert.Equal(t, `{"invoice_number":"Paris","supplier":"New York","dueDate":"2026-01-15","total":7,"items":7,"paid":true,"currency":"USD","code":"AA","cities":["Rome"]}`,
		strings.Replace(filled("I was in Paris, New York and Rome. Due date: soon. Code: deutsch"), `"Code`, `"`, 1), "what does not fit is not taken")
	date := mustParse(`{"type":"object","properties":{"date":{"type":"string"}}}`)
	for question, want := range map[string]string{
		"update: soon":              "2026-01-15", // no date
		"the\tDATE: soon":           "soon",
		"(date: soon":               "soon",
		"to,date= soon":             "soon",
		"date of birth: soon":       "2026-01-15",
		"date:":                     "2026-01-15",
		"date *: x\ndate:\ndate: y": "y", // the mark is not at the name
		"a date: x; date: y":        "x",
	} {
		assert.Equal(t, want, fill(date, hintsOf(question, nil)).get("date").str(), question)
	}
	cities := mustParse(`{"type":"object","properties":{"cities":{"type":"array","items":{"type":"string"},"maxItems":3}}}`)
	assert.Equal(t, `{"cities":["Paris","Rome","Oslo"]}`, string(fill(cities, hintsOf("in Paris, Rome, Oslo and Bern", nil)).appendCompact(nil)))

	assert.Equal(t, `{"from":"Kiel"}`, string(fill(mustParse(`{"type":"object","properties":{"from":{"type":"string"}}}`), hintsOf("a mail, the **Date:** soon, its Number = 7, sent in Kiel", nil)).appendCompact(nil)), "labels are no names")
	lines := mustParse(`{"type":"object","properties":{"lines":{"type":"array","items":{"type":"object","properties":{"item":{"type":"string"},"quantity":{"type":"integer"}},"required":["item","quantity"]}},"item":{"type":"string"}}}`)
	assert.Equal(t, `{"lines":[{"item":"desk lamp","quantity":3},{"item":"chair","quantity":2},{"item":"rug","quantity":2}],"item":"desk lamp"}`,
		string(fill(lines, hintsOf("Item: desk lamp; quantity: 3\nitem: chair; quantity: 2\n- item: rug", nil)).appendCompact(nil)))

	for name, want := range map[string][]string{
		"":               nil,
		"a":              {"a"},
		"invoice_number": {"invoice", "number"},
		"invoiceNumber":  {"invoice", "number"},
		"due-date 2":     {"due", "date", "2"},
		"HTTPStatus":     {"httpstatus"},
		"__":             nil,
	} {
		assert.Equal(t, want, wordsOf(name), name)
	}
}

// obeys says the same as the oracle of these tests.
func TestObeys(t *testing.T) {
	values := []string{`null`, `true`, `0`, `7`, `-4.5`, `4`, `""`, `"a"`, `"green"`, `"2026-01-15"`, `[]`, `[1]`, `[7,7]`, `["a","b","c"]`, `{}`, `{"a":3,"b":"x"}`, `{"name":"x"}`, `{"name":5,"age":1}`, `{"kind":"cat"}`, `{"x_1":2}`, `{"v":null}`, `{"next":null}`, `{"name":"x","children":[{"name":1}]}`, `{"a":"x","surprise":true}`}
	for _, text := range schemas {
		schema := mustParse(text)
		own := fill(schema, hintsOf("", nil))
		assert.True(t, obeys(schema, own, nil), "%s: %s", text, own.appendCompact(nil))
		for _, value := range values {
			want := fits(decoded(t, []byte(text)), decoded(t, []byte(text)), decoded(t, []byte(value))) == nil
			assert.Equal(t, want, obeys(schema, mustParse(value), nil), "%s: %s", text, value)
		}
	}
	for text, values := range map[string][2]string{ // one that fits, one that does not
		`{"type":"string","format":"date-time"}`:                          {`"2026-01-15T10:00:00Z"`, `"2026-01-15"`},
		`{"type":"string","format":"email"}`:                              {`"a@b"`, `"a"`},
		`{"type":"integer","minimum":3,"exclusiveMinimum":true}`:          {`4`, `3`},
		`{"type":"integer","maximum":3,"exclusiveMaximum":true}`:          {`2`, `3`},
		`{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}`: {`["a",null]`, `["a",1]`},
		`{"type":["integer","null"]}`:                                     {`null`, `1.5`},
	} {
		schema := mustParse(text)
		assert.True(t, obeys(schema, mustParse(values[0]), nil), text)
		assert.False(t, obeys(schema, mustParse(values[1]), nil), text)
	}
	assert.NotPanics(t, func() { obeys(mustParse(`{"$ref":"#"}`), mustParse(`1`), nil) })
}

func TestParametersAgainstDraft7(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "",
		`{"type":"object","properties":{"a":{"type":["string","null"],"enum":["x"],"description":"d"}},"required":["a"],"$defs":7}`: "",
		`{"minLength":2.0,"multipleOf":0.5,"items":[{},true],"if":{},"dependencies":{"a":["b"],"c":{}},"const":null}`:               "",
		// Recorded: the older exclusiveMinimum, and a property where a description is meant.
		`{"items":{"type":"integer","exclusiveMinimum":true,"minimum":0}}`:            "{'type': 'integer', 'exclusiveMinimum': True, 'minimum': 0} is not valid under any of the given schemas",
		`{"video_path":{},"description":{"type":"string","description":"The video"}}`: "{'type': 'string', 'description': 'The video'} is not of type 'string'",
		`{"properties":{"a":{"exclusiveMinimum":true}}}`:                              "True is not of type 'number'",
		`{"type":"strin"}`:                              "'strin' is not valid under any of the given schemas",
		`{"type":[]}`:                                   "[] is not valid under any of the given schemas",
		`{"type":["string","string"]}`:                  "['string', 'string'] is not valid under any of the given schemas",
		`{"properties":[]}`:                             "[] is not of type 'object'",
		`{"properties":{"a":"b's"}}`:                    `"b's" is not of type 'object', 'boolean'`,
		`{"required":"a"}`:                              "'a' is not of type 'array'",
		`{"required":["a","a"]}`:                        "['a', 'a'] has non-unique elements",
		`{"required":[null]}`:                           "None is not of type 'string'",
		`{"minItems":-1}`:                               "-1 is less than the minimum of 0",
		`{"minItems":1.5}`:                              "1.5 is not of type 'integer'",
		`{"multipleOf":0}`:                              "0 is less than or equal to the minimum of 0",
		`{"anyOf":[]}`:                                  "[] should be non-empty",
		`{"anyOf":[{"allOf":[{"uniqueItems":"yes"}]}]}`: "'yes' is not of type 'boolean'",
		`{"not":{"enum":{"a":false}}}`:                  "{'a': False} is not of type 'array'",
		`{"additionalProperties":[1]}`:                  "[1] is not of type 'object', 'boolean'",
		`{"dependencies":{"a":["b","b"]}}`:              "['b', 'b'] is not valid under any of the given schemas",
	} {
		wrong := againstDraft7(mustParse(text))
		assert.Equal(t, want != "", wrong.is(), text)
		if want != "" {
			assert.Equal(t, want, wrong.String(), text)
		}
	}
	h, client := local(t, nil)
	url := realURL(h, allRoutes[len(allRoutes)-1])
	tool := func(parameters string) string {
		return user("Hello", model, `"tools":[{"type":"function","function":{"name":"f","parameters":`+parameters+`}}]`)
	}
	assert.Equal(t, 200, ask(t, client, url, tool(`{"type":"object"}`)).status)
	got := ask(t, client, url, tool(`{"type":"strin"}`))
	assert.Equal(t, 400, got.status)
	assert.Equal(t, `{"object":"error","message":"Invalid tool schema: 'strin' is not valid under any of the given schemas","type":"invalid_request_error","param":null,"code":null,"raw_status_code":400}`, got.body)
}

// Every place where an object can stand in a strict schema.
func TestStrictSchemaPlaces(t *testing.T) {
	const open, closed = `{"type":"object","properties":{}}`, `{"type":"object","properties":{},"additionalProperties":false}`
	for _, place := range []string{
		`@`, `{"$defs":{"a":@}}`, `{"definitions":{"a":@}}`, `{"items":@}`, `{"items":[{},@]}`, `{"prefixItems":[@]}`, `{"additionalItems":@}`, `{"contains":@}`,
		`{"anyOf":[{"type":"null"},@]}`, `{"oneOf":[@]}`, `{"allOf":[@]}`, `{"not":@}`, `{"if":@}`, `{"then":@}`, `{"else":@}`, `{"patternProperties":{"^a":@}}`,
		`{"type":"object","additionalProperties":false,"properties":{"a":{"type":"object","additionalProperties":false,"properties":{"b":@}}}}`,
	} {
		assert.True(t, closedObjects(mustParse(strings.Replace(place, "@", closed, 1))), place)
		assert.False(t, closedObjects(mustParse(strings.Replace(place, "@", open, 1))), place)
		nullable := strings.Replace(open, `"object"`, `["object","null"]`, 1)
		assert.False(t, closedObjects(mustParse(strings.Replace(place, "@", nullable, 1))), place)
	}
	assert.False(t, closedObjects(mustParse(`{"type":"object","additionalProperties":{"type":"string"}}`)), "a map has no place in a strict schema")
	require.True(t, closedObjects(mustParse(`{"type":"object","additionalProperties":false,"properties":{"type":{"type":"string"},"items":{"enum":["object"]}}}`)), "properties that are called like keywords")
}
