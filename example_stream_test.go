package azmistral_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

func ExampleClient_ChatStream() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Because air scatters blue light most.").Usage(21, 9))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Why is the sky blue?")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	for text, err := range stream.Text() {
		if err != nil {
			log.Fatal(err) // the answer is not whole; what came is in stream.Response()
		}
		fmt.Print(text)
	}
	fmt.Println()
	fmt.Println(stream.Response().Usage.TotalTokens)
	// Output:
	// Because air scatters blue light most.
	// 30
}

// All gives the chunks: thinking and tool calls come in them too.
func ExampleChatStream_All() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Thinking("Light, air, scattering.", "Because air scatters blue light most."))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages:        []azmistral.Message{azmistral.User("Why is the sky blue?")},
		ReasoningEffort: "high",
	}, nil)
	if err != nil {
		log.Fatal(err)
	}

	var thinking, text string
	for chunk, err := range stream.All() {
		if err != nil {
			log.Fatal(err)
		}
		for _, choice := range chunk.Choices {
			thinking += choice.Delta.Thinking
			text += choice.Delta.Text
		}
	}
	fmt.Println(thinking)
	fmt.Println(text)
	// Output:
	// Light, air, scattering.
	// Because air scatters blue light most.
}

// Leaving the loop closes the stream: the service stops writing.
func ExampleChatStream_Text() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("One two three four five six seven eight nine ten."))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Count.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}

	for text, err := range stream.Text() {
		if err != nil {
			log.Fatal(err)
		}
		if text != "" {
			break
		}
	}
	_, err = stream.Next()
	fmt.Println(errors.Is(err, azmistral.ErrIncomplete))
	// Output:
	// true
}

// Next is for code that is no loop. io.EOF means that the answer is whole.
func ExampleChatStream_Next() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Hello."))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()

	for {
		chunk, err := stream.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(chunk.Text())
	}
	// Output:
	// Hello.
}

// Collect is for those who want the whole answer, and the stream's deadlines.
func ExampleChatStream_Collect() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Hello."))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}

	resp, err := stream.Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text())
	// Output:
	// Hello.
}

// A stream that is cut is an error, and what came is there.
func ExampleChatStream_Response() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Fault("cut after=4"))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Why is the sky blue?")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}

	_, err = stream.Collect()
	fmt.Println(errors.Is(err, azmistral.ErrIncomplete))
	fmt.Printf("%q\n", stream.Response().Text())
	// Output:
	// true
	// "You asked:"
}

// Close ends a stream that is not read to its end.
func ExampleChatStream_Close() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Why is the sky blue?")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()

	chunk, err := stream.Next()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(chunk.Choices[0].Delta.Role, stream.Info().StatusCode)
	// Output:
	// assistant 200
}

// A fake, or a wrapper, makes streams of its own chunks.
func ExampleNewChatStream() {
	words := []string{"Hello", " from", " a fake."}
	stream := azmistral.NewChatStream(azmistral.ResponseInfo{}, func() (*azmistral.ChatChunk, error) {
		if len(words) == 0 {
			return nil, io.EOF
		}
		choice := azmistral.ChunkChoice{Delta: azmistral.Delta{Text: words[0]}}
		if words = words[1:]; len(words) == 0 {
			choice.FinishReason = azmistral.FinishStop // without it the answer is not whole
		}
		return &azmistral.ChatChunk{Choices: []azmistral.ChunkChoice{choice}}, nil
	}, nil)

	resp, err := stream.Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text())
	// Output:
	// Hello from a fake.
}
