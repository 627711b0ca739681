package azmistral_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// azcore logs requests and responses, without credentials. Bodies of requests are
// logged with Logging.IncludeBody only, bodies of answers never.
func Example_log() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	azlog.SetEvents(azlog.EventRequest, azlog.EventResponse)
	azlog.SetListener(func(event azlog.Event, message string) {
		fmt.Println(event) // and message, of several lines
	})
	defer azlog.SetListener(nil)
	_, err = client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// Request
	// Response
}

// Spans go to azcore's tracing provider; for OpenTelemetry that is azotel's.
func Example_tracing() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Hello.").Usage(5, 2))

	var options azmistral.ClientOptions
	options.TracingProvider = tracing.NewProvider(func(name, version string) tracing.Tracer {
		return tracing.NewTracer(printSpans, nil)
	}, nil)
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, &options)
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// chat Mistral-Large-3 gen_ai.usage.input_tokens 5
	// chat Mistral-Large-3 gen_ai.usage.output_tokens 2
}

// printSpans is a tracer that prints the tokens of each span.
func printSpans(ctx context.Context, name string, _ *tracing.SpanOptions) (context.Context, tracing.Span) {
	return ctx, tracing.NewSpan(tracing.SpanImpl{
		SetAttributes: func(attributes ...tracing.Attribute) {
			for _, a := range attributes {
				if slices.Contains([]string{"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"}, a.Key) {
					fmt.Println(name, a.Key, a.Value)
				}
			}
		},
	})
}
