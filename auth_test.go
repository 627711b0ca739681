package azmistral

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeCredential gives tokens, and notes what was asked for.
type fakeCredential struct {
	get func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error)

	mu    sync.Mutex
	asked []policy.TokenRequestOptions
}

func (c *fakeCredential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	c.asked = append(c.asked, o)
	c.mu.Unlock()
	if c.get != nil {
		return c.get(ctx, o)
	}
	return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// jwt is an unsigned token with these claims.
func jwt(claims string) string {
	enc := base64.RawURLEncoding.EncodeToString
	return enc([]byte(`{"alg":"none"}`)) + "." + enc([]byte(claims)) + "." + enc([]byte("signature"))
}

var testToken = jwt(`{"aud":"https://cognitiveservices.azure.com","tid":"72f988bf-0000","upn":"someone@contoso.com"}`)

func newTokenClient(t *testing.T, endpoint string, credential azcore.TokenCredential, s policy.Transporter, with func(*ClientOptions)) *Client {
	t.Helper()
	o := ClientOptions{Model: "mistral-large-3"}
	o.Transport = s
	if with != nil {
		with(&o)
	}
	c, err := NewClient(endpoint, credential, &o)
	require.NoError(t, err)
	return c
}

func TestEntraID(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint string
		with     func(*ClientOptions)
		scope    string
	}{
		"openai v1":          {"https://contoso.openai.azure.com/openai/v1", nil, "https://ai.azure.com/.default"},
		"models":             {"https://contoso.services.ai.azure.com/models", nil, "https://cognitiveservices.azure.com/.default"},
		"deployments":        {"https://contoso.openai.azure.com/openai/deployments/d", nil, "https://cognitiveservices.azure.com/.default"},
		"serverless":         {"https://m.eastus2.models.ai.azure.com", nil, "https://ml.azure.com/.default"},
		"managed":            {"https://e.eastus2.inference.ml.azure.com/v1/chat/completions", nil, "https://ml.azure.com/.default"},
		"own scope":          {"https://contoso.openai.azure.com/openai/v1", func(o *ClientOptions) { o.TokenScope = "api://gateway/.default" }, "api://gateway/.default"},
		"gateway":            {"https://gateway.contoso.com/v1", func(o *ClientOptions) { o.TokenScope = "api://gateway/.default" }, "api://gateway/.default"},
		"sovereign":          {"https://contoso.openai.azure.us/openai/deployments/d", nil, "https://cognitiveservices.azure.us/.default"},
		"cloud of a gateway": {"https://gateway.contoso.com/openai/deployments/d", func(o *ClientOptions) { o.Cloud = cloud.AzureChina }, "https://cognitiveservices.azure.cn/.default"},
	} {
		t.Run(name, func(t *testing.T) {
			credential := &fakeCredential{}
			s := play(reply(200, testAnswer))
			_, err := newTokenClient(t, c.endpoint, credential, s, c.with).Chat(t.Context(), hello, nil)
			require.NoError(t, err)
			require.Len(t, credential.asked, 1)
			assert.Equal(t, []string{c.scope}, credential.asked[0].Scopes)
			assert.True(t, credential.asked[0].EnableCAE)
			assert.Equal(t, []string{"Bearer " + testToken}, s.requests[0].Header.Values("Authorization"))
			assert.Empty(t, s.requests[0].Header.Values("api-key"))
		})
	}
}

func TestKeyHeader(t *testing.T) {
	for name, c := range map[string]struct {
		endpoint string
		with     func(*ClientOptions)
		header   string
		value    string
	}{
		"openai v1":        {"https://contoso.openai.azure.com/openai/v1", nil, "api-key", testKey},
		"models":           {"https://contoso.services.ai.azure.com/models", nil, "api-key", testKey},
		"deployments":      {"https://contoso.openai.azure.com/openai/deployments/d", nil, "api-key", testKey},
		"serverless":       {"https://m.eastus2.models.ai.azure.com/chat/completions", nil, "Authorization", "Bearer " + testKey},
		"serverless v1":    {"https://m.eastus2.models.ai.azure.com", nil, "Authorization", "Bearer " + testKey},
		"managed":          {"https://e.eastus2.inference.ml.azure.com", nil, "Authorization", "Bearer " + testKey},
		"github":           {"https://models.github.ai/inference", nil, "Authorization", "Bearer " + testKey},
		"generic":          {"https://gateway.contoso.com", nil, "Authorization", "Bearer " + testKey},
		"gateway's own":    {"https://gateway.contoso.com", func(o *ClientOptions) { o.KeyHeader = "ocp-apim-subscription-key" }, "Ocp-Apim-Subscription-Key", testKey},
		"bearer by option": {"https://contoso.openai.azure.com/openai/v1", func(o *ClientOptions) { o.KeyHeader = "authorization" }, "Authorization", "Bearer " + testKey},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(reply(200, testAnswer))
			o := &ClientOptions{Model: "m"}
			o.Transport = s
			if c.with != nil {
				c.with(o)
			}
			client, err := NewClientWithKeyCredential(c.endpoint, azcore.NewKeyCredential(testKey), o)
			require.NoError(t, err)
			_, err = client.Chat(t.Context(), hello, nil)
			require.NoError(t, err)
			for _, name := range []string{"Api-Key", "Authorization", "Ocp-Apim-Subscription-Key"} {
				want := []string(nil)
				if http.CanonicalHeaderKey(c.header) == name {
					want = []string{c.value}
				}
				assert.Equal(t, want, s.requests[0].Header.Values(name), name)
			}
		})
	}
}

func TestKeyUpdate(t *testing.T) {
	s := play(reply(200, testAnswer))
	key := azcore.NewKeyCredential(testKey)
	o := &ClientOptions{Model: "m"}
	o.Transport = s
	c, err := NewClientWithKeyCredential(testEndpoint, key, o)
	require.NoError(t, err)
	key.Update("fedcba9876543210")
	_, err = c.Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, "fedcba9876543210", s.requests[0].Header.Get("api-key"))

	key.Update("broken\nkey")
	_, err = c.Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	assert.ErrorContains(t, err, "line break")
	assert.NotContains(t, err.Error(), "broken")
	assert.Equal(t, 1, s.sends(), "nothing was sent, nothing was tried again")
}

func TestClientConstructors(t *testing.T) {
	var nilCredential *fakeCredential
	const endpoint = "https://contoso.openai.azure.com/openai/v1"
	for name, c := range map[string]struct {
		make func() (*Client, error)
		want string
	}{
		"nil token credential":       {func() (*Client, error) { return NewClient(endpoint, nil, nil) }, "the token credential is nil"},
		"typed nil token credential": {func() (*Client, error) { return NewClient(endpoint, nilCredential, nil) }, "the token credential is nil"},
		"nil key credential":         {func() (*Client, error) { return NewClientWithKeyCredential(endpoint, nil, nil) }, "the key credential is nil"},
		"zero key credential":        {func() (*Client, error) { return NewClientWithKeyCredential(endpoint, &azcore.KeyCredential{}, nil) }, "the key credential is empty"},
		"empty key":                  {func() (*Client, error) { return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(""), nil) }, "the key is empty"},
		"blank key": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(" \t"), nil)
		}, "the key is empty"},
		"key with a line break": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("s3cr3t123\n"), nil)
		}, "line break"},
		"key with a blank": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("s3cr3t 123"), nil)
		}, "blank"},
		"key with Bearer": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("Bearer s3cr3t123"), nil)
		}, `begins with "Bearer"`},
		"key beyond ASCII": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("s3crét123"), nil)
		}, "no header can carry"},
		"token as key": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(testToken), nil)
		}, "is an Entra ID token: use NewClient"},
		"plain http, key": {func() (*Client, error) {
			return NewClientWithKeyCredential("http://contoso.com/v1", azcore.NewKeyCredential(testKey), nil)
		}, "plain http"},
		"plain http, token": {func() (*Client, error) {
			return NewClient("http://contoso.com/v1", &fakeCredential{}, &ClientOptions{TokenScope: "s"})
		}, "plain http"},
		"plain http, loopback": {func() (*Client, error) {
			return NewClientWithKeyCredential("http://127.0.0.1:8080/v1", azcore.NewKeyCredential(testKey), nil)
		}, "InsecureAllowCredentialWithHTTP"},
		"no scope known": {func() (*Client, error) { return NewClient("https://gateway.contoso.com", &fakeCredential{}, nil) }, "set ClientOptions.TokenScope"},
		"GitHub with a token": {func() (*Client, error) {
			return NewClient("https://models.github.ai/inference", &fakeCredential{}, nil)
		}, "no token scope is known"},
		"bad endpoint": {func() (*Client, error) { return NewClientWithKeyCredential("", azcore.NewKeyCredential(testKey), nil) }, "endpoint"},
		"unknown route": {func() (*Client, error) {
			return NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential(testKey), &ClientOptions{Route: "moon"})
		}, "moon"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := c.make()
			require.ErrorContains(t, err, c.want)
			assert.Nil(t, client)
			assert.True(t, strings.HasPrefix(err.Error(), "azmistral: "), err)
			assert.NotContains(t, err.Error(), "s3cr")
			assert.NotContains(t, err.Error(), testToken)
		})
	}
}

func TestCloudDomain(t *testing.T) {
	assert.Equal(t, "azure.us", cloudDomain(cloud.AzureGovernment))
	assert.Equal(t, "azure.cn", cloudDomain(cloud.AzureChina))
	assert.Equal(t, "", cloudDomain(cloud.AzurePublic))
	assert.Equal(t, "", cloudDomain(cloud.Configuration{}))
}

// No credential and no prompt goes anywhere but to the endpoint.
func TestRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, where := range []string{"same host", "other host"} {
			for _, how := range []string{"default transport", "caller's client"} {
				for _, stream := range []bool{false, true} {
					t.Run(fmt.Sprint(status, " ", where, ", ", how, ", stream ", stream), func(t *testing.T) {
						var stolen atomic.Int32
						thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stolen.Add(1) }))
						defer thief.Close()
						server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
							if r.URL.Path == "/elsewhere" {
								stolen.Add(1)
								return
							}
							to := "/elsewhere"
							if where == "other host" {
								to = thief.URL + "/elsewhere"
							}
							http.Redirect(w, r, to, status)
						}))
						defer server.Close()
						o := &ClientOptions{Model: "m"}
						o.InsecureAllowCredentialWithHTTP = true
						own := &http.Client{}
						if how != "default transport" {
							o.Transport = own
						}
						c, err := NewClientWithKeyCredential(server.URL+"/v1", azcore.NewKeyCredential(testKey), o)
						require.NoError(t, err)
						if stream {
							_, err = c.ChatStream(t.Context(), hello, nil)
						} else {
							_, err = c.Chat(t.Context(), hello, nil)
						}
						require.ErrorIs(t, err, ErrUnexpectedResponse)
						assert.ErrorContains(t, err, fmt.Sprint(status))
						assert.ErrorContains(t, err, "not followed")
						assert.Zero(t, stolen.Load())
						assert.Nil(t, own.CheckRedirect, "the caller's client is never changed")
						assert.Equal(t, 1, asError(err).Info.Attempts)
					})
				}
			}
		}
	}
}

// A transport of another type that followed a redirect is found out.
func TestRedirectBehindOurBack(t *testing.T) {
	s := play(func(req *http.Request) (*http.Response, error) {
		assert.Nil(t, req.GetBody, "without it net/http follows no 307 and no 308")
		elsewhere := req.Clone(req.Context())
		elsewhere.URL.Host = "elsewhere.example"
		return reply(200, testAnswer)(elsewhere)
	})
	_, err := newTestClient(t, s, nil).Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrUnexpectedResponse)
	assert.ErrorContains(t, err, "https://elsewhere.example")
	assert.Equal(t, 1, s.sends())
}

func TestUnauthorized(t *testing.T) {
	const wrongAudience = `{"error":{"code":"401","message":"Unauthorized. Access token is missing, invalid, audience is incorrect (https://ai.azure.com), or have expired."}}`
	t.Run("a token's 401 names scope, audience, tenant and role", func(t *testing.T) {
		c := newTokenClient(t, testEndpoint, &fakeCredential{}, play(reply(401, wrongAudience)), nil)
		_, err := c.Chat(t.Context(), hello, nil)
		require.ErrorIs(t, err, ErrAuthentication)
		assert.NotErrorIs(t, err, ErrPermission)
		for _, word := range []string{"https://ai.azure.com/.default", "audience https://cognitiveservices.azure.com", "tenant 72f988bf-0000", "Cognitive Services User", "audience is incorrect"} {
			assert.ErrorContains(t, err, word)
		}
		assert.NotContains(t, err.Error(), testToken)
		assert.NotContains(t, err.Error(), "someone@contoso.com")
	})
	t.Run("an opaque token", func(t *testing.T) {
		credential := &fakeCredential{get: func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
			return azcore.AccessToken{Token: "opaque-token-text", ExpiresOn: time.Now().Add(time.Hour)}, nil
		}}
		_, err := newTokenClient(t, testEndpoint, credential, play(reply(401, wrongAudience)), nil).Chat(t.Context(), hello, nil)
		require.ErrorIs(t, err, ErrAuthentication)
		assert.ErrorContains(t, err, "https://ai.azure.com/.default")
		assert.NotContains(t, err.Error(), "opaque-token-text")
	})
	t.Run("a key's 401 names the header", func(t *testing.T) {
		_, err := newTestClient(t, play(reply(401, `{"error":{"code":"401","message":"Access denied due to invalid subscription key"}}`)), nil).Chat(t.Context(), hello, nil)
		require.ErrorIs(t, err, ErrAuthentication)
		assert.ErrorContains(t, err, "header api-key")
	})
	for name, body := range map[string]string{
		"PermissionDenied": `{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}`,
		"in words":         `{"error":{"code":"401","message":"The principal lacks the required data action"}}`,
	} {
		t.Run("a missing role is a 401 too: "+name, func(t *testing.T) {
			_, err := newTokenClient(t, testEndpoint, &fakeCredential{}, play(reply(401, body)), nil).Chat(t.Context(), hello, nil)
			require.ErrorIs(t, err, ErrPermission)
			assert.NotErrorIs(t, err, ErrAuthentication)
			assert.ErrorContains(t, err, "Cognitive Services User")
		})
	}
	t.Run("not sent again, and the token is asked for anew", func(t *testing.T) {
		credential := &fakeCredential{}
		s := play(reply(401, wrongAudience))
		c := newTokenClient(t, testEndpoint, credential, s, nil)
		for range 2 {
			_, err := c.Chat(t.Context(), hello, nil)
			require.ErrorIs(t, err, ErrAuthentication)
		}
		assert.Equal(t, 2, s.sends())
		assert.Len(t, credential.asked, 2)
	})
}

func TestClaimsChallenge(t *testing.T) {
	claims := `{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}`
	challenge := reply(401, "", `WWW-Authenticate: Bearer realm="", error="insufficient_claims", claims="`+base64.StdEncoding.EncodeToString([]byte(claims))+`"`)
	credential := &fakeCredential{}
	s := play(challenge, reply(200, testAnswer))
	answer, err := newTokenClient(t, testEndpoint, credential, s, nil).Chat(t.Context(), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, answer.Info.Attempts, "answered within one try")
	require.Len(t, credential.asked, 2)
	assert.Equal(t, claims, credential.asked[1].Claims)
	assert.Equal(t, s.bodies[0], s.bodies[1])
}

func TestFailingCredential(t *testing.T) {
	reason := errors.New("no identity on this machine")
	credential := &fakeCredential{get: func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
		return azcore.AccessToken{}, reason
	}}
	s := play(reply(200, testAnswer))
	_, err := newTokenClient(t, testEndpoint, credential, s, nil).Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	require.ErrorIs(t, err, reason)
	assert.ErrorContains(t, err, "https://ai.azure.com/.default")
	assert.ErrorContains(t, err, "no identity on this machine")
	assert.Zero(t, s.sends())
	assert.Len(t, credential.asked, 1, "not tried again")
	assert.False(t, asError(err).Delivered)
}

// While one call fetches the token, another's context is obeyed.
func TestTokenGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		credential := &fakeCredential{get: func(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				return azcore.AccessToken{}, ctx.Err()
			}
			return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
		}}
		c := newTokenClient(t, testEndpoint, credential, play(reply(200, testAnswer)), nil)
		began := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Chat(t.Context(), hello, nil)
			assert.NoError(t, err)
			assert.Equal(t, time.Minute, time.Since(began))
		})
		synctest.Wait()
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := c.Chat(ctx, hello, nil)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, time.Second, time.Since(began))
		})
		for range 5 {
			wg.Go(func() {
				_, err := c.Chat(t.Context(), hello, nil)
				assert.NoError(t, err)
				assert.Equal(t, time.Minute, time.Since(began))
			})
		}
		wg.Wait()
		assert.Len(t, credential.asked, 1, "one fetch serves them all")
	})
}

// The one who fetches may leave too; the next one fetches.
func TestTokenGatePassesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		credential := &fakeCredential{get: func(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				return azcore.AccessToken{}, ctx.Err()
			}
			return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
		}}
		c := newTokenClient(t, testEndpoint, credential, play(reply(200, testAnswer)), nil)
		began := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := c.Chat(ctx, hello, nil)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, ErrAuthentication, "the credential did nothing wrong")
		})
		synctest.Wait()
		wg.Go(func() {
			_, err := c.Chat(t.Context(), hello, nil)
			assert.NoError(t, err)
			assert.Equal(t, 70*time.Second, time.Since(began))
		})
		wg.Wait()
	})
}

// A refresh ahead of time holds up nobody but the one who does it.
func TestTokenRefreshAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := false
		credential := &fakeCredential{get: func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
			if slow {
				time.Sleep(time.Minute)
			}
			slow = true
			return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(10 * time.Minute)}, nil
		}}
		c := newTokenClient(t, testEndpoint, credential, play(reply(200, testAnswer)), nil)
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		time.Sleep(6 * time.Minute) // four minutes are left: azcore refreshes
		began := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := c.Chat(t.Context(), hello, nil)
			assert.NoError(t, err)
			assert.Equal(t, time.Minute, time.Since(began))
		})
		synctest.Wait()
		_, err = c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		assert.Equal(t, time.Duration(0), time.Since(began))
		wg.Wait()
	})
}

// What a caller's policy sees holds no credential, before and after.
func TestPoliciesSeeNoCredential(t *testing.T) {
	for name, make := range map[string]func(*testing.T, *script, func(*ClientOptions)) *Client{
		"key": func(t *testing.T, s *script, with func(*ClientOptions)) *Client { return newTestClient(t, s, with) },
		"token": func(t *testing.T, s *script, with func(*ClientOptions)) *Client {
			return newTokenClient(t, testEndpoint, &fakeCredential{}, s, with)
		},
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			look := policyFunc(func(req *policy.Request) (*http.Response, error) {
				resp, err := req.Next()
				for _, h := range []http.Header{req.Raw().Header, resp.Request.Header} {
					text := fmt.Sprint(h)
					assert.NotContains(t, text, testKey)
					assert.NotContains(t, text, testToken)
				}
				seen++
				return resp, err
			})
			c := make(t, play(reply(401, `{"detail":"no"}`)), func(o *ClientOptions) {
				o.PerCallPolicies = []policy.Policy{look}
				o.PerRetryPolicies = []policy.Policy{look}
			})
			_, err := c.Chat(t.Context(), hello, nil)
			assert.Equal(t, 2, seen)
			response, ok := errors.AsType[*azcore.ResponseError](err)
			require.True(t, ok)
			assert.NotContains(t, fmt.Sprint(response.RawResponse.Request.Header), testKey)
			assert.NotContains(t, fmt.Sprint(response.RawResponse.Request.Header), testToken)
		})
	}
}

func TestTokenClaims(t *testing.T) {
	for name, c := range map[string]struct {
		token            string
		audience, tenant string
		ok               bool
	}{
		"jwt":           {testToken, "https://cognitiveservices.azure.com", "72f988bf-0000", true},
		"audience list": {jwt(`{"aud":["a","b"]}`), "a b", "", true},
		"no claims":     {jwt(`{}`), "", "", true},
		"not an object": {jwt(`[]`), "", "", true},
		"odd audience":  {jwt(`{"aud":7,"tid":"t"}`), "", "t", true},
		"not base64":    {"a.b%.c", "", "", false},
		"not JSON":      {jwt("hello"), "", "", false},
		"two parts":     {"eyJ.eyJ", "", "", false},
		"a key":         {testKey, "", "", false},
		"a dotted key":  {"abc.def.ghi", "", "", false},
		"line breaks":   {jwt(`{"aud":"a\nb"}`), "a b", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			audience, tenant, ok := tokenClaims(c.token)
			assert.Equal(t, []any{c.audience, c.tenant, c.ok}, []any{audience, tenant, ok})
		})
	}
}
