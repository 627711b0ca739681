package azmistral

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// ChatChunk is one piece of a streamed answer. It and its strings stay valid for
// ever and may be changed. What is kept for long is best cloned: chunks may share
// memory with their neighbours.
type ChatChunk struct {
	ID      string
	Model   string
	Created time.Time // zero where the chunk said nothing usable
	Choices []ChunkChoice
	Usage   *Usage        // nil in most chunks
	Filter  ContentFilter // of the prompt, when this chunk told it
}

// ChunkChoice is what a chunk adds to one choice.
type ChunkChoice struct {
	Index        int
	Delta        Delta
	FinishReason FinishReason // empty until the choice ends
	Filter       ContentFilter
}

// Delta is what a chunk adds to a message.
type Delta struct {
	Role      Role
	Text      string  // to be appended to the answer's text
	Thinking  string  // to be appended to the reasoning
	Content   Content // when the wire had parts: all of them, in order; empty and not nil for the empty text
	ToolCalls []ToolCallDelta
}

// ToolCallDelta is a piece of a tool call, as it came. [ChatStream.Response] puts
// the pieces together.
type ToolCallDelta struct {
	Index     int // -1: the wire had none
	ID        string
	Name      string
	Arguments string
}

// ChatStream is one answer that arrives in pieces. Range over All or Text, or
// call Next, or Collect; a stream that is not read to its end must be closed. It is
// not for concurrent use, but for Close.
type ChatStream struct {
	source    streamSource
	cameWhole bool // the answer came in one piece: its choices may lack finish reasons
	fold      accumulator
	info      ResponseInfo
	resp      *http.Response // for errors; nil where there is none
	err       error          // what ended the stream; io.EOF: it is whole
	closed    atomic.Bool
	left      atomic.Pointer[Error] // the caller's context ended
	inNext    sync.Mutex            // held while Next reads: the one who holds it may end the source
}

// streamSource is where a stream's chunks come from.
type streamSource interface {
	// next returns the next chunk, io.EOF at a clean end, another error at any other.
	next() (*ChatChunk, error)

	// interrupt makes a next that waits return. It may be called at any time.
	interrupt()

	// end is called once, when no next runs and none will: whole for an answer that
	// came whole, with the error that ended it otherwise.
	end(answer *accumulator, whole bool, err error)
}

// NewChatStream makes a stream of chunks that come from elsewhere, for fakes and
// wrappers. It folds them as a client's stream does, by the same rule of
// wholeness: next returns io.EOF at its end, which Next gives on only if every
// choice had a finish reason. An error of next that is no *Error becomes one.
// close, if not nil, is called once: at the end, at an error or by Close, then
// maybe while next runs on another goroutine.
func NewChatStream(info ResponseInfo, next func() (*ChatChunk, error), close func() error) *ChatStream {
	return &ChatStream{info: info, source: &givenSource{read: next, close: close, info: info}}
}

// Next returns the next piece of the answer. Its error is io.EOF only when the
// answer is whole: at least one choice came, every choice has a finish reason, and
// the stream ended. Every other error is an *Error and final; what had come is in
// Response.
func (s *ChatStream) Next() (*ChatChunk, error) {
	chunk, err := s.next()
	if s.closed.Load() || s.left.Load() != nil {
		s.endIfIdle() // Close may have come too late for next to see, too early to end the stream itself
	}
	return chunk, err
}

func (s *ChatStream) next() (*ChatChunk, error) {
	s.inNext.Lock()
	defer s.inNext.Unlock()
	if s.err == nil && s.closed.Load() {
		return nil, s.ended(nil)
	}
	if s.err != nil {
		return nil, s.err
	}
	chunk, err := s.source.next()
	if err == nil && !s.closed.Load() {
		s.fold.add(chunk)
		return chunk, nil
	}
	return nil, s.ended(err)
}

// ended ends the stream: with what its source said, nil where it was closed.
func (s *ChatStream) ended(err error) error {
	if err == nil {
		s.finish(s.closedError())
	} else {
		s.finish(s.judge(err))
	}
	return s.err
}

// judge turns what ended the source into what Next returns.
func (s *ChatStream) judge(err error) error {
	e := asError(err)
	if s.closed.Load() && (e == nil || errors.Is(e, ErrIncomplete)) {
		return s.closedError()
	}
	whole := s.cameWhole || s.fold.whole()
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded) && (e == nil || e.kind == nil):
		if e == nil {
			e = s.failure(nil, err, "the answer was cut short: "+err.Error())
		}
		return e
	case whole && s.fold.failed() != "":
		return s.failure(ErrIncomplete, nil, s.fold.failed())
	case whole && (err == io.EOF || e == nil || e.forgivable):
		return io.EOF
	case err == io.EOF:
		return s.failure(ErrIncomplete, nil, "the stream ended before the answer was whole: "+missingChoice(s.fold.response()))
	case e != nil:
		return e
	}
	return s.failure(ErrIncomplete, err, "the answer was cut short: "+err.Error())
}

// failure is the error of an answer that began.
func (s *ChatStream) failure(kind, cause error, what string) *Error {
	e := &Error{StatusCode: s.info.StatusCode, Info: s.info, Delivered: true, kind: kind, cause: cause, what: what}
	if s.resp != nil {
		e.withResponse(s.resp)
	}
	return e
}

// missingChoice says what a stream's end came before.
func missingChoice(r *ChatResponse) string {
	for _, c := range r.Choices {
		if c.FinishReason == "" {
			return fmt.Sprintf("choice %d has no finish reason", c.Index)
		}
	}
	return "no choice came"
}

// finish makes err the stream's end. The caller holds inNext.
func (s *ChatStream) finish(err error) {
	s.err = err
	s.source.end(&s.fold, err == io.EOF, err)
}

func (s *ChatStream) closedError() error {
	return s.failure(ErrIncomplete, errClosed, errClosed.Error())
}

var errClosed = errors.New("the stream was closed before its end")

// All returns the pieces of the answer, for one loop. An error is the last pair,
// with a nil chunk; a whole answer ends the loop without one. The stream is closed
// when the loop ends, however it ends.
func (s *ChatStream) All() iter.Seq2[*ChatChunk, error] {
	return func(yield func(*ChatChunk, error) bool) {
		defer s.Close()
		for {
			chunk, err := s.Next()
			if err == io.EOF {
				return
			}
			if !yield(chunk, err) || err != nil {
				return
			}
		}
	}
}

// Text returns the text of the first choice as it comes, for one loop. Errors and
// the loop's end are as with All.
func (s *ChatStream) Text() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for chunk, err := range s.All() {
			if err != nil {
				yield("", err)
				return
			}
			if text := chunk.Text(); text != "" && !yield(text, nil) {
				return
			}
		}
	}
}

// Collect reads the answer to its end and closes the stream. With an error there
// is no answer; what had come is in Response.
func (s *ChatStream) Collect() (*ChatResponse, error) {
	for _, err := range s.All() {
		if err != nil {
			return nil, err
		}
	}
	return s.Response(), nil
}

// Response returns the answer as far as it has come: never nil, and a copy of its
// own. It is whole once Next gave io.EOF. Not to be called while Next runs.
func (s *ChatStream) Response() *ChatResponse {
	r := s.fold.response()
	r.Info = s.info
	return r
}

// Info returns what the response said beside its body. It is there before the
// first chunk.
func (s *ChatStream) Info() ResponseInfo { return s.info }

// Close ends the stream and lets its connection go. It may be called at any time,
// from any goroutine, any number of times. A Next that waits, and every later one,
// returns ErrIncomplete, unless the stream had ended before. The error is that of
// the close function of NewChatStream; a client's stream has none.
func (s *ChatStream) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	if !s.endIfIdle() {
		s.source.interrupt() // Next ends the stream
	}
	if given, ok := s.source.(*givenSource); ok {
		return given.closeOnce()
	}
	return nil
}

// endIfIdle ends a stream that was closed or left, unless Next is at work: false then.
func (s *ChatStream) endIfIdle() bool {
	if !s.inNext.TryLock() {
		return false
	}
	defer s.inNext.Unlock()
	switch left := s.left.Load(); {
	case s.err != nil:
	case left != nil && !s.closed.Load():
		s.finish(left)
	default:
		s.finish(s.closedError())
	}
	return true
}

// leave ends the stream with what its context said, unless Next is at work, which
// then does.
func (s *ChatStream) leave(err *Error) {
	s.left.Store(err)
	s.endIfIdle()
}

// givenSource is a source of NewChatStream.
type givenSource struct {
	read  func() (*ChatChunk, error)
	close func() error
	info  ResponseInfo

	once sync.Once
	err  error
}

func (g *givenSource) next() (*ChatChunk, error) {
	chunk, err := g.read()
	if err == nil && chunk == nil {
		return nil, &Error{StatusCode: g.info.StatusCode, Info: g.info, kind: ErrUnexpectedResponse, what: "the stream's source gave neither a chunk nor an error"}
	}
	return chunk, err
}

func (g *givenSource) interrupt() { _ = g.closeOnce() }

func (g *givenSource) end(*accumulator, bool, error) { _ = g.closeOnce() }

func (g *givenSource) closeOnce() error {
	g.once.Do(func() {
		if g.close != nil {
			g.err = g.close()
		}
	})
	return g.err
}
