package azmistraltest

// contentOf is a string, and an array where there is thinking in parts.
func contentOf(c *choice, l layout) string {
	text := quoted(c.prefix + c.text)
	thinking := c.thinkingForm(l)
	if c.thinking == "" || thinking == ThinkingField {
		return text
	}
	parts := `[` + thinkingPart(thinking, c.thinking, c.form.signature, thinking == ThinkingParts)
	if c.prefix+c.text != "" {
		parts += `,` + textPart(c.prefix+c.text)
	}
	return parts + `]`
}

// reasoningContent is the member of a message that has thinking in one.
func reasoningContent(c *choice, l layout) string {
	if c.thinking == "" || c.thinkingForm(l) != ThinkingField {
		return ""
	}
	return `,"reasoning_content":` + quoted(c.thinking)
}

func thinkingPart(form ThinkingForm, thinking, signature string, closed bool) string {
	part := `{"type":"thinking","thinking":`
	switch {
	case form == ThinkingString:
		part += quoted(thinking)
	case thinking == "":
		part += `[]`
	default:
		part += `[` + textPart(thinking) + `]`
	}
	if signature != "" {
		part += `,"signature":` + quoted(signature)
	}
	if closed {
		part += `,"closed":true`
	}
	return part + `}`
}

func textPart(text string) string { return `{"type":"text","text":` + quoted(text) + `}` }

// thinkingDeltas are the pieces of the thinking of a stream, as values of content.
// The last one of ThinkingParts takes the first piece of text with it, as recorded.
func thinkingDeltas(c *choice, form ThinkingForm, pieces []string, first string) []string {
	var deltas []string
	for i, piece := range pieces {
		last, signature, parts := i == len(pieces)-1, "", ""
		if last && form != ThinkingOpenParts {
			signature = c.form.signature
		}
		parts = thinkingPart(form, piece, signature, form == ThinkingParts && i > 0)
		if last && first != "" {
			parts += `,` + textPart(first)
		}
		deltas = append(deltas, `[`+parts+`]`)
	}
	if form == ThinkingOpenParts {
		deltas = append(deltas, `[`+thinkingPart(form, "", c.form.signature, false)+`]`)
	}
	return deltas
}
