package prefix_test

import (
	"context"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/prefix"
)

// The answer begins as the program wants it to.
func ExampleMessage() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`["Loire", "Seine", "Rhône"]`))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	req := azmistral.ChatRequest{Messages: []azmistral.Message{
		azmistral.User("List three rivers of France as a JSON array."),
		prefix.Message(`["`),
	}}
	resp, err := client.Chat(context.Background(), req, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(prefix.Text(req, resp))
	// Output:
	// ["Loire", "Seine", "Rhône"]
}

// The whole text is the same whether a service repeats the prefix or not.
func ExampleText() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("The capital of France is Paris."), azmistraltest.Text("Paris."))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	req := azmistral.ChatRequest{Messages: []azmistral.Message{
		azmistral.User("What is the capital of France?"),
		prefix.Message("The capital of France is "),
	}}
	for range 2 {
		resp, err := client.Chat(context.Background(), req, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q: %s\n", resp.Text(), prefix.Text(req, resp))
	}
	// Output:
	// "The capital of France is Paris.": The capital of France is Paris.
	// "Paris.": The capital of France is Paris.
}

// The prefix comes at once, the rest as the model writes it.
func ExampleStream() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("The capital of France is Paris."))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	req := azmistral.ChatRequest{Messages: []azmistral.Message{
		azmistral.User("What is the capital of France?"),
		prefix.Message("The capital of France is"),
	}}
	stream, err := client.ChatStream(context.Background(), req, nil)
	if err != nil {
		log.Fatal(err)
	}
	for piece, err := range prefix.Stream(req, stream) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%q ", piece)
	}
	// Output:
	// "The capital of France is" " Paris" "."
}

// An answer that MaxTokens cut is asked on.
func ExampleContinue() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(
		azmistraltest.Text("It was a dark and").FinishReason("length"),
		azmistraltest.Text("It was a dark and stormy night.").FinishReason("stop"),
	)
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	req := azmistral.ChatRequest{
		Messages:  []azmistral.Message{azmistral.User("Begin a novel.")},
		MaxTokens: 5,
	}
	resp, err := client.Chat(ctx, req, nil)
	if err != nil {
		log.Fatal(err)
	}
	for range 3 { // each round pays for the prompt again
		if resp.FinishReason() != azmistral.FinishLength {
			break
		}
		if req, err = prefix.Continue(req, resp); err != nil {
			log.Fatal(err)
		}
		if resp, err = client.Chat(ctx, req, nil); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(resp.FinishReason(), len(sandbox.Requests()))
	fmt.Println(prefix.Text(req, resp))
	// Output:
	// stop 2
	// It was a dark and stormy night.
}
