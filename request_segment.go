package azmistral

import "encoding/base64"

// minSegment is the length from which a text or bytes are a segment. Below it the
// copy costs no more than the segment's own 56 bytes and its share of a read.
const minSegment = 512

// segment is a long part of a request's body that lies where the caller has it,
// and is encoded each time that it is read: a text's inside, or bytes in base64.
type segment struct {
	at   int // the body's own bytes before it
	size int // its length in the body, never 0

	text string // UTF-8
	data []byte // the caller's, until the call ends; nil: it is a text
}

// encode writes to dst what stands for the source from there on: n bytes for read
// bytes of the source. It is as much as fits, but no half escape and no half group
// of base64, and something wherever dst has maxUnit bytes.
func (s *segment) encode(dst []byte, from int) (n, read int) {
	switch {
	case s.data != nil:
		data := s.data[from:]
		data = data[:min(len(data), len(dst)/4*3)]
		base64.StdEncoding.Encode(dst, data)
		return base64.StdEncoding.EncodedLen(len(data)), len(data)
	case s.size == len(s.text): // nothing to escape
		n = copy(dst, s.text[from:])
		return n, n
	}
	return escapeInto(dst, s.text[from:])
}

// maxUnit is the longest piece that encode does not cut: an escape. A group of
// base64 has 4 bytes.
const maxUnit = maxEscape

// source is the length of what encode reads.
func (s *segment) source() int { return len(s.text) + len(s.data) }

// skip gives a place of the source from which at most rest bytes lie before the
// offset in what the segment becomes.
func (s *segment) skip(offset int) (from, rest int) {
	switch {
	case s.data != nil:
		return offset / 4 * 3, offset % 4
	case s.size == len(s.text):
		return offset, 0
	}
	return 0, offset // escapes do not tell where they are: it is read from its start
}
