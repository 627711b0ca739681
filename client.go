package azmistral

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"

	"github.com/azmistral/azmistral/internal/route"
)

const (
	moduleName    = "azmistral"
	moduleVersion = "v0.1.0"
)

// Client sends chat requests to one endpoint. It never changes after it was made
// and is safe for concurrent use; one is enough for a program.
type Client struct {
	endpoint Endpoint
	row      route.Row
	request  *http.Request // what is the same in every call's
	pipeline runtime.Pipeline
	tracer   tracing.Tracer

	model            string
	keyHeader        string // where the key goes; empty with Entra ID
	tokenScope       string // of tokens; empty with a key
	start, idle      time.Duration
	maxResponseBytes int64
	maxEventBytes    int64
	transport        *guard
	userAgent        string // empty: net/http's own
}

// NewClient returns a Client that signs in with Microsoft Entra ID.
//   - endpoint is whatever names the place: see ParseEndpoint
//   - credential gives the tokens: one from azidentity, for instance
//   - options may be nil
//
// It sends nothing. Its errors are about the endpoint's text, a nil credential, a
// route that knows no token scope, and a plain http endpoint without
// InsecureAllowCredentialWithHTTP.
func NewClient(endpoint string, credential azcore.TokenCredential, options *ClientOptions) (*Client, error) {
	if isNil(credential) {
		return nil, errors.New("azmistral: the token credential is nil: give one, for instance of azidentity.NewDefaultAzureCredential")
	}
	c, o, err := newClient(endpoint, options)
	if err != nil {
		return nil, err
	}
	scope := c.endpoint.TokenScope
	if scope == "" {
		return nil, fmt.Errorf("azmistral: no token scope is known for route %s (%s): set ClientOptions.TokenScope to the audience that the place wants, "+
			"or sign in with a key", c.endpoint.Route, withoutQuery(c.endpoint.URL))
	}
	c.tokenScope = scope
	return c.connect(o, tokenPolicies(credential, scope, o.InsecureAllowCredentialWithHTTP))
}

// NewClientWithKeyCredential returns a Client that signs in with a key.
//   - endpoint is whatever names the place: see ParseEndpoint
//   - credential holds the key; its Update is obeyed from the next send on
//   - options may be nil
//
// It sends nothing. Its errors are about the endpoint's text, a nil or empty
// credential, a key that no header can carry, an Entra ID token given as a key,
// and a plain http endpoint without InsecureAllowCredentialWithHTTP.
func NewClientWithKeyCredential(endpoint string, credential *azcore.KeyCredential, options *ClientOptions) (*Client, error) {
	if credential == nil {
		return nil, errors.New("azmistral: the key credential is nil: make one with azcore.NewKeyCredential")
	}
	key, err := keyText(credential)
	if err == nil {
		err = checkKey(key)
	}
	if err != nil {
		return nil, fmt.Errorf("azmistral: %w", err)
	}
	c, o, err := newClient(endpoint, options)
	if err != nil {
		return nil, err
	}
	c.keyHeader = c.endpoint.KeyHeader
	return c.connect(o, keyPolicies(credential, c.keyHeader, o.InsecureAllowCredentialWithHTTP))
}

// Endpoint returns where the client sends, and by which rules.
func (c *Client) Endpoint() Endpoint { return c.endpoint }

// newClient is what both constructors share before the credential. The options it
// returns are a copy.
func newClient(text string, options *ClientOptions) (*Client, ClientOptions, error) {
	var o ClientOptions
	if options != nil {
		o = *options
	}
	row, endpoint, err := resolveEndpoint(text, route.Override{
		Route: string(o.Route), APIVersion: o.APIVersion, TokenScope: o.TokenScope, KeyHeader: o.KeyHeader, Cloud: cloudDomain(o.Cloud),
	})
	if err != nil {
		return nil, o, err
	}
	if strings.HasPrefix(endpoint.URL, "http://") && !o.InsecureAllowCredentialWithHTTP {
		return nil, o, fmt.Errorf("azmistral: the endpoint %s is plain http, where anyone on the way can read the credential: use https, "+
			"or set ClientOptions.InsecureAllowCredentialWithHTTP for a server on your own machine", withoutQuery(endpoint.URL))
	}
	if retryOptionsKey == nil {
		return nil, o, errors.New("azmistral: this version of azcore keeps its retry options elsewhere: use the azcore version of this module's go.mod")
	}
	request, err := http.NewRequest(http.MethodPost, endpoint.URL, nil)
	if err != nil {
		return nil, o, fmt.Errorf("azmistral: %w", err)
	}
	return &Client{
		endpoint: endpoint, row: row.Row, request: request, model: o.Model,
		start: bound(o.StartTimeout, defaultStartTimeout), idle: bound(o.IdleTimeout, defaultIdleTimeout),
		maxResponseBytes: limit(o.MaxResponseBytes, defaultMaxResponseBytes), maxEventBytes: limit(o.MaxEventBytes, defaultMaxEventBytes),
		transport: newGuard(o.Transport, endpoint.KeyHeader),
	}, o, nil
}

// connect puts the pipeline together. It reads like the list of what a request
// passes:
//
//	the caller's per-call policies, our retry policy (azcore's own, held at one send),
//	the caller's per-retry policies, authentication, azcore's header, trace and log
//	policies, the guard, the transport
//
// What azcore's telemetry and request id policies would add is in the request already.
func (c *Client) connect(o ClientOptions, auth []policy.Policy) (*Client, error) {
	options := o.ClientOptions
	options.PerCallPolicies = append(slices.Clip(options.PerCallPolicies),
		&retryPolicy{options: o.Retry, retryUnknown: o.RetryUnknown, onRetry: o.OnRetry, budget: newRetryBudget()})
	options.PerRetryPolicies = append(slices.Clip(options.PerRetryPolicies), auth...)
	options.Transport = c.transport
	options.APIVersion = "" // it is in the URL; azcore would refuse it
	c.userAgent = userAgent(o.Telemetry)
	options.Telemetry.Disabled = true // each request has it from the start
	options.Retry = policy.RetryOptions{MaxRetries: -1}
	client, err := azcore.NewClient(moduleName, moduleVersion, runtime.PipelineOptions{
		AllowedHeaders:         loggedHeaders(),
		AllowedQueryParameters: []string{"api-version"},
		Tracing:                runtime.TracingOptions{Namespace: tracingNamespace},
	}, &options)
	if err != nil {
		return nil, fmt.Errorf("azmistral: %w", err)
	}
	c.pipeline, c.tracer = client.Pipeline(), client.Tracer()
	return c, nil
}

// userAgent is the header value that azcore's telemetry policy makes, for each call
// anew; empty where it is disabled.
func userAgent(o policy.TelemetryOptions) string {
	req, err := runtime.NewRequest(context.Background(), http.MethodGet, "https://localhost/")
	if err != nil {
		return ""
	}
	// There is no policy to pass the request on to: the error says so, and nothing else.
	_, _ = runtime.NewTelemetryPolicy(moduleName, moduleVersion, &o).Do(req)
	return req.Raw().Header.Get(userAgentHeader)
}

// checkModel says whether a request can go without a model.
func (c *Client) checkModel(model string) *Error {
	if model == "" && c.row.Model == route.ModelRequired {
		return invalidRequest("no model: set ChatRequest.Model or ClientOptions.Model; on route %s it is your deployment's name", c.endpoint.Route)
	}
	return nil
}

// String says where the client sends.
func (c *Client) String() string {
	if c == nil {
		return "azmistral.Client(nil)"
	}
	return "azmistral.Client(" + c.endpoint.String() + ")"
}

// Format prints the same for every verb: what is inside holds credentials.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue gives slog the same.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// bound reads an option in which 0 means the default and less than 0 no bound.
func bound(d, byDefault time.Duration) time.Duration {
	if d == 0 {
		return byDefault
	}
	return max(d, 0)
}

func limit(n, byDefault int64) int64 {
	if n <= 0 {
		return byDefault
	}
	return n
}

// isNil finds a nil pointer in an interface too.
func isNil(credential azcore.TokenCredential) bool {
	if credential == nil {
		return true
	}
	v := reflect.ValueOf(credential)
	switch v.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}

// cloudDomain is the domain of the services of a sovereign cloud, by its sign-in
// authority: Override.Cloud's form. The public cloud, and one that is not known,
// has none.
func cloudDomain(c cloud.Configuration) string {
	switch strings.ToLower(strings.TrimSuffix(c.ActiveDirectoryAuthorityHost, "/")) {
	case strings.TrimSuffix(cloud.AzureGovernment.ActiveDirectoryAuthorityHost, "/"):
		return "azure.us"
	case strings.TrimSuffix(cloud.AzureChina.ActiveDirectoryAuthorityHost, "/"):
		return "azure.cn"
	}
	return ""
}
