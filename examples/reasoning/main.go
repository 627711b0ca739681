// Reasoning shows what a model thinks before it answers, and sends it back with the
// next question.
//
//	go run ./examples/reasoning
//	go run ./examples/reasoning "How many days are there from 28 January to 1 March 2028?"
//
// The answers go to standard output, the thinking to standard error. The deployment
// has to be of a model that reasons: Mistral Large 3 does not.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/examples/internal/connect"
	"github.com/azmistral/azmistral/examples/internal/console"
)

func main() {
	req := azmistral.ChatRequest{}
	flag.StringVar(&req.Model, "model", "", "deployment to ask; default $AZURE_MISTRAL_MODEL")
	flag.StringVar(&req.ReasoningEffort, "effort", "high", "how much to think: high or none, with some models more")
	flag.Parse()
	question := cmp.Or(strings.Join(flag.Args(), " "), "A bat and a ball cost 1.10 together. The bat costs 1.00 more than the ball. What does the ball cost?")
	client, err := connect.Client(azmistral.ClientOptions{})
	console.ExitOn(err)
	ctx, stop := console.Interruptible()
	defer stop()

	for _, text := range []string{question, "Check that in one line."} {
		fmt.Printf("> %s\n", text)
		req.Messages = append(req.Messages, azmistral.User(text))
		answer, err := ask(ctx, client, req)
		console.ExitOn(err)
		// The message goes back as it came: what it thought too, by routes that take it.
		req.Messages = append(req.Messages, answer)
	}
	console.Note("the first answer has %d bytes of thinking, kept for later turns", len(req.Messages[1].Content.Thinking()))
}

// ask writes thinking and answer as they come, apart from each other.
func ask(ctx context.Context, client *azmistral.Client, req azmistral.ChatRequest) (azmistral.Message, error) {
	stream, err := client.ChatStream(ctx, req, nil)
	if err != nil {
		return azmistral.Message{}, err
	}
	thinks := false
	for chunk, err := range stream.All() {
		if err != nil {
			fmt.Println() // what came before it stays
			return azmistral.Message{}, err
		}
		for _, choice := range chunk.Choices {
			console.Aside(choice.Delta.Thinking)
			if thinks = thinks || choice.Delta.Thinking != ""; thinks && choice.Delta.Text != "" {
				console.Aside("\n\n")
				thinks = false
			}
			fmt.Print(choice.Delta.Text)
		}
	}
	fmt.Print("\n\n")
	return stream.Response().Message(), nil
}
