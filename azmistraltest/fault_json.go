package azmistraltest

import (
	"strings"

	"github.com/azmistral/azmistral"
)

// jsonScenarios are answers in every sort of JSON: odd, but JSON; and what only
// looks like it.
func jsonScenarios() []Scenario {
	paris := wantText("Paris.")
	// says is a good answer whose message and delta are that.
	says := func(name, does, text, message string) Scenario {
		return Scenario{Name: "json-" + name, Does: does, Want: wantText(text),
			reply: answers(wholeDoc(message, "stop"), lastChunk(message, "stop"), "[DONE]")}
	}
	content := func(name, does, text, literal string) Scenario {
		return says(name, does, text, `{"role":"assistant","content":`+literal+`}`)
	}
	// changed is a good answer with one change in its document.
	changed := func(name, does string, want Want, old, new string) Scenario {
		change := func(doc string) string { return strings.Replace(doc, old, new, 1) }
		return Scenario{Name: "json-" + name, Does: does, Want: want,
			reply: answers(change(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop")),
				change(lastChunk(`{"role":"assistant","content":"Paris."}`, "stop")), "[DONE]")}
	}
	noUsage := paris
	noUsage.Usage = azmistral.Usage{}
	broken := wantCut(azmistral.ErrUnexpectedResponse)
	broken.Or = []error{azmistral.ErrIncomplete}
	maybe := either(paris)
	thinking := paris
	thinking.Thinking = "Hm. France."
	pieces := wantText("")
	pieces.Words = []string{"Paris "}
	const created, usage, delta = `"created":1767225600`, docUsage, `"finish_reason":"stop"`
	return []Scenario{
		content("escapes", "has every escape", "\"\\/\b\f\n\r\té€😀", `"\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\uDE00"`),
		content("nul", "has a NUL in the text", "Par\x00is.", `"Par\u0000is."`),
		content("line-separators", "has U+2028 and U+2029 in the text, as they are", "Par\u2028is\u2029.", "\"Par\u2028is\u2029.\""),
		content("delete", "has U+007F and U+0085 in the text, as they are", "Par\x7f\u0085is.", "\"Par\x7f\u0085is.\""),
		content("surrogate-alone", "has half a surrogate pair", "Par\ufffdis.", `"Par\ud83dis."`),
		content("surrogates-swapped", "has a surrogate pair the wrong way round", "\ufffd\ufffd.", `"\ude00\ud83d."`),
		content("surrogate-at-end", "ends with half a surrogate pair", "Paris\ufffd", `"Paris\ud83d"`),
		content("bad-utf8", "has bytes that are no UTF-8", "Par\ufffdis.", "\"Par\xffis.\""),
		content("bad-utf8-cut", "ends its text within a character", "Paris\ufffd", "\"Paris\xc3\""),
		content("empty-text", "has an empty text", "", `""`),
		content("null-text", "has null for a text", "", `null`),
		content("parts", "has a list of parts for a text", "Paris.", `[{"type":"text","text":"Par"},{"type":"text","text":"is."}]`),
		content("parts-empty", "has an empty list for a text", "", `[]`),
		content("parts-unknown", "has a part that nobody knows", "Paris.", `[{"type":"hologram","rays":[1,2]},{"type":"text","text":"Paris."}]`),
		content("parts-reference", "has a part that refers to sources", "Paris.", `[{"type":"text","text":"Paris."},{"type":"reference","reference_ids":[0,1]}]`),
		{Name: "json-thinking", Does: "has a part of thinking", Want: thinking,
			reply: answers(wholeDoc(`{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm. "},{"type":"text","text":"France."}],"closed":true},{"type":"text","text":"Paris."}]}`, "stop"),
				chunk(`{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm. "}]}]}`, ""),
				chunk(`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"France."}],"closed":true}]}`, ""),
				lastChunk(`{"content":"Paris."}`, "stop"), "[DONE]")},
		{Name: "json-reasoning", Does: "has its thinking in reasoning_content", Want: thinking,
			reply: answers(wholeDoc(`{"role":"assistant","reasoning_content":"Hm. France.","content":"Paris."}`, "stop"),
				chunk(`{"role":"assistant","content":null,"reasoning_content":"Hm. "}`, ""), chunk(`{"reasoning_content":"France.","content":null}`, ""),
				lastChunk(`{"content":"Paris."}`, "stop"), "[DONE]")},
		{Name: "json-surrogates-split", Does: "splits a surrogate pair over two events", Forms: []Form{Streamed}, Want: pieces,
			reply: events(chunk(`{"role":"assistant","content":"Paris \ud83d"}`, ""), lastChunk(`{"content":"\ude00"}`, "stop"), "[DONE]")},
		says("unknown", "has members that nobody knows", "Paris.", `{"role":"assistant","content":"Paris.","mood":{"a":[1,null,true,"x",{"b":-1.5e-7}]},"":0,"content_":"no"}`),
		// A regret of the design: encoding/json does not tell names apart by their case, and the last one counts.
		says("case", "has members that differ from known ones by their case", "Oslo.", `{"role":"assistant","content":"Paris.","Content":"Rome.","CONTENT":"Oslo."}`),
		says("escaped-names", "has members whose names are escaped", "Paris.", `{"r\u006fle":"assistant","c\u006fntent":"Paris."}`),
		says("duplicate", "has a member twice: the last counts", "Paris.", `{"role":"assistant","content":"Rome.","content":"Paris."}`),
		says("nulls", "has null for everything else", "Paris.", `{"role":"assistant","content":"Paris.","tool_calls":null,"refusal":null,"annotations":null,"audio":null,"function_call":null,"prefix":null,"name":null}`),
		says("no-role", "has no role", "Paris.", `{"content":"Paris."}`),
		says("role-null", "has null for a role", "Paris.", `{"role":null,"content":"Paris."}`),
		says("blanks", "has blanks wherever JSON lets them be", "Paris.", "{ \t\"role\" : \"assistant\" ,\t \"content\" :  \"Paris.\" \t }"),
		changed("duplicate-id", "has two ids", paris, `{`, `{"id":"first",`),
		changed("created-float", "was created at a time with a fraction", paris, created, `"created":1767225600.25`),
		changed("created-exponent", "was created at a time with an exponent", paris, created, `"created":1.7672256e9`),
		changed("created-negative", "was created before 1970", paris, created, `"created":-1`),
		changed("created-absurd", "was created at a time that no number holds", paris, created, `"created":1e400`),
		changed("created-text", "was created at a time that is a text", paris, created, `"created":"2026-01-01T00:00:00Z"`),
		changed("created-null", "has null for the time of its making", paris, created, `"created":null`),
		changed("usage-absurd", "has used more tokens than a number holds", noUsage, usage, `"usage":{"prompt_tokens":1e400,"completion_tokens":1e400,"total_tokens":1e400}`),
		changed("usage-text", "has a text for its usage", either(noUsage), usage, `"usage":"much"`),
		changed("usage-list", "has a list for its usage", either(noUsage), usage, `"usage":[1,2]`),
		changed("usage-null", "has null for its usage", noUsage, usage, `"usage":null`),
		changed("id-null", "has null for its id", paris, `"id":"c5e1"`, `"id":null`),
		changed("id-number", "has a number for its id", maybe, `"id":"c5e1"`, `"id":7`),
		changed("model-null", "has null for its model", paris, `"model":"Mistral-Large-3"`, `"model":null`),
		changed("index-missing", "has no index in its choice", paris, `"index":0,`, ``),
		changed("index-null", "has null for the index of its choice", paris, `"index":0`, `"index":null`),
		changed("index-text", "has a text for the index of its choice", maybe, `"index":0`, `"index":"0"`),
		changed("index-float", "has a fraction for the index of its choice", maybe, `"index":0`, `"index":0.5`),
		changed("finish-number", "has a number for its finish reason", maybe, delta, `"finish_reason":7`),
		changed("choices-object", "has an object for its choices", broken, `"choices":[`, `"choices":{"a":[`),
		changed("choice-null", "has null for a choice beside a good one", maybe, `"choices":[`, `"choices":[null,`),
		changed("content-number", "has a number for its text", either(wantText("42")), `"Paris."`, `42`),
		changed("content-object", "has an object for its text", either(wantText("")), `"Paris."`, `{"text":"Paris."}`),

		changed("trailing-comma", "has a comma too many, which is no JSON", broken, `"}`, `",}`),
		changed("single-quotes", "has single quotes, which are no JSON", broken, `"Paris."`, `'Paris.'`),
		changed("no-quotes", "has a name without quotes, which is no JSON", broken, `"content":`, `content:`),
		changed("comment", "has a comment, which is no JSON", broken, `"content":`, `/* here */"content":`),
		changed("not-a-number", "has NaN for a number, which is no JSON", broken, created, `"created":NaN`),
		changed("leading-zero", "has a number with a zero before it, which is no JSON", broken, created, `"created":01767225600`),
		changed("control", "has a line break in a text, as it is, which is no JSON", broken, `"Paris."`, "\"Pa\tris.\""),
		changed("bad-escape", "has an escape that does not exist", broken, `"Paris."`, `"Par\xis."`),
		changed("bad-unicode", "has a Unicode escape of three digits", broken, `"Paris."`, `"Par\u00eis."`),
		changed("not-closed", "leaves its last brace out", wantHalf(), docUsage+"}", docUsage),
	}
}

// usageScenarios tell the tokens in different places: the last that is told counts.
func usageScenarios() []Scenario {
	streamed := []Form{Streamed}
	paris := wantText("Paris.")
	with := func(u azmistral.Usage) Want {
		w := paris
		w.Usage = u
		return w
	}
	first, last := chunk(`{"role":"assistant","content":"Par"}`, ""), chunk(`{"content":"is."}`, "stop")
	add := func(doc, usage string) string { return strings.TrimSuffix(doc, "}") + `,"usage":` + usage + `}` }
	const small, large = `{"prompt_tokens":11,"completion_tokens":1,"total_tokens":12}`, `{"prompt_tokens":99,"completion_tokens":99,"total_tokens":198}`
	const right = `{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}`
	only := `{` + docHead + `,"object":"chat.completion.chunk","choices":[],"usage":` + right + `}`
	row := func(name, does string, want Want, data ...string) Scenario {
		return Scenario{Name: "usage-" + name, Does: does, Forms: streamed, Want: want, reply: events(append(data, "[DONE]")...)}
	}
	details := `{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"prompt_tokens_details":{"cached_tokens":4,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0}}`
	return []Scenario{
		row("own-event", "tells its usage in an event of its own", paris, first, last, only),
		row("own-event-first", "tells its usage before anything else", paris, only, first, last),
		row("every-event", "tells its usage so far in each event", paris, add(first, small), add(last, right)),
		row("twice", "tells its usage with the finish reason, and again in an event of its own", paris, first, add(last, right), only),
		row("smaller-later", "tells a larger usage first", paris, add(first, large), last, only),
		row("null-after", "tells null for its usage behind what it told", paris, first, add(last, right), strings.Replace(only, right, "null", 1)),
		row("null-each", "tells null for its usage in each event but the last", paris, add(first, "null"), add(last, "null"), only),
		row("none", "tells no usage", with(azmistral.Usage{}), first, last),
		row("empty", "tells an empty usage", with(azmistral.Usage{}), first, add(last, "{}")),
		row("after-done", "tells another usage behind [DONE]", paris, first, add(last, right), "[DONE]", strings.Replace(only, right, large, 1)),
		{Name: "usage-details", Does: "tells what was cached, and what was thought",
			Want: with(azmistral.Usage{PromptTokens: 11, CompletionTokens: 7, TotalTokens: 18, CachedTokens: 4, ReasoningTokens: 3}),
			reply: answers(strings.Replace(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop"), docUsage, `"usage":`+details, 1),
				first, add(last, details), "[DONE]")},
		{Name: "usage-details-null", Does: "tells null for the details of its usage", Want: paris,
			reply: answers(strings.Replace(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop"), `"total_tokens":18`, `"total_tokens":18,"prompt_tokens_details":null,"completion_tokens_details":null`, 1),
				first, add(last, strings.TrimSuffix(right, "}")+`,"prompt_tokens_details":null}`), "[DONE]")},
	}
}
