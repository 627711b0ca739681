// Package jsonscan walks JSON text whose shape its caller knows: token by token,
// over the bytes, without reflection and without memory of its own.
//
// Two of its functions are kept from being inlined: their callers are many, and each
// program that imports the client would be larger by 8 KB for it.
//
// It has one failure, for malformed text and for everything that is rare: the
// scanner is bad, stays so, and its caller reads the text another way. So it may
// refuse what is right, and never accepts what is not: a text that it has walked to
// its end is JSON for encoding/json too, with the same values. It refuses, beside
// malformed text:
//
//   - names of members that are not plain: capitals, escapes, bytes over 0x7f
//   - numbers, where an integer is asked for, that have a fraction, an exponent or
//     more than 18 digits
//   - nesting deeper than 32
package jsonscan

// maxDepth bounds the objects and lists within each other.
const maxDepth = 32

// Scanner walks one text. The zero value is bad; see Reset. When it is bad, loops
// over members and items end, and what the other methods return means nothing: only
// the end of the walk needs to ask for OK.
type Scanner struct {
	data  []byte
	pos   int
	depth int
	first bool // the next member or item is the first of its object or list
	ok    bool
}

// Reset begins the walk over data, which must not change while it lasts.
func (s *Scanner) Reset(data []byte) {
	*s = Scanner{data: data, ok: true}
}

// OK says whether everything so far was walked.
func (s *Scanner) OK() bool { return s.ok }

// Pos is the place in the data, in bytes, that the walk has come to: directly
// behind the token before.
func (s *Scanner) Pos() int { return s.pos }

// Fail makes the scanner bad: what came is not what its caller reads.
func (s *Scanner) Fail() { s.ok = false }

// End is called behind the one value. Only blanks may follow it.
func (s *Scanner) End() {
	s.blanks()
	if s.pos != len(s.data) {
		s.ok = false
	}
}

// Kind tells what value comes next by its first byte: { [ " t f n, or 0 for a number
// and for everything that is no value.
//
//go:noinline
func (s *Scanner) Kind() byte {
	s.blanks()
	if s.ok && s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case '{', '[', '"', 't', 'f', 'n':
			return c
		}
	}
	return 0
}

// Object enters an object: its members follow.
func (s *Scanner) Object() { s.enter('{') }

// Member goes on to the next member of the object that was entered, and returns its
// name; false behind the last one. The value has to be walked before the next call.
func (s *Scanner) Member() (name []byte, ok bool) {
	if !s.next('}') {
		return nil, false
	}
	if s.pos >= len(s.data) || s.data[s.pos] != '"' {
		s.ok = false
		return nil, false
	}
	from := s.pos + 1
	for i := from; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			if s.pos = i + 1; s.pos < len(s.data) && s.data[s.pos] == ':' {
				s.pos++
			} else {
				s.blanks()
				s.expect(':')
			}
			return s.data[from:i], s.ok
		case c < ' ' || c >= 0x7f || c == '\\' || c >= 'A' && c <= 'Z':
			s.ok = false
			return nil, false
		}
	}
	s.ok = false
	return nil, false
}

// List enters a list: its items follow.
func (s *Scanner) List() { s.enter('[') }

// Item goes on to the next item of the list that was entered; false behind the last
// one. The item has to be walked before the next call.
func (s *Scanner) Item() bool { return s.next(']') }

// Null walks null, if that comes next; anything else is left to be walked.
func (s *Scanner) Null() bool {
	if s.Kind() != 'n' {
		return false
	}
	s.word("null")
	return s.ok
}

// Bool walks true or false.
func (s *Scanner) Bool() bool {
	if s.Kind() == 't' {
		s.word("true")
		return s.ok
	}
	s.word("false")
	return false
}

// Int walks an integer of at most 18 digits.
func (s *Scanner) Int() int64 {
	s.blanks()
	i, negative := s.pos, false
	if i < len(s.data) && s.data[i] == '-' {
		negative = true
		i++
	}
	from, n := i, int64(0)
	for ; i < len(s.data) && s.data[i]-'0' <= 9; i++ {
		if i-from == 18 {
			s.ok = false
			return 0
		}
		n = 10*n + int64(s.data[i]-'0')
	}
	if i == from || i-from > 1 && s.data[from] == '0' || i < len(s.data) && (s.data[i] == '.' || s.data[i] == 'e' || s.data[i] == 'E') {
		s.ok = false
		return 0
	}
	if s.pos = i; negative {
		return -n
	}
	return n
}

// Skip walks any value and returns its text, checked as encoding/json checks it.
func (s *Scanner) Skip() []byte {
	s.blanks()
	from := s.pos
	s.skip()
	if !s.ok {
		return nil
	}
	return s.data[from:s.pos]
}

func (s *Scanner) skip() {
	switch s.Kind() {
	case '{':
		for s.Object(); s.next('}'); s.skip() {
			s.Text()
			s.blanks()
			s.expect(':')
		}
	case '[':
		for s.List(); s.next(']'); {
			s.skip()
		}
	case '"':
		s.Text()
	case 't':
		s.word("true")
	case 'f':
		s.word("false")
	case 'n':
		s.word("null")
	default:
		s.number()
	}
}

// number walks a number of any form.
func (s *Scanner) number() {
	i := s.pos
	digits := func() {
		from := i
		for i < len(s.data) && s.data[i]-'0' <= 9 {
			i++
		}
		if i == from {
			s.ok = false
		}
	}
	is := func(a, b byte) bool { return i < len(s.data) && (s.data[i] == a || s.data[i] == b) }
	if is('-', '-') {
		i++
	}
	if is('0', '0') {
		i++
	} else {
		digits()
	}
	if is('.', '.') {
		i++
		digits()
	}
	if is('e', 'E') {
		if i++; is('+', '-') {
			i++
		}
		digits()
	}
	s.pos = i
}

//go:noinline
func (s *Scanner) enter(open byte) {
	s.blanks()
	s.expect(open)
	if s.depth++; s.depth > maxDepth {
		s.ok = false
	}
	s.first = true
}

// next goes on to the next member or item, over the comma before it; at the end it
// leaves the object or list.
func (s *Scanner) next(end byte) bool {
	s.blanks()
	if !s.ok || s.pos >= len(s.data) {
		s.ok = false
		return false
	}
	switch c := s.data[s.pos]; {
	case c == end:
		s.pos++
		s.depth--
		s.first = false
		return false
	case s.first:
		s.first = false
		return true
	case c == ',':
		s.pos++
		s.blanks()
		if s.pos < len(s.data) && s.data[s.pos] == end {
			s.ok = false
		}
		return s.ok
	}
	s.ok = false
	return false
}

func (s *Scanner) word(word string) {
	if end := s.pos + len(word); s.ok && end <= len(s.data) && string(s.data[s.pos:end]) == word {
		s.pos = end
		return
	}
	s.ok = false
}

func (s *Scanner) expect(c byte) {
	if s.ok && s.pos < len(s.data) && s.data[s.pos] == c {
		s.pos++
		return
	}
	s.ok = false
}

func (s *Scanner) blanks() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return
		}
	}
}
