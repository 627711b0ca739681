package azmistral_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// errors.Is decides, errors.As tells the rest.
func ExampleError() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Error(429, "RateLimitReached", "Too many tokens.").Header("Retry-After", "90"))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Why is the sky blue?")},
	}, nil)
	var failure *azmistral.Error
	switch {
	case errors.Is(err, azmistral.ErrRateLimited) && errors.As(err, &failure):
		fmt.Println("come back in", failure.RetryAfter)
	case errors.Is(err, azmistral.ErrContentFiltered):
		fmt.Println("the prompt was refused")
	case err != nil:
		fmt.Println(err)
	}
	// Output:
	// come back in 1m30s
}

// Code that knows azcore finds its error too.
func ExampleError_responseError() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Fault("not-found"))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Why is the sky blue?")},
	}, nil)
	var response *azcore.ResponseError
	if errors.As(err, &response) {
		fmt.Println(response.StatusCode, response.ErrorCode)
	}
	// Output:
	// 404 DeploymentNotFound
}

// OnRetry tells of every wait before it begins.
func ExampleRetryEvent() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(
		azmistraltest.Error(503, "Overloaded", "The model is busy.").Header("apim-request-id", "r-1"),
		azmistraltest.Text("Hello."),
	)

	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	options := azmistral.ClientOptions{
		OnRetry: func(ctx context.Context, e azmistral.RetryEvent) {
			logger.WarnContext(ctx, "asking again", "attempt", e.Attempt, "wait", e.Wait.Round(time.Second), "err", e.Err)
		},
	}
	options.Retry.RetryDelay = time.Millisecond
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, &options)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text(), resp.Info.Attempts, "sends")
	// Output:
	// level=WARN msg="asking again" attempt=1 wait=0s err="azmistral: 503 Service Unavailable (Overloaded): The model is busy. [request r-1]"
	// Hello. 2 sends
}

// withoutTime leaves out the time: it would be another at each run.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}
