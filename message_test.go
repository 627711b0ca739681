package azmistral

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConstructors(t *testing.T) {
	image := &ImagePart{URL: "u"}
	call := ToolCall{ID: "abcdefghi", Name: "f", Arguments: "{}", Index: 3}
	for name, c := range map[string]struct{ got, want Message }{
		"system":          {System("a"), Message{Role: RoleSystem, Content: Content{&TextPart{Text: "a"}}}},
		"user":            {User("a"), Message{Role: RoleUser, Content: Content{&TextPart{Text: "a"}}}},
		"user empty":      {User(""), Message{Role: RoleUser, Content: Content{&TextPart{}}}},
		"user parts":      {User("a", image), Message{Role: RoleUser, Content: Content{&TextPart{Text: "a"}, image}}},
		"user only parts": {User("", image), Message{Role: RoleUser, Content: Content{image}}},
		"assistant":       {Assistant(""), Message{Role: RoleAssistant, Content: Content{&TextPart{}}}},
		"tool result":     {ToolResult(call, "r"), Message{Role: RoleTool, Content: Content{&TextPart{Text: "r"}}, ToolCallID: "abcdefghi", Name: "f"}},
		"tool of no id":   {ToolResult(ToolCall{}, ""), Message{Role: RoleTool, Content: Content{&TextPart{}}}},
	} {
		assert.Equal(t, c.want, c.got, name)
	}
}

func TestContentText(t *testing.T) {
	for name, c := range map[string]struct {
		content        Content
		text, thinking string
	}{
		"nil":       {nil, "", ""},
		"one":       {Content{&TextPart{Text: "a"}}, "a", ""},
		"three":     {Content{&TextPart{Text: "a"}, &ReferencePart{}, &TextPart{Text: "b"}, &TextPart{Text: "c"}}, "abc", ""},
		"thinking":  {Content{&ThinkingPart{Text: "t"}, &ThinkingPart{Text: "u"}, &TextPart{Text: "a"}}, "a", "tu"},
		"nil parts": {Content{nil, (*TextPart)(nil), (*ThinkingPart)(nil), &TextPart{Text: "a"}}, "a", ""},
	} {
		assert.Equal(t, c.text, c.content.Text(), name)
		assert.Equal(t, c.text, Message{Content: c.content}.Text(), name)
		assert.Equal(t, c.thinking, c.content.Thinking(), name)
	}
}

func TestAnswerAccessors(t *testing.T) {
	var none ChatResponse
	assert.Equal(t, Message{}, none.Message())
	assert.Empty(t, none.Text())
	assert.Nil(t, none.ToolCalls())
	assert.Empty(t, none.FinishReason())

	m := Message{Role: RoleAssistant, Content: Content{&ThinkingPart{Text: "t"}, &TextPart{Text: "a"}}, ToolCalls: []ToolCall{{ID: "x"}}}
	r := ChatResponse{Choices: []Choice{{Message: m, FinishReason: FinishToolCalls}, {Index: 1, Message: Assistant("b"), FinishReason: FinishStop}}}
	assert.Equal(t, m, r.Message())
	assert.Equal(t, "a", r.Text())
	assert.Equal(t, m.ToolCalls, r.ToolCalls())
	assert.Equal(t, FinishToolCalls, r.FinishReason())
}

func TestChunkText(t *testing.T) {
	text := func(index int, s string) ChunkChoice { return ChunkChoice{Index: index, Delta: Delta{Text: s}} }
	for want, choices := range map[string][]ChunkChoice{
		"":    nil,
		"a":   {text(0, "a")},
		"b":   {text(1, "a"), text(0, "b")},
		"ace": {text(0, "a"), text(1, "b"), text(0, "c"), text(0, ""), text(0, "e")},
	} {
		assert.Equal(t, want, (&ChatChunk{Choices: choices}).Text())
	}
	assert.Empty(t, (&ChatChunk{Choices: []ChunkChoice{text(1, "a")}}).Text())
}

func TestToolCallDecode(t *testing.T) {
	type days struct {
		Count int `json:"count"`
	}
	type args struct {
		City string
		Days days `json:"days"`
	}
	for name, c := range map[string]struct {
		arguments string
		want      args
		err       string
	}{
		"whole":      {`{"city":"Oslo","days":{"count":2}}`, args{City: "Oslo", Days: days{2}}, ""},
		"empty":      {``, args{}, ""},
		"blank":      {" \n", args{}, ""},
		"cut":        {`{"city":`, args{}, `arguments of tool call "weather" (id "abcdefghi") at byte 8 of 8: unexpected end of JSON input`},
		"two":        {`{}{}`, args{}, `arguments of tool call "weather" (id "abcdefghi") at byte 3 of 4: invalid character '{' after top-level value`},
		"wrong type": {`{"days":{"count":"two"}}`, args{}, `arguments of tool call "weather" (id "abcdefghi") at days.count (byte 22 of 24): json: cannot unmarshal string into Go struct field days.days.count of type int`},
		"no object":  {`[1]`, args{}, `arguments of tool call "weather" (id "abcdefghi") at byte 1 of 3: json: cannot unmarshal array into Go value of type azmistral.args`},
	} {
		t.Run(name, func(t *testing.T) {
			var got args
			err := ToolCall{ID: "abcdefghi", Name: "weather", Arguments: c.arguments}.Decode(&got)
			if c.err != "" {
				require.EqualError(t, err, c.err)
				_, syntax := errors.AsType[*json.SyntaxError](err)
				_, kind := errors.AsType[*json.UnmarshalTypeError](err)
				assert.True(t, syntax || kind)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	assert.ErrorContains(t, ToolCall{Name: "f"}.Decode(nil), `arguments of tool call "f": json: Unmarshal(nil)`)
}

// TestMessagesSurviveStorage: messages of every part are the same after
// json.Marshal and json.Unmarshal.
func TestMessagesSurviveStorage(t *testing.T) {
	for name, m := range map[string]Message{
		"zero":          {},
		"system":        System("a"),
		"nil content":   {Role: RoleUser},
		"empty content": {Role: RoleUser, Content: Content{}},
		"empty text":    User(""),
		"odd text":      User("a\"\\<>&\u2028\x00😀\n"),
		"two texts":     User("a", &TextPart{Text: "b"}),
		"one other":     User("", &FilePart{FileID: "f"}),
		"images": User("a", &ImagePart{URL: "https://example.com/a.png"}, &ImagePart{URL: "u", Detail: "high"},
			&ImagePart{Data: png, MediaType: "image/png", Detail: "low"}, &ImagePart{URL: "data:,odd"}, &ImagePart{URL: "data:image/png;base64,"}),
		"documents": User("", &DocumentPart{URL: "u", Name: "n"}, &DocumentPart{Data: []byte("%PDF"), MediaType: "application/pdf", Name: "n"}),
		"audio":     User("", &AudioPart{URL: "https://example.com/a.mp3"}, &AudioPart{Data: []byte("ID3"), Format: "mp3"}, &AudioPart{Data: []byte("ID3")}, &AudioPart{URL: "data:audio/mp3;base64,SUQz"}),
		"thinking": {Role: RoleAssistant, Content: Content{&ThinkingPart{Text: "t", Signature: "s", Closed: new(true)},
			&ThinkingPart{Closed: new(false)}, &ThinkingPart{}, &ThinkingPart{Text: "p", plain: true}, &TextPart{Text: "a"}}},
		"nested thinking": {Role: RoleAssistant, Content: Content{&ThinkingPart{Text: "abc", nested: []nestedPart{
			{at: 0, raw: json.RawMessage(`{"type":"reference","reference_ids":[1]}`)}, {at: 1, raw: json.RawMessage(`{"type":"tool_reference"}`)},
			{at: 2}, {at: 3, raw: json.RawMessage(`1`)}}}}},
		"thinking aside": {Role: RoleAssistant, Content: Content{&ThinkingPart{Text: "t", aside: true}, &TextPart{Text: "a"}}},
		"only aside":     {Role: RoleAssistant, Content: Content{&ThinkingPart{Text: "t", aside: true}}},
		"references":     {Role: RoleAssistant, Content: Content{&TextPart{Text: "a"}, &ReferencePart{IDs: []string{"0", "x", "-7", "007"}}, &ReferencePart{}}},
		"swapped references": {Role: RoleAssistant, Content: Content{
			&ReferencePart{IDs: []string{"3", "1.5", "x"}, swapped: []bool{true, true, false}}}},
		"unknown": User("", &UnknownPart{Type: "smell", Raw: json.RawMessage(`{"type":"smell","a":[1,2.50,"x"]}`)}, &UnknownPart{Raw: json.RawMessage(`"text"`)}),
		"calls": {Role: RoleAssistant, Content: textContent(""), ToolCalls: []ToolCall{
			{ID: "any-id-at-all", Name: "f", Arguments: `{"a":`, Index: 0}, {Name: "g", Index: 1}, {ID: "x", Index: 7}}},
		"tool":   ToolResult(ToolCall{ID: "call_1", Name: "f"}, "r"),
		"prefix": {Role: RoleAssistant, Content: textContent("a"), Prefix: true},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.Marshal(m)
			require.NoError(t, err)
			var back Message
			require.NoError(t, json.Unmarshal(data, &back), "%s", data)
			assert.Equal(t, m, back, "%s", data)
			again, err := json.Marshal(&back)
			require.NoError(t, err)
			assert.Equal(t, string(data), string(again))
		})
	}
}

// TestMessageMarshal pins the stored form.
func TestMessageMarshal(t *testing.T) {
	m := Message{
		Role: RoleAssistant,
		Content: Content{
			&ThinkingPart{Text: "ab", Signature: "s", Closed: new(true), nested: []nestedPart{{at: 1, raw: json.RawMessage(`{"type":"x"}`)}, {at: 9, raw: json.RawMessage(`7`)}}},
			&TextPart{Text: "<a>"},
		},
		ToolCalls:  []ToolCall{{ID: "call_1", Name: "f", Index: 2}, {Name: "g", Arguments: "{"}},
		ToolCallID: "null", Name: "n", Prefix: true,
	}
	data, err := m.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, `{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"a"},{"type":"x"},{"type":"text","text":"b"},7],`+
		`"signature":"s","closed":true},{"type":"text","text":"<a>"}],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":""},"index":2},`+
		`{"type":"function","function":{"name":"g","arguments":"{"},"index":0}],"tool_call_id":"null","name":"n","prefix":true}`, string(data))

	for want, m := range map[string]Message{
		`message: content[0] is nil`:                             User("", nil),
		`message: content[1]: an image part needs URL or Data`:   User("a", &ImagePart{}),
		`message: content[0].raw is not JSON`:                    User("", &UnknownPart{Raw: json.RawMessage("{")}),
		`message: content[0]: a document part needs URL or Data`: User("", &DocumentPart{}),
	} {
		_, err := m.MarshalJSON()
		assert.EqualError(t, err, want)
	}
}

// TestThinkingTextChanged: a caller may shorten the text of a part that has nested
// parts; what is written stays JSON and UTF-8.
func TestThinkingTextChanged(t *testing.T) {
	for text, want := range map[string]string{
		"":    `[7,8]`,
		"a":   `[{"type":"text","text":"a"},7,8]`,
		"aé":  `[{"type":"text","text":"a"},7,{"type":"text","text":"é"},8]`,
		"aéz": `[{"type":"text","text":"a"},7,{"type":"text","text":"é"},8,{"type":"text","text":"z"}]`,
	} {
		p := &ThinkingPart{Text: text, nested: []nestedPart{{at: 2, raw: json.RawMessage("7")}, {at: 3, raw: json.RawMessage("8")}}}
		data, err := Message{Content: Content{p}}.MarshalJSON()
		require.NoError(t, err)
		assert.Equal(t, `{"role":"","content":[{"type":"thinking","thinking":`+want+`}]}`, string(data))
	}
}

// TestMessageUnmarshal reads every form of a message that is on record or in the
// schema.
func TestMessageUnmarshal(t *testing.T) {
	a := Content{&TextPart{Text: "a"}}
	for text, want := range map[string]Message{
		` {"role":"user","content":"a"} `: User("a"),
		`{"content":null}`:                {},
		`{}`:                              {},
		`{"content":[]}`:                  {Content: Content{}},
		`{"content":[null,{"type":"text","text":"a"}]}`:                   {Content: a},
		`{"content":[{"text":"a"}]}`:                                      {Content: a},
		`{"content":[{"type":"text"}]}`:                                   {Content: Content{&TextPart{}}},
		`{"content":[{"type":"text","text":null}]}`:                       {Content: Content{&TextPart{}}},
		`{"content":"a","content":null}`:                                  {},
		`{"content":"\ud800x\udfff"}`:                                     {Content: textContent("\uFFFDx\uFFFD")},
		`{"content":"\ud83d\ude00"}`:                                      {Content: textContent("😀")},
		"{\"content\":\"\xff\xfe\"}":                                      {Content: textContent("\uFFFD\uFFFD")},
		`{"Content":"a"}`:                                                 {Content: a},
		`{"content":"a","refusal":null,"annotations":[],"audio":{"x":1}}`: {Content: a},

		`{"content":[{"type":"image_url","image_url":"u"}]}`:                                {Content: Content{&ImagePart{URL: "u"}}},
		`{"content":[{"type":"image_url","image_url":{"url":"u","detail":null}}]}`:          {Content: Content{&ImagePart{URL: "u"}}},
		`{"content":[{"type":"image_url","image_url":{"url":"u","detail":"low"}}]}`:         {Content: Content{&ImagePart{URL: "u", Detail: "low"}}},
		`{"content":[{"type":"image_url","image_url":"data:image/png;base64,QQ=="}]}`:       {Content: Content{&ImagePart{Data: []byte("A"), MediaType: "image/png"}}},
		`{"content":[{"type":"image_url","image_url":"data:image/png;base64,QR=="}]}`:       {Content: Content{&ImagePart{URL: "data:image/png;base64,QR=="}}},
		`{"content":[{"type":"image_url","image_url":"data:image/png;base64,Q\nQ=="}]}`:     {Content: Content{&ImagePart{URL: "data:image/png;base64,Q\nQ=="}}},
		`{"content":[{"type":"image_url","image_url":"data:;base64,QQ=="}]}`:                {Content: Content{&ImagePart{URL: "data:;base64,QQ=="}}},
		"{\"content\":[{\"type\":\"x\",\"y\":\"\xff\"}]}":                                   {Content: Content{&UnknownPart{Type: "x", Raw: json.RawMessage("{\"type\":\"x\",\"y\":\"\uFFFD\"}")}}},
		`{"content":[{"type":"document_url","document_url":"u","document_name":null}]}`:     {Content: Content{&DocumentPart{URL: "u"}}},
		`{"content":[{"type":"document_url","document_url":"u","document_name":"n"}]}`:      {Content: Content{&DocumentPart{URL: "u", Name: "n"}}},
		`{"content":[{"type":"input_audio","input_audio":"https://a"}]}`:                    {Content: Content{&AudioPart{URL: "https://a"}}},
		`{"content":[{"type":"input_audio","input_audio":"QQ=="}]}`:                         {Content: Content{&AudioPart{Data: []byte("A")}}},
		`{"content":[{"type":"input_audio","input_audio":{"data":"QQ==","format":"mp3"}}]}`: {Content: Content{&AudioPart{Data: []byte("A"), Format: "mp3"}}},
		`{"content":[{"type":"file","file_id":"f"}]}`:                                       {Content: Content{&FilePart{FileID: "f"}}},

		`{"content":[{"type":"thinking","thinking":[]}]}`:   {Content: Content{&ThinkingPart{}}},
		`{"content":[{"type":"thinking","thinking":null}]}`: {Content: Content{&ThinkingPart{}}},
		`{"content":[{"type":"thinking","thinking":"t"}]}`:  {Content: Content{&ThinkingPart{Text: "t", plain: true}}},
		`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"},{"type":"text","text":""},{"type":"text","text":"b"}],"signature":null,"closed":null}]}`: {
			Content: Content{&ThinkingPart{Text: "ab", nested: []nestedPart{{at: 1}}}}},
		`{"content":[{"type":"thinking","thinking":[{"type":"text","text":"a"}, {"type":"tool_reference","tool":"x"} ,{"type":"text","text":"b"}],"signature":"s","closed":false}]}`: {
			Content: Content{&ThinkingPart{Text: "ab", Signature: "s", Closed: new(false), nested: []nestedPart{{at: 1, raw: json.RawMessage(`{"type":"tool_reference","tool":"x"}`)}}}}},
		`{"content":[{"type":"reference","reference_ids":[0,"x"]}]}`: {Content: Content{&ReferencePart{IDs: []string{"0", "x"}}}},
		`{"content":[{"type":"reference","reference_ids":[0,"3",1.50]}]}`: {
			Content: Content{&ReferencePart{IDs: []string{"0", "3", "1.50"}, swapped: []bool{false, true, true}}}},
		`{"content":[{"type":"reference"}]}`: {Content: Content{&ReferencePart{}}},

		`{"reasoning_content":"t","content":"a"}`:                           {Content: Content{&ThinkingPart{Text: "t", aside: true}, &TextPart{Text: "a"}}},
		`{"reasoning":"t","content":null}`:                                  {Content: Content{&ThinkingPart{Text: "t", aside: true}}},
		`{"reasoning":"t","reasoning_content":"t","content":""}`:            {Content: Content{&ThinkingPart{Text: "t", aside: true}, &TextPart{}}},
		`{"reasoning":{"effort":"x"},"reasoning_content":"","content":"a"}`: {Content: a},

		`{"tool_calls":null,"tool_call_id":null,"name":null,"prefix":null}`: {},
		`{"tool_calls":[]}`: {},
		`{"tool_calls":[null,{"id":"a","function":{"name":"f","arguments":"{}"}}]}`: {ToolCalls: []ToolCall{{ID: "a", Name: "f", Arguments: "{}"}}},
		`{"tool_calls":[{"function":{"name":"f"}},{"id":null,"function":null},{"id":"null"},{"id":7}]}`: {
			ToolCalls: []ToolCall{{Name: "f"}, {Index: 1}, {Index: 2}, {ID: "7", Index: 3}}},
		`{"tool_calls":[{"index":5,"id":"a"},{"index":null},{"index":-2},{"index":"9"}]}`: {
			ToolCalls: []ToolCall{{ID: "a", Index: 5}, {Index: 1}, {Index: 2}, {Index: 9}}},
		`{"tool_calls":[{"function":{"name":null,"arguments":{"a": [1, "<é>"]},"call_id":null}}]}`: {ToolCalls: []ToolCall{{Arguments: `{"a":[1,"<é>"]}`}}},
		`{"tool_calls":[{"function":{"arguments":null}}]}`:                                         {ToolCalls: []ToolCall{{}}},
		`{"role":"tool","tool_call_id":"null","name":"f","content":"a"}`:                           {Role: RoleTool, Name: "f", Content: a},
		`{"role":"tool","tool_call_id":12,"content":"a"}`:                                          {Role: RoleTool, ToolCallID: "12", Content: a},
		`{"role":"assistant","prefix":true,"content":"a"}`:                                         {Role: RoleAssistant, Prefix: true, Content: a},
	} {
		t.Run(text, func(t *testing.T) {
			got := Message{Role: "before", Name: "before"}
			require.NoError(t, got.UnmarshalJSON([]byte(text)))
			assert.Equal(t, want, got)
		})
	}
	kept := Message{Role: "before"}
	require.NoError(t, json.Unmarshal([]byte(" null"), &kept))
	assert.Equal(t, Message{Role: "before"}, kept)
}

// TestUnknownPartsKept: what is no known part, or not of its form, is kept exactly.
func TestUnknownPartsKept(t *testing.T) {
	for raw, kind := range map[string]string{
		`{ "type" : "smell" , "x" : 1e5 }`: "smell",
		`{"type":7}`:                       "",
		`{"type":""}`:                      "",
		`"text"`:                           "",
		`[1, 2]`:                           "",
		`5`:                                "",
		`{"type":"image_url"}`:             "image_url",
		`{"type":"image_url","image_url":{"url":5}}`:                               "image_url",
		`{"type":"image_url","image_url":{"url":"u","detail":[]}}`:                 "image_url",
		`{"type":"image_url","image_url":[]}`:                                      "image_url",
		`{"type":"document_url","document_url":{}}`:                                "document_url",
		`{"type":"document_url","document_url":"u","document_name":1}`:             "document_url",
		`{"type":"input_audio","input_audio":{"data":"no base64","format":"mp3"}}`: "input_audio",
		`{"type":"input_audio","input_audio":{"data":"QQ=="}}`:                     "input_audio",
		`{"type":"input_audio"}`:                                                   "input_audio",
		`{"type":"file","file":{"file_data":"x"}}`:                                 "file",
		`{"type":"file","file_id":3}`:                                              "file",
		`{"type":"thinking","thinking":{"a":1}}`:                                   "thinking",
		`{"type":"thinking","thinking":[],"closed":"yes"}`:                         "thinking",
		`{"type":"thinking","thinking":[],"signature":5}`:                          "thinking",
		`{"type":"reference","reference_ids":"0"}`:                                 "reference",
		`{"type":"reference","reference_ids":[true]}`:                              "reference",
		`{"type":"refusal","refusal":"no"}`:                                        "refusal",
	} {
		t.Run(raw, func(t *testing.T) {
			text := `{"role":"user","content":[{"type":"text","text":"a"},` + raw + `]}`
			var m Message
			require.NoError(t, m.UnmarshalJSON([]byte(text)))
			assert.Equal(t, User("a", &UnknownPart{Type: kind, Raw: json.RawMessage(raw)}), m)
			back, err := m.MarshalJSON()
			require.NoError(t, err)
			assert.Equal(t, text, string(back))
		})
	}
}

func TestMessageUnmarshalErrors(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:                                       `message: it is a list, want an object`,
		`"a"`:                                      `message: it is a string, want an object`,
		`{"role":1}`:                               `message: role is a number, want text`,
		`{"content":1}`:                            `message: content is a number, want text or a list of parts`,
		`{"content":{"type":"text"}}`:              `message: content is an object, want text or a list of parts`,
		`{"content":true}`:                         `message: content is a boolean, want text or a list of parts`,
		`{"content":[{"type":"text","text":1}]}`:   `message: content[0]: text is a number, want text`,
		`{"tool_calls":{}}`:                        `message: tool_calls is an object, want a list`,
		`{"tool_calls":[1]}`:                       `message: tool_calls[0]: it is a number, want an object`,
		`{"tool_calls":[{"id":{}}]}`:               `message: tool_calls[0]: id is an object, want text`,
		`{"tool_calls":[{},{"index":0.5}]}`:        `message: tool_calls[1]: index is not a whole number`,
		`{"tool_calls":[{"index":"a"}]}`:           `message: tool_calls[0]: index is not a whole number`,
		`{"tool_calls":[{"index":1e300}]}`:         `message: tool_calls[0]: index is not a whole number`,
		`{"tool_calls":[{"function":"f"}]}`:        `message: tool_calls[0]: function is a string, want an object`,
		`{"tool_calls":[{"function":{"name":1}}]}`: `message: tool_calls[0]: function.name is a number, want text`,
		`{"tool_call_id":[]}`:                      `message: tool_call_id is a list, want text`,
		`{"name":false}`:                           `message: name is a boolean, want text`,
		`{"reasoning_content":{}}`:                 `message: reasoning_content is an object, want text`,
	} {
		var m Message
		assert.EqualError(t, json.Unmarshal([]byte(text), &m), want)
	}
	var m Message
	assert.ErrorContains(t, m.UnmarshalJSON([]byte(`{"a":`)), "message: unexpected end of JSON input")
	long := `{"content":[` + strings.Repeat(`{},`, maxItems) + `{}]}`
	assert.EqualError(t, m.UnmarshalJSON([]byte(long)), `message: content is a list of more than 4096 items`)
}

// TestClonePart: a clone shares nothing that can be written.
func TestClonePart(t *testing.T) {
	for _, part := range []Part{
		&TextPart{Text: "a"}, &ImagePart{URL: "u", Data: []byte("a"), MediaType: "m", Detail: "d"},
		&DocumentPart{Data: []byte("a"), Name: "n"}, &AudioPart{Data: []byte("a"), Format: "f"}, &FilePart{FileID: "f"},
		&ThinkingPart{Text: "t", Closed: new(true), nested: []nestedPart{{at: 1}}, plain: true, aside: true},
		&ReferencePart{IDs: []string{"a"}, swapped: []bool{true}}, &UnknownPart{Type: "t", Raw: json.RawMessage("1")},
	} {
		clone := clonePart(part)
		assert.Equal(t, part, clone)
		assert.NotSame(t, part, clone)
		switch p := part.(type) {
		case *ImagePart:
			p.Data[0] = 'z'
		case *DocumentPart:
			p.Data[0] = 'z'
		case *AudioPart:
			p.Data[0] = 'z'
		case *ThinkingPart:
			*p.Closed = false
		case *ReferencePart:
			p.IDs[0] = "z"
		case *UnknownPart:
			p.Raw[0] = '2'
		default:
			continue
		}
		assert.NotEqual(t, part, clone, "%T shares memory with its clone", part)
	}
	assert.Nil(t, clonePart(nil))
	assert.Nil(t, clonePart((*TextPart)(nil)))
}

// FuzzMessageRoundTrip: what can be read as a message is written and read again as
// the same.
func FuzzMessageRoundTrip(f *testing.F) {
	for _, seed := range []string{
		`{"role":"user","content":"a"}`,
		`{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"t"},{"type":"x"}],"closed":true},{"type":"text","text":"a"},{"type":"reference","reference_ids":[0,"3"]}],"tool_calls":[{"id":"a","function":{"name":"f","arguments":{"a":1}},"index":0}]}`,
		`{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,QQ==","detail":"low"}},{"type":"document_url","document_url":"u"},{"type":"input_audio","input_audio":{"data":"QQ==","format":"mp3"}},{"type":"file","file_id":"f"},null,1,"x"]}`,
		`{"role":"assistant","content":null,"reasoning_content":"t","prefix":true,"name":"n","tool_call_id":"null"}`,
		`{"content":[{"type":"thinking","thinking":"p","signature":"s"},{"type":"input_audio","input_audio":"QQ=="}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m Message
		if m.UnmarshalJSON(data) != nil {
			return
		}
		stored, err := m.MarshalJSON()
		require.NoError(t, err)
		require.True(t, json.Valid(stored), "%s", stored)
		var back Message
		require.NoError(t, back.UnmarshalJSON(stored), "%s", stored)
		require.Equal(t, m, back, "%s", stored)
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(stored), string(again))

		// What can be stored can be sent on Mistral's own routes, where a role is set
		// and the system says something.
		if m.Role != "" && (m.Role != RoleSystem || m.Content != nil) {
			req := ChatRequest{Messages: []Message{m}}
			body, _, err := encodeBody(&req, "m", nameSets["mistral"], false)
			require.NoError(t, err)
			require.True(t, json.Valid(body), "%s", body)
		}
	})
}
