package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// play gives a client of a sandbox that answers with replies, in their order.
func play(t *testing.T, replies ...azmistraltest.Reply) (*azmistral.Client, *azmistraltest.Handler) {
	t.Helper()
	sandbox := azmistraltest.NewHandler(nil)
	t.Cleanup(sandbox.Close)
	sandbox.Reply(replies...)
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	require.NoError(t, err)
	return client, sandbox
}

func calls(list ...azmistraltest.ToolCall) azmistraltest.Reply {
	return azmistraltest.ToolCalls(list...)
}

func call(name, arguments string) azmistraltest.ToolCall {
	return azmistraltest.ToolCall{Name: name, Arguments: arguments}
}

func text(text string) azmistraltest.Reply { return azmistraltest.Text(text) }

func ask(text string) azmistral.ChatRequest {
	return azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User(text)}}
}

// tool makes a tool that takes any object.
func tool(name string, handler func(ctx context.Context, arguments string) (string, error)) tools.Tool {
	made, err := tools.New(azmistral.Tool{Name: name, Description: name, Parameters: json.RawMessage(`{"type":"object"}`)}, handler)
	if err != nil {
		panic(err)
	}
	return made
}

// echo is a tool that answers with its arguments.
func echo(name string) tools.Tool {
	return tool(name, func(_ context.Context, arguments string) (string, error) { return name + arguments, nil })
}

func failing(name string, err error) tools.Tool {
	return tool(name, func(context.Context, string) (string, error) { return "", err })
}

// waiting is a tool that works until its context ends.
func waiting(name string) tools.Tool {
	return tool(name, func(ctx context.Context, _ string) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
}

// both runs by Run and by RunStream, which must come to the same.
func both(t *testing.T, test func(t *testing.T, run runner)) {
	t.Helper()
	t.Run("Run", func(t *testing.T) {
		test(t, func(ctx context.Context, client *azmistral.Client, req azmistral.ChatRequest, list []tools.Tool, options *tools.RunOptions) (*tools.Result, error) {
			return tools.Run(ctx, client, req, list, options)
		})
	})
	t.Run("RunStream", func(t *testing.T) {
		test(t, func(ctx context.Context, client *azmistral.Client, req azmistral.ChatRequest, list []tools.Tool, options *tools.RunOptions) (*tools.Result, error) {
			return drain(t, ctx, client, req, list, options)
		})
	})
}

type runner func(context.Context, *azmistral.Client, azmistral.ChatRequest, []tools.Tool, *tools.RunOptions) (*tools.Result, error)

// drain reads a streamed run to its end and checks the order of its events.
func drain(t assert.TestingT, ctx context.Context, client tools.ChatStreamer, req azmistral.ChatRequest, list []tools.Tool, options *tools.RunOptions) (*tools.Result, error) {
	var result *tools.Result
	var end error
	open := map[string]bool{}
	for event, err := range tools.RunStream(ctx, client, req, list, options) {
		assert.Nil(t, result, "an event after the last")
		switch {
		case event.Result != nil:
			result, end = event.Result, err
			assert.Equal(t, result.Rounds, event.Round)
		case event.Call != nil:
			open[event.Call.ID] = true
		case event.CallResult != nil:
			assert.True(t, open[event.CallResult.Call.ID], "a result without its call")
			delete(open, event.CallResult.Call.ID)
		default:
			assert.NotNil(t, event.Chunk)
		}
		if event.Result == nil {
			assert.NoError(t, err)
			assert.Positive(t, event.Round)
		}
	}
	assert.Empty(t, open, "calls without a result")
	assert.NotNil(t, result, "no last event")
	return result, end
}

// transcript is one line for each message.
func transcript(messages []azmistral.Message) string {
	var lines []string
	for _, m := range messages {
		line := string(m.Role) + ":"
		if m.Role == azmistral.RoleTool {
			line = "tool " + m.Name + ":"
		}
		if m.Text() != "" {
			line += " " + m.Text()
		}
		for _, c := range m.ToolCalls {
			line += fmt.Sprintf(" <%s%s>", c.Name, c.Arguments)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func lines(list ...string) string { return strings.Join(list, "\n") }

// requireWhole fails unless result's transcript can be sent again and agrees with its
// list of calls. before is how many messages the request had.
func requireWhole(t require.TestingT, result *tools.Result, before int) {
	require.NotNil(t, result)
	require.NoError(t, problem(result, before))
}

func problem(result *tools.Result, before int) error {
	var called []azmistral.ToolCall
	var results []azmistral.Message
	for _, m := range result.Messages[before:] {
		called = append(called, m.ToolCalls...)
		if m.Role == azmistral.RoleTool {
			results = append(results, m)
		}
	}
	if len(called) != len(results) || len(called) != len(result.Calls) {
		return fmt.Errorf("%d calls, %d results in the transcript, %d in Calls", len(called), len(results), len(result.Calls))
	}
	for i, c := range result.Calls {
		switch {
		case called[i].ID != c.Call.ID || results[i].ToolCallID != c.Call.ID:
			return fmt.Errorf("call %d has the ids %q, %q, %q", i, called[i].ID, results[i].ToolCallID, c.Call.ID)
		case results[i].Text() != c.Text:
			return fmt.Errorf("call %d has the texts %q, %q", i, results[i].Text(), c.Text)
		}
	}
	return send(result.Messages)
}

// send checks messages, and sends them to a strict sandbox, as the caller would go
// on with them.
func send(messages []azmistral.Message) error {
	if last := messages[len(messages)-1].Role; last == azmistral.RoleAssistant {
		messages = append(messages[:len(messages):len(messages)], azmistral.User("And then?"))
	}
	if problems := azmistral.CheckMessages(messages); len(problems) > 0 {
		return fmt.Errorf("%d problems: %v", len(problems), problems[0])
	}
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(text("fine"))
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	if err != nil {
		return err
	}
	_, err = client.Chat(context.Background(), azmistral.ChatRequest{Messages: messages}, nil)
	return err
}

var errBroken = errors.New("it is broken")
