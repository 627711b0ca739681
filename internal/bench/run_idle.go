package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"syscall"
)

const peak metric = "peak" // bytes of heap beyond what was there before, garbage too, at most

// runLong reads one long stream. Held is what is live when the last chunk has come,
// beyond the text put together until then.
func runLong(b *bench) (figure, error) {
	script, err := streamScript(modelPlain, b.size.chunks)
	if err != nil {
		return nil, err
	}
	want := script.wanted(b.size.repeats)
	script = nil
	if err := b.warmUp(); err != nil {
		return nil, err
	}
	p := shortPrompt(b.size)
	p.model = model(modelPlain, b.size.chunks, b.size.repeats)
	before := live()
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	heapBefore := heap[0].Value.Uint64()

	s, err := b.client.stream(b.ctx, p)
	if err != nil {
		return nil, err
	}
	defer s.close()
	var t tally
	var text strings.Builder // for clients that leave it to their caller
	var most uint64
	for {
		c, err := s.next()
		if err == io.EOF {
			return nil, fmt.Errorf("WRONG RESULT: the stream ended after %d chunks", t.Chunks)
		}
		if err != nil {
			return nil, fmt.Errorf("after %d chunks: %w", t.Chunks, err)
		}
		t.count(c, false)
		if !b.contender.folds {
			text.WriteString(c.text)
		}
		if t.Chunks%500 == 0 {
			metrics.Read(heap)
			most = max(most, heap[0].Value.Uint64())
		}
		if t.Chunks == want.Chunks {
			break
		}
	}
	f := figure{held: float64(live() - before - int64(t.Text)), peak: float64(int64(most) - int64(heapBefore))}
	runtime.KeepAlive(&text)
	if _, err := s.next(); err != io.EOF {
		return nil, fmt.Errorf("WRONG RESULT: no end after the last chunk, but %v", err)
	}
	return f, b.check(t, want, false)
}

// runIdle opens many streams, takes what comes first, and looks at what they hold.
func runIdle(b *bench) (figure, error) {
	const contents = 1
	if err := enoughFiles(b.size.parallel + 100); err != nil {
		return nil, err
	}
	if err := b.warmUp(); err != nil {
		return nil, err
	}
	script, err := streamScript(modelIdle, contents)
	if err != nil {
		return nil, err
	}
	want := script.wanted(1)
	p := shortPrompt(b.size)
	p.model = model(modelIdle, contents)
	streams := make([]stream, b.size.parallel)
	before, beforeGoroutines := live(), runtime.NumGoroutine()

	const openers = 32
	begin := script.head.want.Chunks + script.middle.want.Chunks
	failed := newFailure()
	var group sync.WaitGroup
	for o := range openers {
		group.Go(func() {
			for n := o; n < len(streams) && failed.get() == nil; n += openers {
				s, err := b.client.stream(b.ctx, p)
				for k := 0; err == nil && k < begin; k++ {
					_, err = s.next()
				}
				streams[n] = s
				failed.set(err)
			}
		})
	}
	group.Wait()
	if err := failed.get(); err != nil {
		return nil, err
	}
	f := figure{
		held:       float64(live()-before) / float64(len(streams)),
		goroutines: float64(runtime.NumGoroutine()-beforeGoroutines) / float64(len(streams)),
	}
	if err := b.release(); err != nil {
		return nil, err
	}
	for _, s := range streams {
		t := tally{Chunks: begin}
		for {
			if _, err := s.next(); err == io.EOF {
				break
			} else if err != nil {
				return nil, err
			}
			t.Chunks++
		}
		s.close()
		if t.Chunks != want.Chunks {
			return nil, fmt.Errorf("WRONG RESULT: a stream came to %d chunks, not %d", t.Chunks, want.Chunks)
		}
	}
	return f, nil
}

// enoughFiles looks whether the process may have so many files open. Go has raised
// the soft limit to the hard one already.
func enoughFiles(n int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Cur < uint64(n) {
		return fmt.Errorf("%d open files are needed, and the limit is %d (ulimit -n)", n, limit.Cur)
	}
	return nil
}
