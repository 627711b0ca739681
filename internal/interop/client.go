package main

import (
	"context"
	"net/http"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// client is one library under test, used as its documentation says by a careful
// caller: official options, its default retries, streams read to their end and
// closed, pieces put together by its own accumulator where it has one.
type client struct {
	name   string
	module string // for the version on the page
	ours   bool   // Want is said of it: kinds of error, sends and fields exactly

	// open makes the client for one place. What it gives makes one call after the other.
	open func(target) (ask, error)

	// said gives the texts of the error's own exported fields, beside Error().
	said func(error) []string
}

// ask makes one call and returns what its caller then holds: with an error, what
// of the answer came before it. After leave chunks a stream is closed; 0: it is read
// to its end.
type ask func(ctx context.Context, form azmistraltest.Form, leave int) (answer, error)

// target is where a client is pointed, with the key that opens it.
type target struct {
	url     func(azmistral.Route) string
	http    *http.Client
	key     string
	options func(*azmistral.ClientOptions) // what azmistral alone needs; nil: nothing

	tryTimeout time.Duration // of each send, for clients that have such an option; 0: none
}

const (
	model  = azmistraltest.Deployment
	prompt = "What is the capital of France?"
)

// clients are all that the page compares, ours first.
var clients = []client{
	{name: "azmistral", module: "github.com/azmistral/azmistral", ours: true, open: openAzmistral, said: saidByAzmistral},
	{name: "openai-go", module: "github.com/openai/openai-go/v3", open: openOpenAI, said: saidByOpenAI},
	{name: "go-openai", module: "github.com/sashabaranov/go-openai", open: openGoOpenAI, said: saidByGoOpenAI},
	{name: "azopenai", module: "github.com/Azure/azure-sdk-for-go/sdk/ai/azopenai", open: openAzopenai, said: saidByAzopenai},
}
