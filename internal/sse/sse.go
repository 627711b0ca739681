// Package sse reads a stream of server-sent events, to the rules of the WHATWG
// HTML standard. It knows no JSON, no HTTP and no context.
package sse

import (
	"errors"
	"io"
)

// ErrTooLarge is returned for an event that is larger than the reader's limit.
var ErrTooLarge = errors.New("event too large")

// Event is one event. Its Data is valid until the next call of Next.
type Event struct {
	Name         string // of the event field; "" where it had none
	Data         []byte // the data lines, joined by line feeds
	Unterminated bool   // the stream ended before the event's blank line
}

// Reader reads events.
type Reader struct{}

// NewReader returns a Reader of src whose events hold at most maxEvent bytes of
// data over all their lines.
func NewReader(src io.Reader, maxEvent int64) *Reader { return nil }

// Next returns the next event that has data. After the last one it returns
// io.EOF when src ended cleanly, else src's error.
func (r *Reader) Next() (Event, error) { return Event{}, io.EOF }

// Progress counts the bytes of data that have come so far, those of an event
// under way included; comments, field names and events without data count nothing.
func (r *Reader) Progress() int64 { return 0 }

// Stray returns the first 4 KiB of the lines that are no field of an event.
func (r *Reader) Stray() []byte { return nil }
