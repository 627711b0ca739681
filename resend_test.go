package azmistral

import (
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dyingConn fails its writes from some moment on.
type dyingConn struct {
	net.Conn
	dead *atomic.Bool
}

func (c dyingConn) Write(p []byte) (int, error) {
	if c.dead.Load() {
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	return c.Conn.Write(p)
}

// A kept connection turns out to be dead, net/http goes on to a new one by itself,
// and that can't be had: nothing was delivered, whatever was told of the first.
func TestDialAfterDeadConnection(t *testing.T) {
	for name, text := range map[string]string{"small": "hello", "large": strings.Repeat("hello ", 2000)} {
		t.Run(name, func(t *testing.T) {
			var dials atomic.Int32
			var dead atomic.Bool
			transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				n := dials.Add(1)
				if n == 2 {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
				}
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				if err == nil && n == 1 {
					conn = dyingConn{conn, &dead}
				}
				return conn, err
			}}
			defer transport.CloseIdleConnections()
			c := newLoopbackClient(t, loopback(t, nil, cannedJSON(testAnswer)), func(o *ClientOptions) {
				o.Transport, o.Retry = &http.Client{Transport: transport}, policy.RetryOptions{RetryDelay: -1}
			})
			_, err := c.Chat(t.Context(), hello, nil)
			require.NoError(t, err)
			dead.Store(true)
			answer, err := c.Chat(t.Context(), ChatRequest{Messages: []Message{User(text)}}, nil)
			require.NoError(t, err)
			assert.Equal(t, 2, answer.Info.Attempts)
		})
	}
}

// On HTTP/2 without TLS any write of the connection may fail, also one that is none
// of the request's: what was delivered is not sent again.
func TestDeliveredOverPlainHTTP2(t *testing.T) {
	var calls, dials atomic.Int32
	var dead atomic.Bool
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if calls.Add(1) == 1 {
			dead.Store(true)
			time.Sleep(500 * time.Millisecond) // a ping comes, and its answer cannot be written
		}
		_, _ = io.WriteString(w, testAnswer)
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Config.HTTP2 = &http.HTTP2Config{SendPingTimeout: 50 * time.Millisecond}
	server.Start()
	defer server.Close()
	transport := &http.Transport{Protocols: server.Config.Protocols, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if dials.Add(1) == 1 && err == nil {
			conn = dyingConn{conn, &dead}
		}
		return conn, err
	}}
	defer transport.CloseIdleConnections()
	c := newLoopbackClient(t, strings.TrimPrefix(server.URL, "http://"), func(o *ClientOptions) {
		o.Transport, o.Retry = &http.Client{Transport: transport}, policy.RetryOptions{RetryDelay: -1}
	})
	_, err := c.Chat(t.Context(), hello, nil)
	require.Error(t, err)
	assert.EqualValues(t, 1, calls.Load())
	assert.Contains(t, err.Error(), "delivered")
}

// slowBody gives each of its pieces after a wait, and then the end.
type slowBody struct {
	ctx    context.Context
	pieces []string
	waits  []time.Duration
}

func (b *slowBody) Read(p []byte) (int, error) {
	select {
	case <-time.After(b.waits[0]):
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	}
	b.waits = b.waits[1:]
	if len(b.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.pieces[0])
	b.pieces = b.pieces[1:]
	return n, nil
}

func (b *slowBody) Close() error { return nil }

// The end of a body that is there whole has the idle deadline to itself.
func TestIdleBeforeEndOfAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(testAnswer)), Request: req,
				Body: &slowBody{req.Context(), []string{testAnswer}, []time.Duration{700 * time.Millisecond, 600 * time.Millisecond}}}, nil
		})
		c := newTestClient(t, s, func(o *ClientOptions) { o.IdleTimeout = time.Second })
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
	})
}

// A length that is promised is not taken at its word.
func TestPromisedLength(t *testing.T) {
	inner := reply(200, testAnswer)
	s := play(func(req *http.Request) (*http.Response, error) {
		resp, err := inner(req)
		resp.ContentLength = 1 << 62
		return resp, err
	})
	_, err := newTestClient(t, s, func(o *ClientOptions) { o.MaxResponseBytes = math.MaxInt64 }).Chat(t.Context(), hello, nil)
	require.NoError(t, err)
}

// What a caller's policy writes into a header's values is of that request only.
func TestHeaderValuesAreTheCallsOwn(t *testing.T) {
	s := play(reply(200, testAnswer))
	spoil := policyFunc(func(req *policy.Request) (*http.Response, error) {
		if s.sends() == 0 {
			for _, values := range req.Raw().Header {
				values[0] = "changed"
			}
		}
		return req.Next()
	})
	c := newTestClient(t, s, func(o *ClientOptions) { o.PerCallPolicies = []policy.Policy{spoil} })
	for range 2 {
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
	}
	for _, name := range []string{"User-Agent", "Accept", "Content-Type"} {
		assert.Equal(t, "changed", s.requests[0].Header.Get(name))
		assert.NotEqual(t, "changed", s.requests[1].Header.Get(name))
	}
}
