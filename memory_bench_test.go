package azmistral

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// BenchmarkOpenStreams tells what a stream holds that is open and waits: bytes
// and goroutines, the canned server's among them, for both. "nethttp" is a
// response of net/http alone with a buffer of 4 KB.
func BenchmarkOpenStreams(b *testing.B) {
	const streams = 1000
	hold := make(chan struct{})
	defer close(hold)
	address := loopback(b, func() { <-hold }, cannedEvents+cannedPiece(roleEvent+textEvent), cannedEnd)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	c := newLoopbackClient(b, address, func(o *ClientOptions) { o.Transport = &http.Client{Transport: transport} })
	for name, open := range map[string]func(b *testing.B) any{
		"nethttp": func(b *testing.B) any {
			req, _ := http.NewRequestWithContext(b.Context(), "POST", "http://"+address+"/", strings.NewReader(string(plainRequest())))
			resp, err := transport.RoundTrip(req)
			if err != nil {
				b.Fatal(err)
			}
			buffer := make([]byte, 4<<10)
			if _, err := resp.Body.Read(buffer); err != nil {
				b.Fatal(err)
			}
			return []any{resp, buffer}
		},
		"azmistral": func(b *testing.B) any {
			s, err := c.ChatStream(b.Context(), hello, nil)
			if err != nil {
				b.Fatal(err)
			}
			for range 2 {
				if _, err := s.Next(); err != nil {
					b.Fatal(err)
				}
			}
			return s
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before, goroutines := liveBytes(), runtime.NumGoroutine()
				opened := make([]any, streams)
				for i := range opened {
					opened[i] = open(b)
				}
				time.Sleep(100 * time.Millisecond)
				b.ReportMetric((liveBytes()-before)/streams, "B/stream")
				b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/streams, "goroutines/stream")
				runtime.KeepAlive(opened)
			}
		})
	}
}

// liveBytes is what lives on the heap and on stacks.
func liveBytes() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}
