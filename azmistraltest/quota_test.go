package azmistraltest

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/azmistral/azmistral"
)

func TestRequestsPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, &Options{Quota: Quota{RequestsPerMinute: 2}})
		url := realURL(h, azmistral.RouteOpenAIV1)
		got := ask(t, client, url, user("Hello", model))
		assert.Equal(t, []string{"2", "1", "60"}, []string{got.header.Get("x-ratelimit-limit-requests"), got.header.Get("x-ratelimit-remaining-requests"), got.header.Get("x-ratelimit-reset-requests")})
		time.Sleep(20 * time.Second)
		got = ask(t, client, url, user("Hello", model, streaming))
		assert.Equal(t, []string{"0", "40"}, []string{got.header.Get("x-ratelimit-remaining-requests"), got.header.Get("x-ratelimit-reset-requests")})

		got = ask(t, client, url, user("Hello", model))
		assert.Equal(t, 429, got.status)
		assert.Equal(t, "40", got.header.Get("Retry-After"))
		assert.Contains(t, got.body, "exceeded the call rate limit")
		assert.Contains(t, got.body, "Please retry after 40 seconds.")
		assert.Equal(t, 200, ask(t, client, url, user("Hello", `"model":"another"`)).status, "each deployment has its own")
		assert.Equal(t, 429, ask(t, client, realURL(h, azmistral.RouteModels), user("Hello", model)).status, "on every route the same")

		time.Sleep(40 * time.Second)
		assert.Equal(t, 200, ask(t, client, url, user("Hello", model)).status)
	})
}

func TestTokensPerMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, &Options{Quota: Quota{TokensPerMinute: 100}})
		url := realURL(h, azmistral.RouteServerlessV1)
		h.Reply(Text("one two").Times(-1))
		got := ask(t, client, url, user("Hello", model)) // 5 tokens and 2
		assert.Equal(t, []string{"100", "95", "7"}, []string{got.header.Get("x-ratelimit-limit-tokens-minute"), got.header.Get("x-ratelimit-remaining-tokens-minute"), got.header.Get("x-ratelimit-tokens-query-cost")})
		got = ask(t, client, url, user("Hello", model, `"max_tokens":80`)) // 5 and 80, as told
		assert.Equal(t, "8", got.header.Get("x-ratelimit-remaining-tokens-minute"), "the first answer's two are counted")
		got = ask(t, client, url, user("Hello", model, `"max_tokens":4`))
		assert.Equal(t, 429, got.status)
		assert.Contains(t, got.body, `"code":"1300"`)
		assert.Equal(t, "60", got.header.Get("Retry-After"))
		assert.Equal(t, 200, ask(t, client, url, user("Hello", model, `"max_tokens":3`)).status)
	})
}

func TestConcurrentQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, client := local(t, &Options{Quota: Quota{Concurrent: 2}, Delay: time.Second})
		var refused atomic.Int32
		for range 5 {
			go func() {
				if got := ask(t, client, realURL(h, azmistral.RouteOpenAIV1), user("Hello", model)); got.status == 429 {
					assert.Equal(t, "1", got.header.Get("Retry-After"))
					refused.Add(1)
				}
			}()
		}
		time.Sleep(time.Minute)
		assert.EqualValues(t, 3, refused.Load())
		assert.Equal(t, 200, ask(t, client, realURL(h, azmistral.RouteOpenAIV1), user("Hello", model)).status)
	})
}

func TestUntracked(t *testing.T) {
	h, client := local(t, nil)
	got := ask(t, client, realURL(h, azmistral.RouteOpenAIV1), user("Hello", model))
	assert.Equal(t, []string{"-1", "-1", "0"}, []string{got.header.Get("x-ratelimit-limit-tokens"), got.header.Get("x-ratelimit-remaining-tokens"), got.header.Get("x-ratelimit-reset-tokens")})
	assert.NotContains(t, ask(t, client, realURL(h, azmistral.RouteServerless), user("Hello", model)).header, "X-Ratelimit-Limit-Tokens")
}
