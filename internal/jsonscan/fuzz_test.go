package jsonscan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var seeds = []string{
	`{"a":1,"b":[true,false,null,"x\n\"\\\/\u00e9\ud83d\ude00é"],"c":{"d":{}}}`,
	` { "a" : [ ] , "b" : -12 } `, `[1,2.5e-3,0,-0,1E+9]`, `"a long string without anything odd in it, to be read by words"`,
	`{"A":1}`, `{"a\u0062":1}`, `{"é":1}`, `{"a":1,}`, `[1,]`, `{,}`, `{"a"}`, `{"a":}`, `[01]`, `[1.]`, `[-]`, `[1e]`, `["\x"]`, `["\ud800"]`, `["\udc00\ud800"]`, `["\u12"]`,
	"[\"\x01\"]", "[\"\xff\"]", `tru`, `nulll`, `"`, `"\`, `{"a":1 "b":2}`, `[1 2]`, `1 2`, ``, "\xEF\xBB\xBF1", strings.Repeat("[", 40) + strings.Repeat("]", 40),
	`[123456789012345678,-123456789012345678,1234567890123456789]`, `["0123456\"","01234567\"","0123456\u0041"]`,
}

// FuzzScanner walks any text as a value of any shape, and compares with
// encoding/json: what is walked to its end is JSON, with the same values. What
// encoding/json takes and the scanner does not has a reason in the package's comment.
func FuzzScanner(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s Scanner
		s.Reset(data)
		got := walk(&s)
		s.End()
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var want any
		valid := json.Valid(data)
		if valid {
			require.NoError(t, d.Decode(&want))
		}
		switch {
		case s.OK():
			require.True(t, valid, "accepted what is no JSON")
			require.Equal(t, want, got)
		case valid:
			require.True(t, isRare(want, data), "refused what is usual: %s", data)
		}

		// Skipping takes all of JSON, but what is nested too deep.
		s.Reset(data)
		raw := s.Skip()
		s.End()
		if s.OK() {
			require.True(t, valid)
			require.Equal(t, string(bytes.Trim(data, " \t\r\n")), string(raw))
		} else if valid {
			require.Greater(t, depth(data), maxDepth)
		}
	})
}

// walk reads a value through every method.
func walk(s *Scanner) any {
	switch s.Kind() {
	case '{':
		m := map[string]any{}
		s.Object()
		for name, ok := s.Member(); ok; name, ok = s.Member() {
			m[string(name)] = walk(s)
		}
		return m
	case '[':
		l := []any{}
		for s.List(); s.Item(); {
			l = append(l, walk(s))
		}
		return l
	case '"':
		t := s.Text()
		if !s.OK() {
			return nil
		}
		text, ok := t.Append(nil, s.data)
		if !ok {
			s.Fail()
		}
		return string(text)
	case 't', 'f':
		return s.Bool()
	case 'n':
		if !s.Null() {
			s.Fail()
		}
		return nil
	}
	from := s.Pos()
	n := s.Int()
	if !s.OK() {
		return nil
	}
	text := strings.TrimSpace(string(s.data[from:s.Pos()]))
	if text != "-0" && strconv.FormatInt(n, 10) != text {
		return fmt.Sprintf("%d is not %s", n, text)
	}
	return json.Number(text)
}

// isRare says whether a value holds something that the scanner leaves to others.
func isRare(v any, data []byte) bool {
	switch v := v.(type) {
	case map[string]any:
		for name, item := range v {
			if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r >= 0x7f || r == '"' || r == '\\' || r >= 'A' && r <= 'Z' }) || isRare(item, data) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if isRare(item, data) {
				return true
			}
		}
	case json.Number:
		digits := strings.TrimPrefix(v.String(), "-")
		return len(digits) > 18 || strings.Trim(digits, "0123456789") != ""
	}
	// The text is looked at as a whole where the value does not tell: an escape in a
	// name, half a pair, bytes that are no text.
	return !utf8.Valid(data) || bytes.Contains(data, []byte(`\`)) || depth(data) > maxDepth
}

func depth(data []byte) (deepest int) {
	d := json.NewDecoder(bytes.NewReader(data))
	n := 0
	for {
		token, err := d.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			n++
		case json.Delim('}'), json.Delim(']'):
			n--
		}
		deepest = max(deepest, n)
	}
}

// FuzzText compares with encoding/json's reading of a string, and with what it was
// where it is escaped again.
func FuzzText(f *testing.F) {
	for _, seed := range []string{``, `a`, `\n`, `0123456789\t\"\\\b\f\r0123456789`, `\/`, `\u000a`, `é😀`, `\ud83d\ude00`, `\ud83dx`, `\u00zz`, `\u00g`, "\xff", `\`, `"`, "\x1f", `01234567"89`, "0123456\x01"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, inside []byte) {
		data := append(append([]byte(`"`), inside...), `" behind`...)
		text, ok := Inside(data, 1)
		if !ok {
			require.Error(t, json.Unmarshal(append(append([]byte(`"`), inside...), '"'), new(string)))
			return
		}
		raw := data[text.From:text.To]
		var want string
		require.NoError(t, json.Unmarshal(data[:text.To+1], &want))
		require.Equal(t, bytes.IndexByte(raw, '\\') >= 0, text.Escaped)
		require.Equal(t, !bytes.ContainsFunc(raw, func(r rune) bool { return r >= utf8.RuneSelf }), text.ASCII)
		got, ok := text.Append(nil, data)
		if !ok {
			require.Contains(t, want, "\uFFFD")
			return
		}
		require.Equal(t, want, string(got))
		again, end := []byte(nil), 0
		noted, ok := text.AppendNoting(nil, data, func(at, length int, escape []byte) {
			again = append(AppendShort(again, []byte(want[end:at])), escape...)
			end = at + length
		})
		require.True(t, ok)
		require.Equal(t, want, string(noted))
		require.Equal(t, string(raw), string(AppendShort(again, got[end:])))
		// In its own place: never longer, never written before it was read.
		own, _ := text.Append(data[text.From:text.From], bytes.Clone(data))
		same, _ := text.Append(data[text.From:text.From], restore(data, raw, text.From, inside))
		require.Equal(t, want, string(own))
		require.Equal(t, want, string(same))
	})
}

// restore writes the inside to its place again.
func restore(data, raw []byte, from int, inside []byte) []byte {
	copy(data[from:], inside[:len(raw)])
	return data
}
