package azmistral

import (
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/internal/route"
)

// nameSets are rows of the three name sets as the route table has them.
var nameSets = map[string]route.Row{
	"mistral":   {Names: route.NamesMistral},
	"inference": {Names: route.NamesInference, PassThrough: true},
	"openai":    {Names: route.NamesOpenAI},
}

// png is the beginning of a picture, as far as its type can be told from it.
var png = []byte("\x89PNG\r\n\x1a\n\x00")

// fullRequest sets every field of ChatRequest, with every part that a role may
// hold on every route.
func fullRequest() ChatRequest {
	return ChatRequest{
		Model: "named-by-the-caller",
		Messages: []Message{
			{Role: RoleSystem, Content: Content{&TextPart{Text: "Be brief."}, &TextPart{Text: " Be <kind> & \"true\".\n"}}},
			User("Look:",
				&ImagePart{URL: "https://example.com/a.png", Detail: "low"},
				&ImagePart{Data: png},
				&ImagePart{Data: []byte("webp"), MediaType: "image/webp"},
				&DocumentPart{URL: "https://example.com/a.pdf", Name: "a.pdf"},
				&DocumentPart{Data: []byte("%PDF")},
				&DocumentPart{Data: []byte("PK"), MediaType: "application/zip"},
				&AudioPart{Data: []byte("ID3"), Format: "mp3"},
				&AudioPart{URL: "https://example.com/a.mp3"},
				&FilePart{FileID: "9a90b93c-0e7d-4dd7-8520-07d051404d11"},
				&UnknownPart{Type: "smell", Raw: json.RawMessage(`{ "type":"smell",  "smell":"<roses>"}`)}),
			{Role: RoleAssistant,
				Content: Content{
					&ThinkingPart{Text: "A picture.", Signature: "sig", Closed: new(true)},
					&TextPart{Text: "I see"},
					&ReferencePart{IDs: []string{"0", "x3"}},
					&TextPart{Text: " a cat"},
				},
				ToolCalls: []ToolCall{
					{ID: "abcdefghi", Name: "measure", Arguments: `{"unit":"cm"}`},
					{ID: "call_2/of-two", Name: "weigh", Index: 1},
				}},
			ToolResult(ToolCall{ID: "abcdefghi", Name: "measure"}, `{"cm":40}`),
			{Role: RoleTool, Content: Content{&TextPart{Text: "4 "}, &TextPart{Text: "kg"}}, ToolCallID: "call_2/of-two", Name: "weigh"},
			{Role: RoleAssistant, ToolCalls: []ToolCall{{ID: "123456789", Name: "measure", Arguments: `{"unit":`}}},
			{Role: RoleTool, ToolCallID: "123456789"},
			{Role: RoleAssistant, Content: textContent("The cat"), Prefix: true},
		},
		MaxTokens:        100,
		Temperature:      new(0.0),
		TopP:             new(1e-7),
		RandomSeed:       new(int64(math.MaxInt64)),
		N:                2,
		Stop:             []string{"END", "\u2028"},
		PresencePenalty:  new(-2.0),
		FrequencyPenalty: new(0.5),
		Tools: []Tool{
			{Name: "measure", Description: "Measures <things>", Strict: true, Parameters: map[string]any{
				"type": "object", "properties": map[string]any{"unit": map[string]any{"type": "string", "pattern": "<|>"}}}},
			{Name: "weigh"},
			{Name: "typed_nil", Parameters: map[string]any(nil)},
			{Raw: json.RawMessage(`{"type": "web_search"}`)},
		},
		ToolChoice:        ToolChoiceFunction("measure"),
		ParallelToolCalls: new(false),
		ResponseFormat: FormatJSONSchema(JSONSchema{Name: "cat", Description: "A cat", Strict: true,
			Schema: json.RawMessage(`{"type":"object", "additionalProperties":false}`)}),
		ReasoningEffort: "high",
		SafePrompt:      new(false),
		Prediction:      "The cat is 40 cm long.",
		PromptCacheKey:  "cats",
		Metadata:        map[string]any{"b": 1, "a": "<x>"},
		Extra:           map[string]any{"prompt_mode": nil, "guardrails": []any{map[string]any{"block_on_error": true}}},
	}
}

// TestEncodeGolden writes one full request in each name set.
func TestEncodeGolden(t *testing.T) {
	for name, row := range nameSets {
		t.Run(name, func(t *testing.T) {
			req := fullRequest()
			body, passThrough, err := encodeBody(&req, "deployment", row, true)
			require.NoError(t, err)
			assert.Equal(t, row.PassThrough, passThrough)
			assert.True(t, json.Valid(body), "%s", body)
			assert.Equal(t, fullRequest(), req, "the request was changed")
			golden(t, filepath.Join("codec", "request-"+name+".json"), append(body, '\n'))
		})
	}
}

// TestEncodeEveryField sets one field of ChatRequest at a time, found by
// reflection, and looks for it in the body.
func TestEncodeEveryField(t *testing.T) {
	full := reflect.ValueOf(fullRequest())
	kind := full.Type()
	for name, row := range nameSets {
		for i := range kind.NumField() {
			field := kind.Field(i).Name
			req := ChatRequest{Messages: []Message{User("a")}}
			model := ""
			plain, _, err := encodeBody(&req, model, row, false)
			require.NoError(t, err)

			require.False(t, full.Field(i).IsZero(), "fullRequest leaves out %s", field)
			reflect.ValueOf(&req).Elem().Field(i).Set(full.Field(i))
			if field == "Model" {
				model = req.Model
			}
			body, _, err := encodeBody(&req, model, row, false)
			require.NoError(t, err)
			assert.NotEqual(t, string(plain), string(body), "%s is not written with the names of %s", field, name)
		}
	}
}

// TestEncodeNames has what the golden files show once more as statements.
func TestEncodeNames(t *testing.T) {
	req := fullRequest()
	top := func(row route.Row, stream bool) map[string]json.RawMessage {
		body, _, err := encodeBody(&req, "d", row, stream)
		require.NoError(t, err)
		var m map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &m))
		return m
	}
	for name, row := range nameSets {
		body := top(row, false)
		assert.NotContains(t, body, "stream", name)
		assert.NotContains(t, body, "stream_options", name)
		assert.NotContains(t, body, "max_completion_tokens", name)
		assert.Equal(t, "100", string(body["max_tokens"]), name)
		assert.Equal(t, "true", string(top(row, true)["stream"]), name)
		if row.Names == route.NamesMistral {
			assert.Contains(t, body, "random_seed")
			assert.NotContains(t, body, "seed")
		} else {
			assert.Contains(t, body, "seed", name)
			assert.NotContains(t, body, "random_seed", name)
		}
	}
	body, _, err := encodeBody(&ChatRequest{Messages: []Message{User("a")}, Model: "ignored"}, "", nameSets["mistral"], false)
	require.NoError(t, err)
	assert.Equal(t, `{"messages":[{"role":"user","content":"a"}]}`, string(body))
}

func TestEncodeZeroValues(t *testing.T) {
	req := ChatRequest{
		Messages: []Message{User("")}, Temperature: new(0.0), TopP: new(0.0), RandomSeed: new(int64(0)),
		PresencePenalty: new(0.0), FrequencyPenalty: new(0.0), ParallelToolCalls: new(false), SafePrompt: new(false),
		Stop: []string{}, Tools: []Tool{}, Metadata: map[string]any{}, Extra: map[string]any{},
	}
	body, _, err := encodeBody(&req, "m", nameSets["mistral"], false)
	require.NoError(t, err)
	assert.Equal(t, `{"model":"m","messages":[{"role":"user","content":""}],"temperature":0,"top_p":0,"random_seed":0,`+
		`"presence_penalty":0,"frequency_penalty":0,"parallel_tool_calls":false,"safe_prompt":false}`, string(body))
}

// TestEncodePassThrough: each field that the inference schema lacks asks for the
// header, there and nowhere else.
func TestEncodePassThrough(t *testing.T) {
	full := fullRequest()
	for name, c := range map[string]struct {
		req  ChatRequest
		want bool
	}{
		"nothing": {ChatRequest{}, false},
		"own fields": {ChatRequest{MaxTokens: 1, Temperature: full.Temperature, TopP: full.TopP, RandomSeed: full.RandomSeed,
			Stop: full.Stop, PresencePenalty: full.PresencePenalty, FrequencyPenalty: full.FrequencyPenalty,
			Tools: full.Tools[:2], ToolChoice: full.ToolChoice, ResponseFormat: full.ResponseFormat,
			Messages: []Message{User("a", full.Messages[1].Content[1], &AudioPart{Data: png, Format: "wav"})}}, false},
		"n":                   {ChatRequest{N: 1}, true},
		"parallel_tool_calls": {ChatRequest{ParallelToolCalls: new(true)}, true},
		"reasoning_effort":    {ChatRequest{ReasoningEffort: "high"}, true},
		"safe_prompt":         {ChatRequest{SafePrompt: new(true)}, true},
		"prediction":          {ChatRequest{Prediction: "a"}, true},
		"prompt_cache_key":    {ChatRequest{PromptCacheKey: "a"}, true},
		"metadata":            {ChatRequest{Metadata: map[string]any{"a": 1}}, true},
		"extra":               {ChatRequest{Extra: map[string]any{"guardrails": nil}}, true},
		"another tool":        {ChatRequest{Tools: full.Tools[3:]}, true},
		"document":            {ChatRequest{Messages: []Message{User("", &DocumentPart{URL: "u"})}}, true},
		"prefix":              {ChatRequest{Messages: []Message{{Role: RoleAssistant, Prefix: true}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.req.Messages == nil {
				c.req.Messages = []Message{User("a")}
			}
			_, got, err := encodeBody(&c.req, "m", nameSets["inference"], false)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			for _, other := range []string{"mistral", "openai"} {
				_, got, err := encodeBody(&c.req, "m", nameSets[other], false)
				require.NoError(t, err)
				assert.False(t, got, other)
			}
		})
	}
}

func TestEncodeToolChoiceAndFormat(t *testing.T) {
	for want, req := range map[string]ChatRequest{
		``:                         {},
		`"tool_choice":"auto"`:     {ToolChoice: ToolChoiceAuto()},
		`"tool_choice":"none"`:     {ToolChoice: ToolChoiceNone()},
		`"tool_choice":"required"`: {ToolChoice: ToolChoiceRequired()},
		`"tool_choice":{"type":"function","function":{"name":"f"}}`: {ToolChoice: ToolChoiceFunction("f")},
		`"response_format":{"type":"json_object"}`:                  {ResponseFormat: FormatJSON()},
		`"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object"}}}`: {
			ResponseFormat: FormatJSONSchema(JSONSchema{Name: "s", Schema: map[string]string{"type": "object"}})},
	} {
		for name, row := range nameSets {
			req.Messages = []Message{User("a")}
			body, _, err := encodeBody(&req, "", row, false)
			require.NoError(t, err, name)
			got := strings.TrimPrefix(strings.TrimSuffix(string(body), "}"), `{"messages":[{"role":"user","content":"a"}]`)
			assert.Equal(t, want, strings.TrimPrefix(got, ","), name)
		}
	}
}

// TestEncodeContent has the forms of content by role and route.
func TestEncodeContent(t *testing.T) {
	text := Content{&TextPart{Text: "a"}}
	two := Content{&TextPart{Text: "a"}, &TextPart{Text: "b"}}
	twoJSON := `[{"type":"text","text":"a"},{"type":"text","text":"b"}]`
	image := Content{&TextPart{Text: "a"}, &ImagePart{URL: "u"}}
	imageJSON := `[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]`
	thought := Content{&ThinkingPart{Text: "t"}, &TextPart{Text: "a"}}
	thoughtJSON := `[{"type":"thinking","thinking":[{"type":"text","text":"t"}]},{"type":"text","text":"a"}]`
	aside := Content{&ThinkingPart{Text: "t", aside: true}, &TextPart{Text: "a"}}
	for name, c := range map[string]struct {
		role                       Role
		content                    Content
		mistral, inference, openai string // the content member; "-" is none, "!" an error that says what follows
	}{
		"system one":           {RoleSystem, text, `"a"`, `"a"`, `"a"`},
		"system two":           {RoleSystem, two, twoJSON, `"ab"`, twoJSON},
		"system nil":           {RoleSystem, nil, `!messages[0].content is nil`, `!messages[0].content is nil`, `!messages[0].content is nil`},
		"system empty":         {RoleSystem, Content{}, `[]`, `""`, `""`},
		"system image":         {RoleSystem, image, imageJSON, `!messages[0].content[1] is an image part`, imageJSON},
		"system thinking":      {RoleSystem, thought, thoughtJSON, `!messages[0].content[0] is a thinking part`, thoughtJSON},
		"user one":             {RoleUser, text, `"a"`, `"a"`, `"a"`},
		"user two":             {RoleUser, two, twoJSON, twoJSON, twoJSON},
		"user nil":             {RoleUser, nil, `null`, `!messages[0].content is nil`, `!messages[0].content is nil`},
		"user empty":           {RoleUser, Content{}, `[]`, `""`, `""`},
		"user image":           {RoleUser, image, imageJSON, imageJSON, imageJSON},
		"assistant one":        {RoleAssistant, text, `"a"`, `"a"`, `"a"`},
		"assistant empty one":  {RoleAssistant, textContent(""), `""`, `""`, `""`},
		"assistant two":        {RoleAssistant, two, twoJSON, `"ab"`, twoJSON},
		"assistant nil":        {RoleAssistant, nil, `null`, `-`, `null`},
		"assistant empty":      {RoleAssistant, Content{}, `[]`, `""`, `""`},
		"assistant thinking":   {RoleAssistant, thought, thoughtJSON, `"a"`, thoughtJSON},
		"assistant aside":      {RoleAssistant, aside, `"a"`, `"a"`, `"a"`},
		"assistant only aside": {RoleAssistant, aside[:1], `[]`, `""`, `""`},
		"assistant unknown": {RoleAssistant, Content{&UnknownPart{Raw: json.RawMessage(`{ }`)}, &TextPart{Text: "a"}},
			`[{ },{"type":"text","text":"a"}]`, `"a"`, `[{ },{"type":"text","text":"a"}]`},
		"assistant image": {RoleAssistant, image, imageJSON, `!messages[0].content[1] is an image part`, imageJSON},
		"tool one":        {RoleTool, text, `"a"`, `"a"`, `"a"`},
		"tool two":        {RoleTool, two, twoJSON, `"ab"`, `"ab"`},
		"tool nil":        {RoleTool, nil, `null`, `""`, `""`},
		"tool empty":      {RoleTool, Content{}, `[]`, `""`, `""`},
		"tool image":      {RoleTool, image, imageJSON, `!messages[0].content[1] is an image part`, imageJSON},
		"another role":    {"developer", two, twoJSON, `"ab"`, twoJSON},
	} {
		for set, want := range map[string]string{"mistral": c.mistral, "inference": c.inference, "openai": c.openai} {
			t.Run(name+"/"+set, func(t *testing.T) {
				req := ChatRequest{Messages: []Message{{Role: c.role, Content: c.content}}}
				body, _, err := encodeBody(&req, "", nameSets[set], false)
				if message, ok := strings.CutPrefix(want, "!"); ok {
					assert.ErrorContains(t, err, message)
					return
				}
				require.NoError(t, err)
				wantBody := `{"messages":[{"role":"` + string(c.role) + `","content":` + want + `}]}`
				if want == "-" {
					wantBody = `{"messages":[{"role":"` + string(c.role) + `"}]}`
				}
				assert.Equal(t, wantBody, string(body))
			})
		}
	}
}

// embedded has isPart by embedding, which the compiler cannot forbid.
type embedded struct{ *TextPart }

type failing struct{}

func (failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no form") }

// TestEncodeErrors: every error names the place and is one line.
func TestEncodeErrors(t *testing.T) {
	with := func(parts ...Part) ChatRequest {
		return ChatRequest{Messages: []Message{User("a"), User("b", parts...)}}
	}
	plain := func(change func(*ChatRequest)) ChatRequest {
		req := with()
		change(&req)
		return req
	}
	for name, c := range map[string]struct {
		req  ChatRequest
		want string
	}{
		"no messages":       {ChatRequest{}, `messages is empty, a request needs at least one message`},
		"no role":           {ChatRequest{Messages: []Message{User("a"), {Content: textContent("b")}}}, `messages[1] has no role`},
		"nil part":          {with(nil), `messages[1].content[1] is nil`},
		"typed nil part":    {with((*TextPart)(nil)), `messages[1].content[1] is nil`},
		"typed nil image":   {with(&TextPart{}, (*ImagePart)(nil)), `messages[1].content[2] is nil`},
		"a part of others":  {with(embedded{&TextPart{}}), `messages[1].content[1] is of type azmistral.embedded, which is no part of this package`},
		"empty image":       {with(&ImagePart{}), `messages[1].content[1]: an image part needs URL or Data`},
		"image of no bytes": {with(&ImagePart{URL: "u", Data: []byte{}}), `messages[1].content[1]: an image part needs URL or Data`},
		"unknown image":     {with(&ImagePart{Data: []byte("text")}), `messages[1].content[1]: the type of the image cannot be told from its bytes, set MediaType (such as "image/png")`},
		"empty document":    {with(&DocumentPart{Name: "n"}), `messages[1].content[1]: a document part needs URL or Data`},
		"empty audio":       {with(&AudioPart{Format: "mp3"}), `messages[1].content[1]: an audio part needs URL or Data`},
		"empty file":        {with(&FilePart{}), `messages[1].content[1]: a file part needs FileID`},
		"empty unknown":     {with(&UnknownPart{Type: "x"}), `messages[1].content[1].raw is empty, want JSON text`},
		"broken unknown":    {with(&UnknownPart{Raw: json.RawMessage(`{"a":}`)}), `messages[1].content[1].raw is not JSON`},
		"NaN":               {plain(func(r *ChatRequest) { r.Temperature = new(math.NaN()) }), `temperature: NaN is no number that JSON can hold`},
		"infinity":          {plain(func(r *ChatRequest) { r.TopP = new(math.Inf(-1)) }), `top_p: -Inf is no number that JSON can hold`},
		"nameless tool":     {plain(func(r *ChatRequest) { r.Tools = []Tool{{Name: "a"}, {}} }), `tools[1] has no name`},
		"parameters fail":   {plain(func(r *ChatRequest) { r.Tools = []Tool{{Name: "a", Parameters: failing{}}} }), `tools[0].parameters: json: error calling MarshalJSON for type azmistral.failing: no form`},
		"parameters text":   {plain(func(r *ChatRequest) { r.Tools = []Tool{{Name: "a", Parameters: `{"type":"object"}`}} }), `tools[0].parameters marshals to a string, want an object (JSON text is given as json.RawMessage)`},
		"parameters list":   {plain(func(r *ChatRequest) { r.Tools = []Tool{{Name: "a", Parameters: []int{1}}} }), `tools[0].parameters marshals to a list, want an object (JSON text is given as json.RawMessage)`},
		"raw tool list":     {plain(func(r *ChatRequest) { r.Tools = []Tool{{Raw: json.RawMessage(`[]`)}} }), `tools[0].raw is a list, want an object`},
		"raw tool empty":    {plain(func(r *ChatRequest) { r.Tools = []Tool{{Raw: json.RawMessage{}}} }), `tools[0].raw is nothing, want an object`},
		"raw tool broken":   {plain(func(r *ChatRequest) { r.Tools = []Tool{{Raw: json.RawMessage(`{"type":`)}} }), `tools[0].raw is not JSON`},
		"choice of nothing": {plain(func(r *ChatRequest) { r.ToolChoice = ToolChoiceFunction("") }), `tool_choice names no function`},
		"nameless schema":   {plain(func(r *ChatRequest) { r.ResponseFormat = FormatJSONSchema(JSONSchema{Schema: struct{}{}}) }), `response_format: the JSON schema has no name`},
		"no schema":         {plain(func(r *ChatRequest) { r.ResponseFormat = FormatJSONSchema(JSONSchema{Name: "a"}) }), `response_format: the JSON schema marshals to null, want an object (JSON text is given as json.RawMessage)`},
		"metadata":          {plain(func(r *ChatRequest) { r.Metadata = map[string]any{"a": make(chan int)} }), `metadata: json: unsupported type: chan int`},
		"extra fails":       {plain(func(r *ChatRequest) { r.Extra = map[string]any{"a": failing{}} }), `extra: "a": json: error calling MarshalJSON for type azmistral.failing: no form`},
		"extra stream":      {plain(func(r *ChatRequest) { r.Extra = map[string]any{"stream": false} }), `extra: "stream" is set by calling Chat or ChatStream`},
		"extra owned":       {plain(func(r *ChatRequest) { r.Extra = map[string]any{"max_tokens": 1} }), `extra: "max_tokens" is a field of ChatRequest, set it there`},
	} {
		t.Run(name, func(t *testing.T) {
			for set, row := range nameSets {
				body, _, err := encodeBody(&c.req, "m", row, false)
				assert.EqualError(t, err, c.want, set)
				assert.Nil(t, body, set)
			}
		})
	}
	t.Run("audio without format", func(t *testing.T) {
		req := with(&AudioPart{Data: []byte("ID3")})
		body, _, err := encodeBody(&req, "m", nameSets["mistral"], false)
		require.NoError(t, err)
		assert.Contains(t, string(body), `{"type":"input_audio","input_audio":"SUQz"}`)
		_, _, err = encodeBody(&req, "m", nameSets["inference"], false)
		assert.EqualError(t, err, `messages[1].content[1]: an audio part with Data needs Format on this endpoint (such as "mp3")`)
	})
}

// TestEncodeExtraNames: the name of the seed is the route's.
func TestEncodeExtraNames(t *testing.T) {
	for set, owned := range map[string]string{"mistral": "random_seed", "inference": "seed", "openai": "seed"} {
		for _, name := range []string{"seed", "random_seed"} {
			req := ChatRequest{Messages: []Message{User("a")}, Extra: map[string]any{name: 1}}
			_, _, err := encodeBody(&req, "m", nameSets[set], false)
			if name == owned {
				assert.Error(t, err, "%s on %s", name, set)
			} else {
				assert.NoError(t, err, "%s on %s", name, set)
			}
		}
	}
}

func TestEncodeStrings(t *testing.T) {
	text := "a\"\\/\b\f\n\r\t\x00\x1f\x7f<>&\u2028\u2029é€😀\xff\xc3(\xed\xa0\x80"
	got := appendText(nil, text)
	assert.Equal(t, `"a\"\\/\u0008\u000c\n\r\t\u0000\u001f`+"\x7f<>&\u2028\u2029é€😀\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD\"", string(got))
	var back, viaJSON string
	require.NoError(t, json.Unmarshal(got, &back))
	want, err := json.Marshal(text)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(want, &viaJSON))
	assert.Equal(t, viaJSON, back)
}

func TestEncodeFloats(t *testing.T) {
	for _, f := range []float64{0, 1, -1, 0.1, 0.7, 1e-6, 9.9e-7, 1e20, 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		got, err := appendFloat(nil, f)
		require.NoError(t, err)
		var back float64
		require.NoError(t, json.Unmarshal(got, &back), "%s", got)
		assert.Equal(t, f, back)
	}
}

// TestEncodeUserValuesUTF8: a user's raw JSON cannot bring bytes into the body that
// are not UTF-8.
func TestEncodeUserValuesUTF8(t *testing.T) {
	raw := json.RawMessage("{\"a\":\"\xff\"}")
	req := ChatRequest{
		Messages: []Message{User("", &UnknownPart{Raw: raw})},
		Tools:    []Tool{{Name: "t", Parameters: raw}, {Raw: raw}},
		Extra:    map[string]any{"x": raw},
	}
	body, _, err := encodeBody(&req, "m", nameSets["mistral"], false)
	require.NoError(t, err)
	assert.Equal(t, 4, strings.Count(string(body), "{\"a\":\"\uFFFD\"}"), "%s", body)
}

// TestCallIDs: ids of nine letters or digits travel as they are, others are mapped,
// the same in call and result, on every route.
func TestCallIDs(t *testing.T) {
	assert.Equal(t, "abcDEF012", wireCallID("abcDEF012"))
	// The mapping is part of no contract with the service, but a conversation that
	// goes on with another version of this package should send the same.
	assert.Equal(t, map[string]string{"a": "ObhidonGO", "call_abc123": "OANJQSxzk", "abcDEF01-": "sCnxDnau2", "abcDEF0123": "Emfuxqsmf"},
		map[string]string{"a": wireCallID("a"), "call_abc123": wireCallID("call_abc123"),
			"abcDEF01-": wireCallID("abcDEF01-"), "abcDEF0123": wireCallID("abcDEF0123")})

	seen := map[string]string{}
	for i := range 20000 {
		id := "call_" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/200)
		mapped := wireCallID(id)
		require.True(t, isWireCallID(mapped), mapped)
		if other, ok := seen[mapped]; ok {
			require.Equal(t, other, id)
		}
		seen[mapped] = id
	}

	req := ChatRequest{Messages: []Message{
		{Role: RoleAssistant, ToolCalls: []ToolCall{{ID: "call_1", Name: "f"}, {ID: "abcdefghi", Name: "g"}, {ID: "null", Name: "h"}, {Name: "i"}}},
		{Role: RoleTool, ToolCallID: "call_1", Content: textContent("r")},
		{Role: RoleTool, ToolCallID: "abcdefghi", Content: textContent("r")},
		{Role: RoleTool, ToolCallID: "null", Content: textContent("r")},
		{Role: RoleTool, Content: textContent("r")},
	}}
	for name, row := range nameSets {
		body, _, err := encodeBody(&req, "m", row, false)
		require.NoError(t, err)
		var got struct {
			Messages []struct {
				ToolCalls  []struct{ ID *string } `json:"tool_calls"`
				ToolCallID *string                `json:"tool_call_id"`
			}
		}
		require.NoError(t, json.Unmarshal(body, &got))
		calls := got.Messages[0].ToolCalls
		assert.Equal(t, wireCallID("call_1"), *calls[0].ID, name)
		assert.Equal(t, "abcdefghi", *calls[1].ID, name)
		assert.Nil(t, calls[2].ID, name)
		assert.Nil(t, calls[3].ID, name)
		assert.Equal(t, calls[0].ID, got.Messages[1].ToolCallID, name)
		assert.Equal(t, calls[1].ID, got.Messages[2].ToolCallID, name)
		assert.Nil(t, got.Messages[3].ToolCallID, name)
		assert.Nil(t, got.Messages[4].ToolCallID, name)
		assert.Equal(t, "call_1", req.Messages[1].ToolCallID, "the caller's message was changed")
	}
}
