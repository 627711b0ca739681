package errbody

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLevel bounds how often JSON text is looked for within JSON text.
const maxLevel = 4

// maxObjects bounds how many JSON objects are looked for in one text.
const maxObjects = 16

// words reads a text that a service wrote, and returns it as a message. JSON
// within it is read, and only what that says is kept of it; the rest may be the
// request. Prose after JSON that had a message is listened to for a wait only.
func (p *Problem) words(s string, level int) string {
	s = trim(s)
	s = s[:min(len(s), maxString)]
	if isMarkup(s) {
		s = p.markup(s)
	}
	var said string
	for range maxObjects {
		before, from, at := embedded(s)
		if at != 0 {
			// Before JSON is looked for: pydantic quotes the input like an object. But
			// not within JSON, whose quotes and line feeds are still escaped.
			before, from, at = embedded(withoutInput(s))
		}
		said = joinWith(said, p.prose(before), " ")
		if at < 0 {
			return said
		}
		doc, ok := asDocument(from)
		var q Problem
		if ok && level < maxLevel {
			q.value(doc.value, level+1)
			q.conclude()
		}
		message := q.Message
		q.Message = ""
		p.absorb(q)
		if message != "" {
			p.words(doc.rest, maxLevel)
			return join(said, message)
		}
		said = joinWith(said, "{…}", " ")
		s = doc.rest
	}
	return joinWith(said, "…", " ")
}

// embedded finds the first JSON object, or list of objects, in a text: what stands
// before it, the text from it on, freed of the escapes that its quotes may have, and
// its place, -1 if there is none.
func embedded(s string) (before, from string, at int) {
	for i := 0; i < len(s); i++ {
		if s[i] != '{' {
			continue
		}
		layers, opening := escapeLayers(s[i:]), s[i:]
		if layers > 0 {
			opening = unescape(opening[:min(len(opening), openingSize)], layers)
		}
		if !opensObject(opening) {
			continue
		}
		before, from = s[:i], unescape(s[i:], layers)
		if start := strings.TrimRight(before, blanks); strings.HasSuffix(start, "[") {
			before, from = strings.TrimSuffix(start, "["), "["+from
		}
		return before, from, len(before)
	}
	return s, "", -1
}

// openingSize is how much of an escaped text is looked at to see whether it is an
// object, in bytes: more than a brace, a name and its escapes take.
const openingSize = 256

// escapeLayers says how often the quotes of an object's text were escaped:
// {"a":1} not at all, {\"a\":1} once, {\\\"a\\\":1} twice.
func escapeLayers(s string) int {
	name := strings.TrimLeft(s[1:], blanks)
	quote := strings.TrimLeft(name, `\`)
	if !strings.HasPrefix(quote, `"`) {
		return 0
	}
	layers := 0
	for n := len(name) - len(quote); n > 0; n /= 2 {
		layers++
	}
	return layers
}

var unescapeOnce = strings.NewReplacer(`\\`, `\`, `\"`, `"`)

func unescape(s string, layers int) string {
	for range layers {
		s = unescapeOnce.Replace(s)
	}
	return s
}

// prose returns a text without the pointer to a guide that Azure appends to what
// its model containers say, and notes the wait that it asks for.
func (p *Problem) prose(s string) string {
	p.Wait = max(p.Wait, Wait(s))
	if i := strings.Index(s, "Please check this guide to understand why this error code"); i > 0 && trim(s[:i]) != "" {
		s = s[:i]
	}
	return tidy(s, maxMessage)
}

const inputValue = "input_value="

// withoutInput takes out of pydantic's prose the value that was refused, and the
// address of the manual:
//
//	Field required [type=missing, input_value={'role': 'user'}, input_type=dict]
//	  For further information visit https://errors.pydantic.dev/2.13/v/missing
//
// The value may hold anything but a line feed, also what looks like its own end.
// So of several entries that were folded into one line only the first is kept.
func withoutInput(s string) string {
	const inputType, manual = "input_type=", "For further information visit "
	if !strings.Contains(s, inputValue) && !strings.Contains(s, manual) {
		return s
	}
	var b strings.Builder
	for line := range strings.SplitAfterSeq(s, "\n") {
		for {
			from := strings.Index(line, inputValue)
			if from < 0 {
				break
			}
			kept := strings.TrimRight(line[:from], ", ")
			after := ""
			if to := strings.LastIndex(line, inputType); to > from {
				if end := strings.IndexByte(line[to:], ']'); end >= 0 {
					after = line[to+end:]
				}
			}
			if after == "" && strings.HasSuffix(line, "\n") {
				after = "\n"
			}
			line = kept + after
		}
		if from := strings.Index(line, manual); from >= 0 {
			after := line[from+len(manual):]
			line = line[:from] + after[max(0, strings.IndexAny(after+" ", " \n")):]
		}
		b.WriteString(line)
	}
	return b.String()
}

// tidy makes a text fit for one line of a log: valid, without control characters,
// blanks of every kind folded to one, and at most limit bytes, the last of which
// then say that there was more.
func tidy(s string, limit int) string {
	const more = "…"
	var b strings.Builder
	cut := 0 // where the text ends if it turns out to be too long
	blank := false
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			blank = b.Len() > 0
			continue
		}
		size := utf8.RuneLen(r)
		if blank {
			size++
		}
		if b.Len()+size > limit {
			return b.String()[:cut] + more
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
		if b.Len() <= limit-len(more) {
			cut = b.Len()
		}
	}
	return b.String()
}

// trim takes a byte order mark and blanks off a text.
func trim(s string) string {
	return strings.TrimSpace(strings.TrimPrefix(s, "\uFEFF"))
}

// join puts a headline before what it stands over. What says the other already is
// enough.
func join(headline, text string) string {
	headline = strings.TrimRight(headline, " :,-")
	switch {
	case strings.Contains(headline, text):
		return headline
	case strings.Contains(text, headline):
		return text
	case strings.ContainsAny(headline[len(headline)-1:], ".!?"):
		return tidy(headline+" "+text, maxMessage)
	}
	return tidy(headline+": "+text, maxMessage)
}

func joinWith(a, b, separator string) string {
	if a == "" || b == "" {
		return a + b
	}
	return tidy(a+separator+b, maxMessage)
}
