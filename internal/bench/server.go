package main

import (
	"bytes"
	"encoding/json"
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

	mu       sync.Mutex
	released chan struct{} // closed when streams that wait may end
}

// Paths beside those of the service.
const (
	pathRelease     = "/control/release"
	pathConnections = "/control/connections"
)

func newServer() *server { return &server{released: make(chan struct{})} }

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
	switch r.URL.Path {
	case pathRelease:
		s.mu.Lock()
		close(s.released)
		s.released = make(chan struct{})
		s.mu.Unlock()
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
		released := s.released
		s.mu.Unlock()
		e.write(script.head.bytes)
		e.flush()
		for n := range script.middle.ends {
			if kind == modelPaced {
				time.Sleep(time.Until(due(numbers, n)))
			}
			e.write(script.middle.event(n))
			e.flush()
		}
		select {
		case <-released:
		case <-r.Context().Done():
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

// due is when the nth content of a paced stream is sent.
func due(numbers [3]int, n int) time.Time {
	return time.Unix(0, int64(numbers[2])+int64(n)*int64(numbers[1]))
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

// digestBody says what a request held, in the words of prompt.digest.
func digestBody(body []byte) (string, error) {
	var got struct {
		Messages []struct {
			Role    string
			Content json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return "", err
	}
	d := digest{}
	for _, m := range got.Messages {
		var text string
		if json.Unmarshal(m.Content, &text) == nil {
			d.add(m.Role, text, "")
			continue
		}
		var parts []struct {
			Text     string
			ImageURL json.RawMessage `json:"image_url"`
		}
		if err := json.Unmarshal(m.Content, &parts); err != nil {
			return "", err
		}
		image := ""
		for _, part := range parts {
			text += part.Text
			var object struct{ URL string }
			if len(part.ImageURL) > 0 && json.Unmarshal(part.ImageURL, &image) != nil {
				if err := json.Unmarshal(part.ImageURL, &object); err != nil {
					return "", err
				}
				image = object.URL
			}
		}
		d.add(m.Role, text, image)
	}
	return d.String(), nil
}

// digest is a check of a request's messages.
type digest struct {
	messages, bytes int
	sum             uint64
}

func (d *digest) add(role, text, image string) {
	d.messages++
	d.bytes += len(text) + len(image)
	d.sum = 31*d.sum + sum(role) + 3*sum(text) + 5*sum(image)
}

func (d digest) String() string {
	return fmt.Sprintf("%d messages, %d bytes, %x", d.messages, d.bytes, d.sum)
}

// digest is what the server must find in the request.
func (p prompt) digest() string {
	d := digest{}
	for i, text := range p.texts {
		role, image := "assistant", ""
		if p.fromUser(i) {
			role = "user"
		}
		if p.image != nil && i == len(p.texts)-1 {
			image = dataURL(p.image)
		}
		d.add(role, text, image)
	}
	return d.String()
}
