package azmistraltest

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errUnexpectedEOF = io.ErrUnexpectedEOF

// onWire takes the connection over and leaves what is written to the scenario. It
// works on HTTP/1.1 alone; on HTTP/2 the stream is reset.
func onWire(play func(c net.Conn, o *output)) Reply {
	return Reply{}.tampered(func(o *output) { o.instead = onWireOutput(o, play) })
}

// wirePatience ends a connection that a client keeps for ever.
const wirePatience = time.Minute

func onWireOutput(o *output, play func(net.Conn, *output)) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(wirePatience))
		play(conn, o)
	}
}

// head is the head of the response as net/http would write it, with more lines.
func (o *output) head(lines ...string) string {
	var b strings.Builder
	b.WriteString("HTTP/1.1 " + strconv.Itoa(o.status) + " " + http.StatusText(o.status) + "\r\n")
	names := []string{}
	for name := range o.header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name + ": " + o.header.Get(name) + "\r\n")
	}
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	return b.String() + "\r\n"
}

// text is the body.
func (o *output) text() string {
	var b strings.Builder
	for _, s := range o.steps {
		b.Write(s.data)
	}
	return b.String()
}

// untilClosed waits until the client lets the connection go.
func untilClosed(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// rewriting changes the text of a stream, and sends it in one write.
func rewriting(change func(stream string) string) func(args) Reply {
	return func(args) Reply {
		return Reply{}.tampered(func(o *output) {
			if o.stream {
				o.steps = []step{{data: []byte(change(o.text()))}}
			}
		})
	}
}

// rawStream sends that text as an event stream.
func rawStream(text string) func(args) Reply {
	return func(args) Reply {
		return SSE().tampered(func(o *output) { o.steps = []step{{data: []byte(text)}} })
	}
}

// events sends these events.
func events(data ...string) func(args) Reply {
	return func(args) Reply { return SSE(data...) }
}

// answers sends a body, or to a stream request these events.
func answers(body string, data ...string) func(args) Reply {
	return func(args) Reply {
		return Reply{}.tampered(func(o *output) {
			o.steps = []step{{data: []byte(body)}}
			if o.stream {
				o.steps = nil
				for _, event := range data {
					o.steps = append(o.steps, step{data: eventData(event)})
				}
			}
		})
	}
}

// What the documents of the catalogue have in common.
const (
	docHead  = `"id":"c5e1","created":1767225600,"model":"Mistral-Large-3"`
	docUsage = `"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}`
)

// wholeDoc is an answer in one piece.
func wholeDoc(message, finish string) string {
	return `{` + docHead + `,"object":"chat.completion","choices":[{"index":0,"message":` + message + `,"finish_reason":` + orNull(finish) + `}],` + docUsage + `}`
}

// chunk is a piece of the first choice.
func chunk(delta, finish string) string { return chunkOf(0, delta, finish) }

func chunkOf(index int, delta, finish string) string {
	return `{` + docHead + `,"object":"chat.completion.chunk","choices":[{"index":` + strconv.Itoa(index) + `,"delta":` + delta + `,"finish_reason":` + orNull(finish) + `}]}`
}

// lastChunk has the usage too, as Mistral sends it.
func lastChunk(delta, finish string) string {
	return strings.TrimSuffix(chunk(delta, finish), "}") + "," + docUsage + "}"
}

func orNull(word string) string {
	if word == "" {
		return "null"
	}
	return quoted(word)
}
