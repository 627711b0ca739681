package azmistraltest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// hints are what a question offers for the values of a schema: its names and
// numbers are taken first, so that "the weather in Paris" asks for Paris.
type hints struct {
	words   []hint
	numbers []string
	named   map[string]bool // the words, in lower case
	labels  []label
	taken   int // words so far; the last one is taken again and again
	nth     int // of the labels of one name, which item of a list it is for
	effort  *effort
}

// hint is one name of a question.
type hint struct {
	text   string
	listed bool // it goes on from the one before it: "Paris, Rome and Oslo"
}

var (
	quotedText = regexp.MustCompile(`"([^"\n]{1,80})"|'([^'\n]{1,80})'|“([^”\n]{1,80})”`)
	properName = regexp.MustCompile(`[^.!?\s]\s+(\p{Lu}[\p{L}-]+(?:\s+\p{Lu}[\p{L}-]+)*)`)
	anyNumber  = regexp.MustCompile(`-?\d+(?:\.\d+)?`)
	isLabel    = regexp.MustCompile(`^\**[ \t]*[:=]`)
	listGap    = regexp.MustCompile(`^["'”]?(?:\s*[,/&]\s*|\s+)(?:(?:and|or|und|et|y|e|o|ou|oder)\s+)?(?:in\s+)?["'“]?$`)
)

// How much of a question is looked at, and how much is taken from it of each sort.
const (
	hintBytes = 1 << 20
	maxHints  = 1000
)

func hintsOf(question string, e *effort) *hints {
	question = question[:min(len(question), hintBytes)]
	h := &hints{effort: e, numbers: anyNumber.FindAllString(question, maxHints), labels: labelsIn(question), named: map[string]bool{}}
	for _, expression := range []*regexp.Regexp{quotedText, properName} {
		end := -1
		for _, found := range expression.FindAllStringSubmatchIndex(question, maxHints) {
			for group := 2; group < len(found); group += 2 {
				if found[group] < 0 {
					continue
				}
				from, to := found[group], found[group+1]
				if isLabel.MatchString(question[to:]) {
					continue
				}
				h.words = append(h.words, hint{question[from:to], end >= 0 && listGap.MatchString(question[end:from])})
				h.named[strings.ToLower(question[from:to])] = true
				end = to
			}
		}
	}
	return h
}

// next takes the next word. The last one stays.
func (h *hints) next() (string, bool) {
	if len(h.words) == 0 {
		return "", false
	}
	word := h.words[0].text
	if len(h.words) > 1 {
		h.words = h.words[1:]
	}
	h.taken++
	return word, true
}

// listed is how many of the next words are one list.
func (h *hints) listed() int {
	if len(h.words) == 0 {
		return 0
	}
	n := 1
	for n < len(h.words) && h.words[n].listed {
		n++
	}
	return n
}

// only gives hints with that word alone.
func (h *hints) only(i int) *hints {
	one := *h
	one.words = h.words[i : i+1]
	return &one
}

// labelled gives what stands behind a property's name and a colon, up to the end of
// the line or a semicolon; "" where there is nothing. A name of several words stands
// there in any spelling: "due_date" for "Due date: 2026-03-01".
func (h *hints) labelled(name string) string {
	found := h.valuesOf(name)
	if len(found) == 0 {
		return ""
	}
	return strings.Trim(found[min(h.nth, len(found)-1)], " \t\r\".")
}

// valuesOf gives what the labels of a name say, one by one.
func (h *hints) valuesOf(name string) []string {
	words := wordsOf(name)
	if len(words) == 0 || !h.effort.spend(4*len(h.labels)) {
		return nil
	}
	var values []string
	for _, l := range h.labels {
		if l.is(words) {
			values = append(values, l.value)
		}
	}
	return values
}

// label is a name with a colon and a value. Which words are the name's is not known:
// "the new due date: soon" may be of due_date or of date.
type label struct {
	before string // the colon, in lower case
	value  string // up to the end of the line or a semicolon
}

// labelBytes is the most that is looked at of a name, and of a value.
const labelBytes = 1000

func labelsIn(question string) []label {
	var labels []label
	for line := range strings.SplitSeq(question, "\n") {
		for part := range strings.SplitSeq(line, ";") {
			for i := 0; i < len(part) && len(labels) < maxHints; i++ {
				if part[i] != ':' && part[i] != '=' {
					continue
				}
				before := strings.TrimRight(strings.TrimRight(part[max(0, i-labelBytes):i], " \t"), "*")
				value := strings.TrimLeft(strings.TrimLeft(part[i+1:], "*"), " \t")
				if before != "" && value != "" {
					labels = append(labels, label{strings.ToLower(before), strings.ToValidUTF8(value[:min(len(value), labelBytes)], "")})
				}
			}
		}
	}
	return labels
}

// is says whether the label ends with these words, in any spelling of a name.
func (l label) is(words []string) bool {
	rest := l.before
	for i, word := range slices.Backward(words) {
		if i < len(words)-1 {
			rest = strings.TrimRight(rest, " \t_-")
		}
		var ok bool
		if rest, ok = strings.CutSuffix(rest, word); !ok {
			return false
		}
	}
	return rest == "" || strings.ContainsAny(rest[len(rest)-1:], " \t,(*")
}

// itemsTold is how many objects a question tells of: as often as it labels one of
// their required members.
func (f *filler) itemsTold(items *node) int {
	items = f.resolve(items)
	required := f.requiredOf(items)
	n := 0
	for _, m := range items.get("properties").all() {
		if required[m.name] {
			n = max(n, len(f.hints.valuesOf(m.name)))
		}
	}
	return n
}

// told gives the value that the question tells for a property by its name: "Total:
// 119.00" for the property total. nil where there is none, or none that fits.
func (f *filler) told(schema *node, name string, depth int) *node {
	text := f.hints.labelled(name)
	if text == "" {
		return nil
	}
	for _, value := range readAs(text) {
		if (value.is(kindString) || value.is(kindNumber) || value.is(kindBool)) && f.obeys(schema, value, depth) {
			return value
		}
	}
	if !f.hints.effort.spend(len(schema.get("enum").list())) {
		return nil
	}
	for _, value := range schema.get("enum").list() {
		if value.is(kindString) && strings.EqualFold(value.text, text) {
			return value
		}
	}
	return nil
}

// toldList gives the list that the question tells: "Tags: red, green and blue".
func (f *filler) toldList(schema, items *node, name string, depth int) *node {
	text := f.hints.labelled(name)
	if text == "" || !items.is(kindObject) {
		return nil
	}
	list := &node{kind: kindArray}
	for _, part := range listParts.Split(text, -1) {
		values := readAs(part)
		i := slices.IndexFunc(values, func(value *node) bool { return f.obeys(items, value, depth+1) })
		if i < 0 {
			return nil
		}
		list.items = append(list.items, values[i])
	}
	if !f.obeys(schema, list, depth) {
		return nil
	}
	return list
}

var listParts = regexp.MustCompile(`\s*,\s*(?:and\s+)?|\s+and\s+`)

// wordsOf cuts a name into its words: invoice_number, invoiceNumber, invoice-number.
func wordsOf(name string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = word[:0]
	}
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(runes[i-1]) {
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// readAs gives the values that a text can be: its number, yes or no, itself, and
// what comes before a comma or a blank.
func readAs(text string) []*node {
	var values []*node
	if number := anyNumber.FindString(text); number != "" {
		// "1,190.00" and "1 190.00" are numbers with marks between the thousands.
		joined := thousands.ReplaceAllStringFunc(text, func(s string) string {
			return strings.Map(func(r rune) rune {
				if r == ',' || r == ' ' {
					return -1
				}
				return r
			}, s)
		})
		if value, err := strconv.ParseFloat(anyNumber.FindString(joined), 64); err == nil {
			values = append(values, &node{kind: kindNumber, text: strconv.FormatFloat(value, 'f', -1, 64)})
		}
	}
	switch strings.ToLower(text) {
	case "yes", "true":
		values = append(values, &node{kind: kindBool, truth: true})
	case "no", "false":
		values = append(values, &node{kind: kindBool})
	}
	texts := []string{text}
	if before, _, found := strings.Cut(text, ","); found {
		texts = append(texts, strings.TrimSpace(before))
	}
	if before, _, found := strings.Cut(text, " "); found {
		texts = append(texts, before)
	}
	for _, t := range slices.Compact(texts) {
		values = append(values, &node{kind: kindString, text: t})
	}
	return values
}

var thousands = regexp.MustCompile(`\b\d{1,3}(?:[, ]\d{3})+\b`)
