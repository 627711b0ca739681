package main

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/ai/azopenai"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// azopenaiContender uses the deployments route, the only one that this client knows.
var azopenaiContender = contender{
	name:    "azopenai",
	program: "./programs/azopenai",
	module:  "github.com/Azure/azure-sdk-for-go/sdk/ai/azopenai",
	open: func(at target) (client, error) {
		options := &azopenai.ClientOptions{}
		options.Transport = at.http
		options.InsecureAllowCredentialWithHTTP = true
		c, err := azopenai.NewClientWithKeyCredential(at.url, azcore.NewKeyCredential(key), options)
		return azopenaiClient{c}, err
	},
	cannot: except("its content is a string: a list of parts ends the stream with an error", workThinking),
}

type azopenaiClient struct{ client *azopenai.Client }

func (c azopenaiClient) messages(p prompt) []azopenai.ChatRequestMessageClassification {
	messages := make([]azopenai.ChatRequestMessageClassification, len(p.texts))
	for i, text := range p.texts {
		if p.fromUser(i) {
			messages[i] = &azopenai.ChatRequestUserMessage{Content: azopenai.NewChatRequestUserMessageContent(text)}
		} else {
			messages[i] = &azopenai.ChatRequestAssistantMessage{Content: azopenai.NewChatRequestAssistantMessageContent(text)}
		}
	}
	if p.image != nil {
		last := len(messages) - 1
		messages[last] = &azopenai.ChatRequestUserMessage{Content: azopenai.NewChatRequestUserMessageContent(
			[]azopenai.ChatCompletionRequestMessageContentPartClassification{
				&azopenai.ChatCompletionRequestMessageContentPartText{Text: &p.texts[last]},
				&azopenai.ChatCompletionRequestMessageContentPartImage{
					ImageURL: &azopenai.ChatCompletionRequestMessageContentPartImageURL{URL: new(dataURL(p.image))},
				},
			})}
	}
	return messages
}

func (c azopenaiClient) chat(ctx context.Context, p prompt) (answer, error) {
	resp, err := c.client.GetChatCompletions(ctx, azopenai.ChatCompletionsOptions{Messages: c.messages(p), DeploymentName: &p.model}, nil)
	if err != nil {
		return answer{}, err
	}
	a := answer{usage: azopenaiUsage(resp.Usage)}
	if len(resp.Choices) > 0 && resp.Choices[0].Message != nil {
		a.text = value(resp.Choices[0].Message.Content)
	}
	return a, nil
}

func azopenaiUsage(u *azopenai.CompletionsUsage) usage {
	if u == nil {
		return usage{}
	}
	return usage{int(value(u.PromptTokens)), int(value(u.CompletionTokens)), int(value(u.TotalTokens))}
}

func (c azopenaiClient) stream(ctx context.Context, p prompt) (stream, error) {
	resp, err := c.client.GetChatCompletionsStream(ctx, azopenai.ChatCompletionsStreamOptions{Messages: c.messages(p), DeploymentName: &p.model}, nil)
	if err != nil {
		return nil, err
	}
	return &azopenaiStream{resp: resp, assembly: assembly{wanted: p.assemble}}, nil
}

type azopenaiStream struct {
	resp azopenai.GetChatCompletionsStreamResponse
	assembly
}

func (s *azopenaiStream) next() (chunk, error) {
	got, err := s.resp.ChatCompletionsStream.Read()
	if err != nil {
		return chunk{}, err // io.EOF at the end
	}
	c := chunk{usage: azopenaiUsage(got.Usage)}
	if len(got.Choices) > 0 {
		choice := &got.Choices[0]
		if f := choice.ContentFilterResults; f != nil {
			for _, r := range [...]*azopenai.ContentFilterResult{f.Hate, f.SelfHarm, f.Sexual, f.Violence} {
				if r != nil {
					c.filters++
				}
			}
		}
		if delta := choice.Delta; delta != nil {
			c.text = value(delta.Content)
			if s.wanted {
				s.addCalls(delta.ToolCalls)
			}
		}
	}
	if s.wanted {
		s.add(c)
	}
	return c, nil
}

// addCalls adds fragments, which have no index here.
func (s *azopenaiStream) addCalls(calls []azopenai.ChatCompletionsToolCallClassification) {
	for _, made := range calls {
		if f, ok := made.(*azopenai.ChatCompletionsFunctionToolCall); ok && f.Function != nil {
			s.call(-1, value(f.ID), value(f.Function.Name), value(f.Function.Arguments))
		}
	}
}

func (s *azopenaiStream) close() { s.resp.ChatCompletionsStream.Close() }

// value is what p points to; the zero value for nil, which this client's types use
// for absent.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}
