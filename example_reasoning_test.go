package azmistral_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// A reasoning model thinks before it answers. Its thinking comes apart from the
// text, and belongs into the next turn: append the answer's message as it is.
func Example_reasoning() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(
		azmistraltest.Thinking("12 times 12: ten twelves are 120, two more are 24.", "144."),
		azmistraltest.Text("1728."),
	)
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	req := azmistral.ChatRequest{
		Messages:        []azmistral.Message{azmistral.User("What is 12 times 12?")},
		ReasoningEffort: "high",
	}
	stream, err := client.ChatStream(ctx, req, nil)
	if err != nil {
		log.Fatal(err)
	}
	var thinking, text strings.Builder
	for chunk, err := range stream.All() {
		if err != nil {
			log.Fatal(err)
		}
		for _, choice := range chunk.Choices {
			thinking.WriteString(choice.Delta.Thinking) // such as to a grey box
			text.WriteString(choice.Delta.Text)
		}
	}
	fmt.Println("thinking:", thinking.String())
	fmt.Println("answer:", text.String())

	req.Messages = append(req.Messages, stream.Response().Message(), azmistral.User("And that times 12?"))
	resp, err := client.Chat(ctx, req, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("answer:", resp.Text())
	fmt.Println("sent back:", sandbox.Requests()[1].Messages[1].Parts)
	// Output:
	// thinking: 12 times 12: ten twelves are 120, two more are 24.
	// answer: 144.
	// answer: 1728.
	// sent back: [thinking text]
}

// Requests that begin alike and have the same cache key cost less: what the cache
// held of the prompt is in CachedTokens.
func ExampleChatRequest_promptCacheKey() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	handbook := strings.Repeat("Returns are taken within thirty days. ", 100)
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{
			azmistral.System(handbook),
			azmistral.User("May I return a lamp after three weeks?"),
		},
		PromptCacheKey: "handbook-7",
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Usage.PromptTokens, "tokens,", resp.Usage.CachedTokens, "of them from the cache")
	// Output:
	// 918 tokens, 896 of them from the cache
}
