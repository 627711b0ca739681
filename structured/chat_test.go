package structured

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChat(t *testing.T) {
	client := play(says(invoiceText))
	options := &azmistral.ChatOptions{}
	got, resp, err := Chat[invoice](context.Background(), client, ask("Read it."), &Options{Chat: options})
	require.NoError(t, err)
	assert.Equal(t, theInvoice, got)
	assert.Same(t, client.steps[0], resp)
	require.Len(t, client.asked, 1)
	assert.Equal(t, ask("Read it.").Messages, client.asked[0].Messages)
	assert.Same(t, options, client.options[0])
}

// One client, request and Options serve many calls at once. The race detector looks on.
func TestChatConcurrent(t *testing.T) {
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.ReplyFunc(func(r azmistraltest.Request) azmistraltest.Reply {
		if len(r.Messages) == 1 {
			return azmistraltest.Text(badInvoice)
		}
		return azmistraltest.Text(invoiceText)
	})
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	require.NoError(t, err)
	req, options := ask("Read it."), &Options{Repairs: 1}
	req.Messages = slices.Grow(req.Messages, 10)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			got, _, err := Chat[invoice](context.Background(), client, req, options)
			assert.NoError(t, err)
			assert.Equal(t, theInvoice, got)
		})
	}
	all.Wait()
}

// What is wrong with a request is said before anything is sent.
func TestChatRefuses(t *testing.T) {
	with := func(change func(*azmistral.ChatRequest)) azmistral.ChatRequest {
		req := ask("Read it.")
		change(&req)
		return req
	}
	chat := func(req azmistral.ChatRequest, options *Options) func(*script) error {
		return func(s *script) error {
			_, _, err := Chat[invoice](context.Background(), s, req, options)
			return err
		}
	}
	raws := []azmistral.Tool{{Name: "invoice", Raw: raw(`{"type":"web_search"}`)}} // what is raw has no name
	require.NoError(t, chat(with(func(r *azmistral.ChatRequest) { r.Tools = raws }), nil)(play(says(invoiceText))))
	for name, c := range map[string]struct {
		call func(*script) error
		want string
	}{
		"format": {chat(with(func(r *azmistral.ChatRequest) { r.ResponseFormat = azmistral.FormatJSON() }), nil),
			"structured: the request's ResponseFormat is set, which this call would replace: leave it zero, or use Schema and Decode"},
		"schema format": {chat(with(func(r *azmistral.ChatRequest) {
			r.ResponseFormat = azmistral.FormatJSONSchema(azmistral.JSONSchema{Schema: raw(`{}`)})
		}), nil), "structured: the request's ResponseFormat is set, which this call would replace: leave it zero, or use Schema and Decode"},
		"choices": {chat(with(func(r *azmistral.ChatRequest) { r.N = 2 }), nil), "structured: the request's N is 2: one value is made of one choice"},
		"a prefix": {chat(with(func(r *azmistral.ChatRequest) {
			r.Messages = append(r.Messages, azmistral.Message{Role: azmistral.RoleAssistant, Prefix: true, Content: azmistral.Assistant("{").Content})
		}), nil), "structured: the request's last message is a prefix: a value must be answered whole"},
		"a tool of that name": {chat(with(func(r *azmistral.ChatRequest) { r.Tools = []azmistral.Tool{{Name: "invoice"}} }), nil),
			`structured: a tool of the request has the value's name, "invoice": set Options.Name`},
		"mode":        {chat(ask(""), &Options{Mode: "xml"}), `structured: Options.Mode "xml" is not known`},
		"name":        {chat(ask(""), &Options{Name: "the invoice"}), `structured: Options.Name "the invoice" must be letters, digits, '_' and '-', at most 64`},
		"repairs":     {chat(ask(""), &Options{Repairs: -1}), "structured: Options.Repairs is -1, want 0 or more"},
		"strict mode": {chat(ask(""), &Options{Strict: new(true), Mode: ModeJSONObject}), "structured: Options.Strict cannot be in ModeJSONObject: the service does not see the schema"},
	} {
		t.Run(name, func(t *testing.T) {
			client := play(says(invoiceText))
			err := c.call(client)
			require.EqualError(t, err, c.want)
			require.ErrorIs(t, err, azmistral.ErrInvalidRequest)
			assert.Empty(t, client.asked)
		})
	}
}

// The paths are internal/schema's.
func TestChatRefusesTypes(t *testing.T) {
	refused := func(err error, asked []azmistral.ChatRequest, path string) {
		t.Helper()
		require.ErrorIs(t, err, azmistral.ErrInvalidRequest)
		assert.Contains(t, err.Error(), path)
		assert.Empty(t, asked)
	}
	client := play()
	_, _, err := Chat[node](context.Background(), client, ask(""), nil)
	refused(err, client.asked, "node.next")
	_, _, err = Chat[struct{ C chan int }](context.Background(), client, ask(""), nil)
	refused(err, client.asked, "C")
	_, _, err = Chat[any](context.Background(), client, ask(""), &Options{Schema: raw(`{"type":`)})
	refused(err, client.asked, "JSON")
	_, _, err = Chat[map[string]int](context.Background(), client, ask(""), &Options{Strict: new(true)})
	refused(err, client.asked, "map[string]int cannot be asked for in strict mode")
	_, _, err = Chat[map[string]int](context.Background(), client, ask(""), &Options{Strict: new(true), Mode: ModeTool})
	refused(err, client.asked, "map[string]int cannot be asked for in strict mode")
	_, err = Schema[node](nil)
	refused(err, nil, "node.next")
	_, err = Decode[node](says(`{}`), nil)
	refused(err, nil, "node.next")
}

// A call that fails is the client's error, as it is.
func TestChatFails(t *testing.T) {
	broken := errors.New("no route to host")
	_, resp, err := Chat[invoice](context.Background(), play(broken), ask(""), &Options{Repairs: 3})
	assert.Same(t, broken, err)
	assert.Nil(t, resp)
}

const badInvoice = `{"number":"A-7","total":"12,50","lines":[{"text":"screws","count":0}]}`

func TestRepair(t *testing.T) {
	first, second := says(badInvoice), says(invoiceText)
	client := play(first, second)
	req := ask("Read it.")
	req.Messages = slices.Grow(req.Messages, 10) // room that is the caller's
	got, resp, err := Chat[invoice](context.Background(), client, req, &Options{Repairs: 2})
	require.NoError(t, err)
	assert.Equal(t, theInvoice, got)
	require.Len(t, client.asked, 2)
	assert.Equal(t, client.asked[0].ResponseFormat, client.asked[1].ResponseFormat)
	assert.Equal(t, []azmistral.Message{
		azmistral.User("Read it."),
		first.Message(),
		azmistral.User("That is not what was asked for:\n" +
			"- total must be a number, not the string \"12,50\"\n" +
			"- lines[0].count must be at least 1, not 0\n" +
			"Answer again with the whole corrected JSON value and nothing else: no explanation, no code fence."),
	}, client.asked[1].Messages)
	assert.Empty(t, req.Messages[:2][1], "the caller's messages")

	assert.Equal(t, azmistral.Usage{PromptTokens: 20, CompletionTokens: 10, TotalTokens: 30, CachedTokens: 8, ReasoningTokens: 6, AudioSeconds: 1}, resp.Usage)
	assert.Equal(t, azmistral.Usage{PromptTokens: 10, CompletionTokens: 5, TotalTokens: 15, CachedTokens: 4, ReasoningTokens: 3, AudioSeconds: 0.5}, second.Usage, "the client's own response")
	assert.Equal(t, second.Choices, resp.Choices)
}

// What each kind of answer is told.
func TestRepairMessages(t *testing.T) {
	thought := ended(azmistral.Message{Role: azmistral.RoleAssistant, Content: azmistral.Content{&azmistral.ThinkingPart{Text: "hm"}}}, azmistral.FinishStop)
	silent := ended(azmistral.Message{Content: azmistral.Assistant("red").Content}, azmistral.FinishStop)
	for _, c := range []struct {
		name   string
		mode   Mode
		answer *azmistral.ChatResponse
		want   []azmistral.Message // after the request's own
	}{
		{"wrapped", ModeJSONSchema, says(`{"value":"pink"}`), []azmistral.Message{
			azmistral.Assistant(`{"value":"pink"}`),
			azmistral.User("That is not what was asked for:\n- value must be one of \"red\", \"green\", \"blue\", not \"pink\"\n" +
				"Answer again with the whole corrected JSON value and nothing else: no explanation, no code fence. It is an object with one member, \"value\"."),
		}},
		{"no JSON, and no role", ModeJSONObject, silent, []azmistral.Message{
			azmistral.Assistant("red"),
			azmistral.User("That is not what was asked for:\n- the value is no JSON at byte 1 of 3: invalid character 'r' looking for beginning of value\n" +
				"Answer again with the whole corrected JSON value and nothing else: no explanation, no code fence. It is an object with one member, \"value\"."),
		}},
		{"only a thought", ModeJSONSchema, thought, []azmistral.Message{
			azmistral.User("That is not what was asked for:\n- the answer has no text\n" +
				"Answer again with the whole corrected JSON value and nothing else: no explanation, no code fence. It is an object with one member, \"value\"."),
		}},
		{"a call", ModeTool, calls("color", `{"value":7}`), []azmistral.Message{
			calls("color", `{"value":7}`).Message(),
			azmistral.ToolResult(azmistral.ToolCall{ID: "call00001", Name: "color"}, "That is not what was asked for:\n- value must be one of \"red\", \"green\", \"blue\", not the number 7\n"+
				"Call color once, with the whole corrected value as arguments. It is an object with one member, \"value\"."),
		}},
		{"two calls", ModeTool, calls("color", `{}`, `{}`), []azmistral.Message{
			calls("color", `{}`, `{}`).Message(),
			azmistral.ToolResult(azmistral.ToolCall{ID: "call00001", Name: "color"}, "That is not what was asked for:\n- one call of \"color\" was asked for, 2 came\n"+
				"Call color once, with the whole corrected value as arguments. It is an object with one member, \"value\"."),
			azmistral.ToolResult(azmistral.ToolCall{ID: "call00002", Name: "color"}, "That is not what was asked for:\n- one call of \"color\" was asked for, 2 came\n"+
				"Call color once, with the whole corrected value as arguments. It is an object with one member, \"value\"."),
		}},
		{"a call of nothing there is", ModeTool, calls("colour", `{"value":"red"}`), []azmistral.Message{
			calls("colour", `{"value":"red"}`).Message(),
			azmistral.ToolResult(azmistral.ToolCall{ID: "call00001", Name: "colour"}, "That is not what was asked for:\n- the model called \"colour\"\n"+
				"Call color once, with the whole corrected value as arguments. It is an object with one member, \"value\"."),
		}},
		{"text where a call was asked for", ModeTool, says(`"pink"`), []azmistral.Message{
			azmistral.Assistant(`"pink"`),
			azmistral.User("That is not what was asked for:\n- value must be one of \"red\", \"green\", \"blue\", not \"pink\"\n" +
				"Call color once, with the whole corrected value as arguments. It is an object with one member, \"value\"."),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := play(c.answer, says(`{"value":"blue"}`))
			got, _, err := Chat[color](context.Background(), client, ask("Which?"), &Options{Mode: c.mode, Repairs: 1})
			require.NoError(t, err)
			assert.Equal(t, color("blue"), got)
			first, second := client.asked[0], client.asked[1]
			assert.Equal(t, append(slices.Clone(first.Messages), c.want...), second.Messages)
			first.Messages, second.Messages = nil, nil
			assert.Equal(t, first, second, "asked for in the same way")
		})
	}
}

// However many calls came, the turn that should repair them stays small.
func TestRepairManyCalls(t *testing.T) {
	var many azmistral.Message
	for i := range 200 {
		many.ToolCalls = append(many.ToolCalls, azmistral.ToolCall{ID: fmt.Sprintf("call%05d", i), Name: fmt.Sprintf("get_%d", i), Arguments: `{}`})
	}
	client := play(ended(many, azmistral.FinishToolCalls), says(invoiceText))
	_, _, err := Chat[invoice](context.Background(), client, ask("Read it."), &Options{Mode: ModeTool, Repairs: 1})
	require.NoError(t, err)
	assert.Equal(t, "That is not what was asked for:\n- the model called \"get_0\", \"get_1\", \"get_2\", and 197 more\n"+
		"Call invoice once, with the whole corrected value as arguments.", client.asked[1].Messages[200].Text())
}

// Every answer was paid for: the error has them all.
func TestRepairFails(t *testing.T) {
	answers := []*azmistral.ChatResponse{says(badInvoice), says(`no`), says(`{"number":1}`)}
	client := play(answers[0], answers[1], answers[2])
	_, resp, err := Chat[invoice](context.Background(), client, ask(""), &Options{Repairs: 2})
	assert.Nil(t, resp)
	e, ok := errors.AsType[*OutputError](err)
	require.True(t, ok)
	assert.Len(t, client.asked, 3)
	assert.Equal(t, answers, e.Responses)
	assert.Equal(t, `{"number":1}`, e.Text)
	assert.Equal(t, answers[2].Choices, e.Response.Choices)
	assert.Equal(t, 45, e.Response.Usage.TotalTokens)
	assert.Contains(t, err.Error(), "[3 answers, finish reason stop, request r1]")
}

func TestRepairCallFails(t *testing.T) {
	_, _, err := Chat[invoice](context.Background(), play(says(badInvoice), azmistral.ErrRateLimited), ask(""), &Options{Repairs: 2})
	require.ErrorIs(t, err, azmistral.ErrRateLimited)
	e, ok := errors.AsType[*OutputError](err)
	require.True(t, ok)
	assert.Equal(t, badInvoice, e.Text)
	assert.Equal(t, 15, e.Response.Usage.TotalTokens)
	assert.Equal(t, `structured: the answer is no structured.invoice: total must be a number, not the string "12,50" (type), and 1 more; `+
		`the turn that should repair it failed: azmistral: rate limited [finish reason stop, request r1]`, err.Error())
}

// The answer is kept also where the caller leaves during the turn that should repair it.
func TestRepairIsLeft(t *testing.T) {
	ctx, leave := context.WithCancel(context.Background())
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.ReplyFunc(func(r azmistraltest.Request) azmistraltest.Reply {
		if len(r.Messages) > 1 {
			leave()
		}
		return azmistraltest.Text(badInvoice)
	})
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	require.NoError(t, err)
	_, _, err = Chat[invoice](ctx, client, ask("Read it."), &Options{Repairs: 5})
	require.ErrorIs(t, err, context.Canceled)
	e, ok := errors.AsType[*OutputError](err)
	require.True(t, ok)
	assert.Equal(t, badInvoice, e.Text)
	assert.NotZero(t, e.Response.Usage.TotalTokens)
}

// What the model cannot mend is not sent to it.
func TestNotRepaired(t *testing.T) {
	tools := ask("")
	tools.Tools = []azmistral.Tool{{Name: "get_weather"}}
	for name, c := range map[string]struct {
		req    azmistral.ChatRequest
		answer *azmistral.ChatResponse
	}{
		"cut":                      {ask(""), ended(azmistral.Assistant(`{`), azmistral.FinishLength)},
		"a full context":           {ask(""), ended(azmistral.Assistant(`{`), azmistral.FinishModelLength)},
		"filtered":                 {ask(""), ended(azmistral.Assistant(`{`), azmistral.FinishContentFilter)},
		"given up":                 {ask(""), ended(azmistral.Assistant(`{`), azmistral.FinishError)},
		"a call that is waited on": {tools, calls("get_weather", `{}`)},
		"no response":              {ask(""), (*azmistral.ChatResponse)(nil)},
	} {
		client := play(c.answer, says(invoiceText))
		_, _, err := Chat[invoice](context.Background(), client, c.req, &Options{Repairs: 5})
		e, ok := errors.AsType[*OutputError](err)
		require.True(t, ok, name)
		assert.Len(t, client.asked, 1, name)
		assert.Same(t, c.answer, e.Response, name)
	}
}

func TestSchema(t *testing.T) {
	type point struct {
		X int  `json:"x" jsonschema:"to the right"`
		Y *int `json:"y"`
	}
	const strict = `{"type":"object","properties":{"x":{"type":"integer","description":"to the right"},"y":{"type":["integer","null"]}},"required":["x","y"],"additionalProperties":false}`
	for name, c := range map[string]struct {
		make func() (azmistral.JSONSchema, error)
		want azmistral.JSONSchema
	}{
		"struct": {func() (azmistral.JSONSchema, error) { return Schema[point](nil) },
			azmistral.JSONSchema{Name: "point", Schema: raw(strict), Strict: true}},
		"not strict": {func() (azmistral.JSONSchema, error) {
			return Schema[*point](&Options{Name: "p", Description: "a place", Strict: new(false), Mode: ModeTool})
		}, azmistral.JSONSchema{Name: "p", Description: "a place",
			Schema: raw(`{"type":"object","properties":{"x":{"type":"integer","description":"to the right"},"y":{"type":["integer","null"]}},"required":["x"],"additionalProperties":false}`)}},
		"map": {func() (azmistral.JSONSchema, error) { return Schema[map[string]int](nil) },
			azmistral.JSONSchema{Name: "answer", Schema: raw(`{"type":"object","additionalProperties":{"type":"integer"}}`)}},
		"list": {func() (azmistral.JSONSchema, error) { return Schema[[]color](nil) },
			azmistral.JSONSchema{Name: "answer", Strict: true, Schema: raw(`{"type":"object","properties":{"value":{"type":"array","items":{"type":"string","enum":["red","green","blue"]}}},"required":["value"],"additionalProperties":false}`)}},
		"generic": {func() (azmistral.JSONSchema, error) { return Schema[pair[bool]](nil) },
			azmistral.JSONSchema{Name: "pair", Strict: true, Schema: raw(`{"type":"object","properties":{"left":{"type":"boolean"},"right":{"type":"boolean"}},"required":["left","right"],"additionalProperties":false}`)}},
		"raw and closed": {func() (azmistral.JSONSchema, error) {
			return Schema[any](&Options{Schema: raw(`{"type": "object","additionalProperties":false}`)})
		}, azmistral.JSONSchema{Name: "answer", Strict: true, Schema: raw(`{"type": "object","additionalProperties":false}`)}},
		"raw and open": {func() (azmistral.JSONSchema, error) { return Schema[any](&Options{Schema: raw(`{"type":"object"}`)}) },
			azmistral.JSONSchema{Name: "answer", Schema: raw(`{"type":"object"}`)}},
		"any": {func() (azmistral.JSONSchema, error) { return Schema[any](nil) },
			azmistral.JSONSchema{Name: "answer", Schema: raw(`{"type":"object","properties":{"value":{}},"required":["value"],"additionalProperties":false}`)}},
	} {
		got, err := c.make()
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, "%s: %s", name, got.Schema)
		assert.True(t, json.Valid(got.Schema.(json.RawMessage)), name)
	}
}
