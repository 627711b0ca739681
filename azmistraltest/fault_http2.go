package azmistraltest

import (
	"time"

	"github.com/azmistral/azmistral"
)

// http2Scenarios are what only HTTP/2 can do.
func http2Scenarios() []Scenario {
	whole := wantText(stageText)
	unprocessed := anySends(whole) // net/http itself sends again what was not looked at
	lost := Want{Err: azmistral.ErrUnavailable, Delivered: true, Sends: 1}
	half := wantCut(azmistral.ErrIncomplete)
	half.Also = []error{errUnexpectedEOF}
	row := func(name, does string, want Want, play http2Play) Scenario {
		return Scenario{Name: "http2-" + name, Does: does, Protocols: []Protocol{HTTP2}, Want: want, own: http2Own(play)}
	}
	reset := func(code uint32) http2Play {
		return func(c *http2Server, stream uint32, _ bool, _ int) { c.reset(stream, code) }
	}
	resetHalf := func(code uint32) http2Play {
		return func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.half(stream, streamed)
			c.reset(stream, code)
		}
	}
	loose := lost
	loose.Loose = true
	return []Scenario{
		row("whole", "answers", whole, func(c *http2Server, stream uint32, streamed bool, _ int) { c.answer(stream, streamed) }),
		row("frames-of-a-byte", "sends each byte in a frame of its own", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.headers(stream, flagEndHeaders, streamed)
			for _, b := range bytewise(http2Body(streamed)) {
				c.data(stream, 0, b)
			}
			c.data(stream, flagEndStream, "")
		}),
		row("padding", "pads its frames", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.headers(stream, flagEndHeaders, streamed)
			body := http2Body(streamed)
			c.frame(frameData, flagPadded, stream, append(append([]byte{200}, body[:len(body)/2]...), make([]byte, 200)...))
			c.frame(frameData, flagPadded|flagEndStream, stream, append(append([]byte{9}, body[len(body)/2:]...), make([]byte, 9)...))
		}),
		row("continuation", "sends its headers in two frames", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			block := headerBlock(streamed, "x-more", tile)
			c.frame(frameHeaders, 0, stream, block[:7])
			c.frame(frameContinuation, flagEndHeaders, stream, block[7:])
			c.data(stream, flagEndStream, http2Body(streamed))
		}),
		row("unknown-frames", "sends frames that nobody knows", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.frame(frameUnknown, 0xff, stream, []byte(tile))
			rest := c.half(stream, streamed)
			c.frame(frameUnknown, 0, 0, []byte(tile))
			c.data(stream, flagEndStream, rest)
		}),
		row("trailers", "has trailers", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.headers(stream, flagEndHeaders, streamed)
			c.data(stream, 0, http2Body(streamed))
			c.frame(frameHeaders, flagEndHeaders|flagEndStream, stream, append([]byte{0, 10}, append([]byte("x-checksum"), 3, 'a', 'b', 'c')...))
		}),
		row("reset-before", "resets the stream before the headers: an internal error", lost, reset(codeInternal)),
		row("reset-cancel", "cancels the stream before the headers", lost, reset(codeCancel)),
		row("reset-calm", "resets the stream before the headers: too many requests", lost, reset(codeCalm)),
		row("refused-once", "refuses the stream unseen, once", unprocessed, func(c *http2Server, stream uint32, streamed bool, n int) {
			if n == 1 {
				c.reset(stream, codeRefused)
				return
			}
			c.answer(stream, streamed)
		}),
		row("goaway-unseen", "goes away before it has looked at the request, and is there again", unprocessed, func(c *http2Server, stream uint32, streamed bool, n int) {
			if n == 1 {
				c.goAway(0, codeNone)
				return
			}
			c.answer(stream, streamed)
		}),
		row("goaway-before", "goes away with an internal error before the headers", loose, func(c *http2Server, stream uint32, _ bool, _ int) {
			c.goAway(stream, codeInternal)
			c.Close()
		}),
		row("goaway-middle", "goes away with an internal error in the middle", half, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.half(stream, streamed)
			c.goAway(stream, codeInternal)
			c.Close()
		}),
		row("goaway-graceful", "says in the middle that it goes away, and ends the answer", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			rest := c.half(stream, streamed)
			c.goAway(stream, codeNone)
			time.Sleep(5 * time.Millisecond)
			c.data(stream, flagEndStream, rest)
		}),
		row("reset-middle", "resets the stream in the middle: an internal error", half, resetHalf(codeInternal)),
		row("reset-middle-none", "resets the stream in the middle without an error", half, resetHalf(codeNone)),
		row("reset-middle-cancel", "cancels the stream in the middle", half, resetHalf(codeCancel)),
		row("end-middle", "ends the stream in the middle, as if complete", wantHalf(), func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.half(stream, streamed)
			c.data(stream, flagEndStream, "")
		}),
		row("reset-after-end", "resets the stream behind its end, without an error", whole, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.answer(stream, streamed)
			c.reset(stream, codeNone)
		}),
		row("length-too-long", "promises more bytes than it has", half, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.half(stream, streamed, "content-length", lengthOf(http2Body(streamed)))
			c.data(stream, flagEndStream, "")
		}),
		row("close-before", "closes the connection before the headers", lost, func(c *http2Server, _ uint32, _ bool, _ int) { c.Close() }),
		row("close-middle", "closes the connection in the middle", half, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.half(stream, streamed)
			c.Close()
		}),
		row("garbage", "sends garbage for frames", loose, func(c *http2Server, _ uint32, _ bool, _ int) {
			_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + tile + tile))
			c.Close()
		}),
		row("bad-headers", "sends headers that cannot be decoded", loose, func(c *http2Server, stream uint32, _ bool, _ int) {
			c.frame(frameHeaders, flagEndHeaders, stream, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
		}),
		row("data-first", "sends the body before any headers", loose, func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.data(stream, flagEndStream, http2Body(streamed))
		}),
		row("headers-only", "ends the stream with its headers", wantEmpty(), func(c *http2Server, stream uint32, streamed bool, _ int) {
			c.headers(stream, flagEndHeaders|flagEndStream, streamed)
		}),
	}
}

// wantEmpty is an answer with nothing in its body.
func wantEmpty() Want {
	w := wantCut(azmistral.ErrUnexpectedResponse)
	w.Or = []error{azmistral.ErrIncomplete}
	return w
}
