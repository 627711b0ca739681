package azmistral

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// credentialHeaders are the request headers that can hold a credential, whoever
// put it there. The client's own key header comes on top.
var credentialHeaders = [...]string{
	authorizationHeader,
	"Api-Key",
	"X-Api-Key",
	"Ocp-Apim-Subscription-Key",
	"Proxy-Authorization",
	"Cookie",
}

// minCredential is the length from which a header's value is struck from texts:
// shorter ones are no credentials, and would tear holes into words.
const minCredential = 6

// defaultTransport serves every client that is given none. Its settings are
// azcore's but for the idle connections, of which a service needs as many as it
// has calls at once, a health check of HTTP/2 connections that forgives a slow
// answer, and bounded response headers.
var defaultTransport = &http.Client{
	Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           1024,
		MaxIdleConnsPerHost:    256,
		IdleConnTimeout:        60 * time.Second, // below the four minutes of Azure's load balancers
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  1 * time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, Renegotiation: tls.RenegotiateFreelyAsClient},
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	},
}

// guard stands around any transport. It lets no redirect be followed, bounds the
// bodies of refusals, and strikes the credentials that went out from what comes
// back.
type guard struct {
	inner     policy.Transporter
	isClient  bool              // inner is an *http.Client, kept from following redirects
	tripper   http.RoundTripper // inner's, when inner has nothing to add to it; else nil
	timeout   time.Duration     // inner's own, over the whole exchange; 0: none
	keyHeader string
}

// newGuard puts a guard around a caller's transport; nil, and a nil *http.Client,
// mean the default one.
// An *http.Client is copied, never changed.
func newGuard(inner policy.Transporter, keyHeader string) *guard {
	if client, ok := inner.(*http.Client); inner == nil || ok && client == nil {
		inner = defaultTransport
	}
	g := &guard{inner: inner, keyHeader: http.CanonicalHeaderKey(keyHeader)}
	if client, ok := inner.(*http.Client); ok {
		own := *client
		own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		g.inner, g.isClient, g.timeout = &own, true, client.Timeout
		if own.Jar == nil && own.Timeout <= 0 {
			g.tripper = own.Transport
		}
	}
	return g
}

// Do implements policy.Transporter.
func (g *guard) Do(req *http.Request) (*http.Response, error) {
	k, s := sending(req.Context())
	if s == nil {
		return nil, errors.New("azmistral: a request that is none of this client's came to its transport")
	}
	s.credentials = g.credentials(req.Header, s.credentials)
	_, s.token, _ = strings.Cut(req.Header.Get(authorizationHeader), " ")
	// Not sooner: the token's way to the credential would be traced too.
	trace := s.enter()
	// With one of these headers net/http sends again also what may have been taken; a
	// caller's RoundTripper may do so of its own.
	_, isTransport := g.tripper.(*http.Transport)
	trace.goesOn = isTransport && req.Header["Idempotency-Key"] == nil && req.Header["X-Idempotency-Key"] == nil
	req = req.WithContext(trace.watch(req.Context()))
	if req.Body == io.ReadCloser(k.body) {
		k.body.prepare(req, trace)
	}
	if !g.isClient {
		req.GetBody = nil // without it net/http follows no 307 and no 308
	}
	sent := *req.URL
	resp, err := g.exchange(req)
	if err != nil {
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		return nil, scrubError(err, s.credentials)
	}
	if resp == nil {
		return nil, errors.New("the transport gave neither a response nor an error")
	}
	complete(resp, req)
	// What net/http redirects has the response before it; a caller's RoundTripper
	// under an *http.Client may also go elsewhere on purpose.
	if elsewhere(resp.Request.URL, &sent) && (!g.isClient || resp.Request.Response != nil) {
		_ = resp.Body.Close()
		return nil, permanent(&Error{kind: ErrUnexpectedResponse, what: fmt.Sprintf(
			"the given transport followed a redirect to %s://%s, and the credential may have travelled along: keep it from following redirects",
			resp.Request.URL.Scheme, resp.Request.URL.Host)})
	}
	resp.Status = scrub(resp.Status, s.credentials)
	scrubHeader(resp.Header, s.credentials)
	scrubHeader(resp.Trailer, s.credentials)
	if resp.StatusCode >= 300 {
		s.bodyCut = boundRefusal(resp, s)
	}
	return resp, nil
}

// exchange sends as inner does. What an *http.Client without cookies and a timeout
// adds to its RoundTripper is a copy of all headers, for redirects that are not
// followed, and the form of its errors.
func (g *guard) exchange(req *http.Request) (*http.Response, error) {
	if g.tripper == nil || req.URL.User != nil {
		return g.inner.Do(req)
	}
	resp, err := g.tripper.RoundTrip(req)
	if err != nil {
		if record, ok := err.(tls.RecordHeaderError); ok && string(record.RecordHeader[:]) == "HTTP/" {
			err = http.ErrSchemeMismatch
		}
		err = &url.Error{Op: "Post", URL: req.URL.String(), Err: err}
	}
	return resp, err
}

// credentials appends the texts that must not come back out of this send.
func (g *guard) credentials(h http.Header, texts []string) []string {
	add := func(values []string) {
		for _, v := range values {
			if scheme, rest, ok := strings.Cut(v, " "); ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic")) {
				v = strings.TrimSpace(rest)
			}
			if len(v) >= minCredential && !slices.Contains(texts, v) {
				texts = append(texts, v)
			}
		}
	}
	for _, name := range credentialHeaders {
		add(h[name])
	}
	add(h[g.keyHeader])
	return texts
}

// elsewhere says whether a response came from another place than the one asked.
func elsewhere(got, asked *url.URL) bool {
	return got != nil && (got.Scheme != asked.Scheme || got.Host != asked.Host || got.Path != asked.Path)
}

// boundRefusal reads the body of a refusal, up to its bounds in bytes and time,
// and puts what came in its place, as if complete. It returns why the body ended
// early, nil if it did not.
func boundRefusal(resp *http.Response, s *send) (cut error) {
	body := resp.Body
	late := time.AfterFunc(maxErrorBodyWait, func() {
		s.cancel(context.Canceled) // net/http's gzip reader lets no Close in while it waits for its head
		_ = body.Close()
	})
	var text bytes.Buffer
	_, err := text.ReadFrom(io.LimitReader(body, maxErrorBodyBytes+1))
	switch inTime := late.Stop(); {
	case err != nil && !inTime:
		cut = fmt.Errorf("not here within %v", maxErrorBodyWait)
	case err != nil:
		cut = scrubError(err, s.credentials)
	case text.Len() > maxErrorBodyBytes:
		text.Truncate(maxErrorBodyBytes)
		cut = fmt.Errorf("longer than %d bytes", maxErrorBodyBytes)
	}
	_ = body.Close()
	scrubbed := []byte(scrub(text.String(), s.credentials))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(scrubbed)), int64(len(scrubbed))
	return cut
}

const struck = "REDACTED"

// scrub strikes the credentials from a text.
func scrub(text string, credentials []string) string {
	for _, c := range credentials {
		if strings.Contains(text, c) {
			text = strings.ReplaceAll(text, c, struck)
		}
	}
	return text
}

func scrubHeader(h http.Header, credentials []string) {
	for name, values := range h {
		for i, v := range values {
			if clean := scrub(v, credentials); clean != v { // a transport may share what it gives
				values[i] = clean
			}
		}
		if clean := scrub(name, credentials); clean != name {
			delete(h, name)
			h[clean] = values
		}
	}
}

// scrubError gives err, or where its text holds a credential (net/http quotes a
// malformed status line) an error that says the rest and hides what it wraps.
func scrubError(err error, credentials []string) error {
	text := err.Error()
	if clean := scrub(text, credentials); clean != text {
		return &scrubbedError{clean, err}
	}
	return err
}

type scrubbedError struct {
	text string
	err  error // compared with, never given out
}

func (e *scrubbedError) Error() string        { return e.text }
func (e *scrubbedError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *scrubbedError) Timeout() bool        { return isTimeout(e.err) }

// isDial recognises a connection that was never had, from transports that tell
// httptrace nothing too.
func isDial(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect" || op.Op == "socks connect") {
		return true
	}
	_, dns := errors.AsType[*net.DNSError](err)
	return dns
}

// isCertificate recognises a handshake that failed for a reason which another
// try cannot mend. (errors.AsType of a struct or an interface is 2 KB of a program,
// each.)
func isCertificate(err error) bool {
	if errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, new(x509.UnknownAuthorityError)) ||
		errors.As(err, new(x509.HostnameError)) || errors.As(err, new(x509.CertificateInvalidError)) {
		return true
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		switch alert {
		case 42, 43, 44, 45, 46, 48, 116: // RFC 8446, section 6.2: alerts about certificates
			return true
		}
	}
	return false
}

// isTimeout says that err calls itself a timeout, as net's errors do.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}
