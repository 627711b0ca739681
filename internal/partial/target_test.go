package partial

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestErrors(t *testing.T) {
	type deep struct {
		Items []struct {
			Price int8
			When  time.Time
		}
		Map    map[string]map[uint8]bool
		Data   []byte
		Quoted int `json:",string"`
		Err    error
		Number json.Number
		Func   func()
		Floats map[float64]int
	}
	for _, test := range []struct {
		text string
		want string // with the path and the offset
		rule string
	}{
		{`{"Items":[{"Price":1},{"Price":"x"}]}`, `Items[1].Price (byte 31): a string does not go into a Go int8`, RuleType},
		{`{"Items":[{"Price":128}]}`, `Items[0].Price (byte 22): the number is out of the range of a Go int8`, RuleType},
		{`{"Items":[{"Price":1.5}]}`, `Items[0].Price (byte 22): a number that is not whole does not go into a Go int8`, RuleType},
		{`{"Items":[{"Price":true`, `Items[0].Price (byte 19): a bool does not go into a Go int8`, RuleType},
		{`{"Items":[{"When":"x"}]}`, `Items[0].When (byte 21): parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"`, RuleType},
		{`{"Items":{`, `Items (byte 9): an object does not go into a Go []struct { Price int8; When time.Time }`, RuleType},
		{`{"Map":{"a b":{"1":0`, `Map["a b"].1 (byte 19): a number does not go into a Go bool`, RuleType},
		{`{"Map":{"":{"256":`, `Map[""].256 (byte 17): the name of the member does not go into a Go uint8`, RuleType},
		{`{"Map":{"a":null,x`, `Map (byte 17): no JSON: expected a name in quotes`, RuleSyntax},
		{`{"Map":["`, `Map (byte 7): an array does not go into a Go map[string]map[uint8]bool`, RuleType},
		{`{"Data":"a"}`, `Data (byte 11): illegal base64 data at input byte 0`, RuleType},
		{`{"Data":[-1]}`, `Data[0] (byte 11): a number that is negative or not whole does not go into a Go uint8`, RuleType},
		{`{"Quoted":1}`, "Quoted (byte 11): a `,string` field of int: json: invalid use of ,string struct tag, trying to unmarshal unquoted value into *int", RuleType},
		{`{"Err":{`, `Err (byte 7): an object does not go into a Go error`, RuleType},
		{`{"Err":"`, `Err (byte 7): a string does not go into a Go error`, RuleType},
		{`{"Err":1}`, `Err (byte 8): a number or bool does not go into a Go error`, RuleType},
		{`{"Number":"x"}`, `Number (byte 13): json: invalid number literal, trying to unmarshal "\"x\"" into Number`, RuleType},
		{`{"Number":{`, `Number (byte 10): an object does not go into a Go json.Number`, RuleType},
		{`{"Func":1`, `Func (byte 8): a number does not go into a Go func()`, RuleType},
		{`{"Floats":{`, `Floats (byte 10): an object does not go into a Go map[float64]int`, RuleType},
		{`["`, `byte 0: an array does not go into a Go partial.deep`, RuleType},
		{`{"Items":[{"Price":1 "`, `Items[0].Price (byte 21): no JSON: expected a comma or } behind a member`, RuleSyntax},
		{`{"Items":[{} {`, `Items[1] (byte 13): no JSON: expected a comma or ] behind an element`, RuleSyntax},
		{`{"Items":[{"Price":-x`, `Items[0].Price (byte 20): no JSON: expected a digit`, RuleSyntax},
		{`{"Items":[{"Price":01`, `Items[0].Price (byte 20): no JSON: expected a comma or } behind a member`, RuleSyntax},
		{`{"x":1.5.2`, `byte 8: no JSON: expected a comma or } behind a member`, RuleSyntax},
		{`{"x":1e5.2`, `byte 8: no JSON: expected a comma or } behind a member`, RuleSyntax},
		{`{"x":1e5e1`, `byte 8: no JSON: expected a comma or } behind a member`, RuleSyntax},
		{`{"x":1e+-1`, `byte 8: no JSON: expected a digit`, RuleSyntax},
		{`{"x":--1`, `byte 6: no JSON: expected a digit`, RuleSyntax},
		{`{"x":+1`, `byte 5: no JSON: expected a value`, RuleSyntax},
		{`{"Items":[],}`, `byte 12: no JSON: expected a name in quotes`, RuleSyntax},
		{`{"Items"}`, `Items (byte 8): no JSON: expected a colon behind a name`, RuleSyntax},
		{`{"Items":[,`, `Items[0] (byte 10): no JSON: expected a value`, RuleSyntax},
		{`{"Items":nil`, `Items (byte 10): no JSON: expected null`, RuleSyntax},
		{`{"x":"\x`, `byte 7: no JSON: an escape that does not exist`, RuleSyntax},
		{`{"x":"\u12g`, `byte 10: no JSON: expected four hexadecimal digits behind \u`, RuleSyntax},
		{"{\"x\":\"a\n", `byte 7: no JSON: a control character in a string`, RuleSyntax},
		{`{"x":[1,{"y":tru}`, `byte 16: no JSON: expected true`, RuleSyntax},
		{`{}x`, `byte 2: no JSON: expected nothing behind the value`, RuleSyntax},
		{`{"Map":{"` + strings.Repeat("k", 70) + `":1`, `Map.` + strings.Repeat("k", 64) + `… (byte 81): a number does not go into a Go map[uint8]bool`, RuleType},
	} {
		for size := range 3 {
			var target deep
			d := New(&target)
			var err error
			for at := 0; at < len(test.text) && err == nil; at += 1 + size*7 {
				err = d.Write(test.text[at:min(at+1+size*7, len(test.text))])
			}
			require.EqualError(t, err, test.want, "%s", test.text)
			e, ok := errors.AsType[*Error](err)
			require.True(t, ok)
			require.Equal(t, test.rule, e.Rule)
			require.False(t, d.Done())
			require.Same(t, err, d.Write(" "))
			require.Same(t, err, d.Close())
			require.False(t, d.Changed())
			require.Error(t, json.Unmarshal([]byte(test.text), new(deep)))
		}
	}
}

// TestAfterError: the target keeps what came before the error, also in its piece.
func TestAfterError(t *testing.T) {
	var target map[string]struct{ Text string }
	d := New(&target)
	require.EqualError(t, d.Write(`{"a":{"Text":"one"},"b":{"Text":"two\x`), `b.Text (byte 37): no JSON: an escape that does not exist`)
	require.True(t, d.Changed())
	require.Equal(t, map[string]struct{ Text string }{"a": {"one"}, "b": {"two"}}, target)
}

func TestClose(t *testing.T) {
	for _, text := range []string{``, ` `, `{`, `[1`, `"a`, `tru`, `[1,`, `{"a"`} {
		var target any
		d := New(&target)
		require.NoError(t, d.Write(text))
		require.False(t, d.Done())
		err := d.Close()
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, text)
		if text == `[1` {
			require.Equal(t, []any{}, target)
		}
		require.Same(t, err, d.Write("x"))
		require.Same(t, err, d.Close())
	}
	for _, text := range []string{`-`, `1.`, `1e`, `1e+`} {
		var target any
		d := New(&target)
		require.NoError(t, d.Write(text))
		require.ErrorContains(t, d.Close(), "expected a digit")
		require.Nil(t, target)
	}
	for _, size := range []int{1, 2, 9} {
		var target float64
		d := New(&target)
		writeAll(t, d, "-12.5e1", size)
		require.Zero(t, target)
		require.False(t, d.Done())
		require.NoError(t, d.Close())
		require.True(t, d.Changed())
		require.True(t, d.Done())
		require.Equal(t, -125.0, target)
		require.NoError(t, d.Close())
		require.False(t, d.Changed())
		require.NoError(t, d.Write("\n"))
		require.EqualError(t, d.Write("1"), "byte 8: no JSON: expected nothing behind the value")
	}
	var small int8
	d := New(&small)
	require.NoError(t, d.Write("128"))
	require.ErrorContains(t, d.Close(), "out of the range")
	require.False(t, d.Done())
}

// TestSameNumber: a number that was there already is no change; -0 is another than 0,
// and reaches a map, too.
func TestSameNumber(t *testing.T) {
	target := map[string]struct{ X float64 }{}
	d := New(&target)
	for _, piece := range []struct {
		text    string
		changed bool
		want    float64
	}{
		{`{"a":{"X":-0,`, true, math.Copysign(0, -1)}, {`"X":0,`, true, 0}, {`"X":0,`, false, 0}, {`"X":1.5,`, true, 1.5}, {`"X":15e-1,`, false, 1.5},
	} {
		require.NoError(t, d.Write(piece.text))
		require.Equal(t, piece.changed, d.Changed(), piece.text)
		require.Equal(t, math.Float64bits(piece.want), math.Float64bits(target["a"].X), piece.text)
	}
}

// TestBackToZero: a value that becomes zero again is a change, and reaches a map.
func TestBackToZero(t *testing.T) {
	target := map[string]struct {
		N int `json:",string"`
	}{}
	d := New(&target)
	require.NoError(t, d.Write(`{"a":{"N":"1",`))
	require.Equal(t, 1, target["a"].N)
	require.NoError(t, d.Write(`"N":"0"`))
	require.True(t, d.Changed())
	require.Equal(t, 0, target["a"].N)
}

func TestNoTarget(t *testing.T) {
	for _, target := range []any{nil, 1, (*int)(nil), map[string]any{}} {
		want := json.Unmarshal([]byte("1"), target)
		require.Error(t, want)
		d := New(target)
		require.Equal(t, want, d.Write("1"))
		require.Equal(t, want, d.Close())
		require.False(t, d.Done())
	}
}

// TestDepth: as many objects and arrays may be open as in encoding/json, whatever
// they are read into.
func TestDepth(t *testing.T) {
	type list []list
	for _, target := range []any{new(any), new(list), new(json.RawMessage), &struct{ X struct{} }{}} {
		for _, depth := range []int{maxDepth, maxDepth + 1} {
			text := strings.Repeat("[", depth) + strings.Repeat("]", depth)
			if _, ok := target.(*struct{ X struct{} }); ok {
				text = `{"Y":` + text[1:len(text)-1] + `}`
			}
			target := reflect.New(reflect.TypeOf(target).Elem()).Interface()
			want := json.Unmarshal([]byte(text), reflect.New(reflect.TypeOf(target).Elem()).Interface())
			d := New(target)
			err := errors.Join(d.Write(text[:depth]), d.Write(text[depth:]))
			require.Equal(t, want == nil, err == nil, "%T %d", target, depth)
			require.Equal(t, err == nil, d.Done())
			if err != nil {
				require.ErrorContains(t, err, "more than 10000 objects and arrays are open")
			}
		}
	}
}

// Types that encoding/json handles in a way of its own, or that nothing goes into.
type (
	loop     *loop
	bothKeys struct{ Text, JSON string }
	tagged   struct {
		*hidden `json:"hidden"`
	}
	embedsPointer struct{ *hidden }
	secret        struct{ Word string }
	otherSecret   struct{ Word string }
	taggedSecrets struct { // two of them, so that none of the methods is that of the struct
		*secret      `json:"secret"`
		*otherSecret `json:"other"`
	}
	unnamed struct {
		Unnamed  struct{ time.Time }
		UnnamedP *struct{ time.Time }
	}
	twins struct {
		Left
		Right
		Twin string `json:"twin"`
	}
	Left struct {
		Both, Twin string
		One        string `json:"Pick"`
		Shared
	}
	Right struct {
		Both, Twin, Pick string
		Shared
	}
	Shared struct{ Deep string }
	order  struct {
		First
		AB string
	}
	First struct{ Ab string }
	Self  struct {
		*Self
		A string
	}
	many struct {
		Level colour
		Data  []byte
		When  time.Time
		Int   int
		List  []int
	}
	embedsMany struct{ *many }
	lower      string
	embedsText struct {
		lower
		*embedsOften
	}
	embedsOften []string
	nan         float64
	free        struct{ Any any }
)

func (s *secret) UnmarshalText([]byte) error      { return nil }
func (s *otherSecret) UnmarshalText([]byte) error { return nil }

func (k *bothKeys) UnmarshalText(text []byte) error { k.Text = string(text); return nil }
func (k *bothKeys) UnmarshalJSON(data []byte) error { k.JSON = string(data); return nil }
func (n *nan) UnmarshalText([]byte) error           { *n = nan(math.NaN()); return nil }
func (f *free) UnmarshalText([]byte) error          { f.Any = []int{1}; return nil }

// oddTags has tags that no one should write, and a field that is not exported.
var oddTags = reflect.StructOf([]reflect.StructField{
	{Name: "One", Type: reflect.TypeFor[string](), Tag: `json:"name"`},
	{Name: "Two", Type: reflect.TypeFor[string](), Tag: `json:"bad\"name"`},
	{Name: "Dash", Type: reflect.TypeFor[string](), Tag: `json:"-,"`},
	{Name: "Name", Type: reflect.TypeFor[string]()},
	{Name: "private", PkgPath: "partial", Type: reflect.TypeFor[string]()},
	{Name: "Same1", Type: reflect.TypeFor[string](), Tag: `json:"same"`},
	{Name: "Same2", Type: reflect.TypeFor[string](), Tag: `json:"same"`},
	{Name: "Slice", Type: reflect.TypeFor[[]int](), Tag: `json:"slice,string"`},
})

// TestLikeEncodingJSON compares what comes out in the end for types and texts that
// are seldom: also the errors.
func TestLikeEncodingJSON(t *testing.T) {
	types := []reflect.Type{
		reflect.TypeFor[bothKeys](), reflect.TypeFor[map[bothKeys]int](), reflect.TypeFor[embedsPointer](), reflect.TypeFor[unnamed](),
		reflect.TypeFor[struct{ time.Time }](), reflect.TypeFor[twins](), oddTags, reflect.TypeOf(embedsText{"", &embedsOften{}}), reflect.TypeFor[order](), reflect.TypeFor[Self](), reflect.TypeFor[embedsMany](), reflect.TypeFor[chan int](),
		reflect.TypeFor[func()](), reflect.TypeFor[complex128](), reflect.TypeFor[map[float64]int](), reflect.TypeFor[map[[1]string]int](),
		reflect.TypeFor[io.Reader](), reflect.TypeFor[[0]int](), reflect.TypeFor[*[]*map[string]*[2]*string](), reflect.TypeFor[[]byte](),
		reflect.TypeFor[map[string]*colour](), reflect.TypeFor[[]time.Time](), reflect.TypeFor[json.Number](), reflect.TypeFor[float32](),
		reflect.TypeFor[quotedFields](), reflect.TypeFor[rich](), reflect.TypeFor[[]json.RawMessage](),
	}
	texts := []string{
		`null`, `1`, `-0`, `1.5`, `1e39`, `300`, `"x"`, `"12"`, `""`, `true`, `[]`, `{}`, `[1]`, `["a","b","c"]`, `[null]`, `{"a":null}`, `{"a":["x",null]}`,
		`[{"a":["x",null,"y"]}]`, `"2026-01-02T03:04:05Z"`, `["2026-01-02T03:04:05Z"]`, `{"H":"h"}`, `{"h":null}`, `{"a\u0062":1}`, `{"Time":"2026-01-02T03:04:05Z"}`,
		`{"Unnamed":{"Time":"2026-01-02T03:04:05Z"},"UnnamedP":"2026-01-02T03:04:05Z"}`, `{"Unnamed":"2026-01-02T03:04:05Z"}`,
		`{"Both":"b","Twin":"t","twin":"u","Deep":"d","Pick":"p"}`, `{"name":"n","Name":"N","NAME":"M","Two":"2","bad\"name":"3","-":"d","private":"p","same":"s","Same1":"s","slice":[1]}`,
		`{"red":"red","b":"none"}`, `{"int":""}`, `{"int":"1x"}`, `{"int":"01"}`, `{"int":" 1"}`, `{"float":"-Inf"}`, `{"float":"0x1p4"}`, `{"bool":"tru"}`, `{"text":"x"}`, `{"text":"\"\\'\""}`,
		`{"pointy":"null"}`, `{"slice":"1"}`, `{"pointy":[]}`, `{"raw":null}`, `{"due":null,"level":null,"tag":null}`, `{"data":"YQ=\n="}`, `{"data":"Y\nQ=="}`, `{"pair":[null,{"x":1},{}],"pair":[{"y":2}]}`,
		`{"list":[{"name":"a"}],"list":[],"list":[{"age":1}]}`, `{"Level":"red"}`, `{"Data":"YQ=="}`, `{"When":"2026-01-02T03:04:05Z"}`, `{"Int":1}`, `{"Int":null}`, `{"List":[]}`, `{"Deep":{"x":null}}`, `{"bytime":{"x":1}}`,
		`{"ab":"x"}`, `{"lower":"x"}`, `{"embedsOften":["x"]}`,
	}
	for _, target := range types {
		for _, text := range texts {
			want, got := reflect.New(target), reflect.New(target)
			wantErr := json.Unmarshal([]byte(text), want.Interface())
			d := New(got.Interface())
			err := d.Write(text[:len(text)/2])
			if err == nil {
				err = errors.Join(d.Write(text[len(text)/2:]), d.Close())
			}
			require.Equal(t, wantErr == nil, err == nil, "%v %s: %v, encoding/json: %v", target, text, err, wantErr)
			if err == nil {
				require.Equal(t, want.Interface(), got.Interface(), "%v %s", target, text)
			}
		}
	}
}

// TestNeverPanics holds what encoding/json panics at or does not come back from.
func TestNeverPanics(t *testing.T) {
	for _, test := range []struct {
		target any
		text   string
		want   string
	}{
		{new(loop), `null`, ""},
		{new(loop), `1`, "does not go into"},
		{new(loop), `{}`, "does not go into"},
		{new(tagged), `{"hidden":{"H":"x"}}`, "the embedded pointer to the unexported struct partial.hidden cannot be set"},
		{new(tagged), `{"hidden":null}`, "cannot be set"},
		{new(tagged), `{"hidden":1}`, "does not go into"},
		{new(map[free]int), `{"a":1}`, "cannot be compared"},
	} {
		d := New(test.target)
		err := errors.Join(d.Write(test.text), d.Close())
		if test.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, test.want)
		}
	}
	// It is set where there is something already.
	target := tagged{&hidden{"a"}}
	d := New(&target)
	require.NoError(t, d.Write(`{"hidden":{"H":"b"},"hidden":null}`))
	require.Equal(t, tagged{&hidden{"b"}}, target)
	// Methods do not count there, as they cannot be called.
	secrets := taggedSecrets{&secret{}, &otherSecret{}}
	d = New(&secrets)
	require.NoError(t, d.Write(`{"secret":{"Word":"a"},"other":{"Word":"b"}}`))
	require.Equal(t, taggedSecrets{&secret{"a"}, &otherSecret{"b"}}, secrets)
}

// TestNotANumberKey: a key that is not equal to itself is stored once.
func TestNotANumberKey(t *testing.T) {
	var target map[nan]string
	writeAll(t, New(&target), `{"a":"text","b":"more"}`, 1)
	require.Len(t, target, 2)
}

// TestPointerInInterface: a pointer in an interface is read into, as in
// encoding/json, when the value is complete.
func TestPointerInInterface(t *testing.T) {
	type box struct {
		Any    any
		Reader io.Reader
		List   []any
	}
	fill := func() *box {
		return &box{Any: &person{Name: "a"}, Reader: strings.NewReader(""), List: []any{new(int), new(*int)}}
	}
	for _, text := range []string{
		`{"Any":{"name":"b"},"Reader":{},"List":[1,2]}`, `{"Any":null,"Reader":null,"List":[null,null]}`, `{"Any":1}`, `{"Reader":"x"}`, `{"Any":[1]}`,
		`{"Any":{"email":"x"},"Any":{"age":3}}`, `{"List":["x"]}`, `{"List":[1,true]}`,
	} {
		want, got := fill(), fill()
		wantErr := json.Unmarshal([]byte(text), want)
		d := New(got)
		err := d.Write(text[:7])
		require.NoError(t, err)
		err = d.Write(text[7:])
		require.Equal(t, wantErr == nil, err == nil, "%s: %v, %v", text, wantErr, err)
		if err == nil {
			require.Equal(t, want, got, text)
		}
	}
	var itself any
	itself = &itself
	require.NoError(t, New(&itself).Write(`[1]`))
	require.Equal(t, []any{1.0}, itself)
}

// TestTogether makes the plans of types that hold each other from many goroutines.
func TestTogether(t *testing.T) {
	type leaf struct{ A, B string }
	type node struct {
		Leaves []leaf
		Nodes  map[string]*node
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			var target node
			if err := New(&target).Write(`{"Nodes":{"a":{"Leaves":[{"A":"x"}]}}}`); err != nil || target.Nodes["a"].Leaves[0].A != "x" {
				t.Errorf("%v %v", err, target)
			}
		})
	}
	all.Wait()
}
