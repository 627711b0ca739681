//lint:file-ignore SA5008 odd tags are what is tested

package schema

import (
	"encoding/json"
	"log/slog"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type (
	node struct {
		Value    int
		Children []node `json:"children"`
	}
	holder struct {
		First struct{ Tree map[string]*node }
	}
	forest  []forest
	ringA   struct{ B *ringB }
	ringB   struct{ A []ringA }
	callers struct {
		Items []struct {
			Callback func() `json:"callback"`
		} `json:"items"`
	}
	shouter interface{ Shout() }
	onlyOut struct{}
	badRaw  struct{}
	refRaw  struct{}
	noRaw   struct{}
	noEnum  string
	tiny    uint8

	// sealedName embeds under a name: encoding/json panics when it reads it.
	sealedName struct {
		*cyclic2 `json:"y"`
	}
)

func (onlyOut) MarshalText() ([]byte, error) { return nil, nil }
func (badRaw) JSONSchema() json.RawMessage   { return json.RawMessage(`{"type":"text"}`) }
func (refRaw) JSONSchema() json.RawMessage   { return json.RawMessage(`{"items":{"$ref":"#"}}`) }
func (noRaw) JSONSchema() json.RawMessage    { return json.RawMessage(`false`) }
func (noEnum) Enum() []noEnum                { return nil }
func (tiny) Enum() []tiny                    { return []tiny{1, 2} }

const (
	cut3      = "write out as many levels as are needed as types of their own, use json.RawMessage there, or give the type a method JSONSchema() json.RawMessage"
	settings2 = "it holds the description and nothing else: a field is required unless it is a pointer, omitempty or omitzero, and " +
		"enum, minimum, maximum, minLength, maxLength, pattern, format, minItems, maxItems are tags of their own"
)

func TestTypeErrors(t *testing.T) {
	for _, test := range []struct {
		of   reflect.Type
		want string
	}{
		{nil, "no type is given to make a schema of"},
		{reflect.TypeFor[node](), "node.children[]: the type schema.node contains itself (node.children[].children[] …), which a schema without references cannot say: " + cut3},
		{reflect.TypeFor[holder](), "holder.First.Tree{}.children[]: the type schema.node contains itself (holder.First.Tree{}.children[].children[] …), which a schema without references cannot say: " + cut3},
		{reflect.TypeFor[forest](), "forest[]: the type schema.forest contains itself (forest[][] …), which a schema without references cannot say: " + cut3},
		{reflect.TypeFor[ringA](), "ringA.B.A[]: the type schema.ringA contains itself (ringA.B.A[].B.A[] …), which a schema without references cannot say: " + cut3},
		{reflect.TypeFor[callers](), `callers.items[].callback: a func is nothing that JSON can hold: leave the field out with json:"-"`},
		{reflect.TypeFor[chan int](), `chan int: a chan is nothing that JSON can hold: leave the field out with json:"-"`},
		{reflect.TypeFor[map[string]complex128](), `map[string]complex128{}: a complex128 is nothing that JSON can hold: leave the field out with json:"-"`},
		{reflect.TypeFor[[]shouter](), "[]schema.shouter[]: JSON cannot be read into the interface schema.shouter, since it does not say which type to make: use a struct, or json.RawMessage"},
		{reflect.TypeFor[map[bool]int](), "map[bool]int: names of JSON objects cannot be read into keys of type bool: use strings, integers, or a type with UnmarshalText"},
		{reflect.TypeFor[slog.Level](), "Level: only slog.Level itself knows what JSON it reads and writes, since it has MarshalJSON and UnmarshalJSON: give it a method JSONSchema() json.RawMessage"},
		{reflect.TypeFor[struct{ time.Time }](), "struct: only struct { time.Time } itself knows what JSON it reads and writes, since it has MarshalJSON and UnmarshalJSON: give it a method JSONSchema() json.RawMessage"},
		{reflect.TypeFor[onlyOut](), "onlyOut: schema.onlyOut is written by its MarshalText and cannot be read back: give it UnmarshalText, or a method JSONSchema() json.RawMessage"},
		{reflect.TypeFor[[2]badRaw](), `[2]schema.badRaw[]: method JSONSchema of schema.badRaw: it is no JSON Schema by draft 7: type must be one of "array", "boolean", "integer", "null", "number", "object", "string", not "text"`},
		{reflect.TypeFor[refRaw](), `refRaw: method JSONSchema of schema.refRaw: items.$ref is used, and not every service takes references: write out what is referred to`},
		{reflect.TypeFor[noRaw](), `noRaw: method JSONSchema of schema.noRaw: false lets nothing through`},
		{reflect.TypeFor[noEnum](), `noEnum: method Enum of schema.noEnum lists nothing`},
		{reflect.TypeFor[[]tiny](), `[]schema.tiny: encoding/json writes a []schema.tiny as base64 text, since its items are bytes: make schema.tiny another kind of integer`},
		{reflect.TypeFor[cyclic](), `cyclic.Y: encoding/json cannot set fields of schema.cyclic2, which is unexported and embedded by pointer: embed it by value`},
		{reflect.TypeFor[sealedName](), `sealedName.y: encoding/json cannot set fields of schema.cyclic2, which is unexported and embedded by pointer: embed it by value`},
	} {
		_, err := Of(test.of)
		assert.EqualError(t, err, test.want)
	}
}

// A field of type T with a tag gives an error that names field and tag.
func TestTagErrors(t *testing.T) {
	const own = "the type's method JSONSchema says it all: put it there"
	inString := "the value is in a string, by json's option \"string\""
	for _, test := range []struct {
		of   reflect.Type
		tag  reflect.StructTag
		want string
	}{
		{reflect.TypeFor[int](), `enum:"1,two"`, `tag enum:"1,two": "two" is no whole number`},
		{reflect.TypeFor[int](), `enum:"1,2.0"`, `tag enum:"1,2.0": "2.0" is no whole number`},
		{reflect.TypeFor[int8](), `enum:"1,128"`, `tag enum:"1,128": the type cannot hold 128`},
		{reflect.TypeFor[uint](), `enum:"-1"`, `tag enum:"-1": the type cannot hold -1`},
		{reflect.TypeFor[float64](), `enum:"1,Inf"`, `tag enum:"1,Inf": "Inf" is no number as JSON writes it`},
		{reflect.TypeFor[bool](), `enum:"yes"`, `tag enum:"yes": "yes" is neither true nor false`},
		{reflect.TypeFor[string](), `enum:""`, `tag enum:"": one of the values is empty`},
		{reflect.TypeFor[string](), `enum:"a,,b"`, `tag enum:"a,,b": one of the values is empty`},
		{reflect.TypeFor[string](), `enum:"a,b, a"`, `tag enum:"a,b, a": "a" is there twice`},
		{reflect.TypeFor[weekday](), `enum:"mon,wed"`, `tag enum:"mon,wed": the type's method Enum does not list "wed"`},
		{reflect.TypeFor[plain](), `enum:"a"`, `tag enum:"a": only strings, numbers and booleans can be listed: give the type a method Enum`},
		{reflect.TypeFor[any](), `enum:"a"`, `tag enum:"a": only strings, numbers and booleans can be listed: give the type a method Enum`},
		{reflect.TypeFor[color](), `enum:"red"`, `tag enum:"red": ` + own},
		{reflect.TypeFor[*either](), `minimum:"1"`, `tag minimum:"1": ` + own},
		{reflect.TypeFor[[]int](), `minimum:"low"`, `tag minimum:"low": "low" is no whole number`},
		{reflect.TypeFor[float32](), `maximum:"1_000"`, `tag maximum:"1_000": "1_000" is no number as JSON writes it`},
		{reflect.TypeFor[int64](), `maximum:"9223372036854775807"`, `tag maximum:"9223372036854775807": 9223372036854775807 is larger than a JSON number can say exactly`},
		{reflect.TypeFor[uint8](), `maximum:"256"`, `tag maximum:"256": the type ends at 255`},
		{reflect.TypeFor[uint](), `minimum:"-1"`, `tag minimum:"-1": the type ends at 0`},
		{reflect.TypeFor[string](), `minimum:"1"`, `tag minimum:"1": the field is no number`},
		{reflect.TypeFor[int](), `pattern:"a"`, `tag pattern:"a": the field is no string`},
		{reflect.TypeFor[map[string]string](), `maxLength:"1"`, `tag maxLength:"1": the field is no string`},
		{reflect.TypeFor[string](), `pattern:"("`, "tag pattern:\"(\": error parsing regexp: missing closing ): `(`"},
		{reflect.TypeFor[string](), `minLength:"-1"`, `tag minLength:"-1": must be a whole number from 0 to 2147483647`},
		{reflect.TypeFor[[]string](), `maxItems:"many"`, `tag maxItems:"many": must be a whole number from 0 to 2147483647`},
		{reflect.TypeFor[string](), `maxItems:"1"`, `tag maxItems:"1": the field is no list`},
		{reflect.TypeFor[[]byte](), `maxItems:"1"`, `tag maxItems:"1": the field is no list`},
		{reflect.TypeFor[[3]int](), `minItems:"1"`, `tag minItems:"1": a [3]int has one length only`},
		{reflect.TypeFor[time.Time](), `format:"date"`, `tag format:"date": a time.Time has the format date-time`},
		{reflect.TypeFor[string](), `format:""`, `tag format:"": it is empty`},
		{reflect.TypeFor[int](), `json:",string" minimum:"1"`, `tag minimum:"1": ` + inString},
		{reflect.TypeFor[int](), `minimum:"2" maximum:"1"`, `minimum 2 is more than maximum 1`},
		{reflect.TypeFor[string](), `minLength:"2" maxLength:"1"`, `minLength 2 is more than maxLength 1`},
		{reflect.TypeFor[[]string](), `minItems:"2" maxItems:"1"`, `minItems 2 is more than maxItems 1`},
		{reflect.TypeFor[string](), `jsonschema:"required"`, `tag jsonschema:"required": ` + settings2},
		{reflect.TypeFor[string](), `jsonschema:"enum=a,enum=b"`, `tag jsonschema:"enum=a,enum=b": ` + settings2},
		{reflect.TypeFor[letter](), `json:",string"`, `json's option "string" does not read back what it writes of schema.letter, which has methods for JSON or text: leave the option out`},
	} {
		of := reflect.StructOf([]reflect.StructField{{Name: "F", Type: test.of, Tag: test.tag}})
		w := &walk{}
		_, err := w.schemaOf(of, "T")
		assert.EqualError(t, err, "T.F: "+test.want)
	}
}
