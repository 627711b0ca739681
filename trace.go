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
	var a attributes
	a.text(attrOperation, operationChat)
	a.text(attrProvider, providerName)
	a.add(attrStream, stream)
	if u, err := url.Parse(c.endpoint.URL); err == nil {
		a.text(attrServerAddress, u.Hostname())
		port := u.Port()
		if port == "" {
			port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
		}
		if n, err := strconv.ParseInt(port, 10, 64); err == nil {
			a.add(attrServerPort, n)
		}
	}
	a.text(attrRequestModel, model)
	if req.MaxTokens != 0 {
		a.add(attrMaxTokens, int64(req.MaxTokens))
	}
	if req.N > 1 {
		a.add(attrChoiceCount, int64(req.N))
	}
	a.text(attrStopSequences, strings.Join(req.Stop, ","))
	if req.ResponseFormat.kind != "" {
		a.text(attrOutputType, "json")
	}
	for _, f := range [...]struct {
		key   string
		value *float64
	}{{attrTemperature, req.Temperature}, {attrTopP, req.TopP}, {attrFrequencyPenalty, req.FrequencyPenalty}, {attrPresencePenalty, req.PresencePenalty}} {
		if f.value != nil {
			a.add(f.key, *f.value)
		}
	}
	if req.RandomSeed != nil {
		a.add(attrSeed, *req.RandomSeed)
	}
	return a
}

// attributes are those of a span. Their methods are not inlined: in their many
// callers they would be more than they are.
type attributes []tracing.Attribute

//go:noinline
func (a *attributes) add(key string, value any) {
	*a = append(*a, tracing.Attribute{Key: key, Value: value})
}

// text adds a text that is not empty.
//
//go:noinline
func (a *attributes) text(key, value string) {
	if value != "" {
		a.add(key, value)
	}
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
	var a attributes
	a.add(attrAttempts, int64(attempts))
	if answer != nil {
		var reasons []string
		for i := range answer.Choices {
			if reason := answer.Choices[i].FinishReason; reason != "" {
				reasons = append(reasons, string(reason))
			}
		}
		a.text(attrResponseID, answer.ID)
		a.text(attrResponseModel, answer.Model)
		a.text(attrFinishReasons, strings.Join(reasons, ","))
		if answer.Usage != (Usage{}) {
			a.add(attrInputTokens, int64(answer.Usage.PromptTokens))
			a.add(attrOutputTokens, int64(answer.Usage.CompletionTokens))
		}
		a.text(attrRequestID, answer.Info.RequestID)
	}
	if err != nil {
		a.text(attrErrorType, errorType(err))
		if answer == nil {
			a.text(attrRequestID, err.Info.RequestID)
		}
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
