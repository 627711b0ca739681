package azmistraltest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reply is one scripted answer. The zero Reply is the sandbox's own answer, which
// can be delayed and paced like the others. Its methods give changed copies.
type Reply struct {
	kind     replyKind
	text     string
	thinking string
	calls    []ToolCall
	refuse   func(r *Request, h *Handler) *refusal
	status   int
	body     string
	events   []string

	header      http.Header
	delay, pace time.Duration
	times       int // 0 is once
	usage       *[2]int
	finish      string
	filtered    string
	changes     []func(*Request, *answer) // of the answer, before it is written
	tamper      []func(*output)           // of what was written
	echo        bool                      // {{key}} and {{prompt}} stand for what the request brought
}

type replyKind uint8

const (
	replyOwn replyKind = iota
	replyAnswer
	replyRefusal
	replyRaw
	replyEvents
)

// Text answers with that text.
func Text(text string) Reply { return Reply{kind: replyAnswer, text: text} }

// ToolCalls answers with calls. Ids that are "" are made.
func ToolCalls(calls ...ToolCall) Reply {
	return Reply{kind: replyAnswer, calls: slices.Clone(calls), finish: "tool_calls"}
}

// JSON answers with the JSON text of a value, as a model does that was given a
// schema. It panics where encoding/json cannot write the value.
func JSON(value any) Reply {
	text, err := json.Marshal(value)
	if err != nil {
		panic("azmistraltest: JSON: " + err.Error())
	}
	return Text(string(text))
}

// Thinking answers with thinking before the text.
func Thinking(thinking, text string) Reply {
	return Reply{kind: replyAnswer, thinking: thinking, text: text}
}

// Error refuses, in the body that the route has for it. Use Header to add a
// Retry-After, and Raw for a body of your own.
func Error(status int, code, message string) Reply {
	mustBeStatus(status)
	return Reply{kind: replyRefusal, refuse: func(*Request, *Handler) *refusal {
		kind := "invalid_request_error"
		if status >= 500 {
			kind = "server_error"
		}
		return &refusal{status: status, code: code, kind: kind, message: message}
	}}
}

// Raw answers with exactly that, whatever was asked. A nil header means
// "Content-Type: application/json".
func Raw(status int, header http.Header, body string) Reply {
	mustBeStatus(status)
	return Reply{kind: replyRaw, status: status, header: header.Clone(), body: body}
}

// mustBeStatus panics where net/http could not send a status as the final one.
func mustBeStatus(status int) {
	if status < 200 || status > 999 {
		panic("azmistraltest: " + strconv.Itoa(status) + " is no status of an answer")
	}
}

// SSE answers with a stream of these events, whether or not one was asked for.
// Each is the data of one event, with as many data lines as it has lines. [DONE] is
// sent only where it is one of them.
func SSE(events ...string) Reply {
	return Reply{kind: replyEvents, events: slices.Clone(events)}
}

// Fault answers as the named scenario of the catalogue does, with its keys behind
// the name: Fault("cut after=3 how=reset"). Scenarios lists them. It panics where
// there is no such scenario or key, and for one that needs Play.
func Fault(name string) Reply {
	reply, _, err := playScenario(name)
	if err != nil {
		panic("azmistraltest: Fault: " + err.Error())
	}
	return reply
}

// isZero is true for a Reply that asks for nothing.
func (r Reply) isZero() bool {
	return r.kind == replyOwn && r.header == nil && r.delay == 0 && r.pace == 0 && r.usage == nil &&
		r.finish == "" && r.filtered == "" && r.changes == nil && r.tamper == nil
}

// Delay lets d pass before the headers.
func (r Reply) Delay(d time.Duration) Reply {
	r.delay = d
	return r
}

// Pace lets d pass before each event of a stream but the first.
func (r Reply) Pace(d time.Duration) Reply {
	r.pace = d
	return r
}

// Times answers n requests instead of one. Less than 0 means all that come.
func (r Reply) Times(n int) Reply {
	r.times = n
	return r
}

// Header sets a header of the answer; the value "" takes it away.
func (r Reply) Header(name, value string) Reply {
	r.header = r.header.Clone()
	if r.header == nil {
		r.header = http.Header{}
	}
	r.header[http.CanonicalHeaderKey(name)] = []string{value}
	return r
}

// Usage tells these tokens instead of the estimate.
func (r Reply) Usage(prompt, completion int) Reply {
	r.usage = &[2]int{prompt, completion}
	return r
}

// FinishReason ends each choice with that word.
func (r Reply) FinishReason(reason string) Reply {
	r.finish = reason
	return r
}

// changed gives the reply with one more change of its answer.
func (r Reply) changed(change func(*Request, *answer)) Reply {
	r.changes = append(slices.Clip(r.changes), change)
	return r
}

// tampered gives the reply with one more fault in what is written.
func (r Reply) tampered(tamper func(*output)) Reply {
	r.tamper = append(slices.Clip(r.tamper), tamper)
	return r
}

// echoing gives the reply with {{key}} and {{prompt}} filled in from the request.
func (r Reply) echoing() Reply {
	r.echo = true
	return r
}

// answer gives what the reply says, for a reply that is an answer.
func (r Reply) answer(h *Handler, req *Request) *answer {
	a := h.answerFor(req)
	if h.stage != nil {
		a.choices = []choice{{text: stageText, finish: "stop"}}
		a.told, a.cached, a.model = &stageUsage, 0, Deployment
	}
	if r.kind == replyAnswer {
		for i := range a.choices {
			calls := slices.Clone(r.calls)
			random := req.seed.random(i)
			for j := range calls {
				if calls[j].ID == "" {
					calls[j].ID = randomID(random)
				}
				if calls[j].Arguments == "" {
					calls[j].Arguments = "{}"
				}
			}
			a.choices[i] = choice{text: r.text, thinking: r.thinking, calls: calls, finish: "stop"}
		}
	}
	for _, change := range r.changes {
		change(req, a)
	}
	a.bound()
	for i := range a.choices {
		if r.finish != "" {
			a.choices[i].finish = r.finish
		}
		if r.filtered != "" {
			a.choices[i].filtered = r.filtered
		}
	}
	if r.usage != nil {
		a.told = r.usage
	}
	return a
}

// eventData frames the data of one event.
func eventData(data string) []byte {
	var b strings.Builder
	for line := range strings.SplitSeq(data, "\n") {
		b.WriteString("data: ")
		b.WriteString(line)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return []byte(b.String())
}
