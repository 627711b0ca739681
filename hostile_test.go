package azmistral

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manyErrors is an error that Go cannot compare.
type manyErrors []error

func (m manyErrors) Error() string { return errors.Join(m...).Error() }

func TestErrorsOfATransportAreToldAnew(t *testing.T) {
	for name, err := range map[string]error{"the same each time": io.EOF, "not comparable": manyErrors{io.EOF}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(breaks(err, false, false), breaks(err, false, true))
				_, got := newTestClient(t, s, func(o *ClientOptions) { o.RetryUnknown = true; o.Retry.MaxRetries = 1 }).Chat(t.Context(), hello, nil)
				require.ErrorIs(t, got, ErrUnavailable)
				assert.Equal(t, 2, asError(got).Info.Attempts)
				assert.True(t, asError(got).Delivered, "the second send was")
			})
		})
	}
}

// What a caller's policy gives in place of the pipeline is an answer, or an error.
func TestPolicyThatAnswersItself(t *testing.T) {
	answer := func() *http.Response {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(testAnswer))}
	}
	for name, c := range map[string]struct {
		give func() (*http.Response, error)
		kind error // nil: an answer
		text string
	}{
		"an answer":      {func() (*http.Response, error) { return answer(), nil }, nil, ""},
		"no body":        {func() (*http.Response, error) { return &http.Response{StatusCode: 200}, nil }, ErrUnexpectedResponse, "no answer"},
		"a bare refusal": {func() (*http.Response, error) { return &http.Response{StatusCode: 404}, nil }, ErrNotFound, "404"},
		"a bare redirect": {func() (*http.Response, error) {
			return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"/x"}}}, nil
		}, ErrUnexpectedResponse, "a redirect"},
		"an answer to retry": {func() (*http.Response, error) { return &http.Response{StatusCode: 503}, nil }, ErrUnavailable, "503"},
	} {
		for _, place := range []string{"per call", "per retry"} {
			t.Run(name+", "+place, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := policyFunc(func(*policy.Request) (*http.Response, error) { return c.give() })
					s := play(reply(200, testAnswer))
					client := newTestClient(t, s, func(o *ClientOptions) {
						if place == "per call" {
							o.PerCallPolicies = []policy.Policy{p}
						} else {
							o.PerRetryPolicies = []policy.Policy{p}
						}
					})
					r, err := client.Chat(t.Context(), hello, nil)
					stream, streamErr := client.ChatStream(t.Context(), hello, nil)
					assert.Zero(t, s.sends())
					if c.kind != nil {
						require.ErrorIs(t, err, c.kind)
						assert.ErrorContains(t, err, c.text)
						if streamErr == nil {
							_, streamErr = stream.Collect()
						}
						require.ErrorIs(t, streamErr, c.kind)
						return
					}
					require.NoError(t, err)
					assert.Equal(t, "Paris.", r.Text())
					require.NoError(t, streamErr)
					text, err := drain(stream)
					require.NoError(t, err)
					assert.Equal(t, "Paris.", text)
				})
			})
		}
	}
	t.Run("an event stream", func(t *testing.T) {
		p := policyFunc(func(*policy.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(strings.NewReader(wholeStream))}, nil
		})
		s, err := newTestClient(t, play(reply(500, "")), func(o *ClientOptions) { o.PerCallPolicies = []policy.Policy{p} }).ChatStream(t.Context(), hello, nil)
		require.NoError(t, err)
		text, err := drain(s)
		require.NoError(t, err)
		assert.Equal(t, "Paris.", text)
	})
	t.Run("nothing", func(t *testing.T) {
		p := policyFunc(func(*policy.Request) (*http.Response, error) { return nil, nil })
		_, err := newTestClient(t, play(reply(500, "")), func(o *ClientOptions) { o.PerCallPolicies = []policy.Policy{p} }).Chat(t.Context(), hello, nil)
		require.Error(t, err)
		assert.NotNil(t, asError(err))
		assert.ErrorContains(t, err, "neither a response nor an error")
	})
}

// ready is a source whose chunks are always at hand.
type ready struct{ ends int }

func (*ready) next() (*ChatChunk, error)       { return &ChatChunk{}, nil }
func (*ready) interrupt()                      {}
func (r *ready) end(*accumulator, bool, error) { r.ends++ }

// However Close meets Next, the source is ended, and once.
func TestCloseAsNextReturns(t *testing.T) {
	for range 20000 {
		source := &ready{}
		s := &ChatStream{source: source}
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = s.Next() })
		wg.Go(func() { _ = s.Close() })
		wg.Wait()
		require.Equal(t, 1, source.ends)
	}
}

// rawServer answers each connection with raw bytes once the request's head is
// there, and then keeps it open.
func rawServer(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = conn.Close() })
			go func() {
				buf := make([]byte, 4096)
				_, _ = conn.Read(buf)
				_, _ = io.WriteString(conn, answer)
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/v1"
}

func newSocketClient(t *testing.T, endpoint string, with func(*ClientOptions)) *Client {
	t.Helper()
	o := ClientOptions{Model: "m"}
	o.InsecureAllowCredentialWithHTTP = true
	if with != nil {
		with(&o)
	}
	c, err := NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(testKey), &o)
	require.NoError(t, err)
	return c
}

// A refusal is told in time, whatever its body does.
func TestRefusalsOverSockets(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		kind   error
	}{
		"switching protocols": {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", ErrUnexpectedResponse},
		"gzip that stalls":    {"HTTP/1.1 503 Down\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n", ErrUnavailable},
		"plain that stalls":   {"HTTP/1.1 503 Down\r\nContent-Length: 100\r\n\r\n{", ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newSocketClient(t, rawServer(t, c.answer), func(o *ClientOptions) { o.Retry.MaxRetries = -1 })
			began := time.Now()
			_, err := client.Chat(t.Context(), hello, &ChatOptions{StartTimeout: 8 * time.Second})
			require.ErrorIs(t, err, c.kind)
			assert.NotErrorIs(t, err, context.Canceled)
			assert.Less(t, time.Since(began), 4*time.Second)
		})
	}
}

// A deadline that passes while the body of a refusal is read changes nothing: the
// refusal counts.
func TestDeadlineInARefusalsBody(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		sends  int
		kind   error
		with   func(*ClientOptions)
	}{
		"400, TryTimeout":   {400, 1, ErrInvalidRequest, func(o *ClientOptions) { o.Retry.TryTimeout = time.Second / 2 }},
		"503, TryTimeout":   {503, 2, ErrUnavailable, func(o *ClientOptions) { o.Retry.TryTimeout = time.Second / 2 }},
		"400, StartTimeout": {400, 1, ErrInvalidRequest, func(o *ClientOptions) { o.StartTimeout = time.Second / 2 }},
		"503, StartTimeout": {503, 2, ErrUnavailable, func(o *ClientOptions) { o.StartTimeout = time.Second / 2 }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(body(c.status, "text/plain", func(req *http.Request) io.ReadCloser {
					return io.NopCloser(io.MultiReader(strings.NewReader("we are"), readerFunc(func([]byte) (int, error) {
						<-req.Context().Done()
						return 0, req.Context().Err()
					})))
				}))
				_, err := newTestClient(t, s, func(o *ClientOptions) { o.Retry.MaxRetries = 1; c.with(o) }).Chat(t.Context(), hello, nil)
				require.ErrorIs(t, err, c.kind)
				assert.NotErrorIs(t, err, context.Canceled, "the caller's context is alive")
				assert.Equal(t, c.sends, s.sends())
			})
		})
	}
}

// The time before the first Next is the caller's own.
func TestStartTimeoutOfALateReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		step := body(200, "text/event-stream", func(req *http.Request) io.ReadCloser {
			rest := strings.NewReader(wholeStream)
			return io.NopCloser(readerFunc(func(p []byte) (int, error) { // as a socket: it takes its time, and ends with the context
				select {
				case <-time.After(time.Millisecond):
					return rest.Read(p)
				case <-req.Context().Done():
					return 0, req.Context().Err()
				}
			}))
		})
		s, err := newTestClient(t, play(step), nil).ChatStream(t.Context(), hello, &ChatOptions{StartTimeout: time.Minute})
		require.NoError(t, err)
		time.Sleep(2 * time.Minute)
		text, err := drain(s)
		require.NoError(t, err)
		assert.Equal(t, "Paris.", text)
	})
}

func TestLargestResponseBound(t *testing.T) {
	r, err := newTestClient(t, play(reply(200, testAnswer)), func(o *ClientOptions) { o.MaxResponseBytes = math.MaxInt64 }).Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, "Paris.", r.Text())
}

// net/http itself goes on to a new connection when nothing was written to a dead
// one: what counts is that the request was written at last.
func TestDeliveredOnASecondConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(func(req *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(req.Context())
			trace.GetConn("contoso")
			trace.GotConn(httptrace.GotConnInfo{Reused: true})
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: io.ErrClosedPipe})
			trace.GotConn(httptrace.GotConnInfo{})
			trace.WroteRequest(httptrace.WroteRequestInfo{})
			return nil, io.EOF
		})
		_, err := newTestClient(t, s, nil).Chat(t.Context(), hello, nil)
		require.ErrorIs(t, err, ErrUnavailable)
		assert.True(t, asError(err).Delivered)
		assert.Equal(t, 1, s.sends())
	})
}

// azcore's log reads the body too, which sends nothing.
func TestLoggedBodyIsNotDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		azlog.SetListener(func(azlog.Event, string) {})
		defer azlog.SetListener(nil)
		unread := policyTransport(func(req *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(req.Context())
			trace.GetConn("contoso")
			trace.GotConn(httptrace.GotConnInfo{})
			return nil, io.EOF
		})
		c := newTestClient(t, nil, func(o *ClientOptions) { o.Transport = unread; o.Logging.IncludeBody = true; o.Retry.MaxRetries = -1 })
		_, err := c.Chat(t.Context(), hello, nil)
		require.Error(t, err)
		assert.False(t, asError(err).Delivered)
	})
}

type policyTransport func(*http.Request) (*http.Response, error)

func (f policyTransport) Do(req *http.Request) (*http.Response, error) { return f(req) }

func TestNilHTTPClient(t *testing.T) {
	var none *http.Client
	client := newSocketClient(t, rawServer(t, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), func(o *ClientOptions) { o.Transport = none })
	_, err := client.Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrNotFound)
}

func TestSchemeOfACredentialInAnyCase(t *testing.T) {
	ctx := policy.WithHTTPHeader(t.Context(), http.Header{"Authorization": {"bearer another-token-of-the-call"}})
	_, err := newTestClient(t, play(reply(401, `{"detail":"bad token another-token-of-the-call"}`)), nil).Chat(ctx, hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	assert.NotContains(t, err.Error(), "another-token-of-the-call")
}

// A connection of HTTP/2 without TLS that dies under a delivered request proves
// nothing, as with TLS.
func TestUnencryptedHTTP2IsNotSentAgain(t *testing.T) {
	var mu sync.Mutex
	n := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		mu.Lock()
		n++
		again := n > 1
		mu.Unlock()
		if again {
			conn := r.Context().Value(connKey{}).(net.Conn)
			_ = conn.Close()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, testAnswer)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
	server.Start()
	defer server.Close()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	c := newSocketClient(t, server.URL+"/v1", func(o *ClientOptions) { o.Transport = &http.Client{Transport: transport} })
	_, err := c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	_, err = c.Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrUnavailable)
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, 2, n, "%v", err)
	assert.True(t, asError(err).Delivered)
}

type connKey struct{}

// A caller's RoundTripper may send elsewhere on purpose: that is no redirect.
func TestRewritingRoundTripper(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, testAnswer)
	}))
	defer server.Close()
	rewrite := roundTripper(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host = "http", strings.TrimPrefix(server.URL, "http://")
		return http.DefaultTransport.RoundTrip(req)
	})
	c := newTestClient(t, nil, func(o *ClientOptions) { o.Transport = &http.Client{Transport: rewrite} })
	r, err := c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, "Paris.", r.Text())
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A caller's policy that sends twice leaves no context of the first send behind.
func TestPolicyThatSendsTwice(t *testing.T) {
	var contexts []context.Context
	s := play(func(req *http.Request) (*http.Response, error) {
		contexts = append(contexts, req.Context())
		if len(contexts) == 1 {
			return reply(404, "")(req)
		}
		return reply(200, testAnswer)(req)
	})
	twice := policyFunc(func(req *policy.Request) (*http.Response, error) {
		if _, err := req.Next(); err != nil {
			return nil, err
		}
		return req.Next()
	})
	r, err := newTestClient(t, s, func(o *ClientOptions) { o.PerCallPolicies = []policy.Policy{twice} }).Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, 2, r.Info.Attempts)
	assert.Equal(t, []string{testKey}, s.requests[1].Header.Values("api-key"))
	require.Len(t, contexts, 2)
	assert.Error(t, contexts[0].Err())
	assert.Error(t, contexts[1].Err())
}

// A caller's policy that reads a refusal's body takes nothing from the error.
func TestPolicyThatReadsARefusal(t *testing.T) {
	reads := policyFunc(func(req *policy.Request) (*http.Response, error) {
		resp, err := req.Next()
		if err == nil {
			_, _ = io.ReadAll(resp.Body)
		}
		return resp, err
	})
	_, err := newTestClient(t, play(reply(400, `{"error":{"code":"x","message":"too odd"}}`)), func(o *ClientOptions) { o.PerRetryPolicies = []policy.Policy{reads} }).Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrInvalidRequest)
	assert.ErrorContains(t, err, "too odd")
}

// A dial that failed delivered nothing, also when the call is cancelled in the
// wait after it.
func TestDialFailureThenCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := newTestClient(t, play(fails(&net.OpError{Op: "dial", Err: errors.New("refused")})), nil).Chat(ctx, hello, nil)
		require.ErrorIs(t, err, context.Canceled)
		assert.False(t, asError(err).Delivered)
	})
}

// A caller's policy may write into the body that azcore sends, as it may with
// azcore's other clients.
func TestPolicyThatWrapsTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		louder := policyFunc(func(req *policy.Request) (*http.Response, error) {
			text, err := io.ReadAll(req.Raw().Body)
			if err != nil {
				return nil, err
			}
			req.Raw().Body = io.NopCloser(strings.NewReader(strings.ToUpper(string(text))))
			return req.Next()
		})
		s := play(reply(503, ""), reply(200, testAnswer))
		_, err := newTestClient(t, s, func(o *ClientOptions) { o.PerRetryPolicies = []policy.Policy{louder} }).Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		require.Len(t, s.bodies, 2)
		assert.Contains(t, s.bodies[0], "WHAT IS THE CAPITAL")
		assert.Equal(t, s.bodies[0], s.bodies[1])
	})
}

// A transport of a caller's tests may give the same headers to several calls.
func TestSharedResponseHeaders(t *testing.T) {
	shared := http.Header{"Content-Type": {"application/json"}}
	c := newTestClient(t, nil, func(o *ClientOptions) {
		o.Transport = policyTransport(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: shared, Body: io.NopCloser(strings.NewReader(testAnswer))}, nil
		})
	})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := c.Chat(t.Context(), hello, nil)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
}

// A call made with the context of another's policy has retries of its own.
func TestCallWithinACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := play(reply(503, ""), reply(503, ""), reply(200, testAnswer))
		innerClient := newTestClient(t, inner, nil)
		ask := policyFunc(func(req *policy.Request) (*http.Response, error) {
			_, err := innerClient.Chat(req.Raw().Context(), hello, nil)
			assert.NoError(t, err)
			return req.Next()
		})
		_, err := newTestClient(t, play(reply(200, testAnswer)), func(o *ClientOptions) { o.PerRetryPolicies = []policy.Policy{ask} }).Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		assert.Equal(t, 3, inner.sends())
	})
}

// A credential that panics spoils no later call.
func TestPanickingCredential(t *testing.T) {
	bad := true
	credential := &fakeCredential{get: func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
		if bad {
			panic("no configuration")
		}
		return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
	}}
	c := newTokenClient(t, testEndpoint, credential, play(reply(200, testAnswer)), nil)
	_, err := c.Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	assert.ErrorContains(t, err, "panicked: no configuration")
	bad = false
	_, err = c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
}

// An answer that ShouldRetry wants sent again is waited for as it asks.
func TestHintOfAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(reply(200, testAnswer, "Retry-After: 7"), reply(200, testAnswer))
		c := newTestClient(t, s, func(o *ClientOptions) {
			o.Retry.ShouldRetry = func(resp *http.Response, _ error) bool { return resp != nil && resp.Header.Get("Retry-After") != "" }
		})
		began := time.Now()
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(began), 7*time.Second)
	})
}

// The span of a forgotten stream ends with its context.
func TestSpanOfAForgottenStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		ctx, cancel := context.WithCancel(t.Context())
		s, err := newTestClient(t, play(stalls(textEvent)), func(o *ClientOptions) { o.TracingProvider = r.provider() }).ChatStream(ctx, hello, nil)
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		assert.Equal(t, 1, r.spans[0].ended)
		_, err = s.Next()
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, s.Close())
		assert.Equal(t, 1, r.spans[0].ended)
	})
}
