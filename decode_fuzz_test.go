package azmistral

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// FuzzDecode compares with encoding/json into any and a slow independent reading,
// for texts whose keys come once and in lower case.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":"i","model":"m","created":1,"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}}`,
		`{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"a"}]}}]}`,
		`{"choices":[{"delta":{"tool_calls":[{"id":"null","index":"1","function":{"name":"f","arguments":{"a":1}}},{"index":-1,"function":{"arguments":"x"}}]}}]}`,
		`{"choices":[{"index":2,"message":{"content":null,"reasoning_content":"t"}},null],"usage":{"num_cached_tokens":1e2,"prompt_audio_seconds":1.5}}`,
		`{"error":{"message":"m"},"choices":[],"statusCode":7}`,
		"\xEF\xBB\xBF{\"choices\":[{\"delta\":{\"content\":\"\xff\\ud800\"}}]} ",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := decode(data)
		var top map[string]any
		text := strings.TrimSpace(strings.TrimPrefix(string(data), "\xEF\xBB\xBF"))
		if jsonErr := json.Unmarshal([]byte(text), &top); jsonErr != nil || top == nil {
			require.Error(t, err, "accepted what is no JSON object")
			return
		}
		if hasOddKeys(text) {
			return
		}
		if err == nil {
			requireSameReading(t, top, &d)
		}
		if e, ok := top["error"]; ok && e != nil && !strings.Contains(fmt.Sprint(err), "nested deeper") {
			require.True(t, d.suspect)
		}
	})
}

// hasOddKeys says whether a text has a key that comes twice in its object or that
// is not plain lower case, where reading into any differs.
func hasOddKeys(text string) bool {
	dec := json.NewDecoder(strings.NewReader(text))
	type level struct {
		keys  map[string]bool
		isKey bool
	}
	var stack []*level
	for {
		token, err := dec.Token()
		if err != nil {
			return false
		}
		var top *level
		if len(stack) > 0 {
			top = stack[len(stack)-1]
		}
		if top != nil && top.keys != nil && top.isKey {
			if key, ok := token.(string); ok {
				if top.keys[key] || key != strings.ToLower(key) && key != "statusCode" || strings.ContainsFunc(key, func(r rune) bool { return r > 0x7e || r == utf8.RuneError }) {
					return true
				}
				top.keys[key] = true
				top.isKey = false
				continue
			}
		}
		if top != nil && top.keys != nil {
			top.isKey = true
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, &level{keys: map[string]bool{}, isKey: true})
		case json.Delim('['):
			stack = append(stack, &level{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
	}
}

// requireSameReading compares text, thinking, finish reasons, calls and usage.
func requireSameReading(t *testing.T, top map[string]any, d *decoded) {
	choices, _ := top["choices"].([]any)
	place, whole := 0, true
	var indexes []int
	for i, c := range choices {
		m, ok := c.(map[string]any)
		if !ok {
			require.Nil(t, c)
			continue
		}
		got := d.chunk.Choices[place]
		place++
		index := i
		if n, ok := m["index"].(float64); ok {
			index = int(n)
		}
		indexes = append(indexes, index)
		finish, _ := m["finish_reason"].(string)
		require.Equal(t, finish, string(got.FinishReason))
		message, ok := m["message"].(map[string]any)
		if !ok {
			if m["messages"] != nil {
				continue
			}
			whole = false
			message, _ = m["delta"].(map[string]any)
		}
		text, thinking := readContent(message)
		require.Equal(t, text, got.Delta.Text)
		require.Equal(t, thinking, got.Delta.Thinking)
		requireSameCalls(t, message, got.Delta.ToolCalls)
	}
	require.Len(t, d.chunk.Choices, place)
	if slices.Sort(indexes); !whole || len(slices.Compact(slices.Clone(indexes))) == len(indexes) {
		var got []int
		for _, c := range d.chunk.Choices {
			got = append(got, c.Index)
		}
		slices.Sort(got)
		require.Equal(t, indexes, got)
	}
	usage, ok := top["usage"].(map[string]any)
	require.Equal(t, ok, d.chunk.Usage != nil)
	if ok && !strings.ContainsAny(fmt.Sprint(usage), "+") { // numbers that float64 rounds are the tables' business
		require.Equal(t, honestUsage(usage), *d.chunk.Usage)
	}
}

func readContent(message map[string]any) (text, thinking string) {
	if thinking, _ = message["reasoning_content"].(string); thinking == "" {
		thinking, _ = message["reasoning"].(string)
	}
	switch content := message["content"].(type) {
	case string:
		text = content
	case []any:
		for _, p := range content {
			part, _ := p.(map[string]any)
			kind, isText := part["type"].(string)
			s, hasText := part["text"].(string)
			if hasText && (kind == "text" || kind == "" && (isText || part["type"] == nil)) {
				text += s
			}
			if kind == "thinking" && isThinking(part) {
				thinking += readThinking(part["thinking"])
			}
		}
	}
	return text, thinking
}

func isThinking(part map[string]any) bool {
	_, signature := part["signature"].(string)
	_, closed := part["closed"].(bool)
	return (signature || part["signature"] == nil) && (closed || part["closed"] == nil)
}

func readThinking(v any) (text string) {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, n := range v {
			if m, ok := n.(map[string]any); ok && m["type"] == "text" {
				s, _ := m["text"].(string)
				text += s
			}
		}
	}
	return text
}

func requireSameCalls(t *testing.T, message map[string]any, got []ToolCallDelta) {
	calls, _ := message["tool_calls"].([]any)
	n := 0
	for _, c := range calls {
		m, ok := c.(map[string]any)
		if !ok {
			continue
		}
		require.Less(t, n, len(got))
		d := got[n]
		n++
		index := -1
		switch v := m["index"].(type) {
		case float64:
			index = max(-1, int(v))
		case string:
			if s := strings.TrimSpace(v); s != "" {
				f, err := strconv.ParseFloat(s, 64)
				require.NoError(t, err)
				index = max(-1, int(f))
			}
		}
		require.Equal(t, float64(index), float64(d.Index))
		switch id := m["id"].(type) {
		case string:
			require.Equal(t, strings.TrimPrefix(id, "null"), strings.TrimPrefix(d.ID, "null"))
			require.NotEqual(t, "null", d.ID)
		case float64:
			f, err := strconv.ParseFloat(d.ID, 64)
			require.NoError(t, err)
			require.Equal(t, id, f)
		default:
			require.Empty(t, d.ID)
		}
		function, _ := m["function"].(map[string]any)
		name, _ := function["name"].(string)
		require.Equal(t, name, d.Name)
		switch arguments := function["arguments"].(type) {
		case nil:
			require.Empty(t, d.Arguments)
		case string:
			require.Equal(t, arguments, d.Arguments)
		default:
			var v any
			require.NoError(t, json.Unmarshal([]byte(d.Arguments), &v))
			require.Equal(t, arguments, v)
		}
	}
	require.Len(t, got, n)
}

func honestUsage(u map[string]any) Usage {
	count := func(v any) int {
		f, ok := v.(float64)
		if !ok || f < 0 || f != math.Trunc(f) || f > 1<<53 {
			return 0
		}
		return int(f)
	}
	details := func(key string) map[string]any { m, _ := u[key].(map[string]any); return m }
	seconds, _ := u["prompt_audio_seconds"].(float64)
	return Usage{
		PromptTokens: count(u["prompt_tokens"]), CompletionTokens: count(u["completion_tokens"]), TotalTokens: count(u["total_tokens"]),
		CachedTokens: max(count(u["num_cached_tokens"]), count(details("prompt_tokens_details")["cached_tokens"]),
			count(details("prompt_token_details")["cached_tokens"])),
		ReasoningTokens: max(count(u["reasoning_tokens"]), count(details("completion_tokens_details")["reasoning_tokens"])),
		AudioSeconds:    max(0, seconds),
	}
}
