package main

import (
	"context"

	"github.com/sashabaranov/go-openai"
)

var goOpenAI = contender{
	name:    "go-openai",
	program: "./programs/go-openai",
	module:  "github.com/sashabaranov/go-openai",
	open: func(at target) (client, error) {
		config := openai.DefaultConfig(key)
		config.BaseURL = at.url + "/v1"
		config.HTTPClient = at.http
		return goOpenAIClient{openai.NewClientWithConfig(config)}, nil
	},
	cannot: except("its content is a string: a list of parts ends the stream with an error", workThinking),
}

type goOpenAIClient struct{ client *openai.Client }

func (c goOpenAIClient) request(p prompt) openai.ChatCompletionRequest {
	messages := make([]openai.ChatCompletionMessage, len(p.texts))
	for i, text := range p.texts {
		messages[i] = openai.ChatCompletionMessage{Role: openai.ChatMessageRoleAssistant, Content: text}
		if p.fromUser(i) {
			messages[i].Role = openai.ChatMessageRoleUser
		}
	}
	if p.image != nil {
		last := len(messages) - 1
		messages[last].Content = ""
		messages[last].MultiContent = []openai.ChatMessagePart{
			{Type: openai.ChatMessagePartTypeText, Text: p.texts[last]},
			{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: dataURL(p.image)}},
		}
	}
	return openai.ChatCompletionRequest{Model: p.model, Messages: messages}
}

func (c goOpenAIClient) chat(ctx context.Context, p prompt) (answer, error) {
	resp, err := c.client.CreateChatCompletion(ctx, c.request(p))
	if err != nil {
		return answer{}, err
	}
	a := answer{usage: goOpenAIUsage(&resp.Usage)}
	if len(resp.Choices) > 0 {
		message := &resp.Choices[0].Message
		a.text = message.Content
		for _, made := range message.ToolCalls {
			a.calls = append(a.calls, call{made.ID, made.Function.Name, made.Function.Arguments})
		}
	}
	return a, nil
}

func goOpenAIUsage(u *openai.Usage) usage {
	return usage{u.PromptTokens, u.CompletionTokens, u.TotalTokens}
}

func (c goOpenAIClient) stream(ctx context.Context, p prompt) (stream, error) {
	s, err := c.client.CreateChatCompletionStream(ctx, c.request(p))
	if err != nil {
		return nil, err
	}
	return &goOpenAIStream{stream: s, assembly: assembly{wanted: p.assemble}}, nil
}

type goOpenAIStream struct {
	stream *openai.ChatCompletionStream
	assembly
}

func (s *goOpenAIStream) next() (chunk, error) {
	got, err := s.stream.Recv()
	if err != nil {
		return chunk{}, err // io.EOF at the end
	}
	var c chunk
	if got.Usage != nil {
		c.usage = goOpenAIUsage(got.Usage)
	}
	if len(got.Choices) > 0 {
		choice := &got.Choices[0]
		c.text = choice.Delta.Content
		f := &choice.ContentFilterResults
		for _, severity := range [...]string{f.Hate.Severity, f.SelfHarm.Severity, f.Sexual.Severity, f.Violence.Severity} {
			if severity != "" {
				c.filters++
			}
		}
		if s.wanted {
			for _, made := range choice.Delta.ToolCalls {
				index := -1
				if made.Index != nil {
					index = *made.Index
				}
				s.call(index, made.ID, made.Function.Name, made.Function.Arguments)
			}
		}
	}
	if s.wanted {
		s.add(c)
	}
	return c, nil
}

func (s *goOpenAIStream) close() { s.stream.Close() }
