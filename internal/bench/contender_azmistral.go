package main

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
)

var azmistralContender = contender{
	name:    ours,
	program: "github.com/azmistral/azmistral/testdata/size/azmistral",
	module:  "github.com/azmistral/azmistral",
	folds:   true,
	open: func(at target) (client, error) {
		options := &azmistral.ClientOptions{}
		options.Transport = at.http
		options.InsecureAllowCredentialWithHTTP = true
		c, err := azmistral.NewClientWithKeyCredential(at.url+"/v1", azcore.NewKeyCredential(key), options)
		return azmistralClient{c}, err
	},
}

type azmistralClient struct{ client *azmistral.Client }

func (c azmistralClient) request(p prompt) azmistral.ChatRequest {
	messages := make([]azmistral.Message, len(p.texts))
	for i, text := range p.texts {
		if p.fromUser(i) {
			messages[i] = azmistral.User(text)
		} else {
			messages[i] = azmistral.Assistant(text)
		}
	}
	if p.image != nil {
		last := len(messages) - 1
		messages[last] = azmistral.User(p.texts[last], &azmistral.ImagePart{Data: p.image, MediaType: "image/png"})
	}
	return azmistral.ChatRequest{Model: p.model, Messages: messages}
}

func (c azmistralClient) chat(ctx context.Context, p prompt) (answer, error) {
	resp, err := c.client.Chat(ctx, c.request(p), nil)
	if err != nil {
		return answer{}, err
	}
	return fromAzmistral(resp), nil
}

func fromAzmistral(resp *azmistral.ChatResponse) answer {
	a := answer{text: resp.Text(), usage: azmistralUsage(&resp.Usage)}
	for _, c := range resp.ToolCalls() {
		a.calls = append(a.calls, call{c.ID, c.Name, c.Arguments})
	}
	return a
}

func azmistralUsage(u *azmistral.Usage) usage {
	return usage{u.PromptTokens, u.CompletionTokens, u.TotalTokens}
}

func (c azmistralClient) stream(ctx context.Context, p prompt) (stream, error) {
	s, err := c.client.ChatStream(ctx, c.request(p), nil)
	if err != nil {
		return nil, err
	}
	return azmistralStream{s}, nil
}

type azmistralStream struct{ stream *azmistral.ChatStream }

func (s azmistralStream) next() (chunk, error) {
	got, err := s.stream.Next()
	if err != nil {
		return chunk{}, err
	}
	var c chunk
	if len(got.Choices) > 0 {
		choice := &got.Choices[0]
		c = chunk{text: choice.Delta.Text, thinking: choice.Delta.Thinking, filters: len(choice.Filter)}
	}
	if got.Usage != nil {
		c.usage = azmistralUsage(got.Usage)
	}
	return c, nil
}

func (s azmistralStream) message() answer { return fromAzmistral(s.stream.Response()) }

func (s azmistralStream) close() { s.stream.Close() }
