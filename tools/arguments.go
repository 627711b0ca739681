package tools

import (
	"encoding/json"
	"strings"

	"github.com/azmistral/azmistral/internal/schema"
)

// ArgumentsError says why the arguments that a model wrote cannot be used. Its text
// is made to be given to the model as the call's result.
type ArgumentsError struct {
	Tool     string            // the tool's name
	Problems []ArgumentProblem // what is wrong, at most 10; never empty
}

// ArgumentProblem is one thing that is wrong with a call's arguments.
type ArgumentProblem struct {
	Path    string // place in the arguments, as in "items[2].price"; "" is all of them
	Rule    string // the JSON Schema keyword that does not hold ("required", "type", "enum", …), or "syntax", "duplicate", "depth"
	Message string // what it must be and what came, as in `must be one of "celsius", "fahrenheit", not "kelvin"`
}

// Error is one line that says what is wrong where, and what to do.
func (e *ArgumentsError) Error() string {
	var text strings.Builder
	text.WriteString("the arguments of " + e.Tool + " cannot be used: ")
	for i, p := range e.Problems {
		if i > 0 {
			text.WriteString("; ")
		}
		if p.Path == "" {
			text.WriteString("the object ")
		} else {
			text.WriteString(p.Path + " ")
		}
		text.WriteString(p.Message)
	}
	text.WriteString(". Call " + e.Tool + " again with these mended")
	return text.String()
}

// read checks arguments and, if v is not nil, reads them into it. It gives the text
// that was read.
func (t Tool) read(arguments string, v any) (string, []ArgumentProblem) {
	text := objectText(arguments)
	var found []schema.Problem
	if v == nil {
		found = t.schema.Check([]byte(text))
	} else {
		found = t.schema.Decode([]byte(text), v)
	}
	problems := make([]ArgumentProblem, len(found))
	for i, p := range found {
		problems[i] = ArgumentProblem(p)
	}
	return text, problems
}

// objectText is the text of the arguments' object: blank text stands for {}, and a
// JSON string that holds an object for that object.
func objectText(arguments string) string {
	text := strings.TrimSpace(arguments)
	if text == "" {
		return "{}"
	}
	if text[0] != '"' {
		return arguments
	}
	var inner string
	if json.Unmarshal([]byte(text), &inner) != nil {
		return arguments
	}
	if inner = strings.TrimSpace(inner); inner == "" {
		return "{}"
	}
	if inner[0] == '{' {
		return inner
	}
	return arguments
}
