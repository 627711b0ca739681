package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// nethttp is what one writes without a library: net/http, bufio.Scanner and
// encoding/json with plain structs. It is the baseline.
var nethttp = contender{
	name:    "nethttp",
	program: "./programs/nethttp",
	open:    func(at target) (client, error) { return nethttpClient{at}, nil },
}

type nethttpClient struct{ at target }

func (c nethttpClient) send(ctx context.Context, p prompt, streamed bool) (*http.Response, error) {
	body, err := wireRequest(p, streamed)
	if err != nil {
		return nil, err
	}
	return post(ctx, c.at, body)
}

func (c nethttpClient) chat(ctx context.Context, p prompt) (answer, error) {
	resp, err := c.send(ctx, p, false)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	var got wireAnswer
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		return answer{}, err
	}
	return got.answer(), nil
}

func (c nethttpClient) stream(ctx context.Context, p prompt) (stream, error) {
	resp, err := c.send(ctx, p, true)
	if err != nil {
		return nil, err
	}
	return newScanStream(resp.Body, c.at.work, p.assemble), nil
}

// scanStream reads with bufio.Scanner and stops at [DONE], as most programs do.
type scanStream struct {
	body   io.ReadCloser
	lines  *bufio.Scanner
	decode func([]byte, *assembly) (chunk, error)
	assembly
}

func newScanStream(body io.ReadCloser, work string, assemble bool) *scanStream {
	return &scanStream{body: body, lines: bufio.NewScanner(body), decode: wireDecoder(work), assembly: assembly{wanted: assemble}}
}

func (s *scanStream) next() (chunk, error) {
	for s.lines.Scan() {
		data, ok := bytes.CutPrefix(s.lines.Bytes(), []byte("data: "))
		switch {
		case !ok:
		case bytes.Equal(data, []byte("[DONE]")):
			return chunk{}, io.EOF
		default:
			return s.decode(data, &s.assembly)
		}
	}
	if err := s.lines.Err(); err != nil {
		return chunk{}, err
	}
	return chunk{}, errors.New("the stream ended before [DONE]")
}

func (s *scanStream) close() { s.body.Close() }
