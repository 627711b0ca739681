package azmistral

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/azmistral/azmistral/internal/errbody"
)

// readAnswer reads the body of an answer that comes in one piece, within the
// client's bound and the idle deadline, and closes it.
func (k *call) readAnswer(resp *http.Response, info ResponseInfo) ([]byte, *Error) {
	defer resp.Body.Close()
	most := min(k.client.maxResponseBytes, math.MaxInt64-1) // one more is read
	if n := resp.ContentLength; n > 0 && n <= most {
		return k.readBody(make([]byte, 0, min(n, mostPromised)+1), resp, info, most) // io.EOF may take one read more
	}
	buffer := answerBuffers.Get().(*[]byte)
	body, e := k.readBody(*buffer, resp, info, most)
	if cap(body) <= mostPooled {
		*buffer = body[:0]
		defer answerBuffers.Put(buffer)
	}
	if e != nil {
		return nil, e
	}
	return bytes.Clone(body), nil
}

// answerBuffers take bodies whose length is not known beforehand. The answer then
// gets a copy that is no larger than it.
var answerBuffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

// mostPromised bounds the memory, in bytes, that a promised length alone gets.
const mostPromised = 64 << 20

// mostPooled is in bytes: what one large answer needed is not kept for small ones.
const mostPooled = 1 << 20

// readBody appends a body of at most most bytes to buffer, which is empty.
func (k *call) readBody(buffer []byte, resp *http.Response, info ResponseInfo, most int64) ([]byte, *Error) {
	limit := deadlineError{idleTimeoutOption, k.idle, "further byte of the answer"}
	k.clock.arm(k.idle, limit, k.send.cancel)
	defer k.clock.disarm()
	for {
		if len(buffer) == cap(buffer) {
			buffer = slices.Grow(buffer, bytes.MinRead)
		}
		n, err := resp.Body.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		switch {
		case int64(len(buffer)) > most:
			return buffer, (&Error{StatusCode: info.StatusCode, Info: info, Delivered: true, kind: ErrTooLarge,
				what: fmt.Sprintf("the answer is larger than ClientOptions.MaxResponseBytes (%d)", most)}).withResponse(resp)
		case err == io.EOF:
			return buffer, nil
		case err != nil:
			return buffer, k.broken(resp, info, err)
		case n > 0:
			k.clock.arm(k.idle, limit, k.send.cancel)
		}
	}
}

// checkEncoding refuses a body that the transport did not decode: only gzip is
// asked for, by net/http, which decodes it.
func (k *call) checkEncoding(resp *http.Response, info ResponseInfo) *Error {
	if coding := resp.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return k.unexpected(resp, info, "the body is encoded as "+oneLine(coding, maxQuotedBytes)+", which was not asked for", nil)
	}
	return nil
}

// wholeAnswer reads an answer that came in one piece. The response can be read
// again by those who captured it, or find it in the error.
func (k *call) wholeAnswer(resp *http.Response, info ResponseInfo, body []byte) (*ChatResponse, *Error) {
	work := wholeWorks.Get().(*wholeWork)
	answer, _, e := k.makeAnswer(resp, info, body, work)
	*work = wholeWork{}
	wholeWorks.Put(work)
	return answer, e
}

var wholeWorks = sync.Pool{New: func() any { return new(wholeWork) }}

// makeAnswer is wholeAnswer, with the answer as one chunk too, which may lie in work.
func (k *call) makeAnswer(resp *http.Response, info ResponseInfo, body []byte, work *wholeWork) (answer *ChatResponse, chunk *ChatChunk, e *Error) {
	room := &responseRoom{}
	text := room.text.hold(body)
	defer func() {
		if resp.Body = &text.reader; e != nil {
			resp.Body = io.NopCloser(strings.NewReader(k.scrub(string(text.raw()))))
		}
	}()
	chunk, answered, suspect, err := work.decode(text)
	if err != nil || suspect {
		if problem, is := errbody.Detect("", text.raw()); is {
			return nil, nil, k.inBand(info, &problem, resp)
		}
	}
	if err != nil {
		return nil, nil, k.unexpected(resp, info, "the body is no answer: "+k.scrub(err.Error()), text.raw())
	}
	if !answered {
		return nil, nil, k.unexpected(resp, info, "the body holds no answer: no choice has a message", text.raw())
	}
	work.fold.cameWhole = true
	work.fold.add(chunk)
	answer = work.fold.respond(room)
	answer.Info, answer.text = info, text
	if failed := work.fold.failed(); failed != "" {
		return nil, nil, (&Error{StatusCode: info.StatusCode, Info: info, Delivered: true, kind: ErrIncomplete, what: failed}).withResponse(resp)
	}
	return answer, chunk, nil
}

// broken is the error of an answer whose body failed while it was read.
func (k *call) broken(resp *http.Response, info ResponseInfo, err error) *Error {
	e := &Error{StatusCode: info.StatusCode, Info: info, Delivered: true}
	err = scrubError(err, k.send.credentials)
	limit, ours := context.Cause(k.send.ctx).(*deadlineError)
	switch {
	case k.ctx.Err() != nil:
		e.cause = k.contextError()
		e.what = "the answer was cut short: " + e.cause.Error() // no sentinel: the service did nothing wrong
	case errors.Is(context.Cause(k.send.ctx), errClosed):
		e.kind, e.what = ErrIncomplete, "the stream was closed before its end"
	case ours:
		e.kind, e.cause, e.what = ErrTimeout, limit, "the answer was cut short: "+limit.Error()
	case isTimeout(err):
		e.kind, e.cause, e.what = ErrTimeout, err, "the answer was cut short: "+err.Error()
	default:
		e.kind, e.cause, e.what = ErrIncomplete, err, "the answer was cut short: "+err.Error()
	}
	return e.withResponse(resp)
}

// unexpected is the error of a 200 that is no answer. The beginning of a text or
// a page is quoted; JSON never is: it may hold prompts.
func (k *call) unexpected(resp *http.Response, info ResponseInfo, what string, body []byte) *Error {
	e := &Error{StatusCode: info.StatusCode, Info: info, Delivered: true, kind: ErrUnexpectedResponse, what: what}
	if contentType := resp.Header.Get("Content-Type"); contentType != "" {
		e.what += " (content type " + oneLine(contentType, maxQuotedBytes) + ")"
	}
	if quote := k.quotable(body); quote != "" {
		e.what += "; it begins: " + quote
	}
	return e.withResponse(resp)
}

// quotable is the beginning of a body for an error, empty for JSON and for what
// carries it.
func (k *call) quotable(body []byte) string {
	text := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(text) == 0 || bytes.ContainsAny(text[:1], `{["`) || bytes.HasPrefix(text, []byte("data:")) || bytes.HasPrefix(text, []byte("event:")) {
		return ""
	}
	if len(text) > 4*maxQuotedBytes {
		text = text[:4*maxQuotedBytes]
	}
	return oneLine(k.scrub(string(text)), maxQuotedBytes)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
