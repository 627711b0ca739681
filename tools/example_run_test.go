package tools_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
)

type city struct {
	Name string `json:"city" jsonschema:"as on a map"`
}

// weather is a tool made of a function.
func weather() tools.Tool {
	tool, err := tools.For("get_weather", "The weather in a city now.", func(ctx context.Context, in city) (string, error) {
		if in.Name == "Atlantis" {
			return "", errors.New("there is no such city")
		}
		return in.Name + ": 7 degrees, rain", nil
	})
	if err != nil {
		log.Fatal(err)
	}
	return tool
}

// modelFor gives a client of a sandbox whose model answers with replies.
func modelFor(replies ...azmistraltest.Reply) *azmistral.Client {
	sandbox := azmistraltest.NewHandler(nil)
	sandbox.Reply(replies...)
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func weatherIn(city string) azmistraltest.ToolCall {
	return azmistraltest.ToolCall{Name: "get_weather", Arguments: `{"city":"` + city + `"}`}
}

// The model calls a tool in two cities at once, and answers with what it got.
func ExampleRun() {
	client := modelFor(
		azmistraltest.ToolCalls(weatherIn("Paris"), weatherIn("Rome")),
		azmistraltest.Text("Take a coat: it rains in both."),
	)
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Do I need a coat in Paris, or in Rome?")}}
	result, err := tools.Run(context.Background(), client, req, []tools.Tool{weather()}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Response.Text())
	for _, call := range result.Calls {
		fmt.Println(call.Call.Name, call.Call.Arguments, "gave", call.Text)
	}
	// Output:
	// Take a coat: it rains in both.
	// get_weather {"city":"Paris"} gave Paris: 7 degrees, rain
	// get_weather {"city":"Rome"} gave Rome: 7 degrees, rain
}

// What a chat window shows: the text as it comes, and what the model does meanwhile.
func ExampleRunStream() {
	client := modelFor(
		azmistraltest.ToolCalls(weatherIn("Paris")),
		azmistraltest.Text("Take a coat: it rains."),
	)
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Do I need a coat in Paris?")}}
	for event, err := range tools.RunStream(context.Background(), client, req, []tools.Tool{weather()}, nil) {
		switch {
		case err != nil:
			log.Fatal(err)
		case event.Call != nil:
			fmt.Println("asking", event.Call.Name, event.Call.Arguments)
		case event.Result != nil:
			fmt.Println()
			fmt.Println(event.Result.Rounds, "rounds")
		default:
			fmt.Print(event.Text())
		}
	}
	// Output:
	// asking get_weather {"city":"Paris"}
	// Take a coat: it rains.
	// 2 rounds
}

// OnCall is where a person, or a policy, has a say: an error refuses the call, and
// the model is told why.
func ExampleRunOptions_onCall() {
	client := modelFor(
		azmistraltest.ToolCalls(weatherIn("Paris"), azmistraltest.ToolCall{Name: "delete_file", Arguments: `{"name":"a.txt"}`}),
		azmistraltest.Text("It rains; the file I may not delete."),
	)
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Check Paris, and delete a.txt.")}}
	options := &tools.RunOptions{OnCall: func(ctx context.Context, call azmistral.ToolCall) (*string, error) {
		if call.Name == "delete_file" {
			return nil, errors.New("the user has not allowed this")
		}
		return nil, nil // run it
	}}
	result, err := tools.Run(context.Background(), client, req, []tools.Tool{weather()}, options)
	if err != nil {
		log.Fatal(err)
	}
	for _, call := range result.Calls {
		fmt.Println(call.Text)
	}
	fmt.Println(result.Response.Text())
	// Output:
	// Paris: 7 degrees, rain
	// not run: the user has not allowed this
	// It rains; the file I may not delete.
}

var errSignedOut = errors.New("the user has signed out")

// A handler that cannot be helped by the model ends the run.
func ExampleAbort() {
	client := modelFor(azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "read_mail"}))
	mail, err := tools.For("read_mail", "The user's mail.", func(ctx context.Context, in struct{}) (string, error) {
		return "", tools.Abort(errSignedOut)
	})
	if err != nil {
		log.Fatal(err)
	}
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Any mail?")}}
	_, err = tools.Run(context.Background(), client, req, []tools.Tool{mail}, nil)
	fmt.Println(errors.Is(err, errSignedOut))
	fmt.Println(err)
	// Output:
	// true
	// tools: round 1: tool "read_mail" ended the run: the user has signed out
}

// A run that fails still has its result: what was asked, called and paid. Its
// messages can be sent again.
func ExampleResult() {
	client := modelFor(
		azmistraltest.ToolCalls(weatherIn("Atlantis")).Usage(60, 20),
		azmistraltest.Error(400, "content_filter", "The response was filtered."),
	)
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Do I need a coat in Atlantis?")}}
	result, err := tools.Run(context.Background(), client, req, []tools.Tool{weather()}, nil)
	fmt.Println(errors.Is(err, azmistral.ErrContentFiltered), "in round", result.Rounds)
	fmt.Println(result.Usage.TotalTokens, "tokens")
	for _, message := range result.Messages {
		if message.Text() != "" {
			fmt.Printf("%s: %s\n", message.Role, message.Text())
		}
		for _, call := range message.ToolCalls {
			fmt.Printf("%s calls %s%s\n", message.Role, call.Name, call.Arguments)
		}
	}
	// Output:
	// true in round 2
	// 80 tokens
	// user: Do I need a coat in Atlantis?
	// assistant calls get_weather{"city":"Atlantis"}
	// tool: error: there is no such city
}

// A handler's context tells which call it works on.
func ExampleCallFromContext() {
	client := modelFor(
		azmistraltest.ToolCalls(azmistraltest.ToolCall{ID: "R5zZgxSX6", Name: "pay", Arguments: `{"amount":7}`}),
		azmistraltest.Text("Paid."),
	)
	type bill struct {
		Amount int `json:"amount" jsonschema:"in cents"`
	}
	pay, err := tools.For("pay", "Pays a bill.", func(ctx context.Context, in bill) (string, error) {
		call, _ := tools.CallFromContext(ctx)
		fmt.Println("idempotency key", call.ID)
		return "done", nil
	})
	if err != nil {
		log.Fatal(err)
	}
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Pay 7.")}}
	if _, err := tools.Run(context.Background(), client, req, []tools.Tool{pay}, nil); err != nil {
		log.Fatal(err)
	}
	// Output:
	// idempotency key R5zZgxSX6
}
