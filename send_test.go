package azmistral

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writeCounter counts the writes to the connections that it dials.
type writeCounter struct{ writes atomic.Int32 }

func (w *writeCounter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	return &countedConn{conn, w}, err
}

type countedConn struct {
	net.Conn
	counter *writeCounter
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.counter.writes.Add(1)
	return c.Conn.Write(p)
}

// A small request goes out in one write, headers and body: a packet, and a system
// call, less for each call.
func TestSmallRequestIsOneWrite(t *testing.T) {
	var counter writeCounter
	transport := &http.Transport{DialContext: counter.dial}
	defer transport.CloseIdleConnections()
	c := newLoopbackClient(t, loopback(t, nil, cannedJSON(testAnswer)), func(o *ClientOptions) { o.Transport = &http.Client{Transport: transport} })
	for n := range int32(3) {
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		assert.Equal(t, n+1, counter.writes.Load())
	}
	large := ChatRequest{Messages: []Message{User(strings.Repeat("very ", 4000))}}
	_, err := c.Chat(t.Context(), large, nil)
	require.NoError(t, err)
}

// A body that is in memory tells nothing of how far it was read: it counts as sent
// from the headers on, unless writing it is known to have failed.
func TestDeliveredFromTheHeadersOn(t *testing.T) {
	broken := errors.New("connection reset by peer")
	for name, c := range map[string]struct {
		tell      func(*httptrace.ClientTrace)
		delivered bool
	}{
		"before the headers": {func(*httptrace.ClientTrace) {}, false},
		"after the headers":  {func(trace *httptrace.ClientTrace) { trace.WroteHeaders() }, true},
		"writing failed": {func(trace *httptrace.ClientTrace) {
			trace.WroteHeaders()
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: broken})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(func(req *http.Request) (*http.Response, error) {
				trace := httptrace.ContextClientTrace(req.Context())
				trace.GetConn("contoso")
				trace.GotConn(httptrace.GotConnInfo{})
				c.tell(trace)
				return nil, broken
			})
			_, err := newTestClient(t, s, func(o *ClientOptions) { o.Retry = policy.RetryOptions{MaxRetries: 1, RetryDelay: -1} }).Chat(t.Context(), hello, nil)
			var e *Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.delivered, e.Delivered)
			assert.Equal(t, map[bool]int{true: 1, false: 2}[c.delivered], s.sends())
		})
	}
}

// A fresh connection whose one write fails did not deliver the request, whatever
// net/http has said of it before: it is sent again.
func TestFailedWriteIsNotDelivered(t *testing.T) {
	var dials atomic.Int32
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if dials.Add(1) == 1 && err == nil {
			conn = brokenConn{conn}
		}
		return conn, err
	}}
	defer transport.CloseIdleConnections()
	c := newLoopbackClient(t, loopback(t, nil, cannedJSON(testAnswer)), func(o *ClientOptions) {
		o.Transport, o.Retry = &http.Client{Transport: transport}, policy.RetryOptions{RetryDelay: -1}
	})
	answer, err := c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, 2, answer.Info.Attempts)
}

type brokenConn struct{ net.Conn }

func (brokenConn) Write([]byte) (int, error) {
	return 0, &net.OpError{Op: "write", Net: "tcp", Err: syscall.ECONNRESET}
}

// The trace of a send is not in the context that a credential is asked with: the
// way to the token is another request.
func TestTokenRequestIsNotTraced(t *testing.T) {
	traced := false
	credential := &fakeCredential{get: func(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
		traced = traced || httptrace.ContextClientTrace(ctx) != nil
		return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
	}}
	c := newTokenClient(t, testEndpoint, credential, play(reply(200, testAnswer)), nil)
	_, err := c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Len(t, credential.asked, 1)
	assert.False(t, traced)
}

// A header that a caller sets for one call replaces the key, and is the caller's: it
// is not checked as a key.
func TestHeaderInPlaceOfKey(t *testing.T) {
	s := play(reply(200, testAnswer))
	c := newTestClient(t, s, nil)
	ctx := policy.WithHTTPHeader(t.Context(), http.Header{"Api-Key": {"two words"}})
	_, err := c.Chat(ctx, hello, nil)
	require.NoError(t, err)
	assert.Equal(t, "two words", s.requests[0].Header.Get("Api-Key"))
}

// The user agent is the one of azcore's telemetry policy, with what its options say.
func TestUserAgent(t *testing.T) {
	for name, c := range map[string]struct {
		telemetry policy.TelemetryOptions
		want      string // a beginning
	}{
		"default":     {policy.TelemetryOptions{}, "azsdk-go-azmistral/" + moduleVersion + " (go"},
		"application": {policy.TelemetryOptions{ApplicationID: "my app"}, "my/app azsdk-go-azmistral/" + moduleVersion + " (go"},
		"disabled":    {policy.TelemetryOptions{Disabled: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(reply(200, testAnswer))
			_, err := newTestClient(t, s, func(o *ClientOptions) { o.Telemetry = c.telemetry }).Chat(t.Context(), hello, nil)
			require.NoError(t, err)
			got := s.requests[0].Header.Values("User-Agent")
			assert.Len(t, got, min(1, len(c.want)))
			assert.True(t, strings.HasPrefix(strings.Join(got, ""), c.want), "%q", got)
		})
	}
}

// A 401 is explained by the token that was sent, not by another one that a caller's
// gateway wants beside it.
func TestHintNamesTheTokenSent(t *testing.T) {
	c := newTokenClient(t, testEndpoint, &fakeCredential{}, play(reply(401, `{"error":{"code":"401","message":"Unauthorized"}}`)), nil)
	other := jwt(`{"aud":"https://gateway.example"}`)
	_, err := c.Chat(policy.WithHTTPHeader(t.Context(), http.Header{"Proxy-Authorization": {"Bearer " + other}, "Api-Key": {other}}), hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	assert.Contains(t, err.Error(), "audience https://cognitiveservices.azure.com")
	assert.NotContains(t, err.Error(), "gateway.example")
	assert.NotContains(t, err.Error(), other)
}
