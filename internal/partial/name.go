package partial

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
)

// beginName reads the quote before a member's name.
func (d *Decoder) beginName() {
	use := useName
	switch f := &d.frames[len(d.frames)-1]; f.kind {
	case skippedObject:
		use = useNoneName
	case mapFrame:
		if f.plan.key == wholeKey {
			use = useNoneName
			d.keep(nil, place{}, false)
		}
	}
	d.beginText(use)
	d.at++
}

// named reads the end of a member's name.
func (d *Decoder) named(name string) error {
	f := &d.frames[len(d.frames)-1]
	d.state = atColon
	switch f.kind {
	case structFrame:
		f.field, d.names = f.plan.fields.find(name, d.names)
		return nil
	case objectFrame:
		f.named, f.name = true, strings.Clone(name)
	case mapFrame:
		f.named, f.name = true, strings.Clone(name)
		if err := f.setKey(); err != nil {
			return err
		}
	}
	f.late = len(name) > maxShownKey
	return nil
}

// setKey makes a map's key of the name.
func (f *frame) setKey() error {
	t := f.plan.t.Key()
	if !f.key.IsValid() {
		f.key = reflect.New(t).Elem()
	}
	switch f.plan.key {
	case textKey:
		f.key.SetString(f.name)
	case intKey:
		n, err := strconv.ParseInt(f.name, 10, 64)
		if err != nil || f.key.OverflowInt(n) {
			return misfit("the name of the member", t)
		}
		f.key.SetInt(n)
	case uintKey:
		n, err := strconv.ParseUint(f.name, 10, 64)
		if err != nil || f.key.OverflowUint(n) {
			return misfit("the name of the member", t)
		}
		f.key.SetUint(n)
	}
	return nil
}

// namedRaw reads the end of a name that was not decoded: nobody wants it, or its type
// has UnmarshalText.
func (d *Decoder) namedRaw() error {
	d.state = atColon
	f := &d.frames[len(d.frames)-1]
	if f.kind != mapFrame {
		return nil
	}
	data := d.whole.taken(d.piece, d.at)
	f.named, f.name = true, string(data[1:len(data)-1])
	key := reflect.New(f.plan.t.Key())
	if err := json.Unmarshal(data, key.Interface()); err != nil {
		return err
	}
	f.key = key.Elem()
	if !f.key.Comparable() {
		return errors.New("the key of a map holds what cannot be compared")
	}
	// A key that is not equal to itself would be stored anew each time.
	f.late = len(data) > maxShownKey || !f.key.Equal(f.key)
	return nil
}
