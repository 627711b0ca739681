package azmistraltest

import (
	"io"
	"net/http"
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
		h.Reply(Text("never").Delay(time.Hour))
		time.AfterFunc(time.Second, h.Close)
		_, err := client.Do(chatRequest(t, h.URL(azmistral.RouteServerlessV1)+"/chat/completions", `{"messages":[{"role":"user","content":"Hello"}]}`))
		require.Error(t, err)
	})
}

// answered is a response, read.
type answered struct {
	status int
	header http.Header
	body   string
}

func chatRequest(t testing.TB, url, body string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+Key)
	r.Header.Set("api-key", Key)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return r
}

func ask(t testing.TB, client *http.Client, url, body string, header ...string) answered {
	t.Helper()
	response, err := client.Do(chatRequest(t, url, body, header...))
	require.NoError(t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answered{response.StatusCode, response.Header, string(data)}
}
