// Tools lets the model call Go functions: the weather and the time of cities.
//
//	go run ./examples/tools
//	go run ./examples/tools "Where is it warmer, in Lima or in Oslo?"
//
// The answer goes to standard output, the calls and their results to standard error.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // on every machine

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/examples/internal/connect"
	"github.com/azmistral/azmistral/examples/internal/console"
	"github.com/azmistral/azmistral/tools"
)

// Place is what the model says when it calls: the schema is made of it.
type Place struct {
	City string `json:"city" jsonschema:"the city's name in English, such as Paris"`
}

// Weather is what it is told, as JSON.
type Weather struct {
	Celsius int    `json:"celsius"`
	Sky     string `json:"sky"`
}

// A real program would ask a service. The context ends with the run.
func weather(_ context.Context, in Place) (Weather, error) {
	known := map[string]Weather{"paris": {17, "cloudy"}, "oslo": {4, "snow"}, "lima": {22, "clear"}}
	w, ok := known[strings.ToLower(in.City)]
	if !ok {
		return w, fmt.Errorf("no weather station in %s: there is one in Paris, Oslo and Lima", in.City)
	}
	return w, nil
}

// An error is told to the model too. It may then try another call, or say so.
func localTime(_ context.Context, in Place) (string, error) {
	zone, ok := map[string]string{"paris": "Europe/Paris", "oslo": "Europe/Oslo", "lima": "America/Lima"}[strings.ToLower(in.City)]
	if !ok {
		return "", fmt.Errorf("the time zone of %s is not known", in.City)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return "", err
	}
	return time.Now().In(location).Format("15:04"), nil
}

func main() {
	model := flag.String("model", "", "deployment to ask; default $AZURE_MISTRAL_MODEL")
	flag.Parse()
	question := cmp.Or(strings.Join(flag.Args(), " "), "What is the weather in Paris and Oslo, and what time is it there?")
	client, err := connect.Client(azmistral.ClientOptions{Model: *model})
	console.ExitOn(err)
	getWeather, err := tools.For("get_weather", "The weather in a city now.", weather)
	console.ExitOn(err)
	getTime, err := tools.For("get_time", "The local time in a city now.", localTime)
	console.ExitOn(err)

	ctx, stop := console.Interruptible()
	defer stop()
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User(question)}}
	for event, err := range tools.RunStream(ctx, client, req, []tools.Tool{getWeather, getTime}, nil) {
		console.ExitOn(err)
		switch {
		case event.Chunk != nil:
			for _, choice := range event.Chunk.Choices {
				fmt.Print(choice.Delta.Text)
			}
		case event.Call != nil:
			console.Note("the model calls %s(%s)", event.Call.Name, event.Call.Arguments)
		case event.CallResult != nil:
			console.Note("%s says %s", event.CallResult.Call.Name, event.CallResult.Text)
		case event.Result != nil:
			fmt.Println()
			console.Note("%d requests, %d calls; %s", event.Result.Rounds, len(event.Result.Calls), console.Tokens(event.Result.Usage))
		}
	}
}
