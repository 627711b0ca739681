package partial

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// closer is the slow oracle: it reads the beginning of a JSON text, and writes a
// whole JSON text with what is certain in it. Encoding/json makes the expected view of
// that.
type closer struct {
	text  string
	at    int
	whole []string // paths of values that appear when they are complete, as in "list[].when"
}

// closed gives the text of what is certain, "" if nothing is.
func closed(beginning string, whole ...string) string {
	c := &closer{text: beginning, whole: whole}
	text, _ := c.value("")
	return text
}

// value gives what is certain of a value, and whether the text goes on behind it.
func (c *closer) value(path string) (certain string, complete bool) {
	certain, complete = c.anyValue(path)
	if !complete && slices.Contains(c.whole, path) {
		return "", false
	}
	return certain, complete
}

func (c *closer) anyValue(path string) (string, bool) {
	switch c.next() {
	case 0:
		return "", false
	case '{':
		return c.list('}', func() (string, bool) {
			if c.next() == 0 {
				return "", false
			}
			name, ok := c.str()
			if !ok || c.next() == 0 {
				return "", false
			}
			c.at++ // the colon
			var plain string
			if err := json.Unmarshal([]byte(name), &plain); err != nil {
				panic(err)
			}
			value, ok := c.value(strings.TrimPrefix(path+"."+plain, "."))
			if value == "" {
				return "", false
			}
			return name + ":" + value, ok
		})
	case '[':
		return c.list(']', func() (string, bool) { return c.value(path + "[]") })
	case '"':
		return c.str()
	}
	from := c.at
	for c.at < len(c.text) && strings.IndexByte("+-.0123456789eEaflnrstu", c.text[c.at]) >= 0 {
		c.at++
	}
	token := c.text[from:c.at]
	word := token == "true" || token == "false" || token == "null"
	if c.at == len(c.text) && !word {
		return "", false
	}
	return token, true
}

// next skips blanks, and gives the byte behind them, 0 at the end.
func (c *closer) next() byte {
	for ; c.at < len(c.text); c.at++ {
		if strings.IndexByte(" \t\r\n", c.text[c.at]) < 0 {
			return c.text[c.at]
		}
	}
	return 0
}

// list reads members or elements up to the bracket.
func (c *closer) list(end byte, item func() (string, bool)) (string, bool) {
	from := c.at
	c.at++
	if c.next() == end {
		c.at++
		return c.text[from:c.at], true
	}
	var items []string
	for {
		certain, complete := item()
		if certain != "" {
			items = append(items, certain)
		}
		switch next := c.next(); {
		case !complete || next == 0:
			return c.text[from:from+1] + strings.Join(items, ",") + string(end), false
		case next == end:
			c.at++
			return c.text[from:c.at], true
		}
		c.at++ // the comma
	}
}

// str reads a string, and closes it behind its last whole character.
func (c *closer) str() (string, bool) {
	from := c.at
	c.at++
	for c.at < len(c.text) {
		rest := c.text[c.at:]
		switch n := unit(rest); {
		case rest[0] == '"':
			c.at++
			return c.text[from:c.at], true
		case n == 0: // cut
			return c.text[from:c.at] + `"`, false
		default:
			c.at += n
		}
	}
	return c.text[from:] + `"`, false
}

// unit is the length of the first character or escape, 0 if it is cut.
func unit(s string) int {
	high := escaped(s)
	switch {
	case s[0] != '\\':
		if !utf8.FullRuneInString(s) {
			return 0
		}
		_, size := utf8.DecodeRuneInString(s)
		return size
	case len(s) < 2:
		return 0
	case s[1] != 'u':
		return 2
	case high < 0:
		return 0
	case high < 0xD800 || high > 0xDBFF:
		return 6
	}
	second := s[6:]
	if second == "" || second == `\` || strings.HasPrefix(second, `\u`) && len(second) < 6 {
		return 0
	}
	if low := escaped(second); low >= 0 && utf16.DecodeRune(high, low) != utf8.RuneError {
		return 12
	}
	return 6
}

// escaped is the unit that \u at the beginning of s names, -1 if there is none.
func escaped(s string) rune {
	if len(s) < 6 || s[:2] != `\u` {
		return -1
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}
