package partial

import "reflect"

// maxDepth is how many objects and arrays may be open at once, as in encoding/json.
const maxDepth = 10_000

// maxShownKey is the length in bytes up to which a map's key is stored while its
// value grows. Each store hashes the key.
const maxShownKey = 4 << 10

// frame is an object or array that is open.
type frame struct {
	kind  frameKind
	plan  *plan // of struct, map, slice and array
	place place // the struct, map, slice or array; for objectFrame and listFrame, the interface that holds it
	n     int   // index of the element in hand

	field *field // of a struct: the member in hand, nil if the struct has none for it

	named bool          // of a map or object: a name came
	name  string        // the name in hand
	late  bool          // the name is stored only with its complete value
	stale bool          // holds what is not stored yet: a map its element, object and list themselves in their place
	key   reflect.Value // of a map: the key in hand
	elem  reflect.Value // of a map: the element in hand, which the map cannot give an address for

	object map[string]any
	list   []any
}

type frameKind uint8

const (
	skippedObject frameKind = iota // has no place, or is kept for json.Unmarshal
	skippedArray
	structFrame
	mapFrame
	sliceFrame
	arrayFrame
	objectFrame // map[string]any in an interface
	listFrame   // []any in an interface
)

func (k frameKind) isObject() bool {
	return k == skippedObject || k == structFrame || k == mapFrame || k == objectFrame
}

// place is where a value goes.
type place struct {
	// v is the variable. Not valid is the element in hand of the objectFrame or
	// listFrame around the value, which is stored without reflection.
	v reflect.Value
	// keeper is the index of the mapFrame whose element v is part of, so that the
	// element must be stored again when v changes; none if v is not, or if a pointer,
	// a slice or another map lies between.
	keeper int
}

const none = -1

// push opens an object or array.
func (d *Decoder) push(f frame) error {
	if len(d.frames) >= maxDepth {
		return errDepth
	}
	d.frames = append(d.frames, f)
	d.state = atElement
	if f.kind.isObject() {
		d.state = atMember
	}
	return nil
}

// child is the plan of the value in hand, nil if the value has no place.
func (d *Decoder) child() *plan {
	if len(d.frames) == 0 {
		return d.plan
	}
	switch f := &d.frames[len(d.frames)-1]; f.kind {
	case structFrame:
		if f.field != nil {
			return f.field.plan
		}
	case mapFrame, sliceFrame:
		return f.plan.elem
	case arrayFrame:
		if f.n < f.place.v.Len() {
			return f.plan.elem
		}
	case objectFrame, listFrame:
		return anything
	}
	return nil
}

// room makes room for the value in hand, which is about to appear.
func (d *Decoder) room() (place, error) {
	if len(d.frames) == 0 {
		return place{d.root, none}, nil
	}
	at := len(d.frames) - 1
	f := &d.frames[at]
	switch f.kind {
	case structFrame:
		return d.roomInStruct(f)
	case mapFrame:
		if f.elem.IsValid() {
			f.elem.SetZero()
		} else {
			f.elem = reflect.New(f.plan.elem.t).Elem()
		}
		d.touch(at)
		return place{f.elem, at}, nil
	case sliceFrame:
		v := f.place.v
		if f.n >= v.Cap() {
			v.Grow(1)
		}
		if f.n >= v.Len() {
			v.SetLen(f.n + 1)
			d.touch(f.place.keeper)
		}
		return place{v.Index(f.n), none}, nil
	case arrayFrame:
		return place{f.place.v.Index(f.n), f.place.keeper}, nil
	case listFrame:
		f.list = append(f.list, nil)
		d.touch(at)
	}
	return place{keeper: none}, nil
}

// roomInStruct finds the field in hand, and makes the embedded structs on the way.
func (d *Decoder) roomInStruct(f *frame) (place, error) {
	p := f.place
	for _, i := range f.field.index {
		if p.v.Kind() == reflect.Pointer {
			var err error
			if p, err = d.behind(p); err != nil {
				return p, err
			}
		}
		p.v = p.v.Field(i)
	}
	return p, nil
}

// behind is what a pointer points to, made if it is nil.
func (d *Decoder) behind(p place) (place, error) {
	if p.v.IsNil() {
		if !p.v.CanSet() {
			return p, unexportedError{p.v.Type().Elem()}
		}
		p.v.Set(reflect.New(p.v.Type().Elem()))
		d.touch(p.keeper)
	}
	return place{p.v.Elem(), none}, nil
}

// touch notes that something changed that the map in the frame keeps.
func (d *Decoder) touch(keeper int) {
	d.changed = true
	if keeper != none {
		d.frames[keeper].stale = true
		d.stale = min(d.stale, keeper)
	}
}

// put stores the value in hand in the interface at p, or where no variable is, in the
// object or list around it, which is the frame at. It gives false if the object waits
// for the complete value.
func (d *Decoder) put(p place, at int, value any, complete bool) bool {
	if p.v.IsValid() {
		p.v.Set(reflect.ValueOf(value))
		d.touch(p.keeper)
		return true
	}
	f := &d.frames[at]
	if f.kind == listFrame {
		f.list[len(f.list)-1] = value
	} else {
		if f.late && !complete {
			return false
		}
		f.object[f.name] = value
		d.work += len(f.name)
	}
	d.changed = true
	return true
}

// storeFrame stores what a frame holds that is not stored yet.
func (d *Decoder) storeFrame(at int, complete bool) {
	f := &d.frames[at]
	if !f.stale {
		return
	}
	switch f.kind {
	case mapFrame:
		if f.late && !complete {
			return
		}
		f.place.v.SetMapIndex(f.key, f.elem)
		d.work += len(f.name)
		f.stale = false
	case objectFrame:
		f.stale = !d.put(f.place, at-1, f.object, complete)
	case listFrame:
		f.stale = !d.put(f.place, at-1, f.list, complete)
	}
}

// show ends a Write: what grew in it is stored up to where others see it.
func (d *Decoder) show() {
	if d.state == inText && d.text.use == useGrown {
		d.showText(d.text.grown.String(), false)
	}
	// From the inside out, for a list may have to be stored in the element of a map.
	// Only frames that were in hand since the last time can be stale, so there are no
	// more of them than bytes came, but for structs within structs.
	for at := len(d.frames) - 1; at >= d.stale; at-- {
		d.storeFrame(at, false)
		d.work++
	}
	d.stale = len(d.frames)
}

// close ends the object or array in hand.
func (d *Decoder) close() error {
	at := len(d.frames) - 1
	f := &d.frames[at]
	switch f.kind {
	case sliceFrame:
		// An empty array makes a new slice, as in encoding/json.
		if v := f.place.v; f.n == 0 && v.Cap() > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
			d.touch(f.place.keeper)
		}
	case arrayFrame:
		for v := f.place.v; f.n < v.Len(); f.n++ {
			if e := v.Index(f.n); !e.IsZero() {
				e.SetZero()
				d.touch(f.place.keeper)
			}
		}
	case objectFrame, listFrame:
		d.storeFrame(at, true)
	}
	*f = frame{}
	d.frames = d.frames[:at]
	return d.ended()
}

// ended ends the value in hand.
func (d *Decoder) ended() error {
	if d.whole.open && len(d.frames) == d.whole.depth {
		if err := d.endWhole(); err != nil {
			return err
		}
	}
	if len(d.frames) == 0 {
		d.state = atEnd
		return nil
	}
	d.state = afterValue
	at := len(d.frames) - 1
	switch f := &d.frames[at]; f.kind {
	case mapFrame:
		d.storeFrame(at, true)
	case sliceFrame, arrayFrame, listFrame:
		f.n++
	}
	return nil
}
