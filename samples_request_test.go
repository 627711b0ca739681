package azmistral

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/internal/route"
)

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
		sent, _, err := encodeBody(&req, req.Model, row, stream)
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
