package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The test binary is the program too when it is called as a worker or a server.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == workerWord || os.Args[1] == serverWord) {
		main()
		return
	}
	os.Exit(m.Run())
}

func startServer(t *testing.T) string {
	t.Helper()
	url, end, err := newServer().start()
	require.NoError(t, err)
	t.Cleanup(end)
	return url
}

// Every contender does every workload that it does not decline, rightly.
func TestContenders(t *testing.T) {
	original := http.DefaultTransport // one contender replaces it
	t.Cleanup(func() { http.DefaultTransport = original })
	for _, w := range workloads {
		t.Run(w.name, func(t *testing.T) {
			if w.name == workProgram && testing.Short() {
				t.Skip("-short: programs would be linked")
			}
			url := startServer(t)
			for _, c := range contenders {
				if c.cannot[w.name] != "" {
					continue
				}
				http.DefaultTransport = original
				f, err := job{workload: w.name, contender: c.name, scale: tiny}.do(url)
				require.NoError(t, err, c.name)
				assert.NotEmpty(t, f, c.name)
				for m, v := range f {
					if m != held && m != peak && m != goroutines { // noise may be below zero
						assert.GreaterOrEqual(t, v, 0.0, "%s, %s", c.name, m)
					}
				}
			}
		})
	}
}

// A contender says no more than that it cannot: no name in its list is wrong.
func TestCannot(t *testing.T) {
	for _, c := range contenders {
		for name := range c.cannot {
			_, ok := workloadNamed(name)
			assert.True(t, ok, "%s: %s", c.name, name)
		}
	}
	_, err := job{workload: workThinking, contender: "go-openai", scale: tiny}.do("http://127.0.0.1:1")
	assert.ErrorContains(t, err, "it cannot: its content is a string")
}

// spoiled is a client whose chunks and answers someone has been at, or what it sends.
type spoiled struct {
	client
	calls *atomic.Int64 // that were made
	after int64         // so many calls are left alone

	chunk  func(n int, c *chunk) bool // false: it is dropped
	answer func(*answer)
	prompt func(*prompt)
	more   bool // one chunk comes after the last
}

func (s spoiled) chat(ctx context.Context, p prompt) (answer, error) {
	if s.calls.Add(1) <= s.after {
		return s.client.chat(ctx, p)
	}
	if s.prompt != nil {
		s.prompt(&p)
	}
	a, err := s.client.chat(ctx, p)
	if s.answer != nil {
		s.answer(&a)
	}
	return a, err
}

func (s spoiled) stream(ctx context.Context, p prompt) (stream, error) {
	if s.calls.Add(1) <= s.after {
		return s.client.stream(ctx, p)
	}
	inner, err := s.client.stream(ctx, p)
	return &spoiledStream{stream: inner, spoiled: s}, err
}

type spoiledStream struct {
	stream
	spoiled
	n    int
	gave bool
}

func (s *spoiledStream) next() (chunk, error) {
	for {
		c, err := s.stream.next()
		s.n++
		if err == io.EOF && s.more && !s.gave {
			s.gave = true
			return chunk{}, nil
		}
		if err != nil || s.spoiled.chunk == nil || s.spoiled.chunk(s.n, &c) {
			return c, err
		}
	}
}

func (s *spoiledStream) message() answer {
	a := s.stream.message()
	if s.answer != nil {
		s.answer(&a)
	}
	return a
}

func (s *spoiledStream) close() { s.stream.close() }

// A wrong result is no figure, whatever was wrong.
func TestWrongResults(t *testing.T) {
	url := startServer(t)
	keep := func(change func(n int, c *chunk)) func(int, *chunk) bool {
		return func(n int, c *chunk) bool { change(n, c); return true }
	}
	for _, test := range []struct {
		name, workload string
		spoiled        spoiled
	}{
		{"a chunk lost", "W1a", spoiled{chunk: func(n int, _ *chunk) bool { return n != 7 }}},
		{"a byte changed", "W1a", spoiled{chunk: keep(func(n int, c *chunk) { c.text = strings.Replace(c.text, "e", "x", 1) })}},
		{"usage lost", "W1a", spoiled{chunk: keep(func(_ int, c *chunk) { c.usage = usage{} })}},
		{"thinking lost", workThinking, spoiled{chunk: keep(func(_ int, c *chunk) { c.thinking = "" })}},
		{"thinking as text", workThinking, spoiled{chunk: keep(func(_ int, c *chunk) { c.text, c.thinking = c.text+c.thinking, "" })}},
		{"filter lost", workAzure, spoiled{chunk: keep(func(n int, c *chunk) { c.filters = min(c.filters, 3) })}},
		{"arguments cut", workTool, spoiled{answer: func(a *answer) { a.calls[0].Arguments = a.calls[0].Arguments[1:] }}},
		{"call doubled", workTool, spoiled{answer: func(a *answer) { a.calls = append(a.calls, a.calls...) }}},
		{"answer cut", workAnswer, spoiled{answer: func(a *answer) { a.text = a.text[1:] }}},
		{"answer without usage", "W3", spoiled{answer: func(a *answer) { a.usage = usage{} }}},
		{"request changed", "W3", spoiled{prompt: func(p *prompt) { p.texts = []string{"What?"} }}},
		{"text lost once it is warm", "W1a", spoiled{after: 1, chunk: keep(func(_ int, c *chunk) { c.text = "" })}},
		{"answer cut once it is warm", "W3-seq", spoiled{after: 3, answer: func(a *answer) { a.text = a.text[1:] }}},
		{"a chunk lost of many streams", "W2", spoiled{after: 1, chunk: func(n int, _ *chunk) bool { return n != 7 }}},
		{"a chunk lost of a short call", "W7", spoiled{after: 10, chunk: func(n int, _ *chunk) bool { return n != 3 }}},
		{"a chunk lost of a long stream", "WM-long", spoiled{after: 1, chunk: func(n int, _ *chunk) bool { return n != 3 }}},
		{"text lost of a long stream", "WM-long", spoiled{after: 1, chunk: keep(func(n int, c *chunk) { c.text = "" })}},
		{"a chunk more in a long stream", "WM-long", spoiled{after: 1, more: true}},
		{"a chunk lost of idle streams", "WM-idle", spoiled{after: 1, chunk: func(n int, _ *chunk) bool { return n != 3 }}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, ok := workloadNamed(test.workload)
			require.True(t, ok)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			c, err := nethttp.open(target{url: url, http: &http.Client{Transport: newTransport()}, work: w.name})
			require.NoError(t, err)
			test.spoiled.client, test.spoiled.calls = c, new(atomic.Int64)
			b := &bench{ctx: ctx, contender: nethttp, client: test.spoiled, scale: tiny, size: w.sizes[tiny], server: url, unit: w.unit}
			_, err = w.run(b)
			require.ErrorContains(t, err, "WRONG RESULT")
		})
	}
}

// The server tells what a request held, so that a request that lost something is found.
func TestDigest(t *testing.T) {
	p := imagePrompt(size{bytes: 500})
	p.texts = []string{"first", "answer", "second \n \"é\""}
	body, err := wireRequest(p, false)
	require.NoError(t, err)
	got, err := digestBody(body)
	require.NoError(t, err)
	assert.Equal(t, p.digest(), got)
	for name, change := range map[string]func(*prompt){
		"text":  func(p *prompt) { p.texts[1] = "Answer" },
		"order": func(p *prompt) { p.texts[0], p.texts[2] = p.texts[2], p.texts[0] },
		"image": func(p *prompt) { p.image = p.image[1:] },
		"role":  func(p *prompt) { p.texts = p.texts[1:] },
	} {
		q := p
		q.texts = append([]string(nil), p.texts...)
		change(&q)
		assert.NotEqual(t, q.digest(), got, name)
	}
}

func TestRequestModel(t *testing.T) {
	for _, test := range []struct{ path, body, want string }{
		{"/v1/chat/completions", `{"messages":[{"content":"\"model\":\"trap\""}],"model":"plain.3"}`, "plain.3"},
		{"/openai/deployments/azure.9/chat/completions", `{"model":"other"}`, "azure.9"},
		{"/v1/chat/completions", `{"messages":[]}`, ""},
	} {
		got, err := requestModel(test.path, []byte(test.body))
		assert.Equal(t, test.want, got)
		assert.Equal(t, test.want == "", err != nil)
	}
}

// flushed notes when it was flushed.
type flushed struct {
	*httptest.ResponseRecorder
	at time.Time
}

func (f *flushed) Flush() { f.at = time.Now() }

// The end of the body lets itself be waited for where that is what is measured.
func TestLateEnd(t *testing.T) {
	for kind, wait := range map[string]time.Duration{modelLate: endAfter, modelPlain: 0} {
		w := &flushed{ResponseRecorder: httptest.NewRecorder(), at: time.Now()}
		body := strings.NewReader(`{"model":"` + model(kind, 3) + `"}`)
		newServer().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/chat/completions", body))
		assert.GreaterOrEqual(t, time.Since(w.at), wait)
		assert.True(t, strings.HasSuffix(w.Body.String(), "data: [DONE]\n\n"))
	}
}

// A figure comes from a process of its own, and so does what it cannot make.
func TestProcesses(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	f, err := makeFigure(self, job{workload: workTool, contender: "nethttp", scale: tiny})
	require.NoError(t, err)
	assert.Positive(t, f[cpu])
	assert.Positive(t, f[allocs])
	assert.Equal(t, f[allocs]/12, f[allocsAFragment])
	_, err = makeFigure(self, job{workload: workTool, contender: "nobody", scale: tiny})
	assert.ErrorContains(t, err, "there is no such contender")
}

func TestWorkerWritesProfiles(t *testing.T) {
	cpuFile, memoryFile := t.TempDir()+"/cpu", t.TempDir()+"/mem"
	var stdout, stderr bytes.Buffer
	code := work([]string{"-workload", "W1a", "-contender", "nethttp", "-scale", "tiny", "-cpuprofile", cpuFile, "-memprofile", memoryFile}, &stdout, &stderr)
	require.Zero(t, code, stderr.String())
	var f figure
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &f))
	for _, name := range []string{cpuFile, memoryFile} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Positive(t, info.Size())
	}
	assert.Equal(t, 2, work([]string{"-scale", "huge"}, io.Discard, &stderr))
	assert.Equal(t, 1, work([]string{"-workload", "W0", "-contender", "floor"}, io.Discard, &stderr))
	assert.Contains(t, stderr.String(), "there is no such workload")
}
