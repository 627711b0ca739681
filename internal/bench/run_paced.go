package main

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	late50     metric = "late50"     // milliseconds from when a chunk was due to when the caller had it, median
	late99     metric = "late99"     // the same, the 99th percentile
	held       metric = "held"       // live bytes a stream
	goroutines metric = "goroutines" // a stream
)

// runPaced reads many streams at once, each with a content at its time. CPU is counted
// from the first content's time until the last has come.
func runPaced(b *bench) (figure, error) {
	streams, contents := b.size.parallel, b.size.chunks
	script, err := streamScript(modelPaced, contents)
	if err != nil {
		return nil, err
	}
	want := script.wanted(1)
	if err := b.warmUp(); err != nil {
		return nil, err
	}
	lateness := make([]int32, streams*contents) // microseconds
	before, beforeGoroutines := live(), runtime.NumGoroutine()

	var group sync.WaitGroup
	var begin time.Time
	begun := make(chan struct{}) // begin is set
	opened, all := newCountdown(streams), newCountdown(streams*contents)
	failed := newFailure()
	for n := range streams {
		// Streams do not have their turn at the same moment.
		offset := b.size.every * time.Duration(n) / time.Duration(streams)
		group.Go(func() {
			p := shortPrompt(b.size)
			p.model = model(modelPaced, contents, int(b.size.every), int(offset))
			failed.set(b.readPaced(p, want, lateness[n*contents:][:contents], opened, all, func() time.Time {
				<-begun
				return begin.Add(offset)
			}))
		})
	}
	if err := failed.or(opened); err != nil {
		return nil, err
	}
	begin = time.Unix(0, time.Now().Add(100*time.Millisecond).UnixNano()) // the wall's clock, as the server's
	close(begun)
	if _, err := b.control(pathStart + strconv.FormatInt(begin.UnixNano(), 10)); err != nil {
		return nil, err
	}
	time.Sleep(time.Until(begin))
	stop, err := b.profile.start()
	if err != nil {
		return nil, err
	}
	spent := cpuTime(syscall.RUSAGE_SELF)
	if err := failed.or(all); err != nil {
		return nil, err
	}
	spent = cpuTime(syscall.RUSAGE_SELF) - spent
	stop()
	f := figure{
		cpu:        float64(spent.Nanoseconds()) / 1000 / float64(len(lateness)),
		held:       float64(live()-before) / float64(streams),
		goroutines: float64(runtime.NumGoroutine()-beforeGoroutines) / float64(streams),
	}
	if err := b.release(); err != nil {
		return nil, err
	}
	group.Wait()
	slices.Sort(lateness)
	f[late50] = float64(lateness[len(lateness)/2]) / 1000
	f[late99] = float64(lateness[len(lateness)*99/100]) / 1000
	return f, failed.get()
}

// readPaced reads one stream and notes how late each content came. first tells, once
// the stream is open, when the first is due.
func (b *bench) readPaced(p prompt, want tally, lateness []int32, opened, all *countdown, first func() time.Time) error {
	s, err := b.client.stream(b.ctx, p)
	if err != nil {
		return err
	}
	defer s.close()
	var t tally
	var due time.Time
	for n := 0; ; n++ {
		c, err := s.next()
		if err == io.EOF {
			return b.check(t, want, false)
		}
		if err != nil {
			return fmt.Errorf("after %d chunks: %w", t.Chunks, err)
		}
		t.count(c, false)
		switch {
		case n == 0: // the head
			opened.one()
			due = first()
		case n <= len(lateness):
			lateness[n-1] = int32(min(time.Since(due).Microseconds(), 1<<31-1))
			due = due.Add(b.size.every)
			all.one()
		}
	}
}

// warmUp reads one short stream.
func (b *bench) warmUp() error {
	script, err := streamScript(modelPlain, 50)
	if err != nil {
		return err
	}
	p := shortPrompt(b.size)
	p.model = model(modelPlain, 50)
	got, err := b.read(p, true)
	if err != nil {
		return err
	}
	return b.check(got, script.wanted(1), true)
}

// release lets streams of the server end that wait.
func (b *bench) release() error { _, err := b.control(pathRelease); return err }

// control asks the server for something beside its service, over a connection that
// no contender has.
func (b *bench) control(path string) (string, error) {
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport}).Get(b.server + path)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// countdown is done when so many things have happened.
type countdown struct {
	left atomic.Int64
	done chan struct{}
}

func newCountdown(n int) *countdown {
	c := &countdown{done: make(chan struct{})}
	c.left.Store(int64(n))
	return c
}

func (c *countdown) one() {
	if c.left.Add(-1) == 0 {
		close(c.done)
	}
}

// failure is the first error of many goroutines.
type failure struct {
	once sync.Once
	err  error
	some chan struct{}
}

func newFailure() *failure { return &failure{some: make(chan struct{})} }

func (f *failure) set(err error) {
	if err != nil {
		f.once.Do(func() { f.err = err; close(f.some) })
	}
}

// or waits for a countdown, or for an error.
func (f *failure) or(c *countdown) error {
	select {
	case <-c.done:
		return nil
	case <-f.some:
		return f.err
	}
}

func (f *failure) get() error {
	select {
	case <-f.some:
		return f.err
	default:
		return nil
	}
}
