package main

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

func openAzmistral(at target) (ask, error) {
	options := &azmistral.ClientOptions{Model: model}
	options.Transport = at.http
	options.InsecureAllowCredentialWithHTTP = true
	if at.options != nil {
		at.options(options)
	}
	client, err := azmistral.NewClientWithKeyCredential(at.url(azmistral.RouteOpenAIV1), azcore.NewKeyCredential(at.key), options)
	if err != nil {
		return nil, err
	}
	request := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User(prompt)}}
	return func(ctx context.Context, form azmistraltest.Form, leave int) (answer, error) {
		if form == azmistraltest.Unary {
			resp, err := client.Chat(ctx, request, nil)
			return fromAzmistral(resp), err
		}
		stream, err := client.ChatStream(ctx, request, nil)
		if err != nil {
			return answer{}, err
		}
		defer stream.Close()
		for n := 1; ; n++ {
			_, err := stream.Next()
			if err == io.EOF || err == nil && n == leave {
				return fromAzmistral(stream.Response()), nil
			}
			if err != nil {
				return fromAzmistral(stream.Response()), err
			}
		}
	}, nil
}

func fromAzmistral(resp *azmistral.ChatResponse) answer {
	if resp == nil {
		return answer{}
	}
	a := answer{usage: resp.Usage}
	for _, c := range resp.Choices {
		a.choices = append(a.choices, choice{index: c.Index, text: c.Message.Text(), thinking: c.Message.Content.Thinking(), finish: c.FinishReason, calls: c.Message.ToolCalls})
	}
	return a
}

func saidByAzmistral(err error) []string {
	e, ok := errors.AsType[*azmistral.Error](err)
	if !ok {
		return nil
	}
	texts := []string{strconv.Itoa(e.StatusCode), e.Code, e.Type, e.Message, e.Param}
	for _, f := range e.Fields {
		texts = append(texts, f.Path, f.Message, f.Type)
	}
	return texts
}
