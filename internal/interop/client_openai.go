package main

import (
	"context"
	"errors"
	"strconv"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
)

// errRefusedChunk is what a caller makes of an accumulator that takes no more. Many
// do not look.
var errRefusedChunk = errors.New("openai-go: the accumulator refused a chunk")

// openOpenAI points the client at the route as Azure's documentation does: with the
// route's base and the key as a bearer token.
func openOpenAI(at target) (ask, error) {
	options := []option.RequestOption{
		option.WithBaseURL(at.url(azmistral.RouteOpenAIV1)),
		option.WithAPIKey(at.key),
		option.WithHTTPClient(at.http),
	}
	if at.tryTimeout > 0 {
		options = append(options, option.WithRequestTimeout(at.tryTimeout))
	}
	client := openai.NewClient(options...)
	params := openai.ChatCompletionNewParams{
		Model:    model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(prompt)},
	}
	return func(ctx context.Context, form azmistraltest.Form, leave int) (answer, error) {
		if form == azmistraltest.Unary {
			completion, err := client.Chat.Completions.New(ctx, params)
			if err != nil {
				return answer{}, err
			}
			return fromOpenAI(completion), nil
		}
		stream := client.Chat.Completions.NewStreaming(ctx, params)
		defer stream.Close()
		var accumulated openai.ChatCompletionAccumulator
		for n := 1; stream.Next(); n++ {
			if !accumulated.AddChunk(stream.Current()) {
				return fromOpenAI(&accumulated.ChatCompletion), errRefusedChunk
			}
			if n == leave {
				return fromOpenAI(&accumulated.ChatCompletion), nil
			}
		}
		return fromOpenAI(&accumulated.ChatCompletion), stream.Err()
	}, nil
}

// fromOpenAI does not ask whether the completion is nil: a caller who has looked at
// the error has no reason to.
func fromOpenAI(c *openai.ChatCompletion) answer {
	a := answer{usage: azmistral.Usage{
		PromptTokens:     int(c.Usage.PromptTokens),
		CompletionTokens: int(c.Usage.CompletionTokens),
		TotalTokens:      int(c.Usage.TotalTokens),
	}}
	for _, c := range c.Choices {
		to := a.choice(int(c.Index))
		to.text, to.finish = c.Message.Content, azmistral.FinishReason(c.FinishReason)
		for _, call := range c.Message.ToolCalls {
			to.calls = append(to.calls, azmistral.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: call.Function.Arguments})
		}
	}
	return a
}

// saidByOpenAI takes the response's dump as said: the library's documentation names
// it as the place for the service's words, which Error() leaves out by design.
func saidByOpenAI(err error) []string {
	if e, ok := errors.AsType[*openai.Error](err); ok {
		return []string{strconv.Itoa(e.StatusCode), e.Code, e.Type, e.Message, e.Param, e.RawJSON(), string(e.DumpResponse(true))}
	}
	if e, ok := errors.AsType[*ssestream.StreamError](err); ok {
		return []string{string(e.Event.Data)}
	}
	return nil
}
