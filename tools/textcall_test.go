package tools

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/require"
)

func TestParseTextCalls(t *testing.T) {
	type call = azmistral.ToolCall
	for name, c := range map[string]struct {
		text string
		want []call
		err  string
	}{
		"list":                 {text: `[TOOL_CALLS][{"name": "f", "arguments": {"a": 1}, "id": "abcdefghi"}]`, want: []call{{ID: "abcdefghi", Name: "f", Arguments: `{"a": 1}`}}},
		"list of two":          {text: `[TOOL_CALLS] [{"name":"f","arguments":{}},` + "\n" + `{"name":"g","arguments":{}}]` + "\n", want: []call{{Name: "f", Arguments: `{}`}, {Name: "g", Arguments: `{}`}}},
		"list with texts":      {text: `[TOOL_CALLS][{"name":"f","arguments":"{\"a\":1}"},{"name":"f","arguments":null,"id":null},{"name":"f"}]`, want: []call{{Name: "f", Arguments: `{"a":1}`}, {Name: "f"}, {Name: "f"}}},
		"name":                 {text: `[TOOL_CALLS]f[ARGS]{"a": [1, {"b": "]}"}]}`, want: []call{{Name: "f", Arguments: `{"a": [1, {"b": "]}"}]}`}}},
		"name and id":          {text: `[TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{}`, want: []call{{ID: "abcdefghi", Name: "f", Arguments: `{}`}}},
		"blanks":               {text: " [TOOL_CALLS] f [CALL_ID] abcdefghi [ARGS] {}\r\n", want: []call{{ID: "abcdefghi", Name: "f", Arguments: `{}`}}},
		"names":                {text: `[TOOL_CALLS]f[ARGS]{"a":1}[TOOL_CALLS]g_-9[CALL_ID]i[ARGS]{}`, want: []call{{Name: "f", Arguments: `{"a":1}`}, {ID: "i", Name: "g_-9", Arguments: `{}`}}},
		"both forms":           {text: `[TOOL_CALLS][{"name":"f","arguments":{}}][TOOL_CALLS]g[ARGS]{}`, want: []call{{Name: "f", Arguments: `{}`}, {Name: "g", Arguments: `{}`}}},
		"the marker in a text": {text: `[TOOL_CALLS]f[ARGS]{"a":"[TOOL_CALLS]g[ARGS]{}"}`, want: []call{{Name: "f", Arguments: `{"a":"[TOOL_CALLS]g[ARGS]{}"}`}}},

		"nothing":               {text: " ", err: "there is no call"},
		"empty list":            {text: "[TOOL_CALLS][]", err: "there is no call"},
		"marker alone":          {text: "[TOOL_CALLS]", err: "neither a list nor a name with [ARGS] follows [TOOL_CALLS], in the call at byte 0 of 12"},
		"object":                {text: `[TOOL_CALLS]{"name":"f"}`, err: "neither a list nor a name with [ARGS] follows [TOOL_CALLS], in the call at byte 0 of 24"},
		"no arguments":          {text: "[TOOL_CALLS]f{}", err: "neither a list nor a name with [ARGS] follows [TOOL_CALLS], in the call at byte 0 of 15"},
		"cut":                   {text: `[TOOL_CALLS]f[ARGS]{}[TOOL_CALLS]f[ARGS]{"a":`, err: "broken JSON, in the call at byte 21 of 45"},
		"cut list":              {text: `[TOOL_CALLS][{"name":"f"}`, err: "broken JSON, in the call at byte 0 of 25"},
		"arguments as a list":   {text: `[TOOL_CALLS]f[ARGS][1]`, err: "the arguments are no JSON object, in the call at byte 0 of 22"},
		"arguments as a number": {text: `[TOOL_CALLS][{"name":"f","arguments":1}]`, err: "the arguments are no JSON object, in the call at byte 0 of 40"},
		"list of no calls":      {text: `[TOOL_CALLS][1]`, err: "broken JSON, in the call at byte 0 of 15"},
		"list without a name":   {text: `[TOOL_CALLS][{"arguments":{}}]`, err: "a call has no name, in the call at byte 0 of 30"},
		"text behind":           {text: `[TOOL_CALLS]f[ARGS]{} I wait.`, err: "text goes on behind a call, at byte 22 of 29"},
		"text before":           {text: `So: [TOOL_CALLS]f[ARGS]{}`, err: "text goes on behind a call, at byte 0 of 25"},
	} {
		t.Run(name, func(t *testing.T) {
			calls, err := parseTextCalls(c.text)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, calls)
		})
	}
}

func TestCutText(t *testing.T) {
	type content = azmistral.Content
	think, ab, cd := &azmistral.ThinkingPart{Text: "hm"}, &azmistral.TextPart{Text: "ab"}, &azmistral.TextPart{Text: "cd"}
	for n, want := range []content{
		{think}, {think, &azmistral.TextPart{Text: "a"}}, {think, ab}, {think, ab, &azmistral.TextPart{Text: "c"}}, {think, ab, cd},
	} {
		require.Equal(t, want, cutText(content{think, ab, (*azmistral.TextPart)(nil), cd}, n))
	}
	require.Nil(t, cutText(content{ab}, 0))
	require.Equal(t, "ab", ab.Text)
}

// FuzzParseTextCalls compares with a reader that tries every way to cut the text.
func FuzzParseTextCalls(f *testing.F) {
	for _, text := range []string{
		`[TOOL_CALLS]f[ARGS]{}`, `[TOOL_CALLS] f [CALL_ID] i [ARGS] {"a":"[TOOL_CALLS]"} [TOOL_CALLS]g[ARGS]{}`,
		`[TOOL_CALLS][{"name":"f","arguments":{"a":[]},"id":"i"},{"name":"g","arguments":"{}"}]`, `[TOOL_CALLS][]`,
		`[TOOL_CALLS][{"name":"f"}] [TOOL_CALLS]f[ARGS]{}x`, `[TOOL_CALLS]f[ARGS]{"a":"\u00e9` + "\xff" + `"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			return // the oracle is slow
		}
		calls, err := parseTextCalls(text)
		want, ok := slowTextCalls(text)
		require.Equal(t, ok && len(want) > 0, err == nil, "%v", err)
		if err == nil {
			require.Equal(t, want, calls)
			for _, c := range calls {
				require.NotEmpty(t, c.Name)
			}
		}
	})
}

// slowTextCalls tries each end for each piece.
func slowTextCalls(text string) ([]azmistral.ToolCall, bool) {
	text = strings.Trim(text, " \t\r\n")
	if text == "" {
		return nil, true
	}
	body, ok := strings.CutPrefix(text, "[TOOL_CALLS]")
	if !ok {
		return nil, false
	}
	for end := range len(body) + 1 {
		calls, ok := slowOne(strings.Trim(body[:end], " \t\r\n"))
		if !ok {
			continue
		}
		if more, ok := slowTextCalls(body[end:]); ok {
			return append(calls, more...), true
		}
	}
	return nil, false
}

// slowOne reads what one marker stands before.
func slowOne(text string) ([]azmistral.ToolCall, bool) {
	if strings.HasPrefix(text, "[") {
		var list []struct {
			Name      string
			ID        string
			Arguments json.RawMessage
		}
		if json.Unmarshal([]byte(text), &list) != nil {
			return nil, false
		}
		var calls []azmistral.ToolCall
		for _, item := range list {
			var words string
			var object map[string]json.RawMessage
			switch {
			case item.Arguments == nil || string(item.Arguments) == "null":
			case json.Unmarshal(item.Arguments, &words) == nil:
			case json.Unmarshal(item.Arguments, &object) == nil:
				words = string(item.Arguments)
			default:
				return nil, false
			}
			if item.Name == "" {
				return nil, false
			}
			calls = append(calls, azmistral.ToolCall{ID: item.ID, Name: item.Name, Arguments: words})
		}
		return calls, true
	}
	head, arguments, ok := strings.Cut(text, "[ARGS]")
	var object map[string]json.RawMessage
	arguments = strings.Trim(arguments, " \t\r\n")
	if !ok || json.Unmarshal([]byte(arguments), &object) != nil || object == nil {
		return nil, false
	}
	name, id, hasID := strings.Cut(head, "[CALL_ID]")
	name, id = strings.Trim(name, " \t\r\n"), strings.Trim(id, " \t\r\n")
	if !slowWord(name) || hasID && !slowWord(id) {
		return nil, false
	}
	return []azmistral.ToolCall{{ID: id, Name: name, Arguments: arguments}}, true
}

func slowWord(text string) bool {
	for _, c := range text {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", c) {
			return false
		}
	}
	return len(text) >= 1 && len(text) <= 64
}
