package azmistraltest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// answerRequests are requests of every kind of answer; their fields fit Mistral's
// own route.
var answerRequests = map[string]string{
	"text":      user("What is the capital of France?"),
	"unicode":   user("Qu’est-ce que c’est? 日本語 🙂 \"quotes\" \\ and\nlines"),
	"system":    `{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"}]}`,
	"image":     `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}`,
	"tool":      user("What is the weather in Lyon in 3 days?", weather),
	"parallel":  user("The weather?", weather, `"parallel_tool_calls":true`),
	"forced":    user("Hello", weather, `"tool_choice":{"type":"function","function":{"name":"get_time"}}`),
	"results":   `{` + weather + `,"messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","function":{"name":"get_weather","arguments":"{}"}}]},{"role":"tool","content":"{\"sky\":\"blue\"}","tool_call_id":"abcdefghi"}]}`,
	"schema":    user("Ada is 36", `"response_format":{"type":"json_schema","json_schema":{"name":"p","schema":{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"]}}}`),
	"json":      user("Answer with JSON", `"response_format":{"type":"json_object"}`),
	"prefix":    `{"messages":[{"role":"user","content":"Go on"},{"role":"assistant","content":"Once upon a time","prefix":true}]}`,
	"thinking":  user("What is 12 times 12?", `"reasoning_effort":"high"`),
	"both":      user("Weather?", weather, `"reasoning_effort":"high"`),
	"n":         user("Say something", `"n":3`),
	"length":    user("Tell me a long story", `"max_tokens":7`),
	"cut-think": user("Tell me a long story", `"max_tokens":3`, `"reasoning_effort":"high"`),
	"cut-call":  user("Weather in Lyon?", weather, `"max_tokens":14`),
	"nothing":   user("Tell me a long story", `"max_tokens":0`),
	"stop":      user("What is it?", `"stop":["is"]`),
	"cache":     `{"prompt_cache_key":"k","messages":[{"role":"system","content":"` + strings.Repeat("word ", 200) + `"},{"role":"user","content":"Hello"}]}`,
}

// TestSameAnswerStreamed asks each kind whole, streamed, and on each layout, and
// wants one answer.
func TestSameAnswerStreamed(t *testing.T) {
	h, client := local(t, nil)
	for name, body := range answerRequests {
		body = strings.Replace(body, "{", `{`+model+`,`, 1)
		t.Run(name, func(t *testing.T) {
			var first *spoken
			for _, route := range []azmistral.Route{azmistral.RouteServerlessV1, azmistral.RouteServerless, azmistral.RouteModels, azmistral.RouteDeployments} {
				url := realURL(h, route)
				whole := ask(t, client, url, body, "extra-parameters", "pass-through")
				require.Equal(t, 200, whole.status, whole.body)
				said := understand(t, whole.body)

				fields := `{` + streaming + `,`
				if route == azmistral.RouteDeployments {
					fields += counted + `,`
				}
				stream := ask(t, client, url, strings.Replace(body, "{", fields, 1), "extra-parameters", "pass-through")
				assert.Equal(t, said, understand(t, stream.body), route)

				assert.Equal(t, said.Usage.Prompt+said.Usage.Completion, said.Usage.Total)
				if first == nil {
					first = &said
				}
				said.Model = first.Model
				assert.Equal(t, *first, said, route)

				assert.Equal(t, whole.body, ask(t, client, url, body, "extra-parameters", "pass-through").body, "the same bytes again")
			}
		})
	}
}

func answerTo(t *testing.T, body string) spoken {
	t.Helper()
	h, client := local(t, nil)
	got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), body)
	require.Equal(t, 200, got.status, got.body)
	return understand(t, got.body)
}

func TestAnswers(t *testing.T) {
	first := func(name string) spokenChoice { return answerTo(t, answerRequests[name]).Choices[0] }

	assert.Contains(t, first("text").Text, "What is the capital of France?")
	assert.Contains(t, first("unicode").Text, "\"quotes\" \\ and\nlines")
	assert.Contains(t, first("image").Text, "This is what I was shown:\n- picture at https://example.com/a.png\n")

	c := first("tool")
	assert.Equal(t, "tool_calls", c.Finish)
	assert.Equal(t, "", c.Text)
	require.Len(t, c.Calls, 1)
	assert.Regexp(t, `^[a-zA-Z0-9]{9}$`, c.Calls[0].ID)
	assert.Equal(t, ToolCall{c.Calls[0].ID, "get_weather", `{"city": "Lyon", "days": 3}`}, c.Calls[0])

	c = first("parallel")
	require.Len(t, c.Calls, 2)
	assert.Equal(t, "get_time", c.Calls[1].Name)
	assert.NotEqual(t, c.Calls[0].ID, c.Calls[1].ID)

	c = first("forced")
	require.Len(t, c.Calls, 1)
	assert.Equal(t, "get_time", c.Calls[0].Name)

	c = first("results")
	assert.Equal(t, "stop", c.Finish)
	assert.Empty(t, c.Calls)
	assert.Contains(t, c.Text, `According to get_weather: {"sky":"blue"}.`)

	assert.Equal(t, `{"name": "Ada", "age": 36}`, strings.Replace(first("schema").Text, "some name", "Ada", 1))
	assert.True(t, json.Valid([]byte(first("json").Text)))
	assert.True(t, strings.HasPrefix(first("prefix").Text, "Once upon a time and "), first("prefix").Text)
	assert.Contains(t, first("thinking").Thinking, "What is 12 times 12?")
	assert.NotEmpty(t, first("thinking").Text)
	assert.NotEmpty(t, first("both").Thinking)
	assert.Len(t, first("both").Calls, 1)

	n := answerTo(t, answerRequests["n"])
	require.Len(t, n.Choices, 3)
	assert.NotEqual(t, n.Choices[0].Text+n.Choices[1].Text, n.Choices[1].Text+n.Choices[2].Text)

	length := answerTo(t, answerRequests["length"])
	assert.Equal(t, "length", length.Choices[0].Finish)
	assert.Equal(t, 7, length.Usage.Completion)
	c = first("cut-think")
	assert.Equal(t, "length", c.Finish)
	assert.NotEmpty(t, c.Thinking)
	assert.Empty(t, c.Text)
	c = first("cut-call")
	assert.Equal(t, "length", c.Finish)
	require.Len(t, c.Calls, 1)
	assert.False(t, json.Valid([]byte(c.Calls[0].Arguments)), c.Calls[0].Arguments)
	assert.Equal(t, spokenChoice{Finish: "length"}, first("nothing"))

	c = first("stop")
	assert.Equal(t, "stop", c.Finish)
	assert.NotContains(t, c.Text, "is")
}

func TestToolChoice(t *testing.T) {
	after := func(choice string) spokenChoice {
		return answerTo(t, strings.Replace(answerRequests["results"], "{", `{"tool_choice":"`+choice+`",`, 1)).Choices[0]
	}
	assert.Empty(t, after("auto").Calls, "the results are there")
	assert.Len(t, after("any").Calls, 1, "forced all the same")
	assert.Len(t, after("required").Calls, 1)

	none := answerTo(t, user("Weather?", weather, `"tool_choice":"none"`))
	assert.Empty(t, none.Choices[0].Calls)
	with := answerTo(t, user("Weather?", weather))
	assert.Less(t, none.Usage.Prompt, with.Usage.Prompt, "tools that cannot be called are not counted")

	named := answerTo(t, user("Use get_time, then get_weather.", weather)).Choices[0].Calls
	require.Len(t, named, 2)
	assert.Equal(t, []string{"get_time", "get_weather"}, []string{named[0].Name, named[1].Name})
	one := answerTo(t, user("Use get_time, then get_weather.", weather, `"parallel_tool_calls":false`)).Choices[0].Calls
	assert.Len(t, one, 1)
}

func TestWindow(t *testing.T) {
	h, client := local(t, &Options{ContextWindow: 20})
	got := understand(t, ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("Hello")).body)
	assert.Equal(t, "model_length", got.Choices[0].Finish)
	assert.Equal(t, 20, got.Usage.Total)
}

func TestCachedTokens(t *testing.T) {
	h, client := local(t, nil)
	got := ask(t, client, realURL(h, azmistral.RouteServerlessV1), answerRequests["cache"])
	assert.Contains(t, got.body, `"prompt_tokens":209,`)
	assert.Contains(t, got.body, `"cached_tokens":192}`)
	got = ask(t, client, realURL(h, azmistral.RouteServerlessV1), user("Hello"))
	assert.Contains(t, got.body, `"cached_tokens":0}`)
}

func TestSeedChangesTheAnswer(t *testing.T) {
	a := answerTo(t, user("Hello", `"random_seed":1`))
	b := answerTo(t, user("Hello", `"random_seed":2`))
	assert.NotEqual(t, a.ID, b.ID)
}

func TestPieces(t *testing.T) {
	for _, text := range []string{"", "a", "  two blanks", "one two\nthree\t four", "日本語です", "averyverylongwordindeed", "bad \xff\xfe bytes", strings.Repeat("x", 1000), "é🙂é🙂é🙂é🙂"} {
		var joined strings.Builder
		n := 0
		for piece := range pieces(text) {
			require.NotEmpty(t, piece)
			assert.LessOrEqual(t, len([]rune(piece)), pieceRunes+4)
			joined.WriteString(piece)
			n++
		}
		assert.Equal(t, text, joined.String())
		assert.Equal(t, n, countTokens(text))
		for i := range n + 2 {
			assert.Equal(t, min(i, n), countTokens(firstTokens(text, i)), "%q %d", text, i)
		}
	}
}
