// Errors provokes every kind of error at the sandbox and shows what to do about
// it, a line each. It never asks Azure.
//
//	go run ./examples/errors
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/examples/internal/console"
)

func main() {
	service := azmistraltest.NewHandler(nil)
	defer service.Close()
	options := azmistral.ClientOptions{StartTimeout: time.Second, MaxEventBytes: 2000}
	options.Retry = policy.RetryOptions{MaxRetries: 1, RetryDelay: time.Millisecond} // the default is 4, from 0.5 s
	client, err := service.Client(azmistral.RouteOpenAIV1, &options)
	console.ExitOn(err)

	for _, trouble := range []string{
		"unauthorized",
		"permission",
		"not-found",
		`error status=422 code=BadRequest message="temperature: too high"`,
		"context-too-long",
		"prompt-filtered",
		"rate-limit wait=90", // longer than the minute that a client waits by itself
		"quota",
		`error status=503 code=Overloaded message="come back later"`,
		"cut after=8", // a stream that ends in the middle of its answer
		"silent",      // for longer than StartTimeout
		"stream-error message=" + strings.Repeat("x", 3000), // an event beyond MaxEventBytes
		"html",
	} {
		handle(ask(client, "[[sandbox: "+trouble+"]]"))
	}
}

// ask gives the answer's text as far as it came, with an error where that is not
// the whole answer.
func ask(client *azmistral.Client, question string) (string, error) {
	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User(question)},
	}, nil)
	if err != nil {
		return "", err
	}
	_, err = stream.Collect()
	return stream.Response().Text(), err
}

// handle is the switch of a program that treats every kind in its own way. A kind
// that may also be another one comes before it.
func handle(text string, err error) {
	say := func(kind, advice string) { fmt.Printf("%-21s %-53s | %v\n", kind, advice, err) }
	failure, _ := errors.AsType[*azmistral.Error](err)
	switch {
	case err == nil:
		say("no error", text)
	case errors.Is(err, azmistral.ErrAuthentication):
		say("ErrAuthentication", "replace the key, or correct the token scope")
	case errors.Is(err, azmistral.ErrPermission):
		say("ErrPermission", "grant the role on the resource")
	case errors.Is(err, azmistral.ErrNotFound):
		say("ErrNotFound", "correct the deployment's name or the endpoint")
	case errors.Is(err, azmistral.ErrContextTooLong):
		say("ErrContextTooLong", "drop the oldest messages and ask again")
	case errors.Is(err, azmistral.ErrInvalidRequest):
		say("ErrInvalidRequest", "correct the request: code "+failure.Code)
	case errors.Is(err, azmistral.ErrContentFiltered):
		say("ErrContentFiltered", fmt.Sprintf("tell the user: %d categories were judged", len(failure.Filter)))
	case errors.Is(err, azmistral.ErrQuotaExceeded):
		say("ErrQuotaExceeded", fmt.Sprintf("stop, come back in %v", failure.RetryAfter))
	case errors.Is(err, azmistral.ErrRateLimited):
		say("ErrRateLimited", fmt.Sprintf("ask again in %v", failure.RetryAfter))
	case errors.Is(err, azmistral.ErrUnavailable):
		say("ErrUnavailable", fmt.Sprintf("ask later: %d sends were in vain", failure.Info.Attempts))
	case errors.Is(err, azmistral.ErrIncomplete):
		say("ErrIncomplete", fmt.Sprintf("ask again, or use what came: %q", text))
	case errors.Is(err, azmistral.ErrTimeout):
		say("ErrTimeout", fmt.Sprintf("give it more time; delivered, so maybe billed: %v", failure.Delivered))
	case errors.Is(err, azmistral.ErrTooLarge):
		say("ErrTooLarge", "ask for less, or raise the bound")
	case errors.Is(err, azmistral.ErrUnexpectedResponse):
		say("ErrUnexpectedResponse", "look for a proxy or a wrong host on the way")
	default:
		say("another error", "the context ended, for instance")
	}
}
