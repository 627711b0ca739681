package azmistraltest

import (
	"time"
)

// Key is the key that a sandbox takes when Options.Keys is empty.
const Key = "sandbox-key"

// Deployment is the name that a sandbox uses where a request, or the caller of
// Client and URL, names no deployment.
const Deployment = "Mistral-Large-3"

// Options configures a sandbox. The zero value and nil mean the same: every default.
type Options struct {
	// Keys are the keys that are taken. None means Key alone.
	Keys []string

	// KeysDisabled refuses every key, as a resource with key sign-in switched off: 403.
	KeysDisabled bool

	// Tokens are opaque bearer tokens that are taken on every route that takes Entra
	// ID. JSON web tokens need no entry: an unsigned one is taken for its audience,
	// see Token.
	Tokens []string

	// Audiences are taken on every route, besides the route's own.
	Audiences []string

	// Deployments are the names that exist. None means that every name does.
	Deployments []string

	// Lenient lets every body through that is JSON and has messages. The zero value
	// checks as the services do: unknown fields, types, ranges, order of messages,
	// ids of tool calls.
	Lenient bool

	// RefuseUserAfterTool refuses a user message right after a tool message, as
	// deployments did that lag behind: 400, code 3230. The zero value takes it.
	RefuseUserAfterTool bool

	// OmitPrefix answers to a prefix with what follows it alone, as backends may that
	// are not Mistral's own. The zero value repeats it first, as recorded.
	OmitPrefix bool

	// ContextWindow is in tokens, prompt and answer together. 0 means 131072.
	ContextWindow int

	// MaxBodyBytes is the largest request body. A larger one is 413. 0 means 64 MiB.
	MaxBodyBytes int64

	// Delay passes before the headers of each answer, Pace between two events of
	// each stream. A client that leaves ends both.
	Delay, Pace time.Duration

	// Quota refuses what goes beyond it. The zero value is no quota.
	Quota Quota

	// Region is told in the headers of the answers. "" means "East US 2".
	Region string

	// Now is the clock of the field "created". nil means that each answer was
	// created at 2026-01-01T00:00:00Z, so that the same request gives the same bytes.
	Now func() time.Time

	// KeepRequests is how many requests Requests gives, the latest. 0 means 10000.
	KeepRequests int
}

// Quota is what a deployment takes within one minute, counted for each deployment
// from the first request of that minute. 0 means no limit.
type Quota struct {
	RequestsPerMinute int
	TokensPerMinute   int // of prompt and answer, as estimated by the sandbox
	Concurrent        int // requests in flight
}

const (
	defaultContextWindow = 131072
	defaultMaxBodyBytes  = 64 << 20
	defaultRegion        = "East US 2"
	defaultKeepRequests  = 10000
	defaultCreated       = 1767225600 // 2026-01-01T00:00:00Z
)

// withDefaults gives a copy with every default filled in.
func withDefaults(options *Options) Options {
	var o Options
	if options != nil {
		o = *options
	}
	if len(o.Keys) == 0 {
		o.Keys = []string{Key}
	}
	if o.ContextWindow == 0 {
		o.ContextWindow = defaultContextWindow
	}
	if o.MaxBodyBytes == 0 {
		o.MaxBodyBytes = defaultMaxBodyBytes
	}
	if o.Region == "" {
		o.Region = defaultRegion
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Unix(defaultCreated, 0) }
	}
	if o.KeepRequests == 0 {
		o.KeepRequests = defaultKeepRequests
	}
	return o
}
