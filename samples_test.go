package azmistral

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/internal/route"
)

const sampleDir = "../shared/wire-samples"

// sample is one recorded exchange.
type sample struct {
	ID        string `json:"id"`
	Family    string `json:"family"`
	Operation string `json:"operation"`
	Request   struct {
		URL  string          `json:"url"`
		Body json.RawMessage `json:"body"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"response"`
}

// samples reads the recorded exchanges that want picks, in the order of their
// file names.
func samples(t *testing.T, want func(*sample) bool) []*sample {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sampleDir, "*", "*.json"))
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skipf("no recorded exchanges in %s", sampleDir)
	}
	var list []*sample
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		s := &sample{}
		require.NoError(t, json.Unmarshal(data, s), file)
		if want(s) {
			list = append(list, s)
		}
	}
	require.NotEmpty(t, list)
	return list
}

func answeredChats(s *sample) bool {
	return s.Response.Status == 200 && (s.Operation == "chat" || s.Operation == "chat-stream")
}

// bodies gives the JSON texts of an answer: the body, or the data of each event.
func (s *sample) bodies() []string {
	if s.Operation == "chat" {
		return []string{s.Response.Body}
	}
	var list []string
	for _, line := range strings.Split(s.Response.Body, "\n") {
		if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data:"); ok {
			if data = strings.TrimSpace(data); data != "[DONE]" {
				list = append(list, data)
			}
		}
	}
	return list
}

// row is the line of the route table whose names the sample's family has. Every
// recorded serverless request went to /chat/completions without /v1.
func (s *sample) row(t *testing.T) route.Row {
	switch s.Family {
	case "mistral":
		return route.Row{Names: route.NamesMistral}
	case "maas", "foundry-models":
		return route.Row{Names: route.NamesInference, PassThrough: true}
	case "foundry-openai-v1", "azure-openai", "github-models":
		return route.Row{Names: route.NamesOpenAI}
	}
	t.Fatalf("%s: unknown family %q", s.ID, s.Family)
	return route.Row{}
}

// fold decodes and folds the sample's answer.
func (s *sample) fold(t *testing.T) (*accumulator, decoded) {
	t.Helper()
	var a accumulator
	var last decoded
	for i, body := range s.bodies() {
		d, err := decode([]byte(body))
		require.NoError(t, err, "%s, text %d", s.ID, i)
		require.False(t, d.suspect, "%s, text %d", s.ID, i)
		a.add(&d.chunk)
		last = d
	}
	return &a, last
}

// TestSamplesDecode compares every recorded answer with an independent reading of
// it: encoding/json into any, and a few naive lines.
func TestSamplesDecode(t *testing.T) {
	streams, whole := 0, 0
	for _, s := range samples(t, answeredChats) {
		t.Run(s.ID, func(t *testing.T) {
			a, last := s.fold(t)
			if s.Operation == "chat" {
				assert.True(t, last.answered)
				whole++
			} else {
				assert.False(t, last.answered)
				streams++
			}
			assert.True(t, a.whole())
			assert.Equal(t, readAnswer(t, s.bodies()), summary(a.response()))
		})
	}
	t.Logf("%d whole answers, %d streams", whole, streams)
	assert.GreaterOrEqual(t, whole, 113)
	assert.GreaterOrEqual(t, streams, 57)
}

// answer is what both readings of an answer have to agree on.
type answer struct {
	ID, Model string
	Created   int64
	Choices   map[int]*answerChoice
	Usage     Usage
	Filter    map[string]string
}

type answerChoice struct {
	Text, Thinking string
	Calls          []answerCall
	Finish         string
	Filter         map[string]string
}

type answerCall struct{ ID, Name, Arguments string }

func summary(r *ChatResponse) answer {
	a := answer{ID: r.ID, Model: r.Model, Choices: map[int]*answerChoice{}, Usage: r.Usage, Filter: filterSummary(r.Filter)}
	if !r.Created.IsZero() {
		a.Created = r.Created.Unix()
	}
	for _, c := range r.Choices {
		choice := &answerChoice{
			Text: c.Message.Text(), Thinking: c.Message.Content.Thinking(),
			Finish: string(c.FinishReason), Filter: filterSummary(c.Filter),
		}
		for _, call := range c.Message.ToolCalls {
			choice.Calls = append(choice.Calls, answerCall{call.ID, call.Name, call.Arguments})
		}
		a.Choices[c.Index] = choice
	}
	return a
}

func filterSummary(f ContentFilter) map[string]string {
	s := map[string]string{}
	for category, r := range f {
		s[category] = filterWords(r.Filtered, r.Detected, r.Severity)
	}
	return s
}

func filterWords(filtered, detected bool, severity string) string {
	words := severity
	if filtered {
		words += " filtered"
	}
	if detected {
		words += " detected"
	}
	return words
}

// readAnswer is the slow honest reading.
func readAnswer(t *testing.T, bodies []string) answer {
	a := answer{Choices: map[int]*answerChoice{}, Filter: map[string]string{}}
	for _, body := range bodies {
		var top map[string]any
		require.NoError(t, json.Unmarshal([]byte(body), &top))
		if id, _ := top["id"].(string); a.ID == "" {
			a.ID = id
		}
		if model, _ := top["model"].(string); a.Model == "" {
			a.Model = model
		}
		if created, _ := top["created"].(float64); a.Created == 0 {
			a.Created = int64(created)
		}
		if usage, ok := top["usage"].(map[string]any); ok {
			a.Usage = readUsage(usage)
		}
		prompts, _ := top["prompt_filter_results"].([]any)
		for _, p := range prompts {
			readFilter(p, a.Filter)
		}
		choices, _ := top["choices"].([]any)
		for i, c := range choices {
			if choice, ok := c.(map[string]any); ok {
				readChoice(a, i, choice)
			}
		}
	}
	return a
}

func readUsage(u map[string]any) Usage {
	count := func(path ...string) int {
		var v any = u
		for _, key := range path {
			m, _ := v.(map[string]any)
			v = m[key]
		}
		f, _ := v.(float64)
		return int(f)
	}
	return Usage{
		PromptTokens:     count("prompt_tokens"),
		CompletionTokens: count("completion_tokens"),
		TotalTokens:      count("total_tokens"),
		CachedTokens: max(count("num_cached_tokens"), count("prompt_tokens_details", "cached_tokens"),
			count("prompt_token_details", "cached_tokens")),
		ReasoningTokens: max(count("reasoning_tokens"), count("completion_tokens_details", "reasoning_tokens")),
		AudioSeconds:    float64(count("prompt_audio_seconds")),
	}
}

func readFilter(holder any, into map[string]string) {
	h, _ := holder.(map[string]any)
	for _, name := range []string{"content_filter_results", "content_filter_result"} {
		categories, _ := h[name].(map[string]any)
		for category, v := range categories {
			r, ok := v.(map[string]any)
			if !ok {
				continue
			}
			filtered, _ := r["filtered"].(bool)
			detected, _ := r["detected"].(bool)
			severity, _ := r["severity"].(string)
			into[category] = filterWords(filtered, detected, severity)
		}
	}
}

func readChoice(a answer, place int, choice map[string]any) {
	index := place
	if i, ok := choice["index"].(float64); ok {
		index = int(i)
	}
	c := a.Choices[index]
	if c == nil {
		c = &answerChoice{Filter: map[string]string{}}
		a.Choices[index] = c
	}
	if finish, _ := choice["finish_reason"].(string); finish != "" {
		c.Finish = finish
	}
	readFilter(choice, c.Filter)
	message, ok := choice["message"].(map[string]any)
	if !ok {
		message, _ = choice["delta"].(map[string]any)
	}
	switch content := message["content"].(type) {
	case string:
		c.Text += content
	case []any:
		for _, p := range content {
			part := p.(map[string]any)
			switch part["type"] {
			case "text":
				c.Text += part["text"].(string)
			case "thinking":
				for _, n := range part["thinking"].([]any) {
					c.Thinking += n.(map[string]any)["text"].(string)
				}
			}
		}
	}
	if reasoning, _ := message["reasoning_content"].(string); reasoning != "" {
		c.Thinking += reasoning
	}
	calls, _ := message["tool_calls"].([]any)
	for _, x := range calls {
		call := x.(map[string]any)
		id, _ := call["id"].(string)
		function := call["function"].(map[string]any)
		name, _ := function["name"].(string)
		arguments, _ := function["arguments"].(string)
		if id != "" && id != "null" { // in the recordings, a call's first piece and no other
			c.Calls = append(c.Calls, answerCall{ID: id})
		}
		latest := &c.Calls[len(c.Calls)-1]
		latest.Name += name
		latest.Arguments += arguments
	}
}

// TestSamplesUnaryEqualsStream cuts every recorded whole answer into deltas of a
// few bytes, in the forms that the recorded streams have, and folds them.
func TestSamplesUnaryEqualsStream(t *testing.T) {
	for _, s := range samples(t, func(s *sample) bool { return answeredChats(s) && s.Operation == "chat" }) {
		t.Run(s.ID, func(t *testing.T) {
			a, _ := s.fold(t)
			want := a.response()
			var b accumulator
			for _, chunk := range splitResponse(want, 7) {
				data := chunk.wire(t)
				d, err := decode(data)
				require.NoError(t, err, "%s", data)
				b.add(&d.chunk)
			}
			assert.Equal(t, want, b.response())
		})
	}
}

// TestSamplesRoundTrip sends every recorded answer back as the next request's
// assistant message and compares it with what was received.
func TestSamplesRoundTrip(t *testing.T) {
	used := map[string]int{}
	for _, s := range samples(t, func(s *sample) bool { return answeredChats(s) && s.Operation == "chat" }) {
		t.Run(s.ID, func(t *testing.T) {
			var body struct {
				Choices []struct{ Message map[string]any }
			}
			require.NoError(t, json.Unmarshal([]byte(s.Response.Body), &body))
			if body.Choices[0].Message == nil {
				require.Equal(t, "aoai-choice-without-message", s.ID)
				return
			}
			a, _ := s.fold(t)
			row := s.row(t)
			req := ChatRequest{Messages: []Message{User("go on")}}
			req.Messages = append(req.Messages, a.response().Message())
			sent, _, err := encodeRequest(&req, "m", row, false)
			require.NoError(t, err)
			var got struct{ Messages []map[string]any }
			require.NoError(t, json.Unmarshal(sent, &got))
			assert.Equal(t, expectSent(body.Choices[0].Message, row.Names, used), dropEmpty(got.Messages[1]))
		})
	}
	for _, name := range []string{"members of others", "call_id", "id", "type", "index missing", "index refused", "null", "arguments", "aside"} {
		assert.NotZero(t, used[name], "difference %q is allowed and never met", name)
	}
	t.Log(used)
}

// expectSent is the received assistant message less what the design drops (members
// that the service refuses) and changes (ids of another form).
func expectSent(received map[string]any, names route.Names, used map[string]int) map[string]any {
	want := map[string]any{}
	for key, v := range received {
		switch {
		case v == nil:
			used["null"]++
		case key == "role" || key == "content":
			want[key] = v
		case key == "reasoning_content":
			used["aside"]++
		case key != "tool_calls":
			used["members of others"]++
		default:
			var calls []any
			for i, x := range v.([]any) {
				calls = append(calls, expectCall(x.(map[string]any), i, names, used))
			}
			want[key] = calls
		}
	}
	return want
}

func expectCall(call map[string]any, place int, names route.Names, used map[string]int) map[string]any {
	if _, ok := call["type"]; !ok {
		call["type"] = "function"
		used["type"]++
	}
	_, hasIndex := call["index"]
	switch {
	case names != route.NamesMistral && hasIndex:
		delete(call, "index")
		used["index refused"]++
	case names == route.NamesMistral && !hasIndex:
		call["index"] = float64(place)
		used["index missing"]++
	}
	if id := call["id"].(string); !isWireCallID(id) {
		call["id"] = hashedCallID(id)
		used["id"]++
	}
	function := call["function"].(map[string]any)
	if _, ok := function["call_id"]; ok {
		delete(function, "call_id")
		used["call_id"]++
	}
	if function["arguments"] == "" {
		function["arguments"] = "{}"
		used["arguments"]++
	}
	return call
}

func dropEmpty(m map[string]any) map[string]any {
	for key, v := range m {
		if v == nil {
			delete(m, key)
		}
	}
	return m
}

// requestSamples are the recorded requests that are built again with the public
// types: all of Mistral's own API and of serverless Mistral, and those of /models
// whose ids of tool calls have Mistral's form (elsewhere D9 maps them, which
// TestCallIDs covers).
func requestSamples(s *sample) bool {
	if !strings.Contains(string(s.Request.Body), `"messages"`) {
		return false
	}
	switch s.Family {
	case "maas", "mistral":
		return true
	case "foundry-models":
		return !strings.Contains(string(s.Request.Body), `"tool_call_id"`)
	}
	return false
}

// normalisations are the differences between a recorded body and ours that are
// none. Every one must be met.
var normalisations = map[string]func(n *normaliser, path string, v any) (any, bool){
	"null is absent": func(_ *normaliser, _ string, v any) (any, bool) { return absent{}, v == nil },
	"[] is absent": func(_ *normaliser, _ string, v any) (any, bool) {
		l, ok := v.([]any)
		return absent{}, ok && len(l) == 0
	},
	"false is absent": func(_ *normaliser, _ string, v any) (any, bool) { return absent{}, v == false },
	"one text part is a string": func(_ *normaliser, path string, v any) (any, bool) {
		l, ok := v.([]any)
		if !ok || len(l) != 1 || !strings.HasSuffix(path, ".content") {
			return nil, false
		}
		part := l[0].(map[string]any)
		return part["text"], part["type"] == "text"
	},
	"missing type is function": func(_ *normaliser, path string, v any) (any, bool) {
		m, ok := v.(map[string]any)
		if !ok || m["type"] != nil || m["function"] == nil {
			return nil, false
		}
		m["type"] = "function"
		return m, true
	},
	"any is required": func(_ *normaliser, path string, v any) (any, bool) {
		return "required", path == ".tool_choice" && v == "any"
	},
	"call_id is dropped": func(_ *normaliser, path string, v any) (any, bool) {
		return absent{}, strings.HasSuffix(path, ".call_id")
	},
	"image string is {url}": func(_ *normaliser, path string, v any) (any, bool) {
		url, ok := v.(string)
		return map[string]any{"url": url}, ok && strings.HasSuffix(path, ".image_url")
	},
	// Mistral's schema has it, and 0 where it is absent; we always send it there.
	"missing index is 0": func(n *normaliser, path string, v any) (any, bool) {
		m, ok := v.(map[string]any)
		if !ok || n.names != route.NamesMistral || !strings.HasSuffix(path, ".tool_calls[]") || m["index"] != nil {
			return nil, false
		}
		m["index"] = 0.0
		return m, true
	},
}

// syntheticNormalisations never occur in the recorded requests; the test meets them
// with a body of its own.
var syntheticNormalisations = map[string]func(n *normaliser, path string, v any) (any, bool){
	"arguments object is its text": func(_ *normaliser, path string, v any) (any, bool) {
		m, ok := v.(map[string]any)
		data, _ := json.Marshal(m)
		return string(data), ok && strings.HasSuffix(path, ".function.arguments")
	},
	"index is dropped where refused": func(n *normaliser, path string, v any) (any, bool) {
		return absent{}, n.names != route.NamesMistral && strings.HasSuffix(path, ".tool_calls[].index")
	},
}

type absent struct{}

type normaliser struct {
	names route.Names
	used  map[string]int
}

// normalise applies the tables to v and to everything in it, but not within a
// schema or another value that is the user's own.
func (n *normaliser) normalise(path string, v any) any {
	for _, table := range []map[string]func(*normaliser, string, any) (any, bool){normalisations, syntheticNormalisations} {
		names := make([]string, 0, len(table))
		for name := range table {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if changed, ok := table[name](n, path, v); ok {
				n.used[name]++
				v = changed
			}
		}
	}
	if strings.HasSuffix(path, ".parameters") || strings.HasSuffix(path, ".schema") {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			if changed := n.normalise(path+"."+key, member); changed == (any)(absent{}) {
				delete(v, key)
			} else {
				v[key] = changed
			}
		}
	case []any:
		for i := range v {
			v[i] = n.normalise(path+"[]", v[i])
		}
	}
	return v
}

// TestSamplesRequests builds every recorded request with the public types and
// compares what is encoded with what was recorded.
func TestSamplesRequests(t *testing.T) {
	used := map[string]int{}
	bodies := 0
	check := func(t *testing.T, recorded []byte, row route.Row) {
		var want map[string]any
		require.NoError(t, json.Unmarshal(recorded, &want))
		req, stream := buildRequest(t, recorded, row)
		sent, _, err := encodeRequest(&req, req.Model, row, stream)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(sent, &got))
		n := &normaliser{names: row.Names, used: used}
		// Ours is normalised too, into counts of its own: what we send may hold no
		// more than what these say is nothing.
		ours := &normaliser{names: row.Names, used: map[string]int{}}
		assert.Equal(t, n.normalise("", want), ours.normalise("", got))
		for name := range ours.used {
			assert.Contains(t, []string{"null is absent", "[] is absent", "false is absent", "one text part is a string"}, name)
		}
		bodies++
	}
	for _, s := range samples(t, requestSamples) {
		t.Run(s.ID, func(t *testing.T) { check(t, s.Request.Body, s.row(t)) })
	}
	t.Run("arguments as an object, index on a route without", func(t *testing.T) {
		check(t, []byte(`{"model":"m","messages":[{"role":"user","content":"a"},
			{"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","type":"function","index":1,
				"function":{"name":"f","arguments":{"a":[1,"b"]}}}]},
			{"role":"tool","content":"b","tool_call_id":"abcdefghi"}]}`),
			route.Row{Names: route.NamesInference, PassThrough: true})
	})
	for _, table := range []map[string]func(*normaliser, string, any) (any, bool){normalisations, syntheticNormalisations} {
		for name := range table {
			assert.NotZero(t, used[name], "normalisation %q is never met", name)
		}
	}
	t.Logf("%d bodies, normalisations met: %v", bodies, used)
	assert.GreaterOrEqual(t, bodies, 110)
}

// buildRequest builds a recorded body with the public types.
func buildRequest(t *testing.T, recorded []byte, row route.Row) (ChatRequest, bool) {
	var body map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(recorded, &body))
	var req ChatRequest
	var stream bool
	read := func(raw json.RawMessage, v any) { require.NoError(t, json.Unmarshal(raw, v)) }
	seed := "seed"
	if row.Names == route.NamesMistral {
		seed = "random_seed"
	}
	for name, raw := range body {
		switch name {
		case "model":
			read(raw, &req.Model)
		case "messages":
			var list []map[string]json.RawMessage
			read(raw, &list)
			for _, m := range list {
				req.Messages = append(req.Messages, buildMessage(t, m))
			}
		case "max_tokens":
			read(raw, &req.MaxTokens)
		case "temperature":
			read(raw, &req.Temperature)
		case "top_p":
			read(raw, &req.TopP)
		case seed:
			read(raw, &req.RandomSeed)
		case "n":
			read(raw, &req.N)
		case "stop":
			read(raw, &req.Stop)
		case "presence_penalty":
			read(raw, &req.PresencePenalty)
		case "frequency_penalty":
			read(raw, &req.FrequencyPenalty)
		case "tools":
			var list []struct {
				Function struct {
					Name, Description string
					Parameters        json.RawMessage
					Strict            bool
				}
			}
			read(raw, &list)
			for _, x := range list {
				f := x.Function
				req.Tools = append(req.Tools, Tool{Name: f.Name, Description: f.Description, Parameters: f.Parameters, Strict: f.Strict})
			}
		case "tool_choice":
			req.ToolChoice = buildToolChoice(t, raw)
		case "parallel_tool_calls":
			read(raw, &req.ParallelToolCalls)
		case "response_format":
			var f struct {
				Type       string
				JSONSchema struct {
					Name, Description string
					Schema            json.RawMessage
					Strict            bool
				} `json:"json_schema"`
			}
			read(raw, &f)
			req.ResponseFormat = FormatJSON()
			if f.Type == "json_schema" {
				req.ResponseFormat = FormatJSONSchema(JSONSchema{Name: f.JSONSchema.Name, Description: f.JSONSchema.Description,
					Schema: f.JSONSchema.Schema, Strict: f.JSONSchema.Strict})
			}
		case "reasoning_effort":
			read(raw, &req.ReasoningEffort)
		case "safe_prompt":
			read(raw, &req.SafePrompt)
		case "prompt_cache_key":
			read(raw, &req.PromptCacheKey)
		case "stream":
			read(raw, &stream)
		default:
			if req.Extra == nil {
				req.Extra = map[string]any{}
			}
			req.Extra[name] = raw
		}
	}
	return req, stream
}

func buildToolChoice(t *testing.T, raw json.RawMessage) ToolChoice {
	switch string(raw) {
	case `"auto"`:
		return ToolChoiceAuto()
	case `"none"`:
		return ToolChoiceNone()
	case `"any"`, `"required"`:
		return ToolChoiceRequired()
	}
	var named struct{ Function struct{ Name string } }
	require.NoError(t, json.Unmarshal(raw, &named))
	return ToolChoiceFunction(named.Function.Name)
}

func buildMessage(t *testing.T, m map[string]json.RawMessage) Message {
	var msg Message
	for name, raw := range m {
		switch name {
		case "role":
			require.NoError(t, json.Unmarshal(raw, &msg.Role))
		case "content":
			msg.Content = buildContent(t, raw)
		case "tool_calls":
			var list []struct {
				ID       string
				Index    int
				Function struct {
					Name      string
					Arguments json.RawMessage
				}
			}
			require.NoError(t, json.Unmarshal(raw, &list))
			for _, c := range list {
				call := ToolCall{ID: c.ID, Index: c.Index, Name: c.Function.Name, Arguments: string(c.Function.Arguments)}
				if strings.HasPrefix(call.Arguments, `"`) {
					require.NoError(t, json.Unmarshal(c.Function.Arguments, &call.Arguments))
				}
				msg.ToolCalls = append(msg.ToolCalls, call)
			}
		case "tool_call_id":
			require.NoError(t, json.Unmarshal(raw, &msg.ToolCallID))
		case "name":
			require.NoError(t, json.Unmarshal(raw, &msg.Name))
		case "prefix":
			require.NoError(t, json.Unmarshal(raw, &msg.Prefix))
		default:
			t.Fatalf("message has %q", name)
		}
	}
	return msg
}

func buildContent(t *testing.T, raw json.RawMessage) Content {
	if string(raw) == "null" {
		return nil
	}
	if raw[0] == '"' {
		var text string
		require.NoError(t, json.Unmarshal(raw, &text))
		return Content{&TextPart{Text: text}}
	}
	var list []map[string]any
	require.NoError(t, json.Unmarshal(raw, &list))
	content := Content{}
	for _, p := range list {
		switch p["type"] {
		case "text":
			content = append(content, &TextPart{Text: p["text"].(string)})
		case "image_url":
			part := &ImagePart{}
			url, ok := p["image_url"].(string)
			if !ok {
				object := p["image_url"].(map[string]any)
				url = object["url"].(string)
				part.Detail, _ = object["detail"].(string)
			}
			if data, ok := strings.CutPrefix(url, "data:image/png;base64,"); ok {
				part.Data, part.MediaType = fromBase64(t, data), "image/png"
			} else {
				part.URL = url
			}
			content = append(content, part)
		case "document_url":
			part := &DocumentPart{URL: p["document_url"].(string)}
			if mediaType, data, ok := strings.Cut(strings.TrimPrefix(part.URL, "data:"), ";base64,"); ok {
				*part = DocumentPart{Data: fromBase64(t, data), MediaType: mediaType}
			}
			content = append(content, part)
		case "input_audio":
			object := p["input_audio"].(map[string]any)
			content = append(content, &AudioPart{Data: fromBase64(t, object["data"].(string)), Format: object["format"].(string)})
		case "thinking":
			// Several texts in one part can be read, not written by hand.
			data, err := json.Marshal(map[string]any{"content": []any{p}})
			require.NoError(t, err)
			var m Message
			require.NoError(t, json.Unmarshal(data, &m))
			content = append(content, m.Content...)
		default:
			t.Fatalf("part of type %v", p["type"])
		}
	}
	return content
}

func fromBase64(t *testing.T, text string) []byte {
	data, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return data
}

// TestSamplesSurviveStorage keeps every message of every recorded request and
// answer as JSON and reads it again.
func TestSamplesSurviveStorage(t *testing.T) {
	n := 0
	keep := func(t *testing.T, m Message) {
		data, err := json.Marshal(m)
		require.NoError(t, err)
		var back Message
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, m, back)
		n++
	}
	for _, s := range samples(t, func(*sample) bool { return true }) {
		var body struct{ Messages []Message }
		if json.Unmarshal(s.Request.Body, &body) == nil {
			for _, m := range body.Messages {
				keep(t, m)
			}
		}
		if answeredChats(s) {
			a, _ := s.fold(t)
			for _, c := range a.response().Choices {
				keep(t, c.Message)
			}
		}
	}
	t.Logf("%d messages", n)
	assert.Greater(t, n, 300)
}

// wireChunk is a chunk in a form that a recorded stream has.
type wireChunk map[string]any

func (c wireChunk) wire(t testing.TB) []byte {
	data, err := json.Marshal(c)
	require.NoError(t, err)
	return data
}

// splitResponse cuts an answer into chunks of at most n bytes of text, in the forms
// of the recorded streams: a first chunk with the role, text as strings, thinking
// as lists, calls in fragments by index, filter results in a chunk without a delta,
// finish reason and usage at the end.
func splitResponse(r *ChatResponse, n int) []wireChunk {
	var chunks []wireChunk
	emit := func(choice any) {
		c := wireChunk{"id": r.ID, "model": r.Model, "object": "chat.completion.chunk", "created": created(r.Created), "choices": []any{choice}}
		chunks = append(chunks, c)
	}
	if r.Filter != nil {
		chunks = append(chunks, wireChunk{"id": "", "model": "", "created": 0, "choices": []any{},
			"prompt_filter_results": []any{map[string]any{"prompt_index": 0, "content_filter_results": wireFilter(r.Filter)}}})
	}
	for _, c := range r.Choices {
		delta := func(d map[string]any) { emit(map[string]any{"index": c.Index, "delta": d, "finish_reason": nil}) }
		first := map[string]any{"role": c.Message.Role, "content": nil}
		if c.Message.Content != nil {
			first["content"] = ""
		}
		delta(first)
		for _, part := range c.Message.Content {
			switch p := part.(type) {
			case *TextPart:
				for _, piece := range cut(p.Text, n) {
					delta(map[string]any{"content": piece})
				}
			case *ThinkingPart:
				for _, piece := range cut(p.Text, n) {
					if p.aside {
						delta(map[string]any{"content": nil, "reasoning_content": piece})
						continue
					}
					t := map[string]any{"type": "thinking", "thinking": []any{map[string]any{"type": "text", "text": piece}}}
					if p.Closed != nil {
						t["closed"] = *p.Closed
					}
					delta(map[string]any{"content": []any{t}})
				}
			default:
				data, _ := json.Marshal(Message{Content: Content{part}})
				var m map[string]any
				_ = json.Unmarshal(data, &m)
				delta(map[string]any{"content": m["content"]})
			}
		}
		for i, call := range c.Message.ToolCalls {
			delta(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": call.ID, "type": "function",
				"function": map[string]any{"name": call.Name, "arguments": ""}}}})
			for _, piece := range cut(call.Arguments, n) {
				delta(map[string]any{"tool_calls": []any{map[string]any{"index": i, "id": "null",
					"function": map[string]any{"name": "", "arguments": piece}}}})
			}
		}
		if c.Filter != nil {
			emit(map[string]any{"index": c.Index, "finish_reason": nil, "content_filter_results": wireFilter(c.Filter)})
		}
		emit(map[string]any{"index": c.Index, "delta": map[string]any{}, "finish_reason": c.FinishReason})
	}
	usage := map[string]any{"prompt_tokens": r.Usage.PromptTokens, "completion_tokens": r.Usage.CompletionTokens,
		"total_tokens": r.Usage.TotalTokens, "prompt_tokens_details": map[string]any{"cached_tokens": r.Usage.CachedTokens},
		"completion_tokens_details": map[string]any{"reasoning_tokens": r.Usage.ReasoningTokens}, "prompt_audio_seconds": r.Usage.AudioSeconds}
	return append(chunks, wireChunk{"id": r.ID, "choices": []any{}, "usage": usage})
}

func created(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func wireFilter(f ContentFilter) map[string]any {
	m := map[string]any{}
	for category, r := range f {
		m[category] = map[string]any{"filtered": r.Filtered, "detected": r.Detected, "severity": r.Severity}
	}
	return m
}

// cut splits s into pieces of about n bytes, at runes.
func cut(s string, n int) []string {
	var pieces []string
	start := 0
	for i := range s {
		if i-start >= n {
			pieces = append(pieces, s[start:i])
			start = i
		}
	}
	if start < len(s) {
		pieces = append(pieces, s[start:])
	}
	return pieces
}
