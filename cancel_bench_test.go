package azmistral

import (
	"context"
	"errors"
	"testing"
	"time"
)

// BenchmarkCancel tells how long a call takes to return once its context is
// cancelled, over real sockets, at moments spread over its wait: the longest of
// all, in milliseconds.
func BenchmarkCancel(b *testing.B) {
	hold := make(chan struct{})
	defer close(hold)
	wait := func() { <-hold }
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
	chat := func(c *Client, ctx context.Context) error {
		_, err := c.Chat(ctx, hello, nil)
		return err
	}
	stream := func(c *Client, ctx context.Context) error {
		s, err := c.ChatStream(ctx, hello, nil)
		if err == nil {
			_, err = s.Collect()
		}
		return err
	}
	for _, bm := range []struct {
		name   string
		call   func(*Client, context.Context) error
		pieces []string
	}{
		{"headers", chat, []string{"", head}},
		{"body", chat, []string{head + testAnswer[:50], testAnswer[50:]}},
		{"backoff", chat, []string{"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 2\r\n\r\n{}"}},
		{"stream/headers", stream, []string{"", cannedEvents}},
		{"stream/first-event", stream, []string{cannedEvents, cannedEnd}},
		{"stream/next", stream, []string{cannedEvents + cannedPiece(roleEvent+textEvent), cannedEnd}},
	} {
		b.Run(bm.name, func(b *testing.B) {
			c := newLoopbackClient(b, loopback(b, wait, bm.pieces...), nil)
			longest := time.Duration(0)
			moment := 0
			for b.Loop() {
				ctx, cancel := context.WithCancel(b.Context())
				cancelled := make(chan time.Time, 1)
				time.AfterFunc(time.Duration(moment%50)*200*time.Microsecond, func() {
					cancelled <- time.Now()
					cancel()
				})
				err := bm.call(c, ctx)
				returned := time.Now()
				if !errors.Is(err, context.Canceled) {
					b.Fatal(err)
				}
				longest = max(longest, returned.Sub(<-cancelled))
				moment++
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "max-ms")
		})
	}
}
