package azmistraltest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/azmistral/azmistral"
)

// answerScenarios are answers that a default answer is not.
func answerScenarios() []Scenario {
	return []Scenario{
		{Name: "help", Does: "lists the scenarios",
			Want:  Want{Words: []string{"[[sandbox:", "rate-limit"}, FinishReason: azmistral.FinishStop, Usage: wantUsage},
			reply: func(args) Reply { return Text(help()) }},
		{Name: "say", Does: "answers with a text of yours",
			want:  func(a args) Want { return wantText(a.text("text", "Hello.")) },
			keys:  []scenarioKey{{"text", sortText, "Hello.", "the answer, in double quotes"}},
			reply: func(a args) Reply { return Text(a.text("text", "Hello.")) }},
		{Name: "long", Does: "answers at length",
			want:  func(a args) Want { return wantText(longText(a.number("tokens", 2000))) },
			keys:  []scenarioKey{{"tokens", sortAmount, "2000", "of the answer"}},
			reply: func(a args) Reply { return Text(longText(a.number("tokens", 2000))) }},
		{Name: "empty-text", Does: "answers with an empty text",
			Want:  wantText(""),
			reply: func(args) Reply { return Text("") }},
		{Name: "thinking", Does: "thinks before it answers",
			want: func(a args) Want {
				w := wantText(stageText)
				w.Thinking = longText(a.number("tokens", 40))
				return w
			},
			keys: []scenarioKey{
				{"tokens", sortAmount, "40", "of the thinking"},
				{"form", sortThinking, "parts", "parts, open-parts, string or field; without it the route's own"},
				{"signature", sortText, "", "of the thinking part; none where it is empty"},
			},
			reply: func(a args) Reply {
				r := Reply{}.WithThinking(longText(a.number("tokens", 40)))
				if form := ThinkingForm(a.text("form", "")); form != "" {
					r = r.ThinkingAs(form)
				}
				return r.Signature(a.text("signature", ""))
			}},
		{Name: "tool-calls", Does: "calls a tool, whether or not the request has one",
			want: func(a args) Want {
				w := wantCalls()
				for i := range a.number("n", 1) {
					w.ToolCalls = append(w.ToolCalls, azmistral.ToolCall{Name: a.text("name", "get_weather"), Arguments: strings.ReplaceAll(a.text("arguments", "{}"), "'", `"`), Index: i})
				}
				return w
			},
			keys: []scenarioKey{
				{"n", sortAmount, "1", "calls in parallel"},
				{"name", sortText, "get_weather", "of the function"},
				{"arguments", sortText, "{}", "JSON text without double quotes inside: use single ones"},
			},
			reply: func(a args) Reply {
				call := ToolCall{Name: a.text("name", "get_weather"), Arguments: strings.ReplaceAll(a.text("arguments", "{}"), "'", `"`)}
				return ToolCalls(slices.Repeat([]ToolCall{call}, a.number("n", 1))...)
			}},
		{Name: "bad-arguments", Does: "calls a tool with arguments that are no JSON",
			Want: wantCalls(azmistral.ToolCall{Name: "get_weather", Arguments: `{"city": "Par`}),
			keys: []scenarioKey{{"name", sortText, "get_weather", "of the function"}},
			reply: func(a args) Reply {
				return ToolCalls(ToolCall{Name: a.text("name", "get_weather"), Arguments: `{"city": "Par`})
			}},
		{Name: "finish", Does: "ends the answer with another finish reason",
			want: func(a args) Want {
				w := wantText(stageText)
				w.FinishReason = azmistral.FinishReason(a.text("reason", "length"))
				if w.FinishReason == azmistral.FinishError {
					return wantCut(azmistral.ErrIncomplete)
				}
				return w
			},
			keys:  []scenarioKey{{"reason", sortText, "length", "such as length, model_length, error"}},
			reply: func(a args) Reply { return Reply{}.FinishReason(a.text("reason", "length")) }},
		{Name: "output-filtered", Does: "the filter cuts the answer",
			want: func(a args) Want {
				w := wantText(firstTokens(stageText, a.number("after", 5)))
				w.FinishReason = azmistral.FinishContentFilter
				return w
			},
			keys: []scenarioKey{
				{"category", sortText, "violence", "hate, self_harm, sexual, violence, protected_material_text …"},
				{"after", sortAmount, "5", "tokens of text; 0 leaves no message where the route does so"},
			},
			reply: func(a args) Reply {
				r := Reply{filtered: a.text("category", "violence")}
				return r.FinishReason("content_filter").each(func(c *choice) {
					*c = choice{text: firstTokens(c.text, a.number("after", 5))}
				})
			}},
		{Name: "slow", Does: "answers slowly",
			Long: true, Want: wantText(stageText),
			keys: []scenarioKey{{"delay", sortDuration, "2s", "before the headers"}, {"pace", sortDuration, "200ms", "between two events"}},
			reply: func(a args) Reply {
				return Reply{}.Delay(a.duration("delay", 2*time.Second)).Pace(a.duration("pace", 200*time.Millisecond))
			}},
	}
}

// longText gives n tokens of text.
func longText(n int) string {
	const least = 5 // tokens of a sentence
	var b strings.Builder
	for i := range n/least + 1 {
		fmt.Fprintf(&b, "Sentence %d goes on a little. ", i+1)
	}
	return firstTokens(b.String(), n)
}

// What a stage's answer says of its tokens.
var wantUsage = azmistral.Usage{PromptTokens: stageUsage[0], CompletionTokens: stageUsage[1], TotalTokens: stageUsage[0] + stageUsage[1]}

// wantText is the whole answer with that text, in one send.
func wantText(text string) Want {
	return Want{Text: text, FinishReason: azmistral.FinishStop, Usage: wantUsage, Sends: 1}
}

// wantCalls is an answer with these calls and no text.
func wantCalls(calls ...azmistral.ToolCall) Want {
	return Want{ToolCalls: calls, FinishReason: azmistral.FinishToolCalls, Usage: wantUsage, Sends: 1}
}

// wantCut is an answer that began and broke: it may be billed.
func wantCut(sentinel error, words ...string) Want {
	return Want{Err: sentinel, Status: 200, Delivered: true, Sends: 1, Words: words}
}
