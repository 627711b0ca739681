package azmistral

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/azmistral/azmistral/internal/errbody"
	"github.com/azmistral/azmistral/internal/sse"
)

// ChatStream sends req and returns its answer as it is produced. It returns when
// the response headers are here; refusals until then are sent again as by Chat,
// later failures never are. ctx governs the whole stream: when it ends, Next
// returns. Close the stream, or range over it.
func (c *Client) ChatStream(ctx context.Context, req ChatRequest, options *ChatOptions) (*ChatStream, error) {
	k, err := c.newCall(ctx, &req, options, true)
	if err != nil {
		return nil, err
	}
	s, e := k.openStream()
	if e != nil {
		e.tellProblem(req.Messages)
		k.end(nil, e)
		return nil, e
	}
	return s, nil
}

func (k *call) openStream() (*ChatStream, *Error) {
	resp, info, e := k.open()
	if e != nil {
		return nil, e
	}
	if isEventStream(resp.Header.Get("Content-Type")) {
		k.body.answered(k.send.trace.Load())
		w := &wireSource{call: k, resp: resp, body: resp.Body, info: info, startLeft: k.startLeft()}
		resp.Body = http.NoBody // what errors keep of the response holds no stream
		w.reader = sse.NewReader(readerFunc(w.read), k.client.maxEventBytes)
		s := &ChatStream{source: w, info: info, resp: resp}
		// A stream may be forgotten, but its context will end: then nothing stays.
		s.inNext.Lock()
		w.unwatch = context.AfterFunc(k.ctx, func() { s.leave(k.broken(resp, info, k.ctx.Err())) })
		s.inNext.Unlock()
		if s.left.Load() != nil {
			s.endIfIdle()
		}
		return s, nil
	}
	s, e := k.openWhole(resp, info)
	if e != nil {
		_ = resp.Body.Close()
		k.release()
	}
	return s, e
}

func isEventStream(contentType string) bool {
	switch contentType {
	case "text/event-stream", "text/event-stream; charset=utf-8": // nearly every one
		return true
	}
	mediaType, _, _ := mime.ParseMediaType(contentType)
	return mediaType == "text/event-stream"
}

// openWhole makes a stream of one chunk from an answer that came whole: some
// gateways ignore "stream".
func (k *call) openWhole(resp *http.Response, info ResponseInfo) (*ChatStream, *Error) {
	// A body that does not begin as JSON is refused at once: it may be a stream
	// without end.
	ahead := bufio.NewReaderSize(resp.Body, 4*maxQuotedBytes)
	s := k.send
	k.clock.arm(k.startLeft(), deadlineError{startTimeoutOption, k.start, "first byte of the answer"}, s.cancel)
	begin, err := peekText(ahead)
	k.clock.disarm()
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull { // full of blanks: no JSON then
		return nil, k.broken(resp, info, err)
	}
	if text := bytes.TrimSpace(bytes.TrimPrefix(begin, []byte("\ufeff"))); len(text) == 0 || !bytes.ContainsAny(text[:1], "{[") {
		return nil, k.unexpected(resp, info, "neither an event stream nor JSON", begin)
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{ahead, resp.Body}
	body, e := k.readAnswer(resp, info)
	if e != nil {
		return nil, e
	}
	_, chunk, e := k.makeAnswer(resp, info, body, new(wholeWork))
	if e != nil {
		return nil, e
	}
	k.release()
	return &ChatStream{source: &wholeSource{call: k, chunk: chunk}, cameWhole: true, info: info, resp: resp}, nil
}

// peekText returns what has come of a body, at least one byte that is no blank
// unless it ends or is blank for long.
func peekText(r *bufio.Reader) ([]byte, error) {
	for n := 1; ; n++ {
		_, err := r.Peek(n)
		text, _ := r.Peek(r.Buffered())
		if err != nil || len(bytes.TrimSpace(text)) > 0 || n >= 4*maxQuotedBytes {
			return text, err
		}
		n = max(n, len(text))
	}
}

// startLeft is what is left of the start deadline of the last send; 0: no bound.
func (k *call) startLeft() time.Duration {
	if k.start <= 0 {
		return 0
	}
	return max(k.start-time.Since(k.send.began), 1)
}

// wireSource reads chunks from the body of a response.
type wireSource struct {
	call    *call
	resp    *http.Response
	body    io.ReadCloser
	info    ResponseInfo
	reader  *sse.Reader
	decoder chunkDecoder
	event   sse.Event // the last one; its data is valid until the next

	unwatch   func() bool   // ends the watch over the caller's context
	startLeft time.Duration // of the start deadline, as the headers came: the time until the first next is the caller's
	heard     bool          // the first event came
	answered  bool          // a choice came
	waiting   bool          // the next under way reads the body: a deadline runs
	progress  int64         // of the reader, when the idle deadline was last moved
}

// next reads one event and makes a chunk of it. Where thousands of streams wait, each
// waits on a stack: so the frames from here to the read are kept small, and what is
// done before and after has functions of its own.
func (w *wireSource) next() (*ChatChunk, error) {
	if w.call.ctx.Err() != nil {
		return nil, w.leftError()
	}
	if err := w.advance(); err != nil {
		return nil, w.ended(err)
	}
	return w.chunk()
}

//go:noinline
func (w *wireSource) leftError() error {
	return w.call.broken(w.resp, w.info, w.call.ctx.Err())
}

// advance goes on to the next event but for heartbeats of blanks. Events that have
// come already cost no look at the clock.
func (w *wireSource) advance() (err error) {
	for {
		w.event, err = w.reader.Next()
		if err != nil || isObject(w.event.Data) || !isBlank(w.event.Data) {
			break
		}
	}
	if w.waiting {
		w.waiting = false
		w.call.clock.disarm()
	}
	return err
}

func isBlank(data []byte) bool { return len(bytes.TrimSpace(data)) == 0 }

// read is the reader's source: the body, under the start deadline until the first
// event, then under the idle deadline. Only bytes of events move that one on;
// comments do not.
func (w *wireSource) read(p []byte) (int, error) {
	k, n := w.call, w.reader.Progress()
	switch {
	case !w.heard && !w.waiting:
		k.clock.arm(w.startLeft, deadlineError{startTimeoutOption, k.start, "first event of the answer"}, k.send.cancel)
	case w.heard && (!w.waiting || n != w.progress):
		k.clock.arm(k.idle, deadlineError{idleTimeoutOption, k.idle, "further piece of the answer"}, k.send.cancel)
	}
	w.waiting, w.progress = true, n
	return w.body.Read(p)
}

var doneMark = []byte("[DONE]")

// isObject tells what nearly all data is, by its first byte: neither blank nor a mark.
func isObject(data []byte) bool { return len(data) > 0 && data[0] == '{' }

// chunk reads the event; io.EOF for the mark of the end.
func (w *wireSource) chunk() (*ChatChunk, error) {
	k, event := w.call, &w.event
	if !w.heard {
		w.heard = true
		k.span.firstChunk()
	}
	if !isObject(event.Data) && bytes.Equal(bytes.TrimSpace(event.Data), doneMark) {
		return nil, io.EOF
	}
	chunk, suspect, err := w.decoder.decode(event.Data)
	if err != nil || suspect || event.Name == "error" {
		if problem, is := errbody.Detect(event.Name, event.Data); is {
			return nil, k.inBand(w.info, &problem, w.resp)
		}
	}
	if err != nil {
		if event.Unterminated { // the reader tells what it ended with
			_, cause := w.reader.Next()
			if cause == io.EOF {
				cause = io.ErrUnexpectedEOF
			}
			return nil, w.ended(cause)
		}
		if w.answered {
			e := &Error{StatusCode: w.info.StatusCode, Info: w.info, Delivered: true, kind: ErrIncomplete, cause: err,
				what: "the answer was cut short: an event that is no chunk: " + k.scrub(err.Error())}
			return nil, e.withResponse(w.resp)
		}
		return nil, k.unexpected(w.resp, w.info, "an event that is no chunk: "+k.scrub(err.Error()), event.Data)
	}
	w.answered = w.answered || len(chunk.Choices) > 0
	return chunk, nil
}

// ended turns the reader's end into the source's.
func (w *wireSource) ended(err error) error {
	k := w.call
	if errors.Is(err, sse.ErrTooLarge) {
		e := &Error{StatusCode: w.info.StatusCode, Info: w.info, Delivered: true, kind: ErrTooLarge,
			what: fmt.Sprintf("an event is larger than ClientOptions.MaxEventBytes (%d)", k.client.maxEventBytes)}
		return e.withResponse(w.resp)
	}
	if stray := w.reader.Stray(); len(stray) > 0 && k.ctx.Err() == nil {
		// Some gateways write an error, or a page, between the events, not into one.
		if problem, is := errbody.Detect("", stray); is {
			return k.inBand(w.info, &problem, w.resp)
		}
		if err == io.EOF && !w.heard && !strings.HasPrefix("data:", string(bytes.TrimSpace(stray))) {
			return k.unexpected(w.resp, w.info, "an event stream without an event", stray)
		}
	}
	if err == io.EOF {
		return io.EOF
	}
	return w.cut(err)
}

// cut is the error of a body that broke; a whole answer forgives it, and our idle
// deadline.
func (w *wireSource) cut(err error) *Error {
	e := w.call.broken(w.resp, w.info, err)
	e.forgivable = e.kind == ErrIncomplete || e.kind == ErrTimeout
	return e
}

func (w *wireSource) interrupt() { w.call.send.cancel(errClosed) }

func (w *wireSource) end(answer *accumulator, whole bool, err error) {
	k := w.call
	w.unwatch()
	k.clock.stop()
	w.reader.Release()
	var r *ChatResponse
	if k.span.started() { // who else would read it
		r = answer.response()
		r.Info = w.info
	}
	k.end(r, asError(err))
	if whole && context.Cause(k.send.ctx) == nil {
		go w.readOff()
		return
	}
	_ = w.body.Close()
	k.send.cancel(context.Canceled)
}

// readOff reads what follows a whole answer, usually the last chunk mark, so that
// the connection can be used again. The caller does not wait for it.
func (w *wireSource) readOff() {
	late := time.AfterFunc(endOfStreamWait, func() { w.call.send.cancel(context.Canceled) })
	_, _ = io.CopyN(io.Discard, w.body, endOfStreamBytes)
	late.Stop()
	_ = w.body.Close()
	w.call.send.cancel(context.Canceled)
}

// wholeSource gives an answer that came whole as one chunk.
type wholeSource struct {
	call  *call
	chunk *ChatChunk
}

func (w *wholeSource) next() (*ChatChunk, error) {
	if err := w.call.ctx.Err(); err != nil {
		return nil, w.call.failure(err)
	}
	chunk := w.chunk
	if w.chunk = nil; chunk == nil {
		return nil, io.EOF
	}
	w.call.span.firstChunk()
	return chunk, nil
}

func (w *wholeSource) interrupt() {}

func (w *wholeSource) end(answer *accumulator, _ bool, err error) {
	var r *ChatResponse
	if w.call.span.started() {
		r = answer.response()
	}
	w.call.end(r, asError(err))
}
