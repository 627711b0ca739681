package azmistral

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/stretchr/testify/require"
)

// instant is a transport that answers at once and allocates nothing. Its
// responses are one and the same: for one call at a time.
type instant struct {
	header http.Header
	text   string
	resp   http.Response
	rest   strings.Reader
}

func newInstant(contentType, text string) *instant {
	h := http.Header{"Content-Type": {contentType}}
	for _, line := range strings.Split(strings.TrimSpace(loopbackHeader), "\r\n") {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	return &instant{header: h, text: text}
}

func (i *instant) Do(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	i.rest.Reset(i.text)
	i.resp = http.Response{StatusCode: 200, Status: "200 OK", Header: i.header, Body: i, ContentLength: int64(len(i.text)), Request: req}
	return &i.resp, nil
}

// Read and Close are those of the body.
func (i *instant) Read(p []byte) (int, error) { return i.rest.Read(p) }
func (i *instant) Close() error               { return nil }

func newInstantClient(t testing.TB, i *instant) *Client {
	o := ClientOptions{Model: "mistral-large-3"}
	o.Transport = i
	c, err := NewClientWithKeyCredential(testEndpoint, azcore.NewKeyCredential(testKey), &o)
	require.NoError(t, err)
	return c
}

// BenchmarkChat is a small unary call. "encode" and "decode" are the parts of it
// that are none of the pipeline's; "nethttp" and "azcore" the same exchange with
// net/http and azcore alone, and encoding/json.
func BenchmarkChat(b *testing.B) {
	b.Run("instant", func(b *testing.B) {
		c := newInstantClient(b, newInstant("application/json", testAnswer))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Chat(b.Context(), hello, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	address := loopback(b, nil, cannedJSON(testAnswer))
	b.Run("loopback", func(b *testing.B) {
		c := newLoopbackClient(b, address, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Chat(b.Context(), hello, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("nethttp", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), "POST", "http://"+address+"/openai/v1/chat/completions", bytes.NewReader(plainRequest()))
			if err != nil {
				b.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Api-Key", testKey)
			resp, err := defaultTransport.Do(req)
			readPlain(b, resp, err)
		}
	})
	b.Run("azcore", func(b *testing.B) {
		pipeline := runtime.NewPipeline("bench", "v1.0.0", runtime.PipelineOptions{
			PerRetry: nil,
		}, &azcore.ClientOptions{Transport: defaultTransport})
		b.ReportAllocs()
		for b.Loop() {
			req, err := runtime.NewRequest(b.Context(), "POST", "http://"+address+"/openai/v1/chat/completions")
			if err != nil {
				b.Fatal(err)
			}
			_ = req.SetBody(struct {
				*bytes.Reader
				io.Closer
			}{bytes.NewReader(plainRequest()), io.NopCloser(nil)}, "application/json")
			req.Raw().Header.Set("Api-Key", testKey)
			runtime.SkipBodyDownload(req)
			resp, err := pipeline.Do(req)
			readPlain(b, resp, err)
		}
	})
	b.Run("encode", func(b *testing.B) {
		c := newInstantClient(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := encodeRequest(&hello, c.model, c.row, false); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		k, resp := &call{client: newInstantClient(b, nil)}, &http.Response{}
		b.ReportAllocs()
		for b.Loop() {
			if _, e := k.wholeAnswer(resp, ResponseInfo{}, []byte(testAnswer)); e != nil {
				b.Fatal(e)
			}
		}
	})
}

func plainRequest() []byte {
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	text, _ := json.Marshal(struct {
		Model    string    `json:"model"`
		Messages []message `json:"messages"`
	}{"mistral-large-3", []message{{"user", "What is the capital of France?"}}})
	return text
}

// readPlain reads an answer as a program without a library would.
func readPlain(b *testing.B, resp *http.Response, err error) {
	if err != nil {
		b.Fatal(err)
	}
	var answer struct {
		ID      string `json:"id"`
		Model   string `json:"model"`
		Choices []struct {
			Message      struct{ Role, Content string } `json:"message"`
			FinishReason string                         `json:"finish_reason"`
		} `json:"choices"`
	}
	err = json.NewDecoder(resp.Body).Decode(&answer)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if err != nil || answer.Choices[0].Message.Content != "Paris." {
		b.Fatal(err)
	}
}
