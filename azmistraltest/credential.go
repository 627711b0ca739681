package azmistraltest

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// claimNoRole marks a token whose owner lacks the role: it is refused as such.
const claimNoRole = "sandbox_no_role"

// tokenLifetime is what Entra ID gives at least.
const tokenLifetime = time.Hour

// Token gives an unsigned token for an audience, good for an hour. The sandbox
// takes it where its audience is the route's; a scope ("…/.default") does as well.
// No real service takes it.
func Token(audience string) string {
	return mint(audience, time.Now().Add(tokenLifetime), false)
}

func mint(audience string, expires time.Time, noRole bool) string {
	claims := `{"aud":` + quoted(plainAudience(audience)) +
		`,"iss":"https://sts.windows.net/00000000-0000-0000-0000-000000000000/"` +
		`,"tid":"00000000-0000-0000-0000-000000000000"` +
		`,"oid":"11111111-1111-1111-1111-111111111111"` +
		`,"exp":` + strconv.FormatInt(expires.Unix(), 10)
	if noRole {
		claims += `,"` + claimNoRole + `":true`
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + encode([]byte(claims+"}")) + "." + encode([]byte("sandbox"))
}

// TokenCredential is an azcore.TokenCredential that mints test tokens for the
// scope that it is asked for, and remembers the scopes. Set its fields before its
// first use. It is safe for concurrent use.
type TokenCredential struct {
	Audience string        // instead of the scope's: to be refused for the wrong one
	NoRole   bool          // the token's owner lacks the role: 401 PermissionDenied
	Lifetime time.Duration // of the tokens. 0 means one hour; less than 0 makes expired ones
	Delay    time.Duration // before each token
	Err      error         // instead of a token

	mu     sync.Mutex
	scopes []string
}

// NewTokenCredential gives a credential whose tokens fit every route.
func NewTokenCredential() *TokenCredential { return &TokenCredential{} }

// GetToken implements azcore.TokenCredential.
func (c *TokenCredential) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	c.scopes = append(c.scopes, options.Scopes...)
	c.mu.Unlock()
	if err := wait(ctx, c.Delay); err != nil {
		return azcore.AccessToken{}, err
	}
	if c.Err != nil {
		return azcore.AccessToken{}, c.Err
	}
	audience := c.Audience
	if audience == "" {
		if len(options.Scopes) == 0 {
			return azcore.AccessToken{}, errors.New("azmistraltest: a token was asked for without a scope")
		}
		audience = options.Scopes[0]
	}
	lifetime := c.Lifetime
	if lifetime == 0 {
		lifetime = tokenLifetime
	}
	expires := time.Now().Add(lifetime)
	return azcore.AccessToken{Token: mint(audience, expires, c.NoRole), ExpiresOn: expires}, nil
}

// Scopes gives every scope asked for so far, in order.
func (c *TokenCredential) Scopes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.scopes)
}

// wait sleeps, or ends with the context.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
