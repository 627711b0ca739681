package azmistraltest

import (
	"strings"

	"github.com/azmistral/azmistral"
)

// choiceScenarios are about choices: several, none, odd ones, and how they end.
func choiceScenarios() []Scenario {
	streamed, unary := []Form{Streamed}, []Form{Unary}
	paris := wantText("Paris.")
	both := paris
	both.Further = []string{"Rome."}
	ended := func(reason string) Want {
		w := paris
		w.FinishReason = azmistral.FinishReason(reason)
		return w
	}
	role, par, is := chunk(`{"role":"assistant","content":""}`, ""), chunk(`{"content":"Par"}`, ""), lastChunk(`{"content":"is."}`, "stop")
	row := func(name, does string, want Want, data ...string) Scenario {
		return Scenario{Name: "choice-" + name, Does: does, Forms: streamed, Want: want, reply: events(append(data, "[DONE]")...)}
	}
	choice := func(index, delta, finish string) string {
		return `{"index":` + index + `,"delta":` + delta + `,"finish_reason":` + orNull(finish) + `}`
	}
	of := func(choices ...string) string {
		return `{` + docHead + `,"object":"chat.completion.chunk","choices":[` + strings.Join(choices, ",") + `]}`
	}
	usage := `{` + docHead + `,"object":"chat.completion.chunk","choices":[],` + docUsage + `}`
	message := func(index, text string) string {
		return `{"index":` + index + `,"message":{"role":"assistant","content":"` + text + `"},"finish_reason":"stop"}`
	}
	doc := func(choices ...string) string {
		return `{` + docHead + `,"object":"chat.completion","choices":[` + strings.Join(choices, ",") + `],` + docUsage + `}`
	}
	filter := `{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}`
	list := []Scenario{
		row("interleaved", "sends two choices that take turns", both, chunkOf(0, `{"role":"assistant","content":"Par"}`, ""), chunkOf(1, `{"role":"assistant","content":"Ro"}`, ""),
			chunkOf(0, `{"content":"is."}`, ""), chunkOf(1, `{"content":"me."}`, "stop"), chunkOf(0, `{}`, "stop"), usage),
		row("two-in-one", "sends two choices in each event", both, of(choice("0", `{"content":"Par"}`, ""), choice("1", `{"content":"Ro"}`, "")),
			of(choice("0", `{"content":"is."}`, "stop"), choice("1", `{"content":"me."}`, "stop")), usage),
		row("second-first", "begins with the second choice", both, chunkOf(1, `{"content":"Rome."}`, "stop"), chunkOf(0, `{"content":"Paris."}`, "stop"), usage),
		row("one-behind-other", "sends one choice behind the other", both, chunkOf(0, `{"content":"Paris."}`, "stop"), chunkOf(1, `{"content":"Rome."}`, "stop"), usage),
		row("empty-between", "has events with no choices between the others", paris, role, of(), par, of(), is),
		row("null-between", "has events with null for choices between the others", paris, role, strings.Replace(of(), "[]", "null", 1), par, is),
		row("missing-between", "has events without choices between the others", paris, role, `{`+docHead+`,"object":"chat.completion.chunk"}`, par, is),
		row("no-delta", "has a choice without a delta", paris, role, of(`{"index":0,"finish_reason":null}`), par, is),
		row("delta-null", "has null for a delta", paris, role, chunk(`null`, ""), par, is),
		row("delta-empty", "has an empty delta with the finish reason", paris, role, par, chunk(`{"content":"is."}`, ""), lastChunk(`{}`, "stop")),
		row("finish-no-delta", "has no delta with the finish reason", paris, role, par, chunk(`{"content":"is."}`, ""), of(`{"index":0,"finish_reason":"stop"}`), usage),
		row("finish-missing", "has no finish reason before the last event", paris, strings.ReplaceAll(role, `,"finish_reason":null`, ""), strings.ReplaceAll(par, `,"finish_reason":null`, ""), is),
		row("finish-twice", "says its finish reason twice", paris, role, par, is, lastChunk(`{}`, "stop")),
		row("message-for-delta", "says message where delta is meant", paris, role, strings.Replace(par, `"delta"`, `"message"`, 1), strings.Replace(is, `"delta"`, `"message"`, 1)),
		row("ids-change", "has another id in each event", paris, role, strings.Replace(par, "c5e1", "c5e2", 1), strings.Replace(is, "c5e1", "", 1)),
		row("models-change", "has another model in each event", paris, role, strings.Replace(par, "Mistral-Large-3", "", 1), strings.Replace(is, "Mistral-Large-3", "mistral-large-2512", 1)),
		row("roles", "says its role in each event", paris, role, chunk(`{"role":"assistant","content":"Par"}`, ""), lastChunk(`{"role":"assistant","content":"is."}`, "stop")),
		row("content-null", "has null for content between the pieces", paris, role, par, chunk(`{"content":null,"refusal":null}`, ""), is),
		row("filter-first", "begins with the filter's results for the prompt", paris, filter, role, par, is),
		row("annotation-last", "has the filter's results behind the finish reason", paris, role, par, is,
			`{"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"content_filter_offsets":{"check_offset":44}}]}`),
		row("obfuscation", "pads its events", paris, role, strings.Replace(par, "{", `{"obfuscation":"70NTC3qxf","p":"abcdef",`, 1), is),
		row("index-gap", "has choices 0 and 5", both, chunkOf(0, `{"content":"Paris."}`, "stop"), chunkOf(5, `{"content":"Rome."}`, "stop"), usage),
		{Name: "choice-body-two", Does: "has two choices in one piece", Forms: unary, Want: both, reply: answers(doc(message("0", "Paris."), message("1", "Rome.")))},
		{Name: "choice-body-backwards", Does: "has two choices in one piece, the second first", Forms: unary, Want: both, reply: answers(doc(message("1", "Rome."), message("0", "Paris.")))},
		{Name: "choice-body-no-finish", Does: "has no finish reason in one piece", Forms: unary, Want: ended(""),
			reply: answers(strings.Replace(doc(message("0", "Paris.")), `"finish_reason":"stop"`, `"finish_reason":null`, 1))},
		{Name: "choice-body-delta", Does: "says delta where message is meant, in one piece", Forms: unary, Want: either(paris),
			reply: answers(strings.Replace(doc(message("0", "Paris.")), `"message"`, `"delta"`, 1))},
	}
	for _, reason := range []string{"length", "model_length", "content_filter", "banana", "Stop!"} {
		list = append(list, Scenario{Name: "choice-finish-" + strings.ToLower(strings.NewReplacer("_", "-", "!", "-loud").Replace(reason)),
			Does: "ends with the finish reason " + reason, Want: ended(reason),
			reply: answers(wholeDoc(`{"role":"assistant","content":"Paris."}`, reason), role, par, lastChunk(`{"content":"is."}`, reason), "[DONE]")})
	}
	return list
}
