package azmistraltest

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// output is what goes over the wire, step by step. Faults change it.
type output struct {
	status int
	header http.Header
	delay  time.Duration // before the headers
	stream bool
	steps  []step
	end    ending
	hold   bool // the connection stays open and silent before it ends
	flush  bool // after each step, as in a stream

	before  func(http.ResponseWriter)                // writes what comes before the status
	after   func(http.ResponseWriter)                // what comes after the body
	instead func(http.ResponseWriter, *http.Request) // does everything by itself
}

// step is one write. In a stream each step is one event, until a fault says else.
type step struct {
	data  []byte
	pause time.Duration         // before it
	fill  func(io.Writer) error // writes what is too large for data
}

type ending uint8

const (
	endClean ending = iota
	endAbort        // the connection is closed in the middle of the chunked body
	endReset        // the same, with a TCP reset where there is TCP
)

// play writes an output. It comes back early when the client leaves.
func (o *output) play(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if wait(ctx, o.delay) != nil {
		return
	}
	if o.instead != nil {
		o.instead(w, r)
		return
	}
	if o.before != nil {
		o.before(w)
	}
	header := w.Header()
	for name, values := range o.header {
		header[name] = values
	}
	if !o.stream && !o.filled() && o.end == endClean && !o.hold && o.after == nil && header.Get("Content-Length") == "" && o.status != http.StatusNoContent {
		length := 0
		for _, s := range o.steps {
			length += len(s.data)
		}
		header.Set("Content-Length", strconv.Itoa(length))
	}
	if o.status == 0 { // nothing at all, not even a status
		o.finish(w, r)
		return
	}
	w.WriteHeader(o.status)
	control := http.NewResponseController(w)
	if o.flush || o.stream || o.hold || o.end != endClean {
		if control.Flush() != nil {
			return
		}
	}
	for _, s := range o.steps {
		if s.pause > 0 && wait(ctx, s.pause) != nil {
			return
		}
		if _, err := w.Write(s.data); err != nil {
			return
		}
		if s.fill != nil && s.fill(w) != nil {
			return
		}
		if o.flush || o.stream || o.hold || o.end != endClean {
			if control.Flush() != nil {
				return
			}
		}
	}
	o.finish(w, r)
}

// filled says whether the length of the body is not known.
func (o *output) filled() bool {
	return slices.ContainsFunc(o.steps, func(s step) bool { return s.fill != nil })
}

// echo repeats the request's credential and its last text.
func (o *output) echo(r *Request) {
	prompt := quoted(r.Last().Text)
	fill := strings.NewReplacer("{{key}}", credentialOf(r), "{{prompt}}", prompt[1:len(prompt)-1]).Replace
	for i := range o.steps {
		o.steps[i].data = []byte(fill(string(o.steps[i].data)))
	}
	for _, values := range o.header {
		for i := range values {
			values[i] = fill(values[i])
		}
	}
}

func (o *output) finish(w http.ResponseWriter, r *http.Request) {
	if o.after != nil {
		o.after(w)
	}
	if o.hold {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // nobody is there for a clean end
	}
	switch o.end {
	case endAbort:
		panic(http.ErrAbortHandler)
	case endReset:
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		conn.Close()
	}
}
