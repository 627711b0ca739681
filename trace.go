package azmistral

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// Names of the OpenTelemetry semantic conventions for generative AI clients, and
// for Azure AI inference, which fix the provider's name. azcore's attributes are
// scalars: lists are joined by commas.
const (
	attrOperation        = "gen_ai.operation.name"
	attrProvider         = "gen_ai.provider.name"
	attrRequestModel     = "gen_ai.request.model"
	attrMaxTokens        = "gen_ai.request.max_tokens"
	attrTemperature      = "gen_ai.request.temperature"
	attrTopP             = "gen_ai.request.top_p"
	attrSeed             = "gen_ai.request.seed"
	attrChoiceCount      = "gen_ai.request.choice.count"
	attrFrequencyPenalty = "gen_ai.request.frequency_penalty"
	attrPresencePenalty  = "gen_ai.request.presence_penalty"
	attrStopSequences    = "gen_ai.request.stop_sequences"
	attrOutputType       = "gen_ai.output.type"
	attrResponseID       = "gen_ai.response.id"
	attrResponseModel    = "gen_ai.response.model"
	attrFinishReasons    = "gen_ai.response.finish_reasons"
	attrInputTokens      = "gen_ai.usage.input_tokens"
	attrOutputTokens     = "gen_ai.usage.output_tokens"
	attrServerAddress    = "server.address"
	attrServerPort       = "server.port"
	attrErrorType        = "error.type"
	attrRequestID        = "az.service_request_id"
	attrAttempts         = "azmistral.attempts" // sends in all: the conventions have no name
	attrStream           = "azmistral.stream"

	eventFirstChunk = "gen_ai.response.first_chunk" // ours, with the time since the call began in its attribute
	attrSeconds     = "elapsed_seconds"

	operationChat    = "chat"
	providerName     = "azure.ai.inference"
	tracingNamespace = "Microsoft.CognitiveServices"
)

// callSpan is the span of a call. The zero value does nothing: it is what a
// client without a tracer has, and a call inside another azcore client's span.
type callSpan struct {
	active bool
	span   tracing.Span
	finish func(error)
	began  time.Time
}

// startSpan starts the span of a call, named and attributed by what is no content.
func (c *Client) startSpan(ctx context.Context, model string, req *ChatRequest, stream bool) (context.Context, callSpan) {
	if !c.tracer.Enabled() {
		return ctx, callSpan{}
	}
	// azcore keeps the span to itself and starts none inside another client's: this
	// tracer tells which it was. Later starts are those of the HTTP spans.
	s, starting := callSpan{began: time.Now()}, true
	remembering := tracing.WrapTracer(c.tracer, func(inner tracing.Tracer) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, name string, options *tracing.SpanOptions) (context.Context, tracing.Span) {
			ctx, span := inner.Start(ctx, name, options)
			if starting {
				s.active, s.span = true, span
			}
			return ctx, span
		}, &tracing.TracerOptions{SpanFromContext: inner.SpanFromContext})
	})
	name := operationChat
	if model != "" {
		name += " " + model
	}
	ctx, s.finish = runtime.StartSpan(ctx, name, remembering, &runtime.StartSpanOptions{
		Kind:       tracing.SpanKindClient,
		Attributes: c.requestAttributes(model, req, stream),
	})
	starting = false
	return ctx, s
}

func (c *Client) requestAttributes(model string, req *ChatRequest, stream bool) []tracing.Attribute {
	a := []tracing.Attribute{{Key: attrOperation, Value: operationChat}, {Key: attrProvider, Value: providerName}, {Key: attrStream, Value: stream}}
	add := func(key string, value any, said bool) {
		if said {
			a = append(a, tracing.Attribute{Key: key, Value: value})
		}
	}
	if u, err := url.Parse(c.endpoint.URL); err == nil {
		add(attrServerAddress, u.Hostname(), true)
		port := u.Port()
		if port == "" {
			port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
		}
		n, err := strconv.ParseInt(port, 10, 64)
		add(attrServerPort, n, err == nil)
	}
	add(attrRequestModel, model, model != "")
	add(attrMaxTokens, int64(req.MaxTokens), req.MaxTokens != 0)
	add(attrChoiceCount, int64(req.N), req.N > 1)
	add(attrStopSequences, strings.Join(req.Stop, ","), len(req.Stop) > 0)
	add(attrOutputType, "json", req.ResponseFormat.kind != "")
	for _, f := range []struct {
		key   string
		value *float64
	}{{attrTemperature, req.Temperature}, {attrTopP, req.TopP}, {attrFrequencyPenalty, req.FrequencyPenalty}, {attrPresencePenalty, req.PresencePenalty}} {
		if f.value != nil {
			add(f.key, *f.value, true)
		}
	}
	if req.RandomSeed != nil {
		add(attrSeed, *req.RandomSeed, true)
	}
	return a
}

// started says whether end has something to end.
func (s *callSpan) started() bool { return s.finish != nil }

// firstChunk notes how long the first chunk took.
func (s *callSpan) firstChunk() {
	if s.active {
		s.span.AddEvent(eventFirstChunk, tracing.Attribute{Key: attrSeconds, Value: time.Since(s.began).Seconds()})
	}
}

// end ends the span with what the call brought. Further calls do nothing.
func (s *callSpan) end(answer *ChatResponse, attempts int, err *Error) {
	if !s.started() {
		return
	}
	if s.active {
		s.span.SetAttributes(endAttributes(answer, attempts, err)...)
	}
	finish := s.finish
	*s = callSpan{}
	if err != nil {
		finish(err)
		return
	}
	finish(nil) // a nil *Error in an error would count as one
}

func endAttributes(answer *ChatResponse, attempts int, err *Error) []tracing.Attribute {
	a := []tracing.Attribute{{Key: attrAttempts, Value: int64(attempts)}}
	add := func(key string, value any, said bool) {
		if said {
			a = append(a, tracing.Attribute{Key: key, Value: value})
		}
	}
	if answer != nil {
		var reasons []string
		for _, c := range answer.Choices {
			if c.FinishReason != "" {
				reasons = append(reasons, string(c.FinishReason))
			}
		}
		add(attrResponseID, answer.ID, answer.ID != "")
		add(attrResponseModel, answer.Model, answer.Model != "")
		add(attrFinishReasons, strings.Join(reasons, ","), len(reasons) > 0)
		add(attrInputTokens, int64(answer.Usage.PromptTokens), answer.Usage != Usage{})
		add(attrOutputTokens, int64(answer.Usage.CompletionTokens), answer.Usage != Usage{})
		add(attrRequestID, answer.Info.RequestID, answer.Info.RequestID != "")
	}
	if err != nil {
		add(attrErrorType, errorType(err), true)
		add(attrRequestID, err.Info.RequestID, answer == nil && err.Info.RequestID != "")
	}
	return a
}

// errorType is the status where one refused the call, else a word of few values.
func errorType(err *Error) string {
	if err.StatusCode >= 400 {
		return strconv.Itoa(err.StatusCode)
	}
	switch {
	case err.kind != nil:
		return strings.ReplaceAll(strings.TrimPrefix(err.kind.Error(), "azmistral: "), " ", "_")
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline_exceeded"
	}
	if errors.As(err, new(net.Error)) {
		return "network"
	}
	return "_OTHER"
}
