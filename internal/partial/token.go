package partial

// token is a number, true, false or null that is being read.
type token struct {
	word string // what it must be: true, false or null
	seen int    // bytes of word that came
	part part   // of a number
	from int    // where it goes on in the piece
	kept []byte // what former pieces had of it
}

// part is the place in a number's grammar.
type part uint8

const (
	afterMinus part = iota
	afterZero
	inInteger
	afterPoint
	inFraction
	afterE
	afterSign
	inExponent
)

// beginToken reads the first byte of a number or a word.
func (d *Decoder) beginToken(c byte) error {
	d.token = token{from: d.at, kept: d.token.kept[:0], seen: 1}
	d.at++
	d.state = inWord
	switch c {
	case 't':
		d.token.word = "true"
	case 'f':
		d.token.word = "false"
	case 'n':
		d.token.word = "null"
	default:
		d.state = inNumber
		d.token.part = inInteger
		switch c {
		case '-':
			d.token.part = afterMinus
		case '0':
			d.token.part = afterZero
		}
	}
	return nil
}

func (d *Decoder) readWord() error {
	t := &d.token
	for ; d.at < len(d.piece); d.at++ {
		if d.piece[d.at] != t.word[t.seen] {
			return expected(t.word)
		}
		if t.seen++; t.seen == len(t.word) {
			d.at++
			return d.store(t.word)
		}
	}
	return nil
}

func (d *Decoder) readNumber() error {
	t := &d.token
	for ; d.at < len(d.piece); d.at++ {
		next, ok := t.part.next(d.piece[d.at])
		if !ok {
			return d.endNumber()
		}
		t.part = next
	}
	return nil
}

// endNumber stores a number whose last byte was read.
func (d *Decoder) endNumber() error {
	t := &d.token
	switch t.part {
	case afterMinus, afterPoint, afterE, afterSign:
		return expected("a digit")
	}
	if len(t.kept) == 0 {
		return d.store(d.piece[t.from:d.at])
	}
	t.kept = append(t.kept, d.piece[t.from:d.at]...)
	return d.store(string(t.kept))
}

// next is the place behind c, if c goes on with the number.
func (p part) next(c byte) (part, bool) {
	digit := '0' <= c && c <= '9'
	switch p {
	case afterMinus:
		if c == '0' {
			return afterZero, true
		}
		return inInteger, digit
	case afterZero, inInteger, inFraction:
		switch {
		case digit:
			return p, p != afterZero
		case c == '.':
			return afterPoint, p != inFraction
		}
		return afterE, c == 'e' || c == 'E'
	case afterPoint:
		return inFraction, digit
	case afterE:
		if c == '+' || c == '-' {
			return afterSign, true
		}
	}
	return inExponent, digit
}
