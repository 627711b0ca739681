package azmistraltest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

var allRoutes = []azmistral.Route{
	azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
	azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
}

// realURL is where chat requests of a route go on a host like Azure's.
func realURL(h *Handler, route azmistral.Route) string {
	url := h.URL(route)
	switch route {
	case azmistral.RouteServerless:
		return url + "?api-version=2024-05-01-preview"
	case azmistral.RouteManaged:
		return url
	case azmistral.RouteGeneric:
		return url + "/v1/chat/completions"
	case azmistral.RouteModels, azmistral.RouteDeployments:
		return url + "/chat/completions?api-version=2024-05-01-preview"
	}
	return url + "/chat/completions"
}

// response is what came back, read to its end.
type response struct {
	status int
	header http.Header
	body   string
	err    error // of the reading
}

func chatRequest(t testing.TB, url, body string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+Key)
	r.Header.Set("api-key", Key)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return r
}

func send(t testing.TB, client *http.Client, r *http.Request) response {
	t.Helper()
	got, err := client.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	return response{got.StatusCode, got.Header, string(data), err}
}

// ask sends a chat body with the key in both headers; further headers come in
// pairs, "" takes one away.
func ask(t testing.TB, client *http.Client, url, body string, header ...string) response {
	t.Helper()
	got := send(t, client, chatRequest(t, url, body, header...))
	require.NoError(t, got.err)
	return got
}

// local gives a sandbox without sockets and a client for it.
func local(t testing.TB, options *Options) (*Handler, *http.Client) {
	t.Helper()
	h := NewHandler(options)
	t.Cleanup(h.Close)
	return h, h.Transport()
}

// spoken is an answer as a client understands it, whole or streamed.
type spoken struct {
	ID, Model string
	Created   int64
	Choices   []spokenChoice
	Usage     usage
}

type spokenChoice struct {
	Thinking, Text, Finish string
	Calls                  []ToolCall
}

type usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Total      int `json:"total_tokens"`
}

type wireCall struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

type wireMessage struct {
	Content   json.RawMessage `json:"content"`
	Reasoning string          `json:"reasoning_content"`
	ToolCalls []wireCall      `json:"tool_calls"`
}

type wireAnswer struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	Choices []struct {
		Index   int          `json:"index"`
		Finish  *string      `json:"finish_reason"`
		Message *wireMessage `json:"message"`
		Delta   *wireMessage `json:"delta"`
	} `json:"choices"`
	Usage *usage `json:"usage"`
}

// understand reads a whole body or a stream, with nothing of this package's own.
func understand(t testing.TB, body string) spoken {
	t.Helper()
	var s spoken
	if !strings.HasPrefix(body, "data:") {
		s.add(t, body)
		return s
	}
	for _, data := range eventsOf(t, body) {
		if data != "[DONE]" {
			s.add(t, data)
		}
	}
	return s
}

// eventsOf gives the data of each event of a stream that has nothing else in it.
func eventsOf(t testing.TB, body string) []string {
	t.Helper()
	var events []string
	for event := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		data, ok := strings.CutPrefix(event, "data: ")
		require.True(t, ok, event)
		events = append(events, data)
	}
	return events
}

func (s *spoken) add(t testing.TB, document string) {
	t.Helper()
	var a wireAnswer
	require.NoError(t, json.Unmarshal([]byte(document), &a), document)
	if a.ID != "" {
		s.ID, s.Model, s.Created = a.ID, a.Model, a.Created
	}
	if a.Usage != nil {
		s.Usage = *a.Usage
	}
	for _, c := range a.Choices {
		for len(s.Choices) <= c.Index {
			s.Choices = append(s.Choices, spokenChoice{})
		}
		choice := &s.Choices[c.Index]
		if c.Finish != nil {
			assert.Empty(t, choice.Finish, "a second finish reason")
			choice.Finish = *c.Finish
		}
		for _, m := range []*wireMessage{c.Message, c.Delta} {
			if m != nil {
				choice.add(t, m)
			}
		}
	}
}

func (c *spokenChoice) add(t testing.TB, m *wireMessage) {
	t.Helper()
	c.Thinking += m.Reasoning
	var text *string
	if len(m.Content) > 0 && m.Content[0] == '[' {
		var parts []struct {
			Type     string `json:"type"`
			Text     string `json:"text"`
			Thinking []struct {
				Text string `json:"text"`
			} `json:"thinking"`
		}
		require.NoError(t, json.Unmarshal(m.Content, &parts))
		for _, part := range parts {
			c.Text += part.Text
			for _, inner := range part.Thinking {
				c.Thinking += inner.Text
			}
		}
	} else if len(m.Content) > 0 {
		require.NoError(t, json.Unmarshal(m.Content, &text))
		if text != nil {
			c.Text += *text
		}
	}
	for i, call := range m.ToolCalls {
		at := i
		if call.Index != nil {
			at = *call.Index
		}
		for len(c.Calls) <= at {
			c.Calls = append(c.Calls, ToolCall{})
		}
		c.Calls[at].ID += call.ID
		c.Calls[at].Name += call.Function.Name
		c.Calls[at].Arguments += call.Function.Arguments
	}
}

// user is a chat body with one message, further fields before it.
func user(text string, fields ...string) string {
	body := `{`
	for _, field := range fields {
		body += field + `,`
	}
	return body + `"messages":[{"role":"user","content":` + quoted(text) + `}]}`
}

const (
	model     = `"model":"Mistral-Large-3"`
	streaming = `"stream":true`
	counted   = `"stream_options":{"include_usage":true}`
	weather   = `"tools":[{"type":"function","function":{"name":"get_weather","description":"Weather of a place","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1}},"required":["city"]}}},{"type":"function","function":{"name":"get_time","parameters":{"type":"object","properties":{}}}}]`
)
