//lint:file-ignore SA5008,U1000 odd tags and unused fields are what is tested

package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"strings"
	"time"
)

// Types as users write them. The table in table_test.go says what is expected of
// each.
type (
	plain  struct{ Name string }
	signed struct {
		A int
		B int8
		C int16
		D int32
		E int64
	}
	unsigned struct {
		A uint
		B uint8
		C uint16
		D uint32
		E uint64
		F uintptr
	}
	floats struct {
		A float32 `json:"a"`
		B float64 `json:"b"`
	}
	switches struct {
		On  bool `json:"on"`
		Off bool `json:"off,omitempty"`
	}
	address struct {
		Street string `json:"street"`
		Zip    string `json:"zip" pattern:"^[0-9]{5}$"`
	}
	person struct {
		Name string  `json:"name" jsonschema:"given and family name"`
		Home address `json:"home"`
	}
	people  struct{ People []person }
	matrix  struct{ Rows [][]float64 }
	fixed   struct{ Point [3]float64 }
	fixed4  struct{ Address [4]byte }
	blob    struct{ Data []byte }
	scores  struct{ Scores map[string]int }
	numbers struct{ Names map[int]string }
	small   struct{ Names map[uint8]bool }
	byText  struct{ Words map[locale]string }
	byEnum  struct{ Load map[weekday]int }
	byCode  struct{ Load map[code]int }
	nested  struct{ Homes map[string]address }
	maybe   struct {
		Name  *string  `json:"name"`
		Count *int8    `json:"count"`
		Home  *address `json:"home"`
	}
	omitted struct {
		Name  string   `json:"name,omitempty"`
		Tags  []string `json:"tags,omitempty"`
		Count int      `json:"count,omitempty"`
	}
	omittedZero struct {
		At   time.Time `json:"at,omitzero"`
		Home struct {
			City string `json:"city"`
		} `json:"home,omitzero"`
	}
	base struct {
		ID   int
		Note string `json:",omitempty"`
	}
	Base      struct{ ID int }
	embedding struct {
		base
		Name string
	}
	embeddingPointer struct {
		*Base
		Name string
	}
	embeddingNamed struct {
		Base `json:"base"`
		Name string
	}
	shadowing struct {
		Base
		ID string
	}
	Left        struct{ Both, OnlyLeft string }
	Right       struct{ Both, OnlyRight string }
	conflicting struct {
		Left
		Right
	}
	TaggedLeft  struct{ Some string }
	TaggedRight struct {
		Other string `json:"Some"`
	}
	tagWins struct {
		TaggedLeft
		TaggedRight
	}
	ID            int
	embeddingKind struct {
		ID
		Name string
	}
	dashes struct {
		Hidden  string `json:"-"`
		Dash    string `json:"-,"`
		private string
		Shown   int
	}
	quotes struct {
		Count int     `json:"count,string"`
		Size  uint8   `json:"size,string"`
		Ratio float64 `json:"ratio,string"`
		On    bool    `json:"on,string"`
		Text  string  `json:"text,string"`
	}
	quotedPointer struct {
		Count *int64 `json:"count,string"`
	}
	dated   struct{ At time.Time }
	lasting struct {
		Wait time.Duration  `json:"wait" jsonschema:"how long to wait"`
		Max  *time.Duration `json:"max"`
	}
	raw       struct{ Value json.RawMessage }
	open      struct{ Value any }
	numberish struct{ Value json.Number }
	bigs      struct {
		Whole big.Int
		Maybe *big.Int
	}
	ratios struct {
		Ratio *big.Rat `pattern:"^[0-9]+$"`
	}
	spoken struct{ Language locale }
	hosts  struct {
		Host netip.Addr `format:"ipv4"`
	}
	scheduled struct{ Day weekday }
	coded     struct{ Code code }
	maybeDay  struct {
		Day  *weekday `json:"day"`
		Next weekday  `json:"next,omitempty"`
	}
	choices struct {
		Size  string   `json:"size" enum:"S, M, L"`
		Count int      `json:"count" enum:"1,10,100"`
		Ratio float64  `json:"ratio" enum:"0.5,1e3"`
		Yes   bool     `json:"yes" enum:"true"`
		Many  []string `json:"many" enum:"a,b"`
		Maybe *int     `json:"maybe" enum:"1,2"`
	}
	bounded struct {
		Percent float64 `json:"percent" minimum:"0" maximum:"100"`
		Count   uint16  `json:"count" minimum:"1" maximum:"1000"`
		Code    string  `json:"code" minLength:"2" maxLength:"4"`
		Mail    string  `json:"mail" format:"email"`
	}
	lists struct {
		Tags   []string  `json:"tags" minItems:"1" maxItems:"2" maxLength:"3"`
		Matrix [][]int   `json:"matrix" minimum:"0" maximum:"9"`
		Maybe  []*string `json:"maybe" minLength:"1"`
	}
	picky    struct{ Shade color }
	unpicky  struct{ Own *either }
	tree     struct{ Root branch }
	nothing  struct{}
	pageInts = page[int]
	pointers struct{ P **int }
	boxes    struct{ Items []*address }
	deep     struct {
		A struct {
			B struct{ C struct{ D []struct{ E int } } }
		}
	}
	odd struct {
		A int `json:"a b"`
		B int `json:"größe"`
		C int `json:"$x"`
		D int `json:"bad\"name"`
	}
	twins struct {
		Name  string
		Lower string `json:"name"`
	}
	words   struct{ Words []letter }
	ownBase struct {
		Base2
		More int
	}
)

type page[T any] struct {
	Items []T `json:"items"`
	Next  *T  `json:"next"`
}

// locale is a text of two letters.
type locale struct{ text string }

func (l locale) MarshalText() ([]byte, error) { return []byte(l.text), nil }
func (l *locale) UnmarshalText(text []byte) error {
	l.text = string(text)
	return nil
}

type weekday string

func (weekday) Enum() []weekday { return []weekday{"mon", "tue", "sun"} }

type code int

func (*code) Enum() []code { return []code{200, 404, 404} }

// letter is a byte that is a text.
type letter uint8

func (l letter) MarshalText() ([]byte, error) { return []byte{byte(l)}, nil }
func (l *letter) UnmarshalText(text []byte) error {
	if len(text) != 1 {
		return errors.New("one letter is needed")
	}
	*l = letter(text[0])
	return nil
}

func (letter) Enum() []letter { return []letter{'x', 'y'} }

// color reads "red" and {"rgb": 7}.
type color struct {
	name string
	rgb  int
}

func (color) JSONSchema() json.RawMessage {
	return json.RawMessage(`{"anyOf":[{"type":"string","enum":["red","blue"]},
		{"type":"object","properties":{"rgb":{"type":"integer","minimum":0}},"required":["rgb"],"additionalProperties":false}]}`)
}

func (c color) MarshalJSON() ([]byte, error) {
	if c.name != "" {
		return json.Marshal(c.name)
	}
	return fmt.Appendf(nil, `{"rgb":%d}`, c.rgb), nil
}

func (c *color) UnmarshalJSON(data []byte) error {
	*c = color{}
	if strings.HasPrefix(string(data), `"`) {
		return json.Unmarshal(data, &c.name)
	}
	_, err := fmt.Sscanf(strings.Join(strings.Fields(string(data)), ""), `{"rgb":%d}`, &c.rgb)
	return err
}

// either gives its schema by its pointer.
type either struct{ A, B int }

func (*either) JSONSchema() json.RawMessage {
	return json.RawMessage(`{"type":"object","properties":{"A":{"type":"integer"},"B":{"type":"integer"}},"additionalProperties":false}`)
}

// branch contains itself, and says three levels of that.
type branch struct {
	Leaf     string   `json:"leaf"`
	Branches []branch `json:"branches"`
}

func (branch) JSONSchema() json.RawMessage {
	level := `{"type":"object","properties":{"leaf":{"type":"string"},"branches":{"type":"array","maxItems":0}},"required":["leaf","branches"],"additionalProperties":false}`
	for range 2 {
		level = `{"type":"object","properties":{"leaf":{"type":"string"},"branches":{"type":"array","items":` + level + `}},"required":["leaf","branches"],"additionalProperties":false}`
	}
	return json.RawMessage(level)
}

// Base2 gives the schema of itself, not of what embeds it.
type Base2 struct {
	Kind string `json:"kind"`
}

func (Base2) JSONSchema() json.RawMessage {
	return json.RawMessage(`{"type":"object","properties":{"kind":{"const":"base"}},"required":["kind"]}`)
}
