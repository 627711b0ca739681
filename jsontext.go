package azmistral

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/azmistral/azmistral/internal/jsonscan"
)

// appendText appends s as a JSON string. Only what must be escaped is: '<', '>',
// '&' and U+2028 travel as they are. Each byte that is not UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	return append(appendEscaped(append(b, '"'), validText(s)), '"')
}

// appendEscaped appends what stands for s, which is UTF-8, between the quotes.
func appendEscaped(b []byte, s string) []byte {
	for {
		n, read := escapeInto(b[len(b):cap(b)], s)
		b, s = b[:len(b)+n], s[read:]
		if s == "" {
			return b
		}
		b = slices.Grow(b, len(s)+maxEscape)
	}
}

// escapeInto writes what stands for s between the quotes to dst, as much of it as
// fits and no half escape: n bytes, for the first read bytes of s. What follows
// them in dst is overwritten too.
func escapeInto(dst []byte, s string) (n, read int) {
	for read < len(s) && n < len(dst) {
		if len(s)-read >= 8 && len(dst)-n >= 8 {
			w := binary.LittleEndian.Uint64([]byte(s[read : read+8]))
			binary.LittleEndian.PutUint64(dst[n:], w)
			found := jsonscan.Special(w)
			if found == 0 {
				n, read = n+8, read+8
				continue
			}
			k := bits.TrailingZeros64(found) / 8
			n, read = n+k, read+k
		}
		c := s[read]
		extra := int(escapeExtra[c])
		switch {
		case len(dst)-n <= extra:
			return n, read
		case extra == 0:
			dst[n] = c
		default:
			putEscape(dst[n:], c)
		}
		n, read = n+1+extra, read+1
	}
	return n, read
}

// escapedLen is the length of what appendEscaped appends for s.
func escapedLen(s string) int {
	size := len(s)
	for len(s) >= 8 {
		for found := jsonscan.Special(binary.LittleEndian.Uint64([]byte(s[:8]))); found != 0; found &= found - 1 {
			size += int(escapeExtra[s[bits.TrailingZeros64(found)/8]])
		}
		s = s[8:]
	}
	for i := range len(s) {
		size += int(escapeExtra[s[i]])
	}
	return size
}

// escapeExtra is by how many bytes what stands for a byte is longer.
var escapeExtra = [256]uint8{
	5, 5, 5, 5, 5, 5, 5, 5, 5, '\t': 1, '\n': 1, 5, 5, '\r': 1, 5, 5,
	5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
	'"': 1, '\\': 1,
}

const maxEscape = 6

// putEscape writes the escape of c, for which there is room.
func putEscape(dst []byte, c byte) {
	const hex = "0123456789abcdef"
	switch c {
	case '\n':
		c = 'n'
	case '\r':
		c = 'r'
	case '\t':
		c = 't'
	case '"', '\\':
	default:
		copy(dst, `\u00`)
		dst[4], dst[5] = hex[c>>4], hex[c&15]
		return
	}
	dst[0], dst[1] = '\\', c
}

// validText is validUTF8 for a string.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string(validUTF8([]byte(s)))
}

// appendFloat appends f as encoding/json writes it. JSON has no NaN and no
// infinity.
func appendFloat(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return b, fmt.Errorf("%v is no number that JSON can hold", f)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, 64), nil
}

// userEncoder marshals users' values as encoding/json does, without escaping '<',
// '>' and '&'.
type userEncoder struct {
	text bytes.Buffer
	json *json.Encoder
}

func newUserEncoder() *userEncoder {
	u := new(userEncoder)
	u.json = json.NewEncoder(&u.text)
	u.json.SetEscapeHTML(false)
	return u
}

// marshal returns v's JSON text, which is valid until the next call.
func (u *userEncoder) marshal(v any) ([]byte, error) {
	u.text.Reset()
	if err := u.json.Encode(v); err != nil {
		return nil, err
	}
	return validUTF8(bytes.TrimSuffix(u.text.Bytes(), []byte("\n"))), nil
}

// jsonKind names the type of a JSON value, by its first byte, for an error. It has
// too many callers to be inlined.
//
//go:noinline
func jsonKind(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// validUTF8 replaces each byte that is not UTF-8 by U+FFFD, as encoding/json does
// in strings, also where encoding/json would keep raw bytes. Data that is UTF-8 is
// returned as it is.
func validUTF8(data []byte) []byte {
	if utf8.Valid(data) {
		return data
	}
	out := make([]byte, 0, len(data)+16)
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		out = utf8.AppendRune(out, r)
		data = data[size:]
	}
	return out
}
