package azmistraltest

import (
	"strings"

	"github.com/azmistral/azmistral"
)

// modelScenarios are what models do to their callers: calls and thinking in forms
// that are not the route's own, answers that do not fit a schema. Calls are those
// that the request asks for, as the sandbox makes them; without tools one of
// get_weather.
func modelScenarios() []Scenario {
	const arguments = `{"city": "Paris"}`
	weather := azmistral.ToolCall{Name: "get_weather", Arguments: arguments}
	called := func(name, does string, keys []scenarioKey, want func(args) Want, change func(args, Reply) Reply) Scenario {
		return Scenario{Name: name, Does: does, keys: keys, want: want, reply: func(a args) Reply {
			return change(a, Reply{}.changed(func(r *Request, answer *answer) {
				for i := range answer.choices {
					if c := &answer.choices[i]; len(c.calls) == 0 {
						c.calls = []ToolCall{{ID: randomID(r.seed.random(i)), Name: "get_weather", Arguments: arguments}}
						c.text, c.finish = "", "tool_calls"
					}
				}
			}))
		}}
	}
	always := func(w Want) func(args) Want { return func(args) Want { return w } }
	thought := wantCalls(weather)
	thought.Thinking = "Somebody has to look this up."
	compact := wantCalls(azmistral.ToolCall{Name: "get_weather", Arguments: `{"city":"Paris"}`})
	answered := `{"answer": ` + quoted(stageText) + `}`

	return []Scenario{
		called("call-whole", "calls tools, each whole in one event", nil, always(wantCalls(weather)), func(_ args, r Reply) Reply { return r.Whole() }),
		called("call-fragments", "calls tools in fragments", nil, always(wantCalls(weather)), func(_ args, r Reply) Reply { return r.Fragmented() }),
		called("call-object", "calls tools with an object for the arguments", nil, always(compact), func(_ args, r Reply) Reply { return r.ArgumentsAsObject() }),
		called("call-with-text", "says something before it calls tools",
			[]scenarioKey{{"text", sortText, "Let me look that up.", "what it says, in double quotes"}},
			func(a args) Want {
				w := wantCalls(weather)
				w.Text = a.text("text", "Let me look that up.")
				return w
			},
			func(a args, r Reply) Reply { return r.WithText(a.text("text", "Let me look that up.")) }),
		called("call-thinking", "thinks before it calls tools",
			[]scenarioKey{{"form", sortThinking, "parts", "parts, open-parts, string or field; without it the route's own"}},
			always(thought),
			func(a args, r Reply) Reply {
				if form, ok := a["form"]; ok {
					r = r.ThinkingAs(ThinkingForm(form))
				}
				return r.WithThinking(thought.Thinking)
			}),
		called("call-text", "writes its calls into the text, as templates have them",
			[]scenarioKey{{"template", sortTemplate, "v13", "v3, v11 or v13"}},
			func(a args) Want {
				calls := []ToolCall{{ID: randomID(seed{}.random(0)), Name: "get_weather", Arguments: arguments}}
				return wantText(CallTemplate(a.text("template", "v13")).write(calls))
			},
			func(a args, r Reply) Reply {
				return r.each(func(c *choice) { c.spell(CallTemplate(a.text("template", "v13"))) })
			}),
		{Name: "schema-wrong", Does: "gives what does not fit the schema, until a further message asks again",
			keys: []scenarioKey{
				{"how", sortWrong, "type", "type, missing, extra, enum, syntax, fence or prose"},
				{"turns", sortNumber, "1", "it is wrong so many times in a conversation"},
			},
			want: func(a args) Want {
				if a.number("turns", 1) < 1 {
					return wantText(stageText)
				}
				value, _ := parseJSON([]byte(answered))
				return wantText(spoiled(anyAnswer, value, a.text("how", "type"), nil))
			},
			lasting: true,
			reply: func(a args) Reply {
				return Reply{}.changed(func(r *Request, answer *answer) {
					if wrongTurns(r, anyAnswer) >= a.number("turns", 1) {
						return
					}
					for i := range answer.choices {
						answer.choices[i].spoil(r, a.text("how", "type"))
					}
				})
			}},
		{Name: "schema-cut", Does: "is cut by the length within the JSON that fits the schema",
			keys: []scenarioKey{
				{"tokens", sortAmount, "3", "of the JSON that are left"},
				{"reason", sortText, "length", "length or model_length"},
			},
			want: func(a args) Want {
				w := wantText(firstTokens(answered, a.number("tokens", 3)))
				w.FinishReason = azmistral.FinishReason(a.text("reason", "length"))
				return w
			},
			reply: func(a args) Reply {
				n := a.number("tokens", 3)
				return Reply{}.FinishReason(a.text("reason", "length")).changed(func(r *Request, answer *answer) {
					for i := range answer.choices {
						c := &answer.choices[i]
						if len(c.calls) == 0 {
							_, value := c.said(r)
							c.text = firstTokens(string(value.appendSpaced(nil)), n)
							continue
						}
						c.calls = c.calls[:1]
						c.calls[0].Arguments = firstTokens(c.calls[0].Arguments, n)
					}
				})
			}},
		{Name: "schema-blank", Does: "fills its answer with blanks until the length cuts it, as JSON mode does without a word of JSON in the messages",
			keys: []scenarioKey{{"lines", sortAmount, "200", "of blanks"}},
			want: func(a args) Want {
				w := wantText("{" + strings.Repeat("\n  ", a.number("lines", 200)))
				w.FinishReason = azmistral.FinishLength
				return w
			},
			reply: func(a args) Reply {
				return Text("{" + strings.Repeat("\n  ", a.number("lines", 200))).FinishReason("length")
			}},
	}
}
