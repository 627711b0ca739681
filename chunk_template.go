package azmistral

import (
	"bytes"
	"maps"

	"github.com/azmistral/azmistral/internal/jsonscan"
)

// chunkTemplate is a chunk that was scanned: its bytes, and what they gave. A text
// that differs from them only inside a few strings, the slots, has the same
// structure: up to a slot every token is the same, a slot's string ends at the first
// quote that is not escaped, and so on to the end. So it gives the same chunk, but
// for those strings.
//
// The zero value fits nothing.
type chunkTemplate struct {
	raw   []byte // a copy
	slots []templateSlot
	unfit bool // while it is being made

	made   ChatChunk // without its choice
	choice ChunkChoice
	call   ToolCallDelta // of the choice, where it has one
	part   ThinkingPart  // of the choice, where it has one
	closed *bool         // the part's
}

// maxSlots bounds the strings that may differ. Services pad chunks against those who
// listen to their length ("p", "obfuscation"); two at once are not on record.
const maxSlots = 4

// templateSlot is the inside of a string in the template's text.
type templateSlot struct {
	from, to int
	kind     slotKind
}

type slotKind uint8

const (
	slotIgnored   slotKind = iota
	slotContent            // a content that is a string
	slotText               // the text of the one part, in a list
	slotThinking           // the one text of the one thinking part, in a list
	slotReasoning          // thinking in a field of its own; empty it is none
	slotArguments          // of the one tool call
)

// begin forgets the template and begins another one.
func (t *chunkTemplate) begin() {
	t.raw, t.slots, t.unfit = t.raw[:0], t.slots[:0], false
}

// slot notes that a string may differ.
func (t *chunkTemplate) slot(kind slotKind, text jsonscan.Text) {
	if len(t.slots) == maxSlots {
		if kind != slotIgnored {
			t.unfit = true
		}
		return
	}
	if t.slots == nil {
		t.slots = make([]templateSlot, 0, maxSlots)
	}
	t.slots = append(t.slots, templateSlot{text.From, text.To, kind})
}

// fix says that something came which another chunk can't share, or which comes only
// once.
func (t *chunkTemplate) fix() { t.unfit = true }

// keep makes the template of a chunk that was scanned from raw. The chunk is its
// reader's to change, so nothing that can be written is shared with it.
func (t *chunkTemplate) keep(raw []byte, chunk *ChatChunk) {
	if t.unfit || len(chunk.Choices) != 1 || chunk.Usage != nil || chunk.Filter != nil {
		t.slots = t.slots[:0]
		return
	}
	t.raw = append(t.raw, raw...)
	t.made, t.choice, t.call, t.part, t.closed = *chunk, chunk.Choices[0], ToolCallDelta{}, ThinkingPart{}, nil
	t.made.Choices = nil
	t.choice.Filter = maps.Clone(t.choice.Filter)

	delta := &t.choice.Delta
	for _, slot := range t.slots {
		switch slot.kind {
		case slotContent:
			delta.Text, delta.Content = "", nil
		case slotText:
			delta.Text, delta.Content = "", nil
		case slotThinking, slotReasoning:
			t.part = *delta.Content[0].(*ThinkingPart)
			if t.part.Closed != nil {
				t.closed = new(*t.part.Closed)
			}
			t.part.Text, t.part.Closed = "", nil
			delta.Thinking, delta.Content = "", nil
		case slotArguments:
			t.call = delta.ToolCalls[0]
			t.call.Arguments = ""
			delta.ToolCalls = nil
		}
	}
	if len(delta.Content) > 0 || delta.ToolCalls != nil {
		t.slots = t.slots[:0] // what is not in a slot would be shared
	}
}

// chunk gives the chunk of data; nil if it does not fit the template.
func (t *chunkTemplate) chunk(data []byte, m *chunkMemory) *ChatChunk {
	if len(t.slots) == 0 {
		return nil
	}
	var texts [maxSlots]string
	if !t.read(data, m, &texts) {
		return nil
	}
	room := m.chunks.take()
	room.chunk, room.choice[0] = t.made, t.choice
	room.chunk.Choices = room.choice[:1:1]
	if t.choice.Filter != nil {
		room.choice[0].Filter = maps.Clone(t.choice.Filter)
	}
	delta := &room.choice[0].Delta
	for i, slot := range t.slots {
		switch text := texts[i]; slot.kind {
		case slotContent:
			if delta.Text = text; text == "" {
				delta.Content = Content{}
			}
		case slotText:
			delta.Text, delta.Content = text, m.textPart(text)
		case slotThinking, slotReasoning:
			part := t.part
			part.Text = text
			delta.Thinking, delta.Content = text, m.thinking(part, t.closed)
		case slotArguments:
			calls := m.calls.take()
			calls[0] = t.call
			calls[0].Arguments = text
			delta.ToolCalls = calls[:1:1]
		}
	}
	return &room.chunk
}

// read compares data with the template, and makes the strings of its slots that are
// not ignored.
func (t *chunkTemplate) read(data []byte, m *chunkMemory, texts *[maxSlots]string) bool {
	var found [maxSlots]jsonscan.Text
	at, pos := 0, 0 // the same place in raw and in data
	for i, slot := range t.slots {
		same := t.raw[at:slot.from]
		if len(data)-pos < len(same) || !bytes.Equal(data[pos:pos+len(same)], same) {
			return false
		}
		text, ok := jsonscan.Inside(data, pos+len(same))
		if !ok {
			return false
		}
		found[i], pos, at = text, text.To, slot.to
	}
	if !bytes.Equal(data[pos:], t.raw[at:]) {
		return false
	}
	for i, slot := range t.slots {
		if slot.kind == slotIgnored {
			continue
		}
		text, ok := m.text(data, found[i])
		if !ok || text == "" && slot.kind == slotReasoning {
			return false
		}
		texts[i] = text
	}
	return true
}
