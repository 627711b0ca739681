package errbody

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder reads JSON, and what is like it: Python's way of showing objects, since
// services quote each other that way. It stops at the first thing that it does not
// understand.
type decoder struct {
	text   string
	at     int
	values int
	python bool // texts may stand in single quotes
	broken bool
}

// newDecoder returns a decoder of a text, which is Python's if its first quote is.
func newDecoder(s string) *decoder {
	first := strings.IndexAny(s, `"'`)
	return &decoder{text: s, python: first >= 0 && s[first] == '\''}
}

// value reads a value. A map's members are all kept, but for echoes.
func (d *decoder) value(depth int, isMap bool) value {
	d.space()
	if d.at == len(d.text) {
		d.broken = true
		return value{}
	}
	d.values++
	switch c := d.text[d.at]; {
	case c == '{' || c == '[':
		if depth == maxDepth || d.values > maxValues {
			d.step()
			return value{kind: isNull}
		}
		if c == '{' {
			return d.object(depth, isMap)
		}
		return d.list(depth)
	case d.quote():
		return value{kind: isText, text: d.string()}
	}
	return d.scalar()
}

func (d *decoder) object(depth int, isMap bool) value {
	v := value{kind: isObject}
	d.at++
	for {
		d.space()
		if d.closes('}') {
			return v
		}
		if !d.quote() {
			d.broken = true
			return v
		}
		name := d.string()
		d.space()
		if d.broken || d.at == len(d.text) || d.text[d.at] != ':' {
			d.broken = true
			return v
		}
		d.at++
		v.size++
		lower := lowerASCII(name)
		switch {
		case isMap && !echoes[lower]:
			d.member(&v, name, d.value(depth+1, false))
		case !isMap && known[lower]:
			d.member(&v, lower, d.value(depth+1, maps[lower]))
		default:
			d.step()
		}
		if !d.next('}') {
			return v
		}
	}
}

// member adds a member. The last one of a name wins.
func (d *decoder) member(v *value, name string, member value) {
	for i, n := range v.names {
		if n == name {
			v.items[i] = member
			return
		}
	}
	if len(v.names) < maxItems {
		v.names = append(v.names, name)
		v.items = append(v.items, member)
	}
}

func (d *decoder) list(depth int) value {
	v := value{kind: isList}
	d.at++
	for {
		d.space()
		if d.closes(']') {
			return v
		}
		if len(v.items) < maxItems && d.values < maxValues {
			item := d.value(depth+1, false)
			if item.kind == isAbsent {
				return v
			}
			v.items = append(v.items, item)
		} else {
			d.step()
		}
		v.size++
		if !d.next(']') {
			return v
		}
	}
}

func (d *decoder) closes(end byte) bool {
	if d.at < len(d.text) && d.text[d.at] == end {
		d.at++
		return true
	}
	return false
}

// next steps over the comma after an item. It is false where none comes: what
// closes is left for closes, all else breaks the text.
func (d *decoder) next(end byte) bool {
	if d.broken {
		return false
	}
	d.space()
	switch {
	case d.closes(','):
		return true
	case d.at < len(d.text) && d.text[d.at] == end:
		return true
	}
	d.broken = true
	return false
}

func (d *decoder) space() {
	for d.at < len(d.text) && strings.IndexByte(blanks, d.text[d.at]) >= 0 {
		d.at++
	}
}

func (d *decoder) quote() bool {
	return d.at < len(d.text) && (d.text[d.at] == '"' || d.python && d.text[d.at] == '\'')
}

var literals = []struct {
	word string
	v    value
}{
	{"true", value{kind: isBool, text: "true"}}, {"True", value{kind: isBool, text: "true"}},
	{"false", value{kind: isBool, text: "false"}}, {"False", value{kind: isBool, text: "false"}},
	{"null", value{kind: isNull}}, {"None", value{kind: isNull}}, {"NaN", value{kind: isNull}},
}

func (d *decoder) scalar() value {
	rest := d.text[d.at:]
	for _, w := range literals {
		if strings.HasPrefix(rest, w.word) {
			d.at += len(w.word)
			return w.v
		}
	}
	digits := strings.TrimPrefix(rest, "-")
	n := len(rest) - len(digits)
	for n < len(rest) && strings.IndexByte("+-.0123456789Ee", rest[n]) >= 0 {
		n++
	}
	d.at += n
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		d.broken = true
		return value{}
	}
	return value{kind: isNumber, text: rest[:n]}
}

// string reads a quoted text. One that has no end is what came of it.
func (d *decoder) string() string {
	start := d.at + 1
	d.stepString()
	end := d.at
	if !d.broken {
		end--
	}
	raw := d.text[min(start, end):end]
	raw = raw[:min(len(raw), maxString)]
	if strings.IndexByte(raw, '\\') < 0 {
		return raw
	}
	return unquote(raw)
}

// stepString steps over a quoted text.
func (d *decoder) stepString() {
	quote := d.text[d.at]
	for d.at++; d.at < len(d.text); d.at++ {
		switch d.text[d.at] {
		case quote:
			d.at++
			return
		case '\\':
			d.at++
		}
	}
	d.at = len(d.text)
	d.broken = true
}

// step steps over a value without reading it, however deep it is nested. It is as
// strict as if it read: what is mistaken for the end of JSON would let the request
// out as the prose behind it.
func (d *decoder) step() {
	var open []byte // the brackets that are open
	for {
		d.space()
		switch {
		case d.at == len(d.text):
			d.broken = true
		case d.text[d.at] == '{' || d.text[d.at] == '[':
			open = append(open, d.text[d.at])
			d.at++
			d.space()
			if !d.closes(open[len(open)-1] + 2) {
				d.stepName(open[len(open)-1])
				continue
			}
			open = open[:len(open)-1]
		case d.quote():
			d.stepString()
		default:
			d.scalar()
		}
		for ended := true; ended; {
			if d.broken || len(open) == 0 {
				return
			}
			bracket := open[len(open)-1]
			d.space()
			more := d.closes(',')
			d.space()
			switch {
			case d.closes(bracket + 2): // } follows { by two, and ] follows [
				open = open[:len(open)-1]
			case more:
				d.stepName(bracket)
				ended = false
			default:
				d.broken = true
			}
		}
	}
}

// stepName steps over a member's name, in an object.
func (d *decoder) stepName(bracket byte) {
	if bracket == '[' || d.broken {
		return
	}
	if !d.quote() {
		d.broken = true
		return
	}
	d.stepString()
	d.space()
	if !d.closes(':') {
		d.broken = true
	}
}

// unquote resolves the escapes of a text that stood in quotes.
func unquote(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			b.WriteByte(raw[i])
			continue
		}
		if i++; i == len(raw) {
			break
		}
		switch c := raw[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'u', 'x':
			r, n := escaped(raw[i:])
			b.WriteRune(r)
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escaped reads u1234, a pair of those with a backslash between, or Python's x12.
// It returns how many bytes that took.
func escaped(s string) (rune, int) {
	digits := 4
	if s[0] == 'x' {
		digits = 2
	}
	unit := func(s string) (rune, bool) {
		if len(s) <= digits {
			return utf8.RuneError, false
		}
		n, err := strconv.ParseUint(s[1:1+digits], 16, 32)
		if err != nil {
			return utf8.RuneError, false
		}
		return rune(n), true
	}
	r, ok := unit(s)
	if !ok {
		return utf8.RuneError, 1
	}
	n := 1 + digits
	if utf16.IsSurrogate(r) {
		if strings.HasPrefix(s[n:], `\u`) {
			if low, ok := unit(s[n+1:]); ok {
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return pair, n + 6
				}
			}
		}
		return utf8.RuneError, n
	}
	return r, n
}

// lowerASCII leaves letters beyond ASCII alone: some of them become ASCII.
func lowerASCII(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for i, c := range b {
				if 'A' <= c && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
