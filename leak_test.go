package azmistral

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A thousand streams abandoned in every state leave no goroutine and no connection
// behind, over real sockets.
func TestAbandonedStreamsLeaveNothing(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(text), "silent"):
			select {
			case <-r.Context().Done():
			case <-release:
			}
			return
		case strings.Contains(string(text), "refuse"):
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, roleEvent+textEvent+textEvent)
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	var connections atomic.Int32
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			connections.Add(1)
		case http.StateClosed:
			connections.Add(-1)
		}
	}
	server.Start()
	defer server.Close()
	defer close(release)
	type unreachable struct{}
	dialer := &net.Dialer{}
	transport := &http.Transport{MaxIdleConnsPerHost: 8, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if ctx.Value(unreachable{}) != nil {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return dialer.DialContext(ctx, network, address)
	}}
	o := &ClientOptions{Model: "m"}
	o.InsecureAllowCredentialWithHTTP = true
	o.Transport = &http.Client{Transport: transport}
	c, err := NewClientWithKeyCredential(server.URL+"/v1", azcore.NewKeyCredential(testKey), o)
	require.NoError(t, err)
	ask := func(text string) ChatRequest { return ChatRequest{Messages: []Message{User(text)}} }

	ways := map[string]func(ctx context.Context, cancel context.CancelFunc){
		"never ranged, closed": func(ctx context.Context, _ context.CancelFunc) {
			if s, err := c.ChatStream(ctx, ask("hi"), nil); err == nil {
				_ = s.Close()
			}
		},
		"half read": func(ctx context.Context, _ context.CancelFunc) {
			if s, err := c.ChatStream(ctx, ask("hi"), nil); err == nil {
				for range s.All() {
					break
				}
			}
		},
		"closed from another goroutine": func(ctx context.Context, _ context.CancelFunc) {
			if s, err := c.ChatStream(ctx, ask("hi"), nil); err == nil {
				time.AfterFunc(5*time.Millisecond, func() { _ = s.Close() })
				_, _ = drain(s)
			}
		},
		"context cancelled": func(ctx context.Context, cancel context.CancelFunc) {
			if s, err := c.ChatStream(ctx, ask("hi"), nil); err == nil {
				time.AfterFunc(5*time.Millisecond, cancel)
				_, _ = drain(s)
			}
		},
		"context cancelled, never read": func(ctx context.Context, cancel context.CancelFunc) {
			_, _ = c.ChatStream(ctx, ask("hi"), nil)
			cancel()
		},
		"panic in the loop": func(ctx context.Context, _ context.CancelFunc) {
			defer func() { _ = recover() }()
			if s, err := c.ChatStream(ctx, ask("hi"), nil); err == nil {
				for range s.Text() {
					panic("the caller's")
				}
			}
		},
		"during connect": func(ctx context.Context, cancel context.CancelFunc) {
			time.AfterFunc(5*time.Millisecond, cancel)
			if s, err := c.ChatStream(context.WithValue(ctx, unreachable{}, true), ask("hi"), nil); err == nil {
				_ = s.Close() // net/http gave it a connection that another call had asked for
			}
		},
		"before the headers": func(ctx context.Context, cancel context.CancelFunc) {
			time.AfterFunc(5*time.Millisecond, cancel)
			_, _ = c.ChatStream(ctx, ask("silent"), nil)
		},
		"while waiting to send again": func(ctx context.Context, cancel context.CancelFunc) {
			time.AfterFunc(20*time.Millisecond, cancel)
			_, _ = c.ChatStream(ctx, ask("refuse"), nil)
		},
	}
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for _, way := range ways {
		for range 112 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				way(ctx, cancel)
			})
		}
	}
	wg.Wait()
	transport.CloseIdleConnections()
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 10*time.Second, 20*time.Millisecond,
		"goroutines before %d", before)
	assert.Eventually(t, func() bool { return connections.Load() == 0 }, 10*time.Second, 20*time.Millisecond, "connections left: %d", connections.Load())
	if n := runtime.NumGoroutine(); n > before+2 {
		stacks := make([]byte, 1<<20)
		t.Logf("%d goroutines:\n%s", n, stacks[:runtime.Stack(stacks, true)])
	}
}
