package main

import (
	"context"
	"fmt"
	"io"
)

// runStreams reads streams of a kind to their end, one after the other.
func runStreams(kind string) func(*bench) (figure, error) {
	return func(b *bench) (figure, error) {
		script, err := streamScript(kind, b.size.chunks)
		if err != nil {
			return nil, err
		}
		want := script.wanted(1)
		script = nil // it may be large, and is the server's
		p := shortPrompt(b.size)
		p.model = model(kind, b.size.chunks)
		p.assemble = kind == modelTool
		read := func(look bool) error {
			got, err := b.read(p, look)
			if err != nil {
				return err
			}
			return b.check(got, want, look)
		}
		if err := read(true); err != nil { // and so it is warm
			return nil, err
		}
		units := b.size.calls
		if b.unit == "chunk" {
			units *= want.Chunks
		}
		f, err := b.measure(units, func() error {
			for range b.size.calls {
				if err := read(false); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil && kind == modelTool {
			f[allocsAFragment] = f[allocs] / float64(b.size.chunks)
		}
		return f, err
	}
}

// read reads a stream to its end. With look, the texts themselves are summed up.
func (b *bench) read(p prompt, look bool) (tally, error) {
	s, err := b.client.stream(b.ctx, p)
	if err != nil {
		return tally{}, err
	}
	defer s.close()
	var t tally
	for {
		c, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return t, fmt.Errorf("after %d chunks: %w", t.Chunks, err)
		}
		t.count(c, look)
	}
	if p.assemble {
		if whole := s.message(); len(whole.calls) == 1 {
			t.Call = whole.calls[0]
		}
	}
	return t, nil
}

func (t *tally) count(c chunk, look bool) {
	t.Chunks++
	t.Text += len(c.text)
	t.Thinking += len(c.thinking)
	t.Filters += c.filters
	if c.usage != (usage{}) {
		t.Usage = c.usage
	}
	if look {
		t.Sum += said(c.text, c.thinking).Sum
	}
}

// check compares what a contender made of a stream with what it had to.
func (b *bench) check(got, want tally, looked bool) error {
	if b.contender.raw {
		got, want = tally{Chunks: got.Chunks}, tally{Chunks: want.Chunks}
	}
	if b.contender.noFilters != "" {
		want.Filters = 0
	}
	if !looked {
		want.Sum = 0
	}
	if got != want {
		return fmt.Errorf("WRONG RESULT: the stream came to %+v, not to %+v", got, want)
	}
	return nil
}

// calls does so many calls in so many goroutines and gives the first error.
func (b *bench) calls(count, parallel int, call func(context.Context) error) error {
	if parallel <= 1 {
		for range count {
			if err := call(b.ctx); err != nil {
				return err
			}
		}
		return nil
	}
	ctx, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	done := make(chan struct{})
	for n := range parallel {
		go func() {
			defer func() { done <- struct{}{} }()
			for range count*(n+1)/parallel - count*n/parallel {
				if ctx.Err() != nil {
					return
				}
				if err := call(ctx); err != nil {
					cancel(err)
				}
			}
		}()
	}
	for range parallel {
		<-done
	}
	return context.Cause(ctx)
}
