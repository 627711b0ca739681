package azmistral

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// send is one sending of a call's request, down to the transport. Its context
// ends with the deadline of ours that passed, or when the answer was read.
type send struct {
	ctx    context.Context // carry
	carry  callContext
	cancel context.CancelCauseFunc
	began  time.Time

	reached atomic.Bool               // the transport was entered
	trace   atomic.Pointer[sendTrace] // a new one each time that the transport is entered
	first   sendTrace

	// raw is the request that azcore's retry loop was given; the loop leaves in it
	// the body that it sends.
	raw   *http.Request
	clean http.Request // without credentials; see isolate

	// Written by the guard before it returns, read after.
	credentials []string
	token       string    // what Authorization brought, without its scheme
	room        [1]string // for credentials
	bodyCut     error     // why the body of a refusal ended early
}

// newSend makes the next send, on a context that holds azcore's retry loop at one
// send, and starts its start deadline.
func (k *call) newSend(ctx context.Context, tryTimeout time.Duration) *send {
	s := k.useSend(ctx)
	k.attempts++
	k.judged, k.judgedOf, k.judgedBy = nil, nil, nil // a transport may give the same error again
	awaited := "response headers"
	limit, after := deadlineError{startTimeoutOption, k.start, awaited}, k.start
	if tryTimeout > 0 && (after <= 0 || tryTimeout < after) {
		limit, after = deadlineError{tryTimeoutOption, tryTimeout, awaited}, tryTimeout
	}
	k.clock.arm(after, limit, s.cancel)
	return s
}

// useSend makes a send, the call's last from now on, that is not counted. It ends
// the one before, which a caller's policy that sends twice left.
func (k *call) useSend(ctx context.Context) *send {
	s := &k.first
	if k.send != nil {
		k.send.cancel(context.Canceled)
		s = new(send)
	}
	s.began = time.Now()
	ctx, s.cancel = context.WithCancelCause(ctx)
	s.carry = callContext{ctx, k, s}
	s.ctx = &s.carry
	s.trace.Store(&s.first)
	s.credentials = s.room[:0]
	k.send = s
	return s
}

// enter notes that the transport is entered, and gives the trace for it. It may
// be entered again: azcore's bearer policy does so after a claims challenge.
func (s *send) enter() *sendTrace {
	if !s.reached.Swap(true) {
		return &s.first
	}
	t := new(sendTrace)
	s.trace.Store(t)
	return t
}

// delivered says whether the service may have the whole request, as far as can be
// known.
func (s *send) delivered(err error) bool {
	if !s.reached.Load() {
		return false
	}
	t := s.trace.Load()
	if !s.connected(err) {
		return false
	}
	// net/http may go on to a second connection after a failed write: one that was
	// whole counts. WroteRequest may fire after RoundTrip has returned: a body that
	// was read to its end counts as sent.
	begun := t.bodyRead.Load() || t.inMemory && t.wroteHeaders.Load()
	return t.untold() || !t.flushFailed(err) && (t.wrote.Load() || begun && !t.writeFailed.Load())
}

// flushFailed says that the one write of a request in memory failed: net/http calls
// WroteRequest for such before it writes.
func (t *sendTrace) flushFailed(err error) bool {
	if !t.inMemory || t.http2.Load() {
		return false
	}
	// net/http's error for it has no type that can be named. That a write failed is not
	// enough: on HTTP/2 without TLS it may be any write of the connection.
	for e := err; e != nil; e = errors.Unwrap(e) {
		if fmt.Sprintf("%T", e) == "http.nothingWrittenError" {
			return true
		}
	}
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "write" && strings.Contains(err.Error(), "HTTP/1.x transport connection broken")
}

// connected says whether a connection was had.
func (s *send) connected(err error) bool {
	t := s.trace.Load()
	if t.untold() {
		return !isDial(err)
	}
	return t.gotConn.Load()
}

// sendTrace is what httptrace tells of one entry into the transport, maybe late
// and from other goroutines.
type sendTrace struct {
	asked, gotConn, reused, http2 atomic.Bool
	wrote, writeFailed, firstByte atomic.Bool
	wroteHeaders, bodyRead        atomic.Bool
	goesOn                        bool         // a second GetConn means that net/http goes on to another connection, as nothing was written
	inMemory                      bool         // the body tells nothing of how far it was read
	body                          bytes.Reader // it, then

	hooks httptrace.ClientTrace
}

// untold says that the transport tells httptrace nothing.
func (t *sendTrace) untold() bool { return !t.asked.Load() && !t.gotConn.Load() }

// watch puts the trace into ctx.
func (t *sendTrace) watch(ctx context.Context) context.Context {
	t.hooks = httptrace.ClientTrace{
		GetConn: func(string) {
			if t.asked.Swap(true) && t.goesOn {
				t.gotConn.Store(false)
				t.wrote.Store(false)
				t.writeFailed.Store(false)
				t.wroteHeaders.Store(false)
				t.bodyRead.Store(false)
			}
		},
		GotConn: func(info httptrace.GotConnInfo) {
			t.reused.Store(info.Reused)
			if c, ok := info.Conn.(*tls.Conn); ok && c.ConnectionState().NegotiatedProtocol == "h2" {
				t.http2.Store(true)
			}
			t.gotConn.Store(true)
		},
		WroteHeaders: func() { t.wroteHeaders.Store(true) },
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err != nil {
				t.writeFailed.Store(true)
			} else {
				t.wrote.Store(true)
			}
		},
		GotFirstResponseByte: func() { t.firstByte.Store(true) },
	}
	return httptrace.WithClientTrace(ctx, &t.hooks)
}

// diedIdle says that a reused connection turned out to be dead before the first
// byte of a response: the server closed it while it lay idle. net/http's error for
// that has no type; on HTTP/2, where every later call is "reused", it proves
// nothing.
func (t *sendTrace) diedIdle(err error) bool {
	if !t.reused.Load() || t.firstByte.Load() || t.http2.Load() {
		return false
	}
	text := err.Error()
	if strings.Contains(text, "http2") || strings.Contains(text, "stream error") {
		return false
	}
	// Not io.ErrUnexpectedEOF: HTTP/2 without TLS, which is not told apart, ends so.
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, net.ErrClosed) || strings.Contains(text, "server closed idle connection") || strings.Contains(text, "closed network connection")
}

// callContext carries a call, and the send under way, to the policies and the
// guard below, and holds azcore's own retry loop at one send.
type callContext struct {
	context.Context
	call *call
	send *send
}

type callKey struct{}

// heldAtOne marks the retry options that hold azcore's loop, so that a call made
// with the context of another does not take them for its caller's.
const heldAtOne = math.MinInt32

var oneSend any = policy.RetryOptions{MaxRetries: heldAtOne, StatusCodes: []int{}}

func (c *callContext) Value(key any) any {
	switch {
	case key == callKey{}:
		return c
	case c.send != nil && key == retryOptionsKey:
		return oneSend
	}
	return c.Context.Value(key)
}

// sending gives the call and the send that a request belongs to; nil for a
// request that is none of ours.
func sending(ctx context.Context) (*call, *send) {
	if c, ok := ctx.Value(callKey{}).(*callContext); ok {
		return c.call, c.send
	}
	return nil, nil
}
