package tools_test

import (
	"context"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
)

// A function, a run, an answer.
func Example() {
	client := modelFor(
		azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "get_weather", Arguments: `{"City":"Paris"}`}),
		azmistraltest.Text("Take a coat: it is 7 degrees in Paris."),
	)
	ctx := context.Background()
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("Do I need a coat in Paris?")}}

	weather, err := tools.For("get_weather", "The weather in a city now.",
		func(ctx context.Context, in struct{ City string }) (string, error) {
			return in.City + ": 7 degrees, rain", nil
		})
	if err != nil {
		log.Fatal(err)
	}
	result, err := tools.Run(ctx, client, req, []tools.Tool{weather}, nil)
	if err != nil {
		log.Fatal(err) // the conversation so far is in result
	}
	fmt.Println(result.Response.Text())
	// Output:
	// Take a coat: it is 7 degrees in Paris.
}
