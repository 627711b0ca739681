package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// maxProblems is how many problems are told of one value: a model mends the first
// few, and a value that is wrong everywhere needs no long list.
const maxProblems = 10

// Problem is one thing that is wrong with a value.
type Problem struct {
	Path    string // place in the value, as in "items[2].price"; "" is the whole value
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

// full says that more problems would not be told.
func (p *problems) full() bool { return len(p.list) == maxProblems }

// join is the path of a member of an object.
func join(path, name string) string {
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
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
