package azmistral

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a tracing provider that keeps its spans.
type recorder struct {
	mu    sync.Mutex
	spans []*recordedSpan
}

type recordedSpan struct {
	name       string
	kind       tracing.SpanKind
	parent     string
	attributes map[string]any
	events     []string
	status     tracing.SpanStatus
	said       string
	ended      int
}

type spanKey struct{}

func (r *recorder) provider() tracing.Provider {
	return tracing.NewProvider(func(string, string) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
			s := &recordedSpan{name: name, kind: o.Kind, attributes: map[string]any{}}
			if parent, ok := ctx.Value(spanKey{}).(*recordedSpan); ok {
				s.parent = parent.name
			}
			set := func(attrs ...tracing.Attribute) {
				r.mu.Lock()
				defer r.mu.Unlock()
				for _, a := range attrs {
					s.attributes[a.Key] = a.Value
				}
			}
			set(o.Attributes...)
			r.mu.Lock()
			r.spans = append(r.spans, s)
			r.mu.Unlock()
			return context.WithValue(ctx, spanKey{}, s), tracing.NewSpan(tracing.SpanImpl{
				End:           func() { s.ended++ },
				SetAttributes: set,
				AddEvent:      func(name string, _ ...tracing.Attribute) { s.events = append(s.events, name) },
				SetStatus:     func(c tracing.SpanStatus, d string) { s.status, s.said = c, d },
			})
		}, nil)
	}, nil)
}

func (r *recorder) named(name string) []*recordedSpan {
	var found []*recordedSpan
	for _, s := range r.spans {
		if s.name == name {
			found = append(found, s)
		}
	}
	return found
}

func TestSpan(t *testing.T) {
	req := hello
	req.MaxTokens, req.Temperature, req.TopP, req.RandomSeed, req.N, req.Stop = 64, new(0.2), new(0.9), new(int64(7)), 2, []string{"a", "b"}
	req.PresencePenalty, req.FrequencyPenalty = new(0.5), new(-0.5)
	common := map[string]any{
		"az.namespace": "Microsoft.CognitiveServices", "gen_ai.operation.name": "chat", "gen_ai.provider.name": "azure.ai.inference",
		"gen_ai.request.model": "mistral-large-3", "gen_ai.request.max_tokens": int64(64), "gen_ai.request.temperature": 0.2, "gen_ai.request.top_p": 0.9,
		"gen_ai.request.seed": int64(7), "gen_ai.request.choice.count": int64(2), "gen_ai.request.stop_sequences": "a,b",
		"gen_ai.request.presence_penalty": 0.5, "gen_ai.request.frequency_penalty": -0.5,
		"server.address": "contoso.services.ai.azure.com", "server.port": int64(443), "azmistral.attempts": int64(1),
	}
	with := func(more map[string]any) map[string]any {
		all := map[string]any{}
		for _, m := range []map[string]any{common, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	answered := map[string]any{
		"gen_ai.response.model": "mistral-large-3", "gen_ai.response.finish_reasons": "stop",
		"gen_ai.usage.input_tokens": int64(5), "gen_ai.usage.output_tokens": int64(2), "az.service_request_id": "r-1",
	}
	for name, c := range map[string]struct {
		step   step
		stream bool
		want   map[string]any
		events []string
		status tracing.SpanStatus
		said   string
	}{
		"answer":  {reply(200, testAnswer, "apim-request-id: r-1"), false, with(with(answered)), nil, tracing.SpanStatusUnset, ""},
		"stream":  {reply(200, wholeStream, "Content-Type: text/event-stream", "apim-request-id: r-1"), true, with(answered), []string{"gen_ai.response.first_chunk"}, tracing.SpanStatusUnset, ""},
		"refusal": {reply(400, `{"object":"error","message":"bad thing","code":"3051"}`, "apim-request-id: r-1"), false, with(map[string]any{"error.type": "400", "az.service_request_id": "r-1"}), nil, tracing.SpanStatusError, "bad thing"},
		"cut": {reply(200, roleEvent+textEvent, "Content-Type: text/event-stream"), true,
			with(map[string]any{"error.type": "answer_incomplete", "gen_ai.response.model": "mistral-large-3"}), []string{"gen_ai.response.first_chunk"}, tracing.SpanStatusError, "no finish reason"},
	} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			client := newTestClient(t, play(c.step), func(o *ClientOptions) { o.TracingProvider = r.provider() })
			if c.stream {
				s, err := client.ChatStream(t.Context(), req, nil)
				require.NoError(t, err)
				assert.Zero(t, r.spans[0].ended, "a stream's span ends when its answer ends")
				_, _ = s.Collect()
			} else {
				_, _ = client.Chat(t.Context(), req, nil)
			}
			require.Len(t, r.named("chat mistral-large-3"), 1)
			span := r.spans[0]
			want := with(c.want)
			want["azmistral.stream"] = c.stream
			if _, ok := want["gen_ai.response.model"]; ok {
				want["gen_ai.response.id"] = map[bool]string{false: "a1", true: "b5"}[c.stream]
			}
			assert.Equal(t, want, span.attributes)
			assert.Equal(t, tracing.SpanKindClient, span.kind)
			assert.Equal(t, c.events, span.events)
			assert.Equal(t, c.status, span.status)
			assert.Contains(t, span.said, c.said)
			assert.NotContains(t, span.said, "capital of France")
			assert.Equal(t, 1, span.ended)
			http := r.named("HTTP POST")
			require.Len(t, http, 1)
			assert.Equal(t, "chat mistral-large-3", http[0].parent)
			assert.NotContains(t, http[0].attributes, "gen_ai.response.id")
		})
	}
}

// What the request does not say is no attribute.
func TestSpanOfPlainRequest(t *testing.T) {
	var r recorder
	req := ChatRequest{Messages: hello.Messages, N: 1, Stop: []string{}}
	_, err := newTestClient(t, play(reply(200, testAnswer)), func(o *ClientOptions) { o.TracingProvider = r.provider() }).Chat(t.Context(), req, nil)
	require.NoError(t, err)
	var asked []string
	for name := range r.spans[0].attributes {
		if strings.HasPrefix(name, "gen_ai.request.") {
			asked = append(asked, name)
		}
	}
	assert.Equal(t, []string{"gen_ai.request.model"}, asked)
}

// A call inside another azcore client's span starts none of its own, and writes
// no attributes into the HTTP span.
func TestSpanInsideAnother(t *testing.T) {
	var r recorder
	tracer := r.provider().NewTracer("other", "v1")
	ctx, end := runtime.StartSpan(t.Context(), "Other.Method", tracer, &runtime.StartSpanOptions{Kind: tracing.SpanKindClient})
	_, err := newTestClient(t, play(reply(200, testAnswer)), func(o *ClientOptions) { o.TracingProvider = r.provider() }).Chat(ctx, hello, nil)
	require.NoError(t, err)
	end(nil)
	require.Len(t, r.spans, 2)
	assert.Equal(t, "HTTP POST", r.spans[1].name)
	assert.Equal(t, "Other.Method", r.spans[1].parent)
	for _, s := range r.spans {
		for name := range s.attributes {
			assert.False(t, strings.HasPrefix(name, "gen_ai."), name)
		}
	}
}

func TestErrorType(t *testing.T) {
	for want, err := range map[string]*Error{
		"503":               {StatusCode: 503, kind: ErrUnavailable},
		"timed_out":         {kind: ErrTimeout},
		"canceled":          {cause: context.Canceled},
		"deadline_exceeded": {cause: context.DeadlineExceeded},
		"_OTHER":            {},
	} {
		assert.Equal(t, want, errorType(err))
	}
}

// azcore's log shows what helps with this service, and no credential.
func TestLog(t *testing.T) {
	var mu sync.Mutex
	var lines strings.Builder
	azlog.SetListener(func(e azlog.Event, text string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&lines, e, text)
	})
	defer azlog.SetListener(nil)
	_, err := newTestClient(t, play(reply(200, testAnswer, "apim-request-id: a-1", "x-ms-region: Sweden Central", "x-ratelimit-remaining-tokens: 77", "retry-after-ms: 5", "set-cookie: hidden-cookie")), nil).
		Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	for _, word := range []string{"a-1", "Sweden Central", "77", "azsdk-go-azmistral/v0.1.0", http.MethodPost} {
		assert.Contains(t, lines.String(), word)
	}
	for _, word := range []string{testKey, "hidden-cookie", "capital of France", "Paris."} {
		assert.NotContains(t, lines.String(), word)
	}
}
