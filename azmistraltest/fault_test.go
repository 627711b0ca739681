package azmistraltest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// TestScenarioTable reads the catalogue: each row says what it does and what a
// client has to make of it, and the help lists it.
func TestScenarioTable(t *testing.T) {
	names, known, all := map[string]bool{}, map[string]bool{}, help()
	for _, f := range families() {
		assert.False(t, known[f.name], "family %s is there twice", f.name)
		known[f.name] = true
	}
	list := Scenarios()
	assert.GreaterOrEqual(t, len(list), 400)
	for _, s := range list {
		assert.False(t, names[s.Name], "%s is there twice", s.Name)
		names[s.Name] = true
		assert.True(t, known[s.Family], s.Name)
		assert.Regexp(t, `^[a-z0-9][a-z0-9-]*$`, s.Name)
		assert.NotEmpty(t, s.Does, s.Name)
		assert.NotEmpty(t, s.Forms, s.Name)
		assert.NotEmpty(t, s.Protocols, s.Name)
		assert.Contains(t, all, "\n"+s.Name+" – "+s.Does+"\n")
		for _, k := range s.keys {
			assert.NotEmpty(t, k.does, "%s %s", s.Name, k.name)
			assert.NoError(t, s.checkKey(k.name, fallbackOf(k)), "%s %s: the default that the help tells", s.Name, k.name)
		}
		assert.Equal(t, s.own == nil, s.reply != nil, "%s: a reply, or a listener of its own", s.Name)
		w := s.Want
		if w.Err == nil {
			assert.True(t, w.FinishReason != "" || s.Name == "choice-body-no-finish", "%s wants an answer without a finish reason", s.Name)
			assert.Zero(t, w.Status, s.Name)
			assert.False(t, w.Delivered, s.Name)
			assert.Empty(t, w.Or, s.Name)
		} else {
			assert.Empty(t, w.FinishReason, s.Name)
			assert.False(t, w.WholeOrError, s.Name)
			assert.True(t, w.Status != 200 || w.Delivered, "%s: an error within a 200 may be billed", s.Name)
			assert.NotNil(t, w.Err, s.Name)
		}
		if s.Positions > 0 {
			assert.Equal(t, []string{"at"}, []string{s.keys[0].name}, s.Name)
			assert.NotPanics(t, func() { s.With("at=0") }, s.Name)
		}
	}
	for name := range known {
		assert.True(t, slices.ContainsFunc(list, func(s Scenario) bool { return s.Family == name }), "family %s is empty", name)
	}
	assert.Panics(t, func() { list[0].With("nope=1") })
	assert.Panics(t, func() { Fault("tls-expired") }, "only Play has a listener")
	_, _, err := playScenario("tls-expired")
	assert.ErrorContains(t, err, "use Play")
}

// What a cut wants changes with its place: nothing less than the answer before the
// finish reason is in, the answer behind it.
func TestPositions(t *testing.T) {
	s := *scenarioOf("cut-at-clean")
	finished := strings.Index(stageStream(), "\n\ndata: [DONE]")
	assert.Equal(t, azmistral.ErrIncomplete, s.With("at=0").Want.Err)
	assert.Equal(t, azmistral.ErrIncomplete, s.With("at="+strconv.Itoa(finished-1)).Want.Err)
	assert.True(t, s.With("at="+strconv.Itoa(finished)).Want.WholeOrError)
	assert.Equal(t, wantText(stageText), s.With("at="+strconv.Itoa(finished+2)).Want)
	assert.Equal(t, wantText(stageText), s.With("at="+strconv.Itoa(s.Positions-1)).Want)
	body := *scenarioOf("cut-body-length")
	assert.Equal(t, azmistral.ErrIncomplete, body.With("at="+strconv.Itoa(body.Positions-2)).Want.Err)
	assert.Equal(t, wantText(stageText), body.With("at="+strconv.Itoa(body.Positions-1)).Want)
}

// TestCatalogue plays every scenario, whole and streamed, provoked and scripted: it
// must end by itself, or with the client, and do the same both ways. What depends
// on the route is played on each.
func TestCatalogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		get := func(s Scenario, script bool, route azmistral.Route, fields ...string) [3]string {
			h, client := local(t, nil)
			defer h.Close()
			if script {
				h.Reply(Fault(s.Name))
			}
			return outcome(t, client, realURL(h, route), user("[[sandbox: "+s.Name+"]]", fields...))
		}
		for _, s := range catalogue() {
			if s.reply == nil {
				continue
			}
			routes := []azmistral.Route{azmistral.RouteServerlessV1}
			if s.Family == "answer" || s.Family == "refusal" || s.Name == "cut" || s.Name == "stream-error" {
				routes = allRoutes
			}
			for _, route := range routes {
				for _, fields := range [][]string{{model}, {model, streaming}} {
					assert.Equal(t, get(s, false, route, fields...), get(s, true, route, fields...), "%s on %s", s.Name, route)
				}
			}
		}
		time.Sleep(2 * wirePatience) // for what still holds a connection
	})
}

// TestStage wants what the stages promise to those who program against them.
func TestStage(t *testing.T) {
	ask := func(t *testing.T, s *Stage, text string) response {
		t.Helper()
		return send(t, s.HTTPClient(), chatRequest(t, s.URL(azmistral.RouteServerlessV1)+"/chat/completions", user(text, model), "Authorization", "Bearer a-key-of-mine", "api-key", ""))
	}
	for _, p := range []Protocol{HTTP1, HTTP2} {
		s := scenarioOf("plain").Play(t, p)
		got, err := s.HTTPClient().Do(chatRequest(t, s.URL(azmistral.RouteModels)+"/chat/completions", user("a long question")))
		require.NoError(t, err)
		got.Body.Close()
		assert.True(t, strings.HasPrefix(got.Proto, string(p)), "%s was spoken, %s asked for", got.Proto, p)
		assert.Equal(t, 1, s.Requests())
		assert.Equal(t, []string{Key, "a long question"}, s.Secrets())
	}
	s := scenarioOf("once-503").Play(t, HTTP1)
	assert.Equal(t, 503, ask(t, s, "first text").status)
	got := ask(t, s, "first text")
	assert.Equal(t, 200, got.status)
	assert.Equal(t, stageBody(), got.body, "the answer of every stage")
	assert.Equal(t, []string{"a-key-of-mine", "first text"}, s.Secrets())
	assert.Equal(t, 409, ask(t, s, "other text").status, "a send that brings something else is found out")
	assert.Equal(t, 3, s.Requests())

	s = scenarioOf("redirect-307-other").Play(t, HTTP1)
	ask(t, s, "go there")
	assert.Equal(t, 1, s.Strays(), "an http.Client that follows redirects is seen at the other origin")

	s = scenarioOf("stall").Play(t, HTTP1)
	r := chatRequest(t, s.URL(azmistral.RouteServerlessV1)+"/chat/completions", user("x", model, streaming))
	held, err := s.HTTPClient().Do(r)
	require.NoError(t, err)
	assert.Equal(t, 1, s.Busy())
	held.Body.Close()
	assert.Eventually(t, func() bool { return s.Busy() == 0 }, 5*time.Second, time.Millisecond)

	_, err = scenarioOf("tls-expired").Play(t, HTTP1).HTTPClient().Get(scenarioOf("tls-expired").Play(t, HTTP1).base)
	assert.ErrorContains(t, err, "certificate")
	s = scenarioOf("http2-whole").Play(t, HTTP2)
	assert.Equal(t, stageBody(), ask(t, s, "x").body)

	var o azmistral.ClientOptions
	s.Options(&o)
	assert.True(t, o.InsecureAllowCredentialWithHTTP)
	assert.Equal(t, s.HTTPClient(), o.Transport)
	assert.Equal(t, Deployment, o.Model)
}

func TestHasText(t *testing.T) {
	assert.True(t, Want{Text: "a"}.HasText("a"))
	assert.False(t, Want{Text: "a"}.HasText("ab"))
	assert.True(t, Want{}.HasText(""))
	assert.False(t, Want{}.HasText("a"))
	assert.True(t, Want{Words: []string{"a", "b"}}.HasText("b a"))
	assert.False(t, Want{Words: []string{"a", "b"}}.HasText("a"))
	assert.True(t, Want{TextBytes: 32}.HasText(tile+tile))
	assert.False(t, Want{TextBytes: 32}.HasText(tile+strings.ToUpper(tile)))
	assert.False(t, Want{TextBytes: 32}.HasText(tile))
}

func fallbackOf(k scenarioKey) string {
	if k.fallback == "all" {
		return "0"
	}
	return k.fallback
}

// outcome is what a patient client gets.
func outcome(t *testing.T, client *http.Client, url, body string) [3]string {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	got, err := client.Do(chatRequest(t, url, body).WithContext(ctx))
	if err != nil {
		return [3]string{"", "", cause(err)}
	}
	defer got.Body.Close()
	data, err := io.ReadAll(io.LimitReader(got.Body, 1<<20)) // some have no end
	return [3]string{got.Status, string(data), cause(err)}
}

func cause(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "unexpected EOF"
	case errors.Is(err, io.EOF):
		return "EOF"
	}
	return err.Error()
}

// TestScenarios has what each scenario does on Mistral's own route, or on the one
// that it is about.
func TestScenarios(t *testing.T) {
	const v1, openai, serverless, models, deployments = azmistral.RouteServerlessV1, azmistral.RouteOpenAIV1, azmistral.RouteServerless, azmistral.RouteModels, azmistral.RouteDeployments
	const role = `"delta":{"role":"assistant","content":""}`
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, nil)
		for _, test := range []struct {
			words  string
			route  azmistral.Route
			stream bool
			status string
			has    []string
			hasNot []string
			err    string
		}{
			{words: "help", route: v1, status: "200 OK", has: []string{"rate-limit", "cut", "count=all"}},
			{words: "nope", route: v1, status: "200 OK", has: []string{`there is no scenario \"nope\"`, "rate-limit"}},
			{words: "cut after=x", route: v1, status: "200 OK", has: []string{`scenario \"cut\": after=\"x\" is not a whole number`}},
			{words: `say text="a b"`, route: v1, status: "200 OK", has: []string{`"content":"a b"`}},
			{words: "long tokens=300", route: v1, status: "200 OK", has: []string{`"completion_tokens":300,`}},
			{words: "empty-text", route: v1, status: "200 OK", has: []string{`"content":""}`}},
			{words: "thinking tokens=5", route: v1, status: "200 OK", has: []string{`"type":"thinking"`}},
			{words: "thinking", route: openai, stream: true, status: "200 OK", has: []string{`"reasoning_content":`}},
			{words: "tool-calls n=2 name=f arguments={'a':1}", route: v1, status: "200 OK", has: []string{`"name":"f","arguments":"{\"a\":1}"},"index":0`, `"index":1`, `"tool_calls"`}},
			{words: "bad-arguments", route: v1, status: "200 OK", has: []string{`"arguments":"{\"city\": \"Par"`}},
			{words: "finish reason=error", route: v1, status: "200 OK", has: []string{`"finish_reason":"error"`}},
			{words: "output-filtered category=hate", route: openai, status: "200 OK", has: []string{`"hate":{"filtered":true,"severity":"medium"}`, `"finish_reason":"content_filter"`, `"message":`}},
			{words: "output-filtered after=0", route: openai, status: "200 OK", hasNot: []string{`"message":`}},
			{words: "output-filtered category=protected_material_text", route: openai, stream: true, status: "200 OK", has: []string{`"protected_material_text":{"detected":true,"filtered":true}`, `"finish_reason":"content_filter"`}},

			{words: `error status=418 code=c message="a b"`, route: openai, status: "418 I'm a teapot", has: []string{`{"error":{"code":"c","message":"a b"`}},
			{words: "rate-limit", route: v1, status: "429 Too Many Requests", has: []string{`"code":"1300"`}},
			{words: "rate-limit form=prose wait=7", route: openai, status: "429 Too Many Requests", has: []string{"Try again in 7 seconds."}},
			{words: "rate-limit limit=tokens wait=9", route: openai, status: "429 Too Many Requests", has: []string{"exceeded the token rate limit", "Please retry after 9 seconds."}},
			{words: "rate-limit", route: models, status: "429 Too Many Requests", has: []string{`{"error":{"code":"RateLimitReached","message":"Your requests to Mistral-Large-3 for Mistral-Large-3 in eastus2 have exceeded rate limit.","details":`}},
			{words: "rate-limit", route: serverless, status: "429 Too Many Requests", has: []string{`{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 2 seconds." }`}},
			{words: "capacity", route: v1, status: "429 Too Many Requests", has: []string{`"type":"service_tier_capacity_exceeded","param":null,"code":"3505"`}},
			{words: "unauthorized", route: openai, status: "401 Unauthorized", has: []string{bodyDenied}},
			{words: "audience", route: openai, status: "401 Unauthorized", has: []string{bodyFoundry}},
			{words: "permission", route: openai, status: "401 Unauthorized", has: []string{"PermissionDenied"}},
			{words: "keys-disabled", route: openai, status: "403 Forbidden", has: []string{"AuthenticationTypeDisabled"}},
			{words: "quota", route: openai, status: "403 Forbidden", has: []string{"2.12 days"}},
			{words: "not-found", route: openai, status: "404 Not Found", has: []string{"DeploymentNotFound"}},
			{words: "prompt-filtered", route: models, status: "400 Bad Request", has: []string{`"type":null,"param":"prompt","code":"content_filter","status":400}}`}},
			{words: "prompt-filtered category=sexual", route: deployments, stream: true, status: "400 Bad Request", has: []string{`"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":true,"severity":"medium"}`}},
			{words: "prompt-filtered category=jailbreak", route: deployments, status: "400 Bad Request", has: []string{`"jailbreak":{"detected":true,"filtered":true}`}},
			{words: "context-too-long", route: v1, status: "400 Bad Request", has: []string{"too large for model", `"code":"3051"`}},
			{words: "model-error status=429", route: v1, status: "424 Failed Dependency"},
			{words: "pending", route: v1, status: "429 Too Many Requests", hasNot: []string{"a"}},
			{words: "timeout", route: v1, status: "408 Request Timeout", has: []string{"upstream request timeout\nPlease check this guide"}},
			{words: "server-error", route: v1, status: "500 Internal Server Error", has: []string{`"type":"server_error"`}},

			{words: "cut after=2", route: v1, stream: true, status: "200 OK", has: []string{role}, hasNot: []string{"[DONE]", `"finish_reason":"stop"`}},
			{words: "cut after=0", route: v1, stream: true, status: "200 OK", hasNot: []string{"data"}},
			{words: "cut after=2 how=half", route: v1, stream: true, status: "200 OK", hasNot: []string{"[DONE]"}},
			{words: "cut after=2 how=abort", route: v1, stream: true, status: "200 OK", has: []string{role}, err: "unexpected EOF"},
			{words: "cut after=2 how=reset", route: v1, stream: true, status: "200 OK", has: []string{role}, err: "unexpected EOF"},
			{words: "cut", route: v1, status: "200 OK", has: []string{`{"id":`}, hasNot: []string{"}]}"}},
			{words: "cut how=abort", route: v1, status: "200 OK", err: "unexpected EOF"},
			{words: "stall after=1", route: v1, stream: true, status: "200 OK", has: []string{role}, err: "deadline"},
			{words: "stall", route: v1, status: "200 OK", has: []string{`{"id":`}, err: "deadline"},
			{words: "silent", route: v1, err: "deadline"},
			{words: "hang-up", route: v1, err: "EOF"},
			{words: "no-done", route: v1, stream: true, status: "200 OK", has: []string{`"finish_reason":"stop"`}, hasNot: []string{"[DONE]"}},
			{words: "no-finish", route: v1, stream: true, status: "200 OK", has: []string{"[DONE]"}, hasNot: []string{`"finish_reason":"stop"`}},
			{words: "only-done", route: v1, stream: true, status: "200 OK", has: []string{"data: [DONE]\n\n"}, hasNot: []string{"{"}},
			{words: "no-events", route: v1, stream: true, status: "200 OK", hasNot: []string{"data"}},
			{words: "comments", route: v1, stream: true, status: "200 OK", has: []string{": keep-alive\n\ndata: {", ": keep-alive\n\ndata: [DONE]"}},
			{words: `stream-error after=1 message="so it is"`, route: v1, stream: true, status: "200 OK", has: []string{`data: {"error":{"code":"InternalServerError","message":"so it is"`}, hasNot: []string{"[DONE]"}},
			{words: "stream-error shape=event", route: v1, stream: true, status: "200 OK", has: []string{"event: error\ndata: {"}},
			{words: "stream-error shape=mistral", route: v1, stream: true, status: "200 OK", has: []string{`data: {"object":"error","message":`}},
			{words: "stream-error shape=detail", route: v1, stream: true, status: "200 OK", has: []string{`data: {"detail":"`}},
			{words: "stream-error shape=text", route: v1, stream: true, status: "200 OK", has: []string{`data: {"error":"`}},
			{words: "stream-error shape=bare", route: v1, stream: true, status: "200 OK", has: []string{"\n\n{\"error\":{"}},

			{words: "html", route: v1, status: "200 OK", has: []string{"<!DOCTYPE html>"}},
			{words: "null", route: v1, status: "200 OK", has: []string{"null"}},
			{words: "empty status=204", route: v1, status: "204 No Content"},
			{words: "no-choices", route: v1, status: "200 OK", has: []string{`"choices":[]`}},
			{words: "broken-json", route: v1, status: "200 OK", has: []string{`{"id":"x"`}},
			{words: "error-200", route: v1, status: "200 OK", has: []string{`{"error":`}},
			{words: "redirect status=308", route: v1, status: "308 Permanent Redirect"},
		} {
			fields := []string{model}
			if test.stream {
				fields = append(fields, streaming)
			}
			got := outcome(t, client, realURL(h, test.route), user("Please: [[sandbox: "+test.words+"]]", fields...))
			assert.Equal(t, test.status, got[0], test.words)
			assert.Equal(t, test.err, got[2], test.words)
			for _, text := range test.has {
				assert.Contains(t, got[1], text, test.words)
			}
			for _, text := range test.hasNot {
				assert.NotContains(t, got[1], text, test.words)
			}
		}
	})
}

func TestRateLimitForms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, nil)
		for form, want := range map[string][3]string{ // Retry-After, retry-after-ms, x-ms-retry-after-ms
			"seconds":  {"2"},
			"fraction": {"1.5"},
			"ms":       {"", "1500"},
			"x-ms":     {"", "", "1500"},
			"both":     {"2", "1500"},
			"none":     {},
			"prose":    {},
			"date":     {time.Now().Add(1500 * time.Millisecond).UTC().Format(http.TimeFormat)},
		} {
			got := ask(t, client, realURL(h, azmistral.RouteOpenAIV1), user("[[sandbox: rate-limit wait=1.5 form="+form+"]]", model))
			assert.Equal(t, 429, got.status)
			assert.Equal(t, want, [3]string{got.header.Get("Retry-After"), got.header.Get("retry-after-ms"), got.header.Get("x-ms-retry-after-ms")}, form)
		}
		got := ask(t, client, realURL(h, azmistral.RouteOpenAIV1), user("[[sandbox: model-error status=429]]", model))
		assert.Equal(t, "429", got.header.Get("ms-azureml-model-error-statuscode"))
		got = ask(t, client, realURL(h, azmistral.RouteOpenAIV1), user("[[sandbox: redirect to=https://b.example/]]", model))
		assert.Equal(t, "https://b.example/", got.header.Get("Location"))
	})
}

func TestProvocations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, nil)
		url := realURL(h, azmistral.RouteServerlessV1)
		statuses := func(body string, n int) (list []int) {
			for range n {
				list = append(list, ask(t, client, url, body).status)
			}
			return list
		}
		assert.Equal(t, []int{429, 429, 429}, statuses(user("[[sandbox: rate-limit]]"), 3), "without a count always")
		assert.Equal(t, []int{503, 503, 200, 503}, statuses(user("What now? [[sandbox: error status=503 count=2]]"), 4), "the count starts anew after an answer")
		h.Reply(Fault("error status=503 count=2"))
		assert.Equal(t, []int{503, 503, 200}, statuses(user("Hello"), 3))

		// Only the last message provokes, and only the user's.
		assert.Equal(t, 200, ask(t, client, url, `{"messages":[{"role":"user","content":"[[sandbox: html status=500]]"},{"role":"assistant","content":"a"},{"role":"user","content":"b"}]}`).status)
		assert.Equal(t, 200, ask(t, client, url, `{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"[[sandbox: html status=500]]","prefix":true}]}`).status)
		assert.Equal(t, 200, ask(t, client, url, `{"messages":[{"role":"user","content":"[[sandbox: html status=500]]"},{"role":"assistant","content":"{}"},{"role":"user","content":"b"}]}`).status)
		parts := `{"messages":[{"role":"user","content":[{"type":"text","text":"[[sandbox:html status=500]]"}]}]}`
		assert.Equal(t, 500, ask(t, client, url, parts).status, "in a part, too")

		start := time.Now()
		ask(t, client, url, user("[[sandbox: say text=x delay=3 pace=1m]]", streaming))
		assert.Equal(t, 3*time.Second+3*time.Minute, time.Since(start)) // role, x, finish, [DONE]
		start = time.Now()
		ask(t, client, url, user("[[sandbox: slow delay=1s]]"))
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestSplitWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                       nil,
		"a":                      {"a"},
		" a  b=1\tc ":            {"a", "b=1", "c"},
		`say text="two words" x`: {"say", "text=two words", "x"},
		`say text=""`:            {"say", "text="},
		`open "quote is`:         {"open", "quote is"},
	} {
		assert.Equal(t, want, splitWords(text), text)
	}
}

// TestResetOnLoopback wants a real reset, which is not the end of a body.
func TestResetOnLoopback(t *testing.T) {
	s := NewServer(t, nil)
	client := &http.Client{Transport: s.transport}
	got := send(t, client, chatRequest(t, s.URL(azmistral.RouteServerlessV1)+"/chat/completions", user("[[sandbox: cut after=2 how=reset]]", streaming)))
	require.ErrorIs(t, got.err, syscall.ECONNRESET)
	got = send(t, client, chatRequest(t, s.URL(azmistral.RouteServerlessV1)+"/chat/completions", user("[[sandbox: cut after=2 how=abort]]", streaming)))
	require.ErrorIs(t, got.err, io.ErrUnexpectedEOF)
	assert.Equal(t, 2, strings.Count(got.body, "data: "))
}
