package azmistraltest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
)

// Transport gives an HTTP client whose every connection ends in this sandbox,
// whatever host its requests name: "https" too, though nothing is encrypted. There
// is no socket, no DNS and no TLS, so it works inside a bubble of testing/synctest,
// where all waits pass at once.
//
// Connections are kept for reuse, and each has goroutines of its own on both
// sides. Call Close, or the client's CloseIdleConnections, before a bubble's end:
// testing/synctest waits for every goroutine.
//
// A pipe has no buffer: a client that stops reading stops the sandbox, until it
// closes the response.
func (h *Handler) Transport() *http.Client {
	dial := h.connections.dialer(h)
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dial,
			DialTLSContext:      dial,
			MaxIdleConnsPerHost: 256,
		},
		CheckRedirect: noRedirect,
	}
}

// noRedirect keeps a client where it was sent to.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// connections are the sandbox's ends of every pipe that is open.
type connections struct {
	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

// dialer gives what http.Transport dials with: every address is the handler.
func (c *connections) dialer(handler http.Handler) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return c.dial(handler) }
}

// dial opens a pipe and serves one end of it. Each connection has an http.Server of
// its own: what one holds, such as a WaitGroup, must not be shared by two bubbles.
func (c *connections) dial(handler http.Handler) (net.Conn, error) {
	ours, theirs := net.Pipe()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, net.ErrClosed
	}
	if c.open == nil {
		c.open = map[net.Conn]bool{}
	}
	c.open[ours] = true
	server := &http.Server{Handler: handler, ErrorLog: silent, ConnState: c.note}
	go server.Serve(&oneConnection{conn: ours})
	return theirs, nil
}

func (c *connections) note(conn net.Conn, state http.ConnState) {
	if state == http.StateClosed || state == http.StateHijacked {
		c.mu.Lock()
		delete(c.open, conn)
		c.mu.Unlock()
	}
}

// close ends every pipe. net/http then ends the requests on them.
func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.open {
		conn.Close()
	}
}

// silent takes what net/http has to say of clients that hang up.
var silent = log.New(io.Discard, "", 0)

// oneConnection is a listener with one connection in it. After that it is at its
// end, so nobody waits in Accept: the connection is served on by itself.
type oneConnection struct {
	once sync.Once
	conn net.Conn
}

func (l *oneConnection) Accept() (net.Conn, error) {
	var conn net.Conn
	l.once.Do(func() { conn = l.conn })
	if conn == nil {
		return nil, io.EOF
	}
	return conn, nil
}

func (l *oneConnection) Close() error   { return nil }
func (l *oneConnection) Addr() net.Addr { return l.conn.LocalAddr() }
