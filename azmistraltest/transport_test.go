package azmistraltest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral"
)

func TestTransportInBubble(t *testing.T) {
	h := NewHandler(nil) // outside of the bubble on purpose
	synctest.Test(t, func(t *testing.T) {
		client := h.Transport()
		defer client.CloseIdleConnections()
		h.Reply(Text("late").Delay(10*time.Minute), Text("slow and steady").Pace(time.Hour))
		start := time.Now()

		answer := ask(t, client, h.URL(azmistral.RouteServerlessV1)+"/chat/completions", `{"messages":[{"role":"user","content":"Hello"}]}`)
		assert.Contains(t, answer.body, `"content":"late"`)
		assert.Equal(t, 10*time.Minute, time.Since(start))

		answer = ask(t, client, h.URL(azmistral.RouteServerlessV1)+"/chat/completions", `{"stream":true,"messages":[{"role":"user","content":"Hello"}]}`)
		assert.True(t, strings.HasSuffix(answer.body, "data: [DONE]\n\n"), answer.body)
		assert.Equal(t, 10*time.Minute+6*time.Hour, time.Since(start))
	})
}

func TestCloseEndsAnswersUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHandler(nil)
		client := h.Transport()
		require.Equal(t, 200, ask(t, client, h.URL(azmistral.RouteServerlessV1)+"/chat/completions", user("Hello")).status)
		assert.Len(t, h.connections.open, 1)
		client.CloseIdleConnections()
		synctest.Wait()
		assert.Empty(t, h.connections.open, "a connection that ended is forgotten")

		h.Reply(Text("never").Delay(time.Hour))
		time.AfterFunc(time.Second, h.Close)
		_, err := client.Do(chatRequest(t, h.URL(azmistral.RouteServerlessV1)+"/chat/completions", `{"messages":[{"role":"user","content":"Hello"}]}`))
		require.Error(t, err)
		_, err = client.Do(chatRequest(t, h.URL(azmistral.RouteServerlessV1)+"/chat/completions", user("Hello")))
		require.Error(t, err, "nothing after Close")
		h.Close()
	})
}
