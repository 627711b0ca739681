package azmistral

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/azmistral/azmistral/internal/errbody"
)

const extraParametersHeader = "Extra-Parameters"

// call is the state of one call, from the check of its request to the end of its
// answer. The policies and the guard find it in the context of what is sent.
type call struct {
	client      *Client
	ctx         context.Context // the caller's, with the span
	stream      bool
	model       string
	body        *requestBody
	passThrough bool
	start, idle time.Duration // <= 0: no bound
	span        callSpan
	clock       clock

	attempts int   // sends so far
	send     *send // the last one; its context lives until the answer was read
	judged   *Error
	judgedOf *http.Response // what judged was said of: a response,
	judgedBy error          // or an error
}

// newCall checks req and makes everything that is made once for a call.
func (c *Client) newCall(ctx context.Context, req *ChatRequest, options *ChatOptions, stream bool) (*call, error) {
	if ctx == nil {
		return nil, invalidRequest("the context is nil")
	}
	k := &call{client: c, ctx: ctx, stream: stream, start: c.start, idle: c.idle, model: req.Model}
	if k.model == "" {
		k.model = c.model
	}
	if options != nil {
		if options.StartTimeout != 0 {
			k.start = options.StartTimeout
		}
		if options.IdleTimeout != 0 {
			k.idle = options.IdleTimeout
		}
	}
	if stream && c.transport.timeout > 0 {
		return nil, invalidRequest("the http.Client given as Transport has a Timeout of %v, which would cut streams that are healthy: "+
			"leave it 0, and set ClientOptions.StartTimeout, IdleTimeout or the context's deadline", c.transport.timeout)
	}
	if err := c.checkModel(k.model); err != nil {
		return nil, err
	}
	body, passThrough, err := encodeRequest(req, k.model, c.row, stream)
	if err != nil {
		return nil, invalidRequest("%v", err)
	}
	k.body, k.passThrough = newRequestBody(body), passThrough
	k.ctx, k.span = c.startSpan(ctx, k.model, req, stream)
	return k, nil
}

// open sends the request, again where the retry policy says so, and returns the
// response of an answer, its body unread.
func (k *call) open() (*http.Response, *Error) {
	req, err := runtime.NewRequest(withCall(k.ctx, k, nil), http.MethodPost, k.client.endpoint.URL)
	if err != nil {
		return nil, k.failure(err)
	}
	h := req.Raw().Header
	h["Accept"] = acceptJSON
	if k.stream {
		h["Accept"] = acceptEvents
	}
	if k.passThrough {
		h[extraParametersHeader] = passThroughValue
	}
	if err := req.SetBody(k.body, "application/json"); err != nil {
		return nil, k.failure(err)
	}
	runtime.SkipBodyDownload(req)
	resp, err := k.client.pipeline.Do(req)
	complete(resp, req.Raw())
	if k.send == nil { // a caller's policy answered in place of the pipeline
		k.useSend(req.Raw().Context())
	}
	e := k.judge(resp, err)
	if e == nil {
		e = k.checkEncoding(resp, responseInfo(resp, k.attempts))
	}
	if e != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		k.release()
		return nil, e
	}
	return resp, nil
}

// complete adds to a response what a transport or a caller's policy left out of
// it, and what the rest relies on. resp may be nil.
func complete(resp *http.Response, req *http.Request) {
	if resp == nil {
		return
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Request == nil {
		bare := *req
		bare.Body, bare.GetBody = nil, nil
		resp.Request = &bare
	}
}

// Shared, never written: header values are slices, and these are always the same.
var (
	acceptJSON       = []string{"application/json"}
	acceptEvents     = []string{"text/event-stream"}
	passThroughValue = []string{"pass-through"}
)

// release ends the last send and the timer. What was read stays valid.
func (k *call) release() {
	k.clock.stop()
	if k.send != nil {
		k.send.cancel(context.Canceled)
	}
}

// end closes the call's span; err is the call's, nil for a whole answer.
func (k *call) end(answer *ChatResponse, err *Error) { k.span.end(answer, k.attempts, err) }

// judge says what error the outcome of a send is: nil for status 200.
func (k *call) judge(resp *http.Response, err error) *Error {
	if resp != nil && resp.StatusCode == http.StatusOK && err == nil {
		return nil
	}
	switch {
	case k.judged != nil && k.judgedOf == resp && sameError(k.judgedBy, err):
		return k.judged
	case k.judged != nil && k.judgedOf == resp && resp != nil && k.ctx.Err() != nil:
		// The refusal came first, then the caller's context ended the wait after it.
		e := *k.judged
		e.cause = errors.Join(e.cause, k.contextError())
		e.what = strings.TrimPrefix(e.what+"; not sent again: "+k.ctx.Err().Error(), "; ")
		k.judged = e.withResponse(resp)
	case resp == nil:
		before := k.judged // of this send, if the context ended the wait after it
		k.judged = k.failure(err)
		if before != nil && k.judgedOf == nil && k.ctx.Err() != nil {
			k.judged.Delivered = before.Delivered
		}
	case resp.StatusCode == http.StatusOK: // the context ended as it came
		_ = resp.Body.Close()
		k.judged = k.failure(err)
	default:
		k.judged = k.refusal(resp, err)
	}
	k.judgedOf, k.judgedBy = resp, err
	return k.judged
}

// sameError compares errors whose types may be such that Go cannot: those are
// never the same.
func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

// refusal is the error of a response that is no answer. A cause may have come
// beside it: azcore gives the context's error with the response.
func (k *call) refusal(resp *http.Response, cause error) *Error {
	body := k.refusalBody(resp)
	e := &Error{StatusCode: resp.StatusCode, Info: responseInfo(resp, k.attempts)}
	var problem errbody.Problem
	if resp.StatusCode >= 400 && resp.StatusCode <= 599 {
		problem = errbody.Parse(body)
		k.fill(e, &problem)
		e.kind = refusalKind(resp.StatusCode, resp.Header, &problem)
		e.RetryAfter = retryHint(resp.Header, problem.Wait)
		if inner, ok := modelStatus(resp.Header); ok && inner != resp.StatusCode {
			e.what = fmt.Sprintf("the model's container answered %d %s", inner, http.StatusText(inner))
		}
		e.hint = k.scrub(refusalHint(e, k.client.endpoint, k.model, k.authFacts()))
	} else {
		e.kind = ErrUnexpectedResponse
		e.what = unexpectedStatus(resp)
	}
	if s := k.send; s != nil && s.bodyCut != nil {
		cut := s.bodyCut
		if limit, ok := context.Cause(s.ctx).(*deadlineError); ok {
			cut = &deadlineError{limit.option, limit.after, "whole body"}
		}
		e.what = strings.TrimPrefix(e.what+"; its body was cut short: "+cut.Error(), "; ")
		cause = errors.Join(cause, cut)
	}
	if cause != nil && k.ctx.Err() != nil {
		cause = k.contextError()
	}
	e.cause = cause
	return e.withResponse(resp)
}

// refusalBody is the body of a refusal, bounded; the response can be read again.
func (k *call) refusalBody(resp *http.Response) []byte {
	var body []byte
	if read, ok := resp.Body.(io.Seeker); ok {
		_, _ = read.Seek(0, io.SeekStart) // azcore downloaded it: a caller's policy may have read it, as azcore allows
	}
	if resp.StatusCode >= 300 { // the guard bounds no other: that of a 101 is the connection
		body, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorBodyBytes))
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

func unexpectedStatus(resp *http.Response) string {
	if location := resp.Header.Get("Location"); location != "" && resp.StatusCode >= 300 && resp.StatusCode < 400 {
		to := "another place"
		if u, err := resp.Request.URL.Parse(location); err == nil && u.Host != "" {
			to = u.Scheme + "://" + u.Host
		}
		return "a redirect to " + to + ", not followed: the credential and the prompt would travel along; give the endpoint that answers itself"
	}
	return "neither an answer nor a refusal"
}

// fill takes over what the service said.
func (k *call) fill(e *Error, p *errbody.Problem) {
	e.Code, e.Type, e.Param = k.scrub(p.Code), k.scrub(p.Type), k.scrub(p.Param)
	e.Message = k.scrub(p.Message)
	for _, f := range p.Fields {
		e.Fields = append(e.Fields, FieldError{Path: k.scrub(f.Path), Message: k.scrub(f.Message), Type: k.scrub(f.Type)})
	}
	if p.Filter != nil {
		e.Filter = make(ContentFilter, len(p.Filter))
		for name, r := range p.Filter {
			e.Filter[name] = FilterResult{Filtered: r.Filtered, Detected: r.Detected, Severity: r.Severity}
		}
	}
}

// inBand is the error that came inside a response with status 200.
func (k *call) inBand(info ResponseInfo, p *errbody.Problem, resp *http.Response) *Error {
	e := &Error{StatusCode: info.StatusCode, Info: info, Delivered: true, kind: inBandKind(p), RetryAfter: retryHint(resp.Header, p.Wait), what: "an error in place of the answer"}
	k.fill(e, p)
	return e.withResponse(resp)
}

// failure is the error of a send that had no response.
func (k *call) failure(err error) *Error {
	e := &Error{Info: ResponseInfo{Attempts: k.attempts}}
	s := k.send
	if s != nil {
		e.Delivered = s.delivered(err)
	}
	if k.ctx.Err() != nil {
		e.cause = k.contextError()
		e.what = k.posting() + ": " + e.cause.Error()
		return e
	}
	if s != nil {
		if limit, ok := context.Cause(s.ctx).(*deadlineError); ok {
			e.kind, e.cause = ErrTimeout, limit
			e.what = k.posting() + ": " + limit.Error()
			return e
		}
	}
	if known := asError(err); known != nil {
		made := *known
		made.Info.Attempts, made.Delivered = k.attempts, e.Delivered
		return &made
	}
	if err == nil {
		err = errors.New("a policy gave neither a response nor an error")
	}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	e.cause = err
	e.what = k.posting() + ": " + k.scrub(err.Error())
	switch {
	case s == nil || !s.reached.Load():
		// A caller's policy gave up before the transport: no kind of ours fits.
	case isTimeout(err) && s.connected(err):
		e.kind = ErrTimeout // of the caller's own transport or http.Client
	case strings.Contains(err.Error(), "response headers exceeded"):
		e.kind = ErrTooLarge
	case isCertificate(err):
		e.kind = ErrUnavailable
		e.hint = "the certificate is not trusted here: behind a proxy that opens TLS, give a Transport that trusts its CA"
	default:
		e.kind = ErrUnavailable
		if e.Delivered {
			e.hint = "the request was delivered and its outcome is unknown: it is not sent again unless ClientOptions.RetryUnknown"
		}
	}
	return e
}

// posting says what was tried.
func (k *call) posting() string { return "POST " + withoutQuery(k.client.endpoint.URL) }

// contextError is the caller's context, ended: its cause and its error.
func (k *call) contextError() error {
	cause, err := context.Cause(k.ctx), k.ctx.Err()
	if cause == nil || cause == err {
		return err
	}
	return &contextError{cause, err}
}

// contextError wraps both the cause of a context and its error.
type contextError struct{ cause, err error }

func (e *contextError) Error() string   { return e.err.Error() + ": " + e.cause.Error() }
func (e *contextError) Unwrap() []error { return []error{e.cause, e.err} }

func (k *call) authFacts() authFacts {
	facts := authFacts{keyHeader: k.client.keyHeader, scope: k.client.tokenScope}
	if k.send != nil {
		facts.audience, facts.tenant = k.send.audience, k.send.tenant
	}
	return facts
}

// scrub strikes the credentials that went out with the last send from a text.
func (k *call) scrub(text string) string {
	if k.send == nil {
		return text
	}
	return scrub(text, k.send.credentials)
}

// send is one sending of a call's request, down to the transport. Its context
// ends with the deadline of ours that passed, or when the answer was read.
type send struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	began  time.Time
	trace  atomic.Pointer[sendTrace] // a new one each time that the transport is entered

	reached atomic.Bool   // the transport was entered
	given   io.ReadCloser // the request's body before the caller's per-retry policies

	// Written by the guard before it returns, read after.
	credentials      []string
	audience, tenant string
	bodyCut          error // why the body of a refusal ended early
}

// newSend makes the next send, on a context that holds azcore's retry loop at one
// send, and starts its start deadline.
func (k *call) newSend(ctx context.Context, tryTimeout time.Duration) *send {
	s := k.useSend(ctx)
	k.attempts++
	k.judged, k.judgedOf, k.judgedBy = nil, nil, nil // a transport may give the same error again
	awaited := "response headers"
	limit, after := &deadlineError{startTimeoutOption, k.start, awaited}, k.start
	if tryTimeout > 0 && (after <= 0 || tryTimeout < after) {
		limit, after = &deadlineError{tryTimeoutOption, tryTimeout, awaited}, tryTimeout
	}
	k.clock.arm(after, limit, s.cancel)
	return s
}

// useSend makes a send, the call's last from now on, that is not counted. It ends
// the one before, which a caller's policy that sends twice left.
func (k *call) useSend(ctx context.Context) *send {
	if k.send != nil {
		k.send.cancel(context.Canceled)
	}
	s := &send{began: time.Now()}
	ctx, s.cancel = context.WithCancelCause(ctx)
	s.ctx = withCall(ctx, k, s)
	s.trace.Store(new(sendTrace))
	k.send = s
	return s
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
	return t.untold() || t.wrote.Load() || t.bodyRead.Load() && !t.writeFailed.Load()
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
	bodyRead                      atomic.Bool
}

// untold says that the transport tells httptrace nothing.
func (t *sendTrace) untold() bool { return !t.asked.Load() && !t.gotConn.Load() }

func (t *sendTrace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(info httptrace.GotConnInfo) {
			t.reused.Store(info.Reused)
			if c, ok := info.Conn.(*tls.Conn); ok && c.ConnectionState().NegotiatedProtocol == "h2" {
				t.http2.Store(true)
			}
			t.gotConn.Store(true)
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err != nil {
				t.writeFailed.Store(true)
			} else {
				t.wrote.Store(true)
			}
		},
		GotFirstResponseByte: func() { t.firstByte.Store(true) },
	}
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

var oneSend any = policy.RetryOptions{MaxRetries: -1}

func withCall(ctx context.Context, k *call, s *send) context.Context {
	return &callContext{ctx, k, s}
}

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

// requestBody is a call's body. Each send reads it through a reader of its own,
// since a transport may still read after an early answer.
type requestBody struct {
	*bytes.Reader
	text []byte
}

func newRequestBody(text []byte) *requestBody { return &requestBody{bytes.NewReader(text), text} }

func (b *requestBody) Close() error { return nil }

// prepare gives a request a reader of its own, which notes in t when it was read
// whole.
func (b *requestBody) prepare(req *http.Request, t *sendTrace) {
	req.Body = &bodyReader{bytes.NewReader(b.text), t}
	req.GetBody = func() (io.ReadCloser, error) { return &bodyReader{bytes.NewReader(b.text), t}, nil }
}

type bodyReader struct {
	text  *bytes.Reader
	trace *sendTrace
}

func (r *bodyReader) Read(p []byte) (int, error) {
	n, err := r.text.Read(p)
	if r.text.Len() == 0 {
		r.trace.bodyRead.Store(true)
	}
	return n, err
}

func (r *bodyReader) Close() error { return nil }
