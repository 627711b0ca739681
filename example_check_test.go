package azmistral_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// CheckMessages tells before a call what the service would refuse, and what to do.
func ExampleCheckMessages() {
	call := azmistral.ToolCall{ID: "call_1", Name: "get_weather", Arguments: `{"city":"Paris"}`}
	conversation := []azmistral.Message{
		{Role: "developer", Content: azmistral.User("Be brief.").Content},
		azmistral.User("Do I need a coat in Paris?"),
		{Role: azmistral.RoleAssistant, ToolCalls: []azmistral.ToolCall{call}},
		azmistral.User("Well?"), // where the tool's result should be
	}
	for _, problem := range azmistral.CheckMessages(conversation) {
		fmt.Println(problem)
	}
	// Output:
	// messages[0]: the service has no role developer: use RoleSystem
	// messages[2]: a tool call has no result: each needs a tool message right after, before any other message
}

// Cautions are taken by Mistral's newest service and refused by others.
func ExampleMessageProblem() {
	call := azmistral.ToolCall{ID: "call_1", Name: "get_weather", Arguments: `{"city":"Paris"}`}
	conversation := []azmistral.Message{
		azmistral.User("Do I need a coat in Paris?"),
		{Role: azmistral.RoleAssistant, ToolCalls: []azmistral.ToolCall{call}},
		azmistral.ToolResult(call, "7 degrees, rain"),
		azmistral.User("In one word, please."),
	}
	for _, problem := range azmistral.CheckMessages(conversation) {
		fmt.Println(problem.Index, problem.Rule, problem.Caution)
	}
	// Output:
	// 3 user_after_tool true
}

// The error of a refused conversation names its first problem.
func ExampleCheckMessages_error() {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.Chat(context.Background(), azmistral.ChatRequest{
		Messages: []azmistral.Message{azmistral.User("Hello."), azmistral.Assistant("Hello!")},
	}, nil)
	_, line, _ := strings.Cut(err.Error(), "; ") // behind the service's own words
	advice, _, _ := strings.Cut(line, " [")
	fmt.Println(advice)
	// Output:
	// messages[1]: the conversation ends with an assistant message: append a user message, or set Prefix to have it continued
}
