package azmistraltest

import (
	"context"
	"io"
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
	dial := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go h.server.Serve(&oneConnection{conn: ours})
		return theirs, nil
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         dial,
			DialTLSContext:      dial,
			MaxIdleConnsPerHost: 256,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

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
