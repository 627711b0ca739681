package azmistral

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCheckMessages has every rule, broken and kept. The problems are written as
// index, rule and mark; their texts are in the golden file.
func TestCheckMessages(t *testing.T) {
	calls := func(ids ...string) Message {
		m := Message{Role: RoleAssistant, Content: textContent("")}
		for i, id := range ids {
			m.ToolCalls = append(m.ToolCalls, ToolCall{ID: id, Name: "f", Arguments: "{}", Index: i})
		}
		return m
	}
	result := func(id string) Message { return ToolResult(ToolCall{ID: id, Name: "f"}, "r") }
	with := func(role Role, parts ...Part) Message { return Message{Role: role, Content: parts} }
	change := func(m Message, how func(*Message)) Message {
		how(&m)
		return m
	}
	prefix := func(m Message) Message { return change(m, func(m *Message) { m.Prefix = true }) }
	named := func(m Message, name string) Message {
		return change(m, func(m *Message) {
			if m.Name != "" {
				m.Name = name
			} else {
				m.ToolCalls[0].Name = name
			}
		})
	}
	var aside Message
	require.NoError(t, json.Unmarshal([]byte(`{"role":"assistant","content":null,"reasoning_content":"hm"}`), &aside))
	var asideLate Message
	require.NoError(t, json.Unmarshal([]byte(`{"role":"assistant","content":"a","reasoning_content":"hm"}`), &asideLate))
	asideLate.Content = Content{asideLate.Content[1], asideLate.Content[0]}

	u, a, s := User("u"), Assistant("a"), System("s")
	picture, thinking, text := &ImagePart{URL: "https://contoso.com/a.png"}, &ThinkingPart{Text: "t"}, &TextPart{"a"}
	const x, y, foreign = "abcdefghi", "123456789", "call_fiIg1Q8CQsmY3bqJiLpn"
	type conversation = []Message

	var texts strings.Builder
	for _, c := range []struct {
		name     string
		messages []Message
		want     string
	}{
		{"nil", nil, "-1 no_messages"},
		{"empty", conversation{}, "-1 no_messages"},
		{"user", conversation{u}, ""},
		{"system alone", conversation{s}, ""},
		{"all roles", conversation{s, s, u, u, a, a, u, s, u, calls(x), result(x), a, u}, ""},

		{"role of OpenAI's", conversation{{Role: "developer", Content: textContent("d")}, u}, "0 role"},
		{"no role", conversation{{Content: textContent("d")}, u}, "0 role"},
		{"role in capitals", conversation{{Role: "User", Content: textContent("d")}}, "0 role"},
		{"nothing else is said of an unknown role", conversation{u, {Role: "function", Name: "f", Prefix: true, Content: Content{nil}}}, "1 role"},

		{"prefix of a user", conversation{prefix(u)}, "0 field"},
		{"calls of a user", conversation{change(u, func(m *Message) { m.ToolCalls = calls(x).ToolCalls })}, "0 field"},
		{"calls of a tool", conversation{u, calls(x), change(result(x), func(m *Message) { m.ToolCalls = calls(x).ToolCalls })}, "2 field"},
		{"name of a user", conversation{change(u, func(m *Message) { m.Name = "Anna" })}, "0 field"},
		{"id of an assistant", conversation{u, change(a, func(m *Message) { m.ToolCallID = x }), u}, "1 field"},
		{"id that is not sent", conversation{u, change(a, func(m *Message) { m.ToolCallID = "null" }), u}, ""},

		{"picture of the user", conversation{User("u", picture, &DocumentPart{URL: "u"}, &AudioPart{URL: "u"}, &FilePart{FileID: "f"}, &ReferencePart{})}, ""},
		{"picture of the system", conversation{with(RoleSystem, picture), u}, "0 part"},
		{"picture of the assistant", conversation{u, with(RoleAssistant, text, picture), u}, "1 part"},
		{"document, recording and file of the assistant", conversation{u, with(RoleAssistant, &DocumentPart{}, &AudioPart{}, &FilePart{}), u}, "1 part, 1 part, 1 part, 1 empty caution"},
		{"picture of a tool", conversation{u, calls(x), change(result(x), func(m *Message) { m.Content = Content{picture} })}, "2 part caution"},
		{"reference of the system", conversation{with(RoleSystem, &ReferencePart{}), u}, "0 part"},
		{"reference of the assistant", conversation{u, with(RoleAssistant, text, &ReferencePart{}, text), u}, ""},
		{"thinking of the user", conversation{with(RoleUser, thinking)}, "0 part"},
		{"thinking of a tool", conversation{u, calls(x), change(result(x), func(m *Message) { m.Content = Content{thinking} })}, "2 part"},
		{"thinking of the system", conversation{with(RoleSystem, thinking, text), u}, "0 part caution"},
		{"unknown part", conversation{with(RoleSystem, &UnknownPart{Raw: json.RawMessage("{}")}), u}, ""},
		{"nil part", conversation{with(RoleUser, nil, (*TextPart)(nil), (*ThinkingPart)(nil), text)}, "0 part, 0 part, 0 part"},

		{"thinking first", conversation{u, with(RoleAssistant, thinking, thinking, text), u}, ""},
		{"thinking last", conversation{u, with(RoleAssistant, text, thinking, thinking), u}, "1 thinking_order"},
		{"thinking that is not sent", conversation{u, asideLate, u}, ""},
		{"thinking that is not sent, of others", conversation{with(RoleSystem, aside.Content[0], text), with(RoleUser, aside.Content[0], text)}, ""},

		{"nothing from the assistant", conversation{u, {Role: RoleAssistant}, u}, "1 empty"},
		{"empty text of the assistant", conversation{u, Assistant(""), u}, "1 empty"},
		{"empty list of the assistant", conversation{u, {Role: RoleAssistant, Content: Content{}}, u}, "1 empty"},
		{"empty text in a list", conversation{u, with(RoleAssistant, &TextPart{}, &TextPart{}), u}, "1 empty caution"},
		{"thinking alone", conversation{u, with(RoleAssistant, thinking), u}, "1 empty caution"},
		{"thinking alone, empty", conversation{u, with(RoleAssistant, &ThinkingPart{}), u}, "1 empty caution"},
		{"thinking beside calls", conversation{u, change(calls(x), func(m *Message) { m.Content = Content{thinking} }), result(x)}, ""},
		{"thinking alone as a prefix", conversation{u, prefix(with(RoleAssistant, thinking))}, "1 empty caution"},
		{"picture alone", conversation{u, with(RoleAssistant, picture), u}, "1 part, 1 empty caution"},
		{"thinking alone that is not sent", conversation{u, aside, u}, "1 empty"},
		{"nil part alone", conversation{u, with(RoleAssistant, (*TextPart)(nil)), u}, "1 part, 1 empty"},
		{"calls alone", conversation{u, {Role: RoleAssistant, ToolCalls: calls(x).ToolCalls}, result(x)}, ""},
		{"nothing from the system", conversation{{Role: RoleSystem}, u}, "0 empty"},
		{"empty text of the system, the user, a tool", conversation{System(""), User(""), calls(x), {Role: RoleTool, ToolCallID: x, Content: textContent("")}}, ""},
		{"nothing from the user, a tool", conversation{{Role: RoleUser}, calls(x), {Role: RoleTool, ToolCallID: x}}, ""},

		{"prefix", conversation{u, prefix(a)}, ""},
		{"prefix without text", conversation{u, prefix(Assistant(""))}, "1 empty"},
		{"prefix without content, but with calls", conversation{u, prefix(calls(x))}, "1 empty, 1 missing_result"},
		{"prefix not last", conversation{u, prefix(a), u}, "1 prefix_not_last"},

		{"assistant alone", conversation{a}, "0 first"},
		{"prefix alone", conversation{prefix(a)}, "0 first"},
		{"assistant first", conversation{a, u}, "0 first caution"},
		{"assistant after the system", conversation{s, a, u}, ""},
		{"assistant last", conversation{u, a}, "1 last"},
		{"system last", conversation{u, s}, "1 last"},
		{"system after an assistant", conversation{u, a, s, u}, "2 system_late"},
		{"system after a tool", conversation{u, calls(x), result(x), s, u}, "3 system_late"},
		{"system after an assistant, last", conversation{u, a, s}, "2 system_late"},
		{"user after a tool", conversation{u, calls(x), result(x), u}, "3 user_after_tool caution"},

		{"name", conversation{u, named(calls(x), "a-Z_0"), named(result(x), strings.Repeat("a", 64))}, ""},
		{"blank in a name", conversation{u, named(calls(x), "a b"), result(x)}, "1 function_name"},
		{"no name", conversation{u, named(calls(x), ""), result(x)}, "1 function_name"},
		{"long name", conversation{u, named(calls(x), strings.Repeat("a", 65)), result(x)}, "1 function_name"},
		{"name with an accent", conversation{u, named(calls(x), "é"), result(x)}, "1 function_name"},
		{"signs beside the letters", conversation{u, named(calls(x), "@"), result(x)}, "1 function_name"},
		{"blank in a result's name", conversation{u, calls(x), named(result(x), "a b")}, "2 function_name"},

		{"calls in any order", conversation{u, calls(x, y, foreign), result(foreign), result(y), result(x)}, ""},
		{"foreign id and what it is sent as", conversation{u, calls(foreign), result(wireCallID(foreign))}, ""},
		{"foreign id and what it is sent as, twice", conversation{u, calls(foreign, wireCallID(foreign)), result(foreign)}, "1 duplicate_call_id"},
		{"same ids in later turns", conversation{u, calls(x), result(x), calls(x), result(x)}, ""},
		{"call without an id", conversation{u, calls("", x), result(x)}, "1 call_id"},
		{"call with the service's word for none", conversation{u, calls("null"), result("null")}, "1 call_id, 2 result_id"},
		{"same id twice", conversation{u, calls(x, x), result(x), result(x)}, "1 duplicate_call_id, 3 duplicate_result_id"},

		{"no result", conversation{u, calls(x)}, "1 missing_result"},
		{"a result missing", conversation{u, calls(x, y), result(y)}, "1 missing_result"},
		{"no result before the user", conversation{u, calls(x), u}, "1 missing_result"},
		{"no result before the assistant", conversation{u, calls(x), a, result(x)}, "1 missing_result, 3 orphan_result"},
		{"calls in two messages", conversation{u, calls(x), calls(y), result(x), result(y)}, "1 missing_result, 3 orphan_result"},
		{"result without an id", conversation{u, calls(x, y), result(""), result(y)}, "2 result_id"},

		{"tool first", conversation{result(x), u}, "0 orphan_result, 1 user_after_tool caution"},
		{"tool alone", conversation{result(x)}, "0 orphan_result"},
		{"tool after the user", conversation{u, result(x)}, "1 orphan_result"},
		{"tool after the system", conversation{s, result("")}, "1 orphan_result"},
		{"tool after an answer", conversation{u, a, result(x)}, "2 orphan_result"},
		{"result of an older call", conversation{u, calls(x), result(x), calls(y), result(x), result(y)}, "4 orphan_result"},
		{"result too many", conversation{u, calls(x), result(x), result(y)}, "3 orphan_result"},
		{"result twice", conversation{u, calls(x), result(x), result(x)}, "3 duplicate_result_id"},
		{"result twice, in both forms", conversation{u, calls(foreign), result(foreign), result(wireCallID(foreign))}, "3 duplicate_result_id"},

		{"several", conversation{a, prefix(u), {Role: "developer"}, calls(x), u, s}, "0 first caution, 1 field, 2 role, 3 missing_result, 5 last"},
	} {
		var got []string
		fmt.Fprintf(&texts, "%s\n", c.name)
		for _, p := range CheckMessages(c.messages) {
			line := fmt.Sprintf("%d %s", p.Index, p.Rule)
			if p.Caution {
				line += " caution"
			}
			got = append(got, line)
			fmt.Fprintf(&texts, "\t%s\n", p)
		}
		assert.Equal(t, c.want, strings.Join(got, ", "), c.name)
	}
	golden(t, "golden/check.txt", []byte(texts.String()))
}

// A clean conversation costs no memory, of however many turns and in whatever ids.
func TestCheckMessagesAllocations(t *testing.T) {
	conversation := []Message{System("s")}
	for i := range 20 {
		m := Message{Role: RoleAssistant, Content: Content{&ThinkingPart{Text: "t"}, &TextPart{"a"}}}
		conversation = append(conversation, User("u"), m)
		calls := len(conversation) - 1
		for k := range 4 {
			call := ToolCall{ID: fmt.Sprintf("call_%d_%d", i, k), Name: "f", Arguments: "{}"}
			conversation[calls].ToolCalls = append(conversation[calls].ToolCalls, call)
		}
		for k := range 4 {
			conversation = append(conversation, ToolResult(conversation[calls].ToolCalls[3-k], "r"))
		}
		conversation = append(conversation, Assistant("a"))
	}
	conversation = append(conversation, User("u"))
	require.Empty(t, CheckMessages(conversation))
	assert.Zero(t, testing.AllocsPerRun(100, func() { CheckMessages(conversation) }))
}

// The error of a refused conversation names its first problem; no other does.
func TestErrorNamesProblem(t *testing.T) {
	orphan := ChatRequest{Messages: []Message{User("prompt of mine"), ToolResult(ToolCall{ID: "x", Name: "f"}, "result of mine")}}
	lag := ChatRequest{Messages: []Message{User("u"), {Role: RoleAssistant, ToolCalls: []ToolCall{{ID: "x", Name: "f"}}}, ToolResult(ToolCall{ID: "x"}, "r"), User("u")}}
	first := CheckMessages(orphan.Messages)[0].String()
	caution := CheckMessages(lag.Messages)[0].String()
	greeted := ChatRequest{Messages: append([]Message{Assistant("Hello!")}, lag.Messages...)}
	later := CheckMessages(greeted.Messages)[1].String()
	pictured := ChatRequest{Messages: append(slices.Clone(lag.Messages), lag.Messages[1], lag.Messages[2])}
	pictured.Messages[5].Content = Content{&ImagePart{URL: "https://contoso.com/a.png"}}
	picture := CheckMessages(pictured.Messages)[1].String()
	const order = `"type":"invalid_request_message_order","param":null`
	for name, c := range map[string]struct {
		req  ChatRequest
		step step
		hint string
	}{
		"3230":                      {orphan, reply(400, `{"object":"error","message":"m",`+order+`,"code":"3230"}`), first},
		"3280":                      {orphan, reply(400, `{"object":"error","message":"m","type":"x","code":3280}`), first},
		"3240":                      {orphan, reply(400, `{"object":"error","message":"m","type":"x","code":"3240"}`), first},
		"type alone":                {orphan, reply(400, `{"object":"error","message":"m",`+order+`,"code":null}`), first},
		"type of ids":               {orphan, reply(400, `{"object":"error","message":"m","type":"invalid_function_call","code":null}`), first},
		"words alone":               {orphan, reply(400, `{"object":"error","message":"Unexpected role 'tool' after role 'user'","type":"invalid_request_error","code":null}`), first},
		"words of ids":              {orphan, reply(400, `{"object":"error","message":"Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9.","type":"invalid_request_error","param":null,"code":null}`), first},
		"words of counts":           {orphan, reply(400, `{"detail":"Not the same number of function calls and responses"}`), first},
		"within Azure's":            {orphan, reply(400, `{"error":{"code":"Bad Request","message":"{\"object\":\"Error\",\"message\":\"m\",\"type\":\"invalid_request_message_order\",\"code\":3230}","status":400}}`), first},
		"within a 200":              {orphan, reply(200, `{"object":"error","message":"m",`+order+`,"code":"3230"}`), first},
		"a caution alone":           {lag, reply(400, `{"object":"error","message":"Unexpected role 'user' after role 'tool'",`+order+`,"code":"3230"}`), caution},
		"the caution that is meant": {greeted, reply(400, `{"object":"error","message":"Unexpected role 'user' after role 'tool'",`+order+`,"code":"3230"}`), later},
		"the part that is meant":    {pictured, reply(400, `{"object":"error","message":"Unexpected content chunk types in tool message: ['ImageURLChunk']",`+order+`,"code":"3230"}`), picture},
		"nothing found":             {hello, reply(400, `{"object":"error","message":"m",`+order+`,"code":"3230"}`), ""},
		"nothing found in a 200":    {hello, reply(200, `{"object":"error","message":"m",`+order+`,"code":"3230"}`), ""},
		"another refusal":           {orphan, reply(400, `{"object":"error","message":"m","type":"invalid_request_invalid_args","code":"3051"}`), ""},
		"the words in a 500":        {orphan, reply(500, `{"object":"error","message":"Unexpected role 'tool' after role 'user'","code":null}`), ""},
		"another model's refusal":   {orphan, reply(404, `{"object":"error","message":"Unexpected role 'tool'","code":"1500"}`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			options := func(o *ClientOptions) { o.Retry.MaxRetries = -1 }
			_, whole := newTestClient(t, play(c.step), options).Chat(t.Context(), c.req, nil)
			_, streamed := newTestClient(t, play(c.step), options).ChatStream(t.Context(), c.req, nil)
			for _, err := range []error{whole, streamed} {
				var response *azcore.ResponseError
				require.ErrorAs(t, err, &response)
				for _, line := range []string{err.Error(), response.Error()} {
					assert.Equal(t, c.hint != "", strings.Contains(line, "messages["), line)
					assert.Contains(t, line, c.hint)
					assert.NotContains(t, line, "CheckMessages") // that is for streams under way
					assert.NotContains(t, line, "of mine")
				}
			}
		})
	}
}

// All words by which Mistral's library refuses a conversation are known.
func TestIsConversation(t *testing.T) {
	for words, want := range map[string]bool{
		"Conversation must have at least one message":                                                                      true,
		"Conversation must start with a user message or system message":                                                    true,
		"Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant":                    true,
		"Unexpected role 'user' after role 'tool'":                                                                         true,
		"Not the same number of function calls and responses":                                                              true,
		"Duplicate tool call id X in tool results":                                                                         true,
		"Unexpected tool call id X in tool results":                                                                        true,
		"Duplicate tool call id X in assistant message":                                                                    true,
		"Tool call id has to be defined.":                                                                                  true,
		"Assistant message must have either content or tool_calls, but not none.":                                          true,
		"Assistant message with prefix True must be last message":                                                          true,
		"Unexpected content chunk types in system message: ['ImageURLChunk']":                                              true,
		"ThinkChunks must be leading: all ThinkChunks must appear before any other content chunk.":                         true,
		"Function name was a b but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.": true,
		"top_p must be 1 when using greedy sampling.":                                                                      false,
		"Invalid model: codestral-mamba-latest":                                                                            false,
	} {
		assert.Equal(t, want, (&Error{kind: ErrInvalidRequest, Message: words}).isConversation(), words)
		assert.False(t, (&Error{kind: ErrUnavailable, Message: words}).isConversation(), words)
	}
}

// A stream under way does not keep its request: the error in it says whom to ask.
func TestErrorInStreamNamesCheckMessages(t *testing.T) {
	s, err := newTestClient(t, play(events("data: {\"object\":\"error\",\"message\":\"m\",\"type\":\"x\",\"code\":\"3230\"}\n\n")), nil).ChatStream(t.Context(), hello, nil)
	require.NoError(t, err)
	_, err = s.Next()
	assert.EqualError(t, err, "azmistral: an error in place of the answer (3230): m; see what CheckMessages says of the conversation [status 200, delivered: it may be billed]")
}
