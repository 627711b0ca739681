package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Check gives what is wrong with a JSON text, at most maxProblems; nil if it fits.
// A name that is given twice in an object is a problem too (rule "duplicate"),
// since readers differ in which one they take; so are nesting deeper than 200
// ("depth") and numbers that no float64 can hold ("type").
func (s *Schema) Check(text []byte) []Problem {
	value, found, err := parse(text)
	if err != nil {
		return []Problem{notJSON(text, err)}
	}
	if len(found) > 0 {
		return found
	}
	return s.checkValue(value)
}

// checkValue leaves the verdict to the validator, unless that would take it too
// long. Only what it refuses is looked at again, for words.
func (s *Schema) checkValue(value any) []Problem {
	e := newExplainer(s.tree)
	if e.known != nil && e.looks(s.tree, value, map[look]int{}) == maxLooks {
		found := e.explain(s.tree, value, "")
		if len(found) == 0 && uses(s.tree, "unevaluatedItems", "unevaluatedProperties") { // only the validator knows them
			return []Problem{{Rule: "depth", Message: "has too many parts, nested too deep, to be checked: make it smaller or flatter"}}
		}
		return found
	}
	err := s.resolved.Validate(native(value))
	if err == nil {
		return nil
	}
	if found := e.explain(s.tree, value, ""); len(found) > 0 {
		return found
	}
	return []Problem{{Rule: "schema", Message: "does not fit the schema: " + cutAt(lastCause(err), 200)}}
}

// lastCause is what the validator found, without the way to it.
func lastCause(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// notJSON tells why a text is no JSON, with what models do in mind.
func notJSON(text []byte, err error) Problem {
	p := problems{}
	trimmed := bytes.TrimSpace(text)
	offset := int64(0)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	const only = "answer with nothing but JSON"
	switch start := bytes.IndexAny(trimmed, "{["); {
	case len(trimmed) == 0:
		p.add("", "syntax", "is empty: answer with JSON")
	case bytes.Contains(trimmed, []byte("```")) && !bytes.HasPrefix(trimmed, []byte("{")) && !bytes.HasPrefix(trimmed, []byte("[")):
		p.add("", "syntax", "is no JSON at byte %d of %d: it is fenced by ```: %s, without the fence", offset, len(text), only)
	case start > 0 && !strings.ContainsRune("{[\"", rune(trimmed[0])):
		p.add("", "syntax", "is no JSON at byte %d of %d: there is text before it: %s", offset, len(text), only)
	case strings.Contains(err.Error(), "after top-level value"):
		p.add("", "syntax", "is no JSON at byte %d of %d: it goes on after the end of the JSON: %s", offset, len(text), only)
	case strings.Contains(err.Error(), "unexpected end"):
		p.add("", "syntax", "is no JSON: it ends after %d bytes, before it is complete", len(text))
	default:
		p.add("", "syntax", "is no JSON at byte %d of %d: %s", offset, len(text), cutAt(err.Error(), 200))
	}
	return p.list[0]
}
