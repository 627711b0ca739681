package errbody

import "strings"

// Detect says whether a text that came with status 200 (an answer's body, or the
// data of an event called name, "" where it had none) is an error, and which.
//
// An event called "error" is one, whatever it holds. Else the text must be a JSON
// object, and one of these: a root member error that says something (beside an
// answer, too), a choice with such a member, the object "error", or, where the
// text has no choices at all, one of message, detail, title, code and errors, or a
// status from 400 up. Azure's results of the prompt's filter, a chunk with usage
// alone, a choice that the filter cut and a filter that could not run are none.
func Detect(name string, data []byte) (Problem, bool) {
	text := trim(string(data))
	if !strings.EqualFold(strings.TrimSpace(name), "error") {
		if text == "" || text[0] != '{' {
			return Problem{}, false
		}
		if doc, ok := asDocument(text); !ok || !doc.refuses() {
			return Problem{}, false
		}
	}
	return parse(text, 0), true
}

// refuses says whether an object is an error.
func (d document) refuses() bool {
	choices := d.get("choices")
	answers := choices.kind == isList && choices.size > 0

	switch e := d.get("error"); e.kind {
	case isObject, isList: // an empty one says something where nothing else does
		if e.size > 0 || !answers {
			return true
		}
	default:
		if !e.blank() {
			return true
		}
	}
	for _, choice := range choices.items {
		if !choice.get("error").blank() {
			return true
		}
	}
	// Of a text that was cut off, an answer may have followed.
	if answers || d.cut {
		return false
	}
	if strings.EqualFold(d.get("object").text, "error") {
		return true
	}
	if choices.kind == isList {
		return false
	}
	for _, name := range []string{"message", "detail", "title", "code", "errors"} {
		if !d.get(name).blank() {
			return true
		}
	}
	for _, name := range statusNames {
		if status(d.get(name)) >= 400 {
			return true
		}
	}
	return false
}
