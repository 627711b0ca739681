package azmistral

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
)

// BenchmarkStream reads streams of 6,000 chunks over a transport that costs nothing:
// what is left is the client's own share of a chunk.
func BenchmarkStream(b *testing.B) {
	for name, form := range benchChunks {
		const chunks = 6000
		var body bytes.Buffer
		for range chunks / 600 {
			for _, text := range benchTexts(form) {
				body.WriteString("data: ")
				body.Write(text)
				body.WriteString("\n\n")
			}
		}
		body.WriteString(`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n")
		c := newTestClient(b, play(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}},
				Body: io.NopCloser(bytes.NewReader(body.Bytes())), Request: req}, nil
		}), nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, err := c.ChatStream(context.Background(), hello, nil)
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for _, err := range s.All() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != chunks+1 {
					b.Fatal("chunks are missing")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/chunks, "ns/chunk")
		})
	}
}
