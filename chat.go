package azmistral

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// ChatRequest is one chat completion request, in terms that hold on every route:
// the field names on the wire follow the endpoint. A plain field with its zero
// value and a nil pointer are not sent; new(0.0) is. A call never changes the
// request, and the same one may be used by several calls at once.
type ChatRequest struct {
	// Model is the deployment's name on most routes, and ignored where the endpoint
	// names the deployment. Empty means ClientOptions.Model.
	Model string

	// Messages is the conversation, oldest first. At least one is needed. Append
	// resp.Message() and the next User message to go on.
	Messages []Message

	// MaxTokens bounds the answer, in tokens. 0 leaves it to the service.
	MaxTokens int

	// Temperature is the randomness of the answer: 0 to 1.5 on Mistral's own
	// routes, 0 to 1 on /models.
	Temperature *float64

	// TopP is the share of probability that is sampled from: above 0, to 1. With
	// temperature 0 the service takes only 1.
	TopP *float64

	// RandomSeed makes sampling repeatable as far as the service can.
	RandomSeed *int64

	// N is the number of choices. Not every model takes more than one.
	N int

	// Stop ends the answer before one of these texts would come.
	Stop []string

	PresencePenalty  *float64 // -2 to 2
	FrequencyPenalty *float64 // -2 to 2

	Tools             []Tool     // what the model may call; at most 128
	ToolChoice        ToolChoice // the zero value leaves it to the service: auto
	ParallelToolCalls *bool      // new(false): at most one call in an answer

	ResponseFormat ResponseFormat

	// ReasoningEffort is in the service's words: "none", "high" and, by model,
	// others. Models that cannot reason refuse it.
	ReasoningEffort string

	// SafePrompt asks for Mistral's own safety prompt.
	SafePrompt *bool

	// Prediction is text that the answer is expected to repeat, for speed.
	Prediction string

	// PromptCacheKey says which requests share a beginning.
	PromptCacheKey string

	// Metadata is kept beside the request by the service.
	Metadata map[string]any

	// Extra holds further top-level fields (guardrails, prompt_mode, …), sent as
	// encoding/json writes them. "stream", and a name that a field of this struct
	// has on the endpoint's route, are ErrInvalidRequest.
	Extra map[string]any
}

// ChatResponse is a whole answer.
type ChatResponse struct {
	ID      string
	Model   string    // as the service says it: often the deployment, not the dated version
	Created time.Time // zero where the service said nothing usable
	Choices []Choice
	Usage   Usage
	Filter  ContentFilter // what the content filter found in the prompt
	Info    ResponseInfo

	text *answerText // nil for a streamed answer
}

// Choice is one of the answers.
type Choice struct {
	Index        int
	Message      Message
	FinishReason FinishReason
	Filter       ContentFilter // what the content filter found in this answer
}

// FinishReason says why an answer ended. It is an open set: compare with the
// constants and expect others.
type FinishReason string

const (
	FinishStop          FinishReason = "stop"           // the model was done, or a stop text came
	FinishLength        FinishReason = "length"         // MaxTokens was reached
	FinishModelLength   FinishReason = "model_length"   // the model's context was full
	FinishToolCalls     FinishReason = "tool_calls"     // the model waits for the results of its calls
	FinishContentFilter FinishReason = "content_filter" // Azure's content filter cut the answer
	FinishError         FinishReason = "error"          // generation failed; the call returns ErrIncomplete
)

// Usage counts what the call cost. A count that the service did not send is 0. On
// the OpenAI-shaped routes a stream's usage comes only when asked for, with
// ChatRequest.Extra "stream_options": {"include_usage": true}, which some Mistral
// deployments refuse; so it is never asked for unbidden.
type Usage struct {
	PromptTokens     int
	CompletionTokens int
	TotalTokens      int     // not always the sum: audio is counted apart
	CachedTokens     int     // part of the prompt that came from a cache
	ReasoningTokens  int     // part of the completion that was thinking
	AudioSeconds     float64 // of audio in the prompt
}

// ContentFilter holds Azure's content filter results by category ("hate",
// "self_harm", "sexual", "violence", "jailbreak", "protected_material_text", …).
// Categories that this package does not know are kept.
type ContentFilter map[string]FilterResult

// FilterResult is one category's result.
type FilterResult struct {
	Filtered bool
	Detected bool
	Severity string // "safe", "low", "medium", "high"; empty where the category has none
}

// ResponseInfo is what the response said beside the answer. A stream has it
// before the first chunk.
type ResponseInfo struct {
	StatusCode int         // 0: no response came
	Header     http.Header // the response's own, with credentials that the service echoed struck out
	RequestID  string      // the service's id of this request, for a support ticket
	Region     string      // where it was served, such as "Sweden Central"
	RateLimit  RateLimit
	Attempts   int // sends in all, the last one included
}

// RateLimit is what the response said of the deployment's limits, from Azure's
// and Mistral's header names alike. nil means that it said nothing usable: -1
// ("not tracked") is nil too.
type RateLimit struct {
	LimitRequests     *int
	RemainingRequests *int
	LimitTokens       *int
	RemainingTokens   *int
	ResetRequests     *time.Duration
	ResetTokens       *time.Duration
}

// RawJSON returns the body as received. It is nil for a streamed answer: its
// chunks keep known fields only. The caller must not change it: the answer's texts
// may be parts of it. Where they are not, each call makes it anew.
func (r *ChatResponse) RawJSON() json.RawMessage {
	if r.text == nil {
		return nil
	}
	return r.text.raw()
}

// Chat sends req and waits for the whole answer, or returns an *Error that says
// what happened. Refusals that another send may mend are sent again, within
// ClientOptions.Retry and ctx's deadline. The answer's body is bounded by
// ClientOptions.MaxResponseBytes, its time by ctx, StartTimeout and IdleTimeout.
func (c *Client) Chat(ctx context.Context, req ChatRequest, options *ChatOptions) (*ChatResponse, error) {
	k, err := c.newCall(ctx, &req, options, false)
	if err != nil {
		return nil, err
	}
	answer, e := k.chat()
	if e != nil {
		e.tellProblem(req.Messages)
	}
	k.end(answer, e)
	if e != nil {
		return nil, e
	}
	return answer, nil
}

func (k *call) chat() (*ChatResponse, *Error) {
	resp, info, e := k.open()
	if e != nil {
		return nil, e
	}
	defer k.release()
	body, e := k.readAnswer(resp, info)
	if e != nil {
		return nil, e
	}
	return k.wholeAnswer(resp, info, body)
}
