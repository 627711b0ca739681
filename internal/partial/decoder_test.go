package partial

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// expectedView is what the target must show after the beginning of a text.
func expectedView(t *testing.T, doc document, beginning string) any {
	view := reflect.New(doc.target)
	if text := closed(beginning, doc.whole...); text != "" {
		require.NoError(t, json.Unmarshal([]byte(text), view.Interface()), text)
	}
	return view.Interface()
}

// TestEveryCut cuts each document at every byte: in two pieces, and byte by byte.
func TestEveryCut(t *testing.T) {
	require.GreaterOrEqual(t, len(documents), 30)
	for _, doc := range documents {
		t.Run(doc.name, func(t *testing.T) {
			final := reflect.New(doc.target).Interface()
			require.NoError(t, json.Unmarshal([]byte(doc.text), final))
			slow := reflect.New(doc.target).Interface()
			byByte := New(slow)
			before := reflect.New(doc.target).Interface()
			for cut := range len(doc.text) + 1 {
				want := expectedView(t, doc, doc.text[:cut])

				quick := reflect.New(doc.target).Interface()
				d := New(quick)
				require.NoError(t, d.Write(doc.text[:cut]))
				require.Equal(t, want, quick, "%q", doc.text[:cut])
				require.NoError(t, d.Write(doc.text[cut:]))
				require.NoError(t, d.Close())
				require.True(t, d.Done())
				require.Equal(t, final, quick, "cut at %d", cut)

				if cut > 0 {
					require.NoError(t, byByte.Write(doc.text[cut-1:cut]))
				}
				require.Equal(t, want, slow, "byte by byte: %q", doc.text[:cut])
				require.Equal(t, !reflect.DeepEqual(before, want), byByte.Changed(), "%q", doc.text[:cut])
				if !doc.twice {
					requireGrown(t, reflect.ValueOf(before), reflect.ValueOf(want))
				}
				before = want
			}
			require.NoError(t, byByte.Close())
			require.Equal(t, final, slow)
			require.Equal(t, !reflect.DeepEqual(before, final), byByte.Changed())
			if !doc.twice {
				requireGrown(t, reflect.ValueOf(before), reflect.ValueOf(final))
			}
		})
	}
}

// TestPieces reads each document in pieces of some bytes, in which much may open and
// close.
func TestPieces(t *testing.T) {
	for _, doc := range documents {
		for size := 2; size < 40; size += 3 {
			got := reflect.New(doc.target).Interface()
			d := New(got)
			for at := 0; at < len(doc.text); at += size {
				end := min(at+size, len(doc.text))
				require.NoError(t, d.Write(doc.text[at:end]))
				require.Equal(t, expectedView(t, doc, doc.text[:end]), got, "%s: %q", doc.name, doc.text[:end])
			}
		}
	}
}

// requireGrown requires that nothing that was known has changed: strings and lists
// go on, members stay, and only zero values get another.
func requireGrown(t *testing.T, before, now reflect.Value) {
	if before.IsZero() {
		return
	}
	require.Equal(t, before.Type(), now.Type())
	switch kind := before.Kind(); {
	case kind == reflect.Pointer, kind == reflect.Interface:
		requireGrown(t, before.Elem(), now.Elem())
	case reflect.PointerTo(before.Type()).Implements(unmarshalerType), reflect.PointerTo(before.Type()).Implements(textUnmarshalerType):
		require.Equal(t, before.Interface(), now.Interface())
	case kind == reflect.String:
		require.True(t, strings.HasPrefix(now.String(), before.String()), "%q became %q", before, now)
	case kind == reflect.Slice, kind == reflect.Array:
		require.GreaterOrEqual(t, now.Len(), before.Len())
		for i := range before.Len() {
			requireGrown(t, before.Index(i), now.Index(i))
		}
	case kind == reflect.Map:
		for _, key := range before.MapKeys() {
			require.True(t, now.MapIndex(key).IsValid())
			requireGrown(t, before.MapIndex(key), now.MapIndex(key))
		}
	case kind == reflect.Struct:
		for i := range before.NumField() {
			requireGrown(t, before.Field(i), now.Field(i))
		}
	default:
		require.True(t, before.Equal(now), "%v became %v", before, now)
	}
}
