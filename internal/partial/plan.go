package partial

import (
	"encoding"
	"encoding/json"
	"reflect"
	"sync"
)

// plan says how values go into a Go type at a place. Plans are immutable once they
// are made.
type plan struct {
	kind   planKind
	t      reflect.Type
	elem   *plan // what a slice, array or map holds
	base   *plan // what is behind all pointers; the plan itself where there is none
	fields *fields
	key    keyKind
	quoted reflect.Type // of quotedPlan: a struct around a pointer to the value, with the tag
}

type planKind uint8

const (
	noPlan     planKind = iota // takes null only
	wholePlan                  // has a method that reads it: kept, and given to json.Unmarshal
	quotedPlan                 // tag option "string": likewise
	pointerPlan
	anyPlan       // an interface without methods
	interfacePlan // one with methods: takes what goes into the pointer that it holds
	structPlan
	mapPlan
	slicePlan
	arrayPlan
	textPlan   // a string that is shown as it grows
	choicePlan // one that is shown when it is complete
	numberPlan // json.Number
	boolPlan
	intPlan
	uintPlan
	floatPlan
)

type keyKind uint8

const (
	noKey keyKind = iota // encoding/json takes no such map
	textKey
	intKey
	uintKey
	wholeKey // has UnmarshalText
)

// spot is a type at a place, as far as encoding/json treats places differently.
type spot struct {
	t       reflect.Type
	pointee bool // a pointer leads to it: methods of types without a name count
	bare    bool // in an unexported embedded field: methods do not count
	choice  bool // under a tag enum: its strings are choices
}

var (
	plansLock sync.Mutex
	plans     = map[spot]*plan{}
)

// anything is the plan of what an interface holds.
var anything = planOf(reflect.TypeFor[any]())

// planOf gives the plan of the variable that a pointer leads to.
func planOf(t reflect.Type) *plan {
	plansLock.Lock()
	defer plansLock.Unlock()
	b := builder{}
	return b.plan(spot{t: t, pointee: true})
}

// builder makes plans, while it holds the lock.
type builder struct{}

var (
	unmarshalerType     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	numberType          = reflect.TypeFor[json.Number]()
)

// plan gives the plan of a spot, which is made at its first use. A type that holds
// itself finds its own plan, which is not ready yet.
func (b *builder) plan(s spot) *plan {
	if p := plans[s]; p != nil {
		return p
	}
	p := &plan{t: s.t}
	p.base = p
	plans[s] = p
	kind := s.t.Kind()
	if kind != reflect.Pointer && kind != reflect.Interface && !s.bare && (s.pointee || s.t.Name() != "") {
		if to := reflect.PointerTo(s.t); to.Implements(unmarshalerType) || to.Implements(textUnmarshalerType) {
			p.kind = wholePlan
			return p
		}
	}
	inside := spot{choice: s.choice}
	switch kind {
	case reflect.Pointer:
		p.kind = pointerPlan
		p.base = behindPointers(s, b)
	case reflect.Interface:
		p.kind = anyPlan
		if s.t.NumMethod() > 0 {
			p.kind = interfacePlan
		}
	case reflect.Struct:
		p.kind = structPlan
		p.fields = b.fieldsOf(s.t)
	case reflect.Map:
		p.kind, p.key = mapPlan, keyKindOf(s.t.Key())
		inside.t = s.t.Elem()
		p.elem = b.plan(inside)
	case reflect.Slice, reflect.Array:
		p.kind = slicePlan
		if kind == reflect.Array {
			p.kind = arrayPlan
		}
		inside.t = s.t.Elem()
		p.elem = b.plan(inside)
	case reflect.String:
		switch {
		case s.t == numberType:
			p.kind = numberPlan
		case s.choice || hasEnum(s.t):
			p.kind = choicePlan
		default:
			p.kind = textPlan
		}
	case reflect.Bool:
		p.kind = boolPlan
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.kind = intPlan
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		p.kind = uintPlan
	case reflect.Float32, reflect.Float64:
		p.kind = floatPlan
	}
	return p
}

// behindPointers is the plan of what is behind all pointers. A pointer type that
// points to itself has nothing behind it.
func behindPointers(s spot, b *builder) *plan {
	seen := map[reflect.Type]bool{}
	for s.t.Kind() == reflect.Pointer {
		if seen[s.t] {
			p := &plan{t: s.t}
			p.base = p
			return p
		}
		seen[s.t] = true
		s.t, s.pointee = s.t.Elem(), true
	}
	return b.plan(s)
}

// field gives the plan of a struct's field.
func (b *builder) field(f *field) *plan {
	t := f.source.Type
	if f.quoted {
		p := &plan{kind: quotedPlan, t: t}
		p.base = p
		if t.Kind() != reflect.Pointer {
			t = reflect.PointerTo(t)
		}
		p.quoted = reflect.StructOf([]reflect.StructField{{Name: "V", Type: t, Tag: `json:",string"`}})
		return p
	}
	_, choice := f.source.Tag.Lookup("enum")
	return b.plan(spot{t: t, bare: !f.source.IsExported(), choice: choice})
}

func keyKindOf(t reflect.Type) keyKind {
	if reflect.PointerTo(t).Implements(textUnmarshalerType) {
		return wholeKey
	}
	switch t.Kind() {
	case reflect.String:
		return textKey
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intKey
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return uintKey
	}
	return noKey
}

// hasEnum says whether the type lists its values: func (T) Enum() []T.
func hasEnum(t reflect.Type) bool {
	m, ok := reflect.PointerTo(t).MethodByName("Enum")
	return ok && m.Type.NumIn() == 1 && m.Type.NumOut() == 1 && m.Type.Out(0) == reflect.SliceOf(t)
}
