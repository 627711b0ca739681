package azmistral

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/require"
)

// loopback serves one canned answer to every request, over a real socket, and
// allocates nothing for a request: what is measured beside it is the client's. It
// returns its address. pieces are what it writes, each by itself; between is called
// before each but the first.
func loopback(t testing.TB, between func(), pieces ...string) string {
	t.Helper()
	address, _ := countedLoopback(t, between, pieces...)
	return address
}

// countedLoopback counts the connections too.
func countedLoopback(t testing.TB, between func(), pieces ...string) (address string, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	texts := make([][]byte, len(pieces))
	for i, piece := range pieces {
		texts[i] = []byte(piece)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go serveCanned(conn, between, texts)
		}
	}()
	return listener.Addr().String(), connections
}

func serveCanned(conn net.Conn, between func(), texts [][]byte) {
	defer conn.Close()
	requests := make([]byte, 0, 1<<10)
	for {
		n := requestLength(requests)
		for n < 0 || n > len(requests) {
			requests = slices.Grow(requests, 1<<9)
			more, err := conn.Read(requests[len(requests):cap(requests)])
			if err != nil {
				return
			}
			requests = requests[:len(requests)+more]
			n = requestLength(requests)
		}
		if requests = requests[:copy(requests, requests[n:])]; len(requests) == 0 && cap(requests) > 1<<12 {
			requests = nil // a large one came: a test of memory is about the client's
		}
		for i, text := range texts {
			if i > 0 {
				between()
			}
			if _, err := conn.Write(text); err != nil {
				return
			}
		}
	}
}

// requestLength is how long the first request of text is; -1: its head has not
// come whole.
func requestLength(text []byte) int {
	head := bytes.Index(text, []byte("\r\n\r\n"))
	if head < 0 {
		return -1
	}
	_, after, found := bytes.Cut(text[:head], []byte("\r\nContent-Length: "))
	if !found {
		return head + 4
	}
	digits, _, _ := bytes.Cut(after, []byte("\r"))
	n, _ := strconv.Atoi(string(digits))
	return head + 4 + n
}

// loopbackHeader is what Azure sends beside an answer.
const loopbackHeader = "Apim-Request-Id: 6f3f0dbb-2b43-4a48-8a7d-0a4f1d6c0ec1\r\nX-Ms-Region: Sweden Central\r\n" +
	"X-Ratelimit-Limit-Requests: 100\r\nX-Ratelimit-Remaining-Requests: 99\r\nX-Ratelimit-Limit-Tokens: 100000\r\nX-Ratelimit-Remaining-Tokens: 99000\r\n" +
	"Date: Mon, 20 Jul 2026 10:00:00 GMT\r\n"

func cannedJSON(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", loopbackHeader, len(body), body)
}

// cannedEvents is the head of an event stream, cannedPiece a piece of one, cannedEnd its end.
const (
	cannedEvents = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n" + loopbackHeader + "Transfer-Encoding: chunked\r\n\r\n"
	cannedEnd    = "0\r\n\r\n"
)

func cannedPiece(events string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(events), events) }

// newLoopbackClient is a client of a server on loopback, with a key.
func newLoopbackClient(t testing.TB, address string, with func(*ClientOptions)) *Client {
	t.Helper()
	o := ClientOptions{Model: "mistral-large-3"}
	o.InsecureAllowCredentialWithHTTP = true
	if with != nil {
		with(&o)
	}
	c, err := NewClientWithKeyCredential("http://"+address+"/openai/v1", azcore.NewKeyCredential(testKey), &o)
	require.NoError(t, err)
	return c
}
