package azmistraltest

import (
	"regexp"
	"regexp/syntax"
)

// effort is what one request may still cost, whatever its texts and schemas say: some
// have no end. Who has much to do spends it, and does without where there is none:
// a value is then any text, and what would be checked fits. nil has no end.
type effort struct {
	left        int // steps of some ten nanoseconds
	expressions map[string]*expression
}

// maxEffort is a second or two.
const maxEffort = 20_000_000

// spend is false where there is less left than that.
func (e *effort) spend(steps int) bool {
	if e == nil {
		return true
	}
	if steps > e.left {
		e.left = 0
		return false
	}
	e.left -= steps
	return true
}

// expression is a regular expression of a schema.
type expression struct {
	compiled *regexp.Regexp
	parsed   *syntax.Regexp
	size     int // in steps of its program
}

// maxPattern is in bytes. Repeats can make a thousand times as much of each.
const maxPattern = 1000

// expression gives nil where a pattern is none that Go reads, or costs too much.
func (e *effort) expression(pattern string) *expression {
	if e != nil {
		if x, ok := e.expressions[pattern]; ok {
			return x
		}
	}
	x := e.compile(pattern)
	if e != nil {
		if e.expressions == nil {
			e.expressions = map[string]*expression{}
		}
		e.expressions[pattern] = x
	}
	return x
}

func (e *effort) compile(pattern string) *expression {
	if len(pattern) > maxPattern || !e.spend(100*len(pattern)) {
		return nil
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || !e.spend(20*len(program.Inst)) {
		return nil
	}
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	return &expression{compiled, parsed, len(program.Inst)}
}

// matches says whether the text matches, as far as the effort goes.
func (e *effort) matches(x *expression, text string) (matches, known bool) {
	if x == nil || !e.spend(x.size*(1+len(text))/4) {
		return false, false
	}
	return x.compiled.MatchString(text), true
}
