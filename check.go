package azmistral

import (
	"slices"
	"strconv"
)

// MessageRule names a rule that a conversation breaks. It is an open set: compare
// with the constants and expect others.
type MessageRule string

const (
	RuleNoMessages      MessageRule = "no_messages"         // the conversation is empty
	RuleRole            MessageRule = "role"                // a role that the service does not have, such as OpenAI's "developer"
	RuleField           MessageRule = "field"               // a field of Message that the role does not have
	RulePart            MessageRule = "part"                // a part that the role may not hold, or a nil one
	RuleThinkingOrder   MessageRule = "thinking_order"      // an assistant's thinking after other parts
	RuleEmpty           MessageRule = "empty"               // an assistant with neither content nor calls, a prefix without text, a system message with nil
	RuleFirst           MessageRule = "first"               // the assistant speaks first
	RuleLast            MessageRule = "last"                // the last message leaves nothing to answer
	RuleSystemLate      MessageRule = "system_late"         // a system message right after an assistant or a tool
	RuleUserAfterTool   MessageRule = "user_after_tool"     // always a caution: Mistral takes it since April 2026, deployments on Azure may lag
	RulePrefixNotLast   MessageRule = "prefix_not_last"     // Prefix in another message than the last
	RuleFunctionName    MessageRule = "function_name"       // not 1 to 64 letters, digits, '_' and '-'
	RuleCallID          MessageRule = "call_id"             // a call without an id
	RuleDuplicateCall   MessageRule = "duplicate_call_id"   // two calls of one message with the same id
	RuleMissingResult   MessageRule = "missing_result"      // a call without a result right after its message
	RuleResultID        MessageRule = "result_id"           // a tool message without an id
	RuleOrphanResult    MessageRule = "orphan_result"       // a tool message that answers no call of the message before
	RuleDuplicateResult MessageRule = "duplicate_result_id" // a second result of the same call
)

// MessageProblem is one thing in a conversation that the service would refuse.
type MessageProblem struct {
	Index   int // the message's; -1: it is about the conversation as a whole
	Rule    MessageRule
	Caution bool   // Mistral's newest service, or most of its models or routes, take it; others refuse it
	Message string // what is wrong and what to do; it holds nothing of the conversation
}

// String says place and message in one line.
func (p MessageProblem) String() string {
	if p.Index < 0 {
		return "messages: " + p.Message
	}
	return "messages[" + strconv.Itoa(p.Index) + "]: " + p.Message
}

// CheckMessages tells before a call what the service would refuse in a
// conversation: who may speak after whom, calls and their results, messages that
// say nothing, fields and parts that a role does not have. The problems are in the
// order of the messages; nil means that there are none. It costs no memory then.
//
// The rules are those of Mistral's own service, on whatever route it is. A caution
// is taken by some of its versions, models and routes and refused by others: above
// all a user message right after a tool's. What a route has no place for (a picture
// in a tool message, nil content of the user) Chat itself refuses before it sends.
//
// Ids of calls may have any form: they are mapped when they are sent. Sizes, files,
// the JSON of arguments, parts of unknown types and the definitions of tools are
// not looked at.
//
// Chat and ChatStream do not call it before they send. But where the service
// refuses a conversation, the error names the first problem.
func CheckMessages(messages []Message) []MessageProblem {
	c := messageCheck{messages: messages}
	if len(messages) == 0 {
		c.add(-1, RuleNoMessages, "there are none: a conversation needs at least one")
	}
	for i := range messages {
		c.message(i, &messages[i])
	}
	return c.problems
}

type messageCheck struct {
	messages []Message
	problems []MessageProblem

	// Of the last message that is not a tool's.
	asked    callSet // its calls
	answered callSet // those that a tool message before this one answers
}

// add is not inlined: in its many callers it would be more than they are.
//
//go:noinline
func (c *messageCheck) add(i int, rule MessageRule, text string) {
	c.problems = append(c.problems, MessageProblem{Index: i, Rule: rule, Message: text})
}

func (c *messageCheck) caution(i int, rule MessageRule, text string) {
	c.add(i, rule, text)
	c.problems[len(c.problems)-1].Caution = true
}

func (c *messageCheck) message(i int, m *Message) {
	if m.Role != RoleTool {
		c.asked, c.answered = callSet{}, callSet{}
		for k := range m.ToolCalls {
			c.asked.add(m.ToolCalls[k].ID)
		}
	}
	switch m.Role {
	case RoleSystem, RoleUser, RoleAssistant, RoleTool:
	case "developer":
		c.add(i, RuleRole, "the service has no role developer: use RoleSystem")
		return
	default:
		c.add(i, RuleRole, "the role is none of system, user, assistant and tool")
		return
	}
	c.order(i, m)
	if m.Role != RoleAssistant && (len(m.ToolCalls) > 0 || m.Prefix) {
		c.add(i, RuleField, "ToolCalls and Prefix are the assistant's only: leave them out")
	}
	if m.Role != RoleTool && (!isNoID(m.ToolCallID) || m.Name != "") {
		c.add(i, RuleField, "ToolCallID and Name are a tool message's only: leave them out")
	}
	if m.Role == RoleSystem && m.Content == nil {
		c.add(i, RuleEmpty, "the system message has nil content: give it text, or leave it out")
	}
	c.parts(i, m)
	switch m.Role {
	case RoleAssistant:
		c.assistant(i, m)
	case RoleTool:
		c.result(i, m)
	}
}

// order checks who speaks after whom, first and last; tool messages go by their calls.
func (c *messageCheck) order(i int, m *Message) {
	last := i == len(c.messages)-1
	var before Role
	if i > 0 {
		before = c.messages[i-1].Role
	}
	switch {
	case m.Role == RoleSystem && (before == RoleAssistant || before == RoleTool):
		c.add(i, RuleSystemLate, "a system message may not follow an assistant's or a tool's: put it before, or after the next user message")
	case m.Role == RoleSystem && last && i > 0:
		c.add(i, RuleLast, "the conversation ends with a system message: put it before the last user message")
	case m.Role == RoleUser && before == RoleTool:
		c.caution(i, RuleUserAfterTool, "a user message right after a tool's is refused by deployments that lag: put an assistant message between them")
	case m.Role == RoleAssistant && i == 0 && last:
		c.add(i, RuleFirst, "the assistant's is the only message: begin with a user or a system message")
	case m.Role == RoleAssistant && i == 0:
		c.caution(i, RuleFirst, "the newest models refuse a conversation that the assistant begins: begin with a user or a system message")
	case m.Role == RoleAssistant && last && !m.Prefix && len(m.ToolCalls) == 0:
		c.add(i, RuleLast, "the conversation ends with an assistant message: append a user message, or set Prefix to have it continued")
	}
}

// parts checks which parts a role may hold.
func (c *messageCheck) parts(i int, m *Message) {
	others, late := false, false
	for _, part := range m.Content {
		if isNilPart(part) {
			c.add(i, RulePart, "a part is nil: leave it out")
			continue
		}
		switch p := part.(type) {
		case *ThinkingPart:
			switch {
			case p.aside: // not sent
			case m.Role == RoleSystem:
				c.caution(i, RulePart, "the newest models refuse thinking in a system message: send it as text")
			case m.Role != RoleAssistant:
				c.add(i, RulePart, "only an assistant message may hold thinking")
			case others:
				late = true
			}
			continue
		case *ImagePart, *DocumentPart, *AudioPart, *FilePart:
			switch m.Role {
			case RoleUser:
			case RoleTool:
				c.caution(i, RulePart, "older models take only text from a tool: put other parts into a user message")
			default:
				c.add(i, RulePart, "pictures, documents, recordings and files are the user's only: put them into a user message")
			}
		case *ReferencePart:
			if m.Role == RoleSystem {
				c.add(i, RulePart, "a system message may not hold references")
			}
		}
		others = true
	}
	if late {
		c.add(i, RuleThinkingOrder, "thinking comes after another part: all thinking parts must come first")
	}
}

func (c *messageCheck) assistant(i int, m *Message) {
	says := saysSomething(m.Content)
	switch {
	case m.Prefix && !says:
		c.add(i, RuleEmpty, "the prefix has no content: give it the text to continue")
	case !says && len(m.ToolCalls) == 0:
		c.add(i, RuleEmpty, "the assistant message has neither content nor tool calls: leave it out")
	case !hasText(m.Content) && len(m.ToolCalls) == 0:
		c.caution(i, RuleEmpty, "the inference routes send only the text of an assistant message, and it has none: give it text, or leave it out")
	}
	if m.Prefix && i < len(c.messages)-1 {
		c.add(i, RulePrefixNotLast, "only the last message may be a prefix: clear Prefix")
	}
	c.calls(i, m.ToolCalls)
}

func (c *messageCheck) calls(i int, calls []ToolCall) {
	var answered, before callSet
	missing := 0
	for k := i + 1; k < len(c.messages) && c.messages[k].Role == RoleTool; k++ {
		if id := c.messages[k].ToolCallID; isNoID(id) {
			missing-- // a problem of its own
		} else {
			answered.add(id)
		}
	}
	for k := range calls {
		call := &calls[k]
		if !isFunctionName(call.Name) {
			c.add(i, RuleFunctionName, "a tool call's name must be 1 to 64 letters, digits, '_' and '-'")
		}
		switch {
		case isNoID(call.ID):
			c.add(i, RuleCallID, "a tool call has no id: give it one, and its result the same")
			continue
		case !before.add(call.ID):
			c.add(i, RuleDuplicateCall, "two tool calls have the same id: give each its own, and its result the same")
		}
		if !answered.has(call.ID) {
			missing++
		}
	}
	if missing > 0 {
		c.add(i, RuleMissingResult, "a tool call has no result: each needs a tool message right after, before any other message")
	}
}

func (c *messageCheck) result(i int, m *Message) {
	if m.Name != "" && !isFunctionName(m.Name) {
		c.add(i, RuleFunctionName, "the tool's name must be 1 to 64 letters, digits, '_' and '-', or empty")
	}
	switch {
	case c.asked.n > 0 && isNoID(m.ToolCallID):
		c.add(i, RuleResultID, "the tool message has no ToolCallID: set that of its call")
	case !c.asked.has(m.ToolCallID):
		c.add(i, RuleOrphanResult, "the tool message answers no call: results come right after the assistant message that asked, each with the id of its call")
	case !c.answered.add(m.ToolCallID):
		c.add(i, RuleDuplicateResult, "its call has a result already: leave one out")
	}
}

// saysSomething says whether the service takes content as some: parts of whatever
// type, or text that is not empty.
func saysSomething(content Content) bool {
	n, text := 0, ""
	for _, part := range content {
		switch p := part.(type) {
		case *ThinkingPart:
			if p == nil || p.aside {
				continue
			}
			text = "thinking"
		case *TextPart:
			if p == nil {
				continue
			}
			text = p.Text
		default:
			text = "a part"
		}
		n++
	}
	return n > 1 || text != ""
}

func hasText(content Content) bool {
	for _, part := range content {
		if p, ok := part.(*TextPart); ok && p != nil && p.Text != "" {
			return true
		}
	}
	return false
}

// isNoID says whether a call's id is none: it is not sent then.
func isNoID(id string) bool { return id == "" || id == "null" }

// callSet holds ids of calls by what they are sent as, so that an id and what it is
// mapped to are the same. A few cost no memory.
type callSet struct {
	few  [16][callIDLength]byte
	n    int
	many map[[callIDLength]byte]bool // all of them, once there are more
}

func (s *callSet) has(id string) bool {
	sent := sentCallID(id)
	return s.many[sent] || s.many == nil && slices.Contains(s.few[:s.n], sent)
}

// add says whether the id is new.
func (s *callSet) add(id string) bool {
	if s.has(id) {
		return false
	}
	sent := sentCallID(id)
	switch {
	case s.many != nil:
		s.many[sent] = true
	case s.n < len(s.few):
		s.few[s.n] = sent
	default:
		s.many = map[[callIDLength]byte]bool{sent: true}
		for _, one := range s.few {
			s.many[one] = true
		}
	}
	s.n++
	return true
}

func isFunctionName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for i := range len(name) {
		if c := name[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
