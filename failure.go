package azmistral

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/azmistral/azmistral/internal/errbody"
)

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
		e.Delivered = resp.StatusCode >= 200 && resp.StatusCode < 300 // it refused nothing
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
	if e.isConversation() {
		e.hint = "see what CheckMessages says of the conversation" // a stream under way does not keep it
	}
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
		facts.audience, facts.tenant, _ = tokenClaims(k.send.token)
	}
	return facts
}

// scrub strikes the credentials that went out with the last send from a text. It has
// too many callers to be inlined.
//
//go:noinline
func (k *call) scrub(text string) string {
	if k.send == nil {
		return text
	}
	return scrub(text, k.send.credentials)
}
