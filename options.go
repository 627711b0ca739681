package azmistral

import (
	"context"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// Every default of the package, with its unit. ClientOptions and ChatOptions
// name them in their field comments; nothing else in the package holds one.
const (
	defaultStartTimeout     = 30 * time.Minute
	defaultIdleTimeout      = 1 * time.Minute
	defaultMaxResponseBytes = 64 << 20
	defaultMaxEventBytes    = 16 << 20

	maxErrorBodyBytes = 64 << 10        // of a refusal's body
	maxErrorBodyWait  = 1 * time.Second // until a refusal's body has come
	maxHeaderBytes    = 1 << 20         // of all response headers together
	maxMessageBytes   = 500             // of the service's words in one error line
	maxSignInBytes    = 2000            // of a credential's words: a chain of them lists what each one lacks
	maxQuotedBytes    = 200             // of an unexpected text body in an error line

	endOfStreamWait  = 50 * time.Millisecond // for the last chunk mark after a whole streamed answer
	endOfStreamBytes = 64 << 10
)

// ClientOptions configures a Client. The zero value and nil mean the same: every default.
type ClientOptions struct {
	// ClientOptions are azcore's own: transport, logging, telemetry, tracing,
	// extra policies, Cloud, APIVersion and InsecureAllowCredentialWithHTTP.
	//
	// Retry is obeyed by this package's retry policy, which stands in azcore's
	// place. MaxRetries 0 means 4 here (5 sends). A RetryDelay of 0 means a backoff
	// from 0.5 s on, never under 0.25 s; above 0 it is the backoff's base, without a
	// floor; below 0 there is no backoff, and only waits that the service asks for
	// are kept. A MaxRetryDelay of 0 caps a backoff at 8 s and a wait that the
	// service asks for at 60 s; above 0 it caps both, below 0 neither. A wait that is
	// too long is not slept out but returned in [Error.RetryAfter]. TryTimeout covers
	// the time to the response headers, never the body of a stream.
	//
	// A policy must not end the request's context when it returns, nor read the body
	// of a response with status 200 without putting it back: the answer is read
	// after the pipeline.
	//
	// Logging.IncludeBody makes azcore's log hold prompts and refusals, word by word.
	//
	// APIVersion replaces the endpoint's api-version on routes that send one.
	azcore.ClientOptions

	// Model is for requests that name none. On most routes it is the name of your
	// deployment, not of the model in the catalogue.
	Model string

	// Route overrides what ParseEndpoint found in the endpoint's text, for a
	// gateway or custom domain that hides the place behind it.
	Route Route

	// TokenScope overrides the Entra ID scope of the route, for instance
	// "https://cognitiveservices.azure.com/.default".
	TokenScope string

	// KeyHeader overrides the header that carries the key. "Authorization" means
	// "Bearer <key>"; any other header carries the key alone.
	KeyHeader string

	// StartTimeout bounds each send: to the response headers for Chat, to the first
	// event for ChatStream. Waits between sends are not counted, nor is the caller's
	// time before the first Next. Keep it long for reasoning models: they think
	// before the first byte. 0 means 30 minutes, less than 0 means no bound. When it
	// passes, the error is ErrTimeout.
	StartTimeout time.Duration

	// IdleTimeout bounds the silence between two reads of the answer that bring
	// something; comments and empty events of a stream bring nothing. 0 means one
	// minute, less than 0 means no bound. When it passes, the error is ErrTimeout.
	IdleTimeout time.Duration

	// MaxResponseBytes is the largest body that Chat reads, after decompression.
	// 0 or less means 64 MiB. A larger one is ErrTooLarge.
	MaxResponseBytes int64

	// MaxEventBytes is the largest event that a stream reads, over all its lines.
	// 0 or less means 16 MiB. A larger one is ErrTooLarge.
	MaxEventBytes int64

	// RetryUnknown also sends a request again when it was delivered and no answer
	// came. The service may then have answered, and billed, twice. Without it such
	// a call ends with ErrUnavailable and [Error.Delivered] set.
	RetryUnknown bool

	// OnRetry is called before each wait for a further send, on the goroutine of
	// the call. It must not block; it may be called by several calls at once.
	OnRetry func(context.Context, RetryEvent)
}

// RetryEvent tells an OnRetry hook what is about to happen.
type RetryEvent struct {
	Attempt int           // the send that failed, counted from 1
	Wait    time.Duration // until the next one
	Err     error         // why it failed: an *Error
}

// ChatOptions are the options of one call. nil means the zero value. Headers and
// retries of one call are set through its context, with azcore's
// policy.WithHTTPHeader and policy.WithRetryOptions.
type ChatOptions struct {
	// StartTimeout is as in ClientOptions. 0 means the client's.
	StartTimeout time.Duration

	// IdleTimeout is as in ClientOptions. 0 means the client's.
	IdleTimeout time.Duration
}
