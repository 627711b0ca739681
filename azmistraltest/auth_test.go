package azmistraltest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

var _ azcore.TokenCredential = (*TokenCredential)(nil)

const (
	bodyDenied    = `{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource."}}`
	bodyMaaS      = `{ "statusCode": 401, "message": "Auth token validation failed. Please provide a valid key or a valid AAD token" }`
	bodyCognitive = `{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired." }`
	bodyFoundry   = `{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://ai.azure.com), or have expired." }`
	bodyML        = `{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://ml.azure.com), or have expired." }`
	bodyGitHub    = `{"error":{"code":"unauthorized","message":"Bad credentials","details":null}}`
)

// TestKeys sends the key in each header, a wrong one, and none.
func TestKeys(t *testing.T) {
	h, client := local(t, nil)
	for _, test := range []struct {
		route          azmistral.Route
		bearer, header bool // taken as
		wrong, missing string
	}{
		{azmistral.RouteServerless, true, false, bodyMaaS, bodyMaaS},
		{azmistral.RouteServerlessV1, true, false, bodyMaaS, bodyMaaS},
		{azmistral.RouteModels, true, true, bodyDenied, bodyCognitive},
		{azmistral.RouteOpenAIV1, true, true, bodyDenied, bodyFoundry},
		{azmistral.RouteDeployments, false, true, bodyDenied, bodyCognitive},
		{azmistral.RouteManaged, true, false, "key_auth_access_denied", "key_auth_bad_header_forbidden"},
		{azmistral.RouteGitHub, true, false, bodyGitHub, bodyGitHub},
		{azmistral.RouteGeneric, true, false, `{"detail":"Invalid API Key"}`, `{"detail":"Unauthorized"}`},
	} {
		t.Run(string(test.route), func(t *testing.T) {
			url := realURL(h, test.route)
			body := user("Hello", model)
			status := func(taken bool) int {
				if taken {
					return 200
				}
				return 401
			}
			assert.Equal(t, 200, ask(t, client, url, body).status, "both")
			assert.Equal(t, 200, ask(t, client, url, body, "authorization", "bearer "+Key).status, "the scheme's case")
			bearer := ask(t, client, url, body, "api-key", "")
			assert.Equal(t, status(test.bearer), bearer.status, "bearer")
			header := ask(t, client, url, body, "Authorization", "")
			assert.Equal(t, status(test.header), header.status, "api-key")

			wrong := ask(t, client, url, body, "Authorization", "Bearer nope", "api-key", "nope")
			assert.Equal(t, 401, wrong.status)
			assert.Equal(t, test.wrong, wrong.body)
			missing := ask(t, client, url, body, "Authorization", "", "api-key", "")
			assert.Equal(t, 401, missing.status)
			assert.Equal(t, test.missing, missing.body)
		})
	}
	assert.Equal(t, "Invalid JWT.", ask(t, client, realURL(h, azmistral.RouteServerless), user("a"), "Authorization", "Bearer nope").header.Get("x-ms-error-reason"))
}

// TestAudiences sends a token for each audience to each route.
func TestAudiences(t *testing.T) {
	h, client := local(t, &Options{Audiences: []string{"api://mine"}})
	const foundry, cognitive, ml = "https://ai.azure.com", "https://cognitiveservices.azure.com", "https://ml.azure.com"
	for _, test := range []struct {
		url   string
		taken []string
		named string // by the refusal
	}{
		{realURL(h, azmistral.RouteServerless), []string{ml}, bodyML},
		{realURL(h, azmistral.RouteServerlessV1), []string{ml}, bodyML},
		{realURL(h, azmistral.RouteModels), []string{cognitive, foundry}, bodyCognitive},
		{realURL(h, azmistral.RouteOpenAIV1), []string{foundry, cognitive}, bodyFoundry},
		{realURL(h, azmistral.RouteDeployments), []string{cognitive}, bodyCognitive},
		{realURL(h, azmistral.RouteManaged), []string{ml}, bodyML},
		{realURL(h, azmistral.RouteGitHub), nil, bodyGitHub},
		{realURL(h, azmistral.RouteGeneric), []string{foundry, cognitive, ml}, ""},
		{"https://x.services.ai.azure.com/api/projects/p/openai/v1/chat/completions", []string{foundry}, bodyFoundry},
		{"https://x.openai.azure.us/openai/deployments/d/chat/completions?api-version=x", []string{"https://cognitiveservices.azure.us"},
			`{ "statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.us), or have expired." }`},
	} {
		for _, audience := range []string{foundry, cognitive, ml, "https://cognitiveservices.azure.us"} {
			got := ask(t, client, test.url, user("Hello", model), "Authorization", "Bearer "+Token(audience+"/.default"), "api-key", "")
			if slices.Contains(test.taken, audience) || test.named == "" {
				assert.Equal(t, 200, got.status, "%s %s", test.url, audience)
				continue
			}
			assert.Equal(t, 401, got.status, "%s %s", test.url, audience)
			assert.Equal(t, test.named, got.body, "%s %s", test.url, audience)
		}
	}
	assert.Equal(t, 200, ask(t, client, realURL(h, azmistral.RouteModels), user("Hello", model), "Authorization", "Bearer "+Token("api://mine"), "api-key", "").status)
}

func TestTokenForms(t *testing.T) {
	h, client := local(t, &Options{Tokens: []string{"opaque"}})
	url := realURL(h, azmistral.RouteOpenAIV1)
	try := func(bearer string) response {
		return ask(t, client, url, user("Hello", model), "Authorization", "Bearer "+bearer, "api-key", "")
	}
	assert.Equal(t, 200, try("opaque").status)
	assert.Equal(t, 200, try(Token("https://ai.azure.com/")).status, "a slash at the end")
	assert.Equal(t, 200, try("h.eyJhdWQiOlsieCIsImh0dHBzOi8vYWkuYXp1cmUuY29tIl19.s").status, "a list of audiences")
	assert.Equal(t, 401, try("h.eyJhdWQiOlsieCJdfQ.s").status)
	assert.Equal(t, bodyDenied, try("a.b.c").body, "no claims: a key")

	assert.Equal(t, 401, try(mint("https://ai.azure.com", time.Now().Add(-time.Minute), false)).status, "expired")
	noRole := try(mint("https://ai.azure.com", time.Now().Add(time.Minute), true))
	assert.Equal(t, 401, noRole.status)
	assert.Equal(t, `{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}`, noRole.body)
}

func TestKeysDisabled(t *testing.T) {
	h, client := local(t, &Options{KeysDisabled: true})
	url := realURL(h, azmistral.RouteOpenAIV1)
	got := ask(t, client, url, user("Hello", model))
	assert.Equal(t, 403, got.status)
	assert.Equal(t, `{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}`, got.body)
	assert.Equal(t, 200, ask(t, client, url, user("Hello", model), "Authorization", "Bearer "+Token("https://ai.azure.com"), "api-key", "").status)
}

func TestTokenCredential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		c := NewTokenCredential()
		token, err := c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://ml.azure.com/.default"}})
		require.NoError(t, err)
		assert.Equal(t, "https://ml.azure.com", tokenClaims(token.Token).get("aud").str())
		assert.Equal(t, time.Now().Add(time.Hour), token.ExpiresOn)

		c.Audience, c.Lifetime, c.Delay = "api://other", -time.Minute, time.Hour
		start := time.Now()
		token, err = c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://ai.azure.com/.default"}})
		require.NoError(t, err)
		assert.Equal(t, "api://other", tokenClaims(token.Token).get("aud").str())
		assert.Equal(t, time.Hour, time.Since(start))
		assert.True(t, token.ExpiresOn.Before(time.Now()))
		assert.Equal(t, []string{"https://ml.azure.com/.default", "https://ai.azure.com/.default"}, c.Scopes())

		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		_, err = c.GetToken(cancelled, policy.TokenRequestOptions{Scopes: []string{"s"}})
		assert.ErrorIs(t, err, context.Canceled)

		c.Delay, c.Err = 0, errors.New("no sign-in")
		_, err = c.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"s"}})
		assert.Equal(t, c.Err, err)
		_, err = NewTokenCredential().GetToken(ctx, policy.TokenRequestOptions{})
		assert.Error(t, err)
	})
}
