package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/sashabaranov/go-openai"
)

func openGoOpenAI(at target) (ask, error) {
	config := openai.DefaultConfig(at.key)
	config.BaseURL = at.url(azmistral.RouteOpenAIV1)
	config.HTTPClient = at.http
	client := openai.NewClientWithConfig(config)
	request := openai.ChatCompletionRequest{
		Model:    model,
		Messages: []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: prompt}},
	}
	return func(ctx context.Context, form azmistraltest.Form, leave int) (answer, error) {
		var a answer
		if form == azmistraltest.Unary {
			resp, err := client.CreateChatCompletion(ctx, request)
			if err != nil {
				return answer{}, err
			}
			a.usage = fromGoOpenAI(&resp.Usage)
			for _, c := range resp.Choices {
				to := a.choice(c.Index)
				to.text, to.finish = c.Message.Content, azmistral.FinishReason(c.FinishReason)
				for i, call := range c.Message.ToolCalls {
					to.call(&i, call.ID, call.Function.Name, call.Function.Arguments)
				}
			}
			return a, nil
		}

		stream, err := client.CreateChatCompletionStream(ctx, request)
		if err != nil {
			return answer{}, err
		}
		defer stream.Close()
		for n := 1; ; n++ {
			chunk, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return a, nil
			}
			if err != nil {
				return a, err
			}
			if chunk.Usage != nil {
				a.usage = fromGoOpenAI(chunk.Usage)
			}
			for _, c := range chunk.Choices {
				to := a.choice(c.Index)
				to.text += c.Delta.Content
				if c.FinishReason != "" {
					to.finish = azmistral.FinishReason(c.FinishReason)
				}
				for _, call := range c.Delta.ToolCalls {
					to.call(call.Index, call.ID, call.Function.Name, call.Function.Arguments)
				}
			}
			if n == leave {
				return a, nil
			}
		}
	}, nil
}

func fromGoOpenAI(u *openai.Usage) azmistral.Usage {
	return azmistral.Usage{PromptTokens: u.PromptTokens, CompletionTokens: u.CompletionTokens, TotalTokens: u.TotalTokens}
}

func saidByGoOpenAI(err error) []string {
	if e, ok := errors.AsType[*openai.APIError](err); ok {
		texts := []string{fmt.Sprint(e.HTTPStatusCode), fmt.Sprint(e.Code), e.Type, e.Message}
		if e.Param != nil {
			texts = append(texts, *e.Param)
		}
		return texts
	}
	if e, ok := errors.AsType[*openai.RequestError](err); ok {
		return []string{fmt.Sprint(e.HTTPStatusCode), string(e.Body)}
	}
	return nil
}
