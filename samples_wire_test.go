package azmistral

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// step plays a recorded response; body replaces its body.
func (s *sample) step(body io.Reader) step {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{}
		for name, value := range s.Response.Headers {
			if !strings.EqualFold(name, "Content-Encoding") && !strings.EqualFold(name, "Content-Length") { // the recorded text is decoded
				h.Set(name, value)
			}
		}
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", map[bool]string{false: "application/json", true: "text/event-stream"}[s.Operation == "chat-stream"])
		}
		return &http.Response{StatusCode: s.Response.Status, Header: h, Body: io.NopCloser(body), ContentLength: -1, Request: req}, nil
	}
}

// Every recorded answer, through the public API, says what an independent reading
// of its body says.
func TestSamplesThroughTheClient(t *testing.T) {
	for _, s := range samples(t, answeredChats) {
		t.Run(s.ID, func(t *testing.T) {
			want := readAnswer(t, s.bodies())
			c := newTestClient(t, play(s.step(strings.NewReader(s.Response.Body))), nil)
			if s.Operation == "chat" {
				answer, err := c.Chat(t.Context(), hello, nil)
				require.NoError(t, err)
				assert.Equal(t, want, summary(answer))
				assert.Equal(t, s.Response.Body, string(answer.RawJSON()))
				return
			}
			stream, err := c.ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			answer, err := stream.Collect()
			require.NoError(t, err)
			assert.Equal(t, want, summary(answer))
		})
	}
}

// splitReader gives a text in two reads.
type splitReader struct {
	text string
	at   int
	read int
}

func (r *splitReader) Read(p []byte) (int, error) {
	end := len(r.text)
	if r.read < r.at {
		end = r.at
	}
	if r.read == len(r.text) {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.read:end])
	r.read += n
	return n, nil
}

// A recorded stream gives the same answer byte by byte, and in two reads split at
// any place: every place of the short streams, about 100 places of the long ones,
// at an odd stride, so that they fall everywhere within an event.
func TestSamplesSplitAtEveryByte(t *testing.T) {
	for _, s := range samples(t, func(s *sample) bool { return answeredChats(s) && s.Operation == "chat-stream" }) {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			want := readAnswer(t, s.bodies())
			check := func(body io.Reader, how string, at int) {
				stream, err := newTestClient(t, play(s.step(body)), nil).ChatStream(t.Context(), hello, nil)
				require.NoError(t, err)
				answer, err := stream.Collect()
				require.NoError(t, err, "%s %d", how, at)
				require.Equal(t, want, summary(answer), "%s %d", how, at)
			}
			check(iotest.OneByteReader(strings.NewReader(s.Response.Body)), "one byte a read", 0)
			stride := 1
			if size := len(s.Response.Body); size > 2500 {
				stride = size/100 | 1
			}
			for at := 1; at < len(s.Response.Body); at += stride {
				check(&splitReader{text: s.Response.Body, at: at}, "split at", at)
			}
		})
	}
}

// Every recorded refusal gives a message, its code, its kind, and echoes nothing
// that the caller sent.
func TestSamplesOfErrors(t *testing.T) {
	kinds := map[string]error{
		"aoai-200-with-error-body": ErrContentFiltered, "aoai-400-content-filter": ErrContentFiltered,
		"aoai-401-embeddings": ErrAuthentication, "aoai-401-on-stream": ErrAuthentication, "aoai-401-subscription-key": ErrAuthentication,
		"aoai-401-token-missing": ErrAuthentication, "foundry-401": ErrAuthentication, "maas-mistral-large-401-bad-key": ErrAuthentication,
		"mistral-401-detail-string":     ErrAuthentication,
		"aoai-404-deployment-not-found": ErrNotFound, "aoai-404-deployment-typed": ErrNotFound, "aoai-404-info-resource-not-found": ErrNotFound,
		"aoai-404-space-in-json": ErrNotFound, "maas-mistral-large-404-plain-text": ErrNotFound,
		"foundry-429-rate-limit":          ErrRateLimited,
		"github-models-400-unknown-model": ErrNotFound, "maas-mistral-small-422-extra-forbidden": ErrInvalidRequest,
		"mistral-400-invalid-model-on-stream": ErrNotFound, "mistral-400-invalid-model": ErrNotFound,
		"mistral-400-logprobs-not-enabled": ErrInvalidRequest, "mistral-embeddings-400-invalid-model": ErrNotFound,
		"mistral-embeddings-400-too-many": ErrInvalidRequest,
	}
	codeless := map[string]bool{
		"aoai-401-token-missing": true, "maas-mistral-large-401-bad-key": true, "maas-mistral-large-404-plain-text": true, "mistral-401-detail-string": true,
	}
	list := samples(t, func(s *sample) bool { return s.Operation == "error" })
	assert.Len(t, list, len(kinds))
	for _, s := range list {
		for _, stream := range []bool{false, true} {
			t.Run(s.ID+map[bool]string{false: "", true: ", streamed"}[stream], func(t *testing.T) {
				c := newTestClient(t, play(s.step(strings.NewReader(s.Response.Body))), func(o *ClientOptions) { o.Retry.MaxRetries = -1 })
				var err error
				if stream {
					_, err = c.ChatStream(t.Context(), hello, nil)
				} else {
					_, err = c.Chat(t.Context(), hello, nil)
				}
				require.ErrorIs(t, err, kinds[s.ID])
				e := asError(err)
				assert.NotEmpty(t, e.Message)
				assert.Equal(t, s.Response.Status, e.StatusCode)
				assert.Equal(t, codeless[s.ID], e.Code == "", "code %q", e.Code)
				assert.NotContains(t, err.Error(), "\n")
				response, ok := errors.AsType[*azcore.ResponseError](err)
				require.True(t, ok)
				assert.Equal(t, s.Response.Status, response.StatusCode)
				for _, input := range inputs(s) {
					assert.NotContains(t, err.Error(), input)
				}
			})
		}
	}
}

// inputs are the texts of the caller that a service may have echoed: message
// contents, and values under "input" of the refusal.
func inputs(s *sample) []string {
	var list []string
	var body struct {
		Messages []struct {
			Content any `json:"content"`
		} `json:"messages"`
	}
	_ = json.Unmarshal(s.Request.Body, &body)
	for _, m := range body.Messages {
		if text, ok := m.Content.(string); ok && text != "" {
			list = append(list, text)
		}
	}
	if strings.Contains(s.Response.Body, `\"input\":\"bar\"`) {
		list = append(list, "bar")
	}
	return list
}
