package partial

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// shape is a document of about a size, and the type it is read into.
type shape struct {
	name   string
	target reflect.Type
	text   func(size int) string
}

type item struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags"`
	Stock bool     `json:"stock"`
}

// chain nests by pointers, and holds a list at each depth.
type chain struct {
	Name string  `json:"name"`
	List []point `json:"list"`
	Next *chain  `json:"next"`
}

const itemText = `{"id":%d,"name":"an article with a name","price":19.95,"tags":["red","made by hand"],"stock":true}`

var shapes = []shape{
	{"objects", reflect.TypeFor[[]item](), func(size int) string { return "[" + repeat(size, itemText) + "]" }},
	{"deep", reflect.TypeFor[[]chain](), func(size int) string {
		one := strings.Repeat(`{"name":"a level","list":[{"X":1,"Y":2}],"next":`, 50) + "null" + strings.Repeat("}", 50)
		return "[" + one + strings.Repeat(","+one, size/len(one)) + "]"
	}},
	{"text", reflect.TypeFor[struct{ Text string }](), func(size int) string {
		return `{"Text":"` + strings.Repeat("some words of a long text ", size/26) + `"}`
	}},
	{"escapes", reflect.TypeFor[struct{ Text string }](), func(size int) string {
		return `{"Text":"` + strings.Repeat(`zwölf \"Wörter\"\n mit \u00e9 \ud83d\ude00 `, size/44) + `"}`
	}},
	{"numbers", reflect.TypeFor[[]float64](), func(size int) string { return "[" + repeat(size, "%d.25") + "]" }},
	{"map", reflect.TypeFor[map[string]item](), func(size int) string {
		return "{" + repeat(size, `"key %d":`+strings.Replace(itemText, "%d", "7", 1)) + "}"
	}},
	{"maps", reflect.TypeFor[map[string]map[string]map[string]item](), func(size int) string {
		return "{" + repeat(size, `"key %d":{"a":{"b":`+strings.Replace(itemText, "%d", "7", 1)+"}}") + "}"
	}},
	{"any", reflect.TypeFor[any](), func(size int) string { return "[" + repeat(size, itemText) + "]" }},
	{"anymap", reflect.TypeFor[any](), func(size int) string {
		return "{" + repeat(size, `"key %d":`+strings.Replace(itemText, "%d", "7", 1)) + "}"
	}},
	{"unknown", reflect.TypeFor[[]struct{ Other int }](), func(size int) string { return "[" + repeat(size, itemText) + "]" }},
	{"whole", reflect.TypeFor[[]json.RawMessage](), func(size int) string { return "[" + repeat(size, itemText) + "]" }},
	{"quoted", reflect.TypeFor[[]struct {
		N int `json:",string"`
	}](), func(size int) string { return "[" + repeat(size, `{"N":"%d"}`) + "]" }},
}

// repeat writes elements with a number until the size is reached.
func repeat(size int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// writeAll reads a text in pieces of a size, and says how many of them changed the
// view.
func writeAll(tb testing.TB, d *Decoder, text string, size int) (changes int) {
	for at := 0; at < len(text); at += size {
		if err := d.Write(text[at:min(at+size, len(text))]); err != nil {
			tb.Fatal(err)
		}
		if d.Changed() {
			changes++
		}
	}
	return changes
}

// BenchmarkPartial reads documents in pieces of 10 bytes. "x" is the time against
// that of decoding the whole text once with encoding/json.
func BenchmarkPartial(b *testing.B) {
	for _, s := range shapes {
		for _, size := range []int{100_000, 1_000_000, 4_000_000} {
			b.Run(fmt.Sprintf("%s/%dKB", s.name, size/1000), func(b *testing.B) {
				text := s.text(size)
				data := []byte(text)
				var once time.Duration
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					target := reflect.New(s.target).Interface()
					writeAll(b, New(target), text, 10)
					b.StopTimer()
					start := time.Now()
					if err := json.Unmarshal(data, reflect.New(s.target).Interface()); err != nil {
						b.Fatal(err)
					}
					once += time.Since(start)
					b.StartTimer()
				}
				b.ReportMetric(float64(b.Elapsed())/float64(once), "x")
			})
		}
	}
}
