package azmistral_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	faultKey    = "key-6f1d0c52-that-nobody-may-see"
	faultPrompt = "the prompt that nobody may see: where is Paris?"
)

// underRace says that the race detector is in this binary. It makes everything ten
// times as slow: deadlines are longer then, bodies smaller, and of the positions
// every seventh is played.
var underRace = func() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}()

// patient gives a time by the clock as long as this binary needs it.
func patient(d time.Duration) time.Duration {
	if underRace {
		return 6 * d
	}
	return d
}

// TestFaults plays the whole fault catalogue to the client: every scenario, whole
// and streamed, over HTTP/1.1 and HTTP/2, at every one of its positions.
func TestFaults(t *testing.T) {
	log.SetOutput(io.Discard) // net/http has much to say of such servers
	defer log.SetOutput(os.Stderr)
	before := runtime.NumGoroutine()
	var waiting, working []func()
	for _, s := range azmistraltest.Scenarios() {
		if s.Want.TextBytes > 0 && underRace {
			s = s.With("bytes=160000")
		}
		for _, form := range s.Forms {
			if s.Long {
				waiting = append(waiting, func() {
					t.Run(s.Name+"/"+string(form), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { newFault(t, s.PlayInBubble(t), s, form).check() })
					})
				})
				continue
			}
			for _, protocol := range s.Protocols {
				play := func() {
					t.Run(s.Name+"/"+string(form)+"/"+string(protocol), func(t *testing.T) {
						if s.Positions == 0 {
							newFault(t, s.Play(t, protocol), s, form).check()
							if s.Family == "redirect" || s.Family == "secret" { // the key in Authorization too
								newFaultOn(t, azmistral.RouteServerlessV1, s.Play(t, protocol), s, form).check()
							}
							return
						}
						playPositions(t, s, form, protocol)
					})
				}
				if s.Positions > 0 || s.Family == "bound" || s.Family == "framing" {
					working = append(working, play)
				} else {
					waiting = append(waiting, play)
				}
			}
		}
	}
	// Deadlines of parts of a second do not go with megabytes of work.
	playAll(waiting, 16)
	playAll(working, 8)
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+3 }, 5*time.Second, 20*time.Millisecond,
		"goroutines are left: %d before", before)
	if n := runtime.NumGoroutine(); n > before+3 {
		stacks := make([]byte, 1<<20)
		t.Logf("%d goroutines:\n%s", n, stacks[:runtime.Stack(stacks, true)])
	}
}

func playAll(plays []func(), workers int) {
	next := make(chan func())
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for play := range next {
				play()
			}
		})
	}
	for _, play := range plays {
		next <- play
	}
	close(next)
	wg.Wait()
}

// playPositions plays every position on one stage, with one client.
func playPositions(t *testing.T, s azmistraltest.Scenario, form azmistraltest.Form, protocol azmistraltest.Protocol) {
	f := newFault(t, s.Play(t, protocol), s, form)
	step := 1
	if underRace {
		step = 7
	}
	for at := 0; at < s.Positions; at += step {
		f.scenario.Want, f.note = f.stage.At(at), fmt.Sprintf("at=%d", at)
		if f.check(); t.Failed() {
			return // the others would say the same
		}
	}
}

// fault is one scenario being played to a client.
type fault struct {
	*testing.T
	scenario azmistraltest.Scenario
	stage    *azmistraltest.Stage
	form     azmistraltest.Form
	client   *azmistral.Client
	note     string

	mu    sync.Mutex
	waits []time.Duration // before each further send of the last call
}

// newFault plays on a route whose key goes in a header of its own, which net/http
// knows nothing of.
func newFault(t *testing.T, stage *azmistraltest.Stage, s azmistraltest.Scenario, form azmistraltest.Form) *fault {
	return newFaultOn(t, azmistral.RouteModels, stage, s, form)
}

func newFaultOn(t *testing.T, route azmistral.Route, stage *azmistraltest.Stage, s azmistraltest.Scenario, form azmistraltest.Form) *fault {
	f := &fault{T: t, scenario: s, stage: stage, form: form}
	options := azmistral.ClientOptions{OnRetry: func(_ context.Context, e azmistral.RetryEvent) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waits = append(f.waits, e.Wait)
	}}
	stage.Options(&options)
	if !s.Long {
		options.StartTimeout, options.IdleTimeout, options.Retry.TryTimeout = patient(options.StartTimeout), patient(options.IdleTimeout), patient(options.Retry.TryTimeout)
		client := stage.HTTPClient()
		client.Timeout = patient(client.Timeout)
		// A handshake that a starved machine does not end in time would be tried again,
		// rightly, and counted; where handshakes are what is tested, theirs stays.
		if transport, ok := client.Transport.(*http.Transport); ok && s.Family != "tls" && s.Family != "network" {
			transport.TLSHandshakeTimeout = patient(transport.TLSHandshakeTimeout)
		}
	}
	client, err := azmistral.NewClientWithKeyCredential(stage.URL(route), azcore.NewKeyCredential(faultKey), &options)
	require.NoError(t, err)
	f.client = client
	return f
}

// check makes the calls and compares what the last comes to.
func (f *fault) check() {
	f.Helper()
	for range f.scenario.Calls - 1 {
		_, err := f.call(f.Context())
		require.NoError(f, err, "a call before the one that counts")
		time.Sleep(60 * time.Millisecond) // the end of a stream is read off in the background
	}
	sent := f.stage.Requests()
	ctx, cancel := context.WithCancel(f.Context())
	defer cancel()
	if d := f.scenario.Deadline; d > 0 {
		if !f.scenario.Long {
			d = patient(d)
		}
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	if d := f.scenario.Cancel; d > 0 {
		go f.cancelAfter(ctx, cancel, d, sent)
	} else if d < 0 {
		cancel()
	}
	f.waits = nil
	began := time.Now()
	answer, err := f.call(ctx)
	took := time.Since(began)

	want := f.scenario.Want
	within := want.Within
	if within == 0 {
		within = 5 * time.Second
	}
	if !f.scenario.Long {
		within = patient(within)
	}
	assert.LessOrEqual(f, took, within, "%s: bounded in time", f.note)
	switch {
	case want.WholeOrError && err != nil, want.Err != nil:
		f.checkError(answer, err)
	default:
		f.checkAnswer(answer, err)
	}
	f.checkSends(answer, err, f.stage.Requests()-sent)
	assert.Zero(f, f.stage.Strays(), "%s: credential or prompt went to another origin", f.note)
	if !f.scenario.Long {
		assert.True(f, f.letGo(), "%s: the connection is let go", f.note)
	}
}

// cancelAfter cancels a call that long after it has arrived.
func (f *fault) cancelAfter(ctx context.Context, cancel func(), d time.Duration, sent int) {
	for f.stage.Requests() == sent && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(patient(d))
	cancel()
}

// letGo waits until the stage is no longer at work for a call that is over.
func (f *fault) letGo() bool {
	for until := time.Now().Add(patient(6 * time.Second)); f.stage.Busy() > 0; time.Sleep(200 * time.Microsecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

// call makes one call. Of a stream that broke, the answer is what had come.
func (f *fault) call(ctx context.Context) (*azmistral.ChatResponse, error) {
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.User(faultPrompt)}}
	if f.form == azmistraltest.Unary {
		return f.client.Chat(ctx, req, nil)
	}
	stream, err := f.client.ChatStream(ctx, req, nil)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	var text strings.Builder
	for chunks := 1; ; chunks++ {
		chunk, err := stream.Next()
		if err == io.EOF {
			err = nil
		} else if err == nil {
			text.WriteString(chunk.Text())
			if chunks == f.scenario.Leave {
				require.NoError(f, stream.Close())
			}
			continue
		}
		answer := stream.Response()
		assert.Equal(f, text.String(), answer.Text(), "%s: the chunks and the answer say the same", f.note)
		_, again := stream.Next()
		if err == nil {
			assert.Equal(f, io.EOF, again, "%s: the end stays", f.note)
		} else {
			assert.Equal(f, err, again, "%s: the error stays", f.note)
		}
		return answer, err
	}
}

func (f *fault) checkAnswer(answer *azmistral.ChatResponse, err error) {
	f.Helper()
	want := f.scenario.Want
	if !assert.NoError(f, err, "%s: an answer is wanted", f.note) {
		return
	}
	if len(answer.Text()) > 1000 {
		assert.True(f, want.HasText(answer.Text()), "%s: the text of %d bytes is another", f.note, len(answer.Text()))
	} else if !want.HasText(answer.Text()) {
		assert.Equal(f, want.Text, answer.Text(), f.note)
	}
	assert.Equal(f, want.Thinking, answer.Message().Content.Thinking(), f.note)
	assert.Equal(f, want.FinishReason, answer.FinishReason(), f.note)
	assert.Equal(f, want.Usage, answer.Usage, f.note)
	assert.Len(f, answer.Choices, 1+len(want.Further), f.note)
	for i, text := range want.Further {
		if i+1 < len(answer.Choices) {
			assert.Equal(f, text, answer.Choices[i+1].Message.Text(), f.note)
		}
	}
	calls := slices.Clone(answer.ToolCalls())
	if want.AnyOrder {
		slices.SortFunc(calls, func(a, b azmistral.ToolCall) int { return strings.Compare(a.Name, b.Name) })
		for i := range calls {
			calls[i].Index = i
		}
	}
	for i, call := range calls {
		assert.NotEmpty(f, call.ID, f.note)
		if i < len(want.ToolCalls) && want.ToolCalls[i].ID == "" {
			calls[i].ID = ""
		}
	}
	if len(calls) > 0 || len(want.ToolCalls) > 0 {
		assert.Equal(f, want.ToolCalls, calls, f.note)
	}
	assert.Equal(f, 200, answer.Info.StatusCode, f.note)
}

func (f *fault) checkError(answer *azmistral.ChatResponse, err error) {
	f.Helper()
	want := f.scenario.Want
	if !assert.Error(f, err, "%s: never less than the answer without an error; it was %q", f.note, textOf(answer)) {
		return
	}
	if f.form == azmistraltest.Streamed && answer != nil {
		assert.NotErrorIs(f, err, io.EOF, "%s: io.EOF of Next is for whole answers alone", f.note)
	}
	var failure *azmistral.Error
	if !assert.ErrorAs(f, err, &failure, f.note) {
		return
	}
	f.checkPrints(err, failure)
	if want.WholeOrError {
		return
	}
	right := slices.ContainsFunc(append(want.Or, want.Err), func(kind error) bool { return errors.Is(err, kind) })
	assert.True(f, right, "%s: want %v or one of %v, got %v", f.note, want.Err, want.Or, err)
	for _, also := range want.Also {
		assert.ErrorIs(f, err, also, f.note)
	}
	if want.Err == context.Canceled || want.Err == context.DeadlineExceeded {
		for _, kind := range sentinels {
			assert.NotErrorIs(f, err, kind, "%s: the context is the caller's, no failure of the service", f.note)
		}
	}
	if !want.Loose {
		assert.Equal(f, want.Status, failure.StatusCode, "%s: status of %v", f.note, err)
		if want.Code != "*" {
			assert.Equal(f, want.Code, failure.Code, "%s: code of %v", f.note, err)
		}
		assert.Equal(f, want.Delivered, failure.Delivered, "%s: delivered, of %v", f.note, err)
		var response *azcore.ResponseError
		if want.Status != 0 && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && f.scenario.Leave == 0 {
			if assert.ErrorAs(f, err, &response, f.note) {
				assert.Equal(f, want.Status, response.StatusCode, f.note)
			}
		}
	}
	if want.AtLeast {
		assert.GreaterOrEqual(f, failure.RetryAfter, want.RetryAfter, f.note)
	} else {
		assert.Equal(f, want.RetryAfter, failure.RetryAfter, f.note)
	}
	if want.Text != "" && f.form == azmistraltest.Streamed {
		assert.Equal(f, want.Text, textOf(answer), f.note)
	}
	said := strings.Join([]string{err.Error(), failure.Code, failure.Type, failure.Message, failure.Param}, "\n")
	for _, field := range failure.Fields {
		said += "\n" + field.Path + "\n" + field.Message + "\n" + field.Type
	}
	for _, word := range want.Words {
		assert.Contains(f, said, word, f.note)
	}
}

var sentinels = []error{
	azmistral.ErrAuthentication, azmistral.ErrPermission, azmistral.ErrNotFound, azmistral.ErrInvalidRequest, azmistral.ErrContextTooLong,
	azmistral.ErrContentFiltered, azmistral.ErrRateLimited, azmistral.ErrQuotaExceeded, azmistral.ErrUnavailable, azmistral.ErrIncomplete,
	azmistral.ErrTimeout, azmistral.ErrTooLarge, azmistral.ErrUnexpectedResponse,
}

// checkPrints looks for secrets in everything that an error can be made to say.
func (f *fault) checkPrints(err error, failure *azmistral.Error) {
	f.Helper()
	marshaled, _ := json.Marshal(err)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err, "header", failure.Info.Header)
	slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", err, "info", failure.Info)
	prints := map[string]string{
		"Error()": err.Error(), "%v": fmt.Sprintf("%v", err), "%+v": fmt.Sprintf("%+v", err), "%#v": fmt.Sprintf("%#v", err), "%q": fmt.Sprintf("%q", err),
		"JSON": string(marshaled), "slog": log.String(),
		"fields": fmt.Sprint(failure.Code, failure.Type, failure.Message, failure.Param, failure.Fields, failure.Filter),
		"info":   fmt.Sprintf("%+v", failure.Info),
	}
	var response *azcore.ResponseError
	if errors.As(err, &response) {
		prints["ResponseError"] = response.Error() + fmt.Sprintf("%v %+v", response, response.ErrorCode)
		if raw := response.RawResponse; raw != nil {
			prints["RawResponse"] = fmt.Sprintf("%+v %+v %s", raw.Header, raw.Trailer, raw.Status)
			if raw.Request != nil {
				prints["Request"] = fmt.Sprintf("%+v", raw.Request.Header)
			}
		}
	}
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
		prints["cause"] += fmt.Sprintf("%v %+v", cause, cause)
	}
	for _, cause := range failure.Unwrap() {
		prints["causes"] += fmt.Sprintf("%v %+v\n", cause, cause)
	}
	for _, secret := range append(f.stage.Secrets(), faultKey, faultPrompt) {
		for how, text := range prints {
			assert.False(f, strings.Contains(text, secret), "%s: %s holds the secret %q: %s", f.note, how, secret, cutLong(text))
		}
	}
	assert.NotContains(f, err.Error(), "\n", "%s: one line", f.note)
	assert.Less(f, len(err.Error()), 3000, f.note)
	assert.True(f, strings.HasPrefix(err.Error(), "azmistral: "), err.Error())
}

func (f *fault) checkSends(answer *azmistral.ChatResponse, err error, sends int) {
	f.Helper()
	want := f.scenario.Want
	if want.Sends > 0 {
		assert.Equal(f, want.Sends, sends, "%s: sends that arrived, of %v", f.note, err)
	} else if want.Sends < 0 {
		assert.Zero(f, sends, "%s: sends that arrived, of %v", f.note, err)
	}
	assert.LessOrEqual(f, sends, 5, f.note)
	attempts := 0
	var failure *azmistral.Error
	if errors.As(err, &failure) {
		attempts = failure.Info.Attempts
	} else if answer != nil {
		attempts = answer.Info.Attempts
	}
	if wanted := max(want.Attempts, want.Sends); wanted > 0 {
		assert.Equal(f, wanted, attempts, "%s: attempts told, of %v", f.note, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, wait := range f.waits {
		assert.GreaterOrEqual(f, wait, want.WaitLeast, f.note)
		if want.WaitMost > 0 {
			assert.LessOrEqual(f, wait, want.WaitMost, f.note)
		}
	}
	if want.WaitLeast > 0 && want.Sends > 1 {
		assert.Len(f, f.waits, want.Sends-1, f.note)
	}
}

func textOf(answer *azmistral.ChatResponse) string {
	if answer == nil {
		return ""
	}
	return answer.Text()
}

func cutLong(text string) string { return text[:min(len(text), 500)] }
