package azmistral_test

import (
	"context"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
)

// chatModel is what the code below needs of a client: declare such an interface
// where you use it, with the methods that you use.
type chatModel interface {
	Chat(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatResponse, error)
}

// summarize is code of yours.
func summarize(ctx context.Context, model chatModel, text string) (string, error) {
	resp, err := model.Chat(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.System("Summarize in one sentence."), azmistral.User(text)},
	}, nil)
	if err != nil {
		return "", fmt.Errorf("summarizing %d bytes: %w", len(text), err)
	}
	return resp.Text(), nil
}

// echo is a fake of a model.
type echo struct{}

func (echo) Chat(_ context.Context, req azmistral.ChatRequest, _ *azmistral.ChatOptions) (*azmistral.ChatResponse, error) {
	last := req.Messages[len(req.Messages)-1]
	return &azmistral.ChatResponse{Choices: []azmistral.Choice{{
		Message:      azmistral.Assistant("You said: " + last.Text()),
		FinishReason: azmistral.FinishStop,
	}}}, nil
}

// A mock is a type of your own with the methods that your code calls. To test
// against the service's behaviour, errors and streams too, use azmistraltest.
func Example_mock() {
	summary, err := summarize(context.Background(), echo{}, "It was a dark and stormy night.")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary)
	// Output:
	// You said: It was a dark and stormy night.
}
