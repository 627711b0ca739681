package partial

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// use is what the text of a string is for.
type use uint8

const (
	useNone     use = iota // nothing, or it is kept as it came: only its end is looked for
	useNoneName            // the same of a member's name
	useName                // a member's name
	useGrown               // a string that is shown as it grows
	useChoice              // a string that is shown when it is complete
	useBase64              // bytes
)

// text is a string that is being read. What is cut between pieces is not part of
// the text yet: a character, an escape, the first half of a surrogate pair.
type text struct {
	use   use
	begun bool            // something came before this piece, or was escaped
	grown strings.Builder // of useGrown: earlier strings of it stay as they are
	kept  []byte          // of the others
	shown int             // bytes of grown that the target shows, -1 if it shows none
	place place           // of useGrown

	escape int     // bytes of an escape that came: 1 for \, 2 for \u, …
	code   rune    // the digits of \u so far
	high   rune    // first half of a surrogate pair whose second may follow; 0 if none
	cut    [4]byte // the first bytes of a character
	cuts   int     // how many of them
}

func (d *Decoder) beginText(u use) {
	t := &d.text
	t.use, t.begun, t.shown = u, false, -1
	t.kept = t.kept[:0]
	d.state = inText
}

// readText reads to the end of the string or of the piece.
func (d *Decoder) readText() error {
	t, s := &d.text, d.piece
	stops := &textStops
	if t.use <= useNoneName {
		stops = &rawStops
	}
	for d.at < len(s) {
		if t.escape > 0 {
			if err := d.readEscape(s[d.at]); err != nil {
				return err
			}
			d.at++
			continue
		}
		if t.cuts > 0 {
			if t.join(s[d.at]) {
				d.at++
			}
			continue
		}
		from := d.at
		for d.at < len(s) && !stops[s[d.at]] {
			d.at++
		}
		if d.at < len(s) && s[d.at] >= utf8.RuneSelf {
			d.at += validPrefix(s[d.at:])
		}
		run := s[from:d.at]
		if d.at < len(s) && s[d.at] == '"' {
			d.at++
			return d.endText(run)
		}
		t.add(run)
		if d.at == len(s) {
			break
		}
		switch c := s[d.at]; {
		case c == '\\':
			t.begun = true
			t.escape = 1
			d.at++
		case c < ' ':
			return syntaxError{"no JSON: a control character in a string", nil}
		case c >= utf8.RuneSelf:
			if run != "" {
				continue // there may be more of it
			}
			if utf8.FullRuneInString(s[d.at:]) {
				t.addRune(utf8.RuneError)
				d.at++
				continue
			}
			t.cuts = copy(t.cut[:], s[d.at:])
			d.at = len(s)
		}
	}
	return nil
}

// textStops and rawStops are the bytes that end a run of plain text. In a text that
// is thrown away or kept as it came, characters need not be whole.
var textStops, rawStops = stopTable(true), stopTable(false)

func stopTable(beyondASCII bool) (table [256]bool) {
	for c := range table {
		table[c] = c < ' ' || c == '"' || c == '\\' || beyondASCII && c >= utf8.RuneSelf
	}
	return table
}

// validPrefix is the length of the whole characters beyond ASCII that s begins with.
func validPrefix(s string) int {
	n := 0
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		n += size
	}
	return n
}

// join adds a byte to a character that was cut; false if it belongs to none: then
// each of the bytes that came is a bad one.
func (t *text) join(c byte) bool {
	t.cut[t.cuts] = c
	r, size := utf8.DecodeRune(t.cut[:t.cuts+1])
	switch {
	case !utf8.FullRune(t.cut[:t.cuts+1]):
		t.cuts++
		return true
	case r == utf8.RuneError && size == 1:
		for range t.cuts {
			t.addRune(utf8.RuneError)
		}
		t.cuts = 0
		return false
	}
	t.cuts = 0
	t.addRune(r)
	return true
}

// readEscape reads one byte behind a backslash.
func (d *Decoder) readEscape(c byte) error {
	t := &d.text
	if t.escape >= 2 {
		digit := strings.IndexByte("0123456789abcdef0123456789ABCDEF", c)
		if digit < 0 {
			return expected(`four hexadecimal digits behind \u`)
		}
		t.code = t.code<<4 | rune(digit&15)
		if t.escape++; t.escape == 6 {
			t.escape = 0
			t.addUnit(t.code)
		}
		return nil
	}
	if c == 'u' {
		t.escape, t.code = 2, 0
		return nil
	}
	at := strings.IndexByte(`"\/bfnrt`, c)
	if at < 0 {
		return syntaxError{`no JSON: an escape that does not exist`, nil}
	}
	t.escape = 0
	t.addRune(rune("\"\\/\b\f\n\r\t"[at]))
	return nil
}

// addUnit adds what \u names, which may be half of a character.
func (t *text) addUnit(unit rune) {
	if t.high != 0 {
		if r := utf16.DecodeRune(t.high, unit); r != utf8.RuneError {
			t.high = 0
			t.addRune(r)
			return
		}
	}
	switch {
	case !utf16.IsSurrogate(unit):
		t.addRune(unit)
	case utf16.DecodeRune(unit, 0xDC00) == utf8.RuneError: // a second half on its own
		t.addRune(utf8.RuneError)
	default:
		t.lone()
		t.high = unit
	}
}

// lone adds the mark for a first half that has no second.
func (t *text) lone() {
	if t.high != 0 {
		t.high = 0
		t.addRune(utf8.RuneError)
	}
}

func (t *text) addRune(r rune) {
	t.lone()
	t.begun = true
	switch t.use {
	case useNone, useNoneName:
	case useGrown:
		t.grown.WriteRune(r)
	default:
		t.kept = utf8.AppendRune(t.kept, r)
	}
}

func (t *text) add(run string) {
	if run == "" {
		return
	}
	t.lone()
	t.begun = true
	switch t.use {
	case useNone, useNoneName:
	case useGrown:
		t.grown.WriteString(run)
	default:
		t.kept = append(t.kept, run...)
	}
}

// endText gives a string to where it goes; run is its last part.
func (d *Decoder) endText(run string) error {
	t := &d.text
	// The usual string is one run: it needs no buffer. It may lie in the piece, and is
	// cloned where it is kept.
	if t.begun {
		t.lone()
		t.add(run)
	}
	switch t.use {
	case useNone:
		return d.ended()
	case useNoneName:
		return d.namedRaw()
	case useGrown:
		if t.begun {
			run = t.grown.String()
			t.grown.Reset()
		} else {
			run = strings.Clone(run)
		}
		d.showText(run, true)
		return d.ended()
	}
	if t.begun {
		run = string(t.kept)
	}
	switch t.use {
	case useName:
		d.state = atColon
		return d.named(run)
	case useChoice:
		return d.storeChoice(run)
	default:
		return d.storeBase64(run)
	}
}
