package azmistral

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// The retry rules' figures.
const (
	defaultMaxRetries    = 4 // 5 sends
	defaultRetryDelay    = 500 * time.Millisecond
	minBackoff           = 250 * time.Millisecond // with the default delay
	maxBackoff           = 8 * time.Second
	defaultMaxRetryDelay = 60 * time.Second // of a wait that the service asks for
	maxElapsed           = 60 * time.Second // since the first send; longer with a longer MaxRetryDelay
	unsaidRateLimitWait  = 1 * time.Second  // for a 429 that says no wait

	hintSpread    = 2.5             // a wait asked for is spread by up to this much of it,
	maxSpreadBase = 4 * time.Second // of at most this much of it
	deadlineShare = 0.8             // of what the deadline leaves after the wait, at the most

	budgetSize      = 100.0 // tokens; full at first
	budgetRetry     = 1.0   // taken by a retry
	budgetRateRetry = 0.1   // taken by a retry after a 429, which the service itself paces
	budgetAnswer    = 0.1   // given by an answer
	budgetPerSecond = 1.0
)

// retryAfterHeaders tell how long to wait: milliseconds, milliseconds, and seconds
// or a date.
var retryAfterHeaders = [...]string{"Retry-After-Ms", "X-Ms-Retry-After-Ms", "Retry-After"}

// retriedStatuses are sent again unless RetryOptions.StatusCodes says otherwise:
// azcore's, and the 529 of an overloaded model. A 424 counts as the status of the
// model behind it.
var retriedStatuses = []int{
	http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529,
}

// retryPolicy stands in place of azcore's, whose loop below it is held at one
// send. It is the last of the per-call policies, so that per-retry policies,
// authentication among them, run for each send.
type retryPolicy struct {
	options      policy.RetryOptions // the client's; a call's context may bring others
	retryUnknown bool
	onRetry      func(context.Context, RetryEvent)
	budget       *retryBudget
}

func (p *retryPolicy) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	ctx := raw.Context()
	k, _ := sending(ctx)
	if k == nil {
		return req.Next()
	}
	rules := newRetryRules(p.options, p.retryUnknown)
	if own, ok := ctx.Value(retryOptionsKey).(policy.RetryOptions); ok && own.MaxRetries != heldAtOne {
		rules = newRetryRules(own, p.retryUnknown)
	}
	var first time.Time
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil && attempt == 1 {
			return nil, err
		}
		s := k.newSend(ctx, rules.tryTimeout)
		if attempt == 1 {
			first = s.began
		}
		// The send's context is put into the request in place: azcore's loop, which is
		// next, makes a copy for what follows.
		s.raw = raw
		*raw = *raw.WithContext(s.ctx)
		resp, err := req.Next()
		*raw = *raw.WithContext(ctx)
		complete(resp, raw)
		k.clock.disarm()
		if s.ctx.Err() != nil && ctx.Err() == nil { // a deadline of ours passed
			switch limit, ok := context.Cause(s.ctx).(*deadlineError); {
			case resp != nil && resp.StatusCode >= 300:
				err = nil // while the body of a refusal was read: it counts all the same
			case ok && err == nil:
				err = limit // as the response came
			}
		}
		if resp != nil && resp.StatusCode < 300 && err == nil {
			p.budget.answered()
		}
		if attempt > rules.maxRetries || !rules.again(k, s, resp, err) {
			return resp, err
		}
		refusal := k.judge(resp, err)
		wait, ok := rules.wait(waitFor{attempt: attempt, hint: askedWait(refusal, resp), rateLimited: isRateLimit(refusal), elapsed: time.Since(first), left: timeLeft(ctx)})
		if !ok || !p.budget.take(isRateLimit(refusal)) {
			return resp, err
		}
		if p.onRetry != nil {
			p.onRetry(ctx, RetryEvent{Attempt: attempt, Wait: wait, Err: eventError(refusal, resp)})
		}
		if resp != nil {
			_ = resp.Body.Close() // never drained: a refusal's was read, another has no bound
		}
		s.cancel(context.Canceled)
		if err := sleep(ctx, wait); err != nil {
			return resp, err
		}
	}
}

// askedWait is how long the service asks to wait, with a refusal or with an answer
// that the caller's ShouldRetry wants sent again.
func askedWait(refusal *Error, resp *http.Response) time.Duration {
	switch {
	case refusal != nil:
		return refusal.RetryAfter
	case resp != nil:
		return retryHint(resp.Header, 0)
	}
	return 0
}

func isRateLimit(refusal *Error) bool {
	return refusal != nil && refusal.StatusCode == http.StatusTooManyRequests
}

// eventError is what OnRetry is told: the refusal, or for an answer that the
// caller's ShouldRetry wants sent again, that.
func eventError(refusal *Error, resp *http.Response) error {
	if refusal != nil {
		return refusal
	}
	return &Error{StatusCode: resp.StatusCode, what: "sent again because ShouldRetry says so"}
}

func timeLeft(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline)
	}
	return math.MaxInt64
}

func sleep(ctx context.Context, d time.Duration) error {
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

// retryRules are azcore's RetryOptions, understood as the package documents them.
type retryRules struct {
	maxRetries   int
	tryTimeout   time.Duration // 0: none
	statusCodes  []int
	default424   bool // by the status of the model behind it
	shouldRetry  func(*http.Response, error) bool
	retryUnknown bool

	base       time.Duration // of the backoff; 0: none
	floor      time.Duration // of the backoff
	backoffCap time.Duration
	hintCap    time.Duration
	spreadCap  time.Duration // of a wait with its spread
	elapsedCap time.Duration
	unsaid     time.Duration // for a 429 without a wait; 0: the backoff
}

func newRetryRules(o policy.RetryOptions, retryUnknown bool) retryRules {
	r := retryRules{
		maxRetries: int(o.MaxRetries), tryTimeout: max(o.TryTimeout, 0), shouldRetry: o.ShouldRetry, retryUnknown: retryUnknown,
		statusCodes: o.StatusCodes, base: o.RetryDelay,
		backoffCap: maxBackoff, hintCap: defaultMaxRetryDelay, spreadCap: math.MaxInt64, elapsedCap: maxElapsed,
	}
	switch {
	case o.MaxRetries == 0:
		r.maxRetries = defaultMaxRetries
	case o.MaxRetries < 0:
		r.maxRetries = 0
	}
	if o.StatusCodes == nil {
		r.statusCodes, r.default424 = retriedStatuses, true
	}
	switch {
	case o.RetryDelay == 0:
		r.base, r.floor, r.unsaid = defaultRetryDelay, minBackoff, unsaidRateLimitWait
	case o.RetryDelay < 0:
		r.base = 0
	}
	switch {
	case o.MaxRetryDelay > 0:
		r.backoffCap, r.hintCap, r.spreadCap = o.MaxRetryDelay, o.MaxRetryDelay, o.MaxRetryDelay
		r.elapsedCap = max(maxElapsed, o.MaxRetryDelay)
	case o.MaxRetryDelay < 0:
		r.backoffCap, r.hintCap, r.elapsedCap = math.MaxInt64, math.MaxInt64, math.MaxInt64
	}
	return r
}

// again decides by what came, not by how often or how long, whether a request is
// sent again.
func (r *retryRules) again(k *call, s *send, resp *http.Response, err error) bool {
	if k.ctx.Err() != nil {
		return false
	}
	if err != nil {
		if errors.As(err, new(interface{ NonRetriable() })) {
			return false
		}
	}
	if r.shouldRetry != nil {
		if resp != nil {
			err = nil // azcore's contract: one of the two
		}
		return r.shouldRetry(resp, err)
	}
	if resp != nil && err == nil {
		return r.againStatus(k, resp)
	}
	return r.againError(s, err)
}

func (r *retryRules) againStatus(k *call, resp *http.Response) bool {
	status := resp.StatusCode
	if status == http.StatusFailedDependency && r.default424 {
		inner, ok := modelStatus(resp.Header)
		if !ok {
			return false
		}
		status = inner
	}
	if !slices.Contains(r.statusCodes, status) {
		return false
	}
	if strings.EqualFold(strings.TrimSpace(resp.Header.Get(shouldRetryHeader)), "false") {
		return false
	}
	refusal := k.judge(resp, nil)
	return refusal == nil || refusal.kind != ErrQuotaExceeded
}

func (r *retryRules) againError(s *send, err error) bool {
	if limit, ok := context.Cause(s.ctx).(*deadlineError); ok {
		// The caller who sets TryTimeout asks for another try; StartTimeout is the end.
		return limit.option == tryTimeoutOption
	}
	if isCertificate(err) {
		return false
	}
	if !s.delivered(err) {
		return true
	}
	return r.retryUnknown || s.trace.Load().diedIdle(err)
}

// waitFor is what the wait before a further send depends on.
type waitFor struct {
	attempt     int
	hint        time.Duration // what the service asks for; 0: nothing
	rateLimited bool
	elapsed     time.Duration // since the first send
	left        time.Duration // of the caller's deadline
}

// wait says how long to wait; ok is false when that is longer than allowed, and
// the refusal is to be returned at once.
func (r *retryRules) wait(f waitFor) (wait time.Duration, ok bool) {
	room := min(f.left, r.elapsedCap-f.elapsed)
	hint := f.hint
	if hint == 0 && f.rateLimited {
		hint = r.unsaid
	}
	if hint == 0 {
		wait = r.backoff(f.attempt)
		return wait, wait < room
	}
	if hint > r.hintCap || hint >= room {
		return 0, false
	}
	spread := hintSpread * float64(min(hint, maxSpreadBase))
	spread = min(spread, deadlineShare*float64(room-hint), float64(r.spreadCap-hint))
	return hint + time.Duration(rand.Float64()*spread), true
}

// backoff is half of base, doubled with each attempt, and up to half more.
func (r *retryRules) backoff(attempt int) time.Duration {
	full := r.backoffCap
	if shift := attempt - 1; shift < 62 && r.base <= r.backoffCap>>shift {
		full = r.base << shift
	}
	return min(max(full/2+time.Duration(rand.Float64()*float64(full-full/2)), r.floor), r.backoffCap)
}

// retryHint is how long the service asks to wait: the longest of its headers, else
// the prose of its message; 0 if it does not ask.
func retryHint(h http.Header, prose time.Duration) time.Duration {
	hint := time.Duration(0)
	for i, name := range retryAfterHeaders {
		value := h.Get(name)
		if value == "" {
			continue
		}
		unit := time.Millisecond
		if i == len(retryAfterHeaders)-1 {
			unit = time.Second
			if at, err := http.ParseTime(strings.TrimSpace(value)); err == nil {
				hint = max(hint, at.Sub(serverNow(h)))
				continue
			}
		}
		if d, ok := parseCount(value, unit); ok {
			hint = max(hint, d)
		}
	}
	if hint > 0 {
		return hint
	}
	return max(prose, 0)
}

// serverNow is the time by the server's clock: its dates are meant by it.
func serverNow(h http.Header) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at
	}
	return time.Now()
}

// retryBudget bounds the retries of a client: a service that is down gets little
// more than one send a call.
type retryBudget struct {
	mu     sync.Mutex
	tokens float64
	filled time.Time
}

func newRetryBudget() *retryBudget { return &retryBudget{tokens: budgetSize, filled: time.Now()} }

// take pays for a retry; false means that the budget is spent.
func (b *retryBudget) take(rateLimited bool) bool {
	price := budgetRetry
	if rateLimited {
		price = budgetRateRetry
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(0)
	if b.tokens < price {
		return false
	}
	b.tokens -= price
	return true
}

// answered notes an answer.
func (b *retryBudget) answered() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(budgetAnswer)
}

func (b *retryBudget) fill(more float64) {
	now := time.Now()
	b.tokens = min(budgetSize, b.tokens+more+now.Sub(b.filled).Seconds()*budgetPerSecond)
	b.filled = now
}

// retryOptionsKey is the key under which policy.WithRetryOptions keeps a call's
// options in its context. azcore does not export it; it is found by watching its
// retry policy look for them, and nil (which makes every constructor fail) where
// azcore has changed.
var retryOptionsKey = findRetryOptionsKey()

func findRetryOptionsKey() any {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	watched := &watchedContext{Context: ended}
	req, err := runtime.NewRequest(watched, http.MethodGet, "https://localhost/")
	if err != nil {
		return nil
	}
	_, _ = runtime.NewRetryPolicy(nil).Do(req)
	marked := policy.WithRetryOptions(context.Background(), policy.RetryOptions{MaxRetries: 1})
	for _, key := range watched.keys {
		if _, ok := marked.Value(key).(policy.RetryOptions); ok {
			return key
		}
	}
	return nil
}

type watchedContext struct {
	context.Context
	keys []any
}

func (c *watchedContext) Value(key any) any {
	c.keys = append(c.keys, key)
	return c.Context.Value(key)
}
