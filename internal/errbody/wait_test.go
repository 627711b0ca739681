package errbody

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWait(t *testing.T) {
	tests := []struct {
		text string
		want time.Duration
	}{
		{"Please retry after 60 seconds.", time.Minute},
		{"PLEASE RETRY AFTER 59 SECONDS", 59 * time.Second},
		{"Please retry after 86400 seconds. To increase your quota, see the page.", 24 * time.Hour},
		{"Please retry after 86,400 seconds", 24 * time.Hour},
		{"retry after 1,209,600 seconds", 14 * 24 * time.Hour},
		{"Rate limit is exceeded. Try again in 26 seconds.", 26 * time.Second},
		{"try again in 1 second", time.Second},
		{"try again in 1200ms", 1200 * time.Millisecond},
		{"try again in 1.5s", 1500 * time.Millisecond},
		{"try again in 1.5 s.", 1500 * time.Millisecond},
		{"try again in 350 milliseconds", 350 * time.Millisecond},
		{"Quota will be replenished in 2.12 days.", 183168 * time.Second},
		{"Quota will be replenished in 00:05:00.", 5 * time.Minute},
		{"Quota will be replenished in 00:30:02", 30*time.Minute + 2*time.Second},
		{"Quota will be replenished in 15.11:12:13.", 15*24*time.Hour + 11*time.Hour + 12*time.Minute + 13*time.Second},
		{"Please try again in 1m30s", 90 * time.Second},
		{"Please try again in 1m2.5s. Visit the page.", 62500 * time.Millisecond},
		{"Please try again in 22m27.84s", 22*time.Minute + 27840*time.Millisecond},
		{"Please try again in 2h3m.", 2*time.Hour + 3*time.Minute},
		{"Please try again in 6m0s.", 6 * time.Minute},
		{"try again in 1 hour, 5 minutes and 10 seconds", time.Hour + 5*time.Minute + 10*time.Second},
		{"try again in 1 hour and a half", time.Hour},
		{"try again in 5 seconds 3 times", 5 * time.Second},
		{"try again in 5s 7 minutes", 5 * time.Second},
		{"try again in 3 minutes", 3 * time.Minute},
		{"try again in 2 hours", 2 * time.Hour},
		{"try again in 1 week", 7 * 24 * time.Hour},
		{"try again in 10 second(s)", 10 * time.Second},
		{"try again later in 10s", 10 * time.Second},
		{"retry your request after 20s", 20 * time.Second},
		{"please retry in about 20 seconds", 20 * time.Second},
		{"Retry-After: 30", 30 * time.Second},
		{"429 Too Many Requests, retry-after: 60", time.Minute},
		{`"retry_after": 7`, 7 * time.Second},
		{"retryAfter=8s", 8 * time.Second},
		{"Please wait 30 seconds before retrying", 30 * time.Second},
		{"please wait for at least 5 minutes", 5 * time.Minute},
		{"Limit resets in 12s", 12 * time.Second},
		{"The model is available again in 4 minutes", 4 * time.Minute},
		{"retry after 60", time.Minute},
		{"retry after 60.", time.Minute},
		{"retry after 60 .", time.Minute},
		{"retry after 60\nor not", time.Minute},
		{"(retry after 60), please", time.Minute},
		{"retry after 0.25 seconds", 250 * time.Millisecond},
		{"retry after 1s, or retry after 9s, or retry after 2s", 9 * time.Second},
		{"line one\ntry again\nin 7\nseconds", 7 * time.Second},
		{"try\nagain in 7 seconds", 7 * time.Second},

		// Capped.
		{"retry after 366 days", maxWait},
		{"retry after 367 days", maxWait},
		{"retry after 99999999999999999999999999 seconds", maxWait},
		{"retry after " + strings.Repeat("9", 1000) + "s", maxWait},
		{"retry after 9999999999.99:99:99", maxWait},
		{"retry after 999999999.00:00:00", maxWait},

		// Nothing that could be waited for.
		{"", 0},
		{"retry after 0 seconds", 0},
		{"retry after -5 seconds", 0},
		{"retry after 0.0000001 ms", 0},
		{"If you created the deployment within the last 5 minutes, please wait a moment and try again.", 0},
		{"Rate limit of 50 per 86400s exceeded", 0},
		{"The request timed out after 60 seconds", 0},
		{"retry 3 times", 0},
		{"retry after 3 attempts", 0},
		{"try again in a few minutes", 0},
		{"retry after 2026-11-23T10:00:00Z", 0},
		{"retry after 10:30 UTC", 0},
		{"retry after 10:30:00Z", 0},
		{"resets at 10:30:00", 0},
		{"available in 12 regions", 0},
		{"wait 50% longer", 0},
		{"retry after 5-10 seconds", 0},
		{"retry after 1,5 s", 0},
		{"await 5 seconds", 0},
		{"tries: 5", 0},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, Wait(tt.text), tt.text)
	}
}
