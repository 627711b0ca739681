package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

const (
	first50     metric = "first50"     // microseconds from the call to the first chunk, median
	connections metric = "connections" // opened, a call
	wait50      metric = "wait50"      // milliseconds from the last chunk to the stream closed, median
)

// runShort makes short streamed calls one after the other, with a pause before each, so
// that the connection is idle when the call begins.
func runShort(kind string) func(*bench) (figure, error) {
	return func(b *bench) (figure, error) {
		const pause = time.Millisecond
		script, err := streamScript(kind, b.size.chunks)
		if err != nil {
			return nil, err
		}
		want := script.wanted(1)
		p := shortPrompt(b.size)
		p.model = model(kind, b.size.chunks)
		var firsts, waits []time.Duration
		one := func() error {
			time.Sleep(pause)
			first, wait, got, err := b.timed(p)
			if err != nil {
				return err
			}
			firsts, waits = append(firsts, first), append(waits, wait)
			return b.check(got, want, false)
		}
		for range 10 { // so it is warm
			if err := one(); err != nil {
				return nil, err
			}
		}
		firsts, waits = make([]time.Duration, 0, b.size.calls), make([]time.Duration, 0, b.size.calls)
		opened, err := b.connections()
		if err != nil {
			return nil, err
		}
		f, err := b.measure(b.size.calls, func() error {
			for range b.size.calls {
				if err := one(); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		now, err := b.connections()
		if err != nil {
			return nil, err
		}
		// The question itself took one.
		f[connections] = float64(now-opened-1) / float64(b.size.calls)
		f[first50] = float64(middleOf(firsts).Nanoseconds()) / 1000
		f[wait50] = middleOf(waits).Seconds() * 1000
		return f, nil
	}
}

// timed reads a stream: the time to its first chunk, and from its last to when the
// caller is done with it.
func (b *bench) timed(p prompt) (first, wait time.Duration, t tally, err error) {
	start := time.Now()
	s, err := b.client.stream(b.ctx, p)
	if err != nil {
		return 0, 0, t, err
	}
	var last time.Time
	for {
		c, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			s.close()
			return 0, 0, t, fmt.Errorf("after %d chunks: %w", t.Chunks, err)
		}
		if last = time.Now(); t.Chunks == 0 {
			first = last.Sub(start)
		}
		t.count(c, false)
	}
	s.close()
	return first, time.Since(last), t, nil
}

func middleOf(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func (b *bench) connections() (int, error) {
	text, err := b.control(pathConnections)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(text)
}
