package errbody

import (
	"strconv"
	"strings"
)

// isMarkup says whether a text is HTML or XML: "<unknown> is no model" is not.
func isMarkup(s string) bool {
	return strings.HasPrefix(s, "<!") || strings.HasPrefix(s, "<?") ||
		strings.HasPrefix(s, "<") && (strings.Contains(s, "</") || strings.HasPrefix(lowerASCII(s[:min(len(s), 5)]), "<html"))
}

// markup returns the words of HTML or XML: of XML the message element, of HTML the
// title and the first heading, of either without these the text. The code element
// beside a message is noted.
func (p *Problem) markup(s string) string {
	if message, ok := element(s, "message"); ok {
		code, _ := element(s, "code")
		p.Code = first(p.Code, tidy(code, maxWord))
		return message
	}
	title, _ := element(s, "title")
	var heading string
	for _, name := range []string{"h1", "h2", "h3"} {
		if heading == "" {
			heading, _ = element(s, name)
		}
	}
	return first(join(title, heading), plain(s))
}

// tag is a tag of a text, or a comment, declaration or CDATA section.
type tag struct {
	name  string // without a namespace's prefix; empty for what is no element
	close bool
	text  string // of a CDATA section
	from  int    // its place
	to    int    // the place after it
}

// nextTag finds the first tag of a text. One without its end goes to the text's
// end.
func nextTag(s string) (tag, bool) {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '<')
		if i < 0 || from+i+1 == len(s) {
			return tag{}, false
		}
		from += i
		t := tag{from: from}
		rest := s[from+1:]
		until := func(end string) (string, int) {
			if i := strings.Index(rest, end); i >= 0 {
				return rest[:i], from + 1 + i + len(end)
			}
			return rest, len(s)
		}
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "!--"):
			_, t.to = until("-->")
		case strings.HasPrefix(rest, "![CDATA["):
			t.text, t.to = until("]]>")
			t.text = strings.TrimPrefix(t.text, "![CDATA[")
		case c == '!' || c == '?':
			_, t.to = until(">")
		case c == '/' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			var inside string
			inside, t.to = until(">")
			inside, t.close = strings.CutPrefix(inside, "/")
			name := inside
			if i := strings.IndexAny(inside, blanks+"/"); i >= 0 {
				name = inside[:i]
			}
			t.name = lowerASCII(name[strings.LastIndexByte(name, ':')+1:])
		default: // a < of prose
			from++
			continue
		}
		return t, true
	}
}

// element is the text of the first element of a name.
func element(s, name string) (string, bool) {
	for {
		t, ok := nextTag(s)
		if !ok {
			return "", false
		}
		s = s[t.to:]
		if t.name == name && !t.close {
			break
		}
	}
	end := 0
	for end < len(s) {
		t, ok := nextTag(s[end:])
		if !ok {
			end = len(s)
			break
		}
		if t.name == name && t.close {
			end += t.from
			break
		}
		end += t.to
	}
	return trim(plain(s[:end])), true
}

// entities are the few names that error pages use. The package html knows all of
// them, and costs a program 78 KB.
var entities = map[string]string{
	"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "nbsp": " ", "ndash": "-", "mdash": "-", "hellip": "...", "copy": "(c)",
}

// resolve puts in what the entities of a text stand for: those, and the numeric ones.
func resolve(s string) string {
	const longest = 10 // of what stands between & and ;
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "&")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest[:min(len(rest), longest+1)], ";")
		text, known := entities[name]
		if digits, numeric := strings.CutPrefix(name, "#"); numeric {
			base := 10
			if hex := strings.TrimLeft(digits, "xX"); hex != digits {
				digits, base = hex, 16
			}
			n, err := strconv.ParseInt(digits, base, 32)
			text, known = string(rune(n)), err == nil && n > 0
		}
		if !ok || !known {
			b.WriteByte('&')
			s = rest
			continue
		}
		b.WriteString(text)
		s = after + rest[min(len(rest), longest+1):]
	}
}

// plain is a text without its tags, and without scripts and styles.
func plain(s string) string {
	var b strings.Builder
	hidden := ""
	for {
		t, ok := nextTag(s)
		if !ok {
			t.from, t.to = len(s), len(s)
		}
		if hidden == "" {
			b.WriteString(resolve(s[:t.from]))
			b.WriteString(" " + t.text)
		}
		if !ok {
			return b.String()
		}
		switch {
		case hidden == "" && !t.close && (t.name == "script" || t.name == "style"):
			hidden = t.name
		case hidden == t.name && t.close:
			hidden = ""
		}
		s = s[t.to:]
	}
}
