package azmistral

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// accumulator folds chunks into one answer, with the rules that hold for a stream
// and for a whole body alike:
//
//   - id, model, created, a choice's role: the first that says something.
//   - finish reason: the last that says something. Usage: the last.
//   - filter results: of each category the worst.
//   - content: parts follow each other as they came. A delta's first part goes on
//     with the part before it where both are text or both are thinking; a thinking
//     part with a signature is finished. Empty text makes no part, but where
//     nothing else came, "" and null stay apart.
//   - tool calls: see callFold.
//
// It keeps no reference to a chunk or to what is in one, but for the strings of the
// one chunk that is a whole answer. The zero value is ready.
type accumulator struct {
	cameWhole bool // the first chunk is the answer

	id      string
	model   string
	created time.Time
	usage   Usage
	filter  ContentFilter
	choices []*choiceFold       // by first appearance
	byIndex map[int]*choiceFold // nil while there are few

	// Where the first choice is kept: most answers have one.
	one     choiceFold
	oneRoom [1]*choiceFold
}

// choiceFold is one choice under way.
type choiceFold struct {
	index      int
	cameWhole  bool
	role       Role
	finish     FinishReason
	filter     ContentFilter
	parts      []*partFold
	hasContent bool // content came, be it empty
	calls      callFold

	// Where the first part is kept: most choices have one.
	one     partFold
	oneRoom [1]*partFold
}

// partFold is one part under way: text, thinking, or another one that is whole.
type partFold struct {
	text     foldedText
	thinking *ThinkingPart // its Text is in text; nil if this is no thinking
	other    Part          // nil if this is text or thinking
}

// add folds one chunk in, in time proportional to its new bytes.
func (a *accumulator) add(c *ChatChunk) {
	if a.cameWhole {
		a.id, a.model = cmp.Or(a.id, c.ID), cmp.Or(a.model, c.Model)
	} else {
		keepFirst(&a.id, c.ID)
		keepFirst(&a.model, c.Model)
	}
	if a.created.IsZero() {
		a.created = c.Created
	}
	if c.Usage != nil {
		a.usage = *c.Usage
	}
	a.filter = mergeFilter(a.filter, c.Filter)
	for i := range c.Choices {
		a.choice(c.Choices[i].Index).add(&c.Choices[i])
	}
}

// whole says whether at least one choice came and every choice seen has a
// finish reason.
func (a *accumulator) whole() bool {
	for _, choice := range a.choices {
		if choice.finish == "" {
			return false
		}
	}
	return len(a.choices) > 0
}

// failed says which choice ended with FinishError, of several the one with the lowest
// index; empty: none.
func (a *accumulator) failed() string {
	lowest := -1
	for _, choice := range a.choices {
		if choice.finish == FinishError && (lowest < 0 || choice.index < lowest) {
			lowest = choice.index
		}
	}
	if lowest < 0 {
		return ""
	}
	return fmt.Sprintf("the service gave up on choice %d: finish reason %q", lowest, FinishError)
}

// response returns what was folded so far: never nil, a copy of its own. Choices
// are in the order of their indexes.
func (a *accumulator) response() *ChatResponse { return a.respond(&responseRoom{}) }

// respond is response, in a room that is given.
func (a *accumulator) respond(room *responseRoom) *ChatResponse {
	r := &room.response
	*r = ChatResponse{
		ID:      a.id,
		Model:   a.model,
		Created: a.created,
		Usage:   a.usage,
		Filter:  mergeFilter(nil, a.filter),
	}
	choices := a.choices
	if len(choices) > 1 {
		choices = slices.Clone(choices)
		slices.SortFunc(choices, func(x, y *choiceFold) int { return cmp.Compare(x.index, y.index) }) // a sort of Choice itself would be 30 KB of code
	}
	switch len(choices) {
	case 0:
	case 1:
		r.Choices = room.choice[:0]
	default:
		r.Choices = make([]Choice, 0, len(choices))
	}
	for _, choice := range choices {
		r.Choices = append(r.Choices, Choice{
			Index: choice.index,
			Message: Message{
				Role:      cmp.Or(choice.role, RoleAssistant),
				Content:   choice.content(),
				ToolCalls: choice.calls.toolCalls(a.id, choice.index),
			},
			FinishReason: choice.finish,
			Filter:       mergeFilter(nil, choice.filter),
		})
	}
	return r
}

// responseRoom is an answer as most are, with one choice, in one piece of memory.
type responseRoom struct {
	response ChatResponse
	choice   [1]Choice
	text     answerText // of a whole answer
}

func (a *accumulator) choice(index int) *choiceFold {
	const few = 4 // among so many a map finds none faster
	n := len(a.choices)
	if n > 0 && a.choices[n-1].index == index {
		return a.choices[n-1]
	}
	if n <= few {
		for _, choice := range a.choices {
			if choice.index == index {
				return choice
			}
		}
	} else if choice := a.byIndex[index]; choice != nil {
		return choice
	}
	choice := &a.one
	if n == 0 {
		a.choices = a.oneRoom[:0]
	} else {
		choice = new(choiceFold)
	}
	choice.index, choice.cameWhole = index, a.cameWhole
	a.choices = append(a.choices, choice)
	if n >= few {
		if a.byIndex == nil {
			a.byIndex = map[int]*choiceFold{}
			for _, before := range a.choices {
				a.byIndex[before.index] = before
			}
		}
		a.byIndex[index] = choice
	}
	return choice
}

func (f *choiceFold) add(c *ChunkChoice) {
	keepFirst(&f.role, c.Delta.Role)
	if c.FinishReason != "" && c.FinishReason != f.finish {
		f.finish = FinishReason(strings.Clone(string(c.FinishReason)))
	}
	f.filter = mergeFilter(f.filter, c.Filter)

	f.hasContent = f.hasContent || c.Delta.Content != nil
	if len(c.Delta.Content) > 0 {
		for i, part := range c.Delta.Content {
			f.addPart(part, i == 0)
		}
	} else {
		if c.Delta.Thinking != "" {
			f.addThinking(&ThinkingPart{Text: c.Delta.Thinking}, true)
		}
		if c.Delta.Text != "" {
			f.addText(c.Delta.Text, true)
		}
	}
	f.calls.add(c.Delta.ToolCalls, f.cameWhole)
}

// addPart adds a part; goesOn says that it may go on with the part before.
func (f *choiceFold) addPart(part Part, goesOn bool) {
	if isNilPart(part) {
		return
	}
	switch p := part.(type) {
	case *TextPart:
		f.addText(p.Text, goesOn)
	case *ThinkingPart:
		f.addThinking(p, goesOn)
	default:
		f.dropEmptyText()
		f.newPart().other = clonePart(part)
	}
}

func (f *choiceFold) addText(text string, goesOn bool) {
	if n := len(f.parts); goesOn && n > 0 && f.parts[n-1].isText() {
		f.parts[n-1].text.add(text, false)
		return
	}
	f.dropEmptyText()
	f.newPart().text.add(text, f.cameWhole)
}

func (f *choiceFold) newPart() *partFold {
	p := &f.one
	if f.parts == nil {
		f.parts = f.oneRoom[:0]
	} else {
		p = new(partFold)
	}
	f.parts = append(f.parts, p)
	return p
}

func (f *choiceFold) addThinking(t *ThinkingPart, goesOn bool) {
	f.dropEmptyText()
	var p *partFold
	if n := len(f.parts); goesOn && n > 0 && f.parts[n-1].thinksOn(t) {
		p = f.parts[n-1]
	} else {
		p = f.newPart()
		p.thinking = &ThinkingPart{plain: t.plain, aside: t.aside}
	}
	for _, n := range t.nested {
		p.thinking.nested = append(p.thinking.nested, nestedPart{at: n.at + len(p.text.String()), raw: slices.Clone(n.raw)})
	}
	p.text.add(t.Text, f.cameWhole)
	if t.Signature != "" {
		p.thinking.Signature = strings.Clone(t.Signature)
	}
	switch {
	case t.Closed == nil:
	case p.thinking.Closed == nil:
		p.thinking.Closed = new(*t.Closed)
	default:
		*p.thinking.Closed = *t.Closed // it is the fold's own
	}
}

// dropEmptyText takes an empty text part off the end before another part comes.
func (f *choiceFold) dropEmptyText() {
	if n := len(f.parts); n > 0 && f.parts[n-1].isText() && f.parts[n-1].text.String() == "" {
		f.parts = f.parts[:n-1]
	}
}

func (p *partFold) isText() bool { return p.thinking == nil && p.other == nil }

// thinksOn says whether t is more of the thinking in p.
func (p *partFold) thinksOn(t *ThinkingPart) bool {
	return p.thinking != nil && p.thinking.aside == t.aside &&
		(p.thinking.Signature == "" || t.Text == "" && len(t.nested) == 0)
}

func (f *choiceFold) content() Content {
	if len(f.parts) == 0 {
		if f.hasContent {
			return textContent("")
		}
		return nil
	}
	if len(f.parts) == 1 && f.parts[0].isText() {
		return textContent(f.parts[0].text.String())
	}
	content := make(Content, len(f.parts))
	for i, p := range f.parts {
		switch {
		case p.other != nil:
			content[i] = clonePart(p.other)
		case p.thinking != nil:
			t := clonePart(p.thinking).(*ThinkingPart)
			t.Text = p.text.String() // shares its bytes, which are never written again
			content[i] = t
		default:
			content[i] = &TextPart{Text: p.text.String()}
		}
	}
	return content
}

// foldedText grows by pieces, in memory of its own. It may share the one piece that
// is all of it.
type foldedText struct {
	shared string
	own    strings.Builder
}

func (t *foldedText) add(piece string, share bool) {
	if share && t.String() == "" {
		t.shared = piece
		return
	}
	if t.shared != "" {
		t.own.WriteString(t.shared)
		t.shared = ""
	}
	t.own.WriteString(piece)
}

// String is the text so far. It stays what it is when more is added.
func (t *foldedText) String() string {
	if t.shared != "" {
		return t.shared
	}
	return t.own.String()
}

func (t *foldedText) reset() { *t = foldedText{} }

// keepFirst sets what is still empty. The copy keeps a chunk's memory free to go.
func keepFirst[S ~string](kept *S, s S) {
	if *kept == "" && s != "" {
		*kept = S(strings.Clone(string(s)))
	}
}
