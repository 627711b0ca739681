package azmistral

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDecodeChunk has every form of a chunk, whole values compared.
func TestDecodeChunk(t *testing.T) {
	choice := func(d Delta) ChatChunk { return ChatChunk{Choices: []ChunkChoice{{Delta: d}}} }
	for text, want := range map[string]ChatChunk{
		`{}`:                {},
		"\xEF\xBB\xBF {}\n": {},
		`{"id":"i","object":"chat.completion.chunk","model":"m","created":1787865810,"p":"abc","choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null,"logprobs":null}]}`: {
			ID: "i", Model: "m", Created: time.Unix(1787865810, 0).UTC(), Choices: []ChunkChoice{{Delta: Delta{Role: RoleAssistant, Text: "a"}}}},

		// choices
		`{"choices":null}`:                        {},
		`{"choices":[]}`:                          {},
		`{"choices":[null]}`:                      {},
		`{"choices":[{}]}`:                        choice(Delta{}),
		`{"choices":[{"delta":null}]}`:            choice(Delta{}),
		`{"choices":[{"delta":{}}]}`:              choice(Delta{}),
		`{"choices":[{"index":null,"delta":{}}]}`: choice(Delta{}),
		`{"choices":[null,{},{"index":7},{"index":0e0},{"index":1.0}]}`: {
			Choices: []ChunkChoice{{Index: 1}, {Index: 7}, {Index: 0}, {Index: 1}}},
		`{"choices":[{"index":1023}]}`:                           {Choices: []ChunkChoice{{Index: 1023}}},
		`{"choices":[{"message":{"content":"a"}}]}`:              choice(Delta{Text: "a"}),
		`{"choices":[{"message":null,"delta":{"content":"a"}}]}`: choice(Delta{Text: "a"}),

		// finish_reason: an open set, "" is none
		`{"choices":[{"finish_reason":"stop"}]}`:  {Choices: []ChunkChoice{{FinishReason: FinishStop}}},
		`{"choices":[{"finish_reason":"novel"}]}`: {Choices: []ChunkChoice{{FinishReason: "novel"}}},
		`{"choices":[{"finish_reason":""}]}`:      {Choices: []ChunkChoice{{}}},

		// content
		`{"choices":[{"delta":{"content":null}}]}`:                         choice(Delta{}),
		`{"choices":[{"delta":{"content":""}}]}`:                           choice(Delta{Content: Content{}}),
		`{"choices":[{"delta":{"content":[]}}]}`:                           choice(Delta{Content: Content{}}),
		`{"choices":[{"delta":{"role":null,"content":"a\u0000\n"}}]}`:      choice(Delta{Text: "a\x00\n"}),
		`{"choices":[{"delta":{"content":"\ud800"}}]}`:                     choice(Delta{Text: "\uFFFD"}),
		"{\"choices\":[{\"delta\":{\"content\":\"\xff\xfe\"}}]}":           choice(Delta{Text: "\uFFFD\uFFFD"}),
		`{"choices":[{"delta":{"content":[{"type":"text","text":"a"}]}}]}`: choice(Delta{Text: "a", Content: Content{&TextPart{Text: "a"}}}),
		`{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"4."}],"closed":true},{"type":"text","text":"1"},{"type":"novel"}]}}]}`: choice(Delta{
			Text: "1", Thinking: "4.", Content: Content{&ThinkingPart{Text: "4.", Closed: new(true)}, &TextPart{Text: "1"}, &UnknownPart{Type: "novel", Raw: json.RawMessage(`{"type":"novel"}`)}}}),
		`{"choices":[{"delta":{"content":null,"reasoning_content":"t"}}]}`: choice(Delta{Thinking: "t", Content: Content{&ThinkingPart{Text: "t", aside: true}}}),
		`{"choices":[{"delta":{"content":"a","reasoning":"t"}}]}`:          choice(Delta{Text: "a", Thinking: "t", Content: Content{&ThinkingPart{Text: "t", aside: true}, &TextPart{Text: "a"}}}),

		// bytes that are not UTF-8, where encoding/json would keep them
		"{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"x\",\"y\":\"\xff\"}],\"tool_calls\":[{\"function\":{\"arguments\":{\"a\":\"\xc3(\"}}}]}}]}": choice(Delta{
			Content:   Content{&UnknownPart{Type: "x", Raw: json.RawMessage("{\"type\":\"x\",\"y\":\"\uFFFD\"}")}},
			ToolCalls: []ToolCallDelta{{Index: -1, Arguments: "{\"a\":\"\uFFFD(\"}"}}}),

		// keys: the last of two counts, whatever their case
		`{"id":"a","id":"b","ID":"c"}`: {ID: "c"},
		`{"choices":[{"delta":{"content":"a","role":"assistant"},"delta":{"content":"b"}}]}`:      choice(Delta{Text: "b"}),
		`{"choices":[{"index":5,"delta":{"content":"a"}}],"choices":[{"delta":{"content":"b"}}]}`: choice(Delta{Text: "b"}),

		// tool calls
		`{"choices":[{"delta":{"tool_calls":null}}]}`: choice(Delta{}),
		`{"choices":[{"delta":{"content":null,"tool_calls":[{"id":"g6fVbXS8K","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"},"index":0}]}}]}`: choice(
			Delta{ToolCalls: []ToolCallDelta{{Index: 0, ID: "g6fVbXS8K", Name: "f", Arguments: `{"a": 1}`}}}),
		`{"choices":[{"delta":{"tool_calls":[{"function":{"name":null,"arguments":{"a": [1, 2]}}},{"index":null,"id":null},{"index":"2","id":"null"},{"index":-7,"id":"","function":null},{"index":2000000000},{"index":3.0},{"index":""},null]}}]}`: choice(
			Delta{ToolCalls: []ToolCallDelta{{Index: -1, Arguments: `{"a":[1,2]}`}, {Index: -1}, {Index: 2}, {Index: -1}, {Index: 2000000000}, {Index: 3}, {Index: -1}}}),

		// what is paid for is not lost for what is beside it
		`{"id":7,"model":{},"created":"now","usage":"none","prompt_filter_results":5,"choices":[{"content_filter_results":"none","delta":{"content":"a"}}]}`: {
			ID: "7", Choices: []ChunkChoice{{Delta: Delta{Text: "a"}}}},
		`{"id":{},"model":5,"usage":[],"prompt_filter_results":{"a":1}}`: {},
	} {
		t.Run(text, func(t *testing.T) {
			d, err := decode([]byte(text))
			require.NoError(t, err)
			assert.Equal(t, want, d.chunk)
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                                      `the text is empty, want a JSON object`,
		" \n":                                   `the text is empty, want a JSON object`,
		`null`:                                  `the text is null, want an object`,
		`[]`:                                    `the text is a list, want an object`,
		`"error"`:                               `the text is a string, want an object`,
		`7`:                                     `the text is a number, want an object`,
		`true`:                                  `the text is a boolean, want an object`,
		`not json`:                              `the text is not JSON`,
		`<html>`:                                `the text is not JSON`,
		`{`:                                     `the text is not JSON: unexpected end of JSON input`,
		`{"a":1} x`:                             `the text is not JSON: invalid character 'x' after top-level value`,
		`{}{}`:                                  `the text is not JSON: invalid character '{' after top-level value`,
		"{\"a\":\"\x00\"}":                      `the text is not JSON: invalid character '\x00' in string literal`,
		`{"choices":{}}`:                        `choices is an object, want a list`,
		`{"choices":"a"}`:                       `choices is a string, want a list`,
		`{"choices":[1]}`:                       `choices[0]: it is a number, want an object`,
		`{"choices":[{"index":-1}]}`:            `choices[0]: index is not a whole number from 0 to 1023`,
		`{"choices":[{"index":1024}]}`:          `choices[0]: index is not a whole number from 0 to 1023`,
		`{"choices":[{"index":2000000000}]}`:    `choices[0]: index is not a whole number from 0 to 1023`,
		`{"choices":[{"index":1e400}]}`:         `choices[0]: index is not a whole number from 0 to 1023`,
		`{"choices":[{"index":0.5}]}`:           `choices[0]: index is not a whole number from 0 to 1023`,
		`{"choices":[{"index":"0"}]}`:           `choices[0]: index is a string, want a number`,
		`{"choices":[{"finish_reason":1}]}`:     `choices[0]: finish_reason is a number, want text`,
		`{"choices":[{"delta":"a"}]}`:           `choices[0]: delta: it is a string, want an object`,
		`{"choices":[{},{"message":[]}]}`:       `choices[1]: message: it is a list, want an object`,
		`{"choices":[{"delta":{"content":7}}]}`: `choices[0]: delta: content is a number, want text or a list of parts`,
		`{"choices":[{"message":{"content":{}}}]}`:                          `choices[0]: message: content is an object, want text or a list of parts`,
		`{"choices":[{"delta":{"content":[{"type":"text","text":7}]}}]}`:    `choices[0]: delta: content[0]: text is a number, want text`,
		`{"choices":[{"delta":{"role":7}}]}`:                                `choices[0]: delta: role is a number, want text`,
		`{"choices":[{"delta":{"tool_calls":"a"}}]}`:                        `choices[0]: delta: tool_calls is a string, want a list`,
		`{"choices":[{"delta":{"tool_calls":[{"index":1e99}]}}]}`:           `choices[0]: delta: tool_calls[0]: index is not a whole number`,
		`{"choices":[{"messages":{}}]}`:                                     `choices[0]: messages: it is an object, want a list`,
		`{"choices":[{"messages":[{"content":1}]}]}`:                        `choices[0]: messages: [0]: content is a number, want text or a list of parts`,
		`{"a":` + strings.Repeat("[", 128) + strings.Repeat("]", 128) + `}`: `the text is nested deeper than 128 levels`,
		`{"choices":[` + strings.Repeat("{},", 4096) + `{}]}`:               `choices is a list of more than 4096 items`,
		`{"choices":[` + strings.Repeat("{},", 1024) + `{}]}`:               `choices[1024]: index is not a whole number from 0 to 1023`,
	} {
		_, err := decode([]byte(text))
		assert.EqualError(t, err, want, "%.200s", text)
	}
	_, err := decode([]byte(`{"a":` + strings.Repeat("[", 127) + `"[[[{{{\"["` + strings.Repeat("]", 127) + `}`))
	assert.NoError(t, err)
	// Bombs are refused before they cost anything.
	bomb := `{"choices":[{"delta":{"tool_calls":[` + strings.Repeat("{},", 1<<20) + `{}]}}]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = decode([]byte(bomb))
	runtime.ReadMemStats(&after)
	assert.Error(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10*len(bomb)))
}

func TestDecodeCreated(t *testing.T) {
	for raw, want := range map[string]time.Time{
		`1`: time.Unix(1, 0).UTC(), `253402300799`: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		`0`: {}, `-1`: {}, `253402300800`: {}, `1e9`: {}, `1700000000.0`: {}, `99999999999999999999`: {}, `"1"`: {}, `null`: {}, `[1]`: {},
	} {
		d, err := decode([]byte(`{"created":` + raw + `}`))
		require.NoError(t, err)
		assert.Equal(t, want, d.chunk.Created, raw)
	}
}

func TestDecodeUsage(t *testing.T) {
	for raw, want := range map[string]*Usage{
		`null`: nil, `[]`: nil, `"none"`: nil, `7`: nil,
		`{}`: {},
		`{"prompt_tokens":1,"total_tokens":4,"completion_tokens":2,"service_tier":"standard"}`:                           {PromptTokens: 1, CompletionTokens: 2, TotalTokens: 4},
		`{"prompt_tokens_details":{"cached_tokens":3,"audio_tokens":9}}`:                                                 {CachedTokens: 3},
		`{"prompt_token_details":{"cached_tokens":3}}`:                                                                   {CachedTokens: 3},
		`{"num_cached_tokens":3,"prompt_tokens_details":null,"prompt_token_details":null}`:                               {CachedTokens: 3},
		`{"num_cached_tokens":3,"prompt_tokens_details":{"cached_tokens":5}}`:                                            {CachedTokens: 5},
		`{"completion_tokens_details":{"reasoning_tokens":6},"reasoning_tokens":0}`:                                      {ReasoningTokens: 6},
		`{"reasoning_tokens":6,"completion_tokens_details":null}`:                                                        {ReasoningTokens: 6},
		`{"prompt_audio_seconds":4}`:                                                                                     {AudioSeconds: 4},
		`{"prompt_audio_seconds":4.25}`:                                                                                  {AudioSeconds: 4.25},
		`{"prompt_audio_seconds":null,"request_count":null}`:                                                             {},
		`{"prompt_audio_seconds":{},"prompt_tokens":"12","completion_tokens":[],"total_tokens":7}`:                       {TotalTokens: 7},
		`{"prompt_audio_seconds":1e999,"prompt_tokens":1e99,"completion_tokens":-5,"total_tokens":99999999999999999999}`: {},
		`{"prompt_tokens":12.0,"completion_tokens":1.2e1,"total_tokens":0.5}`:                                            {PromptTokens: 12, CompletionTokens: 12},
		`{"prompt_tokens":1,"prompt_tokens":2,"prompt_tokens_details":{"cached_tokens":1},"prompt_tokens_details":{}}`:   {PromptTokens: 2},
		`{"prompt_tokens_details":[1],"completion_tokens_details":7,"total_tokens":1}`:                                   {TotalTokens: 1},
	} {
		d, err := decode([]byte(`{"usage":` + raw + `}`))
		require.NoError(t, err)
		assert.Equal(t, want, d.chunk.Usage, raw)
	}
}

func TestDecodeFilter(t *testing.T) {
	for raw, want := range map[string]ContentFilter{
		`null`: nil, `{}`: nil, `[]`: nil, `7`: nil,
		`{"hate":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"high"}}`: {
			"hate": {Severity: "safe"}, "violence": {Filtered: true, Severity: "high"}},
		`{"jailbreak":{"filtered":false,"detected":true},"profanity":{"detected":false}}`: {
			"jailbreak": {Detected: true}, "profanity": {}},
		`{"custom_blocklists":{"filtered":true,"details":[{"id":"x","filtered":true}]},"error":{"code":"c","message":"m"},"novel":{"severity":"dire"}}`: {
			"custom_blocklists": {Filtered: true}, "error": {}, "novel": {Severity: "dire"}},
		`{"custom_blocklists":[{"id":"x"}],"a":null,"b":true,"c":"x","hate":{"filtered":"yes","severity":3}}`: {"hate": {}},
	} {
		d, err := decode([]byte(`{"choices":[{"content_filter_results":` + raw + `}]}`))
		require.NoError(t, err)
		assert.Equal(t, want, d.chunk.Choices[0].Filter, raw)

		for _, form := range []string{
			`{"prompt_filter_results":[{"prompt_index":0,"content_filter_results":%s}]}`,
			`{"prompt_filter_results":[{"prompt_index":0,"content_filter_result":%s}]}`,
			`{"prompt_annotations":[{"prompt_index":0,"content_filter_results":%s}]}`,
			`{"prompt_filter_results":[null,7,[],{},{"content_filter_results":%s}]}`,
		} {
			d, err := decode(fmt.Appendf(nil, form, raw))
			require.NoError(t, err)
			assert.Equal(t, want, d.chunk.Filter, form, raw)
		}
	}
	// Over prompts the worst counts.
	d, err := decode([]byte(`{"prompt_filter_results":[
		{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"low"},"sexual":{"severity":"safe"},"violence":{"severity":"medium"}}},
		{"prompt_index":1,"content_filter_results":{"hate":{"filtered":true,"severity":"safe"},"sexual":{"severity":"novel"},"violence":{"severity":"novel"},"jailbreak":{"detected":true}}},
		{"prompt_index":2,"content_filter_results":{"jailbreak":{"detected":false},"hate":{}}}]}`))
	require.NoError(t, err)
	assert.Equal(t, ContentFilter{"hate": {Filtered: true, Severity: "low"}, "sexual": {Severity: "novel"},
		"violence": {Severity: "medium"}, "jailbreak": {Detected: true}}, d.chunk.Filter)

	many := `{"choices":[{"content_filter_results":{` + strings.Repeat(`"a":{},`, maxItems) + `"b":{}}}]}`
	d, err = decode([]byte(many))
	require.NoError(t, err)
	assert.Nil(t, d.chunk.Choices[0].Filter)
}

// TestDecodeJudgement: answered and suspect.
func TestDecodeJudgement(t *testing.T) {
	for text, want := range map[string]struct{ answered, suspect bool }{
		`{}`: {false, false},
		`{"choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}`: {true, false},
		`{"choices":[{"message":{"content":""}}]}`:                                            {true, false},
		`{"choices":[{"message":{"role":"assistant"}}]}`:                                      {true, false},
		`{"choices":[{"message":{"tool_calls":[{"id":"a"}]}}]}`:                               {true, false},
		`{"choices":[{"message":{"reasoning_content":"t"}}]}`:                                 {true, false},
		`{"choices":[{"message":{}}]}`:                                                        {false, false},
		`{"choices":[{"message":{"content":null,"tool_calls":null}}]}`:                        {false, false},
		`{"choices":[{"message":null,"finish_reason":"stop"}]}`:                               {false, false},
		`{"choices":[{"finish_reason":"content_filter"}]}`:                                    {true, false},
		`{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`:                      {false, false},
		`{"choices":[{"messages":[{"role":"assistant","content":"a"}]}]}`:                     {true, false},
		`{"choices":[{"messages":[]}]}`:                                                       {false, false},

		`{"error":{"message":"m"}}`: {false, true},
		`{"error":"m"}`:             {false, true},
		`{"error":""}`:              {false, true},
		`{"error":null,"choices":[{"message":{"content":"a"}}]}`:       {true, false},
		`{"error":{},"choices":[{"message":{"content":"a"}}]}`:         {true, true},
		`{"choices":[{"error":{"code":1},"message":{"content":"a"}}]}`: {true, true},
		`{"choices":[{"error":null,"message":{"content":"a"}}]}`:       {true, false},
		`{"object":"error"}`:                                    {false, true},
		`{"object":"Error","choices":[]}`:                       {false, true},
		`{"object":"chat.completion.chunk","choices":[]}`:       {false, false},
		`{"message":"m"}`:                                       {false, true},
		`{"detail":[]}`:                                         {false, true},
		`{"code":7,"choices":null}`:                             {false, true},
		`{"title":"t","choices":[null]}`:                        {false, true},
		`{"status":500}`:                                        {false, true},
		`{"statusCode":401}`:                                    {false, true},
		`{"message":null,"detail":null,"code":null}`:            {false, false},
		`{"message":"m","choices":[{"delta":{"content":"a"}}]}`: {false, false},
		`{"choices":[{"delta":{"content":"{\"error\":1}"}}]}`:   {false, false},
	} {
		d, err := decode([]byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, struct{ answered, suspect bool }{d.answered, d.suspect}, text)
	}
	for _, text := range []string{`{"choices":"none","error":{}}`, `{"choices":{},"message":"m"}`, `{"choices":[{"index":-1}],"detail":"d"}`, `{"choices":[{"error":{},"index":-1}]}`} {
		d, err := decode([]byte(text))
		assert.Error(t, err)
		assert.True(t, d.suspect, text)
	}
}

// TestDecodeMessages: several messages in one choice, as with tools that the
// service runs itself.
func TestDecodeMessages(t *testing.T) {
	d, err := decode([]byte(`{"choices":[{"index":0,"finish_reason":"stop","messages":[
		{"role":"assistant","content":"I look. ","tool_calls":[{"id":"a","function":{"name":"web","arguments":"{}"},"index":0}]},
		{"role":"tool","tool_call_id":"a","content":"found"},
		{"role":"assistant","content":[{"type":"text","text":"It is 4."},{"type":"reference","reference_ids":[0]}],
			"tool_calls":[{"id":"b","function":{"name":"mine","arguments":"{}"},"index":0}]}]}]}`))
	require.NoError(t, err)
	assert.True(t, d.answered)
	var a accumulator
	a.add(&d.chunk)
	assert.Equal(t, Message{
		Role:      RoleAssistant,
		Content:   Content{&TextPart{Text: "I look. "}, &TextPart{Text: "It is 4."}, &ReferencePart{IDs: []string{"0"}}},
		ToolCalls: []ToolCall{{ID: "b", Name: "mine", Arguments: "{}"}},
	}, a.response().Message())
}

// TestDecodePlacesWholeChoices: two whole choices with one index are two answers.
func TestDecodePlacesWholeChoices(t *testing.T) {
	index := func(text string) (list []int) {
		d, err := decode([]byte(text))
		require.NoError(t, err)
		for _, c := range d.chunk.Choices {
			list = append(list, c.Index)
		}
		return list
	}
	assert.Equal(t, []int{0, 1, 2}, index(`{"choices":[{"index":0,"message":{"content":"a"}},{"index":0,"message":{"content":"b"}},{"index":1,"message":{"content":"c"}}]}`))
	assert.Equal(t, []int{2, 0}, index(`{"choices":[{"index":2,"message":{"content":"a"}},{"index":0,"message":{"content":"b"}}]}`))
	assert.Equal(t, []int{0, 0}, index(`{"choices":[{"index":0,"delta":{"content":"a"}},{"index":0,"delta":{"content":"b"}}]}`))
}

// TestDecodeKeepsNothing: what is decoded does not change with the buffer.
func TestDecodeKeepsNothing(t *testing.T) {
	text := `{"id":"i","model":"m","choices":[{"delta":{"content":[{"type":"text","text":"abc"},{"type":"x","y":"z"}],"tool_calls":[{"id":"id","function":{"name":"f","arguments":{"a":"b"}}}]},"content_filter_results":{"hate":{"severity":"safe"}}}]}`
	want, err := decode([]byte(text))
	require.NoError(t, err)
	buffer := []byte(text)
	got, err := decode(buffer)
	require.NoError(t, err)
	for i := range buffer {
		buffer[i] = '#'
	}
	assert.Equal(t, want, got)
}
