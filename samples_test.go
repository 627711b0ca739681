package azmistral

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
			sent, _, err := encodeBody(&req, "m", row, false)
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
