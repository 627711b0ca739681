package azmistraltest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
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
			for stream, options := range map[string]*Options{"{": nil, `{"stream":true,`: {Lenient: true}} {
				body := strings.Replace(h.body(), "{", stream, 1)
				r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(body))
				if h.header != "" {
					r = httptest.NewRequest(http.MethodPost, "/models/chat/completions?api-version=2024-05-01-preview", strings.NewReader(body))
					r.Header.Set("extra-parameters", h.header)
				}
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Authorization", "Bearer "+Key)
				r.Header.Set("api-key", Key)
				w := httptest.NewRecorder()
				began := time.Now()
				NewHandler(options).ServeHTTP(w, r)
				assert.Less(t, time.Since(began), soon)
				assert.Less(t, w.Body.Len(), most)
				assert.Contains(t, []int{200, 400, 422}, w.Code)
			}
		})
	}
}

type hostileRequest struct {
	name   string
	body   func() string
	header string // extra-parameters, of an inference route
}

func hostile() []hostileRequest {
	list := func(n int, format string) string {
		texts := make([]string, n)
		for i := range texts {
			texts[i] = strings.ReplaceAll(format, "#", strconv.Itoa(i))
		}
		return strings.Join(texts, ",")
	}
	says := func(text string, fields ...string) func() string {
		quoted, _ := json.Marshal(text)
		message := fmt.Sprintf(`"messages":[{"role":"user","content":%s}]`, quoted)
		return func() string { return "{" + strings.Join(slices.Insert(fields, 0, message), ",") + "}" }
	}
	tool := func(name, parameters string) string {
		return `{"type":"function","function":{"name":"` + name + `","parameters":` + parameters + `}}`
	}
	return []hostileRequest{
		{"many members", func() string { return `{"messages":[],` + list(150_000, `"a#":1`) + `}` }, ""},
		{"many fields to drop", func() string {
			return `{"messages":[{"role":"user","content":"x"}],"model":"m",` + list(150_000, `"a#":1`) + `}`
		}, "drop"},
		{"many required", says("x", `"tools":[`+tool("f", `{"type":"object","required":[`+list(100_000, `"r#"`)+`]}`)+`]`), ""},
		{"many results", func() string {
			called, answered := list(100_000, `{"id":"#","function":{"name":"f","arguments":"{}"}}`), list(100_000, `{"role":"tool","content":"","tool_call_id":"#"}`)
			id := regexp.MustCompile(`"(\d+)"`)
			long := func(s string) string {
				return id.ReplaceAllStringFunc(s, func(s string) string { return `"` + ("00000000" + s[1:])[len(s)-2:] })
			}
			return long(`{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"","tool_calls":[` + called + `]},` + answered + `]}`)
		}, ""},
		{"wrong deep down", says("x", `"tools":[`+tool("f", strings.Repeat(`{"items":`, 3000)+`{"title":5,"default":"`+strings.Repeat("x", 1<<20)+`"}`+strings.Repeat("}", 3000))+`]`), ""},
	}
}
