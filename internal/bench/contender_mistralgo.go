package main

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gage-technologies/mistral-go"
)

// mistralGo takes neither a context nor a transport: it uses net/http's default one,
// which is the process's, so that one is replaced.
var mistralGo = contender{
	name:    "mistral-go",
	program: "./programs/mistral-go",
	module:  "github.com/gage-technologies/mistral-go",
	open: func(at target) (client, error) {
		http.DefaultTransport = at.http.Transport
		return mistralClient{mistral.NewMistralClient(key, at.url, 1, 5*time.Minute)}, nil
	},
	noFilters: "it drops the filter results",
	cannot: map[string]string{
		workThinking: "its content is a string: a chunk with a list of parts is an error",
		workImage:    "its messages hold text only",
	},
}

type mistralClient struct{ client *mistral.MistralClient }

func (c mistralClient) messages(p prompt) []mistral.ChatMessage {
	messages := make([]mistral.ChatMessage, len(p.texts))
	for i, text := range p.texts {
		messages[i] = mistral.ChatMessage{Role: mistral.RoleAssistant, Content: text}
		if p.fromUser(i) {
			messages[i].Role = mistral.RoleUser
		}
	}
	return messages
}

func (c mistralClient) chat(_ context.Context, p prompt) (answer, error) {
	resp, err := c.client.Chat(p.model, c.messages(p), nil)
	if err != nil {
		return answer{}, err
	}
	a := answer{usage: mistralUsage(&resp.Usage)}
	if len(resp.Choices) > 0 {
		a.text = resp.Choices[0].Message.Content
	}
	return a, nil
}

func mistralUsage(u *mistral.UsageInfo) usage {
	return usage{u.PromptTokens, u.CompletionTokens, u.TotalTokens}
}

func (c mistralClient) stream(_ context.Context, p prompt) (stream, error) {
	chunks, err := c.client.ChatStream(p.model, c.messages(p), nil)
	if err != nil {
		return nil, err
	}
	return &mistralStream{chunks: chunks, assembly: assembly{wanted: p.assemble}}, nil
}

type mistralStream struct {
	chunks <-chan mistral.ChatCompletionStreamResponse
	assembly
}

func (s *mistralStream) next() (chunk, error) {
	got, more := <-s.chunks
	if !more {
		return chunk{}, io.EOF
	}
	if got.Error != nil {
		return chunk{}, got.Error
	}
	c := chunk{usage: mistralUsage(&got.Usage)}
	if len(got.Choices) > 0 {
		c.text = got.Choices[0].Delta.Content
		if s.wanted {
			for _, made := range got.Choices[0].Delta.ToolCalls {
				s.call(-1, made.Id, made.Function.Name, made.Function.Arguments)
			}
		}
	}
	if s.wanted {
		s.add(c)
	}
	return c, nil
}

// close lets a goroutine that still sends come to its end.
func (s *mistralStream) close() {
	for range s.chunks {
	}
}
