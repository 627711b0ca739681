package azmistraltest

import (
	"math"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// formats are values of the formats that schemas name.
var formats = map[string]string{
	"date":          "2026-01-15",
	"date-time":     "2026-01-15T09:30:00Z",
	"time":          "09:30:00Z",
	"duration":      "PT15M",
	"email":         "ada@example.com",
	"idn-email":     "ada@example.com",
	"hostname":      "example.com",
	"idn-hostname":  "example.com",
	"ipv4":          "192.0.2.1",
	"ipv6":          "2001:db8::1",
	"uri":           "https://example.com/",
	"url":           "https://example.com/",
	"uri-reference": "/example",
	"iri":           "https://example.com/",
	"uuid":          "123e4567-e89b-12d3-a456-426614174000",
	"regex":         "^a+$",
	"json-pointer":  "/a",
	"byte":          "c2FuZGJveA==",
}

func (f *filler) text(schema *node, name string) string {
	if pattern := schema.get("pattern").str(); pattern != "" {
		if text, ok := f.matching(pattern, schema.get("minLength").integer(0)); ok {
			return text
		}
	}
	if text, ok := formats[schema.get("format").str()]; ok {
		return text
	}
	least, most := min(schema.get("minLength").integer(0), maxRunes), schema.get("maxLength").integer(math.MaxInt)
	if !f.hints.effort.spend(outputSteps * max(0, least)) {
		least = 0
	}
	text := f.word(name)
	for utf8.RuneCountInString(text) < least {
		text += "-" + text
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:max(0, most)])
	}
	return text
}

// word takes the question's next word, else one that fits the property's name.
func (f *filler) word(name string) string {
	if word, ok := f.hints.next(); ok {
		return word
	}
	lower := strings.ToLower(name)
	for _, known := range []struct{ part, word string }{
		{"city", "Paris"}, {"location", "Paris"}, {"place", "Paris"}, {"country", "France"}, {"language", "French"},
		{"first", "Ada"}, {"last", "Lovelace"}, {"name", "Ada"}, {"date", "2026-01-15"}, {"time", "09:30"},
		{"unit", "celsius"}, {"currency", "EUR"}, {"mail", "ada@example.com"}, {"url", "https://example.com/"},
		{"query", "sandbox"}, {"id", "A1"},
	} {
		if strings.Contains(lower, known.part) {
			return known.word
		}
	}
	if name != "" {
		return "some " + strings.ReplaceAll(name, "_", " ")
	}
	return "sandbox"
}

// matching makes a text for a regular expression of the kind that Go reads.
func (f *filler) matching(pattern string, least int) (string, bool) {
	e := f.hints.effort
	x := e.expression(pattern)
	if x == nil {
		return "", false
	}
	for more := range 64 { // repeats are made longer until the text is long enough
		var b strings.Builder
		generate(&b, x.parsed, more)
		text := b.String()
		matches, known := e.matches(x, text)
		if !known {
			break
		}
		if matches && utf8.RuneCountInString(text) >= least {
			return text, true
		}
	}
	return "", false
}

func generate(b *strings.Builder, re *syntax.Regexp, more int) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(runeOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			generate(b, sub, more)
		}
	case syntax.OpAlternate:
		generate(b, re.Sub[0], more)
	case syntax.OpPlus:
		for range 1 + more {
			generate(b, re.Sub[0], 0)
		}
	case syntax.OpStar, syntax.OpQuest:
		if re.Op == syntax.OpStar {
			for range more {
				generate(b, re.Sub[0], 0)
			}
		}
	case syntax.OpRepeat:
		count := re.Min + more
		if re.Max >= 0 {
			count = min(count, re.Max)
		}
		for range count {
			generate(b, re.Sub[0], 0)
		}
	}
}

// runeOf takes a plain letter or digit of a class where it has one.
func runeOf(ranges []rune) rune {
	for _, wanted := range "aA0" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= wanted && wanted <= ranges[i+1] {
				return wanted
			}
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}
