package structured

import (
	"context"
	"iter"

	"github.com/azmistral/azmistral"
)

// ChatStreamer is what Stream needs of a client. *azmistral.Client is one.
type ChatStreamer interface {
	ChatStream(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatStream, error)
}

// Partial is a value as far as it has come.
type Partial[T any] struct {
	// Value is what is known. A field that has not come is zero; a text that is under
	// way is its beginning; a number, a boolean, or a text whose Go type or field has an
	// enum, comes when it is whole; a list grows. Nothing is made up, and what is whole
	// does not change, but where the model gives a member twice: the end refuses that.
	//
	// Until the value is complete, what it refers to (slices, maps, pointers) is filled
	// further by the next round of the loop: do not change it, and copy what is kept, or
	// read by another goroutine. It is not checked against the schema's rules.
	Value T

	// Complete says that Value is whole, checked, and the caller's own.
	Complete bool

	// Response is the whole answer; nil until Complete.
	Response *azmistral.ChatResponse
}

// Stream asks for a value of type T and gives it as it grows: what is known of it after
// each piece of the answer's text, or in ModeTool of the call's arguments, that tells
// more; at the end the whole value, checked as Chat does it. Each loop over the sequence
// is a request of its own; breaking out of one closes its stream.
//
// An error is the last pair, beside the best view there was. It is the client's where
// no answer began, and otherwise an *OutputError, which holds what had come. The
// request's rules are those of Chat. Options.Repairs must be 0: what was given
// cannot be taken back.
func Stream[T any](ctx context.Context, client ChatStreamer, req azmistral.ChatRequest, options *Options) iter.Seq2[Partial[T], error] {
	return func(yield func(Partial[T], error) bool) {
		p, err := newPlan[T](options)
		if err != nil {
			yield(Partial[T]{}, err)
			return
		}
		if p.Repairs > 0 {
			yield(Partial[T]{}, invalid("Options.Repairs is %d: a stream cannot take back what it gave", p.Repairs))
			return
		}
		p.streamed = true
		asked, err := p.request(client, req)
		if err != nil {
			yield(Partial[T]{}, err)
			return
		}
		stream, err := client.ChatStream(ctx, asked, p.Chat)
		if err != nil {
			yield(Partial[T]{}, p.refused(err))
			return
		}
		if stream == nil {
			yield(Partial[T]{}, p.decode(nil, nil))
			return
		}
		streamValue(p, stream, yield)
	}
}

func streamValue[T any](p *plan, stream *azmistral.ChatStream, yield func(Partial[T], error) bool) {
	v := newView[T](p.wrapped)
	for chunk, err := range stream.All() {
		if err != nil {
			yield(Partial[T]{Value: v.value}, p.broken(stream, err))
			return
		}
		if v.write(p.piece(chunk, &v.foreign)) && !yield(Partial[T]{Value: v.value}, nil) {
			return
		}
	}
	var value T
	resp := stream.Response()
	if e := p.decode(resp, &value); e != nil {
		yield(Partial[T]{Value: v.value}, e)
		return
	}
	yield(Partial[T]{Value: value, Complete: true, Response: resp}, nil)
}

// broken is the error of a stream that broke: an *OutputError if there is something
// to keep.
func (p *plan) broken(stream *azmistral.ChatStream, cause error) error {
	resp := stream.Response()
	if len(resp.Choices) == 0 {
		return cause
	}
	own, _ := p.calls(resp)
	return &OutputError{Response: resp, Responses: []*azmistral.ChatResponse{resp}, Text: valueText(resp, own), Rule: "incomplete", want: p.typeName(), cause: cause}
}

// piece is what a chunk adds to the text of the value. Of calls it is a guess that
// holds for every recorded stream: the end tells for sure. foreign says, from one chunk
// to the next, that the call under way is none of ours.
func (p *plan) piece(chunk *azmistral.ChatChunk, foreign *bool) string {
	if p.Mode != ModeTool {
		return chunk.Text()
	}
	var piece string
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		for _, call := range choice.Delta.ToolCalls {
			if call.Name != "" {
				*foreign = call.Name != p.Name
			}
			if call.Index <= 0 && !*foreign {
				piece += call.Arguments
			}
		}
	}
	return piece
}
