//lint:file-ignore SA5008,U1000 odd tags and unused fields are what is tested

package schema

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Embedded structs in all the ways that encoding/json has rules for.
type (
	E1    struct{ A, B, C int }
	E2    struct{ A, D int }
	E3    struct{ E1 }
	E4    struct{ E1 }
	twice struct { // E1 is there twice, one level down
		E3
		E4
	}
	again struct { // E1 at two depths: the upper counts
		E1
		E3
	}
	E5     struct{ *E6 }
	E6     struct{ A int }
	cyclic struct {
		*cyclic2
		X int
	}
	cyclic2 struct{ Y int }
	text    string
	Number  float64
	kinds5  struct {
		text   // unexported, no struct: left out
		Number // exported: a field
		any    // an unexported name
		E2
	}
	named struct {
		E1 `json:"e1,omitempty"`
		E2 `json:"-"`
		A  int
	}
	tags struct {
		A int `json:",omitempty"`
		B int `json:"b\\c"`
		C int `json:"c d;/<>?"`
		D int `json:"A2,string,omitzero"`
		E int `json:"E2,other"`
		F int `yaml:"f"`
		g int
	}
	depths struct {
		E3
		B string
	}
	generic struct{ page[string] }
)

// sameTag has a name twice, which vet would not let stand in a type.
var sameTag = reflect.Zero(reflect.StructOf([]reflect.StructField{
	{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
	{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"x"`},
	{Name: "C", Type: reflect.TypeFor[E1]()},
})).Interface()

// The names are those that encoding/json writes, and those it reads.
func TestFields(t *testing.T) {
	for _, value := range []any{
		twice{}, again{}, E5{E6: &E6{}}, cyclic{cyclic2: &cyclic2{}}, kinds5{}, named{}, tags{A: 1, D: 1}, sameTag, depths{}, generic{},
		embedding{}, embeddingPointer{Base: &Base{}}, embeddingNamed{}, shadowing{}, conflicting{}, tagWins{}, embeddingKind{}, dashes{}, odd{}, twins{},
	} {
		of := reflect.TypeOf(value)
		t.Run(of.String(), func(t *testing.T) {
			names := []string{}
			for _, f := range fieldsOf(of) {
				names = append(names, f.name)
			}
			text, err := json.Marshal(value)
			require.NoError(t, err)
			tree, _, err := parse(text)
			require.NoError(t, err)
			written := namesIn(tree.(*object))
			if of == reflect.TypeFor[embedding]() {
				for _, f := range fieldsOf(of) {
					if !slices.Contains(written, f.name) {
						assert.True(t, f.optional, f.name) // left out for being empty
						names = slices.DeleteFunc(names, func(name string) bool { return name == f.name })
					}
				}
			}
			assert.Equal(t, written, names)
		})
	}
}

func TestFieldOptions(t *testing.T) {
	type options struct {
		name             string
		optional, quoted bool
		sealed           reflect.Type
	}
	type all struct {
		*cyclic2
		*Base
		A int    `json:",omitempty"`
		B int    `json:",omitzero"`
		C *int   `json:",string"`
		D **int  `json:",string"`
		E []int  `json:",string"`
		F string `json:",string"`
		G text   `json:",string"`
		H int    `json:"omitempty"`
		E6
	}
	var got []options
	for _, f := range fieldsOf(reflect.TypeFor[all]()) {
		got = append(got, options{f.name, f.optional, f.quoted, f.sealed})
	}
	assert.Equal(t, []options{
		{"Y", true, false, reflect.TypeFor[cyclic2]()},
		{"ID", true, false, nil},
		{"A", true, false, nil},
		{"B", true, false, nil},
		{"C", true, true, nil},
		{"D", true, false, nil},
		{"E", false, false, nil},
		{"F", false, true, nil},
		{"G", false, true, nil},
		{"omitempty", false, false, nil},
	}, got)
}
