package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/stretchr/testify/assert"
)

// Each row is one outcome against one wish, judged for a client of others; ours
// says what the strict judgement of azmistral is where it differs.
func TestJudge(t *testing.T) {
	paris := answer{choices: []choice{{text: "Paris.", finish: azmistral.FinishStop}}}
	half := answer{choices: []choice{{text: "Par"}}}
	called := func(calls ...azmistral.ToolCall) answer {
		return answer{choices: []choice{{finish: azmistral.FinishToolCalls, calls: calls}}}
	}
	f, g := azmistral.ToolCall{ID: "1", Name: "f", Arguments: "{}"}, azmistral.ToolCall{ID: "2", Name: "g", Arguments: "{}"}
	wantParis := azmistraltest.Want{Text: "Paris.", FinishReason: azmistral.FinishStop, Sends: 1}
	wantCalls := azmistraltest.Want{FinishReason: azmistral.FinishToolCalls, ToolCalls: []azmistral.ToolCall{{Name: "f", Arguments: "{}"}, {ID: "2", Name: "g", Arguments: "{}"}}}
	maybe := wantParis
	maybe.WholeOrError = true
	unordered := wantCalls
	unordered.AnyOrder = true
	twice := wantParis
	twice.Sends = 2
	cut := azmistraltest.Want{Err: azmistral.ErrIncomplete, Status: 200, Delivered: true, Sends: 1, Words: []string{"words of azmistral"}}
	refused := azmistraltest.Want{Err: azmistral.ErrInvalidRequest, Status: 422, Sends: 1, Words: []string{"no such field"}}
	within := azmistraltest.Want{Err: azmistral.ErrUnavailable, Status: 200, Delivered: true, Sends: 1, Words: []string{"on fire"}}
	quiet := azmistraltest.Want{Err: azmistral.ErrTimeout, Words: []string{"StartTimeout"}}
	cancelled := azmistraltest.Want{Err: context.Canceled}
	inBackoff := azmistraltest.Want{Err: azmistral.ErrUnavailable, Also: []error{context.Canceled}, Status: 503, Words: []string{"503"}}
	unknown := azmistraltest.Want{Err: azmistral.ErrUnavailable, Delivered: true, Sends: 1}
	slow := azmistraltest.Want{Text: "Paris.", FinishReason: azmistral.FinishStop, Sends: 2, WaitLeast: 2 * time.Second}
	moved := azmistraltest.Want{Err: azmistral.ErrUnexpectedResponse, Status: 302, Sends: 1}
	sentOn := azmistraltest.Want{Err: azmistral.ErrUnexpectedResponse, Status: 307, Sends: 1}
	created := azmistraltest.Want{Err: azmistral.ErrUnexpectedResponse, Status: 201, Sends: 1}
	oops := errors.New("oops")
	whole := wholeAnswer()
	wholly := answer{choices: []choice{{text: whole.Text, finish: whole.FinishReason}}, usage: whole.Usage}

	for name, test := range map[string]struct {
		o    outcome
		w    azmistraltest.Want
		want verdict
		ours *verdict
	}{
		"the answer":            {outcome{answer: paris, sends: 1}, wantParis, verdict{right, "answer"}, nil},
		"half of it":            {outcome{answer: half, sends: 1}, wantParis, verdict{silent, `"Par", no finish reason, nil error`}, nil},
		"half, either may do":   {outcome{answer: half, sends: 1}, maybe, verdict{silent, `"Par", no finish reason, nil error`}, nil},
		"an error, either may":  {outcome{err: oops, sends: 1}, maybe, verdict{right, "error"}, nil},
		"the answer, either":    {outcome{answer: paris, sends: 1}, maybe, verdict{right, "answer"}, nil},
		"nothing":               {outcome{sends: 1}, wantParis, verdict{silent, "no choice, nil error"}, nil},
		"another finish":        {outcome{answer: answer{choices: []choice{{text: "Paris.", finish: "length"}}}, sends: 1}, wantParis, verdict{silent, `finish reason "length", nil error`}, nil},
		"usage twice":           {outcome{answer: answer{paris.choices, azmistral.Usage{PromptTokens: 2}}, sends: 1}, wantParis, verdict{silent, "usage 2 0 0, nil error"}, nil},
		"another choice":        {outcome{answer: answer{choices: append(paris.choices, half.choices...)}, sends: 1}, wantParis, verdict{silent, `further choices ["Par"], nil error`}, nil},
		"the calls":             {outcome{answer: called(f, g)}, wantCalls, verdict{right, "answer"}, nil},
		"the calls turned":      {outcome{answer: called(g, f)}, wantCalls, verdict{silent, "calls g({}), f({}), nil error"}, nil},
		"the calls, any order":  {outcome{answer: called(g, f)}, unordered, verdict{right, "answer"}, nil},
		"a call missing":        {outcome{answer: called(f)}, wantCalls, verdict{silent, "calls f({}), nil error"}, nil},
		"lost":                  {outcome{err: oops, sends: 1}, wantParis, verdict{lost, "oops"}, nil},
		"not sent again":        {outcome{err: oops, sends: 1}, twice, verdict{noRetry, "gave up after 1 send"}, nil},
		"lost after two":        {outcome{err: oops, sends: 2}, twice, verdict{lost, "oops"}, nil},
		"late but whole":        {outcome{answer: paris, err: context.DeadlineExceeded, sends: 1}, wantParis, verdict{right, "context.DeadlineExceeded"}, &verdict{lost, "context deadline exceeded"}},
		"late and less":         {outcome{answer: half, err: context.DeadlineExceeded, sends: 1}, wantParis, verdict{lost, "context deadline exceeded"}, nil},
		"a cut stream":          {outcome{err: io.ErrUnexpectedEOF, sends: 1}, cut, verdict{right, "error"}, &verdict{mute, `no "words of azmistral": unexpected EOF`}},
		"a cut stream, silent":  {outcome{answer: half, sends: 1}, cut, verdict{silent, `"Par", no finish reason, nil error`}, nil},
		"whole, its end cut":    {outcome{answer: wholly, sends: 1}, cut, verdict{right, "answer"}, &verdict{silent, fmt.Sprintf("%q, nil error", whole.Text)}},
		"the refusal":           {outcome{err: oops, said: []string{"422: No such field"}, sends: 1}, refused, verdict{right, "error"}, &verdict{mute, "not ErrInvalidRequest: oops"}},
		"the refusal's words":   {outcome{err: oops, said: []string{"422"}, sends: 1}, refused, verdict{mute, `no "no such field": oops`}, nil},
		"the refusal's status":  {outcome{err: oops, said: []string{"no such field"}, sends: 1}, refused, verdict{mute, "no 422: oops"}, nil},
		"refused, sent twice":   {outcome{err: oops, said: []string{"422 no such field"}, sends: 2}, refused, verdict{storm, "2 sends where 1 would do"}, nil},
		"an error in a stream":  {outcome{err: oops, said: []string{"on fire"}, sends: 1}, within, verdict{right, "error"}, &verdict{mute, "not ErrUnavailable: oops"}},
		"its words lost":        {outcome{err: oops, said: []string{"bad"}, sends: 1}, within, verdict{mute, `no "on fire": oops`}, nil},
		"silence, the deadline": {outcome{err: context.DeadlineExceeded, said: []string{"StartTimeout"}}, quiet, verdict{right, "context.DeadlineExceeded"}, &verdict{mute, "not ErrTimeout: context deadline exceeded"}},
		"silence, another end":  {outcome{err: oops, said: []string{"StartTimeout"}}, quiet, verdict{mute, "no context deadline exceeded: oops"}, &verdict{mute, "not ErrTimeout: oops"}},
		"cancelled":             {outcome{err: context.Canceled}, cancelled, verdict{right, "context.Canceled"}, &verdict{mute, "no *azmistral.Error: context canceled"}},
		"cancelled, not said":   {outcome{err: oops}, cancelled, verdict{mute, "no context canceled: oops"}, &verdict{mute, "not context.Canceled: oops"}},
		"cancelled in backoff":  {outcome{err: context.Canceled}, inBackoff, verdict{right, "context.Canceled"}, &verdict{mute, `no "503": context canceled`}},
		"outcome unknown":       {outcome{err: oops, sends: 4}, unknown, verdict{right, "error"}, &verdict{storm, "4 sends where 1 would do"}},
		"outcome unknown, six":  {outcome{err: oops, sends: 6}, unknown, verdict{storm, "6 sends where 5 would do"}, &verdict{storm, "6 sends where 1 would do"}},
		"the wait kept":         {outcome{answer: paris, sends: 2, waits: []time.Duration{2 * time.Second}, asked: 2 * time.Second}, slow, verdict{right, "answer"}, nil},
		"the wait not kept":     {outcome{answer: paris, sends: 2, waits: []time.Duration{time.Second}, asked: 2 * time.Second}, slow, verdict{storm, "sent again before 2s had passed"}, nil},
		"no wait asked for":     {outcome{answer: paris, sends: 2, waits: []time.Duration{time.Second}}, slow, verdict{right, "answer"}, &verdict{storm, "sent again before 2s had passed"}},
		"a panic":               {outcome{panicked: "nil pointer"}, wantParis, verdict{died, "nil pointer"}, nil},
		"hung":                  {outcome{hung: true}, wantParis, verdict{hang, "no return"}, nil},
		"returned late":         {outcome{err: context.DeadlineExceeded, late: 3 * time.Second}, quiet, verdict{hang, "returned late"}, nil},
		"the key sent away":     {outcome{err: oops, strays: 1, away: "the key"}, cut, verdict{secret, "the key sent to another origin"}, nil},
		"a stray":               {outcome{answer: paris, strays: 1, sends: 2}, moved, verdict{silent, "answer of another origin, nil error"}, &verdict{secret, "a request sent to another origin"}},
		"moved, the whole":      {outcome{answer: wholly, sends: 2}, sentOn, verdict{right, "answer"}, &verdict{silent, fmt.Sprintf("%q, nil error", whole.Text)}},
		"moved, by GET":         {outcome{answer: wholly, sends: 2}, moved, verdict{silent, "answer to a GET without the prompt, nil error"}, &verdict{silent, fmt.Sprintf("%q, nil error", whole.Text)}},
		"moved, half":           {outcome{answer: half, sends: 2}, sentOn, verdict{silent, `"Par", no finish reason, nil error`}, nil},
		"moved, refused":        {outcome{err: oops, said: []string{"another origin"}, sends: 1}, moved, verdict{right, "error"}, &verdict{mute, "no 302: oops"}},
		"moved, and refused":    {outcome{err: oops, said: []string{"409 Conflict"}, sends: 2}, moved, verdict{right, "error"}, &verdict{storm, "2 sends where 1 would do"}},
		"silence, a bound":      {outcome{err: errors.New("token too long"), said: []string{"StartTimeout"}}, quiet, verdict{right, "error"}, &verdict{mute, "not ErrTimeout: token too long"}},
		"moved, something":      {outcome{err: io.EOF, sends: 1}, moved, verdict{mute, "no 302: EOF"}, nil},
		"moved, a loop":         {outcome{err: oops, said: []string{"302"}, sends: 10}, moved, verdict{storm, "10 sends where 5 would do"}, &verdict{storm, "10 sends where 1 would do"}},
		"created":               {outcome{answer: paris, form: azmistraltest.Unary, sends: 1}, created, verdict{right, "answer"}, &verdict{silent, `"Paris.", nil error`}},
		"created, streamed":     {outcome{form: azmistraltest.Streamed, sends: 1}, created, verdict{silent, "no choice, nil error"}, nil},
		"resent, the whole":     {outcome{answer: wholly, sends: 2}, unknown, verdict{right, "answer"}, &verdict{silent, fmt.Sprintf("%q, nil error", whole.Text)}},
		"a body cut at its end": {outcome{answer: paris, form: azmistraltest.Unary, sends: 1}, cut, verdict{right, "answer"}, &verdict{silent, `"Paris.", nil error`}},
		"a stream, finished":    {outcome{answer: paris, form: azmistraltest.Streamed, sends: 1}, cut, verdict{silent, `"Paris.", nil error`}, nil},
		"gave up, and said so":  {outcome{answer: answer{choices: []choice{{text: "Par", finish: "error"}}}, sends: 1}, cut, verdict{right, "finish reason shown"}, &verdict{silent, `"Par", nil error`}},
		"no UTF-8":              {outcome{answer: answer{choices: []choice{{text: "Par\xff", finish: "stop"}}}}, azmistraltest.Want{Text: "Par\uFFFD", FinishReason: "stop"}, verdict{right, "answer"}, &verdict{silent, `"Par\xff", nil error`}},
		"another id":            {outcome{answer: called(f, azmistral.ToolCall{ID: "3", Name: "g", Arguments: "{}"})}, wantCalls, verdict{silent, `calls f({}) with id "1", g({}) with id "3", nil error`}, nil},
		"the key in the text":   {outcome{err: oops, shown: "%v"}, cut, verdict{secret, "in the error's text"}, nil},
		"the key shown":         {outcome{err: oops, shown: "%#v"}, cut, verdict{secret, "in the error, printed by %#v"}, nil},
		"memory":                {outcome{err: oops, allocated: 1 << 30, sends: 1}, maybe, verdict{unbound, "more than 400 MB allocated, error"}, nil},
		"silent with memory":    {outcome{answer: half, allocated: 1 << 30, sends: 1}, maybe, verdict{silent, `"Par", no finish reason, nil error`}, nil},
		"something left":        {outcome{answer: paris, sends: 1, left: "2 goroutines left"}, wantParis, verdict{leak, "2 goroutines left"}, nil},
		"closed by the caller":  {outcome{answer: half, closed: true, sends: 1}, cut, verdict{right, "closed by the caller"}, nil},
		"closed, left":          {outcome{answer: half, closed: true, sends: 1, left: "1 request not let go"}, cut, verdict{leak, "1 request not let go"}, nil},
		"fewer sends than ours": {outcome{answer: paris, sends: 1}, twice, verdict{right, "answer"}, &verdict{noRetry, "1 send of 2"}},
	} {
		t.Run(name, func(t *testing.T) {
			if test.o.err != nil && test.o.said == nil {
				test.o.said = []string{test.o.err.Error()}
			}
			assert.Equal(t, test.want, judge(test.o, test.w, false))
			ours := test.want
			if test.ours != nil {
				ours = *test.ours
			}
			assert.Equal(t, ours, judge(test.o, test.w, true), "as azmistral")
		})
	}
}

// The rest of what is asked of azmistral: the fields of its errors.
func TestJudgeOurs(t *testing.T) {
	want := azmistraltest.Want{Err: azmistral.ErrIncomplete, Also: []error{io.ErrUnexpectedEOF}, Status: 200, Delivered: true, Sends: 1, Text: "Par"}
	stage := named("cut-at-clean").With("at=400")
	got := play(clients[0], stage, azmistraltest.Streamed, azmistraltest.HTTP1)
	assert.Equal(t, verdict{right, "ErrIncomplete"}, judge(got, stage.Want, true))

	e, ok := errors.AsType[*azmistral.Error](got.err)
	assert.True(t, ok)
	for name, test := range map[string]struct {
		change func(*outcome, *azmistraltest.Want, *azmistral.Error)
		want   string
	}{
		"nothing": {func(*outcome, *azmistraltest.Want, *azmistral.Error) {}, ""},
		"also":    {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Also = []error{context.Canceled} }, "not context.Canceled"},
		"or": {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) {
			w.Err, w.Or = azmistral.ErrTimeout, []error{azmistral.ErrIncomplete}
		}, ""},
		"text":      {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Text = "Paris" }, "of what came before the error"},
		"status":    {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Status = 0 }, "status 200, wanted 0"},
		"code":      {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Code = "7" }, `code "", wanted "7"`},
		"any code":  {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Code = "*" }, ""},
		"delivered": {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Delivered = false }, "Delivered true"},
		"loose": {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) {
			w.Delivered, w.Status, w.Loose = false, 0, true
		}, ""},
		"retry after": {func(_ *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.RetryAfter = time.Second }, "RetryAfter 0s, wanted 1s"},
		"at least": {func(_ *outcome, w *azmistraltest.Want, e *azmistral.Error) {
			w.RetryAfter, w.AtLeast, e.RetryAfter = time.Second, true, time.Minute
		}, ""},
		"time":  {func(o *outcome, _ *azmistraltest.Want, _ *azmistral.Error) { o.took = 6 * time.Second }, "took more than 5s"},
		"sends": {func(o *outcome, w *azmistraltest.Want, _ *azmistral.Error) { w.Sends = 3 }, "1 send of 3"},
	} {
		t.Run(name, func(t *testing.T) {
			o, w, changed := got, want, *e
			w.Text = got.answer.first().text
			o.err = &changed
			test.change(&o, &w, &changed)
			v := judge(o, w, true)
			if test.want == "" {
				assert.Equal(t, verdict{right, "ErrIncomplete"}, v)
				return
			}
			assert.NotEqual(t, right, v.Kind)
			assert.Contains(t, v.Note, test.want)
		})
	}
}

func TestBrief(t *testing.T) {
	for text, want := range map[string]string{
		`Post "http://127.0.0.1:4711/openai/v1/chat/completions": EOF`:                                                                       "EOF",
		"read tcp 127.0.0.1:1->127.0.0.1:2: reset\n by peer":                                                                                 "read tcp …->…: reset by peer",
		"POST http://127.0.0.1:1/x?y=z\n--------------------------------------------------------------------------------\nRESPONSE 529: 529": "RESPONSE 529: 529",
		"stream error: stream ID 17; INTERNAL_ERROR":                                                                                         "stream error: …; INTERNAL_ERROR",
		string(make([]rune, 100)): string(make([]rune, 90)) + "…",
	} {
		assert.Equal(t, want, brief(text))
	}
}

// Whether a service asks for a wait is read off what it sends.
func TestWaitAsked(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"wait-second": time.Second, "wait-ms": 1500 * time.Millisecond, "wait-x-ms": 1500 * time.Millisecond,
		"wait-date": 2 * time.Second, "wait-prose": 2 * time.Second, "wait-prose-ms": 1200 * time.Millisecond,
		"wait-none": 0, "once-429": 0, "plain": 0,
	} {
		assert.Equal(t, want, waitAsked(named(name), azmistraltest.Streamed, azmistraltest.HTTP1), name)
	}
}

func TestMerged(t *testing.T) {
	a, b := verdict{right, "answer"}, verdict{right, "error"}
	assert.Equal(t, a, merged([]verdict{a}))
	assert.Equal(t, a, merged([]verdict{a, a}))
	assert.Equal(t, verdict{right, "answer or error, by position"}, merged([]verdict{a, b}))
	assert.Equal(t, verdict{silent, "at 2 of 4 positions, the first: x"}, merged([]verdict{a, {lost, "l"}, {silent, "x"}, {silent, "y"}}))
}

// What an error says, and where it shows a secret, by client.
func TestSaid(t *testing.T) {
	said := saidByOpenAI
	e := &ssestream.StreamError{Message: "received error", Event: ssestream.Event{Data: []byte(`{"error":"on fire"}`)}}
	assert.Equal(t, []string{`{"error":"on fire"}`}, said(fmt.Errorf("so: %w", e)))
	assert.Nil(t, said(errors.New("other")))
	for _, print := range printed(errors.New("the key is " + key)) {
		assert.Equal(t, print.how != "JSON", strings.Contains(print.text, key), print.how)
	}
}
