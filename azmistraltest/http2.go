package azmistraltest

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// http2Server speaks as much of HTTP/2 as it takes to break it: net/http's own
// server cannot be made to.
type http2Server struct {
	net.Conn
	mu sync.Mutex // of writes
}

// The frames and codes that are played, by RFC 9113.
const (
	frameData         = 0x0
	frameHeaders      = 0x1
	frameReset        = 0x3
	frameSettings     = 0x4
	framePing         = 0x6
	frameGoAway       = 0x7
	frameContinuation = 0x9
	frameUnknown      = 0x42

	flagEndStream  = 0x1
	flagAck        = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8

	codeNone     = 0x0
	codeInternal = 0x2
	codeRefused  = 0x7
	codeCancel   = 0x8
	codeCalm     = 0xb
)

const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// http2Play is what a scenario does with a request that has come whole. n counts
// the requests of all connections, from 1.
type http2Play func(c *http2Server, stream uint32, streamed bool, n int)

// http2Own listens for a scenario that is played frame by frame.
func http2Own(play http2Play) func(*Stage, *playing) {
	return func(s *Stage, p *playing) {
		p.listener = tls.NewListener(p.listener, stageTLS(HTTP2))
		s.base = "https://" + p.listener.Addr().String()
		p.accept(s, "https", func(c net.Conn) { (&http2Server{Conn: c}).serve(s, play) })
	}
}

// serve reads frames until the client leaves.
func (c *http2Server) serve(s *Stage, play http2Play) {
	s.arrived.Add(-1) // requests count, not connections
	s.busy.Add(-1)
	defer s.busy.Add(1)
	preface := make([]byte, len(http2Preface))
	if _, err := io.ReadFull(c, preface); err != nil || string(preface) != http2Preface {
		return
	}
	c.frame(frameSettings, 0, 0, nil)
	bodies := map[uint32]*bytes.Buffer{}
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(c, payload); err != nil {
			return
		}
		kind, flags, stream := head[3], head[4], binary.BigEndian.Uint32(head[5:])&^(1<<31)
		switch kind {
		case frameSettings:
			if flags&flagAck == 0 {
				c.frame(frameSettings, flagAck, 0, nil)
			}
		case framePing:
			if flags&flagAck == 0 {
				c.frame(framePing, flagAck, 0, payload)
			}
		case frameHeaders:
			bodies[stream] = new(bytes.Buffer)
		case frameData:
			if bodies[stream] != nil {
				bodies[stream].Write(payload)
			}
		}
		if body := bodies[stream]; body != nil && flags&flagEndStream != 0 && (kind == frameData || kind == frameHeaders) {
			delete(bodies, stream)
			streamed := strings.Contains(body.String(), `"stream":true`)
			n := int(s.arrived.Add(1))
			s.busy.Add(1)
			go func() {
				defer s.busy.Add(-1)
				play(c, stream, streamed, n)
			}()
		}
	}
}

func (c *http2Server) frame(kind, flags byte, stream uint32, payload []byte) {
	head := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[5:], stream)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.Write(append(head, payload...))
}

// headers begins a response with status 200, and more headers in pairs.
func (c *http2Server) headers(stream uint32, flags byte, streamed bool, more ...string) {
	c.frame(frameHeaders, flags, stream, headerBlock(streamed, more...))
}

// headerBlock encodes without any table: RFC 7541, section 6.2.2.
func headerBlock(streamed bool, more ...string) []byte {
	contentType := "application/json"
	if streamed {
		contentType = "text/event-stream"
	}
	block := []byte{0x88} // :status 200
	pairs := append([]string{"content-type", contentType}, more...)
	for i := 0; i < len(pairs); i += 2 {
		block = append(block, 0)
		for _, text := range pairs[i : i+2] {
			block = append(append(block, byte(len(text))), text...)
		}
	}
	return block
}

func (c *http2Server) data(stream uint32, flags byte, text string) {
	const most = 16 << 10
	for len(text) > most {
		c.frame(frameData, 0, stream, []byte(text[:most]))
		text = text[most:]
	}
	c.frame(frameData, flags, stream, []byte(text))
}

func (c *http2Server) reset(stream uint32, code uint32) {
	c.frame(frameReset, 0, stream, binary.BigEndian.AppendUint32(nil, code))
}

func (c *http2Server) goAway(last uint32, code uint32) {
	c.frame(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code))
}

// answer is the stage's own, whole.
func (c *http2Server) answer(stream uint32, streamed bool) {
	c.headers(stream, flagEndHeaders, streamed)
	c.data(stream, flagEndStream, http2Body(streamed))
}

// half begins the answer.
func (c *http2Server) half(stream uint32, streamed bool, more ...string) (rest string) {
	body := http2Body(streamed)
	c.headers(stream, flagEndHeaders, streamed, more...)
	c.data(stream, 0, body[:len(body)/2])
	return body[len(body)/2:]
}

func http2Body(streamed bool) string {
	if streamed {
		return stageStream()
	}
	return stageBody()
}

func lengthOf(body string) string { return strconv.Itoa(len(body)) }
