package azmistral

import "strings"

// Message is the first choice's message, to be appended to the request's messages
// when the conversation goes on. It is the zero Message where there is no choice.
func (r *ChatResponse) Message() Message {
	if len(r.Choices) == 0 {
		return Message{}
	}
	return r.Choices[0].Message
}

// Text is the first choice's text, without the thinking.
func (r *ChatResponse) Text() string { return r.Message().Text() }

// ToolCalls are the first choice's tool calls.
func (r *ChatResponse) ToolCalls() []ToolCall { return r.Message().ToolCalls }

// FinishReason says why the first choice ended; empty where there is no choice.
func (r *ChatResponse) FinishReason() FinishReason {
	if len(r.Choices) == 0 {
		return ""
	}
	return r.Choices[0].FinishReason
}

// Text is the text that the chunk adds to the first choice, the one with index 0.
// Text of other choices is not in it.
func (c *ChatChunk) Text() string {
	var first string
	for i := range c.Choices {
		if c.Choices[i].Index != 0 || c.Choices[i].Delta.Text == "" {
			continue
		}
		if first != "" {
			return c.joinText()
		}
		first = c.Choices[i].Delta.Text
	}
	return first
}

// joinText is Text for the odd chunk that names the first choice more than once.
func (c *ChatChunk) joinText() string {
	var all strings.Builder
	for i := range c.Choices {
		if c.Choices[i].Index == 0 {
			all.WriteString(c.Choices[i].Delta.Text)
		}
	}
	return all.String()
}
