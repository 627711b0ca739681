package azmistral

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Events that came with others cost no look at the clock: only a read does. Here
// nobody can look.
func TestBufferedEventsLeaveTheClockAlone(t *testing.T) {
	s, err := newTestClient(t, play(events(wholeStream)), nil).ChatStream(t.Context(), hello, nil)
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Next()
	require.NoError(t, err)

	clock := &s.source.(*wireSource).call.clock
	assert.True(t, clock.deadline.IsZero(), "no deadline runs while the caller is busy")
	clock.mu.Lock()
	read := make(chan error)
	go func() {
		_, _ = s.Next()
		_, err := s.Next()
		read <- err
	}()
	select {
	case err := <-read:
		assert.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Error("Next waits for the clock")
	}
	clock.mu.Unlock()
	_, err = s.Next()
	assert.Equal(t, io.EOF, err)
}

// instantEvents is a stream of n chunks that comes in one go.
func instantEvents(n int) *instant {
	return newInstant("text/event-stream", roleEvent+strings.Repeat(textEvent, n)+finishEvent+doneEvent)
}

// BenchmarkStreamNext is what a chunk costs that has come already, decoding
// included.
func BenchmarkStreamNext(b *testing.B) {
	const chunks = 1000
	c := newInstantClient(b, instantEvents(chunks))
	b.ReportAllocs()
	for b.Loop() {
		s, err := c.ChatStream(b.Context(), hello, nil)
		if err != nil {
			b.Fatal(err)
		}
		for range chunks {
			if _, err := s.Next(); err != nil {
				b.Fatal(err)
			}
		}
		_ = s.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/chunks, "ns/chunk")
}

// BenchmarkStreamOpen is what a stream costs beside its chunks.
func BenchmarkStreamOpen(b *testing.B) {
	c := newInstantClient(b, newInstant("text/event-stream", roleEvent))
	b.ReportAllocs()
	for b.Loop() {
		s, err := c.ChatStream(b.Context(), hello, nil)
		if err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}

// W7end over sockets: the end of the body comes 2 ms after the end mark, and yet
// the connections are used again. A call that starts within these takes another.
func TestEndOfStreamOverSockets(t *testing.T) {
	const calls = 100
	address, connections := countedLoopback(t, func() { time.Sleep(2 * time.Millisecond) }, cannedEvents+cannedPiece(wholeStream), cannedEnd)
	transport := &http.Transport{MaxIdleConnsPerHost: calls}
	c := newLoopbackClient(t, address, func(o *ClientOptions) { o.Transport = &http.Client{Transport: transport} })
	before := runtime.NumGoroutine()
	for range calls {
		s, err := c.ChatStream(t.Context(), hello, nil)
		require.NoError(t, err)
		r, err := s.Collect()
		require.NoError(t, err)
		require.Equal(t, "Paris.", r.Text())
	}
	t.Logf("%d connections for %d calls", connections.Load(), calls)
	assert.Less(t, connections.Load(), int32(calls/2))
	assert.Eventually(t, func() bool {
		transport.CloseIdleConnections()
		return runtime.NumGoroutine() <= before+2
	}, 10*time.Second, 10*time.Millisecond, "something is left")
}

// An open stream does not hold the request's text: prompts are long, streams last.
func TestOpenStreamHoldsNoPrompt(t *testing.T) {
	const streams, prompt = 20, 1 << 20
	hold := make(chan struct{})
	defer close(hold)
	address := loopback(t, func() { <-hold }, cannedEvents+cannedPiece(roleEvent), cannedEnd)
	c := newLoopbackClient(t, address, func(o *ClientOptions) { o.Transport = &http.Client{Transport: &http.Transport{}} })
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	open := make([]*ChatStream, streams)
	for i := range open {
		s, err := c.ChatStream(t.Context(), ChatRequest{Messages: []Message{User(strings.Repeat("\t", prompt/2)), User(strings.Repeat("long ", prompt/10))}}, nil)
		require.NoError(t, err)
		_, err = s.Next()
		require.NoError(t, err)
		open[i] = s
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(streams*prompt/2), "bytes held by %d streams", streams)
	for _, s := range open {
		_ = s.Close()
	}
}
