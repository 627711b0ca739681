// Package sse reads a stream of server-sent events, to the rules of the WHATWG
// HTML standard. It knows no JSON, no HTTP and no context.
//
// It leaves the standard where a client of a chat service is better served: an
// event that the end of the stream cut off is given, and marked, and lines that
// are no field of an event are remembered, since a gateway's error text may
// stand there.
package sse

import (
	"errors"
	"io"
	"math"
)

// ErrTooLarge is returned for an event that is larger than the reader's limit.
var ErrTooLarge = errors.New("event too large")

// maxStray bounds what is kept of the lines that are no field of an event, in
// bytes.
const maxStray = 4 << 10

// Event is one event. Its Data is valid until the next call of Next.
type Event struct {
	Name         string // of the event field; "" where it had none
	Data         []byte // the data lines, joined by line feeds
	Unterminated bool   // the stream ended, or failed, before the event's blank line
}

// Reader reads events. It is not safe for concurrent use.
type Reader struct {
	buf  buffer
	max  int64
	last error // what Next returns from now on

	// Of the event under way. Its data lies in buf.
	name    string
	hasData bool

	// Of the line under way, when it is one whose text is not needed.
	passing kind  // passNone: it is not
	passed  int64 // bytes of it so far

	lastName string // saves an allocation for each event of the same name
	progress int64
	counted  int64 // of progress, what came from the data line under way
	stray    []byte
}

// NewReader returns a Reader of src whose events hold at most maxEvent bytes of
// data over all their lines, the line feeds that join them included. No other
// line may be longer either. A maxEvent of 0 or less sets no limit.
//
// src is read only from within Next, as much as it gives at a time, and never
// while a complete event is at hand.
func NewReader(src io.Reader, maxEvent int64) *Reader {
	if maxEvent <= 0 {
		maxEvent = math.MaxInt64
	}
	return &Reader{buf: buffer{src: src}, max: maxEvent}
}

// Next returns the next event that has data; events without, which services send
// as heartbeats, are passed over. After the last one it returns io.EOF when src
// ended cleanly, else src's error; ErrTooLarge for an event or a line beyond the
// limit; io.ErrNoProgress for a src that keeps returning nothing. Every further
// call returns the same error.
func (r *Reader) Next() (Event, error) {
	if r.last != nil {
		return Event{}, r.last
	}
	r.dropEvent() // what the last call handed out
	for {
		event, more, err := r.ready()
		if !more {
			return event, err
		}
		r.buf.fill()
	}
}

// ready gives the next event that has come, or the end; more: another read has to
// come first. Reading is not its business: a stack that waits for it is to be small.
func (r *Reader) ready() (event Event, more bool, err error) {
	for {
		if !r.hasData && r.name == "" && r.passing == passNone {
			if data, ok := r.buf.plainEvent(r.max); ok {
				r.progress += int64(len(data))
				return Event{Data: data}, false, nil
			}
		}
		line, ended := r.buf.line()
		switch {
		case !ended && r.buf.err == nil:
			if err := r.begin(line); err != nil {
				return Event{}, false, r.end(err)
			}
			return Event{}, true, nil
		case !ended:
			event, err := r.finish(line)
			return event, false, err
		case len(line) == 0 && r.passing == passNone:
			if event, ok := r.event(); ok {
				return event, false, nil
			}
			r.dropEvent()
		default:
			if err := r.take(line); err != nil {
				return Event{}, false, r.end(err)
			}
		}
	}
}

// Progress counts the bytes of data that have come so far, those of an event
// under way included; comments, field names and events without data count
// nothing. The goroutine that reads src may call it, from within src.Read too.
func (r *Reader) Progress() int64 { return r.progress }

// Stray returns the first 4 KiB of the lines that are no field of an event,
// joined by line feeds; nil if there were none.
func (r *Reader) Stray() []byte { return r.stray }

// Release gives the reader's buffer back for other readers to use. The Data of
// the last event is no longer valid then, and Next returns io.ErrClosedPipe, or
// the error that it has returned before. Progress and Stray keep working. It must
// not be called during a call of Next; more than once is fine.
func (r *Reader) Release() {
	if r.last == nil {
		r.last = io.ErrClosedPipe
	}
	r.buf.release()
}

// finish takes what src ended with: the last line, which has no end, and the
// event under way.
func (r *Reader) finish(line []byte) (Event, error) {
	r.buf.endLine()
	if len(line) > 0 || r.passing != passNone {
		if err := r.take(line); err != nil {
			return Event{}, r.end(err)
		}
	}
	if event, ok := r.event(); ok {
		event.Unterminated = true
		return event, nil
	}
	return Event{}, r.end(r.buf.err)
}

func (r *Reader) end(err error) error {
	r.last = err
	r.buf.release()
	return err
}

// event is the event under way, if it has data.
func (r *Reader) event() (Event, bool) {
	data := r.buf.kept()
	return Event{Name: r.name, Data: data}, len(data) > 0
}

func (r *Reader) dropEvent() {
	r.name, r.hasData = "", false
	r.buf.drop()
}

// begin takes the beginning of a line whose end has not come: what can be known
// of it is checked and counted, and what is not needed is dropped.
func (r *Reader) begin(line []byte) error {
	if r.passing == passNone {
		field, value := split(line, false)
		switch field {
		case undecided:
			return nil
		case data:
			r.count(len(value))
			return r.fits(len(value))
		case event:
			return r.short(len(line))
		}
		r.passing = field
	}
	r.buf.endLine()
	return r.pass(line)
}

// take takes a line, or the rest of one that is passed over.
func (r *Reader) take(line []byte) error {
	if r.passing == passNone {
		field, value := split(line, true)
		switch field {
		case data:
			r.count(len(value))
			r.counted = 0
			if err := r.fits(len(value)); err != nil {
				return err
			}
			r.buf.keep(len(value), r.hasData)
			r.hasData = true
			return nil
		case event:
			if err := r.short(len(line)); err != nil {
				return err
			}
			if string(value) != r.lastName {
				r.lastName = string(value)
			}
			r.name = r.lastName
			return nil
		}
		r.passing = field
	}
	err := r.pass(line)
	r.passing, r.passed = passNone, 0
	return err
}

// fits says whether n more bytes of data fit into the event.
func (r *Reader) fits(n int) error {
	size := int64(len(r.buf.kept()) + n)
	if r.hasData {
		size++ // the line feed between
	}
	if size > r.max {
		return ErrTooLarge
	}
	return nil
}

// short says whether a line of n bytes that is no data is within the limit.
func (r *Reader) short(n int) error {
	if int64(n) > r.max {
		return ErrTooLarge
	}
	return nil
}

// count brings the progress up to n bytes of the data line under way.
func (r *Reader) count(n int) {
	r.progress += int64(n) - r.counted
	r.counted = int64(n)
}

// pass goes over a piece of a line whose text is not needed, but for the
// beginning of stray ones.
func (r *Reader) pass(piece []byte) error {
	room := r.max - r.passed
	tooLong := int64(len(piece)) > room
	if tooLong {
		piece = piece[:room]
	}
	if r.passing == stray && len(piece) > 0 {
		if r.passed == 0 && len(r.stray) > 0 && len(r.stray) < maxStray {
			r.stray = append(r.stray, '\n')
		}
		r.stray = append(r.stray, piece[:min(len(piece), maxStray-len(r.stray))]...)
	}
	r.passed += int64(len(piece))
	if tooLong {
		return ErrTooLarge
	}
	return nil
}
