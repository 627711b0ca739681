package azmistral

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// body answers with a status and a body of the test's making.
func body(status int, contentType string, make func(req *http.Request) io.ReadCloser) step {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: make(req), Request: req}, nil
	}
}

// hung is a body that gives begin, and then nothing until it is closed or the
// request's context ends.
func hung(begin string) func(*http.Request) io.ReadCloser {
	return func(req *http.Request) io.ReadCloser {
		r, w := io.Pipe()
		ctx := req.Context()
		stop := context.AfterFunc(ctx, func() { _ = w.CloseWithError(context.Cause(ctx)) })
		go func() { _, _ = io.WriteString(w, begin) }()
		return struct {
			io.Reader
			io.Closer
		}{r, closerFunc(func() error { stop(); return r.Close() })}
	}
}

type closerFunc func() error

func (f closerFunc) Close() error { return f() }

type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(e.text, 1+len(p)/len(e.text))), nil
}

func TestRefusalsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		body    func(*http.Request) io.ReadCloser
		after   time.Duration
		message string
	}{
		"endless": {func(*http.Request) io.ReadCloser { return io.NopCloser(endless{"no "}) }, 0, "longer than 65536 bytes"},
		"stalls":  {hung(`{"error":{"message":"we are`), time.Second, "not here within 1s"},
		"cut": {func(*http.Request) io.ReadCloser {
			return io.NopCloser(io.MultiReader(strings.NewReader(`{"error":{"message":"we are`), errReader{io.ErrUnexpectedEOF}))
		}, 0, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				_, err := newTestClient(t, play(body(503, "text/plain", c.body)), func(o *ClientOptions) { o.Retry.MaxRetries = -1 }).Chat(t.Context(), hello, nil)
				require.ErrorIs(t, err, ErrUnavailable, "the status is told all the same")
				assert.Equal(t, c.after, time.Since(began))
				assert.ErrorContains(t, err, "503")
				assert.ErrorContains(t, err, c.message)
				assert.Less(t, len(err.Error()), 1500)
				assert.False(t, asError(err).Delivered)
				synctest.Wait()
			})
		})
	}
	t.Run("sent again all the same", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(body(503, "text/plain", hung("x")), reply(200, testAnswer))
			_, err := newTestClient(t, s, nil).Chat(t.Context(), hello, nil)
			require.NoError(t, err)
			assert.Equal(t, 2, s.sends())
		})
	})
	t.Run("cut short by the caller", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
			defer cancel()
			_, err := newTestClient(t, play(body(429, "text/plain", hung("x"))), nil).Chat(ctx, hello, nil)
			require.ErrorIs(t, err, ErrRateLimited, "the status came first")
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	})
}

func TestChatDeadlines(t *testing.T) {
	never := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	for name, c := range map[string]struct {
		step   step
		option string
		at     time.Duration
	}{
		"no headers":        {never, "no response headers within the StartTimeout of 1m0s", time.Minute},
		"stall in the body": {body(200, "application/json", hung(testAnswer[:50])), "no further byte of the answer within the IdleTimeout of 30s", 30 * time.Second},
		"stall at the body": {body(200, "application/json", hung("")), "IdleTimeout of 30s", 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				s := play(c.step)
				_, err := newTestClient(t, s, nil).Chat(t.Context(), hello, &ChatOptions{StartTimeout: time.Minute, IdleTimeout: 30 * time.Second})
				require.ErrorIs(t, err, ErrTimeout)
				assert.NotErrorIs(t, err, context.Canceled)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorContains(t, err, c.option)
				assert.Equal(t, c.at, time.Since(began))
				assert.Equal(t, 1, s.sends(), "a deadline of ours is the end")
				assert.True(t, asError(err).Delivered)
				synctest.Wait()
			})
		})
	}
	t.Run("slow but alive", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			step := body(200, "application/json", func(*http.Request) io.ReadCloser {
				r, w := io.Pipe()
				go func() {
					for _, b := range []byte(testAnswer) {
						time.Sleep(20 * time.Second)
						_, _ = w.Write([]byte{b})
					}
					_ = w.Close()
				}()
				return r
			})
			_, err := newTestClient(t, play(step), nil).Chat(t.Context(), hello, &ChatOptions{IdleTimeout: 30 * time.Second})
			require.NoError(t, err)
		})
	})
	t.Run("the caller's deadline is the caller's", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := newTestClient(t, play(never), nil).Chat(ctx, hello, nil)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, ErrTimeout)
			assert.Empty(t, kinds(err))
			assert.NotNil(t, asError(err))
		})
	})
	t.Run("counted anew for each send", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slow := func(req *http.Request) (*http.Response, error) {
				time.Sleep(50 * time.Second)
				return reply(503, "", "Retry-After: 20")(req)
			}
			s := play(slow, func(req *http.Request) (*http.Response, error) {
				time.Sleep(50 * time.Second)
				return reply(200, testAnswer)(req)
			})
			_, err := newTestClient(t, s, func(o *ClientOptions) { o.Retry.MaxRetryDelay = 5 * time.Minute }).Chat(t.Context(), hello, &ChatOptions{StartTimeout: time.Minute})
			require.NoError(t, err)
			assert.Equal(t, 2, s.sends())
		})
	})
}

func TestResponseBound(t *testing.T) {
	for name, step := range map[string]step{
		"endless": body(200, "application/json", func(*http.Request) io.ReadCloser { return io.NopCloser(endless{" "}) }),
		"by one":  reply(200, testAnswer+strings.Repeat(" ", 1001-len(testAnswer))),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newTestClient(t, play(step), func(o *ClientOptions) { o.MaxResponseBytes = 1000 }).Chat(t.Context(), hello, nil)
			require.ErrorIs(t, err, ErrTooLarge)
			assert.ErrorContains(t, err, "MaxResponseBytes (1000)")
		})
	}
	_, err := newTestClient(t, play(reply(200, testAnswer+strings.Repeat(" ", 1000-len(testAnswer)))), func(o *ClientOptions) { o.MaxResponseBytes = 1000 }).Chat(t.Context(), hello, nil)
	require.NoError(t, err)
}

// However the service echoes the key or the token, nothing that leaves the package
// holds it.
func TestNoSecretComesBack(t *testing.T) {
	const prompt = "my-secret-prompt-text"
	echo := func(req *http.Request) string {
		return req.Header.Get("Api-Key") + strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	}
	sends := map[string]step{
		"401 body": func(req *http.Request) (*http.Response, error) {
			return reply(401, `{"detail":"Invalid key `+echo(req)+`"}`)(req)
		},
		"403 page": func(req *http.Request) (*http.Response, error) {
			return reply(403, "<h1>"+echo(req)+"</h1>", "Content-Type: text/html")(req)
		},
		"headers": func(req *http.Request) (*http.Response, error) {
			return reply(400, "{}", "X-Echo: "+echo(req), "x-request-id: "+echo(req))(req)
		},
		"status line": func(req *http.Request) (*http.Response, error) {
			r, err := reply(400, "{}")(req)
			r.Status = "400 " + echo(req)
			return r, err
		},
		"transport": func(req *http.Request) (*http.Response, error) {
			return nil, errors.New("malformed HTTP response \"" + echo(req) + "\"")
		},
		"200 page": func(req *http.Request) (*http.Response, error) {
			return reply(200, "<p>"+echo(req), "Content-Type: text/html")(req)
		},
		"200 error": func(req *http.Request) (*http.Response, error) {
			return reply(200, `{"error":{"code":"`+echo(req)+`","message":"`+echo(req)+`"}}`)(req)
		},
		"422 input": reply(422, `{"detail":[{"type":"x","loc":["body","messages"],"msg":"bad","input":"`+prompt+`"}]}`),
		"200 JSON":  reply(200, `{"prompt":"`+prompt+`"}`),
		"dead":      fails(io.EOF),
	}
	for name, step := range sends {
		for _, stream := range []bool{false, true} {
			for _, credential := range []string{"key", "token"} {
				t.Run(fmt.Sprint(name, ", stream ", stream, ", ", credential), func(t *testing.T) {
					secrets := []string{testKey, testToken, prompt}
					check := func(what, text string) {
						t.Helper()
						for _, s := range secrets {
							assert.NotContains(t, text, s, what)
						}
					}
					var mu sync.Mutex
					azlog.SetListener(func(event azlog.Event, text string) {
						mu.Lock()
						defer mu.Unlock()
						check("log "+string(event), text)
					})
					defer azlog.SetListener(nil)
					with := func(o *ClientOptions) {
						o.Retry.MaxRetries = -1
						o.TracingProvider = spanChecker(check)
					}
					var c *Client
					if credential == "key" {
						c = newTestClient(t, play(step), with)
					} else {
						c = newTokenClient(t, testEndpoint, &fakeCredential{}, play(step), with)
					}
					req := ChatRequest{Messages: []Message{{Role: RoleUser, Content: Content{&TextPart{prompt}}}}}
					var err error
					if stream {
						var s *ChatStream
						if s, err = c.ChatStream(t.Context(), req, nil); err == nil {
							_, err = s.Collect()
						}
					} else {
						_, err = c.Chat(t.Context(), req, nil)
					}
					require.Error(t, err)
					for e := range chain(err) {
						for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
							check(format+fmt.Sprintf(" of %T", e), fmt.Sprintf(format, e))
						}
						text, _ := json.Marshal(e)
						check("json", string(text))
						var log strings.Builder
						slog.New(slog.NewJSONHandler(&log, nil)).Error("x", "err", e)
						check("slog", log.String())
					}
					e := asError(err)
					check("info", fmt.Sprintf("%+v %+v", e.Info, e.Fields))
					if r, ok := errors.AsType[*azcore.ResponseError](err); ok {
						text, _ := io.ReadAll(r.RawResponse.Body)
						// The bounded body is kept for those who ask for it; the credential is struck.
						assert.NotContains(t, string(text), testKey)
						assert.NotContains(t, string(text), testToken)
						check("status", r.RawResponse.Status)
						check("headers", fmt.Sprint(r.RawResponse.Header, r.RawResponse.Request.Header))
					}
					for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
						check("client "+format, fmt.Sprintf(format, c))
					}
				})
			}
		}
	}
}

// chain gives an error and all that it wraps.
func chain(err error) func(func(error) bool) {
	return func(yield func(error) bool) { walk(err, yield) }
}

func walk(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return walk(e.Unwrap(), yield)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			if !walk(inner, yield) {
				return false
			}
		}
	}
	return true
}

// spanChecker is a tracing provider that hands all texts of its spans to check.
func spanChecker(check func(what, text string)) tracing.Provider {
	attributes := func(attrs []tracing.Attribute) { check("span attributes", fmt.Sprint(attrs)) }
	return tracing.NewProvider(func(string, string) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
			check("span name", name)
			attributes(o.Attributes)
			return ctx, tracing.NewSpan(tracing.SpanImpl{
				SetAttributes: func(a ...tracing.Attribute) { attributes(a) },
				AddEvent:      func(n string, a ...tracing.Attribute) { check("span event", n); attributes(a) },
				SetStatus:     func(_ tracing.SpanStatus, d string) { check("span status", d) },
			})
		}, nil)
	}, nil)
}

// A caller's header replaces the credential, and is a secret then.
func TestHeaderOfACallIsASecretToo(t *testing.T) {
	ctx := policy.WithHTTPHeader(t.Context(), http.Header{"Api-Key": {"another-key-of-the-call"}})
	s := play(func(req *http.Request) (*http.Response, error) {
		return reply(401, `{"detail":"bad `+req.Header.Get("Api-Key")+`"}`)(req)
	})
	_, err := newTestClient(t, s, nil).Chat(ctx, hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	assert.Equal(t, "another-key-of-the-call", s.requests[0].Header.Get("api-key"))
	assert.NotContains(t, err.Error(), "another-key-of-the-call")
	assert.ErrorContains(t, err, struck)
}

// After a whole answer the connection is used again, although the end of the body
// comes later than the end mark; the caller does not wait for it.
func TestEndOfStreamKeepsTheConnection(t *testing.T) {
	for name, c := range map[string]struct {
		late        time.Duration // from the end mark to the end of the body
		connections int
	}{
		"at once":  {0, 1},
		"soon":     {40 * time.Millisecond, 1},
		"too late": {60 * time.Millisecond, 5}, // it is not waited for longer
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				connections := make(pipeListener)
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/event-stream")
					_, _ = io.WriteString(w, wholeStream)
					w.(http.Flusher).Flush()
					time.Sleep(c.late)
				})}
				go func() { _ = server.Serve(connections) }()
				defer server.Close()
				dialed := 0
				transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
					dialed++
					ours, theirs := net.Pipe()
					connections <- theirs
					return ours, nil
				}}
				defer transport.CloseIdleConnections()
				o := &ClientOptions{Model: "m"}
				o.InsecureAllowCredentialWithHTTP = true
				o.Transport = &http.Client{Transport: transport}
				client, err := NewClientWithKeyCredential("http://localhost/v1", azcore.NewKeyCredential(testKey), o)
				require.NoError(t, err)
				for range 5 {
					began := time.Now()
					s, err := client.ChatStream(t.Context(), hello, nil)
					require.NoError(t, err)
					_, err = s.Collect()
					require.NoError(t, err)
					assert.Zero(t, time.Since(began), "the caller does not wait")
					time.Sleep(time.Second)
				}
				assert.Equal(t, c.connections, dialed)
			})
		})
	}
}

// pipeListener accepts what is sent to it.
type pipeListener chan net.Conn

func (l pipeListener) Accept() (net.Conn, error) {
	c, ok := <-l
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (l pipeListener) Close() error   { close(l); return nil }
func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// A proxy from the environment's kind works, and the guard stays around a caller's
// client.
func TestProxy(t *testing.T) {
	var proxied atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied.Add(1)
		assert.Equal(t, "http://contoso.example/v1/chat/completions", r.URL.String())
		assert.Equal(t, "Bearer "+testKey, r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, testAnswer)
	}))
	defer proxy.Close()
	to, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	o := &ClientOptions{Model: "m"}
	o.InsecureAllowCredentialWithHTTP = true
	o.Transport = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(to)}}
	c, err := NewClientWithKeyCredential("http://contoso.example/v1", azcore.NewKeyCredential(testKey), o)
	require.NoError(t, err)
	_, err = c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, int32(1), proxied.Load())
	assert.NotNil(t, defaultTransport.Transport.(*http.Transport).Proxy)
}

func TestUntrustedCertificate(t *testing.T) {
	var handshakes atomic.Int32
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			handshakes.Add(1)
		}
	}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.StartTLS()
	defer server.Close()
	c, err := NewClientWithKeyCredential(server.URL+"/v1", azcore.NewKeyCredential(testKey), &ClientOptions{Model: "m"})
	require.NoError(t, err)
	_, err = c.Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "certificate")
	assert.False(t, asError(err).Delivered)
	assert.Equal(t, int32(1), handshakes.Load(), "it is permanent: not tried again")
}

func TestIsCertificate(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"verification": {&tls.CertificateVerificationError{Err: errors.New("x")}, true},
		"authority":    {x509.UnknownAuthorityError{}, true},
		"host":         {x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, true},
		"expired":      {x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}, true},
		"asked for":    {&net.OpError{Op: "remote error", Err: tls.AlertError(116)}, true},
		"other alert":  {tls.AlertError(40), false},
		"refused":      {&net.OpError{Op: "dial", Err: errors.New("refused")}, false},
	} {
		assert.Equal(t, c.want, isCertificate(fmt.Errorf("wrapped: %w", c.err)), name)
	}
}

func TestIsDial(t *testing.T) {
	assert.True(t, isDial(&url.Error{Err: &net.OpError{Op: "dial", Err: io.EOF}}))
	assert.True(t, isDial(&net.OpError{Op: "proxyconnect", Err: io.EOF}))
	assert.True(t, isDial(&net.DNSError{}))
	assert.False(t, isDial(&net.OpError{Op: "read", Err: io.EOF}))
}

// An error whose text holds a credential is told without it, and still compared.
func TestScrubbedError(t *testing.T) {
	err := scrubError(fmt.Errorf("bad line %q: %w", "key-123456", os.ErrDeadlineExceeded), []string{"key-123456"})
	assert.EqualError(t, err, `bad line "REDACTED": `+os.ErrDeadlineExceeded.Error())
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.True(t, isTimeout(err))
	assert.Nil(t, errors.Unwrap(err), "what it wraps is not given out")
	assert.Equal(t, io.EOF, scrubError(io.EOF, []string{"key-123456"}))

	h := http.Header{"X-key-123456": {"a key-123456"}, "B": {"b"}}
	scrubHeader(h, []string{"key-123456"})
	assert.Equal(t, http.Header{"X-REDACTED": {"a REDACTED"}, "B": {"b"}}, h)
}

// What a transport must not do does no harm.
func TestTransportsThatMisbehave(t *testing.T) {
	none := func(o *ClientOptions) { o.Retry.MaxRetries = -1 }
	_, err := newTestClient(t, play(func(*http.Request) (*http.Response, error) { return nil, nil }), none).Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "neither a response nor an error")

	closed := false
	both := func(req *http.Request) (*http.Response, error) {
		return &http.Response{Body: struct {
			io.Reader
			io.Closer
		}{strings.NewReader(""), closerFunc(func() error { closed = true; return nil })}}, errors.New("both")
	}
	_, err = newTestClient(t, play(both), none).Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrUnavailable)
	assert.True(t, closed)

	req := httptest.NewRequest(http.MethodPost, "https://contoso.example", nil)
	_, err = newGuard(nil, "api-key").Do(req)
	assert.ErrorContains(t, err, "none of this client's")
}
