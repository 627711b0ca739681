package azmistral_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/azmistral/azmistral"
)

// Other programs compile against these names and types. A line that has to change
// here is a breaking change.
var (
	_ func(string, azcore.TokenCredential, *azmistral.ClientOptions) (*azmistral.Client, error)                                = azmistral.NewClient
	_ func(string, *azcore.KeyCredential, *azmistral.ClientOptions) (*azmistral.Client, error)                                 = azmistral.NewClientWithKeyCredential
	_ func(*azmistral.Client) azmistral.Endpoint                                                                               = (*azmistral.Client).Endpoint
	_ func(*azmistral.Client, context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatResponse, error) = (*azmistral.Client).Chat
	_ func(*azmistral.Client, context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatStream, error)   = (*azmistral.Client).ChatStream
	_ func(string) (azmistral.Endpoint, error)                                                                                 = azmistral.ParseEndpoint
	_ func(azmistral.ResponseInfo, func() (*azmistral.ChatChunk, error), func() error) *azmistral.ChatStream                   = azmistral.NewChatStream
	_ func(*azmistral.ChatStream) (*azmistral.ChatChunk, error)                                                                = (*azmistral.ChatStream).Next
	_ func(*azmistral.ChatStream) iter.Seq2[*azmistral.ChatChunk, error]                                                       = (*azmistral.ChatStream).All
	_ func(*azmistral.ChatStream) iter.Seq2[string, error]                                                                     = (*azmistral.ChatStream).Text
	_ func(*azmistral.ChatStream) (*azmistral.ChatResponse, error)                                                             = (*azmistral.ChatStream).Collect
	_ func(*azmistral.ChatStream) *azmistral.ChatResponse                                                                      = (*azmistral.ChatStream).Response
	_ func(*azmistral.ChatStream) azmistral.ResponseInfo                                                                       = (*azmistral.ChatStream).Info
	_ func(*azmistral.ChatStream) error                                                                                        = (*azmistral.ChatStream).Close
	_ func(*azmistral.ChatChunk) string                                                                                        = (*azmistral.ChatChunk).Text
	_ func(*azmistral.ChatResponse) azmistral.Message                                                                          = (*azmistral.ChatResponse).Message
	_ func(*azmistral.ChatResponse) string                                                                                     = (*azmistral.ChatResponse).Text
	_ func(*azmistral.ChatResponse) []azmistral.ToolCall                                                                       = (*azmistral.ChatResponse).ToolCalls
	_ func(*azmistral.ChatResponse) azmistral.FinishReason                                                                     = (*azmistral.ChatResponse).FinishReason
	_ func(*azmistral.ChatResponse) json.RawMessage                                                                            = (*azmistral.ChatResponse).RawJSON
	_ func(string) azmistral.Message                                                                                           = azmistral.System
	_ func(string, ...azmistral.Part) azmistral.Message                                                                        = azmistral.User
	_ func(string) azmistral.Message                                                                                           = azmistral.Assistant
	_ func(azmistral.ToolCall, string) azmistral.Message                                                                       = azmistral.ToolResult
	_ func(azmistral.Message) string                                                                                           = azmistral.Message.Text
	_ func(azmistral.Content) string                                                                                           = azmistral.Content.Text
	_ func(azmistral.Content) string                                                                                           = azmistral.Content.Thinking
	_ func(azmistral.ToolCall, any) error                                                                                      = azmistral.ToolCall.Decode
	_ func([]azmistral.Message) []azmistral.MessageProblem                                                                     = azmistral.CheckMessages
	_ func(azmistral.MessageProblem) string                                                                                    = azmistral.MessageProblem.String
	_ func() azmistral.ToolChoice                                                                                              = azmistral.ToolChoiceAuto
	_ func() azmistral.ToolChoice                                                                                              = azmistral.ToolChoiceNone
	_ func() azmistral.ToolChoice                                                                                              = azmistral.ToolChoiceRequired
	_ func(string) azmistral.ToolChoice                                                                                        = azmistral.ToolChoiceFunction
	_ func() azmistral.ResponseFormat                                                                                          = azmistral.FormatJSON
	_ func(azmistral.JSONSchema) azmistral.ResponseFormat                                                                      = azmistral.FormatJSONSchema
	_ func(azmistral.RateLimit) string                                                                                         = azmistral.RateLimit.String
	_ func(azmistral.Endpoint) string                                                                                          = azmistral.Endpoint.String

	_ json.Marshaler   = azmistral.Message{}
	_ json.Unmarshaler = (*azmistral.Message)(nil)
	_ error            = (*azmistral.Error)(nil)
	_ interface {
		fmt.Formatter
		slog.LogValuer
		json.Marshaler
		Unwrap() []error
	} = (*azmistral.Error)(nil)
)

// Chat is the interface that the packages above the root declare for themselves.
type chatter interface {
	Chat(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatResponse, error)
	ChatStream(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatStream, error)
	Endpoint() azmistral.Endpoint
}

var _ chatter = (*azmistral.Client)(nil)

var _ = azmistral.ClientOptions{
	ClientOptions: azcore.ClientOptions{}, Model: "", Route: azmistral.RouteModels, TokenScope: "", KeyHeader: "",
	StartTimeout: time.Minute, IdleTimeout: time.Minute, MaxResponseBytes: int64(1), MaxEventBytes: int64(1), RetryUnknown: true,
	OnRetry: func(context.Context, azmistral.RetryEvent) {},
}

var _ = azmistral.RetryEvent{Attempt: 1, Wait: time.Second, Err: error(nil)}

var _ = azmistral.ChatOptions{StartTimeout: time.Second, IdleTimeout: time.Second}

var _ = []azmistral.Route{
	azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
	azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
}

var _ = map[azmistral.Endpoint]bool{{Route: "", URL: "", Deployment: "", TokenScope: "", KeyHeader: ""}: true} // comparable

var _ = azmistral.ChatRequest{
	Model: "", Messages: []azmistral.Message{}, MaxTokens: 1, Temperature: new(0.0), TopP: new(1.0), RandomSeed: new(int64(1)), N: 1, Stop: []string{},
	PresencePenalty: new(0.0), FrequencyPenalty: new(0.0), Tools: []azmistral.Tool{}, ToolChoice: azmistral.ToolChoice{}, ParallelToolCalls: new(false),
	ResponseFormat: azmistral.ResponseFormat{}, ReasoningEffort: "", SafePrompt: new(true), Prediction: "", PromptCacheKey: "",
	Metadata: map[string]any{}, Extra: map[string]any{},
}

var _ = azmistral.Message{
	Role: azmistral.RoleSystem, Content: azmistral.Content{}, ToolCalls: []azmistral.ToolCall{}, ToolCallID: "", Name: "", Prefix: false,
}

var _ = []azmistral.Role{azmistral.RoleSystem, azmistral.RoleUser, azmistral.RoleAssistant, azmistral.RoleTool}

var _ = azmistral.MessageProblem{Index: -1, Rule: azmistral.RuleNoMessages, Caution: false, Message: ""}

var _ = []azmistral.MessageRule{
	azmistral.RuleNoMessages, azmistral.RuleRole, azmistral.RuleField, azmistral.RulePart, azmistral.RuleThinkingOrder, azmistral.RuleEmpty,
	azmistral.RuleFirst, azmistral.RuleLast, azmistral.RuleSystemLate, azmistral.RuleUserAfterTool, azmistral.RulePrefixNotLast,
	azmistral.RuleFunctionName, azmistral.RuleCallID, azmistral.RuleDuplicateCall, azmistral.RuleMissingResult, azmistral.RuleResultID,
	azmistral.RuleOrphanResult, azmistral.RuleDuplicateResult,
}

var _ = azmistral.Content{
	&azmistral.TextPart{Text: ""},
	&azmistral.ImagePart{URL: "", Data: []byte{}, MediaType: "", Detail: ""},
	&azmistral.DocumentPart{URL: "", Data: []byte{}, MediaType: "", Name: ""},
	&azmistral.AudioPart{URL: "", Data: []byte{}, Format: ""},
	&azmistral.FilePart{FileID: ""},
	&azmistral.ThinkingPart{Text: "", Signature: "", Closed: new(true)},
	&azmistral.ReferencePart{IDs: []string{}},
	&azmistral.UnknownPart{Type: "", Raw: json.RawMessage{}},
}

var _ = azmistral.Tool{Name: "", Description: "", Parameters: any(nil), Strict: true, Raw: json.RawMessage{}}

var _ = azmistral.ToolCall{ID: "", Name: "", Arguments: "", Index: 0}

var _ = azmistral.JSONSchema{Name: "", Description: "", Schema: any(nil), Strict: true}

var _ = azmistral.ChatResponse{
	ID: "", Model: "", Created: time.Time{}, Choices: []azmistral.Choice{}, Usage: azmistral.Usage{}, Filter: azmistral.ContentFilter{}, Info: azmistral.ResponseInfo{},
}

var _ = azmistral.Choice{Index: 0, Message: azmistral.Message{}, FinishReason: azmistral.FinishStop, Filter: azmistral.ContentFilter{}}

var _ = []azmistral.FinishReason{
	azmistral.FinishStop, azmistral.FinishLength, azmistral.FinishModelLength, azmistral.FinishToolCalls, azmistral.FinishContentFilter, azmistral.FinishError,
}

var _ = azmistral.Usage{PromptTokens: 0, CompletionTokens: 0, TotalTokens: 0, CachedTokens: 0, ReasoningTokens: 0, AudioSeconds: 0.5}

var _ = azmistral.ContentFilter{"hate": azmistral.FilterResult{Filtered: true, Detected: true, Severity: ""}}

var _ = azmistral.ResponseInfo{StatusCode: 0, Header: http.Header{}, RequestID: "", Region: "", RateLimit: azmistral.RateLimit{}, Attempts: 0}

var _ = azmistral.RateLimit{
	LimitRequests: new(1), RemainingRequests: new(1), LimitTokens: new(1), RemainingTokens: new(1), ResetRequests: new(time.Second), ResetTokens: new(time.Second),
}

var _ = azmistral.ChatChunk{
	ID: "", Model: "", Created: time.Time{}, Choices: []azmistral.ChunkChoice{}, Usage: &azmistral.Usage{}, Filter: azmistral.ContentFilter{},
}

var _ = azmistral.ChunkChoice{Index: 0, Delta: azmistral.Delta{}, FinishReason: azmistral.FinishStop, Filter: azmistral.ContentFilter{}}

var _ = azmistral.Delta{Role: azmistral.RoleUser, Text: "", Thinking: "", Content: azmistral.Content{}, ToolCalls: []azmistral.ToolCallDelta{}}

var _ = azmistral.ToolCallDelta{Index: -1, ID: "", Name: "", Arguments: ""}

var _ = azmistral.Error{
	StatusCode: 0, Code: "", Type: "", Message: "", Param: "", Fields: []azmistral.FieldError{}, Filter: azmistral.ContentFilter{},
	RetryAfter: time.Second, Delivered: true, Info: azmistral.ResponseInfo{},
}

var _ = azmistral.FieldError{Path: "", Message: "", Type: ""}

var _ = []error{
	azmistral.ErrAuthentication, azmistral.ErrPermission, azmistral.ErrNotFound, azmistral.ErrInvalidRequest, azmistral.ErrContextTooLong,
	azmistral.ErrContentFiltered, azmistral.ErrRateLimited, azmistral.ErrQuotaExceeded, azmistral.ErrUnavailable, azmistral.ErrIncomplete,
	azmistral.ErrTimeout, azmistral.ErrTooLarge, azmistral.ErrUnexpectedResponse,
}

// What the compiler cannot say: constructors give the values that their names say.
func TestSurfaceValues(t *testing.T) {
	if m := azmistral.User("hi"); m.Role != azmistral.RoleUser || m.Text() != "hi" {
		t.Errorf("User: %+v", m)
	}
	if m := azmistral.User("", &azmistral.FilePart{FileID: "f"}); len(m.Content) != 1 {
		t.Errorf("User without text: %+v", m)
	}
	if m := azmistral.ToolResult(azmistral.ToolCall{ID: "abc", Name: "f"}, "42"); m.Role != azmistral.RoleTool || m.ToolCallID != "abc" || m.Name != "f" {
		t.Errorf("ToolResult: %+v", m)
	}
}
