package partial

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

var errDepth = syntaxError{fmt.Sprintf("more than %d objects and arrays are open", maxDepth), nil}

// unexportedError is that a pointer cannot be set, as its field is not exported.
type unexportedError struct{ t reflect.Type }

func (e unexportedError) Error() string {
	return fmt.Sprintf("the embedded pointer to the unexported struct %v cannot be set", e.t)
}

// begin reads the first byte of a value.
func (d *Decoder) begin(c byte) error {
	switch {
	case c == '{':
		return d.open(mapPlan, "an object")
	case c == '[':
		return d.open(slicePlan, "an array")
	case c == '"':
		return d.beginString()
	case c == '-' || '0' <= c && c <= '9':
		if p := d.child(); p != nil && !p.base.takesNumber() {
			return misfit("a number", p.base.t)
		}
		return d.beginToken(c)
	case c == 't' || c == 'f':
		if p := d.child(); p != nil && !p.base.takesBool() {
			return misfit("a bool", p.base.t)
		}
		return d.beginToken(c)
	case c == 'n':
		return d.beginToken(c)
	}
	return expected("a value")
}

// takesNumber says whether numbers may go in; what is kept whole tells at its end.
func (p *plan) takesNumber() bool {
	switch p.kind {
	case intPlan, uintPlan, floatPlan, numberPlan:
		return true
	}
	return p.takesAny()
}

func (p *plan) takesBool() bool { return p.kind == boolPlan || p.takesAny() }

func (p *plan) takesAny() bool {
	switch p.kind {
	case anyPlan, interfacePlan, wholePlan, quotedPlan:
		return true
	}
	return false
}

// open reads the bracket of an object (mapPlan) or array (slicePlan).
func (d *Decoder) open(shape planKind, what string) error {
	skipped := skippedObject
	if shape == slicePlan {
		skipped = skippedArray
	}
	p := d.child()
	if p == nil {
		d.at++
		return d.push(frame{kind: skipped})
	}
	b := p.base
	switch {
	case b.kind == wholePlan || b.kind == quotedPlan:
		d.keep(p, place{}, false)
		d.at++
		return d.push(frame{kind: skipped})
	case b.kind == anyPlan || b.kind == interfacePlan:
	case b.kind == mapPlan && b.key == noKey:
		return misfit(what, b.t)
	case shape == mapPlan && (b.kind == mapPlan || b.kind == structPlan):
	case shape == slicePlan && (b.kind == slicePlan || b.kind == arrayPlan):
	default:
		return misfit(what, b.t)
	}
	to, err := d.reach()
	if err != nil {
		return err
	}
	f := frame{plan: b, place: to}
	switch b.kind {
	case anyPlan, interfacePlan:
		if holdsPointer(to) {
			d.keep(p, to, true)
			d.at++
			return d.push(frame{kind: skipped})
		}
		if b.kind == interfacePlan {
			return misfit(what, b.t)
		}
		// It is stored when more of it came: at the end of the Write, or of itself.
		f.stale = true
		d.stale = min(d.stale, len(d.frames))
		if f.kind = objectFrame; shape == mapPlan {
			f.object = map[string]any{}
		} else {
			f.kind, f.list = listFrame, []any{}
		}
	case structPlan:
		f.kind = structFrame
	case mapPlan:
		f.kind = mapFrame
		if to.v.IsNil() {
			to.v.Set(reflect.MakeMap(b.t))
			d.touch(to.keeper)
		}
	case slicePlan:
		f.kind = sliceFrame
		switch {
		case to.v.IsNil():
			to.v.Set(reflect.MakeSlice(b.t, 0, 0))
			d.touch(to.keeper)
		case to.v.Len() > 0:
			// What a former member of the same name left stays in the memory: as in
			// encoding/json the elements are read into it.
			to.v.SetLen(0)
			d.touch(to.keeper)
		}
	case arrayPlan:
		f.kind = arrayFrame
	}
	d.at++
	return d.push(f)
}

// reach makes room for the value in hand, behind all pointers.
func (d *Decoder) reach() (place, error) {
	to, err := d.room()
	for err == nil && to.v.IsValid() && to.v.Kind() == reflect.Pointer {
		to, err = d.behind(to)
	}
	return to, err
}

// holdsPointer says whether an interface holds a pointer, into which encoding/json
// then reads.
func holdsPointer(p place) bool {
	return p.v.IsValid() && p.v.Kind() == reflect.Interface && !p.v.IsNil() &&
		p.v.Elem().Kind() == reflect.Pointer && !p.v.Elem().IsNil()
}

// beginString reads the quote before a string.
func (d *Decoder) beginString() error {
	p := d.child()
	if p == nil {
		d.beginText(useNone)
		d.at++
		return nil
	}
	b := p.base
	switch b.kind {
	case wholePlan, quotedPlan, numberPlan:
		d.keep(p, place{}, false)
		d.beginText(useNone)
	case choicePlan:
		d.beginText(useChoice)
	case textPlan, anyPlan, interfacePlan:
		to, err := d.reach()
		if err != nil {
			return err
		}
		switch {
		case holdsPointer(to):
			d.keep(p, to, true)
			d.beginText(useNone)
		case b.kind == interfacePlan:
			return misfit("a string", b.t)
		default:
			d.text.place = to
			d.beginText(useGrown)
		}
	case slicePlan:
		if b.t.Elem().Kind() != reflect.Uint8 {
			return misfit("a string", b.t)
		}
		d.beginText(useBase64)
	default:
		return misfit("a string", b.t)
	}
	d.at++
	return nil
}

// showText shows what is known of a string.
func (d *Decoder) showText(s string, complete bool) {
	t := &d.text
	if len(s) == t.shown {
		return
	}
	first := t.shown < 0
	switch v := t.place.v; {
	case v.IsValid() && v.Kind() == reflect.String:
		if len(s) != v.Len() || first && v.String() != s {
			v.SetString(s)
			d.touch(t.place.keeper)
		}
	case !d.put(t.place, len(d.frames)-1, s, complete):
		return
	}
	t.shown = len(s)
}

// storeChoice stores a string that is shown when it is complete.
func (d *Decoder) storeChoice(s string) error {
	to, err := d.reach()
	if err != nil {
		return err
	}
	if to.v.String() != s {
		to.v.SetString(strings.Clone(s))
		d.touch(to.keeper)
	}
	return d.ended()
}

// storeBase64 stores a string as bytes.
func (d *Decoder) storeBase64(s string) error {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return err
	}
	to, err := d.reach()
	if err != nil {
		return err
	}
	to.v.SetBytes(data)
	d.touch(to.keeper)
	return d.ended()
}

// store stores a number or word.
func (d *Decoder) store(s string) error {
	p := d.child()
	if p == nil {
		return d.ended()
	}
	if p.base.kind == wholePlan || p.base.kind == quotedPlan {
		d.whole.plan, d.whole.reached = p, false
		if err := d.unmarshal([]byte(s)); err != nil {
			return err
		}
		return d.ended()
	}
	if s == "null" {
		to, err := d.room()
		if err == nil {
			err = d.storeNull(to)
		}
		if err != nil {
			return err
		}
		return d.ended()
	}
	to, err := d.reach()
	switch {
	case err != nil:
	case holdsPointer(to):
		d.whole.plan, d.whole.place, d.whole.reached = p.base, to, true
		err = d.unmarshal([]byte(s))
	default:
		err = d.storeToken(to, p.base, s)
	}
	if err != nil {
		return err
	}
	return d.ended()
}

// storeNull makes nil what can be nil; other values stay.
func (d *Decoder) storeNull(to place) error {
	if !to.v.IsValid() {
		d.put(to, len(d.frames)-1, nil, true)
		return nil
	}
	switch to.v.Kind() {
	case reflect.Interface:
		if holdsPointer(to) {
			d.whole.plan, d.whole.place, d.whole.reached = anything, to, true
			return d.unmarshal([]byte("null"))
		}
	case reflect.Pointer:
		if !to.v.CanSet() {
			_, err := d.behind(to)
			return err
		}
	case reflect.Map, reflect.Slice:
	default:
		return nil
	}
	if !to.v.IsNil() {
		to.v.SetZero()
		d.touch(to.keeper)
	}
	return nil
}

// storeToken stores a number, true or false in a variable of a fitting kind.
func (d *Decoder) storeToken(to place, p *plan, s string) error {
	v := to.v
	changed := false
	switch p.kind {
	case anyPlan:
		value := any(s == "true")
		if s != "true" && s != "false" {
			n, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return outOfRange(reflect.TypeFor[float64]())
			}
			value = n
		}
		d.put(to, len(d.frames)-1, value, true)
		return nil
	case boolPlan:
		changed = v.Bool() != (s == "true")
		v.SetBool(s == "true")
	case numberPlan:
		changed = v.String() != s
		v.SetString(strings.Clone(s))
	case intPlan:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v.OverflowInt(n) {
			return badNumber(err, p.t)
		}
		changed = v.Int() != n
		v.SetInt(n)
	case uintPlan:
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil || v.OverflowUint(n) {
			return badNumber(err, p.t)
		}
		changed = v.Uint() != n
		v.SetUint(n)
	case floatPlan:
		n, err := strconv.ParseFloat(s, p.t.Bits())
		if err != nil || v.OverflowFloat(n) {
			return badNumber(err, p.t)
		}
		changed = math.Float64bits(v.Float()) != math.Float64bits(n) // -0 is not 0
		v.SetFloat(n)
	default: // an interface with methods
		return misfit("a number or bool", p.t)
	}
	if changed {
		d.touch(to.keeper)
	}
	return nil
}

// badNumber is that a number does not fit: it is too large, or no whole one.
func badNumber(err error, t reflect.Type) error {
	if errors.Is(err, strconv.ErrSyntax) {
		if k := t.Kind(); k >= reflect.Uint && k <= reflect.Uintptr {
			return fmt.Errorf("a number that is negative or not whole does not go into a Go %v", t)
		}
		return fmt.Errorf("a number that is not whole does not go into a Go %v", t)
	}
	return outOfRange(t)
}

func outOfRange(t reflect.Type) error {
	return fmt.Errorf("the number is out of the range of a Go %v", t)
}
