package azmistral

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// requestBody is a call's body, encoded once: own bytes, with segments at places
// in them. Neither ever changes, and each send reads them through a reader of its
// own, since a transport may still read after an early answer, even when the call
// is over. Nothing of it is pooled for the same reason.
//
// It is itself the one reader that azcore shares out and rewinds.
type requestBody struct {
	own      []byte
	segments []segment // in the order of their places
	size     int

	mu     sync.Mutex // held while anything of it is read
	over   bool       // the caller's bytes are its own again
	shared bodyCursor
}

// smallBody is a body with room for its own bytes.
type smallBody struct {
	requestBody
	room [smallBodySize]byte
}

const smallBodySize = 512

// fill makes b the body of own bytes and segments.
func (b *requestBody) fill(own []byte, segments []segment) {
	b.own, b.segments, b.size = own, segments, len(own)
	for i := range segments {
		b.size += segments[i].size
	}
	if b.size <= inOnePacket && len(segments) > 0 {
		flat := make([]byte, b.size)
		new(bodyCursor).read(b, flat)
		b.own, b.segments = flat, nil
	}
}

// inOnePacket is the size in bytes up to which a body goes out with the headers,
// in one write: net/http does so for readers that it knows to be in memory, and
// for no other.
const inOnePacket = 2 << 10

// end is called when the call is over. Readers that have not read everything then
// fail where the body holds bytes that the caller may change from now on.
func (b *requestBody) end() {
	for i := range b.segments {
		if b.segments[i].data != nil {
			b.mu.Lock()
			b.over = true
			b.mu.Unlock()
			return
		}
	}
}

func (b *requestBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read(&b.shared, p)
}

// Seek takes any offset; beyond the end there is nothing to read.
func (b *requestBody) Seek(offset int64, whence int) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += b.shared.offset
	case io.SeekEnd:
		offset += int64(b.size)
	default:
		return 0, errors.New("azmistral: a request's body was sought from nowhere")
	}
	if offset < 0 {
		return 0, errors.New("azmistral: a request's body was sought before its start")
	}
	b.shared.move(b, offset)
	return offset, nil
}

// Close leaves it readable: azcore closes it after each send.
func (b *requestBody) Close() error { return nil }

func (b *requestBody) read(c *bodyCursor, p []byte) (int, error) {
	switch {
	case c.offset >= int64(b.size):
		return 0, io.EOF
	case b.over:
		return 0, errBodyOver
	}
	return c.read(b, p), nil
}

// prepare gives a request a reader of its own, which notes in t when it was read
// whole, or that it does not.
func (b *requestBody) prepare(req *http.Request, t *sendTrace) {
	if b.size <= inOnePacket {
		t.inMemory = true
		t.body.Reset(b.own)
		req.Body = io.NopCloser(&t.body)
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.own)), nil }
		return
	}
	req.Body = &bodyReader{body: b, trace: t}
	req.GetBody = func() (io.ReadCloser, error) { return &bodyReader{body: b, trace: t}, nil }
}

// answered is called when the answer has begun. A body that the transport has read
// whole is not read again then, and does not stay in memory for as long as a
// stream lasts.
func (b *requestBody) answered(t *sendTrace) {
	if t.bodyRead.Load() {
		b.mu.Lock()
		b.own, b.segments, b.over = nil, nil, true
		b.mu.Unlock()
	}
}

// bodyReader reads a body once. A transport may read it and close it on different
// goroutines.
type bodyReader struct {
	body   *requestBody
	trace  *sendTrace
	cursor bodyCursor
	closed bool
}

// Read gives io.EOF after the end even when the reader is closed, or the call
// over: net/http looks for surplus bytes, maybe after the answer has come, and
// takes any other error for a broken body.
func (r *bodyReader) Read(p []byte) (int, error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.closed && r.cursor.offset < int64(r.body.size) {
		return 0, errBodyClosed
	}
	n, err := r.body.read(&r.cursor, p)
	if r.cursor.offset == int64(r.body.size) {
		r.trace.bodyRead.Store(true)
	}
	return n, err
}

func (r *bodyReader) Close() error {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	r.closed = true
	return nil
}

var (
	errBodyClosed = errors.New("azmistral: the request's body was read after it was closed")
	errBodyOver   = errors.New("azmistral: the request's body was read after the end of its call")
)

// bodyCursor is a place in a body; zero is the start.
type bodyCursor struct {
	offset  int64
	own     int // own bytes before it
	segment int // the segment that it is in, or that comes next
	from    int // what of the segment's source was encoded

	// What of an escape or a base64 group did not fit into the last read.
	unit       [maxUnit]byte
	next, last uint8
}

// read fills p, or gives what is left.
func (c *bodyCursor) read(b *requestBody, p []byte) (n int) {
	for n < len(p) {
		k := c.some(b, p[n:])
		if k == 0 {
			break
		}
		n += k
	}
	c.offset += int64(n)
	return n
}

// some reads at least one byte of what is left, as far as it lies together.
func (c *bodyCursor) some(b *requestBody, p []byte) int {
	if n := copy(p, c.unit[c.next:c.last]); n > 0 {
		c.next += uint8(n)
		return n
	}
	end := len(b.own)
	if c.segment < len(b.segments) {
		end = b.segments[c.segment].at
	}
	if n := copy(p, b.own[c.own:end]); n > 0 {
		c.own += n
		return n
	}
	if c.segment == len(b.segments) {
		return 0
	}
	s := &b.segments[c.segment]
	n, read := s.encode(p, c.from)
	if n == 0 {
		var unit int
		unit, read = s.encode(c.unit[:], c.from)
		n = copy(p, c.unit[:unit])
		c.next, c.last = uint8(n), uint8(unit)
	}
	if c.from += read; c.from == s.source() {
		c.segment, c.from = c.segment+1, 0
	}
	return n
}

// move goes to an offset of 0 or more.
func (c *bodyCursor) move(b *requestBody, offset int64) {
	*c = bodyCursor{offset: offset}
	left := int(min(offset, int64(b.size)))
	for i := range b.segments {
		s := &b.segments[i]
		if own := s.at - c.own; left <= own {
			break
		} else if left -= own; left >= s.size {
			c.own, c.segment, left = s.at, i+1, left-s.size
			continue
		}
		c.own = s.at
		c.from, left = s.skip(left)
		var sink [512]byte
		for left > 0 {
			left -= c.some(b, sink[:min(left, len(sink))])
		}
		return
	}
	c.own += left
}
