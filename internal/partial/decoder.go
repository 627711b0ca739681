// Package partial reads one JSON value that comes in pieces into a Go value, and
// after each piece the Go value is the best that is known.
//
// The finished value is what [json.Unmarshal] makes of the whole text in a fresh
// variable, by the same rules: names of fields, embedding, null, duplicates,
// methods. What json.Unmarshal refuses is refused, as soon as it is seen. One thing
// differs: where encoding/json panics, at a tagged embedded pointer to an unexported
// struct, there is an error.
//
// Until then a view holds only what is certain:
//   - Objects and arrays appear with their opening bracket, and grow.
//   - A string appears with its opening quote and grows by whole characters. Strings
//     of a type with a method Enum, or under a field tag `enum`, are choices: they
//     appear when they are complete.
//   - Numbers, true, false, base64 and `,string` values, and values with an
//     UnmarshalJSON or UnmarshalText of their own appear when they are complete. The
//     end of a number is known by what follows, or by [Decoder.Close].
//   - Pointers stay nil, slices get no element, and maps no key until something of
//     the value behind them appears.
//   - A member of a map whose key is longer than 4 KiB appears when it is complete,
//     so that no long key is hashed once for each piece.
//
// What was complete does not change any more, unless the text has the same member
// twice: then the later one goes over or into the former, as in encoding/json.
//
// # Keeping a view
//
// A copy of the target that is kept while more is written shares memory with it.
// Strings never change. A kept slice keeps its length, and of its elements only the
// last may still grow. What maps and pointers lead to grows with the target. Who needs
// a view that stands still copies it deeply.
//
// # Cost
//
// Writes cost the length of what is written, whatever was read before. To that comes,
// for each Write inside a map's member, one store into this map, of the whole element
// where elements are structs.
package partial

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// Decoder reads one JSON value into one Go value. It is not safe for concurrent use,
// and while it is in use only it may write to the target.
type Decoder struct {
	root    reflect.Value // what the target points to
	plan    *plan         // of root
	err     error         // the first one; it stays
	changed bool          // the last Write changed the view

	piece string // what is being written; at is the place in it
	at    int
	past  int64 // bytes of former pieces

	state  state
	frames []frame // open objects and arrays, outermost first
	stale  int     // frames below this one have shown all they hold
	work   int     // frames visited and bytes of keys stored between pieces, for the tests

	text  text   // the string or name that is being read
	token token  // the number or word that is being read
	whole whole  // the value that is being kept for json.Unmarshal
	names []byte // room for folding names
}

// state is what the text may go on with.
type state uint8

const (
	atValue    state = iota // a value
	atElement               // the first element of an array, or its end
	atName                  // a member's name
	atMember                // the first member of an object, or its end
	atColon                 // the colon behind a name
	afterValue              // a comma or the end of what is open
	inText                  // more of a string or name
	inNumber                // more of a number, or what follows it
	inWord                  // more of true, false or null
	atEnd                   // nothing but blanks
)

// New gives a decoder into target, a non-nil pointer; with any other target every
// Write gives the error that json.Unmarshal gives. What the target points to should
// be zero: a value that is there is handled like the former one of two members of the
// same name.
func New(target any) *Decoder {
	d := &Decoder{}
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		d.err = &json.InvalidUnmarshalError{Type: reflect.TypeOf(target)}
		return d
	}
	d.root, d.plan = v.Elem(), planOf(v.Type().Elem())
	return d
}

// Write reads the next piece of the text, which may be cut anywhere, even inside a
// character. The error is an [*Error]: the text is no JSON, or it does not go into
// its Go type. The target then holds what came before, and every further Write gives
// the same error.
func (d *Decoder) Write(piece string) error {
	d.changed = false
	if d.err != nil {
		return d.err
	}
	d.piece = piece
	for d.at < len(piece) {
		if err := d.step(); err != nil {
			d.fail(err)
			break
		}
	}
	d.rest()
	return d.err
}

// Close says that no more comes: a number without anything behind it is complete by
// that. The error is that of the Writes, or an [*Error] around io.ErrUnexpectedEOF if
// the value is not complete; later Writes give it too.
func (d *Decoder) Close() error {
	d.changed = false
	if d.err == nil && d.state == inNumber && len(d.frames) == 0 {
		if err := d.endNumber(); err != nil {
			d.fail(err)
		}
		d.rest()
	}
	if d.err == nil && d.state != atEnd {
		d.fail(syntaxError{"the text ends early", io.ErrUnexpectedEOF})
	}
	return d.err
}

// Done says whether the value is complete: only blanks may follow.
func (d *Decoder) Done() bool { return d.err == nil && d.state == atEnd }

// Changed says whether the last Write or Close changed what the target shows. An
// object or array that is closed, a name, a blank, a member that the target has no
// place for, a value that was there already: these change nothing.
func (d *Decoder) Changed() bool { return d.changed }

// rest ends a Write: it keeps what is cut, and shows what is known.
func (d *Decoder) rest() {
	if d.err == nil {
		if d.state == inNumber {
			d.token.kept = append(d.token.kept, d.piece[d.token.from:d.at]...)
		}
		if d.whole.open {
			d.whole.kept = append(d.whole.kept, d.piece[d.whole.from:d.at]...)
		}
	}
	d.show()
	d.past += int64(d.at)
	d.piece, d.at = "", 0
	d.token.from, d.whole.from = 0, 0
}

// step reads on by at least one byte.
func (d *Decoder) step() error {
	switch d.state {
	case inText:
		return d.readText()
	case inNumber:
		return d.readNumber()
	case inWord:
		return d.readWord()
	}
	c := d.piece[d.at]
	switch c {
	case ' ', '\t', '\r', '\n':
		d.at++
		return nil
	}
	switch d.state {
	case atElement:
		if c == ']' {
			d.at++
			return d.close()
		}
		return d.begin(c)
	case atValue:
		return d.begin(c)
	case atMember, atName:
		if c == '"' {
			d.beginName()
			return nil
		}
		if c == '}' && d.state == atMember {
			d.at++
			return d.close()
		}
		return expected("a name in quotes")
	case atColon:
		if c != ':' {
			return expected("a colon behind a name")
		}
		d.at++
		d.state = atValue
		return nil
	case afterValue:
		return d.after(c)
	}
	return expected("nothing behind the value")
}

// after reads what stands between the values of an object or array.
func (d *Decoder) after(c byte) error {
	object := d.frames[len(d.frames)-1].kind.isObject()
	switch {
	case c == ',' && object:
		f := &d.frames[len(d.frames)-1]
		f.field, f.named = nil, false
		d.state = atName
	case c == ',':
		d.state = atValue
	case c == '}' && object, c == ']' && !object:
		d.at++
		return d.close()
	case object:
		return expected("a comma or } behind a member")
	default:
		return expected("a comma or ] behind an element")
	}
	d.at++
	return nil
}

// fail keeps the first error, with its place.
func (d *Decoder) fail(err error) {
	e := &Error{Path: d.path(), Offset: d.past + int64(d.at), Rule: RuleType, Err: err}
	if _, ok := errors.AsType[syntaxError](err); ok {
		e.Rule = RuleSyntax
	}
	d.err = e
}
