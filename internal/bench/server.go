package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// endAfter is how long the end of a body lets itself be waited for after [DONE]
// where that is what is measured.
const endAfter = 2 * time.Millisecond

// server plays the service: bodies made beforehand, from plain net/http.
type server struct {
	scripts     scripts
	answers     sync.Map     // bodies of whole answers, by model
	buffers     sync.Pool    // of requests
	connections atomic.Int64 // that were opened

	mu   sync.Mutex
	gate *gate // of the streams that are opened now
}

// gate holds streams until they may go on.
type gate struct {
	begin    time.Time
	begun    chan struct{} // closed when begin is set: paced streams start then
	released chan struct{} // closed when they may end
}

func newGate() *gate { return &gate{begun: make(chan struct{}), released: make(chan struct{})} }

// Paths beside those of the service.
const (
	pathStart       = "/control/start/" // and the time, in Unix nanoseconds
	pathRelease     = "/control/release"
	pathConnections = "/control/connections"
)

func newServer() *server { return &server{gate: newGate()} }

// start serves on loopback until the listener is closed.
func (s *server) start() (url string, close func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	h := &http.Server{Handler: s, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}}
	go h.Serve(listener)
	return "http://" + listener.Addr().String(), func() { h.Close() }, nil
}

// serveUntil is the server's process: it says where it is and serves until its
// standard input ends, which it does with the process that started it.
func serveUntil(in io.Reader, out io.Writer) error {
	url, end, err := newServer().start()
	if err != nil {
		return err
	}
	defer end()
	fmt.Fprintln(out, url)
	_, err = io.Copy(io.Discard, in)
	return err
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if at, ok := strings.CutPrefix(r.URL.Path, pathStart); ok {
		nanoseconds, _ := strconv.ParseInt(at, 10, 64)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.gate.begin = time.Unix(0, nanoseconds)
		close(s.gate.begun)
		return
	}
	switch r.URL.Path {
	case pathRelease:
		s.mu.Lock()
		defer s.mu.Unlock()
		close(s.gate.released)
		s.gate = newGate()
		return
	case pathConnections:
		io.WriteString(w, strconv.FormatInt(s.connections.Load(), 10))
		return
	}
	buffer, _ := s.buffers.Get().(*bytes.Buffer)
	if buffer == nil {
		buffer = &bytes.Buffer{}
	}
	defer s.buffers.Put(buffer)
	buffer.Reset()
	if _, err := buffer.ReadFrom(r.Body); err != nil {
		return
	}
	name, err := requestModel(r.URL.Path, buffer.Bytes())
	if err == nil {
		err = s.play(w, r, name, buffer.Bytes())
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// requestModel finds the model in the path or in the body. What a text says is no
// trap: its quotes are escaped.
func requestModel(path string, body []byte) (string, error) {
	if _, rest, ok := strings.Cut(path, "/deployments/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		return name, nil
	}
	_, rest, found := bytes.Cut(body, []byte(`"model":"`))
	name, _, whole := bytes.Cut(rest, []byte(`"`))
	if !found || !whole {
		return "", errors.New("the request names no model")
	}
	return string(name), nil
}

func (s *server) play(w http.ResponseWriter, r *http.Request, name string, body []byte) error {
	kind, numbers, err := parseModel(name)
	if err != nil {
		return err
	}
	switch kind {
	case modelDigest:
		text, err := digestBody(body)
		if err != nil {
			return err
		}
		return writeAnswer(w, wholeBody(piece{text, text}))
	case modelSmall, modelBig:
		made, ok := s.answers.Load(name)
		if !ok {
			made, _ = s.answers.LoadOrStore(name, wholeBody(wholeText(kind, numbers[0])))
		}
		return writeAnswer(w, made.([]byte))
	}
	script, err := s.scripts.get(kind, numbers[0])
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	e := eventWriter{w: w, control: http.NewResponseController(w)}
	switch kind {
	case modelFlush:
		e.separately(script.head)
		e.separately(script.middle)
		e.separately(script.tail)
	case modelFirst:
		e.write(script.head.bytes)
		e.flush()
		e.write(bytes.Join([][]byte{script.middle.bytes, script.tail.bytes}, nil))
	case modelLate:
		e.write(bytes.Join([][]byte{script.head.bytes, script.middle.bytes, script.tail.bytes}, nil))
		e.flush()
		time.Sleep(endAfter)
	case modelIdle, modelPaced:
		s.mu.Lock()
		gate := s.gate
		s.mu.Unlock()
		e.write(script.head.bytes)
		e.flush()
		var due time.Time
		if kind == modelPaced {
			if !opens(r, gate.begun) {
				return nil
			}
			due = gate.begin.Add(time.Duration(numbers[2]))
		}
		for n := range script.middle.ends {
			if kind == modelPaced {
				time.Sleep(time.Until(due))
				due = due.Add(time.Duration(numbers[1]))
			}
			e.write(script.middle.event(n))
			e.flush()
		}
		if !opens(r, gate.released) {
			return nil
		}
		e.write(script.tail.bytes)
	default:
		e.write(script.head.bytes)
		for range max(1, numbers[1]) {
			e.write(script.middle.bytes)
		}
		e.write(script.tail.bytes)
	}
	return nil // a client that has gone is not the server's business
}

// opens waits for a gate. False: the client has gone.
func opens(r *http.Request, gate chan struct{}) bool {
	select {
	case <-gate:
		return true
	case <-r.Context().Done():
		return false
	}
}

type eventWriter struct {
	w       io.Writer
	control *http.ResponseController
}

func (e eventWriter) write(b []byte) { e.w.Write(b) }

func (e eventWriter) flush() { e.control.Flush() }

// separately sends each event of a part by itself.
func (e eventWriter) separately(p part) {
	for n := range p.ends {
		e.write(p.event(n))
		e.flush()
	}
}

func writeAnswer(w http.ResponseWriter, body []byte) error {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
	return nil
}

// wholeText is the text of a whole answer.
func wholeText(kind string, size int) piece {
	if kind == modelSmall {
		return piece{"2 + 2 equals **4**.", "2 + 2 equals **4**."}
	}
	return newWriter().prose(size, true)
}

var wholeUsage = usage{Prompt: 23, Completion: 9, Total: 32}

func wholeBody(text piece) []byte {
	u := wholeUsage
	return fmt.Appendf(nil, `{"id":"9cdb94fb760a41c3afdf806832b49cb4","created":%d,"model":"mistral-small-latest","usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":0},"service_tier":"standard"},"object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","tool_calls":null,"content":"%s"}}]}`,
		created, u.Prompt, u.Total, u.Completion, text.wire)
}
