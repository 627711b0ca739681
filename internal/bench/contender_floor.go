package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// floor reads and splits the bytes of a body and decodes nothing: what the bytes
// themselves cost over net/http. It sends bodies made beforehand.
var floor = contender{
	name:   "floor",
	raw:    true,
	cannot: except("its program would be nethttp's", workProgram),
	open:   func(at target) (client, error) { return &floorClient{at: at}, nil },
}

type floorClient struct {
	at      target
	bodies  sync.Map // of prompts by their model
	buffers sync.Pool
}

func (c *floorClient) send(ctx context.Context, p prompt, streamed bool) (*http.Response, error) {
	body, ok := c.bodies.Load(p.model)
	if !ok {
		made, err := wireRequest(p, streamed)
		if err != nil {
			return nil, err
		}
		c.bodies.Store(p.model, made)
		body = made
	}
	return post(ctx, c.at, body.([]byte))
}

// post sends a body as a caller of net/http does.
func post(ctx context.Context, at target, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.url+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := at.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return nil, fmt.Errorf("%s: %s", resp.Status, text)
	}
	return resp, nil
}

func (c *floorClient) chat(ctx context.Context, p prompt) (answer, error) {
	resp, err := c.send(ctx, p, false)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	buffer, _ := c.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new(make([]byte, 64<<10))
	}
	defer c.buffers.Put(buffer)
	for {
		if _, err := resp.Body.Read(*buffer); err == io.EOF {
			return answer{}, nil
		} else if err != nil {
			return answer{}, err
		}
	}
}

func (c *floorClient) stream(ctx context.Context, p prompt) (stream, error) {
	resp, err := c.send(ctx, p, true)
	if err != nil {
		return nil, err
	}
	return &floorStream{body: resp.Body, buffer: make([]byte, 4<<10)}, nil
}

// floorStream reads to the end of the body. Its buffer grows when a read filled it.
type floorStream struct {
	body       io.ReadCloser
	buffer     []byte
	start, end int // what is unread
}

func (s *floorStream) next() (chunk, error) {
	for {
		line, err := s.line()
		if err != nil {
			return chunk{}, err
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok && !bytes.Equal(data, []byte("[DONE]")) {
			return chunk{}, nil
		}
	}
}

func (s *floorStream) line() ([]byte, error) {
	searched := s.start
	for {
		if n := bytes.IndexByte(s.buffer[searched:s.end], '\n'); n >= 0 {
			line := s.buffer[s.start : searched+n]
			s.start = searched + n + 1
			return line, nil
		}
		full := s.end == len(s.buffer)
		rest := s.buffer[s.start:s.end]
		if full && len(s.buffer) < 64<<10 {
			s.buffer = make([]byte, 4*len(s.buffer))
		}
		s.start, s.end = 0, copy(s.buffer, rest)
		searched = s.end
		n, err := s.body.Read(s.buffer[s.end:])
		s.end += n
		if n == 0 && err != nil {
			return nil, err
		}
	}
}

func (s *floorStream) message() answer { return answer{} }

func (s *floorStream) close() { s.body.Close() }
