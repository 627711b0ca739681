package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is the inside of a string, where it lies in the data: between its quotes.
type Text struct {
	From, To int
	Escaped  bool // it holds escapes; each of them exists
	ASCII    bool // it holds no byte over 0x7f
}

// Text walks a string.
func (s *Scanner) Text() Text {
	s.blanks()
	s.expect('"')
	if !s.ok {
		return Text{}
	}
	t, ok := Inside(s.data, s.pos)
	if !ok {
		s.ok = false
		return Text{}
	}
	s.pos = t.To + 1
	return t
}

// Inside finds the inside of the string that begins at from, behind its opening
// quote: up to the first quote that is not escaped. It is false where there is
// none, where a control character comes before it, and where an escape does not
// exist.
func Inside(data []byte, from int) (Text, bool) {
	t := Text{From: from}
	seen := byte(0) // all bytes, or-ed
	for i := from; ; {
		var ahead byte
		i, ahead = special(data, i)
		seen |= ahead
		if i >= len(data) {
			return t, false
		}
		switch c := data[i]; c {
		case '"':
			t.To, t.ASCII = i, seen < 0x80
			return t, true
		case '\\':
			n := escapeLen(data[i:])
			if n == 0 {
				return t, false
			}
			t.Escaped = true
			i += n
		default: // a control character
			return t, false
		}
	}
}

// Append appends the text that t stands for. It is false where a string of Go
// cannot hold it: half of a surrogate pair, or bytes that are not UTF-8.
func (t Text) Append(dst, data []byte) ([]byte, bool) {
	return t.AppendNoting(dst, data, nil)
}

// AppendNoting is Append that tells of each escape which AppendShort would not write
// again: where what it stands for begins in dst and how long it is there, and the
// escape itself, valid during the call. dst may lie at the text's own place.
func (t Text) AppendNoting(dst, data []byte, note func(at, length int, escape []byte)) ([]byte, bool) {
	raw := data[t.From:t.To]
	if !t.ASCII && !utf8.Valid(raw) {
		return dst, false
	}
	for t.Escaped {
		i, _ := special(raw, 0)
		dst = append(dst, raw[:i]...)
		if raw = raw[i:]; len(raw) == 0 {
			return dst, true
		}
		r, n := unescape(raw)
		if n == 0 {
			return dst, false
		}
		if note != nil && (raw[1] == 'u' || raw[1] == '/') {
			note(len(dst), utf8.RuneLen(r), raw[:n])
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[n:]
	}
	return append(dst, raw...), true
}

// AppendShort appends a text escaped: what has to be, and each in two characters. A
// control character that has no such escape is no text for it.
func AppendShort(dst, text []byte) []byte {
	for {
		i, _ := special(text, 0)
		dst = append(dst, text[:i]...)
		if text = text[i:]; len(text) == 0 {
			return dst
		}
		c := text[0]
		switch c {
		case '\b':
			c = 'b'
		case '\f':
			c = 'f'
		case '\n':
			c = 'n'
		case '\r':
			c = 'r'
		case '\t':
			c = 't'
		}
		dst = append(dst, '\\', c)
		text = text[1:]
	}
}

// special finds the next quote, backslash or control character from i on, or the
// end of the data, and tells all bytes before it, or-ed; more bytes may be in it,
// of those behind.
func special(data []byte, i int) (place int, seen byte) {
	all := uint64(0)
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		if found := Special(w); found != 0 {
			n := bits.TrailingZeros64(found) / 8
			all |= w & (1<<(8*n) - 1)
			return i + n, orBytes(all)
		}
		all |= w
	}
	seen = orBytes(all)
	for ; i < len(data); i++ {
		c := data[i]
		if c < ' ' || c == '"' || c == '\\' {
			break
		}
		seen |= c
	}
	return i, seen
}

// Special sets the high bit of each byte of w that cannot stand for itself in a
// string: a control character, a quote or a backslash. It may also set that of the
// byte after one of them: only the lowest bit is sure.
func Special(w uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	// Subtracting sets the high bit of a byte that is smaller, and borrows from the
	// next. Flipping bit 1 first puts the quote right behind the control characters.
	control := (w ^ ones*2) - ones*(' '+1)
	backslash := (w ^ ones*'\\') - ones
	return (control | backslash) &^ w & highs
}

// orBytes or-s the bytes of a word.
func orBytes(w uint64) byte {
	w |= w >> 32
	w |= w >> 16
	return byte(w | w>>8)
}

// escapeLen is the length of the escape that raw begins with; 0: there is no such
// escape.
func escapeLen(raw []byte) int {
	if len(raw) < 2 {
		return 0
	}
	switch raw[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(raw); ok {
			return 6
		}
	}
	return 0
}

// unescape reads the escape, or the two of a surrogate pair, that raw begins with; 0
// bytes: half of a pair. The escapes of raw exist.
func unescape(raw []byte) (rune, int) {
	switch raw[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
	default:
		return rune(raw[1]), 2
	}
	r, _ := hex4(raw)
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
		low, _ := hex4(raw[6:])
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			return r, 12
		}
	}
	return 0, 0
}

// hex4 reads the four digits behind \u.
func hex4(raw []byte) (r rune, ok bool) {
	if len(raw) < 6 {
		return 0, false
	}
	for _, c := range raw[2:6] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c-'a' <= 5:
			c -= 'a' - 10
		case c-'A' <= 5:
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
