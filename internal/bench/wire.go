package main

import (
	"encoding/base64"
	"encoding/json"
)

// The structs of the contenders that decode with encoding/json themselves.

type wireMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"` // a string, or a list of parts
}

type wirePart struct {
	Type     string `json:"type"`
	Text     string `json:"text,omitempty"`
	ImageURL string `json:"image_url,omitempty"`
}

func wireRequest(p prompt, streamed bool) ([]byte, error) {
	messages := make([]wireMessage, len(p.texts))
	for i, text := range p.texts {
		messages[i] = wireMessage{"assistant", text}
		if p.fromUser(i) {
			messages[i].Role = "user"
		}
	}
	if p.image != nil {
		last := len(messages) - 1
		messages[last].Content = []wirePart{{Type: "text", Text: p.texts[last]}, {Type: "image_url", ImageURL: dataURL(p.image)}}
	}
	return json.Marshal(struct {
		Model    string        `json:"model"`
		Messages []wireMessage `json:"messages"`
		Stream   bool          `json:"stream,omitempty"`
	}{p.model, messages, streamed})
}

// dataURL is what a caller makes of an image for a client that takes only text.
func dataURL(image []byte) string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(image)
}

type wireUsage struct {
	PromptTokens     int `json:"prompt_tokens"`
	CompletionTokens int `json:"completion_tokens"`
	TotalTokens      int `json:"total_tokens"`
}

func (u *wireUsage) usage() usage {
	if u == nil {
		return usage{}
	}
	return usage{u.PromptTokens, u.CompletionTokens, u.TotalTokens}
}

type wireCall struct {
	Index    int    `json:"index"`
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

type wireAnswer struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	Model   string `json:"model"`
	Choices []struct {
		Index   int `json:"index"`
		Message struct {
			Role      string     `json:"role"`
			Content   string     `json:"content"`
			ToolCalls []wireCall `json:"tool_calls"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage *wireUsage `json:"usage"`
}

func (w *wireAnswer) answer() answer {
	a := answer{usage: w.Usage.usage()}
	if len(w.Choices) == 0 {
		return a
	}
	a.text = w.Choices[0].Message.Content
	for _, c := range w.Choices[0].Message.ToolCalls {
		a.calls = append(a.calls, call{c.ID, c.Function.Name, c.Function.Arguments})
	}
	return a
}

// wireChunk is a chunk with its content in one of the forms that C has, and what
// F holds beside it in each choice.
type wireChunk[C content, F filter] struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	Model   string `json:"model"`
	Choices []struct {
		Index int `json:"index"`
		Delta struct {
			Role      string     `json:"role"`
			Content   C          `json:"content"`
			ToolCalls []wireCall `json:"tool_calls"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
		Filter       F      `json:"content_filter_results"`
	} `json:"choices"`
	Usage *wireUsage `json:"usage"`
}

type content interface {
	texts() (text, thinking string)
}

type filter interface{ results() int }

// wireDecoder decodes what the workload's chunks hold and no more, so that the
// baseline is as cheap as encoding/json allows.
func wireDecoder(work string) func([]byte, *assembly) (chunk, error) {
	switch work {
	case workAzure:
		return decodeChunk[plainContent, azureFilter]
	case workThinking:
		return decodeChunk[listContent, noFilter]
	}
	return decodeChunk[plainContent, noFilter]
}

func decodeChunk[C content, F filter](data []byte, to *assembly) (chunk, error) {
	var got wireChunk[C, F]
	if err := json.Unmarshal(data, &got); err != nil {
		return chunk{}, err
	}
	c := chunk{usage: got.Usage.usage()}
	if len(got.Choices) > 0 {
		choice := &got.Choices[0]
		c.text, c.thinking = choice.Delta.Content.texts()
		c.filters = choice.Filter.results()
		if to.wanted {
			for _, f := range choice.Delta.ToolCalls {
				to.call(f.Index, f.ID, f.Function.Name, f.Function.Arguments)
			}
		}
	}
	if to.wanted {
		to.add(c)
	}
	return c, nil
}

// plainContent is a string, or null.
type plainContent string

func (c plainContent) texts() (string, string) { return string(c), "" }

// listContent is a string or a list of parts: text, and thinking with parts of text.
type listContent struct {
	text  string
	parts []listPart
}

type listPart struct {
	Type     string     `json:"type"`
	Text     string     `json:"text"`
	Thinking []wirePart `json:"thinking"`
	Closed   bool       `json:"closed"`
}

func (c *listContent) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &c.parts)
	}
	return json.Unmarshal(data, &c.text)
}

func (c listContent) texts() (text, thinking string) {
	text = c.text
	for i := range c.parts {
		text += c.parts[i].Text
		for _, t := range c.parts[i].Thinking {
			thinking += t.Text
		}
	}
	return text, thinking
}

// azureFilter holds the four categories that Azure sends with each chunk.
type azureFilter struct {
	Hate     filterResult `json:"hate"`
	SelfHarm filterResult `json:"self_harm"`
	Sexual   filterResult `json:"sexual"`
	Violence filterResult `json:"violence"`
}

type filterResult struct {
	Filtered bool   `json:"filtered"`
	Severity string `json:"severity"`
}

func (f azureFilter) results() (n int) {
	for _, r := range [...]*filterResult{&f.Hate, &f.SelfHarm, &f.Sexual, &f.Violence} {
		if r.Severity != "" {
			n++
		}
	}
	return n
}

// noFilter is for chunks without results: the key does not come.
type noFilter struct{}

func (noFilter) results() int { return 0 }
