package partial

import (
	"encoding/json"
	"reflect"
	"time"
)

// document is a text, the type that it goes into, and the paths of the values that
// appear when they are complete and are no numbers or words.
type document struct {
	name   string
	target reflect.Type
	text   string
	whole  []string
	twice  bool // has a member twice: what was complete may change
}

// In the types, what encoding/json treats differently.
type (
	person struct {
		Name    string   `json:"name"`
		Age     int      `json:"age,omitempty"`
		Email   *string  `json:"email"`
		Address *address `json:"address"`
		Friends []person `json:"friends"`
	}
	address struct {
		Street, City string
		Zip          string `json:"zip"`
	}
	colour  string
	shade   string // with methods of the name that list nothing
	grey    string
	reading struct {
		At    time.Time     `json:"at"`
		Until *time.Time    `json:"until"`
		Took  time.Duration `json:"took"`
		Unit  colour        `json:"unit"`
		Kind  string        `json:"kind" enum:"a,b"`
		Kinds []string      `json:"kinds" enum:"a,b"`
		Texts []string      `json:"texts"`
	}
	methods struct {
		Upper  upper            `json:"upper"`
		UpperP *upper           `json:"upperp"`
		Pair   twoWords         `json:"pair"`
		Raw    json.RawMessage  `json:"raw"`
		Raws   []*twoWords      `json:"raws"`
		ByWord map[upper]string `json:"byword"`
	}
	// upper reads itself from text, twoWords from JSON.
	upper    struct{ word string }
	twoWords struct{ First, Second string }

	quotedFields struct {
		Int    int      `json:"int,string"`
		Float  *float64 `json:"float,string"`
		Bool   bool     `json:"bool,string"`
		Text   string   `json:"text,string"`
		Pointy *colour  `json:"pointy,string"`
	}
	Outer struct {
		Inner
		*Pointed
		hidden
		Named   Inner `json:"named"`
		hidden2 `json:"hidden2"`
		A       string
	}
	Inner   struct{ A, B string }
	Pointed struct {
		B, C string
		D    []string
	}
	hidden  struct{ H string }
	hidden2 struct{ G string }
	tree    struct {
		Value    string
		Children map[string]tree
		List     []tree
		Pointers map[string]*tree
		Pair     [2]map[string]string
	}
)

func (shade) Enum(int) []shade { return nil }
func (grey) Enum() []string    { return nil }

func (colour) Enum() []colour { return []colour{"red", "green"} }

func (u *upper) UnmarshalText(text []byte) error { u.word = string(text); return nil }
func (u upper) MarshalText() ([]byte, error)     { return []byte(u.word), nil }

func (w *twoWords) UnmarshalJSON(data []byte) error {
	var words []string
	if err := json.Unmarshal(data, &words); err != nil {
		return err
	}
	if len(words) > 1 {
		w.First, w.Second = words[0], words[1]
	}
	return nil
}

const weather = ` {
	"city" : "Zürich \ud83c\udf27 \"wet\"" ,
	"days" : [ { "day" : "Mon" , "high" : -1.50e1 , "rain" : true } , { "day" : "Tue" , "high" : 0 , "rain" : false } , null ] ,
	"none" : null , "empty" : { } , "list" : [ ] , "deep" : [ [ [ "x" ] , [ ] ] , { "a" : { "b" : "c" } } ]
} `

var documents = []document{
	{name: "object in an interface", target: reflect.TypeFor[any](), text: weather},
	{name: "object in a map", target: reflect.TypeFor[map[string]any](), text: weather},
	{name: "object in a map of raw", target: reflect.TypeFor[map[string]json.RawMessage](), text: weather, whole: []string{"city", "days", "empty", "list", "deep"}},
	{name: "object in a struct", target: reflect.TypeFor[struct {
		City string
		Days []struct {
			Day  string
			High float64
			Rain bool
		}
		Deep any
	}](), text: weather},
	{name: "object in a struct of pointers", target: reflect.TypeFor[struct {
		City **string
		Days *[]*struct {
			Day  *string
			High *float32
			Rain *bool
		}
		None  *int
		Empty *map[string]*string
		List  *[]string
	}](), text: weather},
	{name: "nothing known", target: reflect.TypeFor[struct{}](), text: weather},
	{name: "string", target: reflect.TypeFor[string](), text: `"a text"`},
	{name: "pointer to a string", target: reflect.TypeFor[*string](), text: ` "a text" `},
	{name: "choice", target: reflect.TypeFor[colour](), text: `"red"`, whole: []string{""}},
	{name: "no choices", target: reflect.TypeFor[struct {
		A shade
		B grey
	}](), text: `{"A":"light","B":"dark"}`},
	{name: "number", target: reflect.TypeFor[float64](), text: `-12.5e+1 `},
	{name: "number at the end", target: reflect.TypeFor[any](), text: `12`},
	{name: "word", target: reflect.TypeFor[bool](), text: `true`},
	{name: "null", target: reflect.TypeFor[*int](), text: ` null`},
	{name: "numbers of all kinds", target: reflect.TypeFor[struct {
		A int8
		B uint16
		C float32
		D json.Number
		E uintptr
		F []json.Number
		G any
	}](), text: `{"A":-128,"B":65535,"C":1.5,"D":1.50,"E":7,"F":["12",1E5,0],"G":-0.0}`, whole: []string{"F[]"}},
	{name: "strings with everything", target: reflect.TypeFor[[]string](),
		text: `["\"\\\/\b\f\n\r\t","\u00e9é€😀\ud83d\ude00","\ud83d","\ud83dx","\ud83d\n","\ud83d\ud83d\ude00","\ude00","\ud83d\u0041","\uFeFfABCDEF","�a�","` + "\xff\xe2\x82\xf0\x9f\x98\x80\xc3" + `"]`},
	{name: "names with everything", target: reflect.TypeFor[map[string]int](), text: `{"\u00e9\n":1,"😀":2,"\ud83d\ude00x":3,"":4,"` + "\xff" + `":5}`},
	{name: "names that differ in case", target: reflect.TypeFor[person](), text: `{"NAME":"a","\u0041ge":3,"eMail":"x@y","ADDRESS":{"STREET":"s","ZiP":"z","street":"t"}}`, twice: true},
	{name: "folds beyond ASCII", target: reflect.TypeFor[struct{ Kiss, Straße string }](), text: `{"\u212aiſs":"a","STRAßE":"b","STRASSE":"c","日本":"d"}`},
	{name: "recursive struct", target: reflect.TypeFor[person](), text: `{"name":"Ann","age":31,"email":"ann@example.org","address":{"Street":"Main","City":"Bern"},"friends":[{"name":"Bob","friends":[{"name":"Cy","address":null}]},{"email":null}]}`},
	{name: "slice of structs", target: reflect.TypeFor[[]person](), text: `[{"name":"a"},{"name":"b","age":2},{},null,{"friends":[]}]`},
	{name: "times and choices", target: reflect.TypeFor[reading](), text: `{"at":"2026-11-02T10:00:00Z","until":"2026-11-02T11:00:00Z","took":1500,"unit":"red","kind":"a","kinds":["a","b"],"texts":["x","yy"]}`, whole: []string{"at", "until", "unit", "kind", "kinds[]"}},
	{name: "times and choices missing", target: reflect.TypeFor[[]reading](), text: `[{"until":null,"unit":"green"},{"kinds":[]}]`, whole: []string{"[].unit"}},
	{name: "types with methods", target: reflect.TypeFor[methods](), text: `{"upper":"ab","upperp":"cd","pair":["a","b"],"raw": {"x": [1, "\u00e9"]} ,"raws":[["c","d"],null,[]],"byword":{"k\n":"text","l":""}}`, whole: []string{"upper", "upperp", "pair", "raw", "raws[]"}},
	{name: "quoted values", target: reflect.TypeFor[quotedFields](), text: `{"int":"-12","float":"1.5","bool":"true","text":"\"a\\nb\"","pointy":"\"red\""}`, whole: []string{"int", "float", "bool", "text", "pointy"}},
	{name: "quoted nulls", target: reflect.TypeFor[quotedFields](), text: `{"int":null,"float":"null","bool":"null","text":null,"pointy":null}`, whole: []string{"int", "float", "bool", "text", "pointy"}},
	{name: "bytes", target: reflect.TypeFor[struct {
		A, B []byte
		C    [3]byte
		D    [][]byte
	}](), text: `{"A":"aGVsbG8=","B":[104,105],"C":[1,2],"D":["YQ==",null,""]}`, whole: []string{"A", "D[]"}},
	{name: "embedded structs", target: reflect.TypeFor[Outer](), text: `{"A":"outer","B":"hidden by two","C":"pointed","D":["d"],"H":"h","named":{"A":"a","B":"b"},"hidden2":{"G":"g"}}`},
	{name: "arrays", target: reflect.TypeFor[[2][2]string](), text: `[["a","b","c"],["d"],["e"],{"f":[]}]`},
	{name: "map of structs", target: reflect.TypeFor[map[string]person](), text: `{"a":{"name":"Ann","friends":[{"name":"Bob"}]},"b":{"age":3},"c":{}}`},
	{name: "maps with numbers as keys", target: reflect.TypeFor[map[int8]map[uint]string](), text: `{"-1":{"1":"a","2":"b"},"7":{},"8":null}`},
	{name: "maps in structs in maps", target: reflect.TypeFor[map[string]tree](), text: `{"a":{"Value":"v","Children":{"b":{"Value":"w","Children":{"c":{"List":[{"Value":"x","Children":{"d":{}}}]}}}},"Pointers":{"p":{"Value":"y","Pair":[{"k":"l"},{"m":"n"}]},"q":null}},"e":{"Pair":[null,{"o":"p"}]}}`},
	{name: "map of slices", target: reflect.TypeFor[map[string][]any](), text: `{"a":[1,"x",[2,["y"]],{"b":[3]}],"b":[],"c":null}`},
	{name: "slice of interfaces", target: reflect.TypeFor[[]any](), text: `["a",1.5,[[],["b"]],{"c":{"d":"e"}},null,true]`},
	{name: "member twice", target: reflect.TypeFor[tree](), text: `{"Value":"first","List":[{"Value":"a"},{"Value":"b"}],"Value":"second","List":[{"Children":{"x":{}}}],"Children":{"a":{"Value":"long"},"a":{"List":[]}},"List":[{},{},{"Value":"c"}],"List":null,"Value":"thirds"}`, twice: true},
	{name: "member twice in an interface", target: reflect.TypeFor[any](), text: `{"a":{"b":1,"b":"x"},"a":[1],"a":"text","a":null}`, twice: true},
	{name: "unknown members", target: reflect.TypeFor[struct{ A string }](), text: `{"x":{"A":"no","y":[1,{"z":"\ud800"}]},"A":"yes","w":"\u0041\"","v":1e999,"u":[true,null]}`},
}
