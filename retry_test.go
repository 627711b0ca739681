package azmistral

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRetryHint(t *testing.T) {
	const date = "Sat, 28 Nov 2026 12:00:00 GMT"
	for name, c := range map[string]struct {
		headers []string
		prose   time.Duration
		want    time.Duration
	}{
		"none":                       {nil, 0, 0},
		"prose alone":                {nil, 26 * time.Second, 26 * time.Second},
		"header before prose":        {[]string{"Retry-After: 2"}, 26 * time.Second, 2 * time.Second},
		"seconds":                    {[]string{"Retry-After: 7"}, 0, 7 * time.Second},
		"fraction":                   {[]string{"Retry-After: 1.5"}, 0, 1500 * time.Millisecond},
		"blanks":                     {[]string{"Retry-After:   3 "}, 0, 3 * time.Second},
		"milliseconds":               {[]string{"Retry-After-Ms: 1200"}, 0, 1200 * time.Millisecond},
		"azure milliseconds":         {[]string{"X-Ms-Retry-After-Ms: 900"}, 0, 900 * time.Millisecond},
		"the longest counts":         {[]string{"Retry-After-Ms: 100", "X-Ms-Retry-After-Ms: 2500", "Retry-After: 2"}, 0, 2500 * time.Millisecond},
		"recorded on Foundry":        {[]string{"Retry-After: 1", "Retry-After-Ms: 0"}, 0, time.Second},
		"date by the server's clock": {[]string{"Retry-After: Sat, 28 Nov 2026 12:00:09 GMT", "Date: " + date}, 0, 9 * time.Second},
		"date past":                  {[]string{"Retry-After: Sat, 28 Nov 2026 11:00:09 GMT", "Date: " + date}, 0, 0},
		"zero":                       {[]string{"Retry-After: 0"}, 0, 0},
		"negative":                   {[]string{"Retry-After: -1"}, 0, 0},
		"garbage":                    {[]string{"Retry-After: soon"}, 0, 0},
		"not a count":                {[]string{"Retry-After: inf"}, 0, 0},
		"exponent":                   {[]string{"Retry-After: 1e3"}, 0, 0},
		"garbage, then prose":        {[]string{"Retry-After: soon"}, time.Minute, time.Minute},
		"more than a duration holds": {[]string{"Retry-After: 99999999999999999999"}, 0, math.MaxInt64},
		"absurd":                     {[]string{"Retry-After: " + strings.Repeat("9", 400)}, 0, math.MaxInt64},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for _, line := range c.headers {
				k, v, _ := strings.Cut(line, ": ")
				h.Set(k, v)
			}
			assert.Equal(t, c.want, retryHint(h, c.prose))
		})
	}
}

func TestRetryWait(t *testing.T) {
	const forever = time.Duration(math.MaxInt64)
	for name, c := range map[string]struct {
		options  policy.RetryOptions
		in       waitFor
		min, max time.Duration // the widest bounds of the wait; max 0: not waited for
	}{
		"first backoff":               {in: waitFor{attempt: 1, left: forever}, min: 250 * time.Millisecond, max: 500 * time.Millisecond},
		"third backoff":               {in: waitFor{attempt: 3, left: forever}, min: time.Second, max: 2 * time.Second},
		"backoff is capped":           {in: waitFor{attempt: 40, left: forever}, min: 4 * time.Second, max: 8 * time.Second},
		"own base has no floor":       {options: policy.RetryOptions{RetryDelay: time.Millisecond}, in: waitFor{attempt: 1, left: forever}, min: time.Millisecond / 2, max: time.Millisecond},
		"no backoff":                  {options: policy.RetryOptions{RetryDelay: -1}, in: waitFor{attempt: 3, left: forever}, max: 1},
		"no backoff keeps a hint":     {options: policy.RetryOptions{RetryDelay: -1}, in: waitFor{attempt: 1, rateLimited: true, hint: 2 * time.Second, left: forever}, min: 2 * time.Second, max: 7 * time.Second},
		"own cap of a backoff":        {options: policy.RetryOptions{MaxRetryDelay: time.Second}, in: waitFor{attempt: 9, left: forever}, min: time.Second / 2, max: time.Second},
		"no cap of a backoff":         {options: policy.RetryOptions{MaxRetryDelay: -1}, in: waitFor{attempt: 9, left: forever}, min: 64 * time.Second, max: 128 * time.Second},
		"hint is a floor":             {in: waitFor{attempt: 1, rateLimited: true, hint: 2 * time.Second, left: forever}, min: 2 * time.Second, max: 7 * time.Second},
		"spread ends at ten seconds":  {in: waitFor{attempt: 1, rateLimited: true, hint: 30 * time.Second, left: forever}, min: 30 * time.Second, max: 40 * time.Second},
		"429 without a hint":          {in: waitFor{attempt: 1, rateLimited: true, left: forever}, min: time.Second, max: 3500 * time.Millisecond},
		"the same with an own base":   {options: policy.RetryOptions{RetryDelay: time.Millisecond}, in: waitFor{attempt: 1, rateLimited: true, left: forever}, min: time.Millisecond / 2, max: time.Millisecond},
		"hint of a 503":               {in: waitFor{attempt: 1, hint: time.Second, left: forever}, min: time.Second, max: 3500 * time.Millisecond},
		"hint over a minute":          {in: waitFor{attempt: 1, rateLimited: true, hint: 61 * time.Second, left: forever}},
		"a day":                       {in: waitFor{attempt: 1, rateLimited: true, hint: 24 * time.Hour, left: forever}},
		"absurd":                      {in: waitFor{attempt: 1, rateLimited: true, hint: forever, left: forever}},
		"absurd without a cap":        {options: policy.RetryOptions{MaxRetryDelay: -1}, in: waitFor{attempt: 1, rateLimited: true, hint: forever, left: forever}},
		"longer cap":                  {options: policy.RetryOptions{MaxRetryDelay: 5 * time.Minute}, in: waitFor{attempt: 1, rateLimited: true, hint: 4 * time.Minute, left: forever}, min: 4 * time.Minute, max: 4*time.Minute + 10*time.Second},
		"spread stays within own cap": {options: policy.RetryOptions{MaxRetryDelay: 2 * time.Second}, in: waitFor{attempt: 1, rateLimited: true, hint: 1900 * time.Millisecond, left: forever}, min: 1900 * time.Millisecond, max: 2 * time.Second},
		"hint beyond the deadline":    {in: waitFor{attempt: 1, rateLimited: true, hint: 5 * time.Second, left: 5 * time.Second}},
		"backoff beyond the deadline": {in: waitFor{attempt: 3, left: time.Second}},
		"spread shrinks":              {in: waitFor{attempt: 1, rateLimited: true, hint: 2 * time.Second, left: 3 * time.Second}, min: 2 * time.Second, max: 2800 * time.Millisecond},
		"hint beyond a minute in all": {in: waitFor{attempt: 3, rateLimited: true, hint: 20 * time.Second, elapsed: 41 * time.Second, left: forever}},
		"connection failure":          {in: waitFor{attempt: 1, left: forever}, min: 250 * time.Millisecond, max: 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRetryRules(c.options, false)
			lowest, highest := forever, time.Duration(0)
			for range 2000 {
				wait, ok := r.wait(c.in)
				if c.max == 0 {
					require.False(t, ok)
					continue
				}
				require.True(t, ok)
				lowest, highest = min(lowest, wait), max(highest, wait)
			}
			if c.max > 0 {
				width := c.max - c.min
				assert.GreaterOrEqual(t, lowest, c.min)
				assert.Less(t, highest, c.max+1)
				assert.LessOrEqual(t, lowest, c.min+width/20+1, "the low end of the spread is used")
				assert.GreaterOrEqual(t, highest, c.max-width/20-1, "the high end of the spread is used")
			}
		})
	}
}

func TestRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newRetryBudget()
		count := func(rateLimited bool) (n int) {
			for b.take(rateLimited) {
				n++
			}
			return n
		}
		assert.Equal(t, 100, count(false), "a full bucket")
		time.Sleep(3 * time.Second)
		assert.Equal(t, 3, count(false), "one a second")
		for range 25 {
			b.answered()
		}
		assert.Equal(t, 2, count(false), "a tenth an answer")
		time.Sleep(10 * time.Second)
		assert.InDelta(t, 105, count(true), 1, "a retry after a 429 costs a tenth; what was left of the answers counts")
		time.Sleep(time.Hour)
		assert.Equal(t, 100, count(false), "never more than full")
	})
}

func TestRetryOptionsKey(t *testing.T) {
	require.NotNil(t, retryOptionsKey)
	ctx := policy.WithRetryOptions(context.Background(), policy.RetryOptions{MaxRetries: 7})
	assert.Equal(t, policy.RetryOptions{MaxRetries: 7}, ctx.Value(retryOptionsKey))
}

// What is sent again, in every corner of RetryOptions, is what azcore's own policy
// sends again, but for the differences that the table names.
func TestRetriesAsAzcore(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	outcomes := map[string]step{
		"dial error":    fails(dial),
		"cut in write":  breaks(errors.New("broken pipe"), false, false),
		"delivered":     breaks(io.EOF, false, true),
		"reused":        breaks(io.EOF, true, true),
		"tells nothing": fails(io.ErrUnexpectedEOF),
		"424 of a 503":  reply(424, "", "ms-azureml-model-error-statuscode: 503"),
		"424 of a 400":  reply(424, "", "ms-azureml-model-error-statuscode: 400"),
	}
	for _, status := range []int{200, 400, 401, 403, 404, 408, 409, 413, 415, 422, 424, 425, 429, 431, 499, 500, 501, 502, 503, 504, 529, 599} {
		outcomes[fmt.Sprint(status)] = reply(status, testAnswer)
	}
	options := map[string]policy.RetryOptions{
		"default":     {},
		"none":        {MaxRetries: -1},
		"one":         {MaxRetries: 1},
		"many":        {MaxRetries: 7},
		"delay":       {RetryDelay: time.Millisecond},
		"short waits": {RetryDelay: time.Millisecond, MaxRetryDelay: 2 * time.Millisecond, MaxRetries: 3},
		"no cap":      {MaxRetryDelay: -1, MaxRetries: 2},
		"own codes":   {StatusCodes: []int{404, 424, 529}, MaxRetries: 2},
		"no codes":    {StatusCodes: []int{}, MaxRetries: 2},
		"try timeout": {TryTimeout: time.Second, MaxRetries: 2},
		"always":      {ShouldRetry: func(*http.Response, error) bool { return true }, MaxRetries: 2},
		"never":       {ShouldRetry: func(*http.Response, error) bool { return false }, MaxRetries: 2},
		"answers, not errors": {ShouldRetry: func(resp *http.Response, err error) bool {
			if (resp == nil) == (err == nil) {
				panic("ShouldRetry gets a response or an error")
			}
			return resp != nil
		}, MaxRetries: 2},
	}
	differs := func(option, outcome string, o policy.RetryOptions, azcore int) int {
		switch {
		case o.ShouldRetry == nil && (outcome == "delivered" || outcome == "tells nothing"):
			return 1 // the outcome is unknown: it may be billed twice
		case o.StatusCodes == nil && o.ShouldRetry == nil && (outcome == "529" || outcome == "424 of a 503"):
			azcore = max(int(o.MaxRetries), 0) + 1
			if o.MaxRetries == 0 {
				return 5
			}
			return azcore
		case o.MaxRetries == 0 && azcore == 4:
			return 5 // our default
		}
		return azcore
	}
	for optionName, o := range options {
		for outcomeName, outcome := range outcomes {
			for _, how := range []string{"client", "call"} {
				t.Run(optionName+"/"+outcomeName+"/"+how, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						theirs := play(outcome)
						pipeline := runtime.NewPipeline("m", "v1.0.0", runtime.PipelineOptions{}, &policy.ClientOptions{Retry: o, Transport: theirs})
						req, err := runtime.NewRequest(t.Context(), http.MethodPost, "https://localhost/")
						require.NoError(t, err)
						body := new(requestBody)
						body.fill([]byte("{}"), nil)
						require.NoError(t, req.SetBody(body, "application/json"))
						_, _ = pipeline.Do(req.WithContext(noTrace(req.Raw().Context())))

						ours := play(outcome)
						ctx := t.Context()
						c := newTestClient(t, ours, func(co *ClientOptions) {
							if how == "client" {
								co.Retry = o
							} else {
								co.Retry = policy.RetryOptions{MaxRetries: 9}
								ctx = policy.WithRetryOptions(ctx, o)
							}
						})
						_, _ = c.Chat(ctx, hello, nil)
						assert.Equal(t, differs(optionName, outcomeName, o, theirs.sends()), ours.sends(), "azcore sends %d", theirs.sends())
					})
				})
			}
		}
	}
}

func TestRetriedAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		first step
		sends int
	}{
		"429":             {reply(429, `{"error":{"code":"429","message":"slow down"}}`, "Retry-After: 1"), 2},
		"503":             {reply(503, ""), 2},
		"529":             {reply(529, ""), 2},
		"424 of a 429":    {reply(424, "", "ms-azureml-model-error-statuscode: 429"), 2},
		"dial":            {fails(&net.OpError{Op: "dial", Err: errors.New("refused")}), 2},
		"dead connection": {breaks(io.EOF, true, true), 2},
		"400":             {reply(400, "{}"), 1},
		"424":             {reply(424, `{"detail":"Not Found"}`), 1},
		"x-should-retry":  {reply(503, "", "x-should-retry: false"), 1},
		"insufficient":    {reply(429, `{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}`), 1},
		"daily":           {reply(429, `{"error":{"code":"RateLimitReached","message":"Rate limit of 150 per 86400s exceeded for UserByModelByDay. Please wait 20 seconds"}}`), 1},
		"unknown outcome": {breaks(io.EOF, false, true), 1},
		"http2 stream":    {breaks(errors.New("stream error: stream ID 3; INTERNAL_ERROR; received from peer"), true, true), 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(c.first, reply(200, testAnswer))
				var seen []RetryEvent
				client := newTestClient(t, s, func(o *ClientOptions) {
					o.OnRetry = func(_ context.Context, e RetryEvent) { seen = append(seen, e) }
				})
				began := time.Now()
				answer, err := client.Chat(t.Context(), hello, nil)
				assert.Equal(t, c.sends, s.sends())
				if c.sends == 1 {
					require.Error(t, err)
					assert.Equal(t, 1, asError(err).Info.Attempts)
					assert.Empty(t, seen)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 2, answer.Info.Attempts)
				assert.Equal(t, "Paris.", answer.Text())
				require.Len(t, seen, 1)
				assert.Equal(t, 1, seen[0].Attempt)
				assert.Equal(t, seen[0].Wait, time.Since(began))
				require.NotNil(t, asError(seen[0].Err))
				assert.Equal(t, s.bodies[0], s.bodies[1], "the same body")
				assert.NotEmpty(t, s.bodies[1])
				assert.Equal(t, []string{testKey}, s.requests[1].Header.Values("api-key"), "the credential, once")
			})
		})
	}
}

func TestRetryUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(breaks(io.EOF, false, true), reply(200, testAnswer))
		c := newTestClient(t, s, func(o *ClientOptions) { o.RetryUnknown = true })
		_, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		assert.Equal(t, 2, s.sends())
	})
}

// A caller's deadline is never slept through.
func TestRetryAtTheDeadline(t *testing.T) {
	for name, refusal := range map[string]step{
		"hint":  reply(429, "", "Retry-After: 20"),
		"prose": reply(429, `{"error":{"code":"429","message":"Please retry after 20 seconds."}}`),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(refusal)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				_, err := newTestClient(t, s, nil).Chat(ctx, hello, nil)
				assert.Equal(t, time.Duration(0), time.Since(began))
				assert.ErrorIs(t, err, ErrRateLimited)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, 20*time.Second, asError(err).RetryAfter)
				assert.Equal(t, 1, s.sends())
			})
		})
	}
	t.Run("backoff", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(reply(503, ""))
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := newTestClient(t, s, nil).Chat(ctx, hello, nil)
			assert.ErrorIs(t, err, ErrUnavailable)
			assert.NoError(t, ctx.Err(), "returned before the deadline")
		})
	})
}

// Cancelled while it waits to send again, a call tells both.
func TestRetryCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(reply(429, `{"error":{"code":"429","message":"slow down"}}`, "Retry-After: 30"))
		ctx, cancel := context.WithCancelCause(t.Context())
		reason := errors.New("the user left")
		time.AfterFunc(3*time.Second, func() { cancel(reason) })
		began := time.Now()
		_, err := newTestClient(t, s, nil).Chat(ctx, hello, nil)
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.ErrorIs(t, err, ErrRateLimited)
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, reason)
		assert.Equal(t, 429, asError(err).StatusCode)
		assert.Equal(t, 30*time.Second, asError(err).RetryAfter)
	})
}

func TestTryTimeoutIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		stall := func(req *http.Request) (*http.Response, error) {
			n.Add(1)
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		s := play(stall, stall, reply(200, testAnswer))
		c := newTestClient(t, s, func(o *ClientOptions) { o.Retry.TryTimeout = 5 * time.Second })
		answer, err := c.Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		assert.Equal(t, 3, answer.Info.Attempts)

		c = newTestClient(t, play(stall), func(o *ClientOptions) { o.Retry = policy.RetryOptions{TryTimeout: 5 * time.Second, MaxRetries: -1} })
		_, err = c.Chat(t.Context(), hello, nil)
		assert.ErrorIs(t, err, ErrTimeout)
		assert.ErrorContains(t, err, "Retry.TryTimeout of 5s")
	})
}

// FuzzRetryHint: whatever the headers say, a wait is never negative, and never
// shorter than a plain reading of what they ask for.
func FuzzRetryHint(f *testing.F) {
	for _, seed := range []string{"1", "1.5", " 2 ", "0", "-1", "soon", "99999999999999999999", "Sat, 28 Nov 2026 12:00:09 GMT", "1e3", "inf", ".", "1.2.3", "+1", "0x10", "٣"} {
		f.Add(seed, seed, seed, "Sat, 28 Nov 2026 12:00:00 GMT", int64(0))
	}
	f.Fuzz(func(t *testing.T, seconds, ms, xms, date string, prose int64) {
		h := http.Header{"Retry-After": {seconds}, "Retry-After-Ms": {ms}, "X-Ms-Retry-After-Ms": {xms}, "Date": {date}}
		got := retryHint(h, time.Duration(prose))
		if got < 0 {
			t.Fatalf("negative wait %v", got)
		}
		want := time.Duration(0)
		for text, unit := range map[string]time.Duration{seconds: time.Second, ms: time.Millisecond, xms: time.Millisecond} {
			if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31); err == nil && strings.Trim(text, " 0123456789") == "" {
				want = max(want, time.Duration(n)*unit)
			}
		}
		if got < want {
			t.Fatalf("wait %v for %q, %q, %q: less than the %v asked for", got, seconds, ms, xms, want)
		}
		rules := newRetryRules(policy.RetryOptions{}, false)
		if wait, ok := rules.wait(waitFor{attempt: 1, hint: got, rateLimited: true, left: math.MaxInt64}); ok && (wait < got || wait > 71*time.Second) {
			t.Fatalf("waits %v for a hint of %v", wait, got)
		}
	})
}
