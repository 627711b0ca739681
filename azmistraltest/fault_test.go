package azmistraltest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

// TestCatalogue plays every scenario on every route, whole and streamed, provoked
// and scripted: it must end by itself, or with the client, and do the same both ways.
func TestCatalogue(t *testing.T) {
	names := map[string]bool{}
	for _, s := range catalogue() {
		assert.False(t, names[s.Name], "%s is there twice", s.Name)
		names[s.Name] = true
		assert.NotEmpty(t, s.Does, s.Name)
		assert.Contains(t, help(), "\n"+s.Name+" – "+s.Does+"\n")
		for _, k := range s.keys {
			assert.NotEmpty(t, k.does, "%s %s", s.Name, k.name)
			assert.NoError(t, s.checkKey(k.name, fallbackOf(k)), "%s %s: the default that the help tells", s.Name, k.name)
		}
	}
	assert.Len(t, Scenarios(), len(names))
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, nil)
		for _, s := range catalogue() {
			if s.reply == nil {
				continue
			}
			for _, route := range allRoutes {
				for _, fields := range [][]string{{model}, {model, streaming}} {
					provoked := outcome(t, client, realURL(h, route), user("[[sandbox: "+s.Name+"]]", fields...))
					h.Reply(Fault(s.Name))
					scripted := outcome(t, client, realURL(h, route), user("[[sandbox: "+s.Name+"]]", fields...))
					assert.Equal(t, provoked, scripted, "%s on %s", s.Name, route)
					for range s.count { // the answers after them
						outcome(t, client, realURL(h, route), user("[[sandbox: "+s.Name+"]]", fields...))
					}
				}
			}
		}
	})
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
