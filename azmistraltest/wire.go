package azmistraltest

import (
	"slices"
	"strconv"
	"strings"
)

// encodeWhole writes an answer as one body, in the route's layout.
func encodeWhole(a *answer, l layout) []byte {
	switch l {
	case layoutInference:
		return wholeInference(a)
	case layoutOpenAI:
		return wholeOpenAI(a)
	}
	return wholeMistral(a)
}

// wholeMistral keeps the order of members recorded on Mistral's cloud in 2026.
func wholeMistral(a *answer) []byte {
	b := append([]byte(`{"id":`), quoted(a.id)...)
	b = append(b, `,"created":`...)
	b = strconv.AppendInt(b, a.created, 10)
	b = append(b, `,"model":`...)
	b = appendString(b, a.model)
	b = append(b, `,"usage":`...)
	b = append(b, usageMistral(a)...)
	b = append(b, `,"object":"chat.completion","choices":[`...)
	for i := range a.choices {
		c := &a.choices[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"index":`...)
		b = strconv.AppendInt(b, int64(i), 10)
		b = append(b, `,"finish_reason":`...)
		b = appendString(b, c.finish)
		b = append(b, `,"message":{"role":"assistant","tool_calls":`...)
		b = append(b, callsMistral(c)...)
		b = append(b, `,"content":`...)
		b = append(b, contentOf(c, layoutMistral)...)
		b = append(b, reasoningContent(c, layoutMistral)...)
		b = append(b, `}}`...)
	}
	return append(b, `]}`...)
}

// wholeInference keeps the sorted members recorded on serverless hosts in 2024 and 2025.
func wholeInference(a *answer) []byte {
	b := []byte(`{"choices":[`)
	for i := range a.choices {
		c := &a.choices[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"finish_reason":`...)
		b = appendString(b, c.finish)
		b = append(b, `,"index":`...)
		b = strconv.AppendInt(b, int64(i), 10)
		b = append(b, `,"message":{"content":`...)
		b = append(b, contentOf(c, layoutInference)...)
		b = append(b, reasoningContent(c, layoutInference)...)
		b = append(b, `,"role":"assistant","tool_calls":`...)
		b = append(b, callsInference(c)...)
		b = append(b, `}}`...)
	}
	b = append(b, `],"created":`...)
	b = strconv.AppendInt(b, a.created, 10)
	b = append(b, `,"id":`...)
	b = appendString(b, a.id)
	b = append(b, `,"model":`...)
	b = appendString(b, a.model)
	b = append(b, `,"object":"chat.completion","usage":`...)
	b = append(b, usageInference(a)...)
	return append(b, '}')
}

// wholeOpenAI keeps the sorted members recorded on Azure OpenAI. A choice that was
// blocked before its first word has no message there.
func wholeOpenAI(a *answer) []byte {
	b := []byte(`{"choices":[`)
	for i := range a.choices {
		c := &a.choices[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"content_filter_results":`...)
		b = append(b, filterResults(c.filtered, true)...)
		b = append(b, `,"finish_reason":`...)
		b = appendString(b, c.finish)
		b = append(b, `,"index":`...)
		b = strconv.AppendInt(b, int64(i), 10)
		b = append(b, `,"logprobs":null`...)
		if c.filtered == "" || c.prefix+c.text != "" || len(c.calls) > 0 {
			b = append(b, `,"message":`...)
			b = append(b, messageOpenAI(c)...)
		}
		b = append(b, '}')
	}
	b = append(b, `],"created":`...)
	b = strconv.AppendInt(b, a.created, 10)
	b = append(b, `,"id":`...)
	b = appendString(b, a.id)
	b = append(b, `,"model":`...)
	b = appendString(b, a.model)
	b = append(b, `,"object":"chat.completion","prompt_filter_results":`...)
	b = append(b, promptFilterResults()...)
	b = append(b, `,"system_fingerprint":null,"usage":`...)
	b = append(b, usageOpenAI(a)...)
	return append(b, '}')
}

func messageOpenAI(c *choice) string {
	content := contentOf(c, layoutOpenAI)
	if len(c.calls) > 0 && content == `""` {
		content = "null"
	}
	message := `{"annotations":[],"content":` + content + reasoningContent(c, layoutOpenAI) + `,"refusal":null,"role":"assistant"`
	if len(c.calls) > 0 {
		message += `,"tool_calls":` + callsOpenAI(c, false)
	}
	return message + `}`
}

func usageMistral(a *answer) string {
	prompt, completion, total := a.usage()
	return `{"prompt_tokens":` + strconv.Itoa(prompt) + `,"total_tokens":` + strconv.Itoa(total) +
		`,"completion_tokens":` + strconv.Itoa(completion) + `,"prompt_tokens_details":{"cached_tokens":` + strconv.Itoa(a.cached) +
		`},"service_tier":"standard"}`
}

func usageInference(a *answer) string {
	prompt, completion, total := a.usage()
	return `{"completion_tokens":` + strconv.Itoa(completion) + `,"prompt_tokens":` + strconv.Itoa(prompt) +
		`,"total_tokens":` + strconv.Itoa(total) + `}`
}

func usageOpenAI(a *answer) string {
	prompt, completion, total := a.usage()
	return `{"completion_tokens":` + strconv.Itoa(completion) +
		`,"completion_tokens_details":{"accepted_prediction_tokens":0,"audio_tokens":0,"reasoning_tokens":` + strconv.Itoa(a.reasoning()) +
		`,"rejected_prediction_tokens":0},"prompt_tokens":` + strconv.Itoa(prompt) +
		`,"prompt_tokens_details":{"audio_tokens":0,"cached_tokens":` + strconv.Itoa(a.cached) +
		`},"total_tokens":` + strconv.Itoa(total) + `}`
}

// categories are those of content safety, in the order recorded.
var categories = []string{"hate", "self_harm", "sexual", "violence"}

// filterResults has every category safe but the filtered one. Results of an answer
// tell protected material as well.
func filterResults(filtered string, answer bool) string {
	results := []string{}
	for _, category := range categories {
		if category == filtered {
			results = append(results, quoted(category)+`:{"filtered":true,"severity":"medium"}`)
		} else {
			results = append(results, quoted(category)+`:{"filtered":false,"severity":"safe"}`)
		}
	}
	if filtered != "" && !slices.Contains(categories, filtered) {
		results = append(results, quoted(filtered)+`:{"detected":true,"filtered":true}`)
	} else if answer {
		results = slices.Insert(results, 1, `"protected_material_code":{"detected":false,"filtered":false}`, `"protected_material_text":{"detected":false,"filtered":false}`)
	}
	return "{" + strings.Join(results, ",") + "}"
}

func promptFilterResults() string {
	results := filterResults("", false)
	jailbreak := `"jailbreak":{"detected":false,"filtered":false},`
	return `[{"prompt_index":0,"content_filter_results":` + strings.Replace(results, `"self_harm"`, jailbreak+`"self_harm"`, 1) + `}]`
}

// encodeStream writes an answer as the data of events, [DONE] aside.
func encodeStream(a *answer, l layout, r *Request) []string {
	all := make([][]delta, len(a.choices))
	most := 0
	for i := range a.choices {
		all[i] = slices.Collect(deltas(&a.choices[i], l))
		most = max(most, len(all[i]))
	}
	random := r.seed.random(-1)
	usage := r.body.get("stream_options").get("include_usage").yes()
	var events []string
	if l == layoutOpenAI {
		events = append(events, `{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":`+promptFilterResults()+`}`)
	}
	left := 0
	for i := range all {
		left += len(all[i])
	}
	for n := range most {
		for i := range all {
			if n >= len(all[i]) {
				continue
			}
			left--
			d := all[i][n]
			switch l {
			case layoutInference:
				events = append(events, chunkInference(a, i, d, left == 0))
			case layoutOpenAI:
				events = append(events, chunkOpenAI(a, i, d, padding(obfuscation, 1+random.IntN(16)), usage))
			default:
				p := ""
				if n > 0 {
					p = padding(alphabet, 1+random.IntN(len(alphabet)))
				}
				events = append(events, chunkMistral(a, i, d, p, left == 0))
			}
		}
	}
	if l == layoutOpenAI && usage {
		events = append(events, `{"choices":[],"created":`+strconv.FormatInt(a.created, 10)+`,"id":`+quoted(a.id)+`,"model":`+quoted(a.model)+
			`,"obfuscation":`+quoted(padding(obfuscation, 1+random.IntN(16)))+`,"object":"chat.completion.chunk","system_fingerprint":null,"usage":`+usageOpenAI(a)+`}`)
	}
	return events
}

// What streams are padded with, so that the length of an event tells nothing.
const (
	alphabet    = "abcdefghijklmnopqrstuvwxyz0123456789"
	obfuscation = "EuCfnlKiaRFHbQx5J0rB5hlIkJv"
)

func padding(from string, n int) string { return from[:n] }

func chunkMistral(a *answer, index int, d delta, p string, last bool) string {
	chunk := `{"id":` + quoted(a.id) + `,"object":"chat.completion.chunk","created":` + strconv.FormatInt(a.created, 10) +
		`,"model":` + quoted(a.model) + `,"choices":[{"index":` + strconv.Itoa(index) + `,"delta":` + d.body +
		`,"finish_reason":` + finish(d) + `}]`
	if last {
		chunk += `,"usage":` + usageMistral(a)
	}
	if p != "" {
		chunk += `,"p":` + quoted(p)
	}
	return chunk + `}`
}

func chunkInference(a *answer, index int, d delta, last bool) string {
	chunk := `{"choices":[{"delta":` + d.body + `,"finish_reason":` + finish(d) + `,"index":` + strconv.Itoa(index) + `,"logprobs":null}],"created":` +
		strconv.FormatInt(a.created, 10) + `,"id":` + quoted(a.id) + `,"model":` + quoted(a.model) + `,"object":"chat.completion.chunk"`
	if last {
		chunk += `,"usage":` + usageInference(a)
	}
	return chunk + `}`
}

func chunkOpenAI(a *answer, index int, d delta, obfuscation string, usage bool) string {
	chunk := `{"choices":[{"content_filter_results":` + d.filter + `,"delta":` + d.body + `,"finish_reason":` + finish(d) +
		`,"index":` + strconv.Itoa(index) + `,"logprobs":null}],"created":` + strconv.FormatInt(a.created, 10) +
		`,"id":` + quoted(a.id) + `,"model":` + quoted(a.model) + `,"obfuscation":` + quoted(obfuscation) +
		`,"object":"chat.completion.chunk","system_fingerprint":null`
	if usage {
		chunk += `,"usage":null`
	}
	return chunk + `}`
}

func finish(d delta) string {
	if d.finish == "" {
		return "null"
	}
	return quoted(d.finish)
}
