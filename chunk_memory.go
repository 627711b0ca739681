package azmistral

import "unsafe"

// Chunks stay valid for ever without an allocation for each: they and their strings
// are cut from shared arrays, which are never written again where something was cut
// from them. Whoever keeps one chunk keeps its array, and the blocks of its strings.
const (
	firstSlab  = 1  // values, in the first array: short answers do not pay for long ones
	mostSlab   = 18 // values: 18 chunks fill a size class of Go's allocator (4 KiB)
	firstBlock = 256
	mostBlock  = 1 << 10
)

// slab gives values of one type, zero and each only once.
type slab[T any] struct {
	room []T
	size int // of the last array
}

func (s *slab[T]) take() *T {
	if len(s.room) == 0 {
		s.size = min(max(2*s.size, firstSlab), mostSlab)
		s.room = make([]T, s.size)
	}
	v := &s.room[0]
	s.room = s.room[1:]
	return v
}

// textBlock makes strings of bytes that will change.
type textBlock struct {
	room []byte // its bytes up to its length are those of strings
	size int
}

// begin returns an empty slice with room for n bytes, to be appended to; commit
// makes a string of it. Nothing may be cut in between.
func (b *textBlock) begin(n int) []byte {
	if n > max(b.size, firstBlock)/4 { // it would waste too much of a block
		return make([]byte, 0, n)
	}
	if n > cap(b.room)-len(b.room) {
		b.size = min(max(2*b.size, firstBlock), mostBlock)
		b.room = make([]byte, 0, b.size)
	}
	return b.room[len(b.room):len(b.room)]
}

func (b *textBlock) commit(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if n := len(b.room); n < cap(b.room) && unsafe.SliceData(text) == unsafe.SliceData(b.room[n:n+1]) {
		b.room = b.room[:n+len(text)]
	}
	return unsafe.String(unsafe.SliceData(text), len(text))
}

// cut makes a string of raw.
func (b *textBlock) cut(raw []byte) string {
	if len(raw) <= 1 {
		return string(raw) // Go has the strings of one byte
	}
	return b.commit(append(b.begin(len(raw)), raw...))
}
