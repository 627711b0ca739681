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
}

// longText is the length in bytes from which a text is a part of the body. Shorter
// ones are copies, so that an id that is kept for long does not keep the body.
const longText = 1 << 10

// text gives a long text as a part of the body; false where it is short, has escapes
// that raw could not make again, or is not UTF-8.
func (a *answerText) text(t jsonscan.Text) (string, bool) {
	inside := a.data[t.From:t.To]
	if len(inside) < longText {
		return "", false
	}
	if t.Escaped {
		if !t.Short(a.data) || !t.ASCII && !utf8.Valid(inside) {
			return "", false
		}
		text, _ := t.Append(inside[:0], a.data) // never longer than it was
		a.spans = append(a.spans, unescapedSpan{t.From, t.To, len(text)})
		inside = text
	} else if !t.ASCII && !utf8.Valid(inside) {
		return "", false
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
	end := 0
	for _, span := range a.spans {
		raw = append(raw, a.data[end:span.from]...)
		raw = jsonscan.AppendShort(raw, a.data[span.from:span.from+span.length])
		end = span.to
	}
	return append(raw, a.data[end:]...)
}

// restore undoes what was unescaped. The texts that were given are not valid then.
func (a *answerText) restore() {
	a.data, a.spans = a.raw(), nil
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
