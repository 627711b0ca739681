package partial

import (
	"encoding/json"
	"math/rand"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rich is a type with every kind of field.
type rich struct {
	Name    string           `json:"name"`
	Age     int8             `json:"age"`
	Size    uint16           `json:"size,omitempty"`
	Rate    float32          `json:"rate"`
	OK      bool             `json:"ok"`
	Raw     json.RawMessage  `json:"raw"`
	Number  json.Number      `json:"number"`
	Data    []byte           `json:"data"`
	When    time.Time        `json:"when"`
	Due     *time.Time       `json:"due"`
	Level   level            `json:"level"`
	Tag     string           `json:"tag" enum:"a,b"`
	Quoted  int              `json:"quoted,string"`
	QuotedP *string          `json:"quotedp,string"`
	Next    *rich            `json:"next"`
	List    []rich           `json:"list"`
	Texts   []*string        `json:"texts"`
	Pair    [2]point         `json:"pair"`
	Points  map[string]point `json:"points"`
	Deep    map[int]map[string][]point
	ByTime  map[time.Time]any `json:"bytime"`
	Any     any               `json:"any"`
	Anys    []any             `json:"anys"`
	AnyMap  map[string]any    `json:"anymap"`
	Error   error             `json:"error"`
	Hidden  string            `json:"-"`
	point
	*Base
}

type point struct{ X, Y int }

type Base struct {
	ID    string `json:"id"`
	Notes []string
}

type level string

func (level) Enum() []level { return []level{"low", "high"} }

var targets = []reflect.Type{
	reflect.TypeFor[any](), reflect.TypeFor[rich](), reflect.TypeFor[[]rich](), reflect.TypeFor[map[string]rich](),
	reflect.TypeFor[map[string]any](), reflect.TypeFor[**int](), reflect.TypeFor[string](), reflect.TypeFor[[]string](),
	reflect.TypeFor[[3]any](), reflect.TypeFor[map[uint8][]*float64](), reflect.TypeFor[json.RawMessage](), reflect.TypeFor[bool](),
}

// FuzzPartial cuts any text anywhere, and compares with encoding/json: the views of an
// interface, and what comes out in the end for each target.
func FuzzPartial(f *testing.F) {
	for _, seed := range []string{
		`{"name":"n\n\u00e9\ud83d\ude00","age":12,"size":3,"rate":1.5e3,"ok":true,"raw":{"a":[1, 2]},"number":12e4,"data":"aGVsbG8="}`,
		`{"when":"2026-01-02T03:04:05Z","due":"2026-01-02T03:04:05Z","level":"low","tag":"a","quoted":"12","quotedp":"\"x\""}`,
		`{"next":{"next":{"name":"x"}},"list":[{"name":"a"},{"list":[{}]}],"texts":["a",null],"pair":[{"x":1},{"Y":2},3]}`,
		`{"points":{"a":{"X":1},"a":{"Y":2}},"Deep":{"1":{"a":[{"X":1}]}},"bytime":{"2026-01-02T03:04:05Z":1}}`,
		`{"any":{"a":[1,[2,{"b":null}],"x"]},"anys":[1,[],{}],"anymap":{"k":"v","l":[[]]},"error":null,"id":"7","NOTES":["n"],"x":1}`,
		`{"unknown":{"a":["\ud800",1e400]},"list":[{"name":"a","age":3},{"age":4}],"list":[{"age":5}],"list":[{},{}]}`,
		`[1,-0,0.5,1E-2,true,false,null,"\ud800\udc00\ud800x\udc00"]`, `12`, `-1`, `"text"`, ` null `, `"aGVsbG8"`, `{"1":[1,2.5,null]}`,
		`[01]`, `[1.]`, `[-]`, `{"a":1,}`, `[1,]`, `{"a"}`, "\"\xff\xe2\x82\"", "\"\xf0\x9f\x98\x80\"", `nul`, `{"age":300}`, `{"age":1.5}`,
	} {
		for cuts := range int64(3) {
			f.Add([]byte(seed), cuts)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, cuts int64) {
		text := string(data)
		for _, target := range targets {
			want := reflect.New(target)
			wantErr := json.Unmarshal(data, want.Interface())
			got := reflect.New(target)
			d := New(got.Interface())
			random := rand.New(rand.NewSource(cuts))
			for at := 0; at < len(text); {
				n := 1 + random.Intn(min(len(text)-at, 1+int(uint8(cuts))))
				_ = d.Write(text[at : at+n])
				at += n
				if wantErr == nil && target == targets[0] {
					require.Equal(t, expectedView(t, document{target: target}, text[:at]), got.Interface(), "%q", text[:at])
				}
			}
			err := d.Close()
			if wantErr != nil {
				require.Error(t, err, "encoding/json: %v", wantErr)
				require.False(t, d.Done())
				continue
			}
			require.NoError(t, err, "%v", target)
			require.True(t, d.Done())
			require.Equal(t, want.Interface(), got.Interface())
		}
	})
}
