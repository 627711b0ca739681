package azmistraltest

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/azmistral/azmistral"
)

// cutScenarios end an answer early. On a whole answer "after" counts nothing and
// the body is cut in its middle.
func cutScenarios() []Scenario {
	clean := func(o *output, _ string) {}
	list := []Scenario{
		{Name: "cut", Does: "ends in the middle",
			keys: []scenarioKey{
				{"after", sortNumber, "3", "events of a stream"},
				{"how", sortText, "clean", "clean (as if complete), abort (the chunked body is cut), reset, half (inside an event, then clean)"},
			},
			want: func(a args) Want {
				w := wantHalf()
				if a.number("after", 3) >= len(stageEvents()) {
					w = wantMaybe()
				}
				return w
			},
			reply: func(a args) Reply {
				return Reply{}.tampered(func(o *output) { cut(o, a.number("after", 3), a.text("how", "clean")) })
			}},
		{Name: "hang-up", Does: "closes the connection without a status",
			Want:  Want{Err: azmistral.ErrUnavailable, Delivered: true, Sends: 1, Words: []string{"delivered"}},
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.end = 0, endAbort }) }},
		{Name: "hang-up-reset", Does: "resets the connection without a status", Protocols: []Protocol{HTTP1},
			Want:  Want{Err: azmistral.ErrUnavailable, Delivered: true, Sends: 1, Words: []string{"delivered"}},
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.end = 0, endReset }) }},
		{Name: "hang-up-once", Does: "closes the connection without a status; the client may send again, whatever it costs", count: 1,
			set:   func(o *azmistral.ClientOptions) { o.RetryUnknown = true },
			Want:  wantSends(2, wantText(stageText)),
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.end = 0, endAbort }) }},

		cutAt("cut-at-clean", "ends after so many bytes, as if complete", []Form{Streamed}, nil, clean, streamCutWant),
		cutAt("cut-at-abort", "breaks its chunks off, or its HTTP/2 stream, after so many bytes", []Form{Streamed}, nil,
			func(o *output, _ string) { o.end = endAbort }, streamCutWant),
		cutAt("cut-at-reset", "resets the connection after so many bytes", []Form{Streamed}, []Protocol{HTTP1},
			func(o *output, _ string) { o.end = endReset }, func(at int) Want {
				w := streamCutWant(at)
				w.Loose = true // a reset may overtake what was sent before it
				if w.Err == nil {
					w.WholeOrError = true
				} else {
					w.Or = []error{azmistral.ErrUnavailable}
				}
				return w
			}),
		cutAt("cut-at-close", "has no length and no chunks, and closes the connection after so many bytes", []Form{Streamed}, []Protocol{HTTP1},
			closeDelimited, streamCutWant),
		cutAt("cut-at-length", "promises its length and closes the connection after so many bytes", []Form{Streamed}, []Protocol{HTTP1},
			func(o *output, whole string) {
				o.header.Set("Content-Length", strconv.Itoa(len(whole)))
				o.end = endAbort
			}, streamCutWant),

		cutAt("cut-body-clean", "a whole answer that ends after so many bytes, as if complete", []Form{Unary}, nil, clean, bodyCutWant),
		cutAt("cut-body-abort", "a whole answer in chunks that break off after so many bytes", []Form{Unary}, nil,
			func(o *output, _ string) { o.end = endAbort }, func(at int) Want { return brokenBodyWant() }),
		cutAt("cut-body-length", "a whole answer that promises its length, and closes the connection after so many bytes", []Form{Unary}, []Protocol{HTTP1},
			func(o *output, whole string) {
				o.header.Set("Content-Length", strconv.Itoa(len(whole)))
				o.end = endAbort
			},
			func(at int) Want {
				if at == len(stageBody()) {
					return wantText(stageText)
				}
				return brokenBodyWant()
			}),
		cutAt("cut-body-close", "a whole answer without a length, and the connection is closed after so many bytes", []Form{Unary}, []Protocol{HTTP1},
			closeDelimited, bodyCutWant),

		{Name: "cut-in-status-line", Does: "closes the connection in the status line", Protocols: []Protocol{HTTP1},
			Want:  wantNoHead(),
			reply: func(args) Reply { return onWire(func(c net.Conn, _ *output) { write(c, "HTTP/1.1 20") }) }},
		{Name: "cut-in-headers", Does: "closes the connection in a header", Protocols: []Protocol{HTTP1},
			Want: wantNoHead(),
			reply: func(args) Reply {
				return onWire(func(c net.Conn, _ *output) { write(c, "HTTP/1.1 200 OK\r\nContent-Type: text/ev") })
			}},
		{Name: "cut-after-headers", Does: "closes the connection behind a whole head", Protocols: []Protocol{HTTP1},
			Want: wantHalf(),
			reply: func(args) Reply {
				return onWire(func(c net.Conn, o *output) { write(c, o.head("Transfer-Encoding: chunked")) })
			}},
		{Name: "cut-after-done", Does: "sends the whole stream, but not the last chunk mark", Forms: []Form{Streamed},
			Want:  wantText(stageText),
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.end = endAbort }) }},
	}
	return list
}

// wantHalf is half an answer, in the middle, in either form.
func wantHalf() Want {
	w := wantCut(azmistral.ErrIncomplete)
	w.Or = []error{azmistral.ErrUnexpectedResponse} // half a JSON body is no answer either
	return w
}

// wantMaybe is the whole answer or an error.
func wantMaybe() Want {
	w := wantText(stageText)
	w.WholeOrError = true
	return w
}

// wantNoHead is a response that did not come as far as its body.
func wantNoHead() Want {
	return Want{Err: azmistral.ErrUnavailable, Or: []error{azmistral.ErrIncomplete, azmistral.ErrUnexpectedResponse}, Delivered: true, Sends: 1}
}

// cutAt sends the first bytes of the stage's own answer, in one write.
func cutAt(name, does string, forms []Form, protocols []Protocol, end func(o *output, whole string), want func(at int) Want) Scenario {
	positions := len(stageStream()) + 1
	if forms[0] == Unary {
		positions = len(stageBody()) + 1
	}
	return Scenario{Name: name, Does: does, Forms: forms, Protocols: protocols, Positions: positions,
		keys: []scenarioKey{{"at", sortNumber, "100", "bytes of the body"}},
		want: func(a args) Want { return want(a.number("at", 100)) },
		reply: func(a args) Reply {
			return Reply{}.tampered(func(o *output) {
				whole := o.text()
				o.steps = []step{{data: []byte(whole[:min(max(0, a.number("at", 100)), len(whole))])}}
				end(o, whole)
			})
		}}
}

// streamCutWant is what a stream comes to that has so many bytes of stageStream:
// nothing before its finish reason is in, the answer once that event is over.
func streamCutWant(at int) Want {
	stream := stageStream()
	done := strings.Index(stream, "data: [DONE]")
	finished := strings.Index(stream, "\n\ndata: [DONE]")
	switch {
	case at < finished:
		w := wantCut(azmistral.ErrIncomplete)
		w.Also = []error{errUnexpectedEOF}
		return w
	case at < done, at > done && at < done+len("data: [DONE]"):
		return wantMaybe() // the event with the finish reason, or the end mark, is not over
	}
	return wantText(stageText)
}

// bodyCutWant is what a whole answer comes to that ends after so many bytes,
// without a word that more was meant to come.
func bodyCutWant(at int) Want {
	if at == len(stageBody()) {
		return wantText(stageText)
	}
	return wantHalf()
}

func brokenBodyWant() Want {
	w := wantCut(azmistral.ErrIncomplete)
	w.Also = []error{errUnexpectedEOF}
	return w
}

// closeDelimited writes the body as HTTP/1.0 did: it ends with the connection.
func closeDelimited(o *output, _ string) {
	o.instead = onWireOutput(o, func(c net.Conn, o *output) { write(c, o.head("Connection: close")+o.text()) })
}

// stageEvents are the events of a stage's answer, [DONE] with them.
func stageEvents() []string {
	return append(encodeStream(stageAnswer(), layoutMistral, &Request{}), "[DONE]")
}

func stageStream() string {
	var b strings.Builder
	for _, event := range stageEvents() {
		b.Write(eventData(event))
	}
	return b.String()
}

func stageBody() string { return string(encodeWhole(stageAnswer(), layoutMistral)) }

func stageAnswer() *answer {
	return &answer{id: seed{}.hex(), created: defaultCreated, model: Deployment, told: &stageUsage,
		choices: []choice{{text: stageText, finish: "stop"}}}
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

// endScenarios end a stream in another way than the services do.
func endScenarios() []Scenario {
	streamed := []Form{Streamed}
	incomplete := wantCut(azmistral.ErrIncomplete)
	incomplete.Also = []error{errUnexpectedEOF}
	finish := func(data []byte) bool { return strings.Contains(string(data), `"finish_reason":"`) }
	without := func(drop func([]byte) bool) func(args) Reply {
		return func(args) Reply {
			return Reply{}.tampered(func(o *output) {
				if o.stream {
					o.steps = slices.DeleteFunc(o.steps, func(s step) bool { return drop(s.data) })
				}
			})
		}
	}
	isDone := func(data []byte) bool { return string(data) == "data: [DONE]\n\n" }
	list := []Scenario{
		{Name: "no-done", Does: "leaves out [DONE]", Forms: streamed, Want: wantText(stageText), reply: without(isDone)},
		{Name: "no-finish", Does: "leaves out the events with a finish reason", Forms: streamed, Want: incomplete, reply: without(finish)},
		{Name: "no-finish-no-done", Does: "has all the text, but neither a finish reason nor [DONE]", Forms: streamed, Want: incomplete,
			reply: without(func(data []byte) bool { return finish(data) || isDone(data) })},
		{Name: "only-done", Does: "a stream with nothing but [DONE]", Forms: streamed, Want: incomplete,
			reply: func(args) Reply { return SSE("[DONE]") }},
		{Name: "no-events", Does: "a stream with nothing in it", Forms: streamed, Want: incomplete,
			reply: func(args) Reply { return SSE() }},
		{Name: "only-comments", Does: "a stream with nothing but comments", Forms: streamed, Want: incomplete,
			reply: rawStream(strings.Repeat(": keep-alive\n\n", 20))},
		{Name: "only-role", Does: "a stream that ends after the role", Forms: streamed, Want: incomplete,
			reply: events(chunk(`{"role":"assistant","content":""}`, ""), "[DONE]")},
		{Name: "finish-empty", Does: "has an empty text as finish reason", Forms: streamed, Want: incomplete,
			reply: events(chunk(`{"role":"assistant","content":"Par"}`, ""), strings.Replace(chunk(`{"content":"is."}`, "stop"), `"stop"`, `""`, 1), "[DONE]")},
		{Name: "one-of-two", Does: "two choices, and one has no finish reason", Forms: streamed, Want: incomplete,
			reply: events(chunkOf(0, `{"content":"Paris."}`, ""), chunkOf(1, `{"content":"Par"}`, ""), chunkOf(0, `{}`, "stop"), "[DONE]")},
		{Name: "tool-cut", Does: "ends within the arguments of a call", Forms: streamed, Want: incomplete,
			reply: events(chunk(`{"role":"assistant","content":"","tool_calls":[{"index":0,"id":"R5zZgxSX6","function":{"name":"f","arguments":"{\"city\":"}}]}`, ""))},
		{Name: "tool-no-done", Does: "calls a tool and leaves out [DONE]", Forms: streamed,
			Want:  wantCalls(azmistral.ToolCall{ID: "R5zZgxSX6", Name: "f", Arguments: `{"a":1}`}),
			reply: events(lastChunk(`{"role":"assistant","content":"","tool_calls":[{"index":0,"id":"R5zZgxSX6","function":{"name":"f","arguments":"{\"a\":1}"}}]}`, "tool_calls"))},
		{Name: "finish-error", Does: "ends with the finish reason error", Want: incomplete,
			reply: answers(wholeDoc(`{"role":"assistant","content":"Par"}`, "error"), chunk(`{"role":"assistant","content":"Par"}`, ""), lastChunk(`{"content":""}`, "error"), "[DONE]")},
		{Name: "last-line-open", Does: "ends right behind the last event, without a line end", Forms: streamed, Want: wantMaybe(),
			reply: rewriting(func(stream string) string {
				return strings.TrimSpace(strings.TrimSuffix(stream, "data: [DONE]\n\n"))
			})},
		{Name: "last-event-open", Does: "ends behind the last event's line, without its blank line", Forms: streamed, Want: wantMaybe(),
			reply: rewriting(func(stream string) string {
				return strings.TrimSpace(strings.TrimSuffix(stream, "data: [DONE]\n\n")) + "\n"
			})},
		{Name: "empty-body-length", Does: "an event stream that promises no bytes", Forms: streamed, Want: incomplete,
			reply: func(args) Reply {
				return SSE().tampered(func(o *output) { o.header.Set("Content-Length", "0") })
			}},
	}
	return list
}

// write sends what it can: the client may have left.
func write(c net.Conn, text string) { _, _ = c.Write([]byte(text)) }
