package azmistral

import (
	"context"
	"iter"
	"time"
)

// ChatChunk is one piece of a streamed answer. It and its strings stay valid for
// ever.
type ChatChunk struct {
	ID      string
	Model   string
	Created time.Time
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
	Text      string
	Thinking  string
	Content   Content // when the wire had parts: all of them, in order
	ToolCalls []ToolCallDelta
}

// ToolCallDelta is a piece of a tool call, as it came.
type ToolCallDelta struct {
	Index     int // -1: the wire had none
	ID        string
	Name      string
	Arguments string
}

// ChatStream is one answer that arrives in pieces.
type ChatStream struct{}

func (c *Client) ChatStream(ctx context.Context, req ChatRequest, options *ChatOptions) (*ChatStream, error) {
	panic("stream")
}
func NewChatStream(info ResponseInfo, next func() (*ChatChunk, error), close func() error) *ChatStream {
	panic("stream")
}
func (s *ChatStream) Next() (*ChatChunk, error)         { panic("stream") }
func (s *ChatStream) All() iter.Seq2[*ChatChunk, error] { panic("stream") }
func (s *ChatStream) Text() iter.Seq2[string, error]    { panic("stream") }
func (s *ChatStream) Collect() (*ChatResponse, error)   { panic("stream") }
func (s *ChatStream) Response() *ChatResponse           { panic("stream") }
func (s *ChatStream) Info() ResponseInfo                { panic("stream") }
func (s *ChatStream) Close() error                      { panic("stream") }
