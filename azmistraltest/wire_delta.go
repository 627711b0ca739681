package azmistraltest

import (
	"iter"
	"slices"
)

// delta is one piece of one choice of a stream.
type delta struct {
	body   string // the JSON of the member "delta"
	finish string // "" is null
	filter string // the JSON of content_filter_results, OpenAI layout only
}

// deltas cuts a choice into the pieces of its stream.
func deltas(c *choice, l layout) iter.Seq[delta] {
	if l == layoutOpenAI {
		return deltasOpenAI(c)
	}
	return deltasMistral(c, l)
}

// deltasMistral: a role, then thinking in arrays, then text in strings; every call
// whole, in one delta, with the finish reason.
func deltasMistral(c *choice, l layout) iter.Seq[delta] {
	return func(yield func(delta) bool) {
		role := `{"role":"assistant","content":""}`
		if l == layoutInference {
			role = `{"content":"","role":"assistant"}`
		}
		if !yield(delta{body: role}) {
			return
		}
		texts := textPieces(c)
		for _, body := range thinkingBodies(c, l, &texts) {
			if !yield(delta{body: body}) {
				return
			}
		}
		for _, piece := range texts {
			if !yield(delta{body: `{"content":` + quoted(piece) + `}`}) {
				return
			}
		}
		last := `{"content":""}`
		switch {
		case len(c.calls) == 0:
		case c.fragmented(l):
			for _, body := range fragmentsMistral(c) {
				if !yield(delta{body: body}) {
					return
				}
			}
			last = `{"index":0,"content":""}`
		case l == layoutInference:
			last = `{"content":null,"tool_calls":` + callsInferenceStream(c) + `}`
		default:
			last = `{"tool_calls":` + callsMistral(c) + `}`
		}
		yield(delta{body: last, finish: c.finish})
	}
}

// thinkingBodies are the deltas of thinking. ThinkingParts takes a piece of text
// with its last one.
func thinkingBodies(c *choice, l layout, texts *[]string) []string {
	thinking := slices.Collect(pieces(c.thinking))
	if len(thinking) == 0 {
		return nil
	}
	form := c.thinkingForm(l)
	var bodies []string
	if form == ThinkingField {
		for _, piece := range thinking {
			bodies = append(bodies, `{"content":null,"reasoning_content":`+quoted(piece)+`}`)
		}
		return bodies
	}
	first := ""
	if form == ThinkingParts && len(*texts) > 0 {
		first, *texts = (*texts)[0], (*texts)[1:]
	}
	for _, content := range thinkingDeltas(c, form, thinking, first) {
		bodies = append(bodies, `{"content":`+content+`}`)
	}
	return bodies
}

// deltasOpenAI: fragments of calls, an empty delta with the finish reason, filter
// results beside each piece of text.
func deltasOpenAI(c *choice) iter.Seq[delta] {
	safe := filterResults("", true)
	return func(yield func(delta) bool) {
		role := `{"content":"","refusal":null,"role":"assistant"}`
		if len(c.calls) > 0 && c.prefix+c.text == "" {
			role = `{"content":null,"refusal":null,"role":"assistant"}`
		}
		if !yield(delta{body: role, filter: "{}"}) {
			return
		}
		texts := textPieces(c)
		for _, body := range thinkingBodies(c, layoutOpenAI, &texts) {
			if !yield(delta{body: body, filter: "{}"}) {
				return
			}
		}
		for _, piece := range texts {
			if !yield(delta{body: `{"content":` + quoted(piece) + `}`, filter: safe}) {
				return
			}
		}
		for _, body := range callBodiesOpenAI(c) {
			if !yield(delta{body: body, filter: "{}"}) {
				return
			}
		}
		last := delta{body: `{}`, finish: c.finish, filter: "{}"}
		if c.filtered != "" {
			last.filter = filterResults(c.filtered, true)
		}
		yield(last)
	}
}

func callBodiesOpenAI(c *choice) []string {
	switch {
	case len(c.calls) == 0:
		return nil
	case c.fragmented(layoutOpenAI):
		return fragmentsOpenAI(c)
	}
	return []string{`{"tool_calls":` + callsOpenAI(c, true) + `}`}
}

// textPieces are the prefix in one piece, then the text in tokens.
func textPieces(c *choice) []string {
	texts := slices.Collect(pieces(c.text))
	if c.prefix != "" {
		texts = slices.Insert(texts, 0, c.prefix)
	}
	return texts
}
