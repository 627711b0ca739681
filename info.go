package azmistral

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The names under which responses carry their request id, the service's own
// first. All were recorded on one route or another; the last is the client's id,
// which Azure's front door echoes.
var requestIDHeaders = []string{
	"Apim-Request-Id",
	"X-Request-Id",
	"X-Ms-Request-Id",
	"Request-Id",
	"Mistral-Correlation-Id",
	"X-Kong-Request-Id",
	clientRequestIDHeader,
}

const regionHeader = "X-Ms-Region"

// Rate limit headers by what they say: Azure's names, then Mistral's, then older
// ones of Mistral's that third parties still meet.
var (
	limitRequestsHeaders     = []string{"X-Ratelimit-Limit-Requests", "X-Ratelimit-Limit-Req-Minute"}
	remainingRequestsHeaders = []string{"X-Ratelimit-Remaining-Requests", "X-Ratelimit-Remaining-Req-Minute"}
	limitTokensHeaders       = []string{"X-Ratelimit-Limit-Tokens", "X-Ratelimit-Limit-Tokens-Minute", "X-Ratelimitbysize-Limit-Minute", "Ratelimitbysize-Limit"}
	remainingTokensHeaders   = []string{"X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Remaining-Tokens-Minute", "X-Ratelimitbysize-Remaining-Minute", "Ratelimitbysize-Remaining"}
	resetRequestsHeaders     = []string{"X-Ratelimit-Reset-Requests", "X-Rate-Limit-Reset-Requests"}
	resetTokensHeaders       = []string{"X-Ratelimit-Reset-Tokens", "X-Rate-Limit-Reset-Tokens", "Ratelimitbysize-Reset"}
)

// loggedHeaders are the headers of this service that azcore's log may show.
func loggedHeaders() []string {
	names := []string{
		regionHeader, "X-Ms-Deployment-Name", "X-Ms-Error-Code", "X-Ms-Rai-Invoked", "X-Should-Retry",
		modelStatusHeader, "Ms-Azureml-Model-Error-Reason", "Ms-Azureml-Model-Time", "Azureml-Model-Session",
		extraParametersHeader,
	}
	for _, list := range [][]string{
		requestIDHeaders, retryAfterHeaders[:],
		limitRequestsHeaders, remainingRequestsHeaders, limitTokensHeaders, remainingTokensHeaders,
		resetRequestsHeaders, resetTokensHeaders,
	} {
		names = append(names, list...)
	}
	return names
}

// responseInfo reads what a response says beside its body.
func responseInfo(resp *http.Response, attempts int) ResponseInfo {
	return ResponseInfo{
		StatusCode: resp.StatusCode,
		Header:     resp.Header,
		RequestID:  firstHeader(resp.Header, requestIDHeaders),
		Region:     resp.Header.Get(regionHeader),
		RateLimit:  rateLimit(resp.Header),
		Attempts:   attempts,
	}
}

func rateLimit(h http.Header) RateLimit {
	var l RateLimit
	var room []int // one allocation for all the counts that are said
	for _, c := range [...]struct {
		to    **int
		names []string
	}{
		{&l.LimitRequests, limitRequestsHeaders}, {&l.RemainingRequests, remainingRequestsHeaders},
		{&l.LimitTokens, limitTokensHeaders}, {&l.RemainingTokens, remainingTokensHeaders},
	} {
		n, ok := countHeader(h, c.names)
		if !ok {
			continue
		}
		if room == nil {
			room = make([]int, 0, 4)
		}
		room = append(room, n)
		*c.to = &room[len(room)-1]
	}
	l.ResetRequests, l.ResetTokens = resetHeader(h, resetRequestsHeaders), resetHeader(h, resetTokensHeaders)
	return l.tracked()
}

// tracked drops the zero reset that comes beside a limit of -1: recorded on
// Foundry as -1, -1 and 0 for "not tracked".
func (l RateLimit) tracked() RateLimit {
	if l.LimitRequests == nil && l.RemainingRequests == nil && l.ResetRequests != nil && *l.ResetRequests == 0 {
		l.ResetRequests = nil
	}
	if l.LimitTokens == nil && l.RemainingTokens == nil && l.ResetTokens != nil && *l.ResetTokens == 0 {
		l.ResetTokens = nil
	}
	return l
}

func firstHeader(h http.Header, names []string) string {
	for _, name := range names {
		if v := h[name]; len(v) > 0 && v[0] != "" {
			return v[0]
		}
	}
	return ""
}

// countHeader reads a count. Negative numbers mean "not tracked"; fractions occur
// and are cut.
func countHeader(h http.Header, names []string) (int, bool) {
	v := strings.TrimSpace(firstHeader(h, names))
	if v == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f >= 0 && f <= math.MaxInt32) {
		return 0, false
	}
	return int(f), true
}

// resetHeader reads a wait: seconds, or a duration such as "6m0s" or "20ms".
func resetHeader(h http.Header, names []string) *time.Duration {
	v := strings.TrimSpace(firstHeader(h, names))
	if v == "" {
		return nil
	}
	if d, ok := parseSeconds(v); ok {
		return &d
	}
	if d, err := time.ParseDuration(v); err == nil && d >= 0 {
		return &d
	}
	return nil
}

// parseSeconds reads a count of seconds that is not negative, fractions included.
// What no time.Duration holds becomes the longest one.
func parseSeconds(text string) (time.Duration, bool) {
	return parseCount(text, time.Second)
}

// parseCount reads a count of units that is not negative.
func parseCount(text string, unit time.Duration) (time.Duration, bool) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789.") != "" {
		return 0, false // no signs, exponents, "inf" or "nan"
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 1) {
		return 0, false
	}
	if f *= float64(unit); f >= math.MaxInt64 {
		return math.MaxInt64, true
	}
	return time.Duration(f), true
}

// String says the limits in one line, for a log.
func (l RateLimit) String() string {
	var parts []string
	for _, kind := range []struct {
		name             string
		remaining, limit *int
		reset            *time.Duration
	}{
		{"requests", l.RemainingRequests, l.LimitRequests, l.ResetRequests},
		{"tokens", l.RemainingTokens, l.LimitTokens, l.ResetTokens},
	} {
		var b strings.Builder
		switch {
		case kind.remaining != nil && kind.limit != nil:
			fmt.Fprintf(&b, "%d of %d %s left", *kind.remaining, *kind.limit, kind.name)
		case kind.remaining != nil:
			fmt.Fprintf(&b, "%d %s left", *kind.remaining, kind.name)
		case kind.limit != nil:
			fmt.Fprintf(&b, "limit of %d %s", *kind.limit, kind.name)
		}
		if kind.reset != nil {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s reset in %v", kind.name, *kind.reset)
		}
		if b.Len() > 0 {
			parts = append(parts, b.String())
		}
	}
	if len(parts) == 0 {
		return "no limits said"
	}
	return strings.Join(parts, "; ")
}
