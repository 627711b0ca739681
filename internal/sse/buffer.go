package sse

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// bufferSizes are the sizes in bytes that buffers are pooled in. A stream whose
// server is behind its client stays with the first, so that a thousand of them
// hold 4 MB; one that comes in a burst gets few reads with the last.
var bufferSizes = [...]int{4 << 10, 16 << 10, 64 << 10}

var pools [len(bufferSizes)]sync.Pool // of *[]byte

const (
	minRead      = 1 << 10 // with less room than this the buffer grows, in bytes
	quietReads   = 32      // this many in a row that the smallest buffer holds make it shrink
	maxEmptyRead = 100     // reads in a row that bring nothing, as bufio has it
)

var (
	byteOrderMark = []byte("\xEF\xBB\xBF")
	dataField     = []byte("data:")
	errReadCount  = errors.New("reader returned an impossible count")
)

// buffer holds what was read from src and not used yet, and in front of it the
// data of the event under way. Data lines are moved together within it, so that
// no event is copied elsewhere.
//
//	mem: … keptFrom [ data ] keptTo … start [ unread ] end …
type buffer struct {
	src io.Reader
	err error // what src ended with; everything before it is still to be used

	mem    []byte
	pooled *[]byte // mem, when it is of a pool

	keptFrom, keptTo int
	start, end       int
	lineEnd          int // of the line that was returned last
	searched         int // no line ends in mem[start:searched]
	noLF             int // no line feed is in mem[searched:noLF]

	begun    bool // the place of a byte order mark is behind
	swallow  bool // a line feed that comes next belongs to the line before
	fullRuns int  // reads in a row that filled the buffer
	lowRuns  int  // reads in a row that would have fitted into the smallest one
}

// line returns the next line without its end, and true; or the beginning of a
// line whose end has not been read, and false. Both are valid until fill.
func (b *buffer) line() ([]byte, bool) {
	if !b.begun {
		have := b.mem[b.start:b.end]
		if b.err == nil && len(have) < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, have) {
			return nil, false
		}
		b.begun = true
		if bytes.HasPrefix(have, byteOrderMark) {
			b.advance(b.start + len(byteOrderMark))
		}
	}
	if b.swallow && b.start < b.end {
		b.swallow = false
		if b.mem[b.start] == '\n' {
			b.advance(b.start + 1)
		}
	}

	lineEnd := b.lineFeed()
	if i := bytes.IndexByte(b.mem[b.searched:lineEnd], '\r'); i >= 0 {
		lineEnd = b.searched + i
		b.swallow = true
	}
	line := b.mem[b.start:lineEnd]
	b.lineEnd = lineEnd
	if lineEnd == b.end {
		b.searched = b.end
		return line, false
	}
	b.advance(lineEnd + 1)
	return line, true
}

// plainEvent returns the data of an event that is one data line, of at most limit
// bytes and not empty, and a blank line, when both have come and end in a line
// feed. Nearly every event is. What it declines is as if it had not been called.
func (b *buffer) plainEvent(limit int64) ([]byte, bool) {
	if !b.begun || b.swallow || b.searched != b.start || !bytes.HasPrefix(b.mem[b.start:b.end], dataField) {
		return nil, false
	}
	lineEnd := b.lineFeed()
	if lineEnd+1 >= b.end || b.mem[lineEnd+1] != '\n' {
		return nil, false
	}
	value := b.mem[b.start+len(dataField) : lineEnd : lineEnd]
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	if len(value) == 0 || int64(len(value)) > limit || bytes.IndexByte(value, '\r') >= 0 {
		return nil, false
	}
	b.advance(lineEnd + 2)
	return value, true
}

// lineFeed returns where the next line feed is; end, if none has come. It is
// looked for before any carriage return, and remembered: looking for each line's
// own end in a stream that has no carriage returns, or nothing else, would run
// through the whole buffer for every line.
func (b *buffer) lineFeed() int {
	b.noLF = max(b.noLF, b.searched)
	if b.noLF < b.end && b.mem[b.noLF] != '\n' {
		if i := bytes.IndexByte(b.mem[b.noLF:b.end], '\n'); i >= 0 {
			b.noLF += i
		} else {
			b.noLF = b.end
		}
	}
	return b.noLF
}

// endLine uses up the beginning of a line that line has returned.
func (b *buffer) endLine() {
	b.lineEnd = b.end
	b.advance(b.end)
}

func (b *buffer) advance(to int) {
	b.start, b.searched = to, to
}

// keep adds the last n bytes of the line that was returned last to the data of
// the event under way, after a line feed if join is set. There is always room: a
// data line is longer than its value.
func (b *buffer) keep(n int, join bool) {
	from := b.lineEnd - n
	if !join {
		b.keptFrom, b.keptTo = from, b.lineEnd
		return
	}
	b.mem[b.keptTo] = '\n'
	b.keptTo++
	b.keptTo += copy(b.mem[b.keptTo:], b.mem[from:b.lineEnd])
}

func (b *buffer) kept() []byte { return b.mem[b.keptFrom:b.keptTo:b.keptTo] }

func (b *buffer) drop() { b.keptFrom, b.keptTo = 0, 0 }

// fill reads once from src, as much as it gives. It ends with at least one byte
// more, or with err set.
func (b *buffer) fill() {
	b.moveUp()
	switch {
	case len(b.mem) == 0:
		b.grow(bufferSizes[0])
	case b.lowRuns >= quietReads && b.end == 0 && len(b.mem) > bufferSizes[0]:
		b.grow(bufferSizes[0]) // the burst, or the long event, is over
	case len(b.mem)-b.end < minRead:
		b.grow(2 * len(b.mem))
	case b.fullRuns >= 2 && len(b.mem) < bufferSizes[len(bufferSizes)-1]:
		b.grow(len(b.mem) + 1)
	}
	room := b.mem[b.end:]
	for range maxEmptyRead {
		n, err := b.src.Read(room)
		if n < 0 || n > len(room) {
			b.err = errReadCount
			return
		}
		b.end += n
		b.fullRuns++
		if n < len(room) {
			b.fullRuns = 0
		}
		b.lowRuns++
		if n > bufferSizes[0]-minRead {
			b.lowRuns = 0
		}
		if err != nil {
			b.err = err
			return
		}
		if n > 0 {
			return
		}
	}
	b.err = io.ErrNoProgress
}

// moveUp moves everything to the front. A byte is moved twice at most, as part of
// the beginning of a line and as part of an event, however small the reads are.
func (b *buffer) moveUp() {
	if b.keptFrom > 0 {
		n := copy(b.mem, b.mem[b.keptFrom:b.keptTo])
		b.keptFrom, b.keptTo = 0, n
	}
	n := b.keptTo
	if gap := b.start - n; gap > 0 {
		copy(b.mem[n:], b.mem[b.start:b.end])
		b.start -= gap
		b.end -= gap
		b.searched -= gap
		b.noLF = max(b.noLF-gap, 0)
	}
}

// grow moves everything to a buffer of at least size bytes, which hold it: the
// next pooled size, or beyond those one of its own.
func (b *buffer) grow(size int) {
	var mem []byte
	var pooled *[]byte
	for i, pooledSize := range bufferSizes {
		if size <= pooledSize {
			if pooled, _ = pools[i].Get().(*[]byte); pooled == nil {
				pooled = new(make([]byte, pooledSize))
			}
			mem = *pooled
			break
		}
	}
	if mem == nil {
		mem = make([]byte, size)
	}
	copy(mem, b.mem[:b.end])
	b.giveBack()
	b.mem, b.pooled = mem, pooled
	b.fullRuns, b.lowRuns = 0, 0
}

// release gives the buffer back. What it held is gone.
func (b *buffer) release() {
	b.giveBack()
	b.mem, b.pooled = nil, nil
	b.keptFrom, b.keptTo, b.start, b.end, b.lineEnd, b.searched, b.noLF = 0, 0, 0, 0, 0, 0, 0
}

func (b *buffer) giveBack() {
	if b.pooled == nil {
		return
	}
	for i, size := range bufferSizes {
		if len(*b.pooled) == size {
			pools[i].Put(b.pooled)
		}
	}
}
