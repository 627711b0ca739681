package azmistraltest_test

import (
	"context"
	"encoding/json"
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

// A call in fragments, with a text before it, on a route where calls come whole.
func ExampleReply_Fragmented() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "get_weather", Arguments: `{"city": "Paris"}`}).
		WithText("Let me look.").Fragmented())
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("The weather in Paris?")},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for chunk, err := range stream.All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, call := range chunk.Choices[0].Delta.ToolCalls {
			fmt.Printf("%q %q\n", call.Name, call.Arguments)
		}
	}
	fmt.Println(stream.Response().Text(), stream.Response().ToolCalls()[0].Arguments)
	// Output:
	// "get_weather" ""
	// "" "{\"city"
	// "" "\":"
	// "" " \"Pari"
	// "" "s\"}"
	// Let me look. {"city": "Paris"}
}

// A model that is wrong until it is told so: how does your code ask again?
func ExampleFault_repair() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Fault("schema-wrong how=missing").Times(-1))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	req := azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("City: Paris")},
		ResponseFormat: azmistral.FormatJSONSchema(azmistral.JSONSchema{
			Name:   "place",
			Schema: json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`),
		}),
	}
	for range 2 {
		resp, err := client.Chat(context.Background(), req, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.Text())
		req.Messages = append(req.Messages, resp.Message(), azmistral.User("The city is missing."))
	}
	// Output:
	// {}
	// {"city": "Paris"}
}

// What the code under test has shown to the model.
func ExampleFile() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("What is this?",
			&azmistral.DocumentPart{Data: []byte("%PDF-1.7"), MediaType: "application/pdf", Name: "invoice.pdf"})},
	}, nil)
	fmt.Println(err)
	for _, file := range sandbox.Requests()[0].Last().Files {
		fmt.Println(file)
	}
	// Output:
	// <nil>
	// document "invoice.pdf": application/pdf, 8 bytes
}
