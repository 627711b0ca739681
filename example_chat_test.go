package azmistral_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

func ExampleClient_Chat() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Because air scatters blue light most.").Usage(21, 9))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{
			azmistral.System("Answer in one sentence."),
			azmistral.User("Why is the sky blue?"),
		},
		MaxTokens:   200,
		Temperature: new(0.0),
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text())
	fmt.Println(resp.FinishReason(), resp.Usage.TotalTokens)
	// Output:
	// Because air scatters blue light most.
	// stop 30
}

// A conversation is a list of messages: append the answer and the next question.
func ExampleClient_Chat_conversation() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Paris."), azmistraltest.Text("About two million."))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()

	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User("What is the capital of France?")}}
	resp, err := client.Chat(ctx, req, nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Messages = append(req.Messages, resp.Message(), azmistral.User("How many people live there?"))
	resp, err = client.Chat(ctx, req, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text())
	// Output:
	// About two million.
}

// Time for one call. The context bounds all of it, retries included.
func ExampleChatOptions() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Hello."))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	resp, err := client.Chat(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, &azmistral.ChatOptions{StartTimeout: time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text())
	// Output:
	// Hello.
}

// Headers of one call, the number of its retries and its raw response are set and
// read through its context, with azcore's functions.
func ExampleClient_Chat_context() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("Hello."))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	var raw *http.Response
	ctx := policy.WithHTTPHeader(context.Background(), http.Header{"X-Team": {"billing"}})
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1}) // one send
	ctx = policy.WithCaptureResponse(ctx, &raw)
	resp, err := client.Chat(ctx, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sandbox.Requests()[0].Header.Get("X-Team"))
	fmt.Println(raw.StatusCode, raw.Header.Get("x-ms-region") == resp.Info.Region)
	// Output:
	// billing
	// 200 true
}

// A field that this package has no name for goes into Extra.
func ExampleChatRequest_extra() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	stream, err := client.ChatStream(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Say hello.")},
		Extra:    map[string]any{"stream_options": map[string]any{"include_usage": true}}, // openai-v1 and deployments only
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := stream.Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Usage.TotalTokens > 0)
	// Output:
	// true
}

// An answer in JSON that fits a schema.
func ExampleFormatJSONSchema() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.JSON(map[string]any{"city": "Paris", "people": 2_100_000}))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Which city is the capital of France?")},
		ResponseFormat: azmistral.FormatJSONSchema(azmistral.JSONSchema{
			Name:   "city",
			Strict: true,
			Schema: json.RawMessage(`{
				"type": "object",
				"properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
				"required": ["city", "people"],
				"additionalProperties": false
			}`),
		}),
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	var answer struct {
		City   string
		People int
	}
	if err := json.Unmarshal([]byte(resp.Text()), &answer); err != nil {
		log.Fatal(err) // such as an answer that MaxTokens cut: see resp.FinishReason()
	}
	fmt.Println(answer.City, answer.People)
	// Output:
	// Paris 2100000
}

// Text and a picture, which may also be given by its bytes in Data.
func ExampleUser() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text("A bridge."))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	question := azmistral.User("What is this?", &azmistral.ImagePart{URL: "https://contoso.com/bridge.jpg"})
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{question},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Text(), sandbox.Requests()[0].Last().Parts)
	// Output:
	// A bridge. [text image_url]
}

// Messages are kept as JSON: every version of the package reads what this one wrote.
func ExampleMessage() {
	conversation := []azmistral.Message{
		azmistral.User("What is the capital of France?"),
		azmistral.Assistant("Paris."),
	}
	text, err := json.Marshal(conversation)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))

	var again []azmistral.Message
	if err := json.Unmarshal(text, &again); err != nil {
		log.Fatal(err)
	}
	fmt.Println(again[1].Role, again[1].Text())
	// Output:
	// [{"role":"user","content":"What is the capital of France?"},{"role":"assistant","content":"Paris."}]
	// assistant Paris.
}
