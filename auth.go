package azmistral

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

const (
	authorizationHeader = "Authorization"
	bearerPrefix        = "Bearer "
)

// authFacts is what an error may say of how a request was authorised.
type authFacts struct {
	keyHeader        string // where the key went; empty with Entra ID
	scope            string // asked for; empty with a key
	audience, tenant string // of the token that was sent, where it is a JWT
}

// keyPolicies authorise requests with a key, and check the key again at each
// send: KeyCredential.Update may have changed it.
func keyPolicies(credential *azcore.KeyCredential, header string, allowHTTP bool) []policy.Policy {
	options := &runtime.KeyCredentialPolicyOptions{InsecureAllowCredentialWithHTTP: allowHTTP}
	header = http.CanonicalHeaderKey(header)
	if header == authorizationHeader {
		options.Prefix = bearerPrefix
	}
	check := policyFunc(func(req *policy.Request) (*http.Response, error) {
		key := strings.TrimPrefix(req.Raw().Header.Get(header), options.Prefix)
		if err := checkKey(key); err != nil {
			return nil, permanent(&Error{kind: ErrAuthentication, what: err.Error()})
		}
		return req.Next()
	})
	return []policy.Policy{newIsolate(header, runtime.NewKeyCredentialPolicy(credential, header, options)), check}
}

// tokenPolicies authorise requests with Entra ID tokens for scope.
func tokenPolicies(credential azcore.TokenCredential, scope string, allowHTTP bool) []policy.Policy {
	gate := &tokenGate{credential: credential}
	bearer := runtime.NewBearerTokenPolicy(gate, []string{scope}, &policy.BearerTokenOptions{
		InsecureAllowCredentialWithHTTP: allowHTTP,
		AuthorizationHandler: policy.AuthorizationHandler{
			OnRequest: func(req *policy.Request, authorize func(policy.TokenRequestOptions) error) error {
				ctx := req.Raw().Context()
				leave, err := gate.enter(ctx)
				if err != nil {
					return err
				}
				defer leave()
				err = authorize(policy.TokenRequestOptions{Scopes: []string{scope}})
				if err != nil && ctx.Err() == nil {
					return &Error{kind: ErrAuthentication, what: "no token for scope " + scope, Message: withoutRules(err.Error()), cause: err}
				}
				return err
			},
		},
	})
	forget := policyFunc(func(req *policy.Request) (*http.Response, error) {
		resp, err := req.Next()
		if err == nil && resp.StatusCode == http.StatusUnauthorized {
			gate.forget()
		}
		return resp, err
	})
	return []policy.Policy{newIsolate(authorizationHeader, bearer), forget}
}

// withoutRules drops the lines of dashes that azidentity draws into its messages.
func withoutRules(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.Trim(line, "- \t\r") == ""
	}), "\n")
}

// isolate lets authorize, and the policies below it, work on a copy of the
// request, and puts one without the credential on the response: what a caller's
// policy, error or log sees holds none.
type isolate struct {
	authorize policy.Policy
	headers   []string // that can hold a credential, in canonical form
}

func newIsolate(header string, authorize policy.Policy) *isolate {
	return &isolate{authorize, append(credentialHeaders[:], header)}
}

func (p *isolate) Do(req *policy.Request) (*http.Response, error) {
	above := req.Raw()
	req = req.WithContext(above.Context())
	req.Raw().Header = above.Header.Clone()
	// A caller's policy may have set another body, in one of two ways. The guard
	// gives each entry into the transport a reader of ours.
	k, s := sending(above.Context())
	if s != nil && req.Body() == io.ReadSeekCloser(k.body) && above.Body == s.raw.Body {
		req.Raw().Body = k.body
	}
	resp, err := p.authorize.Do(req)
	if resp != nil {
		var clean *http.Request
		if s != nil && s.clean.Method == "" { // the first entry of this send
			clean = &s.clean
		} else {
			clean = new(http.Request)
		}
		*clean = *above
		clean.Header = p.clean(above.Header)
		clean.Body, clean.GetBody = nil, nil
		resp.Request = clean
	}
	return resp, err
}

// clean is h, or where it holds a credential already a copy without.
func (p *isolate) clean(h http.Header) http.Header {
	if !slices.ContainsFunc(p.headers, func(name string) bool { return len(h[name]) > 0 }) {
		return h
	}
	h = h.Clone()
	for _, name := range p.headers {
		delete(h, name)
	}
	return h
}

// tokenGate is the credential that the bearer policy sees. Its gate makes up for
// azcore's lock on the token, which ignores the context of those who wait: while
// no valid token is known, callers queue here, and may leave.
type tokenGate struct {
	credential azcore.TokenCredential

	mu       sync.Mutex
	expires  time.Time     // of the last token; zero: none is known
	fetching chan struct{} // closed when the fetch under way ends; nil: none is
}

// enter returns when a valid token is known, or when the caller is the one who
// has to fetch it; leave is then to be called after the fetch.
func (g *tokenGate) enter(ctx context.Context) (leave func(), err error) {
	for {
		g.mu.Lock()
		if time.Now().Before(g.expires) {
			g.mu.Unlock()
			return func() {}, nil
		}
		if g.fetching == nil {
			leave := g.begin()
			g.mu.Unlock()
			return leave, nil
		}
		wait := g.fetching
		g.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// begin marks a fetch as under way. The caller holds g.mu.
func (g *tokenGate) begin() (end func()) {
	done := make(chan struct{})
	g.fetching = done
	return func() {
		g.mu.Lock()
		g.fetching = nil
		g.mu.Unlock()
		close(done)
	}
}

// GetToken implements azcore.TokenCredential. azcore calls it from one goroutine
// at a time; a refresh ahead of time comes here without having entered the gate.
func (g *tokenGate) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	g.mu.Lock()
	if g.fetching == nil {
		defer g.begin()()
	}
	g.mu.Unlock()
	token, err := g.ask(ctx, options)
	if err == nil {
		g.mu.Lock()
		g.expires = token.ExpiresOn
		g.mu.Unlock()
	}
	return token, err
}

// ask asks the credential. A panic of it becomes an error: azcore would keep its
// lock, and every later call would hang.
func (g *tokenGate) ask(ctx context.Context, options policy.TokenRequestOptions) (token azcore.AccessToken, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the credential panicked: %v", r)
		}
	}()
	return g.credential.GetToken(ctx, options)
}

// forget drops the known token, as azcore does when the service answers 401.
func (g *tokenGate) forget() {
	g.mu.Lock()
	g.expires = time.Time{}
	g.mu.Unlock()
}

// keyText reads the text of a key, which azcore keeps to itself: its key policy
// writes it into a header that goes nowhere. The zero KeyCredential makes azcore
// panic.
func keyText(credential *azcore.KeyCredential) (text string, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the key credential is empty: make it with azcore.NewKeyCredential")
		}
	}()
	const header = "K"
	req, err := runtime.NewRequest(context.Background(), http.MethodGet, "https://localhost/")
	if err != nil {
		return "", err
	}
	// There is no policy to pass the request on to: the error says so, and nothing else.
	_, _ = runtime.NewKeyCredentialPolicy(credential, header, nil).Do(req)
	return req.Raw().Header.Get(header), nil
}

// checkKey says what is wrong with a key's text, without repeating it.
func checkKey(key string) error {
	switch {
	case strings.TrimSpace(key) == "":
		return errors.New("the key is empty")
	case strings.ContainsAny(key, "\r\n"):
		return errors.New("the key has a line break: trim what was read from a file or a secret store")
	case len(key) >= len(bearerPrefix) && strings.EqualFold(key[:len(bearerPrefix)], bearerPrefix):
		return errors.New(`the key begins with "Bearer": give the key alone`)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return errors.New("the key has a blank or a control character")
	case strings.ContainsFunc(key, func(r rune) bool { return r > 0x7f }):
		return errors.New("the key has a character that no header can carry")
	}
	if strings.Count(key, ".") != 2 { // most keys: no JWT
		return nil
	}
	if _, _, ok := tokenClaims(key); ok {
		return errors.New("the key is an Entra ID token: use NewClient with a token credential")
	}
	return nil
}

// tokenClaims reads the audience and the tenant of a JWT, unverified: they are
// told to the user, nothing else.
func tokenClaims(token string) (audience, tenant string, ok bool) {
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 || len(token) > maxHeaderBytes {
		return "", "", false
	}
	head, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || !json.Valid(head) {
		return "", "", false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", "", false
	}
	var claims struct {
		Audience json.RawMessage `json:"aud"`
		Tenant   string          `json:"tid"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return "", "", json.Valid(payload)
	}
	var list []string
	if json.Unmarshal(claims.Audience, &audience) != nil && json.Unmarshal(claims.Audience, &list) == nil {
		audience = strings.Join(list, " ")
	}
	return oneLine(audience, maxQuotedBytes), oneLine(claims.Tenant, maxQuotedBytes), true
}

// policyFunc is a policy that is a function.
type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }

// permanent marks an error as one that no further send can mend, in the way that
// azcore's policies know.
func permanent(err error) error { return &permanentError{err} }

type permanentError struct{ error }

func (e *permanentError) NonRetriable() {}
func (e *permanentError) Unwrap() error { return e.error }
