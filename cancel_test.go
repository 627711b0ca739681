package azmistral

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whenever the caller's context ends, the call returns at once, says so, and
// leaves nothing behind: at each 100 ms of a call that fetches a token behind
// another call's back, waits for headers, is refused with a body that stalls,
// waits to send again, and then gets an answer in pieces.
func TestCancelAtAnyMoment(t *testing.T) {
	const whole = 12 * time.Second // longer than the call takes
	for _, stream := range []bool{false, true} {
		for at := time.Duration(0); at < whole; at += 100 * time.Millisecond {
			synctest.Test(t, func(t *testing.T) {
				credential := &fakeCredential{get: func(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
					select {
					case <-time.After(2 * time.Second):
						return azcore.AccessToken{Token: testToken, ExpiresOn: time.Now().Add(time.Hour)}, nil
					case <-ctx.Done():
						return azcore.AccessToken{}, ctx.Err()
					}
				}}
				late := func(next step) step {
					return func(req *http.Request) (*http.Response, error) {
						select {
						case <-time.After(time.Second):
							return next(req)
						case <-req.Context().Done():
							return nil, req.Context().Err()
						}
					}
				}
				answer := body(200, "application/json", hung(testAnswer[:40]))
				if stream {
					answer = stalls(roleEvent, time.Second, textEvent)
				}
				transport := &byCall{steps: []step{late(body(503, "application/json", hung("{"))), late(answer)}}
				c := newTokenClient(t, testEndpoint, credential, transport, nil)
				go func() { _, _ = c.Chat(context.WithValue(t.Context(), otherCall{}, true), hello, nil) }() // fetches the token
				synctest.Wait()

				reason := errors.New("the user left")
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(at, func() { cancel(reason) })
				began := time.Now()
				var err error
				if stream {
					var s *ChatStream
					if s, err = c.ChatStream(ctx, hello, nil); err == nil {
						_, err = s.Collect()
					}
				} else {
					_, err = c.Chat(ctx, hello, nil)
				}
				require.ErrorIs(t, err, context.Canceled, "at %v", at)
				assert.ErrorIs(t, err, reason, "at %v", at)
				assert.NotNil(t, asError(err), "at %v", at)
				assert.Equal(t, at, time.Since(began), "returned at once")
				time.Sleep(time.Hour) // the other call ends
				synctest.Wait()
			})
		}
	}
}

type otherCall struct{}

// byCall plays its steps to one call, and answers any other at once.
type byCall struct {
	steps []step
	sends int
}

func (b *byCall) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	if req.Context().Value(otherCall{}) != nil {
		return reply(200, testAnswer)(req)
	}
	next := b.steps[min(b.sends, len(b.steps)-1)]
	b.sends++
	return next(req)
}
