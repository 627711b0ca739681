package azmistral

import "strings"

// callFold folds the pieces of one choice's tool calls. Services mark what belongs
// together in different ways, so a piece goes on with a call, or begins one, by the
// first rule that applies:
//
//   - With an index: the call at that index, of several the one with its id, else
//     the latest. Without such a call, one with its id that came without an index;
//     else it begins a call.
//   - With an id and no index: the call with that id. Without such a call it
//     begins one, but for an id that comes late: without a name, after a call
//     that has none.
//   - With neither: the latest call, or of several pieces in one list the call
//     that the piece at that place of the list before went to.
//
// Even then it begins another call when it says that it is one: by another id with
// a name; by another name; by a name and whole arguments where the call's are whole
// already, and no id says that it is the same. Two pieces of one list are two calls
// if they have neither index nor id, or both have a name and no id in common.
//
// Within a call the first id and the first name stay, "null" and "" being neither.
// Arguments are appended, but a whole object after a whole object replaces it (that
// is how one comes that the wire has as an object, not as text), and so does what
// begins after an empty one.
type callFold struct {
	calls   []*foldedCall // by first appearance
	byIndex map[int]*foldedCall
	byID    map[string]*foldedCall
	last    []*foldedCall // where the pieces of the latest list went
	spare   []*foldedCall
	lists   int // how many lists came
}

// foldedCall is a tool call under way.
type foldedCall struct {
	id        string
	name      string
	index     int // on the wire; -1: none
	list      int // the latest list with a piece of it, counted from 1
	arguments foldedText
	scan      objectScan
}

// add folds one list in. share: it is the whole answer's, so its texts need no copy.
func (f *callFold) add(list []ToolCallDelta, share bool) {
	if len(list) == 0 {
		return
	}
	f.lists++
	went := f.spare[:0]
	for place := range list {
		piece := list[place]
		if piece.ID == "null" {
			piece.ID = ""
		}
		call := f.find(&piece, place, len(list))
		if call == nil {
			call = &foldedCall{index: -1}
			f.calls = append(f.calls, call)
		}
		f.bind(call, &piece)
		call.append(piece.Arguments, share)
		call.list = f.lists
		went = append(went, call)
	}
	f.last, f.spare = went, f.last
}

// find gives the call that the piece at a place in a list of n goes on with, nil
// if it begins one.
func (f *callFold) find(piece *ToolCallDelta, place, n int) *foldedCall {
	var call *foldedCall
	switch {
	case piece.Index >= 0:
		call = f.byIndex[piece.Index]
		if c := f.byID[piece.ID]; c != nil && (call == nil && c.index < 0 || call != nil && c.index == call.index) {
			call = c
		}
	case piece.ID != "":
		call = f.byID[piece.ID]
		if c := f.latest(); call == nil && c != nil && c.id == "" && piece.Name == "" && c.list < f.lists {
			call = c
		}
	default:
		call = f.latest()
		if n > 1 && place < len(f.last) {
			call = f.last[place]
		}
		if call != nil && call.list == f.lists {
			return nil
		}
	}
	if call == nil || call.isAnother(piece, call.list == f.lists) {
		return nil
	}
	return call
}

func (f *callFold) latest() *foldedCall {
	if len(f.calls) == 0 {
		return nil
	}
	return f.calls[len(f.calls)-1]
}

// isAnother says whether a piece that would go on with c is a call of its own.
// sameList: a piece before it in the same list belongs to c.
func (c *foldedCall) isAnother(piece *ToolCallDelta, sameList bool) bool {
	if piece.Name == "" {
		return false
	}
	sameID := piece.ID != "" && piece.ID == c.id
	switch {
	case piece.ID != "" && c.id != "" && !sameID:
		return true
	case c.name != "" && piece.Name != c.name:
		return true
	case sameList && !sameID:
		return true
	}
	return (sameList || !sameID) && c.isWhole() && isWholeObject(piece.Arguments)
}

// bind gives a call what a piece says of it for the first time, and makes it
// known by it.
func (f *callFold) bind(call *foldedCall, piece *ToolCallDelta) {
	if call.id == "" && piece.ID != "" {
		call.id = strings.Clone(piece.ID)
		if f.byID == nil {
			f.byID = map[string]*foldedCall{}
		}
		f.byID[call.id] = call
	}
	if call.index < 0 && piece.Index >= 0 {
		call.index = piece.Index
		if f.byIndex == nil {
			f.byIndex = map[int]*foldedCall{}
		}
		f.byIndex[call.index] = call
	}
	keepFirst(&call.name, piece.Name)
}

func (c *foldedCall) append(piece string, share bool) {
	if piece == "" {
		return
	}
	if beginsObject(piece) && c.isWhole() && (isWholeObject(piece) || c.arguments.String() == "{}") {
		c.arguments.reset()
		c.scan = objectScan{}
	}
	c.arguments.add(piece, share)
}

// isWhole says whether the arguments so far are one whole object.
func (c *foldedCall) isWhole() bool { return c.scan.isWhole(c.arguments.String()) }

// toolCalls gives the calls in the order in which they began, numbered so. A call
// without an id gets one.
func (f *callFold) toolCalls(response string, choice int) []ToolCall {
	if len(f.calls) == 0 {
		return nil
	}
	calls := make([]ToolCall, len(f.calls))
	for i, c := range f.calls {
		calls[i] = ToolCall{ID: c.id, Name: c.name, Arguments: c.arguments.String(), Index: i}
		if c.id == "" {
			calls[i].ID = madeCallID(response, choice, i, c.name, calls[i].Arguments)
		}
	}
	return calls
}

// objectScan finds out whether a growing text is one whole JSON object. It only
// counts braces outside strings, and looks at each byte once.
type objectScan struct {
	seen     int // bytes looked at
	depth    int
	inString bool
	escaped  bool
	began    bool
	ended    bool
	broken   bool // it is something else
}

func (s *objectScan) isWhole(text string) bool {
	for ; s.seen < len(text) && !s.broken; s.seen++ {
		s.step(text[s.seen])
	}
	return s.ended && !s.broken
}

func (s *objectScan) step(c byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case s.inString:
		s.escaped = c == '\\'
		s.inString = c != '"'
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
	case s.ended, !s.began && c != '{':
		s.broken = true
	case c == '"':
		s.inString = true
	case c == '{' || c == '[':
		s.began = true
		s.depth++
	case c == '}' || c == ']':
		s.depth--
		s.ended = s.depth == 0
	}
}

func isWholeObject(text string) bool {
	var s objectScan
	return s.isWhole(text)
}

func beginsObject(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{")
}
