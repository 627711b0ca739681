package azmistraltest

import (
	"net"
	"net/http"
	"strconv"
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
}

// step is one write. In a stream each step is one event, until a fault says else.
type step struct {
	data  []byte
	pause time.Duration // before it
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
	header := w.Header()
	for name, values := range o.header {
		header[name] = values
	}
	if !o.stream && o.end == endClean && !o.hold && header.Get("Content-Length") == "" && o.status != http.StatusNoContent {
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
	if o.stream || o.hold || o.end != endClean {
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
		if o.stream || o.hold || o.end != endClean {
			if control.Flush() != nil {
				return
			}
		}
	}
	o.finish(w, r)
}

func (o *output) finish(w http.ResponseWriter, r *http.Request) {
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
