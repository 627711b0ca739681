package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is how many bytes of a name or a value are shown.
const maxShown = 60

// maxListed is how many alternatives are listed.
const maxListed = 20

// cut is the beginning of what may be long.
func cut(s string) string { return cutAt(s, maxShown) }

func cutAt(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size] + "…"
}

// show is a value as a problem names it: cut, and no more than its kind where it
// has parts.
func show(value any) string {
	switch value := value.(type) {
	case *object, []any:
		return describeValue(value)
	case string:
		return quote(cut(value))
	}
	return cut(string(appendValue(nil, value)))
}

// describeValue is a value with its kind: `the string "five"`, `a list`.
func describeValue(value any) string {
	switch value.(type) {
	case *object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "the string " + show(value)
	case number:
		return "the number " + show(value)
	}
	return show(value)
}

// kindWords are JSON Schema's types as a model is told of them.
var kindWords = map[string]string{
	"object": "an object", "array": "a list", "string": "a string", "number": "a number",
	"integer": "a whole number", "boolean": "true or false", "null": "null",
}

// describe says in a few words what fits a schema; "" if that is not easily said.
func (r reader) describe(schema any) string {
	o, ok := r.follow(schema).(*object)
	if !ok {
		return ""
	}
	if value, ok := o.find("const"); ok {
		return show(value)
	}
	if enum, ok := o.get("enum").([]any); ok && len(enum) > 0 {
		return oneOf(enum)
	}
	types := typesOf(o)
	if format, ok := o.get("format").(string); ok && slices.Contains(types, "string") {
		return formatWords(format)
	}
	if len(types) > 0 {
		return kinds(types)
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		options, _ := o.get(keyword).([]any)
		var words []string
		for _, option := range options {
			inner, _ := r.follow(option).(*object)
			names := typesOf(inner)
			if len(names) == 0 {
				return ""
			}
			for _, name := range names {
				if !slices.Contains(words, name) {
					words = append(words, name)
				}
			}
		}
		if len(words) > 0 {
			return kinds(words)
		}
	}
	return ""
}

// oneOf lists what an enum has.
func oneOf(enum []any) string {
	if len(enum) == 1 {
		return show(enum[0])
	}
	return "one of " + listed(enum, show)
}

// kinds joins types: "a string or null".
func kinds(types []string) string {
	words := make([]string, len(types))
	for i, name := range types {
		words[i] = kindWords[name]
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func formatWords(format string) string {
	if example := formatExamples[format]; example != "" {
		return fmt.Sprintf("a string with a %s, as in %s", format, quote(example))
	}
	return "a string in the format " + cut(format)
}

var formatExamples = map[string]string{
	"date-time": "2006-01-02T15:04:05Z", "date": "2006-01-02", "time": "15:04:05Z", "email": "name@example.com",
	"uri": "https://example.com/", "uuid": "123e4567-e89b-12d3-a456-426614174000", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
}

// listed joins up to maxListed items with commas.
func listed[T any](items []T, word func(T) string) string {
	words := make([]string, 0, min(len(items), maxListed))
	for _, item := range items[:min(len(items), maxListed)] {
		words = append(words, word(item))
	}
	if more := len(items) - maxListed; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

func quoted(name string) string { return quote(cut(name)) }

// nearest is the name that was probably meant; "" if none is near.
func nearest(name string, names []string) string {
	best, least := "", min(1+len(name)/3, len(name)-1) // not every letter may differ
	for _, candidate := range names {
		if sameLetters(name, candidate) {
			return candidate
		}
		if d := distance(name, candidate, least); d <= least {
			if d < least || best == "" {
				best, least = candidate, d
			}
		}
	}
	return best
}

// sameLetters says whether two names differ in case and punctuation only.
func sameLetters(a, b string) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	return letters(a) == letters(b)
}

// distance is how many bytes must be put in, taken out or replaced to make b of a;
// more than most if it is more than most.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most || len(a) > maxShown {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
