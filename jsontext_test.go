package azmistral

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slowText is the oracle of appendText: one rune at a time.
func slowText(s string) string {
	escapes := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s { // U+FFFD for each byte that is not UTF-8
		switch escape, ok := escapes[r]; {
		case ok:
			b.WriteString(escape)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// TestTextEveryByte puts every byte at every place of a text that is searched 8
// bytes at a time, alone and next to one that may be taken for an escape by the
// search.
func TestTextEveryByte(t *testing.T) {
	for c := range 256 {
		for at := range 19 {
			for _, before := range []string{"", "\n", "\"", "\\", "\x1f"} {
				text := strings.Repeat(" ", at) + before + string([]byte{byte(c)}) + strings.Repeat("#", 18-at)
				require.Equal(t, slowText(text), string(appendText(nil, text)), "%q", text)
			}
		}
	}
}

// TestTextAsJSON: the oracle and encoding/json mean the same text.
func TestTextAsJSON(t *testing.T) {
	for r := range rune(0x11000) {
		text := "a" + string(r) + "b"
		theirs, err := json.Marshal(text)
		require.NoError(t, err)
		var want, got string
		require.NoError(t, json.Unmarshal(theirs, &want))
		require.NoError(t, json.Unmarshal([]byte(slowText(text)), &got))
		require.Equal(t, want, got)
	}
}

// TestEscapeInto writes to room of every size: never half an escape, nothing
// beyond the room.
func TestEscapeInto(t *testing.T) {
	text := "plain text \"quoted\"\n\\\x00\x1f\r\t\x7f é€😀 <>& and a longer plain end"
	want := slowText(text)
	want = want[1 : len(want)-1]
	assert.Equal(t, len(want), escapedLen(text))
	assert.Equal(t, "a"+want, string(appendEscaped([]byte("a"), text)))
	for room := maxEscape; room <= len(want)+9; room++ {
		var all []byte
		for rest := text; rest != ""; {
			dst := []byte(strings.Repeat("~", room+8))
			n, read := escapeInto(dst[:room], rest)
			require.NotZero(t, read)
			require.LessOrEqual(t, n, room)
			require.Equal(t, "~~~~~~~~", string(dst[room:]))
			require.Equal(t, n, escapedLen(rest[:read]))
			all, rest = append(all, dst[:n]...), rest[read:]
		}
		require.Equal(t, want, string(all), "in rooms of %d bytes", room)
	}
	n, read := escapeInto(make([]byte, maxEscape-1), "\x00")
	assert.Zero(t, n+read)
}
