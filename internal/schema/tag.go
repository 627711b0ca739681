package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Tags that say what a field's value must be. Those for values go to the items
// where the field is a list; minItems and maxItems are the list's own.
var (
	valueTags = []string{"enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "format"}
	listTags  = []string{"minItems", "maxItems"}
)

// addTags adds to made, the schema of t, what the field's tags say.
func addTags(made *object, t reflect.Type, tag reflect.StructTag, path string) (*object, error) {
	for _, key := range listTags {
		if text, ok := tag.Lookup(key); ok {
			if err := addListTag(made, t, key, text); err != nil {
				return nil, tagError(path, key, text, err)
			}
		}
	}
	target := made
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Pointer {
		if t.Kind() != reflect.Pointer {
			items, ok := target.get("items").(*object)
			if !ok || hasSchemaMethod(t) {
				break
			}
			target = items
		}
		t = t.Elem()
	}
	for _, key := range valueTags {
		if text, ok := tag.Lookup(key); ok {
			if err := addTag(target, t, key, text); err != nil {
				return nil, tagError(path, key, text, err)
			}
		}
	}
	for _, pair := range [][2]string{{"minimum", "maximum"}, {"minLength", "maxLength"}} {
		if err := inOrder(target, pair[0], pair[1]); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := inOrder(made, "minItems", "maxItems"); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return made, nil
}

func tagError(path, key, text string, err error) error {
	return fmt.Errorf("%s: tag %s:%q: %w", path, key, text, err)
}

func addListTag(made *object, t reflect.Type, key, text string) error {
	switch {
	case hasSchemaMethod(t):
		return errOwnSchema
	case baseType(made) != "array":
		return errors.New("the field is no list")
	case made.has("minItems") && t.Kind() == reflect.Array:
		return fmt.Errorf("a %s has one length only", t)
	}
	return setSize(made, key, text)
}

var errOwnSchema = errors.New("the type's method JSONSchema says it all: put it there")

func addTag(target *object, t reflect.Type, key, text string) error {
	if hasSchemaMethod(t) {
		return errOwnSchema
	}
	kind := baseType(target)
	switch key {
	case "enum":
		return setEnum(target, kind, text)
	case "minimum", "maximum":
		if kind != "integer" && kind != "number" {
			return errors.New("the field is no number")
		}
		return setBound(target, kind, key, text)
	}
	if kind != "string" {
		return errors.New("the field is no string")
	}
	switch key {
	case "pattern":
		if _, err := regexp.Compile(text); err != nil {
			return err
		}
	case "format":
		if had, ok := target.get("format").(string); ok {
			return fmt.Errorf("a %s has the format %s", t, had)
		}
		if text == "" {
			return errors.New("it is empty")
		}
	default:
		return setSize(target, key, text)
	}
	target.set(key, text)
	return nil
}

func setSize(target *object, key, text string) error {
	size, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return errors.New("must be a whole number from 0 to 2147483647")
	}
	target.set(key, integer(int64(size)))
	return nil
}

func setBound(target *object, kind, key, text string) error {
	bound, err := readNumber(kind, text)
	if err != nil {
		return err
	}
	if had, ok := target.get(key).(number); ok { // what the type can hold
		if c := compare(bound, had); key == "minimum" && c < 0 || key == "maximum" && c > 0 {
			return fmt.Errorf("the type ends at %s", had)
		}
	}
	target.set(key, bound)
	return nil
}

func setEnum(target *object, kind, text string) error {
	var enum []any
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		value, err := readAs(kind, part)
		switch {
		case err != nil:
			return err
		case part == "":
			return errors.New("one of the values is empty")
		case contains(enum, value):
			return fmt.Errorf("%q is there twice", part)
		}
		if n, ok := value.(number); ok {
			low, hasLow := target.get("minimum").(number)
			high, hasHigh := target.get("maximum").(number)
			if hasLow && compare(n, low) < 0 || hasHigh && compare(n, high) > 0 {
				return fmt.Errorf("the type cannot hold %s", n)
			}
		}
		if had, ok := target.get("enum").([]any); ok && !contains(had, value) {
			return fmt.Errorf("the type's method Enum does not list %q", part)
		}
		enum = append(enum, value)
	}
	if acceptsNull(target) {
		enum = append(enum, nil)
	}
	target.set("enum", enum)
	return nil
}

// readAs reads a tag's text as a value of one of JSON's types.
func readAs(kind, text string) (any, error) {
	switch kind {
	case "string":
		return text, nil
	case "integer", "number":
		return readNumber(kind, text)
	case "boolean":
		if text == "true" || text == "false" {
			return text == "true", nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", text)
	}
	return nil, errors.New("only strings, numbers and booleans can be listed: give the type a method Enum")
}

const (
	wholeNumber   = `^-?(0|[1-9][0-9]*)$`
	naturalNumber = `^(0|[1-9][0-9]*)$`
	anyNumber     = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`
)

var numberForm = map[string]*regexp.Regexp{
	"integer": regexp.MustCompile(wholeNumber),
	"number":  regexp.MustCompile(anyNumber),
}

func readNumber(kind, text string) (number, error) {
	switch {
	case !numberForm[kind].MatchString(text):
		if kind == "integer" {
			return "", fmt.Errorf("%q is no whole number", text)
		}
		return "", fmt.Errorf("%q is no number as JSON writes it", text)
	case !exact(number(text)):
		return "", fmt.Errorf("%s is larger than a JSON number can say exactly", text)
	}
	return number(text), nil
}

// exact says whether the whole numbers in value are held exactly by a float64, as
// nearly everything that reads schemas has them.
func exact(value any) bool {
	switch value := value.(type) {
	case number:
		if !numberForm["integer"].MatchString(string(value)) {
			return true
		}
		whole, _ := new(big.Rat).SetString(string(value))
		_, exactly := whole.Float64()
		return exactly
	case []any:
		for _, item := range value {
			if !exact(item) {
				return false
			}
		}
	case *object:
		for _, m := range value.members {
			if !exact(m.value) {
				return false
			}
		}
	}
	return true
}

// inOrder is an error where a lower bound is above the upper one.
func inOrder(o *object, low, high string) error {
	a, hasLow := o.get(low).(number)
	b, hasHigh := o.get(high).(number)
	if hasLow && hasHigh && compare(a, b) > 0 {
		return fmt.Errorf("%s %s is more than %s %s", low, a, high, b)
	}
	return nil
}

// quotedSchema is the schema of a value that json's option "string" puts in a string.
func quotedSchema(t reflect.Type, f field, path string) (*object, error) {
	p := reflect.PointerTo(t)
	if hasSchemaMethod(t) || p.Implements(marshaler) || p.Implements(unmarshaler) || p.Implements(textMarshaler) || p.Implements(textUnmarshaler) {
		return nil, fmt.Errorf("%s: json's option \"string\" does not read back what it writes of %s, which has methods for JSON or text: leave the option out", path, t)
	}
	for _, key := range append(valueTags, listTags...) {
		if text, ok := f.tag.Lookup(key); ok {
			return nil, tagError(path, key, text, errors.New(`the value is in a string, by json's option "string"`))
		}
	}
	made := typed("string")
	switch kind := t.Kind(); {
	case kind == reflect.Bool:
		made.set("enum", []any{"true", "false"})
	case kind <= reflect.Int64:
		made.set("pattern", wholeNumber)
	case kind <= reflect.Uintptr:
		made.set("pattern", naturalNumber)
	case kind <= reflect.Float64 || t == reflect.TypeFor[json.Number]():
		made.set("pattern", anyNumber)
	default:
		made.set("pattern", `^".*"$`)
	}
	return made, nil
}

// withDescription puts the description of the tag "jsonschema" into a field's schema.
func withDescription(made *object, tag reflect.StructTag, t reflect.Type, path string) (*object, error) {
	text := tag.Get("jsonschema")
	if text == "" {
		return made, nil
	}
	if settings.MatchString(text) {
		return nil, fmt.Errorf("%s: tag jsonschema:%q: it holds the description and nothing else: "+
			"a field is required unless it is a pointer, omitempty or omitzero, and %s are tags of their own",
			path, text, strings.Join(append(valueTags, listTags...), ", "))
	}
	if t == reflect.TypeFor[time.Duration]() {
		text += " (" + nanoseconds + ")"
	}
	if made.has("description") || len(made.members) == 0 {
		made.set("description", text)
		return made, nil
	}
	first := made.members[0]
	return newObject(append([]member{first, {"description", text}}, made.members[1:]...)...), nil
}

// settings is how other libraries write keywords into this tag.
var settings = regexp.MustCompile(`^(\w+=|required(,|$))`)
