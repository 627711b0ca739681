package azmistral

import (
	"slices"

	"github.com/azmistral/azmistral/internal/jsonscan"
)

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
