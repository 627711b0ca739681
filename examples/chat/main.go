// Chat puts questions to a model and writes the answers as they come.
//
//	go run ./examples/chat "Why is the sky blue?"
//	go run ./examples/chat < question.txt
//	go run ./examples/chat                          # a conversation
//
// The answer goes to standard output, all else to standard error. Ctrl-C ends an
// answer; a second one, and one at the prompt, ends the program.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/examples/internal/connect"
	"github.com/azmistral/azmistral/examples/internal/console"
)

func main() {
	var req azmistral.ChatRequest
	flag.StringVar(&req.Model, "model", "", "deployment to ask; default $AZURE_MISTRAL_MODEL")
	flag.IntVar(&req.MaxTokens, "max-tokens", 0, "largest answer, in tokens; 0 leaves it to the service")
	flag.StringVar(&req.ReasoningEffort, "reasoning", "", "effort, such as high: what a reasoning model thinks comes before the answer")
	system := flag.String("system", "", "system message: how to answer")
	flag.Parse()
	question := console.Question()
	client, err := connect.Client(azmistral.ClientOptions{OnRetry: func(_ context.Context, e azmistral.RetryEvent) {
		console.Note("asking again in %.1f s: %v", e.Wait.Seconds(), e.Err)
	}})
	console.ExitOn(err)
	if *system != "" {
		req.Messages = append(req.Messages, azmistral.System(*system))
	}
	if question == "" {
		converse(client, req)
		return
	}
	req.Messages = append(req.Messages, azmistral.User(question))
	_, err = ask(client, req)
	console.ExitOn(err)
}

// converse asks until the input ends (Ctrl-D). A question that failed is forgotten.
func converse(client *azmistral.Client, req azmistral.ChatRequest) {
	console.Note("Ctrl-C ends an answer, Ctrl-D the conversation")
	for in, err := bufio.NewReader(os.Stdin), error(nil); err == nil; {
		fmt.Fprint(os.Stderr, "\n> ")
		var question string
		if question, err = in.ReadString('\n'); strings.TrimSpace(question) == "" {
			continue
		}
		next := req
		next.Messages = append(slices.Clone(req.Messages), azmistral.User(question))
		if answer, err := ask(client, next); err != nil {
			fmt.Fprintln(os.Stderr, err)
		} else {
			req.Messages = append(next.Messages, answer)
		}
	}
}

// ask writes the answer as it comes. What came before an error stays.
func ask(client *azmistral.Client, req azmistral.ChatRequest) (azmistral.Message, error) {
	ctx, stop := console.Interruptible()
	defer stop()
	stream, err := client.ChatStream(ctx, req, nil)
	if err != nil {
		return azmistral.Message{}, err
	}
	thinks := false
	for chunk, err := range stream.All() {
		if err != nil {
			fmt.Println()
			return azmistral.Message{}, err
		}
		for _, choice := range chunk.Choices {
			console.Aside(choice.Delta.Thinking)
			thinks = thinks || choice.Delta.Thinking != ""
			if thinks && choice.Delta.Text != "" {
				console.Aside("\n\n")
				thinks = false
			}
			fmt.Print(choice.Delta.Text)
		}
	}
	answer := stream.Response()
	fmt.Println()
	console.Note("finish reason %s; %s", answer.FinishReason(), console.Tokens(answer.Usage))
	return answer.Message(), nil
}
