package azmistral

// accumulator folds chunks into one answer. It keeps no reference to a chunk.
type accumulator struct{}

// add folds one chunk in, in time proportional to its new bytes.
func (a *accumulator) add(c *ChatChunk) {}

// whole says whether at least one choice came and every choice seen has a
// finish reason.
func (a *accumulator) whole() bool { return false }

// response returns what was folded so far: never nil, a copy of its own.
func (a *accumulator) response() *ChatResponse { return &ChatResponse{} }
