package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptrace"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

const (
	// key opens every stage. It is what must not be found in an error.
	key = "interop-key-5f0c1d7a9b"

	// patience is the deadline of a call whose scenario sets none: longer than
	// azcore's three backoffs together, 11.5 s at most.
	patience = 15 * time.Second

	// shortPatience is the deadline of the others where azmistral's own shorter
	// ones end a silence: they have none.
	shortPatience = 2 * time.Second

	// boundPatience is the deadline of the others where an answer has no end.
	boundPatience = 5 * time.Second

	// grace is for a call to return after its context has ended.
	grace = 2 * time.Second

	// betweenCalls is for what a client does behind its caller's back after an answer.
	betweenCalls = 60 * time.Millisecond

	// letGo is for connections and goroutines to be gone after a call has returned,
	// its context still alive.
	letGo = 1200 * time.Millisecond
)

// outcome is what one call came to, and what it cost.
type outcome struct {
	answer   answer
	form     azmistraltest.Form
	err      error
	said     []string // by the error: its text, and those of its fields
	panicked string
	closed   bool // by the caller, who had enough of it
	hung     bool // it had not returned when its context had ended long ago

	sends     int             // that arrived
	waits     []time.Duration // between one send and the next
	asked     time.Duration   // of them by the service; less than Want's where one was azmistral's own idea, or told by a date in whole seconds
	took      time.Duration
	late      time.Duration // between the end of its context and its return
	shown     string        // how the error shows a secret; "": it does not
	strays    int           // requests to an origin that the caller never named
	away      string        // what of the caller's went there; "": nothing
	left      string        // what the call left behind
	allocated uint64        // bytes, the stage's own among them
}

// play lets a client meet a scenario, and measures.
func play(c client, s azmistraltest.Scenario, form azmistraltest.Form, protocol azmistraltest.Protocol) outcome {
	tb := &bench{}
	defer tb.end()
	stage := s.Play(tb, protocol)
	call, err := c.open(target{url: stage.URL, http: stage.HTTPClient(), key: key, options: optionsOf(stage, s), tryTimeout: tryTimeoutOf(stage)})
	if err != nil {
		panic("interop: " + c.name + " for " + s.Name + ": " + err.Error())
	}
	for range s.Calls - 1 {
		if first := callOnce(call, s, form, patience); first.err != nil || first.hung {
			return first.judged(c, stage)
		}
		time.Sleep(betweenCalls)
	}
	before := stage.Requests()
	there := clientGoroutines()
	o := callOnce(call, s, form, deadlineOf(s, c))
	o.closed = s.Leave > 0 && o.err == nil
	if o.hung || o.panicked != "" {
		return o
	}
	o.left = waitUntilGone(stage, there)
	o.sends = stage.Requests() - before
	o.asked = waitAsked(s, form, protocol)
	return o.judged(c, stage)
}

// waitAsked is the least wait that the service itself asks for, in a header or in
// words. 0: none, a scenario's waits may also be what azmistral does without. A date
// is in whole seconds: a client that has come back by then kept it, though less
// than Want's wait may have passed.
func waitAsked(s azmistraltest.Scenario, form azmistraltest.Form, protocol azmistraltest.Protocol) time.Duration {
	if s.Want.WaitLeast < time.Second {
		return 0
	}
	tb := &bench{}
	defer tb.end()
	stage := s.Play(tb, protocol)
	body := fmt.Sprintf(`{"model":%q,"stream":%t,"messages":[{"role":"user","content":%q}]}`, model, form == azmistraltest.Streamed, prompt)
	resp, err := stage.HTTPClient().Post(stage.URL(azmistral.RouteModels)+"/chat/completions", "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	for _, name := range []string{"Retry-After", "Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if strings.HasSuffix(resp.Header.Get(name), "GMT") {
			return s.Want.WaitLeast - time.Second
		}
		if resp.Header.Get(name) != "" {
			return s.Want.WaitLeast
		}
	}
	if text, _ := io.ReadAll(resp.Body); wordsOfWait.Match(text) {
		return s.Want.WaitLeast
	}
	return 0
}

var wordsOfWait = regexp.MustCompile(`(?i)(again|after|wait|retry)\D{0,20}\d`)

// optionsOf are the stage's, but for short backoffs where the waits are tested.
func optionsOf(stage *azmistraltest.Stage, s azmistraltest.Scenario) func(*azmistral.ClientOptions) {
	return func(o *azmistral.ClientOptions) {
		given := o.Retry.RetryDelay
		stage.Options(o)
		if s.Long {
			o.Retry.RetryDelay = given
		}
	}
}

// tryTimeoutOf is the bound of each send that the scenario tests, which other clients
// have too.
func tryTimeoutOf(stage *azmistraltest.Stage) time.Duration {
	var o azmistral.ClientOptions
	stage.Options(&o)
	return o.Retry.TryTimeout
}

// deadlineOf is how long the caller waits: with the waits that the service asks for.
func deadlineOf(s azmistraltest.Scenario, c client) time.Duration {
	switch {
	case s.Deadline > 0:
		return s.Deadline
	case !c.ours && endsBySilence(s.Want):
		return shortPatience
	case !c.ours && errors.Is(s.Want.Err, azmistral.ErrTooLarge):
		return boundPatience
	}
	const spread = 3.5 // of a wait, where the most is not told
	wait := cmp.Or(s.Want.WaitMost, time.Duration(spread*float64(s.Want.WaitLeast)))
	return patience + time.Duration(cmp.Or(s.Want.Sends, 3)-1)*wait
}

// callOnce makes one call, with what the scenario wants of its caller.
func callOnce(call ask, s azmistraltest.Scenario, form azmistraltest.Form, deadline time.Duration) outcome {
	var sends sendTrace
	ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(context.Background(), sends.hooks()), deadline)
	ends := deadline
	switch {
	case s.Cancel < 0:
		cancel()
		ends = 0
	case s.Cancel > 0:
		ends = min(ends, s.Cancel)
		time.AfterFunc(s.Cancel, cancel)
	}
	time.AfterFunc(deadline+grace, cancel) // and not before: what is left behind is looked for under a live context

	returned := make(chan outcome, 1)
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	go func() {
		o := outcome{form: form}
		defer func() {
			if p := recover(); p != nil {
				o.panicked = fmt.Sprint(p)
			}
			o.took = time.Since(start)
			returned <- o
		}()
		o.answer, o.err = call(ctx, form, s.Leave)
	}()
	select {
	case o := <-returned:
		var after runtime.MemStats
		runtime.ReadMemStats(&after)
		o.allocated = after.TotalAlloc - before.TotalAlloc
		o.waits = sends.waits()
		o.away = sends.sentAway()
		o.late = o.took - ends
		return o
	case <-time.After(ends + grace):
		return outcome{form: form, hung: true, took: ends + grace}
	}
}

// judged adds what the error says and shows.
func (o outcome) judged(c client, stage *azmistraltest.Stage) outcome {
	o.strays = stage.Strays()
	if o.err == nil {
		return o
	}
	o.said = append([]string{o.err.Error()}, c.said(o.err)...)
	for _, secret := range append(stage.Secrets(), key, prompt) {
		for _, print := range printed(o.err) {
			if strings.Contains(print.text, secret) && o.shown == "" {
				o.shown = print.how
			}
		}
	}
	return o
}

// printed is the error in each way that programs print one, the plainest first.
func printed(err error) []print {
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("call", "err", err)
	encoded, _ := json.Marshal(err)
	return []print{
		{"%v", fmt.Sprintf("%v", err)}, {"%+v", fmt.Sprintf("%+v", err)}, {"%#v", fmt.Sprintf("%#v", err)},
		{"JSON", string(encoded)}, {"slog", log.String()},
	}
}

type print struct{ how, text string }

// sendTrace watches the sends of one call: when a connection was asked for, once a
// send and once a redirect, and what of the caller's went to which origin.
type sendTrace struct {
	mu    sync.Mutex
	times []time.Time
	home  string // host and port that the caller named
	at    string // those of the send under way
	away  string // what went elsewhere
}

func (s *sendTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(hostPort string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.times = append(s.times, time.Now())
			s.home, s.at = cmp.Or(s.home, hostPort), hostPort
		},
		WroteHeaderField: func(name string, values []string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.at == s.home {
				return
			}
			switch {
			case strings.Contains(strings.Join(values, " "), key):
				s.away = "the key"
			case strings.EqualFold(name, "Content-Length") && strings.Join(values, "") != "0" && s.away == "":
				s.away = "the prompt"
			}
		},
	}
}

func (s *sendTrace) waits() (waits []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.times[min(1, len(s.times)):] {
		waits = append(waits, s.times[i+1].Sub(s.times[i]))
	}
	return waits
}

func (s *sendTrace) sentAway() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

// waitUntilGone says what of a call is still there after a while: "" for nothing. A
// body that was not closed shows as a connection that does not become idle. The
// stage's own Busy would not do: it is at work on for some time after its client
// has gone.
func waitUntilGone(stage *azmistraltest.Stage, before int) string {
	for end := time.Now().Add(letGo); ; time.Sleep(5 * time.Millisecond) {
		stage.HTTPClient().CloseIdleConnections() // again and again: after a reset one becomes idle a little later
		more := clientGoroutines() - before
		if more <= 0 {
			return ""
		}
		if time.Now().After(end) {
			return plural(more, "goroutine") + " left"
		}
	}
}

// clientGoroutines counts the goroutines of connections of net/http's client and
// those within a library that is compared.
func clientGoroutines() int {
	stacks := make([]byte, 64<<10)
	for {
		n := runtime.Stack(stacks, true)
		if n < len(stacks) {
			stacks = stacks[:n]
			break
		}
		stacks = make([]byte, 2*len(stacks))
	}
	count := 0
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		for _, mark := range []string{".(*persistConn).", "lientConn).readLoop", "azmistral/azmistral.(", "openai-go/v3", "sashabaranov/go-openai", "sdk/ai/azopenai", "sdk/azcore"} {
			if strings.Contains(stack, mark) {
				count++
				break
			}
		}
	}
	return count
}

// bench is a test's place outside of a test: what a stage needs of one.
type bench struct {
	cleanups []func()
}

func (b *bench) Helper()          {}
func (b *bench) Cleanup(f func()) { b.cleanups = append(b.cleanups, f) }
func (b *bench) Fatalf(format string, args ...any) {
	panic("interop: " + fmt.Sprintf(format, args...))
}

func (b *bench) end() {
	for i := len(b.cleanups) - 1; i >= 0; i-- {
		b.cleanups[i]()
	}
}
