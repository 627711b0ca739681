package azmistral

import "github.com/azmistral/azmistral/internal/jsonscan"

// chunkDecoder decodes the chunks of one stream. It gives what decode gives, in one
// of three ways:
//
//   - A chunk usually differs from the one before it in one string. Then only that
//     string is read (chunkTemplate). Two templates are kept, since some streams go to
//     and fro between two shapes: two choices, or pieces of reasoning of which some
//     are marked as closed.
//   - Else one pass reads what services usually send (chunkScan).
//   - Everything odd, and everything that is an error, goes to decode.
//
// The zero value is ready. It is not safe for concurrent use.
type chunkDecoder struct {
	memory    chunkMemory
	templates [2]chunkTemplate
	latest    int // the place of the one that was made, or that fitted, last
}

// decode reads one event's data, which may change afterwards. suspect and the error
// are those of decode.
func (d *chunkDecoder) decode(data []byte) (chunk *ChatChunk, suspect bool, err error) {
	if chunk := d.match(data); chunk != nil {
		return chunk, false, nil
	}
	if chunk := d.scan(data); chunk != nil {
		return chunk, false, nil
	}
	general, err := decode(data)
	return &general.chunk, general.suspect, err
}

// match gives the chunk that fits a template, nil if none does.
func (d *chunkDecoder) match(data []byte) *ChatChunk {
	if chunk := d.templates[d.latest].chunk(data, &d.memory); chunk != nil {
		return chunk
	}
	other := 1 - d.latest
	chunk := d.templates[other].chunk(data, &d.memory)
	if chunk != nil {
		d.latest = other
	}
	return chunk
}

// scan gives the chunk in one pass, nil where decode has to. It makes a template in
// the place of the older one.
func (d *chunkDecoder) scan(data []byte) *ChatChunk {
	d.latest = 1 - d.latest
	scan := chunkScan{memory: &d.memory, template: &d.templates[d.latest]}
	return scan.chunk(data)
}

// wholeWork is what a whole answer is made with, in one piece of memory. The zero
// value is ready, once.
type wholeWork struct {
	memory chunkMemory
	room   [1]chunkRoom
	usage  Usage
	fold   accumulator
}

// decode reads the body of an answer that came in one piece, as the function decode
// does. Long texts of the answer are then parts of the body. The chunk may lie in w.
func (w *wholeWork) decode(body *answerText) (chunk *ChatChunk, answered, suspect bool, err error) {
	w.memory.body, w.memory.usage, w.memory.chunks.room = body, &w.usage, w.room[:]
	scan := chunkScan{memory: &w.memory}
	if chunk := scan.chunk(body.data); chunk != nil {
		return chunk, scan.answered, false, nil
	}
	body.restore()
	general, err := decode(body.data)
	return &general.chunk, general.answered, general.suspect, err
}

// chunkMemory is what the chunks of one stream are cut from.
type chunkMemory struct {
	chunks   slab[chunkRoom]
	calls    slab[[1]ToolCallDelta]
	thoughts slab[thinkingRoom]
	texts    slab[textRoom]
	strings  textBlock

	id, model string // of the chunk before: most often the same

	body  *answerText // of a whole answer; nil for a stream
	usage *Usage      // where the usage of a whole answer goes
}

// A chunk has most often one choice; a delta one tool call, or one part.
type (
	chunkRoom struct {
		chunk  ChatChunk
		choice [1]ChunkChoice
	}
	thinkingRoom struct {
		part   ThinkingPart
		closed bool
		list   [1]Part
	}
)

// text makes a string of the text that t stands for; false where decode has to say
// what becomes of it.
func (m *chunkMemory) text(data []byte, t jsonscan.Text) (string, bool) {
	if !t.Escaped && t.ASCII {
		return m.strings.cut(data[t.From:t.To]), true
	}
	text, ok := t.Append(m.strings.begin(t.To-t.From), data)
	if !ok {
		return "", false
	}
	return m.strings.commit(text), true
}

// thinking makes a content of one thinking part. closed may be nil; it is copied.
func (m *chunkMemory) thinking(part ThinkingPart, closed *bool) Content {
	room := m.thoughts.take()
	room.part = part
	if closed != nil {
		room.closed = *closed
		room.part.Closed = &room.closed
	}
	room.list[0] = &room.part
	return room.list[:1:1]
}

// textPart makes a content of one text part, as it comes in a list.
func (m *chunkMemory) textPart(text string) Content {
	return m.texts.take().hold(text)
}
