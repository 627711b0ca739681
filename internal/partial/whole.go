package partial

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// whole is a value, or a map's key, that is kept as it came for json.Unmarshal.
type whole struct {
	open    bool // more of it comes
	depth   int  // frames around it
	from    int  // where it goes on in the piece
	kept    []byte
	plan    *plan
	place   place // where it goes, if reached
	reached bool
}

// keep begins to keep the value at the place in the piece.
func (d *Decoder) keep(p *plan, to place, reached bool) {
	d.whole = whole{open: true, depth: len(d.frames), from: d.at, kept: d.whole.kept[:0], plan: p, place: to, reached: reached}
}

// taken ends the keeping, and gives all of the value.
func (w *whole) taken(piece string, to int) []byte {
	w.open = false
	w.kept = append(w.kept, piece[w.from:to]...)
	return w.kept
}

func (d *Decoder) endWhole() error {
	return d.unmarshal(d.whole.taken(d.piece, d.at))
}

// unmarshal gives the value to encoding/json.
func (d *Decoder) unmarshal(data []byte) error {
	w := &d.whole
	to := w.place
	if !w.reached {
		var err error
		if to, err = d.room(); err != nil {
			return err
		}
	}
	zero := to.v.IsZero()
	var err error
	if w.plan.kind == quotedPlan {
		err = unmarshalQuoted(data, to.v, w.plan)
	} else {
		err = json.Unmarshal(data, to.v.Addr().Interface())
	}
	if !zero || !to.v.IsZero() {
		d.touch(to.keeper)
	}
	return err
}

// unmarshalQuoted gives the value of a field with the tag option "string" to
// encoding/json, in a struct that leads to the field.
func unmarshalQuoted(data []byte, v reflect.Value, p *plan) error {
	around := reflect.New(p.quoted)
	inside := around.Elem().Field(0)
	if v.Kind() == reflect.Pointer {
		inside.Set(v)
	} else {
		inside.Set(v.Addr())
	}
	text := make([]byte, 0, len(data)+len(`{"V":}`))
	text = append(append(append(text, `{"V":`...), data...), '}')
	if err := json.Unmarshal(text, around.Interface()); err != nil {
		return fmt.Errorf("a `,string` field of %v: %w", p.t, err)
	}
	if v.Kind() == reflect.Pointer {
		v.Set(inside)
	}
	return nil
}
