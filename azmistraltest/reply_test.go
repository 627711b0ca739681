package azmistraltest

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

func TestReplies(t *testing.T) {
	h, client := local(t, nil)
	url := realURL(h, azmistral.RouteServerlessV1)
	next := func(reply Reply, fields ...string) response {
		t.Helper()
		h.Reply(reply)
		return ask(t, client, url, user("Hello", fields...))
	}
	choice := func(r response) spokenChoice { return understand(t, r.body).Choices[0] }

	assert.Equal(t, spokenChoice{Text: "Hi.", Finish: "stop"}, choice(next(Text("Hi."))))
	assert.Equal(t, spokenChoice{Text: "Hi.", Finish: "stop"}, choice(next(Text("Hi."), streaming)))
	assert.Equal(t, spokenChoice{Text: `{"a":1}`, Finish: "stop"}, choice(next(JSON(map[string]int{"a": 1}))))
	assert.Equal(t, spokenChoice{Thinking: "hm", Text: "ok", Finish: "stop"}, choice(next(Thinking("hm", "ok"), streaming)))
	calls := ToolCalls(ToolCall{ID: "abcdefghi", Name: "f", Arguments: `{"x":1}`}, ToolCall{Name: "g"})
	for _, fields := range [][]string{nil, {streaming}} {
		c := choice(next(calls, fields...))
		require.Len(t, c.Calls, 2)
		assert.Equal(t, ToolCall{"abcdefghi", "f", `{"x":1}`}, c.Calls[0])
		assert.Equal(t, ToolCall{c.Calls[1].ID, "g", "{}"}, c.Calls[1])
		assert.Regexp(t, callID, c.Calls[1].ID)
		assert.Equal(t, "tool_calls", c.Finish)
	}
	assert.Len(t, understand(t, next(Text("Hi."), `"n":2`).body).Choices, 2)

	got := next(Text("Hi.").FinishReason("length").Usage(10, 5))
	assert.Equal(t, "length", choice(got).Finish)
	assert.Equal(t, usage{10, 5, 15}, understand(t, got.body).Usage)

	got = next(Error(503, "Busy", "later").Header("Retry-After", "7"))
	assert.Equal(t, 503, got.status)
	assert.Equal(t, "7", got.header.Get("Retry-After"))
	assert.Equal(t, `{"object":"error","message":"later","type":"server_error","param":null,"code":"Busy","raw_status_code":503}`, got.body)

	got = next(Raw(202, http.Header{"Content-Type": {"text/x"}, "X-Mine": {"a", "b"}}, "body"))
	assert.Equal(t, 202, got.status)
	assert.Equal(t, "body", got.body)
	assert.Equal(t, "text/x", got.header.Get("Content-Type"))
	assert.Equal(t, []string{"a", "b"}, got.header["X-Mine"])
	assert.Equal(t, "application/json", next(Raw(200, nil, "{}")).header.Get("Content-Type"))
	assert.NotContains(t, next(Text("a").Header("X-Request-Id", "")).header, "X-Request-Id")

	got = next(SSE("one", "two\nlines"))
	assert.Equal(t, "data: one\n\ndata: two\ndata: lines\n\n", got.body)
	assert.Equal(t, "text/event-stream; charset=utf-8", got.header.Get("Content-Type"))

	assert.Panics(t, func() { JSON(func() {}) })
	assert.Panics(t, func() { Raw(100, nil, "") })
	assert.Panics(t, func() { Error(0, "", "") })
	assert.Panics(t, func() { Fault("no such thing") })
	assert.Panics(t, func() { Fault("cut nokey=1") })
	assert.Panics(t, func() { Fault("cut after=x") })
	assert.Panics(t, func() { Fault("error status=7") })
}

// TestErrorShapes has a scripted error on each route.
func TestErrorShapes(t *testing.T) {
	h, client := local(t, nil)
	for route, want := range map[azmistral.Route]string{
		azmistral.RouteServerless:  `{"error":{"code":"c","message":"m","status":418}}`,
		azmistral.RouteModels:      `{"error":{"code":"c","message":"m","type":"invalid_request_error","param":null}}`,
		azmistral.RouteOpenAIV1:    `{"error":{"code":"c","message":"m","type":"invalid_request_error","param":null}}`,
		azmistral.RouteDeployments: `{"error":{"code":"c","message":"m","type":"invalid_request_error","param":null}}`,
		azmistral.RouteManaged:     `{"error":{"code":"c","message":"m","status":418}}`,
		azmistral.RouteGitHub:      `{"error":{"code":"c","message":"m","details":null}}`,
		azmistral.RouteGeneric:     `{"object":"error","message":"m","type":"invalid_request_error","param":null,"code":"c","raw_status_code":418}`,
	} {
		h.Reply(Error(418, "c", "m"))
		got := ask(t, client, realURL(h, route), user("Hello", model))
		assert.Equal(t, 418, got.status, route)
		assert.Equal(t, want, got.body, route)
	}
}

func TestScript(t *testing.T) {
	h, client := local(t, nil)
	url := realURL(h, azmistral.RouteServerlessV1)
	text := func() string { return understand(t, ask(t, client, url, user("Hello")).body).Choices[0].Text }

	h.Reply(Text("a").Times(3), Text("b"), Text("c").Times(1))
	assert.Equal(t, []string{"a", "a", "a", "b", "c"}, []string{text(), text(), text(), text(), text()})
	assert.Contains(t, text(), "Hello")

	h.ReplyFunc(func(r Request) Reply {
		if r.Stream {
			return Text("streamed")
		}
		return Reply{}
	})
	assert.Contains(t, text(), "Hello", "the zero reply")
	assert.Equal(t, "streamed", understand(t, ask(t, client, url, user("Hello", streaming)).body).Choices[0].Text)
	h.Reply(Text("first"))
	assert.Equal(t, "first", text(), "the line comes before the function")
	assert.Equal(t, 500, ask(t, client, url, user("[[sandbox: error]]")).status, "the zero reply leaves it to the message")
	h.ReplyFunc(nil)

	assert.Equal(t, 422, ask(t, client, url, user("Hello", `"foo":1`)).status)
	h.Reply(Text("kept"))
	assert.Equal(t, 401, ask(t, client, url, user("Hello"), "Authorization", "").status)
	assert.Equal(t, "kept", text(), "a refused request uses no reply")

	h.Reply(Text("for ever").Times(-1))
	for range 3 {
		assert.Equal(t, "for ever", text())
	}
}

func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, &Options{Delay: time.Second, Pace: time.Millisecond})
		url := realURL(h, azmistral.RouteServerlessV1)
		start := time.Now()
		h.Reply(Text("a b").Delay(time.Minute).Pace(time.Hour))
		ask(t, client, url, user("Hello", streaming)) // role, "a", " b", finish, [DONE]
		assert.Equal(t, time.Minute+time.Second+4*(time.Hour+time.Millisecond), time.Since(start))

		start = time.Now()
		h.Reply(Reply{}.Delay(time.Minute))
		got := ask(t, client, url, user("Hello"))
		assert.Equal(t, time.Minute+time.Second, time.Since(start))
		assert.Contains(t, got.body, "Hello")
	})
}

// TestClientLeaves wants the handler's end, not the reply's.
func TestClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHandler(nil)
		done := make(chan time.Time, 1)
		wrapped := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(w, r)
			done <- time.Now()
		})
		var pipes connections
		dial := pipes.dialer(wrapped)
		client := &http.Client{Transport: &http.Transport{DialContext: dial, DialTLSContext: dial}}
		defer pipes.close()

		h.Reply(Text("a b c").Pace(time.Hour))
		start := time.Now()
		r := chatRequest(t, realURL(h, azmistral.RouteServerlessV1), user("Hello", streaming))
		got, err := client.Do(r)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		got.Body.Close()
		assert.Equal(t, time.Minute, (<-done).Sub(start))
	})
}

func TestConcurrentUse(t *testing.T) {
	s := NewServer(t, &Options{Quota: Quota{RequestsPerMinute: 1000}})
	client := &http.Client{Transport: s.transport}
	s.ReplyFunc(func(r Request) Reply { return Reply{} })
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 10 {
				fields := []string{model}
				if i%2 == 0 {
					fields = append(fields, streaming)
				}
				got := ask(t, client, s.URL(azmistral.RouteOpenAIV1)+"/chat/completions", user("Hello [[sandbox: say text=x count=1]]", fields...))
				assert.Equal(t, 200, got.status)
				s.Requests()
			}
		})
	}
	wg.Wait()
	assert.Len(t, s.Requests(), 160)
}

func TestRequests(t *testing.T) {
	h, client := local(t, &Options{KeepRequests: 2})
	url := realURL(h, azmistral.RouteDeployments)
	body := `{"model":"other",` + weather + `,"tool_choice":"required","max_tokens":50,"response_format":{"type":"json_object"},"messages":[
		{"role":"system","content":"s"},
		{"role":"user","content":[{"type":"text","text":"u"},{"type":"image_url","image_url":{"url":"` + pngURL(t, 3, 2) + `"}}]},
		{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}],"tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f","arguments":{"x":1}}}]},
		{"role":"tool","content":"r","tool_call_id":"abcdefghi"}]}`
	ask(t, client, url, user("too old"))
	ask(t, client, url, "{}", "X-Mine", "yes")
	require.Equal(t, 200, ask(t, client, url, body).status)

	requests := h.Requests()
	require.Len(t, requests, 2)
	assert.Equal(t, 422, requests[0].Status)
	assert.Equal(t, "yes", requests[0].Header.Get("X-Mine"))
	r := requests[1]
	assert.Equal(t, []string{"POST", "sandbox.openai.azure.com", "/openai/deployments/Mistral-Large-3/chat/completions", "api-version=2024-05-01-preview", body},
		[]string{r.Method, r.Host, r.Path, r.Query, string(r.Body)})
	assert.Equal(t, []any{azmistral.RouteDeployments, 200, "Mistral-Large-3", false, "required", 50, "json_object"},
		[]any{r.Route, r.Status, r.Model, r.Stream, r.ToolChoice, r.MaxTokens, r.ResponseFormat})
	assert.Equal(t, map[string]bool{"model": true, "tools": true, "tool_choice": true, "max_tokens": true, "response_format": true, "messages": true}, r.Fields)
	assert.Equal(t, []Message{
		{Role: "system", Text: "s"},
		{Role: "user", Text: "u", Parts: []string{"text", "image_url"}, Files: []File{{Part: "image_url", MediaType: "image/png", Bytes: len(grayPNG(t, 3, 2)), Width: 3, Height: 2}}},
		{Role: "assistant", Text: "a", Thinking: "hm", Parts: []string{"thinking", "text"}, ToolCalls: []ToolCall{{"abcdefghi", "f", `{"x":1}`}}},
		{Role: "tool", Text: "r", ToolCallID: "abcdefghi"},
	}, r.Messages)
	require.Len(t, r.Tools, 2)
	assert.Equal(t, []string{"function", "get_time", "", `{"type":"object","properties":{}}`}, []string{r.Tools[1].Type, r.Tools[1].Name, r.Tools[1].Description, r.Tools[1].Parameters})

	r.Messages[0].Text, r.Messages[1].Files[0].Width, r.Fields["x"], r.Body[0] = "changed", 9, true, 'x'
	assert.Equal(t, 3, h.Requests()[1].Messages[1].Files[0].Width)
	assert.Equal(t, "s", h.Requests()[1].Messages[0].Text)
	assert.NotContains(t, h.Requests()[1].Fields, "x")
	assert.Equal(t, body, string(h.Requests()[1].Body))

	require.Equal(t, 200, ask(t, client, realURL(h, azmistral.RouteModels), user("a", model, `"foo":1`), "extra-parameters", "drop").status)
	assert.Contains(t, h.Requests()[1].Fields, "foo", "as it came, not as it was read")
	assert.Equal(t, Message{}, Request{}.Last())
}

// TestEchoToSeveral has one scripted reply for many requests at once: each gets back
// its own key.
func TestEchoToSeveral(t *testing.T) {
	keys := []string{"key-number-0", "key-number-1"}
	for _, fault := range []string{"secret-in-headers", "secret-in-location"} {
		h, client := local(t, &Options{Keys: keys})
		h.Reply(Fault(fault).Times(-1))
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				r := chatRequest(t, realURL(h, azmistral.RouteServerlessV1), user("a"), "Authorization", "Bearer "+keys[i%2], "api-key", "")
				got, err := client.Transport.RoundTrip(r)
				if !assert.NoError(t, err) {
					return
				}
				defer got.Body.Close()
				header := fmt.Sprint(got.Header)
				assert.Contains(t, header, keys[i%2], fault)
				assert.NotContains(t, header, keys[(i+1)%2], fault)
			})
		}
		wg.Wait()
	}
}
