package route

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitPath gives the segments of an escaped path, escaped as they were. Empty
// ones are left out: a doubled slash is a slip in every path known here.
func splitPath(escaped string) ([]string, error) {
	segments := strings.FieldsFunc(escaped, func(r rune) bool { return r == '/' })
	for _, s := range segments {
		plain, err := url.PathUnescape(s)
		switch {
		case err != nil || !utf8.ValidString(plain) || strings.ContainsFunc(plain, unicode.IsControl):
			return nil, refuse("has an escape (%%XX) in its path that makes no text")
		case plain == "." || plain == "..":
			return nil, refuse("has a . or .. in its path: write the path out")
		case placeholder.MatchString(plain) || strings.ContainsAny(plain, "<>{}[]"):
			return nil, errPlaceholder()
		}
	}
	if n := len(segments); n > 0 {
		// A full stop that closed a sentence, unless it may be part of a name.
		if word := strings.TrimRight(segments[n-1], "."); known(word) {
			segments[n-1] = word
		}
	}
	return segments, nil
}

// known says whether a word ends a form or an operation.
func known(word string) bool {
	ends := func(path []string) bool { return strings.EqualFold(path[len(path)-1], word) }
	return ends(chatPath) || slices.ContainsFunc(operations, ends) ||
		slices.ContainsFunc(forms, func(f *form) bool { return ends(f.path) })
}

// A tail is a path taken apart: base, form and operation, from left to right.
type tail struct {
	base []string
	form *form    // nil: none
	at   []string // the form's segments, as in its path but with the user's name
	op   []string // nil: none
}

func (t tail) chat() bool { return slices.Equal(t.op, chatPath) }

// bare says that there was no path at all.
func (t tail) bare() bool { return len(t.base) == 0 && t.form == nil && t.op == nil }

// cutTail finds form and operation at the end of a path.
func cutTail(segments []string) tail {
	if rest, ok := cutSuffix(segments, chatPath); ok {
		return cutForm(rest, chatPath)
	}
	if t := cutForm(segments, nil); t.form != nil {
		if t.form != formModels || !listsModels(t.base) {
			return t
		}
	}
	for _, op := range operations {
		if rest, ok := cutSuffix(segments, op); ok {
			return cutForm(rest, op)
		}
	}
	return tail{base: segments}
}

// listsModels says whether a "models" behind the base lists models. Without a
// form that is so for openai alone, the older OpenAI API's own list.
func listsModels(base []string) bool {
	if f := cutForm(base, nil).form; f != nil {
		return f.listable
	}
	_, ok := cutSuffix(base, []string{"openai"})
	return ok
}

func cutForm(segments, op []string) tail {
	for _, f := range forms {
		if rest, ok := cutSuffix(segments, f.path); ok {
			return tail{base: rest, form: f, at: fill(f.path, segments[len(rest):]), op: op}
		}
	}
	return tail{base: segments, op: op}
}

// deploymentOf gives the deployment that a chat path names.
func deploymentOf(path []string) string {
	rest, _ := cutSuffix(path, chatPath)
	t := cutForm(rest, nil)
	if t.form != formDeployments {
		return ""
	}
	plain, _ := url.PathUnescape(t.at[len(t.at)-1]) // splitPath has unescaped it once
	return plain
}

// path gives the segments of the tail's chat URL on the given form, which is
// the tail's own or, where it has none, one that it is taken to mean.
func (t tail) path(f *form) []string {
	at := t.at
	var below []string
	if f != nil {
		below = f.below
		if t.form == nil {
			at = f.path
		}
	}
	return slices.Concat(t.base, at, below, chatPath)
}

// half says what is missing where a path stops in the middle of a form.
func (t tail) half() (string, bool) {
	if t.form == nil && !t.chat() {
		for _, h := range halves {
			if _, ok := cutSuffix(t.base, h.path); ok {
				return h.add, true
			}
		}
	}
	return "", false
}

// buried says whether the base goes on behind a form, or a chat URL, that
// nothing can follow.
func (t tail) buried() bool {
	for end := range t.base {
		before := t.base[:end+1]
		if _, ok := cutSuffix(before, chatPath); ok {
			return true
		}
		if f := cutForm(before, nil).form; f != nil && f.strong {
			return true
		}
	}
	return false
}

// longestFold is the number of segments of a deployment's chat path.
const longestFold = 5

// fold takes out what stands there twice in a row: a client's path appended to
// a URL that had it already. Only forms, chat paths and both together are
// folded, and never where the first of the two is a user's name. On an open
// place only what ends in a chat path is: a gateway may well have /models at
// its own /models.
func fold(segments []string, open bool) []string {
	for i := 0; i < len(segments); i++ {
		if named(segments, i) {
			continue
		}
		for n := 1; n <= longestFold && i+2*n <= len(segments); n++ {
			block := segments[i : i+n]
			if foldable(block, open) && sameBlock(block, segments[i+n:i+2*n]) {
				segments = slices.Concat(segments[:i+n], segments[i+2*n:])
				i = -1 // a fold may make another
				break
			}
		}
	}
	return segments
}

// named says whether segment i is a user's name by what stands before it.
func named(segments []string, i int) bool {
	for _, f := range forms {
		n := len(f.path) - 1
		if f.path[n] == name && i >= n && slices.EqualFunc(f.path[:n], segments[i-n:i], sameSegment) {
			return true
		}
	}
	return false
}

func foldable(block []string, open bool) bool {
	form, chat := cutSuffix(block, chatPath)
	if !chat && open {
		return false
	}
	if len(form) == 0 {
		return chat
	}
	t := cutForm(form, nil)
	return t.form != nil && len(t.base) == 0
}

// sameBlock compares without case, names aside.
func sameBlock(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] && (named(a, i) || !strings.EqualFold(a[i], b[i])) {
			return false
		}
	}
	return true
}

// cutSuffix cuts a pattern from the end.
func cutSuffix(segments, pattern []string) (rest []string, ok bool) {
	n := len(segments) - len(pattern)
	if n < 0 || !slices.EqualFunc(pattern, segments[n:], sameSegment) {
		return segments, false
	}
	return segments[:n:n], true
}

func sameSegment(pattern, segment string) bool {
	return pattern == name || strings.EqualFold(pattern, segment)
}

// fill gives a pattern with the user's name in it.
func fill(pattern, segments []string) []string {
	out := slices.Clone(pattern)
	for i, p := range pattern {
		if p == name {
			out[i] = segments[i]
		}
	}
	return out
}

// join appends a route's path to a base; what the base's end and the path's
// beginning have in common stands there once. It fails where the path needs a
// name that the base does not have.
func join(base, path []string) ([]string, bool) {
	for n := min(len(base), len(path)); n >= 0; n-- {
		rest, ok := cutSuffix(base, path[:n])
		if ok {
			at := fill(path[:n], base[len(rest):])
			return slices.Concat(rest, at, path[n:]), !slices.Contains(path[n:], name)
		}
	}
	panic("unreachable: no segments always match")
}
