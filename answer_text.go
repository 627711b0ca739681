package azmistral

import (
	"bytes"
	"unicode/utf8"
	"unsafe"

	"github.com/azmistral/azmistral/internal/jsonscan"
)

// answerText is the body of an answer that came in one piece, which the answer's
// long texts are parts of: a long answer is in memory once. Where such a text has
// escapes it was unescaped in its place. raw makes the body as it was received.
type answerText struct {
	data   []byte
	spans  []unescapedSpan // in order
	odd    []oddEscape     // of all spans, in order
	reader answerReader    // for those who captured the response
}

// hold makes a the text of data.
func (a *answerText) hold(data []byte) *answerText {
	a.data, a.reader.text = data, a
	return a
}

// unescapedSpan is a place in which a text was unescaped.
type unescapedSpan struct {
	from, to int // of the text as it came
	length   int // of the text as it is, from from on
	odd      int // how many odd escapes it has
}

// oddEscape is an escape that is longer than need be, such as \u00e9, by which the
// text cannot tell that it was one.
type oddEscape struct {
	at     int   // in the data, of what it stands for
	length uint8 // of that, in bytes
	size   uint8 // of the escape
	escape [6]byte
}

// maxOdd bounds the odd escapes: one for so many bytes of a text. A text with more is
// copied: to note them all would cost as much.
const maxOdd = 64

// longText is the length in bytes from which a text is a part of the body. Shorter
// ones are copies, so that an id that is kept for long does not keep the body.
const longText = 1 << 10

// text gives a long text as a part of the body; false where it is short, has many
// escapes that are longer than need be, or of surrogates, or is not UTF-8.
func (a *answerText) text(t jsonscan.Text) (string, bool) {
	inside := a.data[t.From:t.To]
	if len(inside) < longText || !t.ASCII && !utf8.Valid(inside) {
		return "", false
	}
	if t.Escaped {
		if bytes.Count(inside, longEscape)+bytes.Count(inside, escapedSlash) > len(inside)/maxOdd || hasSurrogates(inside) {
			return "", false
		}
		before := len(a.odd)
		text, _ := t.AppendNoting(inside[:0], a.data, func(at, length int, escape []byte) { // never longer than it was
			odd := oddEscape{at: t.From + at, length: uint8(length), size: uint8(len(escape))}
			copy(odd.escape[:], escape)
			a.odd = append(a.odd, odd)
		})
		a.spans = append(a.spans, unescapedSpan{t.From, t.To, len(text), len(a.odd) - before})
		inside = text
	}
	return unsafe.String(unsafe.SliceData(inside), len(inside)), true
}

// raw is the body as it was received: data itself, or a copy where texts were
// unescaped in it.
func (a *answerText) raw() []byte {
	if len(a.spans) == 0 {
		return a.data
	}
	raw := make([]byte, 0, len(a.data))
	end, odd := 0, a.odd
	for _, span := range a.spans {
		raw = append(raw, a.data[end:span.from]...)
		end = span.from
		for _, o := range odd[:span.odd] {
			raw = append(jsonscan.AppendShort(raw, a.data[end:o.at]), o.escape[:o.size]...)
			end = o.at + int(o.length)
		}
		odd = odd[span.odd:]
		raw = jsonscan.AppendShort(raw, a.data[end:span.from+span.length])
		end = span.to
	}
	return append(raw, a.data[end:]...)
}

// restore undoes what was unescaped. The texts that were given are not valid then.
func (a *answerText) restore() {
	a.data, a.spans, a.odd = a.raw(), nil, nil
}

var (
	longEscape   = []byte(`\u`)
	escapedSlash = []byte(`\/`)
)

// hasSurrogates says whether a text may have escapes of surrogates: a half of a pair
// is nothing that a text can hold.
func hasSurrogates(inside []byte) bool {
	return bytes.Contains(inside, []byte(`\ud`)) || bytes.Contains(inside, []byte(`\uD`))
}

// answerReader makes the raw text when somebody reads it.
type answerReader struct {
	text *answerText
	raw  *bytes.Reader
}

func (r *answerReader) Read(p []byte) (int, error) {
	if r.raw == nil {
		r.raw = bytes.NewReader(r.text.raw())
	}
	return r.raw.Read(p)
}

func (r *answerReader) Close() error { return nil }
