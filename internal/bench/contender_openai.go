package main

import (
	"context"
	"io"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
)

const (
	openaiModule = "github.com/openai/openai-go/v3"
	noThinking   = "its content is a string: a list of parts is left to the caller as raw JSON"
)

// openaiGo is pointed at the /v1 route.
var openaiGo = contender{
	name:    "openai-go",
	program: "./programs/openai-go",
	module:  openaiModule,
	open: func(at target) (client, error) {
		return openaiClient{openai.NewClient(option.WithBaseURL(at.url+"/v1"), option.WithAPIKey(key), option.WithHTTPClient(at.http))}, nil
	},
	noFilters: "it leaves the filter results to the caller as raw JSON",
	cannot:    except(noThinking, workThinking),
}

// openaiAzure is the same client with its azure package, on the deployments route.
var openaiAzure = contender{
	name:    "openai-go, azure",
	program: "./programs/openai-go-azure",
	module:  openaiModule,
	open: func(at target) (client, error) {
		return openaiClient{openai.NewClient(
			azure.WithEndpoint(at.url+"/openai", "2024-10-21"), azure.WithAPIKey(key), azure.WithUnsafeAllowHTTP(), option.WithHTTPClient(at.http),
		)}, nil
	},
	noFilters: "it leaves the filter results to the caller as raw JSON",
	cannot:    except(noThinking, workThinking),
}

type openaiClient struct{ client openai.Client }

func (c openaiClient) params(p prompt) openai.ChatCompletionNewParams {
	messages := make([]openai.ChatCompletionMessageParamUnion, len(p.texts))
	for i, text := range p.texts {
		if p.fromUser(i) {
			messages[i] = openai.UserMessage(text)
		} else {
			messages[i] = openai.AssistantMessage(text)
		}
	}
	if p.image != nil {
		last := len(messages) - 1
		messages[last] = openai.UserMessage([]openai.ChatCompletionContentPartUnionParam{
			openai.TextContentPart(p.texts[last]),
			openai.ImageContentPart(openai.ChatCompletionContentPartImageImageURLParam{URL: dataURL(p.image)}),
		})
	}
	return openai.ChatCompletionNewParams{Model: p.model, Messages: messages}
}

func (c openaiClient) chat(ctx context.Context, p prompt) (answer, error) {
	completion, err := c.client.Chat.Completions.New(ctx, c.params(p))
	if err != nil {
		return answer{}, err
	}
	return fromOpenAI(completion), nil
}

func fromOpenAI(c *openai.ChatCompletion) answer {
	a := answer{usage: openaiUsage(&c.Usage)}
	if len(c.Choices) == 0 {
		return a
	}
	message := &c.Choices[0].Message
	a.text = message.Content
	for _, made := range message.ToolCalls {
		a.calls = append(a.calls, call{made.ID, made.Function.Name, made.Function.Arguments})
	}
	return a
}

func openaiUsage(u *openai.CompletionUsage) usage {
	return usage{int(u.PromptTokens), int(u.CompletionTokens), int(u.TotalTokens)}
}

func (c openaiClient) stream(ctx context.Context, p prompt) (stream, error) {
	s := c.client.Chat.Completions.NewStreaming(ctx, c.params(p))
	if err := s.Err(); err != nil {
		return nil, err
	}
	return &openaiStream{stream: s, assemble: p.assemble}, nil
}

type openaiStream struct {
	stream   *ssestream.Stream[openai.ChatCompletionChunk]
	assemble bool
	openai.ChatCompletionAccumulator
}

func (s *openaiStream) next() (chunk, error) {
	if !s.stream.Next() {
		if err := s.stream.Err(); err != nil {
			return chunk{}, err
		}
		return chunk{}, io.EOF
	}
	got := s.stream.Current()
	if s.assemble {
		s.AddChunk(got)
	}
	c := chunk{usage: openaiUsage(&got.Usage)}
	if len(got.Choices) > 0 {
		c.text = got.Choices[0].Delta.Content
	}
	return c, nil
}

func (s *openaiStream) message() answer { return fromOpenAI(&s.ChatCompletion) }

func (s *openaiStream) close() { s.stream.Close() }
