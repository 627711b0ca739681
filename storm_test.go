package azmistral

import (
	"context"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// service is a fake of a deployment with a limit: admit decides for each request,
// an answer takes 0.3 s.
type service struct {
	mu     sync.Mutex
	began  time.Time
	admit  func(at time.Duration) bool
	refuse step

	requests, answers int
	retriesAt         map[int]int // by tenth of a second: sends that were no first ones
}

func (s *service) Do(req *http.Request) (*http.Response, error) {
	k, _ := sending(req.Context())
	s.mu.Lock()
	at := time.Since(s.began)
	s.requests++
	if k.attempts > 1 {
		s.retriesAt[int(at/(100*time.Millisecond))]++
	}
	ok := s.admit(at)
	s.mu.Unlock()
	if !ok {
		return s.refuse(req)
	}
	select {
	case <-time.After(300 * time.Millisecond):
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	s.mu.Lock()
	s.answers++
	s.mu.Unlock()
	return reply(200, testAnswer)(req)
}

// fixedWindows admits n requests in each second.
func fixedWindows(n int) func(time.Duration) bool {
	counts := map[int]int{}
	return func(at time.Duration) bool {
		second := int(at / time.Second)
		counts[second]++
		return counts[second] <= n
	}
}

// bucket admits n requests a second, and size at once.
func bucket(n, size float64) func(time.Duration) bool {
	tokens, last := size, time.Duration(0)
	return func(at time.Duration) bool {
		tokens, last = min(size, tokens+(at-last).Seconds()*n), at
		if tokens < 1-1e-9 {
			return false
		}
		tokens--
		return true
	}
}

type stormResult struct {
	perCall      float64
	answered     int
	last         time.Duration
	busiestShare float64 // of the retries, in one tenth of a second
	errors       []error
}

// storm sends calls through one client, call i at start(i), and waits for them all.
func storm(t *testing.T, s *service, calls int, start func(i int) time.Duration, patience time.Duration) stormResult {
	s.began, s.retriesAt = time.Now(), map[int]int{}
	o := ClientOptions{Model: "m"}
	o.Transport = s
	c := newTestClient(t, nil, func(with *ClientOptions) { *with = o })
	var r stormResult
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() {
			time.Sleep(start(i))
			ctx := t.Context()
			if patience > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, patience)
				defer cancel()
			}
			_, err := c.Chat(ctx, hello, nil)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				r.answered++
				r.last = time.Since(s.began)
			} else {
				r.errors = append(r.errors, err)
			}
		})
	}
	wg.Wait()
	r.perCall = float64(s.requests) / float64(calls)
	retries, busiest := 0, 0
	for _, n := range s.retriesAt {
		retries += n
		busiest = max(busiest, n)
	}
	r.busiestShare = float64(busiest) / math.Max(1, float64(retries))
	t.Logf("%d of %d answered, %.2f requests a call, last answer after %v, busiest tenth of a second %.0f%% of %d retries",
		r.answered, calls, r.perCall, r.last.Round(100*time.Millisecond), 100*r.busiestShare, retries)
	return r
}

// 600 calls at once against 100 a second: every call ends in an answer, or in a
// refusal that says when to come back, and the herd does not stay together.
func TestStorm(t *testing.T) {
	limited := func(hint bool) step {
		if hint {
			return reply(429, `{"error":{"code":"429","message":"too many"}}`, "Retry-After: 1")
		}
		return reply(429, `{"error":{"code":"429","message":"too many"}}`)
	}
	atOnce := func(int) time.Duration { return 0 }
	for name, c := range map[string]struct {
		admit    func(time.Duration) bool
		hint     bool
		patience time.Duration
		answered int     // at least
		perCall  float64 // at most
	}{
		"fixed windows":       {fixedWindows(100), true, 0, 590, 2.5},
		"token bucket":        {bucket(100, 100), true, 0, 590, 2.5},
		"smooth bucket":       {bucket(100, 10), true, 0, 570, 3}, // 10 at once is a harder service than 100 a second
		"without a hint":      {fixedWindows(100), false, 0, 590, 2.5},
		"four seconds a call": {fixedWindows(100), true, 4 * time.Second, 380, 2.5}, // 400 is all that fits
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{admit: c.admit, refuse: limited(c.hint)}
				r := storm(t, s, 600, atOnce, c.patience)
				assert.GreaterOrEqual(t, r.answered, c.answered)
				assert.LessOrEqual(t, r.perCall, c.perCall)
				assert.LessOrEqual(t, r.busiestShare, 0.2)
				for _, err := range r.errors {
					require.ErrorIs(t, err, ErrRateLimited)
					if c.hint {
						require.Equal(t, time.Second, asError(err).RetryAfter)
					}
				}
			})
		})
	}
}

// 20 calls a second for a minute, and the service is down from 10 s to 40 s: the
// budget keeps the load near one request a call.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{refuse: reply(503, ""), admit: func(at time.Duration) bool { return at < 10*time.Second || at >= 40*time.Second }}
		r := storm(t, s, 1200, func(i int) time.Duration { return time.Duration(i) * 50 * time.Millisecond }, 0)
		assert.LessOrEqual(t, r.perCall, 1.2)
		assert.GreaterOrEqual(t, r.answered, 600, "all that came while it was up")
		assert.LessOrEqual(t, r.busiestShare, 0.2)
		for _, err := range r.errors {
			require.ErrorIs(t, err, ErrUnavailable)
		}
	})
}
