package azmistraltest

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azmistral/azmistral"
)

// interimScenarios send statuses before the status.
func interimScenarios() []Scenario {
	h1 := []Protocol{HTTP1}
	interim := func(statuses ...int) func(args) Reply {
		return func(args) Reply {
			return Reply{}.tampered(func(o *output) {
				o.before = func(w http.ResponseWriter) {
					for _, status := range statuses {
						w.WriteHeader(status)
					}
				}
			})
		}
	}
	const early = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
	return []Scenario{
		{Name: "interim-100", Does: "says 100 Continue first, which nobody asked for", Want: wantText(stageText), reply: interim(100)},
		{Name: "interim-102", Does: "says 102 Processing first", Want: wantText(stageText), reply: interim(102)},
		{Name: "interim-103", Does: "says 103 Early Hints first", Want: wantText(stageText), reply: interim(103)},
		{Name: "interim-many", Does: "says 102 Processing twenty times first", Want: wantText(stageText),
			reply: interim(102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102, 102)},
		{Name: "interim-only", Does: "says 103 Early Hints and closes the connection", Protocols: h1, Want: wantNoHead(),
			reply: func(args) Reply { return onWire(func(c net.Conn, _ *output) { write(c, early) }) }},
		{Name: "interim-stall", Does: "says 103 Early Hints and goes silent", Protocols: h1, set: impatientAtFirst,
			Want:  Want{Err: azmistral.ErrTimeout, Delivered: true, Sends: 1, Words: []string{"StartTimeout"}},
			reply: func(args) Reply { return onWire(func(c net.Conn, _ *output) { write(c, early); untilClosed(c) }) }},
		{Name: "interim-100-only", Does: "says 100 Continue and closes the connection", Protocols: h1, Want: wantNoHead(),
			reply: func(args) Reply {
				return onWire(func(c net.Conn, _ *output) { write(c, "HTTP/1.1 100 Continue\r\n\r\n") })
			}},
		{Name: "interim-flood", Does: "says 103 Early Hints for ever", Protocols: h1,
			Want: Want{Err: azmistral.ErrTooLarge, Or: []error{azmistral.ErrUnavailable}, Delivered: true, Sends: 1},
			reply: func(args) Reply {
				return onWire(func(c net.Conn, _ *output) { _ = endless("", early)(c) })
			}},
		{Name: "interim-101", Does: "switches to a protocol that nobody asked for", Protocols: h1,
			Want: Want{Err: azmistral.ErrUnexpectedResponse, Or: []error{azmistral.ErrUnavailable}, Loose: true, Sends: 1},
			reply: func(args) Reply {
				return onWire(func(c net.Conn, _ *output) {
					write(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
				})
			}},
	}
}

// wireScenarios write HTTP/1.1 by hand: odd, but allowed, or broken.
func wireScenarios() []Scenario {
	whole, maybe := wantText(stageText), wantMaybe()
	maybe.Loose = true
	none := Want{Err: azmistral.ErrUnavailable, Or: []error{azmistral.ErrUnexpectedResponse, azmistral.ErrIncomplete}, Delivered: true, Sends: 1}
	// In the middle of the body. Half a stream, or half a body, was good.
	broken := wantCut(azmistral.ErrIncomplete)
	row := func(name, does string, want Want, play func(c net.Conn, o *output)) Scenario {
		return Scenario{Name: "wire-" + name, Does: does, Protocols: []Protocol{HTTP1}, Want: want, reply: func(args) Reply { return onWire(play) }}
	}
	broken200 := none
	broken200.Loose = true
	const chunked = "Transfer-Encoding: chunked"
	halves := func(o *output) (string, string) {
		text := o.text()
		return text[:len(text)/2], text[len(text)/2:]
	}
	inHalves := func(format func(a, b string) string, lines ...string) func(net.Conn, *output) {
		return func(c net.Conn, o *output) {
			a, b := halves(o)
			write(c, o.head(lines...)+format(a, b))
		}
	}
	hex := func(s string) string { return strconv.FormatInt(int64(len(s)), 16) }
	headless := func(text string) func(net.Conn, *output) {
		return func(c net.Conn, _ *output) { write(c, text) }
	}
	length := func(o *output) string { return "Content-Length: " + strconv.Itoa(len(o.text())) }
	return []Scenario{
		row("chunk-extensions", "has extensions behind its chunk sizes", whole, inHalves(func(a, b string) string {
			return hex(a) + `;name=value;quoted="a b"` + "\r\n" + a + "\r\n" + hex(b) + ";x\r\n" + b + "\r\n0;last\r\n\r\n"
		}, chunked)),
		row("chunk-capitals", "writes chunk sizes in capitals, with zeros before them", whole, inHalves(func(a, b string) string {
			return "000" + strings.ToUpper(hex(a)) + "\r\n" + a + "\r\n00" + strings.ToUpper(hex(b)) + "\r\n" + b + "\r\n000\r\n\r\n"
		}, chunked)),
		row("trailers", "has trailers behind its chunks", whole, inHalves(func(a, b string) string {
			return hex(a) + "\r\n" + a + "\r\n" + hex(b) + "\r\n" + b + "\r\n0\r\nX-Checksum: abc\r\nX-More: d\r\n\r\n"
		}, chunked, "Trailer: X-Checksum")),
		row("chunk-size-bad", "has a chunk size that is no number", broken, inHalves(func(a, b string) string {
			return hex(a) + "\r\n" + a + "\r\nzz\r\n" + b + "\r\n0\r\n\r\n"
		}, chunked)),
		row("chunk-size-negative", "has a chunk size below zero", broken, inHalves(func(a, b string) string {
			return hex(a) + "\r\n" + a + "\r\n-5\r\n" + b + "\r\n0\r\n\r\n"
		}, chunked)),
		row("chunk-size-huge", "has a chunk size of more than 64 bits", broken, inHalves(func(a, b string) string {
			return hex(a) + "\r\n" + a + "\r\nfffffffffffffffff\r\n" + b + "\r\n0\r\n\r\n"
		}, chunked)),
		row("chunk-size-short", "has a chunk that is longer than its size says", broken, inHalves(func(a, b string) string {
			return hex(a[:len(a)-3]) + "\r\n" + a + "\r\n" + hex(b) + "\r\n" + b + "\r\n0\r\n\r\n"
		}, chunked)),
		row("chunk-first-bad", "begins its body with a chunk size that is no number", broken, inHalves(func(a, b string) string { return "oops\r\n" }, chunked)),
		row("two-lengths", "has two lengths that differ", none, func(c net.Conn, o *output) {
			write(c, o.head(length(o), "Content-Length: 7")+o.text())
		}),
		row("two-equal-lengths", "says its length twice", whole, func(c net.Conn, o *output) {
			write(c, o.head(length(o), length(o))+o.text())
		}),
		row("length-and-chunks", "has a length and chunks: the chunks count", maybe, func(c net.Conn, o *output) {
			text := o.text()
			write(c, o.head("Content-Length: 7", chunked)+hex(text)+"\r\n"+text+"\r\n0\r\n\r\n")
		}),
		row("length-bad", "has a length that is no number", none, func(c net.Conn, o *output) {
			write(c, o.head("Content-Length: many")+o.text())
		}),
		row("length-negative", "has a length below zero", none, func(c net.Conn, o *output) {
			write(c, o.head("Content-Length: -1")+o.text())
		}),
		row("no-reason", "has no words behind its status", whole, func(c net.Conn, o *output) {
			write(c, strings.Replace(o.head(length(o)), " OK", "", 1)+o.text())
		}),
		row("header-case", "has header names in small letters", whole, func(c net.Conn, o *output) {
			write(c, "HTTP/1.1 200 OK\r\ncontent-type: "+o.header.Get("Content-Type")+"\r\ncontent-length: "+strconv.Itoa(len(o.text()))+"\r\n\r\n"+o.text())
		}),
		row("header-folded", "has a header over two lines", maybe, func(c net.Conn, o *output) {
			write(c, o.head(length(o), "X-Long: a\r\n b")+o.text())
		}),
		row("header-no-colon", "has a header without a colon", none, func(c net.Conn, o *output) {
			write(c, o.head(length(o), "oops")+o.text())
		}),
		row("lf-only", "ends the lines of its head with LF", maybe, func(c net.Conn, o *output) {
			write(c, strings.ReplaceAll(o.head(length(o)), "\r\n", "\n")+o.text())
		}),
		row("head-in-bytes", "sends its head byte by byte", whole, func(c net.Conn, o *output) {
			for _, b := range bytewise(o.head(length(o))) {
				write(c, b)
			}
			write(c, o.text())
		}),
		row("status-bad", "has a status that is no number", none, headless("HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n")),
		row("status-short", "has a status of two digits", none, headless("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")),
		row("version-bad", "speaks a version that does not exist", broken200, headless("HTTP/7.3 200 OK\r\nContent-Length: 0\r\n\r\n")),
		row("no-head", "answers with a body and no head", none, headless(`{"choices":[]}`)),
		row("other-protocol", "speaks another protocol", none, headless("SSH-2.0-OpenSSH_9.6\r\n")),
		row("zeros", "answers with zeros", none, headless(strings.Repeat("\x00", 1000))),
		row("tls", "answers with a TLS alert", none, headless("\x15\x03\x01\x00\x02\x02\x16")),
		{Name: "connection-close", Does: "says that it closes the connection behind each answer, and does", Calls: 3, Want: whole,
			reply: func(args) Reply { return Reply{}.Header("Connection", "close") }},
	}
}

// reuseScenarios are about a connection that was used before.
func reuseScenarios() []Scenario {
	h1 := []Protocol{HTTP1}
	// A fresh connection serves the send after it.
	again := wantSends(2, wantText(stageText))
	hangUp := func(end ending) func(args) Reply {
		return func(args) Reply { return Reply{}.tampered(func(o *output) { o.status, o.end = 0, end }) }
	}
	answerThen := func(then func(c net.Conn, o *output)) func(args) Reply {
		return func(args) Reply {
			return onWire(func(c net.Conn, o *output) {
				write(c, o.head("Content-Length: "+strconv.Itoa(len(o.text())))+o.text())
				then(c, o)
			})
		}
	}
	return []Scenario{
		{Name: "reuse-close", Does: "closes a connection that was used before when the next request has come", Protocols: h1, Calls: 2, count: 1, Want: again, reply: hangUp(endAbort)},
		{Name: "reuse-reset", Does: "resets a connection that was used before when the next request has come", Protocols: h1, Calls: 2, count: 1, Want: again, reply: hangUp(endReset)},
		{Name: "reuse-half-head", Does: "closes a connection that was used before in the middle of the head", Protocols: h1, Calls: 2, count: 1,
			Want:  wantNoHead(), // the first byte had come: nobody sends it again
			reply: func(args) Reply { return onWire(func(c net.Conn, _ *output) { write(c, "HTTP/1.1 2") }) }},
		{Name: "reuse-stream-reset", Does: "resets the second stream of a connection", Protocols: []Protocol{HTTP2}, Calls: 2, count: 1,
			Want: Want{Err: azmistral.ErrUnavailable, Delivered: true, Sends: 1}, reply: hangUp(endAbort)},
		{Name: "reuse-idle-closed", Does: "closes the connection behind each answer without a word", Protocols: h1, Calls: 10, early: true, Want: anySends(wantText(stageText)),
			reply: answerThen(func(net.Conn, *output) {})},
		{Name: "reuse-idle-reset", Does: "resets the connection a moment behind each answer", Protocols: h1, Calls: 10, early: true, Want: anySends(wantText(stageText)),
			reply: answerThen(func(c net.Conn, _ *output) {
				time.Sleep(5 * time.Millisecond)
				linger(c)
			})},
		{Name: "reuse-unasked", Does: "sends a second answer behind each, which nobody asked for: it may be taken for the next one's", Protocols: h1, Calls: 2, early: true, Want: anySends(looseMaybe()),
			reply: answerThen(func(c net.Conn, o *output) {
				time.Sleep(5 * time.Millisecond)
				write(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull")
			})},
		{Name: "reuse-idle-408", Does: "says 408 on the idle connection behind each answer, and closes it", Protocols: h1, Calls: 5, early: true, Want: anySends(wantText(stageText)),
			reply: answerThen(func(c net.Conn, o *output) {
				time.Sleep(5 * time.Millisecond)
				write(c, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			})},
	}
}

func anySends(w Want) Want { return wantSends(0, w) }

// linger makes closing a reset.
func linger(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// playing is what a scenario that listens by itself is given.
type playing struct {
	tb       TB
	protocol Protocol
	listener net.Listener
}

// accept gives each connection to a function, and counts it as a send.
func (p *playing) accept(s *Stage, scheme string, serve func(net.Conn)) {
	s.base = scheme + "://" + p.listener.Addr().String()
	var open sync.Map // of net.Conn: a client may keep one that was not idle when it let go of the idle ones
	go func() {
		for {
			c, err := p.listener.Accept()
			if err != nil {
				return
			}
			open.Store(c, nil)
			s.arrived.Add(1)
			s.busy.Add(1)
			go func() {
				defer s.busy.Add(-1)
				defer open.Delete(c)
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(wirePatience))
				serve(c)
			}()
		}
	}()
	p.tb.Cleanup(func() {
		p.listener.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
	})
}

// networkScenarios have no HTTP in them.
func networkScenarios() []Scenario {
	h1 := []Protocol{HTTP1}
	down := Want{Err: azmistral.ErrUnavailable, Loose: true} // when the end is noticed is a matter of timing
	return []Scenario{
		{Name: "refused", Does: "nobody listens", Protocols: h1,
			Want: Want{Err: azmistral.ErrUnavailable, Sends: -1, Attempts: 5, Words: []string{"refused"}},
			own: func(s *Stage, p *playing) {
				s.base = "http://" + p.listener.Addr().String()
				p.listener.Close()
			}},
		{Name: "accept-close", Does: "closes each connection at once", Protocols: h1, Want: down,
			own: func(s *Stage, p *playing) { p.accept(s, "http", func(net.Conn) {}) }},
		{Name: "accept-reset", Does: "resets each connection at once", Protocols: h1, Want: down,
			own: func(s *Stage, p *playing) { p.accept(s, "http", linger) }},
		{Name: "accept-stall", Does: "takes each connection and reads nothing", Protocols: h1, set: impatientAtFirst,
			Want: Want{Err: azmistral.ErrTimeout, Delivered: true, Sends: 1, Words: []string{"StartTimeout"}},
			own:  func(s *Stage, p *playing) { p.accept(s, "http", untilReset) }},
		{Name: "greeting", Does: "speaks first, and another protocol", Protocols: h1, Want: Want{Err: azmistral.ErrUnavailable, Or: []error{azmistral.ErrUnexpectedResponse}, Loose: true},
			own: func(s *Stage, p *playing) {
				p.accept(s, "http", func(c net.Conn) { write(c, "220 mail.example.com ESMTP\r\n"); untilClosed(c) })
			}},
		{Name: "not-plain", Does: "speaks TLS where plain HTTP is spoken", Protocols: h1, Want: Want{Err: azmistral.ErrUnavailable, Or: []error{azmistral.ErrUnexpectedResponse, azmistral.ErrInvalidRequest}, Loose: true},
			own: func(s *Stage, p *playing) {
				p.accept(s, "http", func(c net.Conn) {
					_, _ = io.ReadFull(c, make([]byte, 5))
					write(c, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
					untilClosed(c)
				})
			}},
	}
}

// untilReset waits until the client lets go, without reading what it sends.
func untilReset(c net.Conn) {
	for {
		time.Sleep(20 * time.Millisecond)
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := c.Read(make([]byte, 64<<10)); err != nil {
			if e, ok := err.(net.Error); !ok || !e.Timeout() {
				return
			}
		}
	}
}
