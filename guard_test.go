package azmistral

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The guard goes past an *http.Client to its RoundTripper: what the client would
// have done is done all the same.
func TestHTTPClientIsObeyed(t *testing.T) {
	answer := roundTripper(func(req *http.Request) (*http.Response, error) {
		return reply(200, testAnswer, "Set-Cookie: affinity="+req.Header.Get("Cookie")+"x")(req)
	})
	t.Run("cookies", func(t *testing.T) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		c := newLoopbackClient(t, "localhost", func(o *ClientOptions) { o.Transport = &http.Client{Transport: answer, Jar: jar} })
		for range 2 {
			_, err := c.Chat(t.Context(), hello, nil)
			require.NoError(t, err)
		}
		cookies := jar.Cookies(&url.URL{Scheme: "http", Host: "localhost", Path: "/openai/v1/chat/"})
		require.Len(t, cookies, 1)
		assert.Equal(t, "affinity=affinity=xx", cookies[0].String())
	})
	t.Run("timeout", func(t *testing.T) {
		silent := roundTripper(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		c := newLoopbackClient(t, "localhost", func(o *ClientOptions) {
			o.Transport, o.Retry.MaxRetries = &http.Client{Transport: silent, Timeout: time.Millisecond}, -1
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.Chat(ctx, hello, nil)
		assert.ErrorIs(t, err, ErrTimeout)
		assert.NoError(t, ctx.Err(), "the client's own timeout was forgotten")
	})
	t.Run("user info", func(t *testing.T) {
		c := newLoopbackClient(t, "localhost", func(o *ClientOptions) {
			o.Transport, o.KeyHeader = &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				user, password, _ := req.BasicAuth()
				assert.Equal(t, "me:secret", user+":"+password)
				return reply(200, testAnswer)(req)
			})}, "api-key"
			o.PerRetryPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
				req.Raw().URL.User = url.UserPassword("me", "secret")
				return req.Next()
			})}
		})
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
	})
	t.Run("errors", func(t *testing.T) {
		reason := errors.New("no route")
		var seen error
		c := newLoopbackClient(t, "localhost", func(o *ClientOptions) {
			o.Transport = &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, reason })}
			o.Retry.ShouldRetry = func(_ *http.Response, err error) bool { seen = err; return false }
		})
		_, err := c.Chat(t.Context(), hello, nil)
		assert.ErrorIs(t, err, reason)
		var form *url.Error
		require.ErrorAs(t, seen, &form)
		assert.Equal(t, url.Error{Op: "Post", URL: "http://localhost/openai/v1/chat/completions", Err: reason}, *form)
	})
	t.Run("plain HTTP behind https", func(t *testing.T) {
		server := httptest.NewServer(http.NotFoundHandler())
		defer server.Close()
		c := newLoopbackClient(t, server.Listener.Addr().String(), func(o *ClientOptions) {
			o.Retry.MaxRetries = -1
			o.PerCallPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
				req.Raw().URL.Scheme = "https"
				return req.Next()
			})}
		})
		_, err := c.Chat(t.Context(), hello, nil)
		assert.ErrorIs(t, err, http.ErrSchemeMismatch)
	})
}
