package azmistraltest

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// quotaWindow is the time within which a quota counts.
const quotaWindow = time.Minute

// meter counts what the deployments of a sandbox took.
type meter struct {
	quota Quota

	mu      sync.Mutex
	windows map[string]*window // by deployment
}

type window struct {
	start    time.Time
	requests int
	tokens   int
	inFlight int
}

// standing is what a deployment has left, for the headers of an answer.
type standing struct {
	requests, tokens int // left
	reset            time.Duration
}

// take counts a request in. It says what is left, and what refuses the request:
// "" for nothing, else "requests", "tokens" or "concurrent". The caller of a
// request that was let in calls leave.
func (m *meter) take(deployment string, tokens int) (standing, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	if m.windows == nil {
		m.windows = map[string]*window{}
	}
	w := m.windows[deployment]
	if w == nil {
		w = &window{start: now}
		m.windows[deployment] = w
	}
	if now.Sub(w.start) >= quotaWindow {
		w.start, w.requests, w.tokens = now, 0, 0
	}
	reason := ""
	switch {
	case m.quota.Concurrent > 0 && w.inFlight >= m.quota.Concurrent:
		reason = "concurrent"
	case m.quota.RequestsPerMinute > 0 && w.requests >= m.quota.RequestsPerMinute:
		reason = "requests"
	case m.quota.TokensPerMinute > 0 && w.tokens+tokens > m.quota.TokensPerMinute:
		reason = "tokens"
	default:
		w.requests++
		w.tokens += tokens
		w.inFlight++
	}
	return standing{
		requests: max(0, m.quota.RequestsPerMinute-w.requests),
		tokens:   max(0, m.quota.TokensPerMinute-w.tokens),
		reset:    w.start.Add(quotaWindow).Sub(now),
	}, reason
}

// leave ends a request that was let in, and counts the tokens that it took beyond
// those that take was told.
func (m *meter) leave(deployment string, tokens int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.windows[deployment]
	w.inFlight--
	w.tokens += tokens
}

// admission is what a request is counted with when it comes: its prompt and, as
// Azure does, all that max_tokens would allow.
func admission(r *Request) int {
	prompt, _ := promptTokens(r)
	return prompt + max(0, r.MaxTokens)
}

func (q Quota) none() bool {
	return q.RequestsPerMinute == 0 && q.TokensPerMinute == 0 && q.Concurrent == 0
}

// waitSeconds is what a refusal tells: whole seconds, at least one.
func waitSeconds(s standing, reason string) int {
	if reason == "concurrent" {
		return 1
	}
	return max(1, int(math.Ceil(s.reset.Seconds())))
}

// headers tells a standing in the words of a route. Without a quota Foundry says
// that it does not track: -1.
func (m *meter) headers(header http.Header, r *Request, s standing, cost int) {
	style := r.place.service.errors
	if m.quota.none() {
		if style == errorsModels || r.place.service.route == "openai-v1" {
			header.Set("x-ratelimit-limit-tokens", "-1")
			header.Set("x-ratelimit-remaining-tokens", "-1")
			header.Set("x-ratelimit-reset-tokens", "0")
		}
		return
	}
	set := func(name string, value int) { header.Set(name, strconv.Itoa(value)) }
	if style == errorsMistral || style == errorsServerlessV1 {
		if m.quota.RequestsPerMinute > 0 {
			set("x-ratelimit-limit-req-minute", m.quota.RequestsPerMinute)
			set("x-ratelimit-remaining-req-minute", s.requests)
		}
		if m.quota.TokensPerMinute > 0 {
			set("x-ratelimit-limit-tokens-minute", m.quota.TokensPerMinute)
			set("x-ratelimit-remaining-tokens-minute", s.tokens)
			set("x-ratelimit-tokens-query-cost", cost)
		}
		return
	}
	reset := int(math.Ceil(s.reset.Seconds()))
	if m.quota.RequestsPerMinute > 0 {
		set("x-ratelimit-limit-requests", m.quota.RequestsPerMinute)
		set("x-ratelimit-remaining-requests", s.requests)
		set("x-ratelimit-reset-requests", reset)
		set("x-ratelimit-renewalperiod-requests", int(quotaWindow.Seconds()))
	}
	if m.quota.TokensPerMinute > 0 {
		set("x-ratelimit-limit-tokens", m.quota.TokensPerMinute)
		set("x-ratelimit-remaining-tokens", s.tokens)
		set("x-ratelimit-reset-tokens", reset)
		set("x-ratelimit-renewalperiod-tokens", int(quotaWindow.Seconds()))
	}
}
