package azmistraltest

// TextCalls answers with calls that are written into the text, as backends do that
// do not read what the model writes: the finish reason is then "stop". Ids that are
// "" are made.
func TextCalls(template CallTemplate, calls ...ToolCall) Reply {
	mustBeTemplate(template)
	return ToolCalls(calls...).FinishReason("stop").each(func(c *choice) { c.spell(template) })
}

func mustBeTemplate(template CallTemplate) {
	switch template {
	case TemplateV3, TemplateV11, TemplateV13:
		return
	}
	panic("azmistraltest: there is no template " + string(template))
}

// WithText sets the text, which stands beside calls and behind thinking.
func (r Reply) WithText(text string) Reply {
	return r.each(func(c *choice) { c.text = text })
}

// WithThinking sets the thinking, which stands before text and calls.
func (r Reply) WithThinking(thinking string) Reply {
	return r.each(func(c *choice) { c.thinking = thinking })
}

// Whole has a stream send all calls in one event, as Mistral's own routes do: for
// the OpenAI routes, where they come in fragments.
func (r Reply) Whole() Reply { return r.each(func(c *choice) { c.form.calls = callsWhole }) }

// Fragmented has a stream send each call as a head, and its arguments in pieces
// behind it: for the routes of Mistral's own, where calls come whole. Their
// fragments are those recorded of models that they relay.
func (r Reply) Fragmented() Reply { return r.each(func(c *choice) { c.form.calls = callsFragments }) }

// ArgumentsAsObject has the arguments of each call as an object where they are one,
// which schema and clients allow, instead of as a JSON text. In a stream such a call
// comes whole.
func (r Reply) ArgumentsAsObject() Reply { return r.each(func(c *choice) { c.form.object = true }) }

// ThinkingAs writes thinking in that form.
func (r Reply) ThinkingAs(thinking ThinkingForm) Reply {
	mustBeThinkingForm(thinking)
	return r.each(func(c *choice) { c.form.thinking = thinking })
}

func mustBeThinkingForm(thinking ThinkingForm) {
	switch thinking {
	case ThinkingParts, ThinkingOpenParts, ThinkingString, ThinkingField:
		return
	}
	panic("azmistraltest: there is no form of thinking " + string(thinking))
}

// Signature signs the thinking part; in a stream its last piece is signed. The form
// ThinkingField has no place for one.
func (r Reply) Signature(signature string) Reply {
	return r.each(func(c *choice) { c.form.signature = signature })
}

// each gives the reply with one more change of each of its choices.
func (r Reply) each(change func(*choice)) Reply {
	return r.changed(func(_ *Request, a *answer) {
		for i := range a.choices {
			change(&a.choices[i])
		}
	})
}
