package schema

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// explainer finds the words for what the validator refused. It follows the same
// rules, so that it finds something wherever the validator does. It is for one value.
type explainer struct {
	reader
	patterns map[string]*regexp.Regexp
	known    map[look][]Problem // what was wrong with a part of the value by a schema; nil: no schema is met twice
}

func newExplainer(root any) explainer {
	e := explainer{reader: reader{root}, patterns: map[string]*regexp.Regexp{}}
	if uses(root, "$ref") {
		e.known = map[look][]Problem{}
	}
	return e
}

// explain gives what is wrong with a value that stands at path.
func (e explainer) explain(schema, value any, path string) []Problem {
	var found problems
	e.check(schema, value, path, &found)
	return found.list
}

// fits says whether a value fits a schema.
func (e explainer) fits(schema, value any, path string) bool {
	return len(e.explain(schema, value, path)) == 0
}

// check looks only once at each part of the value by each schema: with forms that
// go into one another, each look would else be several at every level below.
func (e explainer) check(schema, value any, path string, found *problems) {
	if found.full() {
		return
	}
	look, ok := lookAt(schema, value)
	if !ok || e.known == nil {
		e.checkNow(schema, value, path, found)
		return
	}
	wrong, ok := e.known[look]
	if !ok {
		var fresh problems
		e.checkNow(schema, value, path, &fresh)
		wrong = fresh.list
		e.known[look] = wrong
	}
	found.take(wrong)
}

func (e explainer) checkNow(schema, value any, path string, found *problems) {
	o, ok := schema.(*object)
	if !ok {
		if schema == false {
			found.add(path, "false", "must not be there")
		}
		return
	}
	if ref, ok := o.get("$ref").(string); ok {
		if target, known := e.lookup(ref); known {
			e.check(target, value, path, found)
		}
		if e.old() {
			return // by draft 7, $ref stands alone
		}
	}
	if !e.checkType(o, value, path, found) {
		return
	}
	e.checkListed(o, value, path, found)
	switch value := value.(type) {
	case number:
		checkNumber(o, value, path, found)
	case string:
		e.checkString(o, value, path, found)
	case []any:
		e.checkList(o, value, path, found)
	case *object:
		e.checkObject(o, value, path, found)
	}
	e.checkCombined(o, value, path, found)
}

// checkType says whether the type is right. If it is not, nothing else needs to be
// said.
func (e explainer) checkType(o *object, value any, path string, found *problems) bool {
	types := typesOf(o)
	if len(types) == 0 {
		return true
	}
	kind := kindOf(value)
	if slices.Contains(types, kind) || kind == "integer" && slices.Contains(types, "number") {
		return true
	}
	found.add(path, "type", "must be %s, not %s", e.describe(o), describeValue(value))
	return false
}

// kindOf is the type of a value by JSON Schema, for which 3.0 is an integer.
func kindOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case *object:
		return "object"
	case number:
		if f, ok := nativeNumber(value).(float64); ok && f != math.Trunc(f) {
			return "number"
		}
	}
	return "integer"
}

// checkListed checks enum and const.
func (e explainer) checkListed(o *object, value any, path string, found *problems) {
	if enum, ok := o.get("enum").([]any); ok && !contains(enum, value) {
		found.add(path, "enum", "must be %s, not %s", oneOf(enum), show(value))
	}
	if only, ok := o.find("const"); ok && !equal(only, value) {
		found.add(path, "const", "must be %s, not %s", show(only), show(value))
	}
}

func checkNumber(o *object, value number, path string, found *problems) {
	for _, rule := range []struct {
		keyword, words string
		holds          func(order int) bool
	}{
		{"minimum", "at least", func(order int) bool { return order >= 0 }},
		{"maximum", "at most", func(order int) bool { return order <= 0 }},
		{"exclusiveMinimum", "more than", func(order int) bool { return order > 0 }},
		{"exclusiveMaximum", "less than", func(order int) bool { return order < 0 }},
	} {
		bound, ok := o.get(rule.keyword).(number)
		if !ok {
			continue
		}
		if !rule.holds(rational(value).Cmp(asFloat(bound))) {
			found.add(path, rule.keyword, "must be %s %s, not %s", rule.words, bound, show(value))
		}
	}
	if step, ok := o.get("multipleOf").(number); ok {
		size, _ := asFloat(step).Float64()
		f, _ := rational(value).Float64()
		if _, rest := math.Modf(f / size); rest != 0 {
			found.add(path, "multipleOf", "must be a multiple of %s, not %s", step, show(value))
		}
	}
}

func (e explainer) checkString(o *object, value, path string, found *problems) {
	length := utf8.RuneCountInString(value)
	checkSize(o, "minLength", "maxLength", length, "be %s %d characters long, and has %d", path, found)
	if pattern, ok := o.get("pattern").(string); ok && pattern != "" && !e.matches(pattern, value) {
		found.add(path, "pattern", "must match the regular expression %s, and %s does not", cutAt(pattern, 200), show(value))
	}
}

// checkSize checks bounds of a count. The format takes the words for the bound, the
// bound, and the count.
func checkSize(o *object, low, high string, count int, format, path string, found *problems) {
	if bound, ok := size(o, low); ok && count < bound {
		found.add(path, low, "must "+format, "at least", bound, count)
	}
	if bound, ok := size(o, high); ok && count > bound {
		found.add(path, high, "must "+format, "at most", bound, count)
	}
}

func size(o *object, keyword string) (int, bool) {
	bound, ok := o.get(keyword).(number)
	if !ok {
		return 0, false
	}
	f, _ := asFloat(bound).Float64()
	return int(f), true
}

// checkCombined checks the keywords that lay further schemas on the same value.
func (e explainer) checkCombined(o *object, value any, path string, found *problems) {
	all, _ := o.get("allOf").([]any)
	for _, schema := range all {
		e.check(schema, value, path, found)
	}
	if options, ok := o.get("anyOf").([]any); ok {
		e.checkOptions("anyOf", options, value, path, found)
	}
	if options, ok := o.get("oneOf").([]any); ok {
		e.checkOptions("oneOf", options, value, path, found)
	}
	if not, ok := o.find("not"); ok && e.fits(not, value, path) {
		if words := e.describe(not); words != "" {
			found.add(path, "not", "must not be %s", words)
		} else {
			found.add(path, "not", "must not be so: %s fits what the schema excludes", describeValue(value))
		}
	}
	if condition, ok := o.find("if"); ok {
		next := "else"
		if e.fits(condition, value, path) {
			next = "then"
		}
		e.check(o.get(next), value, path, found)
	}
}

// checkOptions checks anyOf and oneOf. Where one option is clearly meant, it says
// what is wrong by that one: the one whose kind the value says that it is, else the
// one by which the least is wrong.
func (e explainer) checkOptions(keyword string, options []any, value any, path string, found *problems) {
	var fitting int
	var near [][]Problem // of the options whose type is right
	var same [][]Problem // of those whose kind is right too
	for _, option := range options {
		wrong := e.explain(option, value, path)
		if len(wrong) == 0 {
			fitting++
		} else if !(wrong[0].Path == path && slices.Contains([]string{"type", "false"}, wrong[0].Rule)) {
			near = append(near, wrong)
			if !e.isOtherKind(option, value) {
				same = append(same, wrong)
			}
		}
	}
	if len(same) > 0 {
		near = same
	}
	switch {
	case fitting == 1 || fitting > 1 && keyword == "anyOf":
	case fitting > 1:
		found.add(path, keyword, "fits %d of the %d forms that it may have, and must fit one only", fitting, len(options))
	case len(near) == 0:
		if words := e.describe(newObject(member{keyword, options})); words != "" {
			found.add(path, keyword, "must be %s, not %s", words, describeValue(value))
		} else {
			found.add(path, keyword, "fits none of the %d forms that it may have, being %s", len(options), describeValue(value))
		}
	default:
		slices.SortStableFunc(near, func(a, b []Problem) int { return len(a) - len(b) })
		if len(near) == 1 || len(near[0]) < len(near[1]) {
			for _, p := range near[0] {
				found.add(p.Path, p.Rule, "%s", p.Message)
			}
			return
		}
		found.add(path, keyword, "fits none of the %d forms that it may have: %s", len(options),
			listed(near[:min(3, len(near))], func(wrong []Problem) string { return "in one " + cutAt(wrong[0].String(), 200) }))
	}
}

// isOtherKind says whether value has a property by which it is not of the kind that
// option is for: one that has one value there, and not this.
func (e explainer) isOtherKind(option, value any) bool {
	o, _ := e.follow(option).(*object)
	properties, _ := o.get("properties").(*object)
	has, ok := value.(*object)
	if !ok || properties == nil {
		return false
	}
	for _, m := range properties.members {
		given, isGiven := has.find(m.name)
		property, _ := e.follow(m.value).(*object)
		only, isOne := property.find("const")
		if enum, _ := property.get("enum").([]any); len(enum) == 1 {
			only, isOne = enum[0], true
		}
		if isGiven && isOne && !equal(only, given) {
			return true
		}
	}
	return false
}

func (e explainer) matches(pattern, text string) bool {
	re, ok := e.patterns[pattern]
	if !ok {
		re, _ = regexp.Compile(pattern) // that it compiles was seen when the schema was made
		e.patterns[pattern] = re
	}
	return re == nil || re.MatchString(text)
}

// equal compares values as JSON Schema does: 1 and 1.0 are the same.
func equal(a, b any) bool {
	switch a := a.(type) {
	case number:
		b, ok := b.(number)
		return ok && compare(a, b) == 0
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case *object:
		b, ok := b.(*object)
		if !ok || len(a.members) != len(b.members) {
			return false
		}
		for _, m := range a.members {
			if value, found := b.find(m.name); !found || !equal(m.value, value) {
				return false
			}
		}
		return true
	}
	_, isList := b.([]any) // the only values that == cannot take
	return !isList && a == b
}

// canonical appends value as a text that all equal values have.
func canonical(b []byte, value any) []byte {
	switch value := value.(type) {
	case number:
		return append(b, rational(value).RatString()...)
	case []any:
		b = append(b, '[')
		for _, item := range value {
			b = append(canonical(b, item), ',')
		}
		return append(b, ']')
	case *object:
		b = append(b, '{')
		byName := slices.SortedFunc(slices.Values(value.members), func(a, b member) int { return strings.Compare(a.name, b.name) })
		for _, m := range byName {
			b = append(append(b, quote(m.name)...), ':')
			b = append(canonical(b, m.value), ',')
		}
		return append(b, '}')
	}
	return appendValue(b, value)
}

func contains(list []any, value any) bool {
	return slices.ContainsFunc(list, func(item any) bool { return equal(item, value) })
}

func compare(a, b number) int { return rational(a).Cmp(rational(b)) }

// rational is n as the validator sees it: exact where it is an integer of 64 bits.
func rational(n number) *big.Rat {
	switch value := nativeNumber(n).(type) {
	case int64:
		return new(big.Rat).SetInt64(value)
	case uint64:
		return new(big.Rat).SetUint64(value)
	case float64:
		return new(big.Rat).SetFloat64(value)
	}
	return new(big.Rat)
}

// asFloat is a bound as the validator sees it: a float64.
func asFloat(n number) *big.Rat {
	f, _ := rational(n).Float64()
	return new(big.Rat).SetFloat64(f)
}

func integer(n int64) number { return number(strconv.FormatInt(n, 10)) }
