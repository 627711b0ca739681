package errbody

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// requireFit checks what holds for every problem, whatever the body.
func requireFit(t *testing.T, p Problem) {
	t.Helper()
	fits := func(text string, limit int) {
		require.LessOrEqual(t, len(text), limit)
		require.True(t, utf8.ValidString(text), "%q", text)
		require.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool {
			return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
		}), "%q is one line", text)
	}
	fits(p.Message, maxMessage)
	fits(p.Code, maxWord)
	fits(p.Type, maxWord)
	fits(p.Param, maxWord)
	require.LessOrEqual(t, len(p.Fields), maxFields)
	for _, field := range p.Fields {
		fits(field.Path, maxPath)
		fits(field.Message, maxMessage)
		fits(field.Type, maxWord)
	}
	require.LessOrEqual(t, len(p.Filter), maxCategories)
	for category, result := range p.Filter {
		fits(category, maxWord)
		fits(result.Severity, maxWord)
	}
	require.True(t, p.Status == 0 || p.Status >= 100 && p.Status <= 999)
	require.True(t, p.Wait >= 0 && p.Wait <= maxWait)
}

// canary is planted as what a validation error repeats of the request.
const canary = "Zq7xCanary"

// refusal makes a 422 that repeats text, in the shape and at the place that the
// numbers say.
func refusal(text, prefix string, place, shape uint8) string {
	var input any = text
	switch place % 5 {
	case 1:
		input = map[string]any{"message": text, "error": map[string]any{"message": text}}
	case 2:
		input = []any{text, map[string]any{"detail": text, "loc": []any{text}}}
	case 3:
		input = map[string]any{text: text}
	case 4:
		input = `{"error":{"message":` + quoted(text) + `}}`
	}
	entry := map[string]any{"type": "string_type", "loc": []any{"body", "messages", 0, "content"}, "msg": "Input should be a valid string", "input": input, "ctx": map[string]any{"error": text}, "url": text}
	detail := map[string]any{"detail": []any{entry}}
	prose := "1 validation error for M\nmessages\n  Input should be a valid string [type=string_type, input_value=" + python(text) + ", input_type=str]\n    For further information visit https://errors.pydantic.dev/2.13/v/string_type"
	list := compact(detail)
	switch shape % 12 {
	case 0:
		return list
	case 1:
		return compact(map[string]any{"object": "error", "message": detail, "code": nil})
	case 2:
		return compact(map[string]any{"object": "error", "message": list, "code": "1000"})
	case 3:
		return compact(map[string]any{"object": "Error", "detail": []any{entry}, "message": []any{entry}})
	case 4:
		return compact(map[string]any{"error": map[string]any{"code": "Invalid input", "message": list, "status": 422}}) + guide
	case 5:
		return compact(map[string]any{"error": map[string]any{"code": "Invalid input", "message": "invalid input error", "details": []any{entry}}})
	case 6:
		return `{'detail': [{'type': 'string_type', 'loc': ('body', 'x'), 'msg': 'Input', 'input': ` + python(text) + `}]}`
	case 7:
		return compact(map[string]any{"object": "error", "message": prose, "code": 400}) + guide
	case 8:
		return prefix + " " + prose
	case 9:
		return prefix + " " + list + " " + prefix
	case 10:
		return compact(map[string]any{"error": map[string]any{"message": prefix + " " + list}})
	default:
		return compact(map[string]any{"status": 422, "detail": entry, "message": "One of the parameters contain invalid values."})
	}
}

func compact(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

func quoted(text string) string { return compact(text) }

// python is a text as Python shows it: in single quotes, double ones where the
// text has single ones and no double ones.
func python(text string) string {
	quote := "'"
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = `"`
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case string(r) == quote || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ':
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return quote + b.String() + quote
}

func FuzzParse(f *testing.F) {
	for i, tt := range bodies {
		f.Add([]byte(tt.body), "it's ", ", input_type=str] \n}\"", "Refused:", uint8(i), uint8(i/5), uint16(i*7))
	}
	for shape := range uint8(12) {
		for place := range uint8(5) {
			f.Add([]byte{}, `"}],"msg":"`, `\"}'`, `{"a": `, place, shape, uint16(0))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, before, after, prefix string, place, shape uint8, cut uint16) {
		if len(body)+len(before)+len(after)+len(prefix) > 8<<10 {
			return
		}
		requireFit(t, Parse(body))

		for _, text := range []string{before, after, prefix} {
			if strings.Contains(text, "Zq7x") || !utf8.ValidString(text) {
				return
			}
		}
		refused := refusal(before+canary+after, prefix, place, shape)
		for _, text := range []string{refused, refused[:int(cut)%(len(refused)+1)]} {
			p := Parse([]byte(text))
			requireFit(t, p)
			require.NotContains(t, fmt.Sprintf("%+v", p), "Zq7x", "%s", text)
			p, _ = Detect("error", []byte(text))
			require.NotContains(t, fmt.Sprintf("%+v", p), "Zq7x", "%s", text)
		}
	})
}

func FuzzDetect(f *testing.F) {
	for _, tt := range detections {
		f.Add(tt.event, []byte(tt.data))
	}
	for _, tt := range bodies {
		f.Add("", []byte(tt.body))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if len(data) > 8<<10 {
			return
		}
		p, isError := Detect(name, data)
		requireFit(t, p)
		if !isError {
			require.Zero(t, p)
		} else {
			require.Equal(t, Parse(data), p)
		}
		if want, known := plainRules(name, data); known {
			require.Equal(t, want, isError, "%s", data)
		}
	})
}

// plainRules says with encoding/json whether a text is an error. It does not know
// for a text that is no JSON, or whose names differ in case alone.
func plainRules(name string, data []byte) (isError, known bool) {
	if strings.EqualFold(strings.TrimSpace(name), "error") {
		return true, true
	}
	decoder := json.NewDecoder(strings.NewReader(trim(string(data))))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return false, false
	}
	root, ok := v.(map[string]any)
	if !ok {
		return false, true
	}
	root, ok = lowered(root)
	if !ok {
		return false, false
	}
	choices, isList := root["choices"].([]any)
	answers := len(choices) > 0

	e := root["error"]
	if says(e) {
		return true, true
	}
	switch e.(type) {
	case map[string]any, []any:
		if !answers {
			return true, true
		}
	}
	for _, choice := range choices[:min(len(choices), maxItems)] {
		if choice, ok := choice.(map[string]any); ok {
			if choice, ok = lowered(choice); !ok {
				return false, false
			}
			if says(choice["error"]) {
				return true, true
			}
		}
	}
	if answers {
		return false, true
	}
	if object, ok := root["object"].(string); ok && strings.EqualFold(object, "error") {
		return true, true
	}
	if isList {
		return false, true
	}
	for _, name := range []string{"message", "detail", "title", "code", "errors"} {
		if says(root[name]) {
			return true, true
		}
	}
	for _, name := range []string{"status", "statuscode", "status_code", "raw_status_code"} {
		var text string
		switch s := root[name].(type) {
		case json.Number:
			text = s.String()
			if f, err := s.Float64(); err == nil && f == float64(int(f)) {
				text = strconv.Itoa(int(f))
			}
		case string:
			if text = strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }); len(text) > maxWord {
				text = ""
			}
		}
		if n, err := strconv.Atoi(text); err == nil && n >= 400 && n <= 999 {
			return true, true
		}
	}
	return false, true
}

func lowered(object map[string]any) (map[string]any, bool) {
	lower := map[string]any{}
	for name, member := range object {
		name = lowerASCII(name)
		if _, twice := lower[name]; twice {
			return nil, false
		}
		lower[name] = member
	}
	return lower, true
}

func says(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case json.Number:
		f, err := v.Float64()
		return err != nil || f != 0
	case string:
		return trim(v) != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return false
}

func FuzzWait(f *testing.F) {
	for _, tt := range bodies {
		f.Add(tt.body, uint64(26), uint16(5), uint8(1), uint8(2))
	}
	for i := range uint8(60) {
		f.Add("retry after 3 hours", uint64(i)*12345, uint16(i)*7, i, i/3)
	}
	f.Add("", uint64(1<<63), uint16(999), uint8(2), uint8(8))
	phrases := []string{"retry after", "Please retry after", "Try again in", "try again later in", "Quota will be replenished in", "Please wait", "please wait for", "Retry-After:", "Retry your request in"}
	names := []struct {
		name         string
		microseconds int64
	}{
		{"ms", 1e3}, {" milliseconds", 1e3}, {"s", 1e6}, {" seconds", 1e6}, {" sec", 1e6}, {"m", 60e6}, {" minutes", 60e6}, {"h", 3600e6}, {" hours", 3600e6}, {" days", 86400e6}, {"", 1e6},
	}
	f.Fuzz(func(t *testing.T, text string, whole uint64, thousandths uint16, phrase, unit uint8) {
		alone := Wait(text)
		require.True(t, alone >= 0 && alone <= maxWait)
		if len(text) > 4<<10 {
			return
		}
		// A sentence that asks for a wait adds just that, exactly reckoned.
		thousandths %= 1000
		name := names[int(unit)%len(names)]
		sentence := fmt.Sprintf(". %s %d.%03d%s.", phrases[int(phrase)%len(phrases)], whole, thousandths, name.name)
		exact := new(big.Int).SetUint64(whole)
		exact.Mul(exact, big.NewInt(1000)).Add(exact, big.NewInt(int64(thousandths))).Mul(exact, big.NewInt(name.microseconds)) // in nanoseconds
		want := maxWait
		if exact.IsInt64() && exact.Int64() < int64(maxWait) {
			want = time.Duration(exact.Int64())
		}
		require.InDelta(t, float64(max(alone, want)), float64(Wait(text+sentence)), float64(time.Microsecond), "%q", text+sentence)
	})
}
