package azmistral

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	roleEvent   = `data: {"id":"b5","object":"chat.completion.chunk","created":1787865810,"model":"mistral-large-3","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}` + "\n\n"
	textEvent   = `data: {"id":"b5","object":"chat.completion.chunk","created":1787865810,"model":"mistral-large-3","choices":[{"index":0,"delta":{"content":"Par"},"finish_reason":null}],"p":"abc"}` + "\n\n"
	finishEvent = `data: {"id":"b5","object":"chat.completion.chunk","created":1787865810,"model":"mistral-large-3","choices":[{"index":0,"delta":{"content":"is."},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7},"p":"a"}` + "\n\n"
	doneEvent   = "data: [DONE]\n\n"
	wholeStream = roleEvent + textEvent + finishEvent + doneEvent
)

// stalls answers with an event stream that sends the pieces and then nothing,
// until the request's context ends.
func stalls(pieces ...any) step {
	return func(req *http.Request) (*http.Response, error) {
		r, w := io.Pipe()
		ctx := req.Context()
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Cause(ctx)) })
		go func() {
			for _, piece := range pieces {
				switch p := piece.(type) {
				case string:
					_, _ = io.WriteString(w, p)
				case time.Duration:
					select {
					case <-time.After(p):
					case <-ctx.Done():
					}
				case error:
					_ = w.CloseWithError(p)
				}
			}
		}()
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: r, Request: req}, nil
	}
}

// drain reads a stream to its end.
func drain(s *ChatStream) (text string, err error) {
	for {
		chunk, err := s.Next()
		if err == io.EOF {
			return text, nil
		}
		if err != nil {
			return text, err
		}
		text += chunk.Text()
	}
}

func TestStreamWhole(t *testing.T) {
	for name, body := range map[string]string{
		"as Mistral sends it":           wholeStream,
		"without the end mark":          roleEvent + textEvent + finishEvent,
		"without its last blank line":   strings.TrimSuffix(roleEvent+textEvent+finishEvent, "\n"),
		"without its last line end":     strings.TrimSpace(roleEvent + textEvent + finishEvent),
		"end mark without a blank line": strings.TrimSpace(wholeStream),
		"end mark twice":                wholeStream + doneEvent,
		"more after the end mark":       wholeStream + textEvent,
		"comments and heartbeats":       ": hi\n\n" + strings.ReplaceAll(wholeStream, "\n\n", "\n\ndata:\n\n: keep-alive\n\n"),
		"blanks as heartbeats":          "data:  \n\n" + strings.ReplaceAll(wholeStream, "\n\n", "\n\ndata: \t \n\n"),
		"CRLF":                          strings.ReplaceAll(wholeStream, "\n", "\r\n"),
		"prompt filter first":           `data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}` + "\n\n" + wholeStream,
		"error null":                    strings.Replace(wholeStream, `"p":"abc"`, `"error":null`, 1),
		"annotation after the finish":   roleEvent + textEvent + finishEvent + `data: {"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"content_filter_offsets":{"check_offset":44}}]}` + "\n\n" + doneEvent,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := newTestClient(t, play(events(body)), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			defer s.Close()
			text, err := drain(s)
			require.NoError(t, err)
			assert.Equal(t, "Paris.", text)
			r := s.Response()
			assert.Equal(t, "Paris.", r.Text())
			assert.Equal(t, FinishStop, r.FinishReason())
			assert.Equal(t, Usage{PromptTokens: 5, CompletionTokens: 2, TotalTokens: 7}, r.Usage)
			assert.Equal(t, 1, r.Info.Attempts)
			assert.Nil(t, r.RawJSON())
			_, err = s.Next()
			assert.Equal(t, io.EOF, err, "the end stays")
			require.NoError(t, s.Close())
			_, err = s.Next()
			assert.Equal(t, io.EOF, err, "closing a whole stream changes nothing")
		})
	}
}

// Cut at every byte, cleanly or by a broken transport, a stream is whole only once
// the finish reason is in.
func TestStreamCutAtEveryByte(t *testing.T) {
	finished := len(roleEvent + textEvent + strings.TrimSuffix(finishEvent, "\n\n"))
	for _, ending := range []error{io.EOF, errors.New("connection reset by peer")} {
		for at := range len(wholeStream) {
			body := io.MultiReader(strings.NewReader(wholeStream[:at]), iotest.ErrReader(ending))
			step := func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(body), Request: req}, nil
			}
			s, err := newTestClient(t, play(step), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			text, err := drain(s)
			if at >= finished {
				require.NoError(t, err, "cut at %d, %v", at, ending)
				require.Equal(t, "Paris.", text)
				continue
			}
			require.ErrorIs(t, err, ErrIncomplete, "cut at %d, %v", at, ending)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.True(t, asError(err).Delivered)
			require.Equal(t, text, s.Response().Text(), "what came is kept")
			_, again := s.Next()
			require.Equal(t, err, again, "the error stays")
		}
	}
}

func TestStreamErrors(t *testing.T) {
	for name, c := range map[string]struct {
		body    string
		kind    error
		message string
		text    string
	}{
		"empty":                    {"", ErrIncomplete, "no choice came", ""},
		"only the end mark":        {doneEvent, ErrIncomplete, "no choice came", ""},
		"end mark, no finish":      {roleEvent + textEvent + doneEvent, ErrIncomplete, "choice 0 has no finish reason", "Par"},
		"empty finish reason":      {roleEvent + strings.Replace(finishEvent, `"stop"`, `""`, 1) + doneEvent, ErrIncomplete, "choice 0 has no finish reason", "is."},
		"one of two choices":       {roleEvent + strings.Replace(textEvent, `"index":0`, `"index":1`, 1) + finishEvent + doneEvent, ErrIncomplete, "choice 1 has no finish reason", "is."},
		"finish reason error":      {roleEvent + strings.Replace(finishEvent, `"stop"`, `"error"`, 1) + doneEvent, ErrIncomplete, `finish reason "error"`, "is."},
		"OpenAI's error":           {textEvent + `data: {"error":{"code":"429","message":"slow down"}}` + "\n\n" + doneEvent, ErrRateLimited, "slow down", "Par"},
		"Mistral's error":          {textEvent + `data: {"object":"error","message":"Service tier capacity exceeded for this model.","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}` + "\n\n" + doneEvent, ErrRateLimited, "Service tier capacity exceeded", "Par"},
		"named event":              {textEvent + "event: error\ndata: the model has crashed\n\n", ErrUnavailable, "the model has crashed", "Par"},
		"error after the finish":   {roleEvent + finishEvent + `data: {"error":{"message":"late trouble","type":"server_error"}}` + "\n\n", ErrUnavailable, "late trouble", "is."},
		"bare JSON line":           {textEvent + `{"object":"error","message":"out of memory","code":500}` + "\n", ErrUnavailable, "out of memory", "Par"},
		"not JSON at once":         {"data: hello\n\n", ErrUnexpectedResponse, "an event that is no chunk", ""},
		"not JSON later":           {textEvent + "data: {oops\n\n" + finishEvent, ErrIncomplete, "an event that is no chunk", "Par"},
		"a page":                   {"<html><title>Bad gateway</title></html>", ErrUnexpectedResponse, "<html><title>Bad gateway", ""},
		"context too long in band": {`data: {"object":"error","message":"Prompt contains 159202 tokens and 0 draft tokens, too large for model with 131072 maximum context length","code":"3051"}` + "\n\n", ErrContextTooLong, "maximum context length", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := newTestClient(t, play(events(c.body)), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			text, err := drain(s)
			require.ErrorIs(t, err, c.kind)
			assert.ErrorContains(t, err, c.message)
			assert.Equal(t, c.text, text)
			e := asError(err)
			assert.Equal(t, 200, e.StatusCode)
			assert.True(t, e.Delivered)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestStreamThatIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		step    step
		kind    error // nil: an answer
		message string
	}{
		"whole answer":         {reply(200, testAnswer), nil, ""},
		"whole, as plain text": {reply(200, " \n"+testAnswer, "Content-Type: text/plain"), nil, ""},
		"no finish reason":     {reply(200, strings.Replace(testAnswer, `"stop"`, "null", 1)), nil, ""},
		"error":                {reply(200, `{"error":{"code":"content_filter","message":"filtered"}}`), ErrContentFiltered, "filtered"},
		"null":                 {reply(200, "null"), ErrUnexpectedResponse, "neither an event stream nor JSON"},
		"empty":                {reply(200, ""), ErrUnexpectedResponse, "neither"},
		"blanks":               {reply(200, strings.Repeat(" ", 5000)), ErrUnexpectedResponse, "neither an event stream nor JSON"},
		"html":                 {reply(200, "<html>hi</html>", "Content-Type: text/html"), ErrUnexpectedResponse, "<html>hi"},
		"no choices":           {reply(200, `{"choices":[]}`), ErrUnexpectedResponse, "no choice has a message"},
		"finish reason error":  {reply(200, strings.Replace(testAnswer, `"stop"`, `"error"`, 1)), ErrIncomplete, `finish reason "error"`},
		"coded":                {reply(200, "xx", "Content-Type: text/event-stream", "Content-Encoding: br"), ErrUnexpectedResponse, "encoded as br"},
		"no content":           {reply(204, ""), ErrUnexpectedResponse, "204"},
		"accepted":             {reply(202, testAnswer), ErrUnexpectedResponse, "202"},
		"redirect":             {reply(307, "", "Location: https://elsewhere.example/x?sig=secret"), ErrUnexpectedResponse, "https://elsewhere.example, not followed"},
		"refused":              {reply(401, `{"detail":"Invalid API Key"}`), ErrAuthentication, "Invalid API Key"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := newTestClient(t, play(c.step), nil).ChatStream(t.Context(), hello, nil)
			if c.kind != nil {
				require.Nil(t, s)
				require.ErrorIs(t, err, c.kind)
				assert.ErrorContains(t, err, c.message)
				assert.NotContains(t, err.Error(), "secret")
				return
			}
			require.NoError(t, err)
			r, err := s.Collect()
			require.NoError(t, err)
			assert.Equal(t, "Paris.", r.Text())
			assert.Equal(t, 7, r.Usage.TotalTokens)
		})
	}
}

func TestStreamDeadlines(t *testing.T) {
	const patience = 30 * time.Second
	for name, c := range map[string]struct {
		step   step
		option string // of the deadline that passed; empty: whole
		at     time.Duration
		text   string
	}{
		"no event":                   {stalls(), "StartTimeout of 1m0s", time.Minute, ""},
		"only comments":              {stalls(": a\n\n", 50*time.Second, ": b\n\n"), "StartTimeout of 1m0s", time.Minute, ""},
		"stall in the middle":        {stalls(textEvent), "IdleTimeout of 30s", patience, "Par"},
		"comments are no life":       {stalls(textEvent, 20*time.Second, ": a\n\n", 20*time.Second, ": b\n\n"), "IdleTimeout of 30s", patience, "Par"},
		"empty events are no life":   {stalls(textEvent, 20*time.Second, "data:\n\n", 20*time.Second, "data: \n\n"), "IdleTimeout of 30s", patience, "Par"},
		"an event under way is life": {stalls(roleEvent, textEvent[:10], 25*time.Second, textEvent[10:20], 25*time.Second, textEvent[20:], 25*time.Second, finishEvent, doneEvent), "", 75 * time.Second, "Paris."},
		"a stall in an event":        {stalls(roleEvent, textEvent[:20]), "IdleTimeout of 30s", patience, ""},
		"late first event":           {stalls(59*time.Second, roleEvent+textEvent, 29*time.Second, finishEvent+doneEvent), "", 88 * time.Second, "Paris."},
		"stall before the end mark":  {stalls(roleEvent + textEvent + finishEvent), "", patience, "Paris."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s, err := newTestClient(t, play(c.step), nil).ChatStream(t.Context(), hello, &ChatOptions{StartTimeout: time.Minute, IdleTimeout: patience})
				require.NoError(t, err)
				text, err := drain(s)
				assert.Equal(t, c.at, time.Since(began))
				assert.Equal(t, c.text, text)
				if c.option == "" {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, ErrTimeout)
					assert.NotErrorIs(t, err, context.DeadlineExceeded, "the caller's own deadline is another thing")
					assert.ErrorContains(t, err, c.option)
				}
				synctest.Wait()
			})
		})
	}
}

// Time that the caller spends elsewhere counts for nothing.
func TestStreamSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := newTestClient(t, play(stalls(roleEvent, textEvent, finishEvent, doneEvent)), nil).ChatStream(t.Context(), hello, nil)
		require.NoError(t, err)
		time.Sleep(2 * time.Hour)
		for chunk, err := range s.All() {
			require.NoError(t, err)
			require.NotNil(t, chunk)
			time.Sleep(2 * time.Hour)
		}
		assert.Equal(t, "Paris.", s.Response().Text())
		time.Sleep(time.Second)
	})
}

func TestNoDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := newTestClient(t, play(stalls(5*time.Hour, roleEvent, textEvent, 5*time.Hour, finishEvent, doneEvent)), nil).
			ChatStream(t.Context(), hello, &ChatOptions{StartTimeout: -1, IdleTimeout: -1})
		require.NoError(t, err)
		text, err := drain(s)
		require.NoError(t, err)
		assert.Equal(t, "Paris.", text)
		time.Sleep(time.Second)
	})
}

func TestStreamContext(t *testing.T) {
	reason := errors.New("the user left")
	for name, pieces := range map[string][]any{
		"before the first event": {},
		"in the middle":          {textEvent},
		"before the end mark":    {roleEvent, textEvent, finishEvent}, // ours is forgiven, the caller's is not
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(reason) })
				s, err := newTestClient(t, play(stalls(pieces...)), nil).ChatStream(ctx, hello, nil)
				require.NoError(t, err)
				_, err = drain(s)
				require.ErrorIs(t, err, context.Canceled)
				assert.ErrorIs(t, err, reason)
				for _, kind := range []error{ErrIncomplete, ErrTimeout, ErrUnavailable} {
					assert.NotErrorIs(t, err, kind)
				}
				synctest.Wait()
			})
		})
	}
	t.Run("of a forgotten stream", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			s, err := newTestClient(t, play(stalls(textEvent)), nil).ChatStream(ctx, hello, nil)
			require.NoError(t, err)
			_, err = s.Next()
			require.NoError(t, err)
			cancel()
			synctest.Wait()
			assert.True(t, s.source.(*wireSource).call.clock.due.IsZero(), "no timer is left")
			_, err = s.Next()
			require.ErrorIs(t, err, context.Canceled)
		})
	})
	t.Run("ended before the call", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		p := play(events(wholeStream))
		_, err := newTestClient(t, p, nil).ChatStream(ctx, hello, nil)
		require.ErrorIs(t, err, context.Canceled)
		assert.NotNil(t, asError(err))
		assert.Zero(t, p.sends())
	})
	t.Run("events at hand are not given", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, err := newTestClient(t, play(events(wholeStream)), nil).ChatStream(ctx, hello, nil)
		require.NoError(t, err)
		_, err = s.Next()
		require.NoError(t, err)
		cancel()
		_, err = s.Next()
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestStreamClose(t *testing.T) {
	t.Run("while Next waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, err := newTestClient(t, play(stalls(textEvent)), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			go func() {
				time.Sleep(time.Second)
				assert.NoError(t, s.Close())
				assert.NoError(t, s.Close())
			}()
			text, err := drain(s)
			assert.Equal(t, "Par", text)
			require.ErrorIs(t, err, ErrIncomplete)
			assert.ErrorContains(t, err, "closed")
			assert.NotErrorIs(t, err, context.Canceled, "the caller's context is alive")
			synctest.Wait()
		})
	})
	t.Run("before Next", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, err := newTestClient(t, play(stalls(textEvent)), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			require.NoError(t, s.Close())
			_, err = s.Next()
			require.ErrorIs(t, err, ErrIncomplete)
			assert.ErrorContains(t, err, "closed")
			synctest.Wait()
		})
	})
	t.Run("by leaving the loop", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, err := newTestClient(t, play(stalls(textEvent, textEvent, textEvent)), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			for range s.Text() {
				break
			}
			_, err = s.Next()
			require.ErrorIs(t, err, ErrIncomplete)
			assert.Equal(t, "Par", s.Response().Text())
			synctest.Wait()
		})
	})
	t.Run("by a panic in the loop", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, err := newTestClient(t, play(stalls(textEvent)), nil).ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			assert.Panics(t, func() {
				for range s.All() {
					panic("the caller's")
				}
			})
			_, err = s.Next()
			require.ErrorIs(t, err, ErrIncomplete)
			synctest.Wait()
		})
	})
}

func TestStreamLimit(t *testing.T) {
	s, err := newTestClient(t, play(events("data: "+strings.Repeat("x", 2000)+"\n\n")), func(o *ClientOptions) { o.MaxEventBytes = 1000 }).
		ChatStream(t.Context(), hello, nil)
	require.NoError(t, err)
	_, err = drain(s)
	require.ErrorIs(t, err, ErrTooLarge)
	assert.ErrorContains(t, err, "MaxEventBytes (1000)")
}

func TestStreamRefusesClientTimeout(t *testing.T) {
	o := &ClientOptions{Model: "m"}
	o.Transport = &http.Client{Timeout: time.Minute}
	c, err := NewClientWithKeyCredential(testEndpoint, azcore.NewKeyCredential(testKey), o)
	require.NoError(t, err)
	_, err = c.ChatStream(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrInvalidRequest)
	assert.ErrorContains(t, err, "Timeout of 1m0s")
	assert.ErrorContains(t, err, "IdleTimeout")
}

func TestNewChatStream(t *testing.T) {
	text := func(s string) *ChatChunk { return &ChatChunk{Choices: []ChunkChoice{{Delta: Delta{Text: s}}}} }
	finish := &ChatChunk{Choices: []ChunkChoice{{FinishReason: FinishStop}}}
	wrapped := &Error{StatusCode: 503, kind: ErrUnavailable}
	for name, c := range map[string]struct {
		chunks []*ChatChunk
		end    error
		kind   error // nil: whole
	}{
		"whole":                       {[]*ChatChunk{text("hi"), finish}, io.EOF, nil},
		"no finish reason":            {[]*ChatChunk{text("hi")}, io.EOF, ErrIncomplete},
		"nothing":                     {nil, io.EOF, ErrIncomplete},
		"broken":                      {[]*ChatChunk{text("hi")}, errors.New("pipe"), ErrIncomplete},
		"broken after the finish":     {[]*ChatChunk{text("hi"), finish}, errors.New("pipe"), nil},
		"an error of ours":            {[]*ChatChunk{text("hi"), finish}, wrapped, ErrUnavailable},
		"the context":                 {[]*ChatChunk{text("hi"), finish}, context.Canceled, context.Canceled},
		"the context, wrapped":        {[]*ChatChunk{text("hi")}, fmt.Errorf("relay: %w", context.DeadlineExceeded), context.DeadlineExceeded},
		"a source that gives nothing": {[]*ChatChunk{nil}, io.EOF, ErrUnexpectedResponse},
	} {
		t.Run(name, func(t *testing.T) {
			left, closes := c.chunks, 0
			s := NewChatStream(ResponseInfo{RequestID: "r1"}, func() (*ChatChunk, error) {
				if len(left) == 0 {
					return nil, c.end
				}
				chunk := left[0]
				left = left[1:]
				return chunk, nil
			}, func() error { closes++; return errors.New("close failed") })
			assert.Equal(t, "r1", s.Info().RequestID)
			_, err := drain(s)
			if c.kind == nil {
				require.NoError(t, err)
				assert.Equal(t, "hi", s.Response().Text())
			} else {
				require.ErrorIs(t, err, c.kind)
				require.NotNil(t, asError(err))
			}
			assert.Equal(t, 1, closes)
			_ = s.Close()
			assert.Equal(t, 1, closes)
		})
	}
	t.Run("close tells its error", func(t *testing.T) {
		s := NewChatStream(ResponseInfo{}, func() (*ChatChunk, error) { return text("hi"), nil }, func() error { return errors.New("close failed") })
		assert.EqualError(t, s.Close(), "close failed")
	})
	t.Run("no close function", func(t *testing.T) {
		s := NewChatStream(ResponseInfo{}, func() (*ChatChunk, error) { return finish, nil }, nil)
		assert.NoError(t, s.Close())
	})
}

func TestStreamTextTellsTheError(t *testing.T) {
	s, err := newTestClient(t, play(events(roleEvent+textEvent)), nil).ChatStream(t.Context(), hello, nil)
	require.NoError(t, err)
	var texts []string
	for text, err := range s.Text() {
		if err != nil {
			assert.ErrorIs(t, err, ErrIncomplete)
			texts = append(texts, "error")
			continue
		}
		texts = append(texts, text)
	}
	assert.Equal(t, []string{"Par", "error"}, texts)
	_, err = s.Collect()
	require.ErrorIs(t, err, ErrIncomplete, "the error stays")
}

// Close interrupts a source of the caller's that waits in next.
func TestNewChatStreamClosedWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done := make(chan struct{})
		s := NewChatStream(ResponseInfo{}, func() (*ChatChunk, error) {
			<-done
			return nil, errors.New("gone")
		}, func() error { close(done); return nil })
		time.AfterFunc(time.Second, func() { _ = s.Close() })
		_, err := s.Next()
		require.ErrorIs(t, err, ErrIncomplete)
		assert.ErrorContains(t, err, "closed")
	})
}
