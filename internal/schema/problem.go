package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxProblems is how many problems are told of one value: a model mends the first
// few, and a value that is wrong everywhere needs no long list.
const maxProblems = 10

// Problem is one thing that is wrong with a value.
type Problem struct {
	Path    string // place in the value, as in "items[2].price"; "" is the whole value; of a long one "…" and the end
	Rule    string // the keyword that does not hold ("required", "type", "enum", …); "syntax" if it is no JSON
	Message string // what it must be and what came, as in `must be one of "celsius", "fahrenheit", not "kelvin"`
}

// String is the problem in one line, with its place.
func (p Problem) String() string {
	if p.Path == "" {
		return "the value " + p.Message
	}
	return p.Path + " " + p.Message
}

// problems collects up to maxProblems.
type problems struct {
	list []Problem
}

func (p *problems) add(path, rule, format string, args ...any) {
	if !p.full() {
		p.list = append(p.list, Problem{path, rule, fmt.Sprintf(format, args...)})
	}
}

// take adds what was found before.
func (p *problems) take(found []Problem) {
	p.list = append(p.list, found[:min(len(found), maxProblems-len(p.list))]...)
}

// full says that more problems would not be told.
func (p *problems) full() bool { return len(p.list) == maxProblems }

// maxPath is how many bytes of a path, at most, are kept as one goes on from it.
const maxPath = 400

// end is path, or its end if it is long: what is told of it stays readable, and a
// step further costs the same at any depth.
func end(path string) string {
	if len(path) <= maxPath {
		return path
	}
	from := len(path) - maxPath/2
	for !utf8.RuneStart(path[from]) {
		from++
	}
	return "…" + path[from:]
}

// join is the path of a member of an object.
func join(path, name string) string {
	path = end(path)
	if !plainName(name) {
		return path + "[" + quote(cut(name)) + "]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func plainName(name string) bool {
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-$", r) {
			return false
		}
	}
	return name != "" && len(name) <= maxShown
}

// index is the path of an item of a list.
func index(path string, i int) string { return end(path) + "[" + strconv.Itoa(i) + "]" }
