package azmistral

import (
	"bytes"
	"slices"
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
	const year10000 = 253402300800
	if s.Null() {
		return time.Time{}
	}
	seconds := s.Int()
	if seconds <= 0 || seconds >= year10000 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
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

// message reads a message or a delta. empty: no member said anything.
func (s *chunkScan) message(delta *Delta) (empty bool) {
	var seen members
	var reasoning, other string // the same in two fields: the first counts, unless it is empty
	hasText := false
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "role":
			seen.once(s, 0)
			delta.Role = s.role()
		case "content":
			seen.once(s, 1)
			hasText = s.content(delta)
		case "reasoning_content":
			seen.once(s, 2)
			reasoning = s.reasoning()
		case "reasoning":
			seen.once(s, 3)
			other = s.reasoning()
		case "tool_calls":
			seen.once(s, 4)
			delta.ToolCalls = s.calls()
		case "tool_call_id", "name":
			s.onlyNull()
		default:
			s.Skip()
		}
	}
	if reasoning != "" && other != "" && s.template != nil {
		s.template.fix()
	}
	if reasoning == "" {
		reasoning = other
	}
	if reasoning == "" {
		return delta.Role == "" && delta.Content == nil && !hasText && delta.ToolCalls == nil
	}
	if aside := s.memory.thinking(ThinkingPart{Text: reasoning, aside: true}, nil); hasText {
		delta.Content = append(aside, &TextPart{Text: delta.Text})
	} else {
		delta.Content = append(aside, delta.Content...)
	}
	delta.Thinking = delta.Content.Thinking()
	if s.template != nil && len(delta.Content) > 1 {
		s.template.fix()
	}
	return false
}

func (s *chunkScan) role() Role {
	if s.Null() {
		return ""
	}
	t := s.Text()
	if !s.OK() {
		return ""
	}
	if string(s.data[t.From:t.To]) == string(RoleAssistant) {
		return RoleAssistant
	}
	return Role(s.keep(t))
}

// content reads a message's content, and says whether it is a string. Content that
// is empty, but there, is empty and not nil.
func (s *chunkScan) content(delta *Delta) (isText bool) {
	switch s.Kind() {
	case 'n':
		s.Null()
	case '"':
		t := s.Text()
		if delta.Text = s.keepLong(t); delta.Text == "" {
			delta.Content = Content{}
		}
		s.slot(slotContent, t)
		return true
	default:
		delta.Content = s.parts()
		delta.Text, delta.Thinking = delta.Content.Text(), delta.Content.Thinking()
	}
	return false
}

// reasoning reads thinking in a field of its own.
func (s *chunkScan) reasoning() string {
	if s.Null() {
		return ""
	}
	t := s.Text()
	text := s.keepLong(t)
	if text != "" {
		s.slot(slotReasoning, t)
	}
	return text
}

func (s *chunkScan) slot(kind slotKind, t jsonscan.Text) {
	if s.template != nil && s.OK() {
		s.template.slot(kind, t)
	}
}

// parts reads a content that is a list: never nil.
func (s *chunkScan) parts() Content {
	content := Content{}
	n := 0
	for s.List(); s.Item(); n++ {
		if n == maxScanned {
			s.Fail()
			return content
		}
		if s.Null() {
			continue
		}
		if n == 1 && s.template != nil {
			s.template.fix()
		}
		if one := s.part(); len(content) == 0 {
			content = one
		} else {
			content = append(content, one...)
		}
	}
	return content
}

// part reads one part, as a content of its own.
func (s *chunkScan) part() Content {
	before := s.Scanner
	switch s.partType() {
	case "text":
		if t, ok := s.textPart(); ok {
			text := s.keepLong(t)
			s.slot(slotText, t)
			return s.memory.textPart(text)
		}
	case "thinking":
		if part, closed, t, ok := s.thinkingPart(); ok {
			part.Text = s.keepLong(t)
			s.slot(slotThinking, t)
			return s.memory.thinking(part, closed)
		}
	}
	s.Scanner = before
	return s.otherPart()
}

// partType reads the beginning of a part, whose type is most often its first member.
func (s *chunkScan) partType() string {
	if s.Kind() != '{' {
		return ""
	}
	s.Object()
	if name, ok := s.Member(); !ok || string(name) != "type" || s.Kind() != '"' {
		return ""
	}
	t := s.Text()
	switch kind := s.data[t.From:t.To]; string(kind) {
	case "text":
		return "text"
	case "thinking":
		return "thinking"
	}
	return ""
}

// textPart reads the rest of a text part: one member, text.
func (s *chunkScan) textPart() (text jsonscan.Text, ok bool) {
	name, more := s.Member()
	if !more || string(name) != "text" || s.Kind() != '"' {
		return text, false
	}
	text = s.Text()
	_, more = s.Member()
	return text, !more && s.OK()
}

// thinkingPart reads the rest of a thinking part: a list of one text, and maybe
// signature and closed.
func (s *chunkScan) thinkingPart() (part ThinkingPart, closed *bool, text jsonscan.Text, ok bool) {
	var seen members
	for name, more := s.Member(); more; name, more = s.Member() {
		switch string(name) {
		case "thinking":
			seen.once(s, 0)
			if s.Kind() != '[' {
				return part, nil, text, false
			}
			s.List()
			if !s.Item() || s.partType() != "text" {
				return part, nil, text, false
			}
			if text, ok = s.textPart(); !ok || s.Item() {
				return part, nil, text, false
			}
		case "signature":
			seen.once(s, 1)
			part.Signature = s.text()
		case "closed":
			seen.once(s, 2)
			if !s.Null() {
				closed = new(s.Bool())
			}
		default:
			return part, nil, text, false
		}
	}
	return part, closed, text, ok && s.OK()
}

// otherPart gives a part to the general decoder.
func (s *chunkScan) otherPart() Content {
	if s.template != nil {
		s.template.fix()
	}
	raw := s.Skip()
	if !s.OK() {
		return nil
	}
	part, err := decodePart(validUTF8(slices.Clone(raw)))
	if err != nil {
		s.Fail()
		return nil
	}
	return Content{part}
}

// calls reads tool calls, or pieces of them; nil if there are none.
func (s *chunkScan) calls() []ToolCallDelta {
	if s.Null() {
		return nil
	}
	var calls []ToolCallDelta
	n := 0
	for s.List(); s.Item(); n++ {
		if n == maxScanned {
			s.Fail()
			return nil
		}
		if s.Null() {
			continue
		}
		switch len(calls) {
		case 0:
			calls = s.memory.calls.take()[:0:1]
		default:
			if s.template != nil {
				s.template.fix()
			}
		}
		calls = append(calls, s.call())
	}
	return calls
}

func (s *chunkScan) call() ToolCallDelta {
	var seen members
	call := ToolCallDelta{Index: -1}
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "index":
			seen.once(s, 0)
			if !s.Null() {
				call.Index = max(s.integer(), -1)
			}
		case "id":
			seen.once(s, 1)
			if call.ID = s.text(); call.ID == "null" { // how the service spells none
				call.ID = ""
			}
		case "function":
			seen.once(s, 2)
			if !s.Null() {
				s.function(&call)
			}
		default:
			s.Skip()
		}
	}
	return call
}

func (s *chunkScan) function(call *ToolCallDelta) {
	var seen members
	s.Object()
	for name, ok := s.Member(); ok; name, ok = s.Member() {
		switch string(name) {
		case "name":
			seen.once(s, 0)
			call.Name = s.text()
		case "arguments":
			seen.once(s, 1)
			switch s.Kind() {
			case '"':
				t := s.Text()
				call.Arguments = s.keepLong(t)
				s.slot(slotArguments, t)
			default:
				if raw := s.Skip(); s.OK() {
					call.Arguments = decodeArguments(validUTF8(slices.Clone(raw)))
				}
			}
		default:
			s.Skip()
		}
	}
}
