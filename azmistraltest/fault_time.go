package azmistraltest

import (
	"context"
	"net/http"

	"time"

	"github.com/azmistral/azmistral"
)

// impatient sets a short deadline for what stalls in the middle.
func impatient(o *azmistral.ClientOptions) {
	o.StartTimeout, o.IdleTimeout = 5*time.Second, 300*time.Millisecond
}

// impatientAtFirst sets one for what does not begin.
func impatientAtFirst(o *azmistral.ClientOptions) {
	o.StartTimeout, o.IdleTimeout = 300*time.Millisecond, 300*time.Millisecond
}

// timeScenarios take their time, or for ever.
func timeScenarios() []Scenario {
	streamed := []Form{Streamed}
	timeout := wantCut(azmistral.ErrTimeout, "Timeout")
	noHead := Want{Err: azmistral.ErrTimeout, Delivered: true, Sends: 1, Words: []string{"StartTimeout"}}
	idle := wantCut(azmistral.ErrTimeout, "IdleTimeout")
	silent := func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.hold = 0, true }) }
	stall := func(a args) Reply {
		return Reply{}.tampered(func(o *output) {
			keep(o, a.number("after", 3), false)
			o.hold = true
		})
	}
	after := []scenarioKey{{"after", sortNumber, "3", "events of a stream"}}
	// begun sends the first events, then one piece again and again.
	begun := func(piece string, pause time.Duration, times int) func(args) Reply {
		return func(args) Reply {
			return Reply{}.tampered(func(o *output) {
				keep(o, 2, false)
				for range times {
					o.steps = append(o.steps, step{data: []byte(piece), pause: pause})
				}
			})
		}
	}
	return []Scenario{
		{Name: "silent", Does: "never answers: not even a status", set: impatientAtFirst, Want: noHead, reply: silent},
		{Name: "stall", Does: "goes silent in the middle and keeps the connection", set: impatient, keys: after, Want: idle, reply: stall},
		{Name: "stall-after-headers", Does: "goes silent behind the headers", set: impatientAtFirst, Want: timeout,
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.steps, o.hold = nil, true }) }},
		{Name: "stall-in-line", Does: "goes silent within an event", Forms: streamed, set: impatient, Want: idle,
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					keep(o, 2, true)
					o.hold = true
				})
			}},
		{Name: "stall-before-done", Does: "goes silent behind the finish reason", Forms: streamed, set: impatient,
			Want:  wantText(stageText), // our deadline is forgiven, the answer is whole
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { dropDone(o); o.hold = true }) }},
		{Name: "hold-after-done", Does: "keeps the connection open behind [DONE]", Forms: streamed, set: impatient,
			Want:  wantText(stageText),
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.hold = true }) }},
		{Name: "heartbeats", Does: "sends comments for ever, and no more events", Forms: streamed, set: impatient, Want: idle,
			reply: begun(": keep-alive\n\n", 20*time.Millisecond, 500)},
		{Name: "heartbeats-first", Does: "sends comments for ever, and no event at all", Forms: streamed, set: impatientAtFirst,
			Want: wantCut(azmistral.ErrTimeout, "StartTimeout"),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					o.steps = nil
					for range 500 {
						o.steps = append(o.steps, step{data: []byte(": keep-alive\n\n"), pause: 20 * time.Millisecond})
					}
				})
			}},
		{Name: "empty-events", Does: "sends events without data for ever", Forms: streamed, set: impatient, Want: idle,
			reply: begun("data:\n\n", 20*time.Millisecond, 500)},
		{Name: "heartbeats-blank", Does: "sends blank lines for ever, and no more events", Forms: streamed, set: impatient, Want: idle,
			reply: begun("\n", 20*time.Millisecond, 500)},
		{Name: "slow-start", Does: "waits before the headers, within the deadline", set: impatient, Want: wantText(stageText),
			reply: func(args) Reply { return Reply{}.Delay(80 * time.Millisecond) }},
		{Name: "slow-bytes", Does: "sends the answer in small pieces with waits, for longer than the idle deadline", set: impatient, Want: wantText(stageText),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					o.header.Set("X-Accel-Buffering", "no")
					text := o.text()
					o.steps = nil
					size := len(text)/25 + 1
					for i := 0; i < len(text); i += size {
						o.steps = append(o.steps, step{data: []byte(text[i:min(i+size, len(text))]), pause: 20 * time.Millisecond})
					}
					o.flush = true
				})
			}},
		{Name: "pause", Does: "waits in the middle, within the idle deadline", Forms: streamed, set: impatient, Want: wantText(stageText),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					for i := range o.steps {
						if i%2 == 1 {
							o.steps[i].pause = 60 * time.Millisecond
						}
					}
				})
			}},
		{Name: "slow-event", Does: "takes longer than the idle deadline for one event, byte by byte", Forms: streamed, set: impatient, Want: wantText(stageText),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					rest := o.steps[2:]
					o.steps = o.steps[:2:2]
					event := string(rest[0].data)
					for i := 0; i < len(event); i += 8 {
						o.steps = append(o.steps, step{data: []byte(event[i:min(i+8, len(event))]), pause: 15 * time.Millisecond})
					}
					o.steps = append(o.steps, rest[1:]...)
				})
			}},

		{Name: "cancel-before-headers", Does: "never answers, and the caller gives up", Cancel: 100 * time.Millisecond,
			Want: Want{Err: context.Canceled, Delivered: true, Sends: 1}, reply: silent},
		{Name: "cancel-in-the-middle", Does: "goes silent in the middle, and the caller gives up", Cancel: 150 * time.Millisecond,
			Want: wantCut(context.Canceled), reply: stall, keys: after},
		{Name: "cancel-before-done", Does: "goes silent behind the finish reason, and the caller gives up", Forms: streamed, Cancel: 150 * time.Millisecond,
			Want:  wantCut(context.Canceled), // nobody forgives the caller's own
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { dropDone(o); o.hold = true }) }},
		{Name: "cancelled-before", Does: "answers, but the caller's context is over before the call", Cancel: -1,
			Want: Want{Err: context.Canceled, Sends: -1}, reply: func(args) Reply { return Reply{} }},
		{Name: "cancel-in-backoff", Does: "asks to wait ten seconds, and the caller gives up meanwhile", Cancel: 150 * time.Millisecond,
			Want: Want{Err: azmistral.ErrUnavailable, Also: []error{context.Canceled}, Status: 503, RetryAfter: 10 * time.Second, Sends: 1, Words: []string{"503"}},
			reply: func(args) Reply {
				return Raw(503, nil, `{"message":"later"}`).Header("Retry-After", "10")
			}},
		{Name: "deadline-before-headers", Does: "never answers before the caller's deadline", Deadline: 150 * time.Millisecond,
			Want: Want{Err: context.DeadlineExceeded, Delivered: true, Sends: 1}, reply: silent},
		{Name: "deadline-in-the-middle", Does: "goes silent in the middle until the caller's deadline", Deadline: 200 * time.Millisecond,
			Want: wantCut(context.DeadlineExceeded), reply: stall, keys: after},
		{Name: "client-timeout", Does: "never answers before the Timeout of the given http.Client", Forms: []Form{Unary}, limit: 200 * time.Millisecond,
			Want: Want{Err: azmistral.ErrTimeout, Or: []error{azmistral.ErrUnavailable}, Delivered: true, Sends: 1, Words: []string{"Timeout"}}, reply: silent},
		{Name: "client-timeout-body", Does: "goes silent in the middle until the Timeout of the given http.Client", Forms: []Form{Unary}, limit: 200 * time.Millisecond,
			Want: wantCut(azmistral.ErrTimeout, "Timeout"), reply: stall, keys: after},
		{Name: "client-timeout-stream", Does: "answers, but the given http.Client has a Timeout, which would cut any stream", Forms: streamed, limit: 5 * time.Second,
			Want: Want{Err: azmistral.ErrInvalidRequest, Sends: -1, Words: []string{"Timeout"}}, reply: func(args) Reply { return Reply{} }},
		{Name: "try-timeout", Does: "never answers the first send, and the client sets a TryTimeout", count: 1,
			set:  func(o *azmistral.ClientOptions) { o.Retry.TryTimeout = 150 * time.Millisecond },
			Want: wantSends(2, wantText(stageText)), reply: silent},
		{Name: "try-timeout-stream", Does: "streams for longer than the client's TryTimeout", Forms: streamed,
			set:   func(o *azmistral.ClientOptions) { o.Retry.TryTimeout = 100 * time.Millisecond },
			Want:  wantText(stageText),
			reply: func(args) Reply { return Reply{}.Pace(40 * time.Millisecond) }},
		{Name: "left", Does: "goes on for ever, and the caller leaves", Forms: streamed, Leave: 2,
			Want:  wantCut(azmistral.ErrIncomplete, "closed"),
			reply: begun(string(eventData(chunk(`{"content":"and so on "}`, ""))), 10*time.Millisecond, 5000)},
		{Name: "left-stalled", Does: "goes silent, and the caller leaves", Forms: streamed, Leave: 3,
			Want: wantCut(azmistral.ErrIncomplete, "closed"), reply: stall, keys: after},
		{Name: "refusal-held", Does: "refuses and keeps the connection behind the body", set: impatient,
			Want: wantStatus(422, "no such field"),
			reply: func(args) Reply {
				return Raw(http.StatusUnprocessableEntity, nil, `{"detail":"no such field"}`).tampered(func(o *output) { o.hold = true })
			}},
		{Name: "bad-json-held", Does: "sends an event that is no JSON and keeps the connection", Forms: streamed,
			Want: wantHalf(),
			reply: func(args) Reply {
				return SSE(chunk(`{"content":"Par"}`, ""), `{oops`).tampered(func(o *output) { o.hold = true })
			}},
	}
}

func dropDone(o *output) {
	var kept []step
	for _, s := range o.steps {
		if string(s.data) != "data: [DONE]\n\n" {
			kept = append(kept, s)
		}
	}
	o.steps = kept
}
