package structured

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the answer was, and whatever it answered, the turn that should repair it is
// one that every service takes: also those that refuse a user's message behind a tool's.
func TestRepairIsTaken(t *testing.T) {
	assistant := func(calls ...azmistral.ToolCall) azmistral.Message {
		return azmistral.Message{Role: azmistral.RoleAssistant, ToolCalls: calls}
	}
	parts := func(parts ...azmistral.Part) azmistral.Message {
		return azmistral.Message{Role: azmistral.RoleAssistant, Content: parts}
	}
	call := func(id, name, arguments string) azmistral.ToolCall {
		return azmistral.ToolCall{ID: id, Name: name, Arguments: arguments}
	}
	thought, text := &azmistral.ThinkingPart{Text: "hm"}, &azmistral.TextPart{Text: "x"}
	prefix := azmistral.Assistant("x")
	prefix.Prefix = true
	both := assistant(call("abcdefghi", "other", `{}`))
	both.Content = azmistral.Content{thought, text}
	answers := map[string]azmistral.Message{
		"text":                     azmistral.Assistant(badInvoice),
		"blanks":                   azmistral.Assistant(" \n"),
		"an empty text":            azmistral.Assistant(""),
		"nothing":                  {},
		"another role":             azmistral.User("x"),
		"a prefix":                 prefix,
		"a thought":                parts(thought),
		"a thought behind text":    parts(text, thought),
		"a picture":                parts(text, &azmistral.ImagePart{URL: "https://example.com/a.png"}),
		"text, thought and a call": both,
		"a call":                   assistant(call("abcdefghi", "invoice", badInvoice)),
		"a call of no JSON":        assistant(call("abcdefghi", "invoice", `{"number":`)),
		"a call of a list":         assistant(call("abcdefghi", "invoice", `[1]`)),
		"a call of nothing":        assistant(call("abcdefghi", "invoice", ``)),
		"a call without an id":     assistant(call("", "invoice", `{}`)),
		"calls with the same id":   assistant(call("a", "invoice", `{}`), call("a", "invoice", `{}`)),
		"a call of a strange name": assistant(call("abcdefghi", "functions.invoice v2", `{}`)),
		"a call without a name":    assistant(call("abcdefghi", "", `{}`)),
	}
	looked := call("lookup123", "look", `{}`)
	asked := map[string][]azmistral.Message{
		"a question": {azmistral.User("Read it.")},
		"a rule":     {azmistral.System("Read it.")},
		"a result":   {azmistral.User("Read it."), assistant(looked), azmistral.ToolResult(looked, "A-7")},
	}
	for name, answer := range answers {
		for question, messages := range asked {
			for _, mode := range []Mode{ModeJSONSchema, ModeTool, ModeJSONObject} {
				t.Run(name+" to "+question+"/"+string(mode), func(t *testing.T) {
					client := play(ended(answer, azmistral.FinishStop), says(invoiceText))
					_, _, err := Chat[invoice](context.Background(), client, azmistral.ChatRequest{Messages: messages}, &Options{Mode: mode, Repairs: 1})
					require.NoError(t, err)
					require.Len(t, client.asked, 2)
					again := client.asked[1]
					assert.Greater(t, len(again.Messages), len(client.asked[0].Messages))
					assert.Empty(t, azmistral.CheckMessages(again.Messages))
					for _, message := range again.Messages {
						for _, call := range message.ToolCalls {
							assert.NoError(t, json.Unmarshal([]byte(call.Arguments), &map[string]any{}), "arguments that some cannot read")
						}
					}
					for _, route := range routes {
						sandbox := azmistraltest.NewHandler(&azmistraltest.Options{RefuseUserAfterTool: true})
						strict, err := sandbox.Client(route, nil)
						require.NoError(t, err)
						_, err = strict.Chat(context.Background(), again, nil)
						require.NoError(t, err, route)
						sandbox.Close()
					}
				})
			}
		}
	}
}
