package tools

import (
	"context"
	"errors"
	"iter"

	"github.com/azmistral/azmistral"
)

// ChatStreamer is what RunStream needs of a client: an *azmistral.Client, or a pool
// or a fake with its ChatStream method. azmistral.NewChatStream makes a fake's streams.
type ChatStreamer interface {
	ChatStream(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatStream, error)
}

// Event is one thing that happens in a run. One of the pointers is set.
type Event struct {
	Round int // from 1; 0 if no request was sent

	// Chunk is a piece of the round's answer, as it comes. Calls that a backend
	// writes as text (see RunOptions.TextCalls) are text here too.
	Chunk *azmistral.ChatChunk

	// Call is a call that is about to be run, or to be answered without that.
	Call *azmistral.ToolCall

	// CallResult is what became of a call that had its event. Those of one round come
	// in the order in which they are done. Calls that were not run because the run
	// ended have neither event: they are in the Result.
	CallResult *CallResult

	// Result is the last event.
	Result *Result
}

// Text is the text that the event adds to the answer of its round; empty for all
// but chunks.
func (e Event) Text() string {
	if e.Chunk == nil {
		return ""
	}
	return e.Chunk.Text()
}

// RunStream is [Run] with the answers streamed, and with events for what happens
// between them. The last pair is an Event with the Result: with a nil error if the
// run came to its end, else with Run's error and what the run had done.
//
// Leaving the loop ends the run: the stream is closed, the handlers' contexts end,
// and the loop is left when the last handler has returned. Events come on the
// goroutine of the loop; while its body works, handlers go on, but no new one begins
// and nothing more is read of the stream.
//
// Each loop over the iterator is a run of its own, asked and paid anew.
func RunStream(ctx context.Context, client ChatStreamer, req azmistral.ChatRequest, tools []Tool, options *RunOptions) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r := newRun(req, tools, options)
		r.emit = func(e Event) bool {
			e.Round = r.result.Rounds
			return yield(e, nil)
		}
		r.ask = func(ctx context.Context, req azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
			stream, err := client.ChatStream(ctx, req, r.options.Chat)
			if err != nil || stream == nil {
				return nil, err
			}
			return r.readStream(stream)
		}
		if err := r.do(ctx); err != errLeft {
			yield(Event{Round: r.result.Rounds, Result: &r.result}, err)
		}
	}
}

// errLeft says that the loop over the events was left: nothing more may be yielded.
var errLeft = errors.New("the loop over the events was left")

// readStream reads one answer and closes the stream. With an error the answer is
// what had come.
func (r *run) readStream(stream *azmistral.ChatStream) (*azmistral.ChatResponse, error) {
	for chunk, err := range stream.All() {
		if err != nil {
			return stream.Response(), err
		}
		if !r.emit(Event{Chunk: chunk}) {
			return nil, errLeft
		}
	}
	return stream.Response(), nil
}
