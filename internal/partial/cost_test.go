package partial

import (
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// cost counts what reading a text takes besides looking at each byte: bytes
// allocated, and frames visited and bytes of keys stored between pieces.
func cost(t *testing.T, target reflect.Type, text string, size int) (bytes, work int) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d := New(reflect.New(target).Interface())
	writeAll(t, d, text, size)
	runtime.ReadMemStats(&after)
	require.True(t, d.Done())
	return int(after.TotalAlloc - before.TotalAlloc), d.work
}

// TestLinear: four times the text costs at most five times as much, in pieces of any
// size.
func TestLinear(t *testing.T) {
	adverse := []shape{
		{"open arrays", reflect.TypeFor[any](), func(size int) string {
			n := min(size/2, maxDepth-1) // the rest is numbers, inside all of them
			return strings.Repeat("[", n) + "[" + repeat(size-2*n, "%d") + "]" + strings.Repeat("]", n)
		}},
		{"open objects", reflect.TypeFor[any](), func(size int) string {
			n := min(size/12, maxDepth-1)
			return strings.Repeat(`{"key":`, n) + `"` + strings.Repeat("x", size-8*n) + `"` + strings.Repeat("}", n)
		}},
		{"open maps", reflect.TypeFor[tree](), func(size int) string {
			n := min(size/40, maxDepth/2-1)
			return strings.Repeat(`{"Children":{"key":`, n) + `{"Value":"` + strings.Repeat("x", size-21*n) + `"}` + strings.Repeat("}}", n)
		}},
		{"a long key", reflect.TypeFor[any](), func(size int) string {
			return `{"` + strings.Repeat("k", size/2) + `":"` + strings.Repeat("x", size/2) + `"}`
		}},
		{"a long key of a list", reflect.TypeFor[map[string]any](), func(size int) string {
			return `{"` + strings.Repeat("k", size/2) + `":[` + repeat(size/2, "%d") + `]}`
		}},
		{"a long choice", reflect.TypeFor[colour](), func(size int) string { return `"` + strings.Repeat("x", size) + `"` }},
		{"a long number", reflect.TypeFor[json.Number](), func(size int) string { return strings.Repeat("1", size) + " " }},
		{"the same member", reflect.TypeFor[tree](), func(size int) string { return "{" + repeat(size, `"List":[{},{},{"Value":"x%d"}]`) + "}" }},
	}
	const small, large = 25_000, 100_000
	for _, s := range append(adverse, shapes...) {
		for _, size := range []int{1, 10, 1000} {
			short, long := s.text(small), s.text(large)
			bytes1, work1 := cost(t, s.target, short, size)
			bytes4, work4 := cost(t, s.target, long, size)
			times := float64(len(long)) / float64(len(short))
			const slack = 100_000 // steps in which buffers grow, and what else the process allocates
			require.Less(t, float64(bytes4), 1.5*times*float64(bytes1)+slack, "%s in pieces of %d", s.name, size)
			require.Less(t, float64(work4), 1.5*times*float64(work1)+slack, "%s in pieces of %d", s.name, size)
			require.Less(t, float64(work4), 8*float64(len(long)), "%s in pieces of %d", s.name, size)
		}
	}
}

// TestLongKey: what is behind a long key appears when it is complete, as no hash of
// the key is made for each piece.
func TestLongKey(t *testing.T) {
	for _, target := range []any{new(any), &map[string]any{}, &map[string][]string{}, &map[upper][]string{}} {
		for _, length := range []int{maxShownKey - 2, maxShownKey + 1} {
			target := reflect.New(reflect.TypeOf(target).Elem())
			d := New(target.Interface())
			text := `{"` + strings.Repeat("k", length) + `":["a","b"]}`
			size := func() int {
				v := target.Elem()
				if v.Kind() == reflect.Interface {
					v = v.Elem()
				}
				return v.Len()
			}
			require.NoError(t, d.Write(text[:len(text)-4]))
			if length > maxShownKey {
				require.Equal(t, 0, size())
			} else {
				require.Equal(t, 1, size())
			}
			require.NoError(t, d.Write(text[len(text)-4:]))
			require.Equal(t, 1, size())
			want := reflect.New(target.Type().Elem())
			require.NoError(t, json.Unmarshal([]byte(text), want.Interface()))
			require.Equal(t, want.Interface(), target.Interface())
		}
	}
	var target any
	d := New(&target)
	require.NoError(t, d.Write(`{"`+strings.Repeat("k", maxShownKey+1)+`":"te`))
	require.Equal(t, map[string]any{}, target)
	require.NoError(t, d.Write(`xt"`))
	require.Equal(t, map[string]any{strings.Repeat("k", maxShownKey+1): "text"}, target)
}

// TestKeptView: of a view that is kept, strings stay as they are, and slices keep
// their length and their complete elements.
func TestKeptView(t *testing.T) {
	type view struct {
		Text  string
		Words []string
		Items []struct{ Name string }
	}
	text := `{"Text":"` + strings.Repeat("long ", 200) + `","Words":["` + strings.Repeat(`word","`, 50) + `end"],"Items":[{"Name":"` + strings.Repeat(`n"},{"Name":"`, 50) + `"}]}`
	var target view
	d := New(&target)
	var kept, copies []view
	for at := range len(text) {
		require.NoError(t, d.Write(text[at:at+1]))
		kept = append(kept, target)
		data, err := json.Marshal(target)
		require.NoError(t, err)
		var deep view
		require.NoError(t, json.Unmarshal(data, &deep))
		copies = append(copies, deep)
	}
	for i, copied := range copies {
		require.Equal(t, copied.Text, kept[i].Text)
		require.Len(t, kept[i].Words, len(copied.Words))
		require.Len(t, kept[i].Items, len(copied.Items))
		if n := len(copied.Words) - 1; n > 0 {
			require.Equal(t, copied.Words[:n], kept[i].Words[:n])
			require.True(t, strings.HasPrefix(kept[i].Words[n], copied.Words[n]))
		}
		if n := len(copied.Items) - 1; n > 0 {
			require.Equal(t, copied.Items[:n], kept[i].Items[:n])
		}
	}
}

// TestPieceIsNotHeld: nothing of the target lies in the memory of a piece.
func TestPieceIsNotHeld(t *testing.T) {
	type all struct {
		Text   string
		Choice colour
		Number json.Number
		Map    map[string]any
		Any    any
	}
	text := []byte(`{"Text":"text","Choice":"red","Number":12.50,"Map":{"key":"text"},"Any":{"key":"text"}}`)
	var target all
	d := New(&target)
	// The decoder sees memory that changes afterwards: what it holds of it would change.
	require.NoError(t, d.Write(unsafe.String(&text[0], len(text))))
	want := all{"text", "red", "12.50", map[string]any{"key": "text"}, map[string]any{"key": "text"}}
	clear(text)
	require.Equal(t, want, target)
}
