package azmistraltest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

func ExampleHandler_Client() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	sandbox.Reply(azmistraltest.Text("Paris."))
	answer, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("What is the capital of France?")},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Text())
	fmt.Println(sandbox.Requests()[0].Last().Text)
	// Output:
	// Paris.
	// What is the capital of France?
}

func ExampleFault() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	sandbox.Reply(azmistraltest.Fault("cut after=4 how=clean"))
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Tell me a story.")},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = stream.Collect()
	fmt.Println(errors.Is(err, azmistral.ErrIncomplete))
	// Output:
	// true
}

func ExampleReply_Delay() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteModels, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	sandbox.Reply(azmistraltest.Text("too late").Delay(time.Minute))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = client.Chat(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Hello")},
	}, nil)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// true
}
