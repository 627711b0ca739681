package azmistraltest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestHostile sends what is made to cost much: each is answered soon, and at no
// great length. Without its bound each takes minutes, or all memory.
func TestHostile(t *testing.T) {
	const (
		soon = 30 * time.Second // of a busy machine with the race detector: by itself each takes one or two
		most = 256 << 20        // bytes of an answer, streamed
	)
	for _, h := range hostile() {
		t.Run(h.name, func(t *testing.T) {
			body := strings.Replace(h.body(), "{", `{"stream":true,`, 1)
			r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(body))
			if h.dropping {
				r = httptest.NewRequest(http.MethodPost, "/models/chat/completions?api-version=2024-05-01-preview", strings.NewReader(body))
				r.Header.Set("extra-parameters", "drop")
			}
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+Key)
			r.Header.Set("api-key", Key)
			w := httptest.NewRecorder()
			began := time.Now()
			NewHandler(&Options{Lenient: h.lenient}).ServeHTTP(w, r)
			assert.Less(t, time.Since(began), soon)
			assert.Less(t, w.Body.Len(), most)
			assert.Contains(t, []int{200, 400, 422}, w.Code)
		})
	}
}

type hostileRequest struct {
	name     string
	body     func() string
	dropping bool // extra parameters, by an inference route
	lenient  bool // to a sandbox that checks nothing
}

func hostile() []hostileRequest {
	// list gives n texts with their number for "#", of three digits for "###", of six for "######".
	list := func(n int, format string) string {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = strings.NewReplacer("######", fmt.Sprintf("%06d", i), "###", fmt.Sprintf("%03d", i), "#/", "#/" /* of a $ref */, "#", strconv.Itoa(i)).Replace(format)
		}
		return strings.Join(texts, ",")
	}
	says := func(text string, fields ...string) func() string {
		message := `"messages":[{"role":"user","content":` + quoted(text) + `}]`
		return func() string { return "{" + strings.Join(slices.Insert(fields, 0, message), ",") + "}" }
	}
	tool := func(name, parameters string) string {
		return `{"type":"function","function":{"name":"` + name + `","parameters":` + parameters + `}}`
	}
	schema := func(text string) string {
		return `"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":` + text + `}}`
	}
	required := func(n int) string { return `"required":[` + list(n, `"p#"`) + `]` }
	next := func(n int) string { // each refers to the next
		texts := make([]string, n)
		for i := range texts {
			texts[i] = fmt.Sprintf(`"d%d":{"$ref":"#/$defs/d%d"}`, i, i+1)
		}
		return strings.Join(texts, ",")
	}
	return []hostileRequest{
		{"many members", func() string { return `{"messages":[],` + list(150_000, `"a#":1`) + `}` }, false, false},
		{"many fields to drop", func() string {
			return `{"messages":[{"role":"user","content":"x"}],"model":"m",` + list(150_000, `"a#":1`) + `}`
		}, true, false},
		{"many required", says("x", `"tools":[`+tool("f", `{"type":"object","required":[`+list(100_000, `"r#"`)+`]}`)+`]`), false, false},
		{"many results", func() string {
			return `{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"","tool_calls":[` + list(90_000, `{"id":"abc######","function":{"name":"f","arguments":"{}"}}`) + `]},` +
				list(90_000, `{"role":"tool","content":"","tool_call_id":"abc######"}`) + `]}`
		}, false, false},
		{"wrong deep down", says("x", `"tools":[`+tool("f", strings.Repeat(`{"items":`, 3000)+`{"title":5,"default":"`+strings.Repeat("x", 1<<20)+`"}`+strings.Repeat("}", 3000))+`]`), false, false},

		{"much to follow", says("x", schema(`{"type":"object",`+required(9000)+`,"properties":{`+list(9000, `"p#":{"$ref":"#/$defs/d99930"}`)+`},"$defs":{`+next(100_000)+`}}`)), false, false},
		{"long to follow", says("x", schema(`{"type":"object",`+required(100)+`,"properties":{`+list(100, `"p#":{"$ref":"#/$defs/a"}`)+`},"$defs":{"a":{"$ref":"#`+strings.Repeat("/", 1<<20)+`"}}}`)), false, false},
		{"much to merge", says("x", schema(`{"type":"object","allOf":[`+list(9000, `{"$ref":"#/$defs/d"}`)+`],"$defs":{"d":{"properties":{`+list(5000, `"p#":{"type":"string"}`)+`}}}}`)), false, false},
		{"many values to merge", says("x", schema(`{"type":"array","items":{"allOf":[{"enum":[`+list(60_000, "#")+`]},{"enum":[`+list(60_000, "#")+`]}]}}`)), false, false},
		{"long texts", says("x", `"n":20`, schema(`{"type":"array","minItems":1000,"items":{"type":"array","minItems":10,"items":{"type":"string","minLength":100000}}}`)), false, false},
		{"long constants", says("x", `"n":20`, schema(`{"type":"array","minItems":1000,"items":{"const":"`+strings.Repeat("c", 1<<20)+`"}}`)), false, false},
		{"long alike", says("x", schema(`{"type":"array","minItems":1000,"uniqueItems":true,"items":{"enum":["`+strings.Repeat("c", 1<<18)+`"]}}`)), false, false},
		{"many optional", says("x", schema(`{"type":"array","minItems":90,"items":{"type":"array","minItems":100,"items":{"type":"array","items":{"$ref":"#/$defs/o"}}},"$defs":{"o":{"type":"object","properties":{`+list(50_000, `"p#":{}`)+`}}}}`)), false, false},
		{"many members of items", says("a: b", schema(`{"type":"array","items":{"type":"object",`+required(100_000)+`,"properties":{`+list(100_000, `"p#":{}`)+`}}}`)), false, false},
		{"many words to pick", says(list(9000, "'w#'"), schema(`{"type":"array","minItems":1000,"items":{"enum":[`+list(60_000, `"e#"`)+`]}}`)), false, false},
		{"many labels", says(strings.Repeat("Some words: here; ", 20_000), schema(`{"type":"object",`+required(9000)+`,"properties":{`+list(9000, `"p#":{"type":"string"}`)+`}}`)), false, false},

		{"a large pattern", says("x", schema(`{"type":"string","pattern":"`+strings.Repeat("(a|b){500}c*", 80)+`$z"}`)), false, false},
		{"a long pattern", says("x", schema(`{"type":"string","pattern":"`+strings.Repeat("a{1000}", 1000)+`"}`)), false, false},
		{"many patterns", says("x", schema(`{"type":"object",`+required(9000)+`,"properties":{`+list(9000, `"p#":{"pattern":"^[a-z]{3,900}#$"}`)+`}}`)), false, false},
		{"many patterns of names", says("x", schema(`{"type":"object",`+required(9000)+`,"patternProperties":{`+list(2000, `"^x#":{}`)+`}}`)), false, false},

		{"many tools to look for", says(strings.Repeat("Some words here. ", 20_000)+list(128, "tool#"), `"tools":[`+list(128, tool("tool#", "{}"))+`]`), false, false},
		{"ten thousand tools", says(list(10_000, "tool#"), `"tools":[`+list(10_000, tool("tool#", "{}"))+`]`), false, true},
		{"tools and results", func() string {
			ids := list(900, `{"id":"abcdef###","function":{"name":"f","arguments":"{}"}}`)
			return `{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"","tool_calls":[` + ids + `]},` +
				list(900, `{"role":"tool","content":"`+strings.Repeat("use call ", 50)+`","tool_call_id":"abcdef###"}`) + `],"tools":[` + list(128, tool("tool#", "{}")) + `]}`
		}, false, false},
		{"much that may be a schema", says(strings.Repeat(`{"a":`, 9000)+strings.Repeat("x", 300_000), `"response_format":{"type":"json_object"}`), false, false},
		{"many wrong turns", func() string {
			asks := `{"type":"object","properties":{` + list(2000, `"p#":{}`) + `},"required":["a"]}`
			return `{"messages":[{"role":"system","content":` + quoted(asks) + `},{"role":"user","content":"x"},` +
				list(3000, `{"role":"assistant","content":"{}"},{"role":"user","content":"no"}`) + `],"response_format":{"type":"json_object"}}`
		}, false, false},
		{"many unlike", func() string {
			return `{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"[` + list(100_000, "#") + `]"},{"role":"user","content":"no"}],` + schema(`{"type":"array","uniqueItems":true}`) + `}`
		}, false, false},
		{"many ways to be wrong", says("x [[sandbox: schema-wrong how=missing]]", schema(`{"type":"object","properties":{`+list(9000, `"p#":{"type":"string"}`)+`}}`)), false, false},
		{"many long choices", says("[[sandbox: long tokens=100000]]", `"n":128`), false, false},
		{"more than there is", says("[[sandbox: tool-calls n=1000000000]]"), false, false},
	}
}
