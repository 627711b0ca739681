package structured_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/structured"
)

type Invoice struct {
	Number string  `json:"number" jsonschema:"as printed on it"`
	Total  float64 `json:"total" jsonschema:"with tax, in euros" minimum:"0"`
	Lines  []Line  `json:"lines"`
	Note   *string `json:"note,omitempty"` // may be missing
}

type Line struct {
	Text  string `json:"text"`
	Count int    `json:"count" minimum:"1"`
}

func ExampleChat() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.JSON(Invoice{Number: "A-7", Total: 12.5, Lines: []Line{{"screws", 100}}}))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	invoice, _, err := structured.Chat[Invoice](context.Background(), client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Invoice A-7: 100 screws, 12.50 euros in all.")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(invoice.Number, invoice.Total, invoice.Lines)
	// Output:
	// A-7 12.5 [{screws 100}]
}

type Mood string

// Enum says which values there are.
func (Mood) Enum() []Mood { return []Mood{"glad", "sad", "angry"} }

// Any type will do: this one has three values.
func ExampleChat_enum() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`{"value": "angry"}`)) // services take an object only
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	mood, _, err := structured.Chat[Mood](context.Background(), client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("How does the writer feel? I have been waiting for three weeks!")},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mood)
	// Output:
	// angry
}

// The model is shown what is wrong with its answer, and answers again.
func ExampleOptions_repairs() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(
		azmistraltest.Text(`{"text": "screws", "count": 0}`).Usage(50, 10),
		azmistraltest.Text(`{"text": "screws", "count": 100}`).Usage(90, 10),
	)
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	line, resp, err := structured.Chat[Line](context.Background(), client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("A hundred screws, please.")},
	}, &structured.Options{Repairs: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(line.Count, line.Text)
	fmt.Println(resp.Usage.TotalTokens, "tokens in two turns")
	fmt.Println(sandbox.Requests()[1].Last().Text)
	// Output:
	// 100 screws
	// 160 tokens in two turns
	// That is not what was asked for:
	// - count must be at least 1, not 0
	// Answer again with the whole corrected JSON value and nothing else: no explanation, no code fence.
}

// A schema of your own in place of the type's.
func ExampleOptions_schema() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`{"city": "Paris", "degrees": 7}`))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	weather, _, err := structured.Chat[map[string]any](context.Background(), client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("It is 7 degrees in Paris.")},
	}, &structured.Options{
		Name: "weather",
		Schema: json.RawMessage(`{
			"type": "object",
			"properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
			"required": ["city", "degrees"],
			"additionalProperties": false
		}`),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(weather["city"], weather["degrees"])
	// Output:
	// Paris 7
}

// Each view is what is known so far. The last one is checked.
func ExampleStream() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`{"number": "A-7", "total": 12.5, "lines": [{"text": "screws", "count": 100}, {"text": "nails", "count": 50}]}`))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	lines := 0
	for view, err := range structured.Stream[Invoice](context.Background(), client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Invoice A-7: 100 screws, 50 nails, 12.50 euros in all.")},
	}, nil) {
		if err != nil {
			log.Fatal(err)
		}
		if len(view.Value.Lines) > lines {
			lines = len(view.Value.Lines)
			fmt.Println("line", lines, "of invoice", view.Value.Number)
		}
		if view.Complete {
			fmt.Println("in all", view.Value.Total)
		}
	}
	// Output:
	// line 1 of invoice A-7
	// line 2 of invoice A-7
	// in all 12.5
}

// Schema and Decode are the two halves of Chat, around a call of your own.
func ExampleDecode() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`{"text": "screws", "count": 100}`))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	schema, err := structured.Schema[Line](nil)
	if err != nil {
		log.Fatal(err)
	}
	resp, err := client.Chat(context.Background(), azmistral.ChatRequest{
		Messages:       []azmistral.Message{azmistral.User("A hundred screws, please.")},
		ResponseFormat: azmistral.FormatJSONSchema(schema),
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	line, err := structured.Decode[Line](resp, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(line.Count, line.Text)
	// Output:
	// 100 screws
}

func ExampleSchema() {
	schema, err := structured.Schema[Line](nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(schema.Name, schema.Strict)
	fmt.Printf("%s\n", schema.Schema)
	// Output:
	// Line true
	// {"type":"object","properties":{"text":{"type":"string"},"count":{"type":"integer","minimum":1}},"required":["text","count"],"additionalProperties":false}
}

// An answer that is no value was paid for all the same: the error holds it.
func ExampleOutputError() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`{"text": "screws", "count": "a hundred"}`).Usage(50, 10))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	_, _, err = structured.Chat[Line](context.Background(), client, azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("A hundred screws, please.")},
	}, nil)
	if bad, ok := errors.AsType[*structured.OutputError](err); ok {
		fmt.Println(bad.Path)
		fmt.Println(bad.Rule)
		fmt.Println(bad.Message)
		fmt.Println(bad.Text)
		fmt.Println(bad.Response.Usage.TotalTokens, "tokens")
	}
	// Output:
	// count
	// type
	// must be a whole number, not the string "a hundred"
	// {"text": "screws", "count": "a hundred"}
	// 60 tokens
}

// An answer that was cut is no value, whatever it looks like.
func ExampleErrLength() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(azmistraltest.Text(`{"text": "screws, counter`).FinishReason("length").Usage(50, 6))
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	_, _, err = structured.Chat[Line](context.Background(), client, azmistral.ChatRequest{
		Messages:  []azmistral.Message{azmistral.User("A hundred screws, please.")},
		MaxTokens: 6,
	}, nil)
	var bad *structured.OutputError
	if errors.Is(err, structured.ErrLength) && errors.As(err, &bad) {
		fmt.Println(bad.Text)
		fmt.Println(bad.Message)
	}
	// Output:
	// {"text": "screws, counter
	// it was cut after 6 tokens: raise MaxTokens, or ask for less
}
