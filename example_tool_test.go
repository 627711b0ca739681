package azmistral_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// A tool by hand: the model asks for a call, the program makes it, and the model
// answers with its result.
func ExampleTool() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(
		azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "get_weather", Arguments: `{"city":"Paris"}`}),
		azmistraltest.Text("Take a coat: it is 7 degrees in Paris."),
	)
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	req := azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Do I need a coat in Paris?")},
		Tools: []azmistral.Tool{{
			Name:        "get_weather",
			Description: "The weather in a city now.",
			Parameters:  json.RawMessage(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`),
		}},
	}
	for range 5 { // rounds at most
		resp, err := client.Chat(ctx, req, nil)
		if err != nil {
			log.Fatal(err)
		}
		req.Messages = append(req.Messages, resp.Message())
		for _, call := range resp.ToolCalls() {
			req.Messages = append(req.Messages, azmistral.ToolResult(call, getWeather(call)))
		}
		if len(resp.ToolCalls()) == 0 {
			fmt.Println(resp.Text())
			break
		}
	}
	// Output:
	// Take a coat: it is 7 degrees in Paris.
}

func getWeather(call azmistral.ToolCall) string {
	var in struct{ City string }
	if err := call.Decode(&in); err != nil {
		return err.Error() // the model corrects its arguments
	}
	return in.City + ": 7 degrees, rain"
}

// Decode reads the arguments that the model wrote.
func ExampleToolCall_Decode() {
	call := azmistral.ToolCall{Name: "get_weather", Arguments: `{"city": 7}`}
	var in struct{ City string }
	fmt.Println(call.Decode(&in))
	// Output:
	// arguments of tool call "get_weather" at City (byte 10 of 11): json: cannot unmarshal number into Go struct field .City of type string
}
