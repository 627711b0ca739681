package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
)

// Place is what the model says to ask for the weather.
type Place struct {
	City string `json:"city" jsonschema:"in English"`
	Unit string `json:"unit,omitempty" enum:"celsius,fahrenheit"`
}

// Weather is what it is told.
type Weather struct {
	Degrees int    `json:"degrees"`
	Sky     string `json:"sky"`
}

func weatherIn(_ context.Context, place Place) (Weather, error) {
	if place.City != "Paris" {
		return Weather{}, fmt.Errorf("no weather is known for %s", place.City)
	}
	return Weather{Degrees: 7, Sky: "rain"}, nil
}

// A tool is made of a function. Its schema comes from the type of the arguments.
func ExampleFor() {
	weather, err := tools.For("get_weather", "The weather in a city now.", weatherIn)
	if err != nil {
		log.Fatal(err)
	}
	schema, _ := json.MarshalIndent(weather.Parameters, "", "  ")
	fmt.Println(string(schema))
	// Output:
	// {
	//   "type": "object",
	//   "properties": {
	//     "city": {
	//       "type": "string",
	//       "description": "in English"
	//     },
	//     "unit": {
	//       "type": [
	//         "string",
	//         "null"
	//       ],
	//       "enum": [
	//         "celsius",
	//         "fahrenheit",
	//         null
	//       ]
	//     }
	//   },
	//   "required": [
	//     "city"
	//   ],
	//   "additionalProperties": false
	// }
}

// The error names the place in the type that a model cannot fill.
func ExampleFor_error() {
	type Order struct {
		Items []struct {
			Done func() `json:"done"`
		} `json:"items"`
	}
	_, err := tools.For("order", "Orders things.", func(context.Context, Order) (string, error) { return "", nil })
	fmt.Println(err)
	// Output:
	// tools.For: tool "order": Order.items[].done: a func is nothing that JSON can hold: leave the field out with json:"-"
}

// Call takes the arguments as the model wrote them. If they do not fit, the error
// says so in words for the model.
func ExampleTool_Call() {
	weather, err := tools.For("get_weather", "The weather in a city now.", weatherIn)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	fmt.Println(weather.Call(ctx, `{"city":"Paris"}`))
	fmt.Println(weather.Call(ctx, `{"city":"Atlantis"}`))

	_, err = weather.Call(ctx, `{"town":"Paris","unit":"kelvin"}`)
	if wrong, ok := errors.AsType[*tools.ArgumentsError](err); ok {
		for _, p := range wrong.Problems {
			fmt.Printf("%s (%s): %s\n", p.Path, p.Rule, p.Message)
		}
	}
	// Output:
	// {"degrees":7,"sky":"rain"} <nil>
	//  no weather is known for Atlantis
	// town (additionalProperties): is not expected (allowed: "city", "unit")
	// unit (enum): must be one of "celsius", "fahrenheit", null, not "kelvin"
	// city (required): is missing, it must be a string
}

// A tool with a schema of your own: the handler gets the arguments as text, after
// they were checked.
func ExampleNew() {
	add, err := tools.New(azmistral.Tool{
		Name:        "add",
		Description: "Adds numbers.",
		Parameters:  json.RawMessage(`{"type":"object","properties":{"numbers":{"type":"array","items":{"type":"number"},"minItems":2}},"required":["numbers"]}`),
	}, func(_ context.Context, arguments string) (string, error) {
		var in struct{ Numbers []float64 }
		if err := json.Unmarshal([]byte(arguments), &in); err != nil {
			return "", err
		}
		sum := 0.0
		for _, n := range in.Numbers {
			sum += n
		}
		return fmt.Sprint(sum), nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(add.Call(context.Background(), `{"numbers":[1,2,39]}`))
	fmt.Println(add.Call(context.Background(), `{"numbers":[1,"two"]}`))
	// Output:
	// 42 <nil>
	//  the arguments of add cannot be used: numbers[1] must be a number, not the string "two". Call add again with these mended
}

// In strict mode the service holds the model to the schema. What may be missing is
// null then, which the handler sees as a zero value, as without strict mode.
func ExampleTool_InStrictMode() {
	weather, err := tools.For("get_weather", "The weather in a city now.", weatherIn)
	if err != nil {
		log.Fatal(err)
	}
	weather, err = weather.InStrictMode()
	if err != nil {
		log.Fatal(err)
	}
	var schema struct{ Required []string }
	if err := json.Unmarshal(weather.Parameters.(json.RawMessage), &schema); err != nil {
		log.Fatal(err)
	}
	fmt.Println(weather.Strict, schema.Required)
	fmt.Println(weather.Call(context.Background(), `{"city":"Paris","unit":null}`))

	type Labels struct{ ByName map[string]string }
	labels, err := tools.For("label", "Puts labels on.", func(context.Context, Labels) (string, error) { return "", nil })
	if err != nil {
		log.Fatal(err)
	}
	_, err = labels.InStrictMode()
	fmt.Println(err)
	// Output:
	// true [city unit]
	// {"degrees":7,"sky":"rain"} <nil>
	// tool "label": Labels.ByName: it may have properties of any name, as a map has, which strict mode cannot say: use a list of structs with fields for name and value, or do without strict mode
}

// A loop of your own: List puts the tools into the request, Call makes the calls.
func ExampleList() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(
		azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "get_weather", Arguments: `{"city":"Paris"}`}),
		azmistraltest.Text("Take a coat: it rains in Paris, at 7 degrees."),
	)
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	weather, err := tools.For("get_weather", "The weather in a city now.", weatherIn)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	req := azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Do I need a coat in Paris?")},
		Tools:    tools.List(weather),
	}
	for range 5 { // rounds at most
		resp, err := client.Chat(ctx, req, nil)
		if err != nil {
			log.Fatal(err)
		}
		req.Messages = append(req.Messages, resp.Message())
		if len(resp.ToolCalls()) == 0 {
			fmt.Println(resp.Text())
			break
		}
		for _, call := range resp.ToolCalls() { // there is one tool only
			result, err := weather.Call(ctx, call.Arguments)
			if err != nil {
				result = err.Error() // the model mends its call, or does without
			}
			fmt.Println(call.Name, call.Arguments, "gave", result)
			req.Messages = append(req.Messages, azmistral.ToolResult(call, result))
		}
	}
	// Output:
	// get_weather {"city":"Paris"} gave {"degrees":7,"sky":"rain"}
	// Take a coat: it rains in Paris, at 7 degrees.
}
