package azmistral

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"
)

const (
	testEndpoint = "https://contoso.services.ai.azure.com/openai/v1"
	testKey      = "0123456789abcdef0123456789abcdef"
	testAnswer   = `{"id":"a1","object":"chat.completion","created":1784541117,"model":"mistral-large-3","choices":[{"index":0,"message":{"role":"assistant","content":"Paris."},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}`
)

// script is a transport that plays one step a request, the last one for ever.
type script struct {
	mu       sync.Mutex
	steps    []step
	requests []*http.Request
	bodies   []string
}

type step func(*http.Request) (*http.Response, error)

func (s *script) Do(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	s.mu.Lock()
	next := s.steps[min(len(s.requests), len(s.steps)-1)]
	s.requests = append(s.requests, req)
	s.bodies = append(s.bodies, string(body))
	s.mu.Unlock()
	return next(req)
}

func (s *script) sends() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// reply answers with a status, header lines ("Name: value") and a body.
func reply(status int, body string, headers ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		for _, line := range headers {
			name, value, _ := strings.Cut(line, ": ")
			h.Set(name, value)
		}
		return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}
}

// events answers with an event stream.
func events(body string) step { return reply(200, body, "Content-Type: text/event-stream") }

// fails breaks without a response, and tells httptrace nothing.
func fails(err error) step {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// breaks does so on a connection that is told to httptrace.
func breaks(err error, reused, wrote bool) step {
	return func(req *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(req.Context())
		trace.GetConn("contoso")
		trace.GotConn(httptrace.GotConnInfo{Reused: reused})
		if wrote {
			trace.WroteRequest(httptrace.WroteRequestInfo{})
		} else {
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: err})
		}
		return nil, err
	}
}

func play(steps ...step) *script { return &script{steps: steps} }

// newTestClient is a client over a script, with a key.
func newTestClient(t testing.TB, s *script, with func(*ClientOptions)) *Client {
	t.Helper()
	o := ClientOptions{Model: "mistral-large-3"}
	o.Transport = s
	if with != nil {
		with(&o)
	}
	c, err := NewClientWithKeyCredential(testEndpoint, azcore.NewKeyCredential(testKey), &o)
	require.NoError(t, err)
	return c
}

var hello = ChatRequest{Messages: []Message{{Role: RoleUser, Content: Content{&TextPart{"What is the capital of France?"}}}}}

// noTrace puts an httptrace that hears nothing into ctx.
func noTrace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {}, GotConn: func(httptrace.GotConnInfo) {}, WroteRequest: func(httptrace.WroteRequestInfo) {},
	})
}
