package azmistral

import (
	"context"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

const (
	extraParametersHeader = "Extra-Parameters"
	userAgentHeader       = "User-Agent"
)

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

	attempts int         // sends so far
	send     *send       // the last one; its context lives until the answer was read
	first    send        // where the first one is kept
	carry    callContext // what the request is sent with

	headers     [5]string // values of the request's: a caller's policy may write to them
	headersUsed int
	judged      *Error
	judgedOf    *http.Response // what judged was said of: a response,
	judgedBy    error          // or an error
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
	k.body, k.passThrough = body, passThrough
	k.ctx, k.span = c.startSpan(ctx, k.model, req, stream)
	return k, nil
}

// open sends the request, again where the retry policy says so, and returns the
// response of an answer, its body unread.
func (k *call) open() (*http.Response, ResponseInfo, *Error) {
	req, err := k.request()
	if err != nil {
		return nil, ResponseInfo{}, k.failure(err)
	}
	resp, err := k.client.pipeline.Do(req)
	complete(resp, req.Raw())
	if k.send == nil { // a caller's policy answered in place of the pipeline
		k.useSend(req.Raw().Context())
	}
	var info ResponseInfo
	e := k.judge(resp, err)
	if e == nil {
		info = responseInfo(resp, k.attempts)
		e = k.checkEncoding(resp, info)
	}
	if e != nil {
		if resp != nil {
			_ = resp.Body.Close()
		}
		k.release()
		return nil, info, e
	}
	return resp, info, nil
}

// request makes the call's request: a copy of the client's, whose parts a caller's
// policy may change.
func (k *call) request() (*policy.Request, error) {
	k.carry = callContext{k.ctx, k, nil}
	raw := k.client.request.WithContext(&k.carry)
	raw.URL = new(*raw.URL)
	raw.Header = make(http.Header)
	req, err := runtime.NewRequestFromRequest(raw)
	if err != nil {
		return nil, err
	}
	if err := req.SetBody(k.body, ""); err != nil {
		return nil, err
	}
	h := raw.Header
	k.header(h, "Content-Type", "application/json")
	k.header(h, userAgentHeader, k.client.userAgent)
	if k.stream {
		k.header(h, "Accept", "text/event-stream")
	} else {
		k.header(h, "Accept", "application/json")
	}
	if k.passThrough {
		k.header(h, extraParametersHeader, "pass-through")
	}
	k.header(h, clientRequestIDHeader, newRequestID())
	runtime.SkipBodyDownload(req)
	return req, nil
}

// header sets a header that is not "", in the call's own memory.
func (k *call) header(h http.Header, name, value string) {
	if value == "" {
		return
	}
	i := k.headersUsed
	k.headersUsed++
	k.headers[i] = value
	h[name] = k.headers[i : i+1 : i+1]
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

// release ends the last send and the timer. What was read stays valid.
func (k *call) release() {
	k.clock.stop()
	if k.send != nil {
		k.send.cancel(context.Canceled)
	}
}

// end gives the caller its bytes back and closes the call's span; err is the
// call's, nil for a whole answer.
func (k *call) end(answer *ChatResponse, err *Error) {
	k.body.end()
	k.span.end(answer, k.attempts, err)
}
