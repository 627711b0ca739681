package azmistral

import (
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A call's sends share an id that no other call has; the caller's own wins, and a
// per-call policy finds it there.
func TestRequestID(t *testing.T) {
	const uuid = `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`
	s := play(reply(503, ""), reply(200, testAnswer))
	var seen []string
	c := newTestClient(t, s, func(o *ClientOptions) {
		o.Retry.RetryDelay = -1
		o.PerCallPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
			seen = append(seen, req.Raw().Header.Get(clientRequestIDHeader))
			return req.Next()
		})}
	})
	for range 2 {
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
	}
	ids := make([]string, len(s.requests))
	for i, req := range s.requests {
		ids[i] = req.Header.Get("x-ms-client-request-id")
	}
	require.Len(t, ids, 3)
	assert.Regexp(t, uuid, ids[0])
	assert.Regexp(t, uuid, ids[2])
	assert.Equal(t, ids[0], ids[1])
	assert.NotEqual(t, ids[0], ids[2])
	assert.Equal(t, []string{ids[0], ids[2]}, seen)

	_, err := c.Chat(policy.WithHTTPHeader(t.Context(), http.Header{clientRequestIDHeader: {"mine"}}), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, "mine", s.requests[3].Header.Get(clientRequestIDHeader))
}

func BenchmarkRequestID(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = newRequestID()
	}
}
