package azmistral

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// smallRequest, longTexts and oneImage are what the service is asked most, what a
// long conversation looks like (1.1 MB, a newline each 80 bytes), and a picture of
// 3 MB.
func smallRequest() ChatRequest {
	return ChatRequest{
		Messages:    []Message{System("You are brief."), User("What is the capital of France?\nAnswer with one word.")},
		MaxTokens:   100,
		Temperature: new(0.7),
	}
}

func longTexts() ChatRequest {
	line := strings.Repeat("word ", 15) + "end.\n"
	var req ChatRequest
	for i := range 50 {
		text := strings.Repeat(line, 275)
		if i%2 == 0 {
			req.Messages = append(req.Messages, User(text))
		} else {
			req.Messages = append(req.Messages, Assistant(text))
		}
	}
	return req
}

func oneImage() ChatRequest {
	return ChatRequest{Messages: []Message{User("What is this?", &ImagePart{Data: append(bytes.Clone(png), make([]byte, 3<<20)...)})}}
}

// encodeAndRead encodes a request and reads its body once, in pieces of buf.
func encodeAndRead(tb testing.TB, req *ChatRequest, stream io.Writer, buf []byte) {
	body, _, err := encodeRequest(req, "mistral-large-3", nameSets["mistral"], false)
	if err != nil {
		tb.Fatal(err)
	}
	var r http.Request
	body.prepare(&r, new(sendTrace))
	n, err := io.CopyBuffer(struct{ io.Writer }{stream}, r.Body, buf)
	if err != nil || n != int64(body.size) {
		tb.Fatal(n, err)
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, req := range map[string]ChatRequest{"small": smallRequest(), "texts of 1.1 MB": longTexts(), "image of 3 MB": oneImage()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 32<<10) // of the transport
			for b.Loop() {
				encodeAndRead(b, &req, io.Discard, buf)
			}
		})
	}
}
