package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/ai/azopenai"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// openAzopenai uses the deployments route, the only one that this client knows on
// Azure. It appends the route's path itself.
func openAzopenai(at target) (ask, error) {
	endpoint, _, _ := strings.Cut(at.url(azmistral.RouteDeployments), "/openai/")
	options := &azopenai.ClientOptions{}
	options.Transport = at.http
	options.Retry.TryTimeout = at.tryTimeout
	options.InsecureAllowCredentialWithHTTP = true
	client, err := azopenai.NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(at.key), options)
	if err != nil {
		return nil, err
	}
	messages := []azopenai.ChatRequestMessageClassification{
		&azopenai.ChatRequestUserMessage{Content: azopenai.NewChatRequestUserMessageContent(prompt)},
	}
	return func(ctx context.Context, form azmistraltest.Form, leave int) (answer, error) {
		var a answer
		if form == azmistraltest.Unary {
			resp, err := client.GetChatCompletions(ctx, azopenai.ChatCompletionsOptions{Messages: messages, DeploymentName: new(model)}, nil)
			if err != nil {
				return answer{}, err
			}
			addAzopenai(&a, resp.ChatCompletions)
			return a, nil
		}
		resp, err := client.GetChatCompletionsStream(ctx, azopenai.ChatCompletionsStreamOptions{Messages: messages, DeploymentName: new(model)}, nil)
		if err != nil {
			return answer{}, err
		}
		defer resp.ChatCompletionsStream.Close()
		for n := 1; ; n++ {
			chunk, err := resp.ChatCompletionsStream.Read()
			if errors.Is(err, io.EOF) {
				return a, nil
			}
			if err != nil {
				return a, err
			}
			addAzopenai(&a, chunk)
			if n == leave {
				return a, nil
			}
		}
	}, nil
}

// addAzopenai adds a chunk, or a whole answer: the client has one type for both.
// Its tool calls have no index.
func addAzopenai(a *answer, c azopenai.ChatCompletions) {
	if u := c.Usage; u != nil {
		a.usage = azmistral.Usage{PromptTokens: int(value(u.PromptTokens)), CompletionTokens: int(value(u.CompletionTokens)), TotalTokens: int(value(u.TotalTokens))}
	}
	for _, c := range c.Choices {
		to := a.choice(int(value(c.Index)))
		if c.FinishReason != nil {
			to.finish = azmistral.FinishReason(*c.FinishReason)
		}
		message, whole := c.Message, true
		if message == nil {
			message, whole = c.Delta, false
		}
		if message == nil {
			continue
		}
		to.text += value(message.Content)
		for i, call := range message.ToolCalls {
			function, ok := call.(*azopenai.ChatCompletionsFunctionToolCall)
			if !ok || function.Function == nil {
				continue
			}
			var index *int // of a delta: not told
			if whole {
				index = &i
			}
			to.call(index, value(function.ID), value(function.Function.Name), value(function.Function.Arguments))
		}
	}
}

// value is what p points to; the zero value for nil, which this client's types use
// for absent.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func saidByAzopenai(err error) []string {
	e, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		return nil
	}
	texts := []string{strconv.Itoa(e.StatusCode), e.ErrorCode}
	if e.RawResponse != nil {
		texts = append(texts, fmt.Sprint(e.RawResponse.Header))
	}
	return texts
}
