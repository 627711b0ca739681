package azmistraltest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scenario is one entry of the catalogue: something special that the sandbox does
// when a message provokes it or a script names it.
type scenario struct {
	name  string
	does  string
	keys  []scenarioKey
	reply func(args) Reply
}

type scenarioKey struct {
	name     string
	sort     keySort
	fallback string // told in the help
	does     string
}

type keySort string

const (
	sortText     keySort = "a text"
	sortNumber   keySort = "a whole number"
	sortStatus   keySort = "a status from 200 to 999"
	sortDuration keySort = "a duration, such as 1.5s or 2 for seconds"
)

// commonKeys go with every scenario.
var commonKeys = []scenarioKey{
	{"count", sortNumber, "all", "only the first so many sends of the same request; then an answer"},
	{"delay", sortDuration, "0", "before the headers"},
	{"pace", sortDuration, "0", "between two events of a stream"},
}

// Scenario is one entry of the catalogue of special behaviour.
type Scenario struct {
	Name string
	Does string
	Keys []string // "key=default: what it does"
}

// Faults lists the catalogue: everything that Fault and a provocation can name.
func Faults() []Scenario {
	var list []Scenario
	for _, s := range catalogue() {
		entry := Scenario{Name: s.name, Does: s.does}
		for _, k := range s.keys {
			entry.Keys = append(entry.Keys, k.name+"="+k.fallback+": "+k.does)
		}
		list = append(list, entry)
	}
	return list
}

func scenarioOf(name string) *scenario {
	list := catalogue()
	if i := slices.IndexFunc(list, func(s scenario) bool { return s.name == name }); i >= 0 {
		return &list[i]
	}
	return nil
}

// catalogue is the table of scenarios, group by group.
func catalogue() []scenario {
	return slices.Concat(answerScenarios(), refusalScenarios(), streamScenarios(), bodyScenarios())
}

// answerScenarios are answers that a default answer is not.
func answerScenarios() []scenario {
	return []scenario{
		{name: "help", does: "lists the scenarios",
			reply: func(args) Reply { return Text(help()) }},
		{name: "say", does: "answers with a text of yours",
			keys:  []scenarioKey{{"text", sortText, "Hello.", "the answer, in double quotes"}},
			reply: func(a args) Reply { return Text(a.text("text", "Hello.")) }},
		{name: "long", does: "answers at length",
			keys:  []scenarioKey{{"tokens", sortNumber, "2000", "of the answer"}},
			reply: func(a args) Reply { return Text(longText(a.number("tokens", 2000))) }},
		{name: "empty-text", does: "answers with an empty text",
			reply: func(args) Reply { return Text("") }},
		{name: "thinking", does: "thinks before it answers",
			keys: []scenarioKey{{"tokens", sortNumber, "40", "of the thinking"}},
			reply: func(a args) Reply {
				return Reply{}.changed(func(answer *answer) {
					for i := range answer.choices {
						answer.choices[i].thinking = longText(a.number("tokens", 40))
					}
				})
			}},
		{name: "tool-calls", does: "calls a tool, whether or not the request has one",
			keys: []scenarioKey{
				{"n", sortNumber, "1", "calls in parallel"},
				{"name", sortText, "get_weather", "of the function"},
				{"arguments", sortText, "{}", "JSON text without double quotes inside: use single ones"},
			},
			reply: func(a args) Reply {
				call := ToolCall{Name: a.text("name", "get_weather"), Arguments: strings.ReplaceAll(a.text("arguments", "{}"), "'", `"`)}
				return ToolCalls(slices.Repeat([]ToolCall{call}, max(0, a.number("n", 1)))...)
			}},
		{name: "bad-arguments", does: "calls a tool with arguments that are no JSON",
			keys: []scenarioKey{{"name", sortText, "get_weather", "of the function"}},
			reply: func(a args) Reply {
				return ToolCalls(ToolCall{Name: a.text("name", "get_weather"), Arguments: `{"city": "Par`})
			}},
		{name: "finish", does: "ends the answer with another finish reason",
			keys:  []scenarioKey{{"reason", sortText, "length", "such as length, model_length, error"}},
			reply: func(a args) Reply { return Reply{}.FinishReason(a.text("reason", "length")) }},
		{name: "output-filtered", does: "the filter cuts the answer",
			keys: []scenarioKey{
				{"category", sortText, "violence", "hate, self_harm, sexual, violence, protected_material_text …"},
				{"after", sortNumber, "5", "tokens of text; 0 leaves no message where the route does so"},
			},
			reply: func(a args) Reply {
				r := Reply{filtered: a.text("category", "violence")}
				return r.FinishReason("content_filter").changed(func(answer *answer) {
					for i := range answer.choices {
						answer.choices[i] = choice{text: firstTokens(answer.choices[i].text, a.number("after", 5))}
					}
				})
			}},
		{name: "slow", does: "answers slowly",
			keys: []scenarioKey{{"delay", sortDuration, "2s", "before the headers"}, {"pace", sortDuration, "200ms", "between two events"}},
			reply: func(a args) Reply {
				return Reply{}.Delay(a.duration("delay", 2*time.Second)).Pace(a.duration("pace", 200*time.Millisecond))
			}},
	}
}

// refusalScenarios are errors instead of an answer.
func refusalScenarios() []scenario {
	return []scenario{
		{name: "error", does: "refuses, in the body of the route",
			keys: []scenarioKey{
				{"status", sortStatus, "500", "of HTTP"},
				{"code", sortText, "InternalServerError", "of the service"},
				{"message", sortText, "The sandbox was asked to fail.", "in double quotes"},
			},
			reply: func(a args) Reply {
				return Error(a.number("status", 500), a.text("code", "InternalServerError"), a.text("message", "The sandbox was asked to fail."))
			}},
		{name: "rate-limit", does: "refuses with 429",
			keys: []scenarioKey{
				{"wait", sortDuration, "2s", "that is asked for"},
				{"form", sortText, "seconds", "of the wait: seconds, fraction, ms, x-ms, date, prose, both, none"},
				{"limit", sortText, "requests", "that was met: requests or tokens"},
			},
			reply: rateLimit},
		{name: "capacity", does: "refuses with 429: the model has no capacity",
			reply: func(args) Reply {
				return refusing(func(r *Request) *refusal {
					return &refusal{status: 429, code: "3505", kind: "service_tier_capacity_exceeded", message: "Service tier capacity exceeded for this model.", fromModel: true}
				})
			}},
		{name: "unauthorized", does: "refuses the key with 401",
			reply: func(args) Reply { return refusing(func(r *Request) *refusal { return refuseKey(r.place) }) }},
		{name: "audience", does: "refuses the token's audience with 401",
			reply: func(args) Reply { return refusing(func(r *Request) *refusal { return refuseAudience(r.place) }) }},
		{name: "permission", does: "refuses with 401: the role is missing",
			reply: func(args) Reply { return refusing(func(*Request) *refusal { return refusePermission() }) }},
		{name: "keys-disabled", does: "refuses with 403: sign-in by key is switched off",
			reply: func(args) Reply { return refusing(func(*Request) *refusal { return refuseKeysDisabled() }) }},
		{name: "quota", does: "refuses with 403: a gateway's quota is used up",
			reply: func(args) Reply {
				return refusing(func(*Request) *refusal {
					return &refusal{status: 403, body: `{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }`}
				})
			}},
		{name: "not-found", does: "refuses with what the route says of an unknown deployment",
			reply: func(args) Reply {
				return refusing(func(r *Request) *refusal { return refuseDeployment(r.place, r.Model) })
			}},
		{name: "prompt-filtered", does: "the filter blocks the prompt",
			keys: []scenarioKey{{"category", sortText, "violence", "hate, self_harm, sexual, violence, jailbreak"}},
			reply: func(a args) Reply {
				return refusing(func(r *Request) *refusal { return refuseFiltered(r.place, a.text("category", "violence")) })
			}},
		{name: "context-too-long", does: "refuses the prompt's length",
			reply: func(args) Reply {
				return refusing(func(r *Request) *refusal {
					return invalid("3051", "invalid_request_invalid_args", "Prompt contains 159202 tokens and 0 draft tokens, too large for model with 131072 maximum context length")
				})
			}},
		{name: "model-error", does: "424: the model's container answered with another status",
			keys: []scenarioKey{{"status", sortStatus, "503", "of the container"}},
			reply: func(a args) Reply {
				r := Raw(http.StatusFailedDependency, nil, `{"detail":"The model failed."}`+guide)
				return r.Header("Content-Type", "application/json").
					Header("ms-azureml-model-error-reason", "model_error").
					Header("ms-azureml-model-error-statuscode", strconv.Itoa(a.number("status", 503)))
			}},
		{name: "pending", does: "429 with an empty body: too many requests wait for the model",
			reply: func(args) Reply {
				r := Raw(http.StatusTooManyRequests, nil, "")
				return r.Header("Content-Type", "text/plain").Header("ms-azureml-model-error-reason", "too_many_pending_request")
			}},
		{name: "timeout", does: "408: the model took too long",
			reply: func(args) Reply {
				return Raw(http.StatusRequestTimeout, nil, "upstream request timeout"+guide).Header("Content-Type", "text/plain")
			}},
		{name: "server-error", does: "500 in the words of Azure OpenAI",
			reply: func(args) Reply {
				return Raw(http.StatusInternalServerError, nil, `{"error":{"message":"The server had an error processing your request. Sorry about that! You can retry your request.","type":"server_error","param":null,"code":null}}`).
					Header("ms-azureml-model-error-reason", "model_error").Header("ms-azureml-model-error-statuscode", "500")
			}},
	}
}

// streamScenarios break a stream on its way. On a whole answer "after" counts
// nothing and the body is cut in its middle.
func streamScenarios() []scenario {
	return []scenario{
		{name: "cut", does: "ends in the middle",
			keys: []scenarioKey{
				{"after", sortNumber, "3", "events of a stream"},
				{"how", sortText, "clean", "clean (as if complete), abort (the chunked body is cut), reset, half (inside an event, then clean)"},
			},
			reply: func(a args) Reply {
				return Reply{}.tampered(func(o *output) { cut(o, a.number("after", 3), a.text("how", "clean")) })
			}},
		{name: "stall", does: "goes silent in the middle and keeps the connection",
			keys: []scenarioKey{{"after", sortNumber, "3", "events of a stream"}},
			reply: func(a args) Reply {
				return Reply{}.tampered(func(o *output) {
					keep(o, a.number("after", 3), false)
					o.hold = true
				})
			}},
		{name: "silent", does: "never answers: not even a status",
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.hold = 0, true }) }},
		{name: "hang-up", does: "closes the connection without a status",
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.end = 0, endAbort }) }},
		{name: "no-done", does: "leaves out [DONE]",
			reply: func(args) Reply { return Reply{}.tampered(dropDone) }},
		{name: "no-finish", does: "leaves out the events with a finish reason",
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					o.steps = slices.DeleteFunc(o.steps, func(s step) bool {
						text := string(s.data)
						return strings.Contains(text, `"finish_reason":"`)
					})
				})
			}},
		{name: "only-done", does: "a stream with nothing but [DONE]",
			reply: func(args) Reply { return SSE("[DONE]") }},
		{name: "no-events", does: "a stream with nothing in it",
			reply: func(args) Reply { return SSE() }},
		{name: "comments", does: "puts comment lines between the events",
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					for i := range o.steps {
						if o.stream {
							o.steps[i].data = slices.Concat([]byte(": keep-alive\n\n"), o.steps[i].data)
						}
					}
				})
			}},
		{name: "stream-error", does: "an error in the middle of a stream",
			keys: []scenarioKey{
				{"after", sortNumber, "3", "events"},
				{"shape", sortText, "error", "error, event, mistral, detail, text, bare"},
				{"message", sortText, "The sandbox was asked to fail.", "in double quotes"},
			},
			reply: func(a args) Reply {
				return Reply{}.tampered(func(o *output) {
					keep(o, a.number("after", 3), false)
					o.steps = append(o.steps, step{data: errorEvent(a.text("shape", "error"), a.text("message", "The sandbox was asked to fail."))})
				})
			}},
	}
}

// bodyScenarios are bodies that are no answer.
func bodyScenarios() []scenario {
	return []scenario{
		{name: "html", does: "a page instead of an answer",
			keys: []scenarioKey{{"status", sortStatus, "200", "of HTTP"}},
			reply: func(a args) Reply {
				return Raw(a.number("status", 200), http.Header{"Content-Type": {"text/html"}}, "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n")
			}},
		{name: "null", does: "200 and the word null",
			reply: func(args) Reply { return Raw(200, nil, "null") }},
		{name: "empty", does: "an empty body",
			keys:  []scenarioKey{{"status", sortStatus, "200", "of HTTP"}},
			reply: func(a args) Reply { return Raw(a.number("status", 200), nil, "") }},
		{name: "no-choices", does: "200 and an answer without a choice",
			reply: func(args) Reply {
				return Reply{}.changed(func(a *answer) { a.choices = nil })
			}},
		{name: "broken-json", does: "200 and half a JSON body",
			reply: func(args) Reply { return Raw(200, nil, `{"id":"x","choices":[{"index":0,"message":{"role":"assista`) }},
		{name: "error-200", does: "200 and an error in the body",
			reply: func(args) Reply {
				return Raw(200, nil, `{"error":{"code":"InternalServerError","message":"The sandbox was asked to fail."}}`)
			}},
		{name: "redirect", does: "sends the client elsewhere",
			keys: []scenarioKey{{"status", sortStatus, "307", "of HTTP"}, {"to", sortText, "https://elsewhere.example.com/", "the other place"}},
			reply: func(a args) Reply {
				return Raw(a.number("status", 307), nil, "").Header("Location", a.text("to", "https://elsewhere.example.com/"))
			}},
	}
}

func refusing(refuse func(*Request) *refusal) Reply {
	return Reply{kind: replyRefusal, refuse: func(r *Request, _ *Handler) *refusal { return refuse(r) }}
}

// rateLimit asks for a wait in one of the forms that are about.
func rateLimit(a args) Reply {
	wait := a.duration("wait", 2*time.Second)
	seconds := plain(wait.Seconds())
	form := a.text("form", "seconds")
	reply := Reply{kind: replyRefusal, refuse: func(r *Request, h *Handler) *refusal {
		f := refuseRate(r.place, h.modelName(r), h.options.Region, seconds, a.text("limit", "requests") == "tokens")
		if form == "prose" {
			return &refusal{status: 429, code: "429", kind: "rate_limited", message: "Rate limit is exceeded. Try again in " + seconds + " seconds."}
		}
		if form == "date" {
			f.header = http.Header{"Retry-After": {time.Now().Add(wait).UTC().Format(http.TimeFormat)}}
		}
		return f
	}}
	whole := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	switch form {
	case "seconds":
		return reply.Header("Retry-After", whole)
	case "fraction":
		return reply.Header("Retry-After", seconds)
	case "ms":
		return reply.Header("retry-after-ms", strconv.FormatInt(wait.Milliseconds(), 10))
	case "x-ms":
		return reply.Header("x-ms-retry-after-ms", strconv.FormatInt(wait.Milliseconds(), 10))
	case "both":
		return reply.Header("Retry-After", whole).Header("retry-after-ms", strconv.FormatInt(wait.Milliseconds(), 10))
	}
	return reply
}

// keep leaves the first n events of a stream, or the first half of a body. half
// keeps a part of the next event as well.
func keep(o *output, n int, half bool) {
	if !o.stream {
		if len(o.steps) > 0 {
			o.steps = o.steps[:1]
			o.steps[0].data = o.steps[0].data[:len(o.steps[0].data)/2]
		}
		return
	}
	n = min(max(0, n), len(o.steps))
	rest := o.steps[n:]
	o.steps = o.steps[:n:n]
	if half && len(rest) > 0 {
		o.steps = append(o.steps, step{data: rest[0].data[:len(rest[0].data)/2], pause: rest[0].pause})
	}
}

func cut(o *output, after int, how string) {
	keep(o, after, how == "half")
	switch how {
	case "abort":
		o.end = endAbort
	case "reset":
		o.end = endReset
	}
}

func dropDone(o *output) {
	o.steps = slices.DeleteFunc(o.steps, func(s step) bool { return string(s.data) == "data: [DONE]\n\n" })
}

// errorEvent is an error within a stream, in one of the shapes that are about.
func errorEvent(shape, message string) []byte {
	object := `{"error":{"code":"InternalServerError","message":` + quoted(message) + `,"type":"server_error"}}`
	switch shape {
	case "event":
		return []byte("event: error\ndata: " + object + "\n\n")
	case "mistral":
		object = `{"object":"error","message":` + quoted(message) + `,"type":"internal_server_error","param":null,"code":"3000"}`
	case "detail":
		object = `{"detail":` + quoted(message) + `}`
	case "text":
		object = `{"error":` + quoted(message) + `}`
	case "bare":
		return []byte(object + "\n")
	}
	return eventData(object)
}

// longText gives n tokens of text.
func longText(n int) string {
	const least = 5 // tokens of a sentence
	var b strings.Builder
	for i := range n/least + 1 {
		fmt.Fprintf(&b, "Sentence %d goes on a little. ", i+1)
	}
	return firstTokens(b.String(), n)
}

// help lists the catalogue as a text.
func help() string {
	var b strings.Builder
	b.WriteString("Write one of these into the last message, alone or beside other text: [[sandbox: NAME key=value …]]\n")
	for _, s := range catalogue() {
		fmt.Fprintf(&b, "\n%s – %s\n", s.name, s.does)
		for _, k := range s.keys {
			fmt.Fprintf(&b, "    %s=%s: %s\n", k.name, k.fallback, k.does)
		}
	}
	b.WriteString("\nWith every one:\n")
	for _, k := range commonKeys {
		fmt.Fprintf(&b, "    %s=%s: %s\n", k.name, k.fallback, k.does)
	}
	return b.String()
}
