package azmistral

import (
	"bytes"
	"time"

	"github.com/azmistral/azmistral/internal/jsonscan"
)

// chunkScan reads a chunk, or a whole body, in one pass over its bytes, as services
// usually send them. What is not usual, and every error, makes the scanner bad:
// then decode reads the same text.
//
// So it leaves to decode, beside what jsonscan refuses: a member that comes twice; a
// known member of another type than it should have; whatever may speak of an error;
// more items in a list than a service sends; parts other than text and thinking, and
// those in unusual forms (one by one: the rest of the chunk is scanned).
type chunkScan struct {
	jsonscan.Scanner
	data     []byte
	memory   *chunkMemory
	template *chunkTemplate // of the stream; nil for a whole body

	answered bool // as in decoded
	whole    int  // choices that hold a message
}

// maxScanned bounds the items of one list.
const maxScanned = 128

// chunk returns nil where decode has to read the text.
func (s *chunkScan) chunk(data []byte) *ChatChunk {
	s.Reset(data)
	s.data = data
	if s.template != nil {
		s.template.begin()
	}
	room := s.memory.chunks.take()
	s.body(room)
	s.End()
	if !s.OK() {
		if s.template != nil {
			s.template.begin()
		}
		return nil
	}
	if s.template != nil {
		s.template.keep(data, &room.chunk)
	}
	return &room.chunk
}

// members notes which members of an object have come.
type members uint32

// once says that a member has come; a second time is not usual.
func (m *members) once(s *chunkScan, member int) {
	if *m&(1<<member) != 0 {
		s.Fail()
	}
	*m |= 1 << member
}

func (s *chunkScan) body(room *chunkRoom) {
	var seen members
	chunk := &room.chunk
	object := true // of the usual kind
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "id":
			seen.once(s, 0)
			chunk.ID = s.repeated(&s.memory.id)
		case "object":
			seen.once(s, 1)
			object = s.object()
		case "model":
			seen.once(s, 2)
			chunk.Model = s.repeated(&s.memory.model)
		case "created":
			seen.once(s, 3)
			chunk.Created = s.created()
		case "choices":
			seen.once(s, 4)
			s.choices(room)
		case "usage":
			seen.once(s, 5)
			chunk.Usage = s.usage()
		case "prompt_filter_results":
			seen.once(s, 6)
			chunk.Filter = s.promptFilter()
		case "prompt_annotations", "error", "message", "detail", "code", "title", "status", "statuscode":
			s.onlyNull()
		default:
			s.ignored()
		}
	}
	if !object && len(chunk.Choices) == 0 {
		s.Fail() // maybe "error"
	}
}

// repeated reads a text that is most often the one of the chunk before.
func (s *chunkScan) repeated(before *string) string {
	if s.Null() {
		return ""
	}
	t := s.Text()
	if !s.OK() {
		return ""
	}
	if raw := s.data[t.From:t.To]; t.Escaped || string(raw) != *before {
		*before = s.keep(t)
	}
	return *before
}

// text reads a text, or null for none.
func (s *chunkScan) text() string {
	if s.Null() {
		return ""
	}
	return s.keep(s.Text())
}

func (s *chunkScan) keep(t jsonscan.Text) string {
	if !s.OK() {
		return ""
	}
	text, ok := s.memory.text(s.data, t)
	if !ok {
		s.Fail()
	}
	return text
}

// keepLong is keep for texts that may be long. Of a whole answer they may be parts
// of its body: t must not be read again.
func (s *chunkScan) keepLong(t jsonscan.Text) string {
	if s.memory.body != nil && s.OK() {
		if text, ok := s.memory.body.text(t); ok {
			return text
		}
	}
	return s.keep(t)
}

// object reads the kind of a body, and says whether it is a usual one.
func (s *chunkScan) object() bool {
	if s.Null() {
		return true
	}
	t := s.Text()
	if !s.OK() {
		return false
	}
	return t.From == t.To || bytes.HasPrefix(s.data[t.From:t.To], chatCompletion)
}

var chatCompletion = []byte("chat.completion") // and "chat.completion.chunk"

// onlyNull walks a member that says something only where it is not null.
func (s *chunkScan) onlyNull() {
	if !s.Null() {
		s.Fail()
	}
}

// ignored walks a member of a body that is not known. A text may differ from chunk
// to chunk.
func (s *chunkScan) ignored() {
	if s.template == nil || s.Kind() != '"' {
		s.Skip()
		return
	}
	if t := s.Text(); s.OK() {
		s.template.slot(slotIgnored, t)
	}
}

func (s *chunkScan) created() time.Time {
	if s.Null() {
		return time.Time{}
	}
	return createdAt(s.Int())
}

func (s *chunkScan) choices(room *chunkRoom) {
	if s.Null() {
		return
	}
	chunk := &room.chunk
	place := 0
	for s.List(); s.Item(); place++ {
		if place == maxScanned {
			s.Fail()
			return
		}
		if s.Null() {
			continue
		}
		if chunk.Choices == nil {
			chunk.Choices = room.choice[:0:1]
		}
		chunk.Choices = append(chunk.Choices, ChunkChoice{Index: place})
		s.choice(&chunk.Choices[len(chunk.Choices)-1])
	}
	if s.whole > 1 && s.whole == len(chunk.Choices) {
		placeChoices(chunk.Choices)
	}
}

func (s *chunkScan) choice(choice *ChunkChoice) {
	var seen members
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "index":
			seen.once(s, 0)
			if !s.Null() {
				index := s.Int()
				if index < 0 || index > maxChoiceIndex {
					s.Fail()
				}
				choice.Index = int(index)
			}
		case "delta":
			seen.once(s, 1)
			if !s.Null() {
				s.message(&choice.Delta)
			}
		case "message":
			seen.once(s, 1) // beside a delta it is not usual
			if !s.Null() {
				s.whole++
				if empty := s.message(&choice.Delta); !empty {
					s.answered = true
				}
			}
		case "finish_reason":
			seen.once(s, 2)
			choice.FinishReason = s.finishReason()
		case "content_filter_results":
			seen.once(s, 3)
			choice.Filter = s.filter()
		case "content_filter_result", "messages", "error":
			s.onlyNull()
		default:
			s.Skip()
		}
	}
	if choice.FinishReason == FinishContentFilter {
		s.answered = true
	}
}

// finishReason shares the texts of the usual ones.
func (s *chunkScan) finishReason() FinishReason {
	if s.Null() {
		return ""
	}
	t := s.Text()
	if !s.OK() {
		return ""
	}
	switch reason := s.data[t.From:t.To]; string(reason) {
	case string(FinishStop):
		return FinishStop
	case string(FinishLength):
		return FinishLength
	case string(FinishToolCalls):
		return FinishToolCalls
	}
	return FinishReason(s.keep(t))
}
