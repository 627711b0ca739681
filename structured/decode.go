package structured

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/internal/schema"
)

// Schema is the schema of T as a request takes it, for those who make the call
// themselves: azmistral.FormatJSONSchema(schema). Options.Mode is not looked at. Give
// Decode the same options.
func Schema[T any](options *Options) (azmistral.JSONSchema, error) {
	p, err := newPlan[T](options)
	if err != nil {
		return azmistral.JSONSchema{}, err
	}
	return p.jsonSchema()
}

// Decode reads the value out of an answer to a request with Schema, or one of Chat's,
// in whichever mode it was asked for: out of the arguments of the call named
// Options.Name, else out of the text, of the first choice. The error is an *OutputError
// where the answer is to blame.
//
// What models write around JSON is forgiven: blanks, a byte order mark, a code fence,
// a string that holds the JSON text. Other words are not.
func Decode[T any](resp *azmistral.ChatResponse, options *Options) (T, error) {
	var value T
	p, err := newPlan[T](options)
	if err != nil {
		return value, err
	}
	if e := p.decode(resp, &value); e != nil {
		return value, e
	}
	return value, nil
}

// decode reads the value of resp into v, a pointer to the plan's type. v is changed
// only if there is no error.
func (p *plan) decode(resp *azmistral.ChatResponse, v any) *OutputError {
	e := &OutputError{Response: resp, want: p.typeName()}
	if resp == nil {
		return e.fail(schema.Problem{Rule: "empty", Message: "there is no response"})
	}
	e.Responses = []*azmistral.ChatResponse{resp}
	own, others := p.calls(resp)
	e.Text = valueText(resp, own)
	if problem, kind := finished(resp); kind != nil {
		e.kind = kind
		return e.fail(problem)
	}
	switch {
	case len(others) > 0:
		return e.fail(schema.Problem{Rule: "tool_calls", Message: fmt.Sprintf("the model called %s", callNames(others))})
	case len(own) > 1:
		return e.fail(schema.Problem{Rule: "tool_calls", Message: fmt.Sprintf("one call of %q was asked for, %d came", p.Name, len(own))})
	case strings.TrimSpace(e.Text) == "" && len(own) == 0:
		return e.fail(schema.Problem{Rule: "empty", Message: "the answer has no text"})
	}
	if problems := p.read(e.Text, v); len(problems) > 0 {
		return e.fail(problems...)
	}
	return nil
}

// finished says whether an answer ended before the value was whole, and why.
func finished(resp *azmistral.ChatResponse) (schema.Problem, error) {
	switch resp.FinishReason() {
	case azmistral.FinishLength:
		return schema.Problem{Rule: "length", Message: cutAfter(resp) + ": raise MaxTokens, or ask for less"}, ErrLength
	case azmistral.FinishModelLength:
		return schema.Problem{Rule: "length", Message: cutAfter(resp) + ", for the model's context is full: ask for less, or shorten the conversation"}, ErrLength
	case azmistral.FinishContentFilter:
		return schema.Problem{Rule: "content_filter", Message: "the content filter cut it" + filteredFor(resp)}, azmistral.ErrContentFiltered
	case azmistral.FinishError:
		return schema.Problem{Rule: "incomplete", Message: "the service gave up on it"}, azmistral.ErrIncomplete
	case "":
		if len(resp.Choices) > 0 && resp.RawJSON() == nil { // of a whole body it does not matter
			return schema.Problem{Rule: "incomplete", Message: "it has no finish reason, so it may be half"}, azmistral.ErrIncomplete
		}
	}
	return schema.Problem{}, nil
}

// cutAfter tells the length, where the service said it: of a stream not each does.
func cutAfter(resp *azmistral.ChatResponse) string {
	if n := resp.Usage.CompletionTokens; n > 0 {
		return fmt.Sprintf("it was cut after %d tokens", n)
	}
	return "it was cut for its length"
}

// filteredFor names the categories that a content filter cut an answer for.
func filteredFor(resp *azmistral.ChatResponse) string {
	var names []string
	for name, result := range resp.Choices[0].Filter {
		if result.Filtered {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return " for " + strings.Join(names, ", ")
}

// calls parts the calls that may be the value from others.
func (p *plan) calls(resp *azmistral.ChatResponse) (own, others []azmistral.ToolCall) {
	for _, call := range resp.ToolCalls() {
		if call.Name == p.Name {
			own = append(own, call)
		} else {
			others = append(others, call)
		}
	}
	return own, others
}

// valueText is what should be the value: the arguments of its own call, if there is
// one.
func valueText(resp *azmistral.ChatResponse, own []azmistral.ToolCall) string {
	if len(own) > 0 {
		return own[0].Arguments
	}
	return resp.Text()
}

// maxNames is how many calls are named: each result that the model gets says them.
const maxNames = 3

func callNames(calls []azmistral.ToolCall) string {
	var names []string
	for _, call := range calls[:min(len(calls), maxNames)] {
		names = append(names, fmt.Sprintf("%q", clip(call.Name, maxShort)))
	}
	if more := len(calls) - maxNames; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// read decodes a text that means a value, by the first of its meanings that fits: as it
// was asked for, or bare although it was asked for wrapped; each as it stands, or in a
// string. The problems are those of the likeliest.
func (p *plan) read(text string, v any) []schema.Problem {
	text = bare(text)
	inner, isQuoted := quoted(text)
	var forms []string
	if p.wrapped {
		if value, ok := unwrap(text); ok {
			forms = append(forms, value)
		} else if value, ok := unwrap(inner); ok {
			forms = append(forms, value)
		}
	}
	likeliest := 0
	if isQuoted && len(forms) == 0 {
		likeliest = 1 // a type that a string fits has no problem
	}
	forms = append(forms, text)
	if isQuoted {
		forms = append(forms, inner)
	}
	var problems []schema.Problem
	for i, form := range forms {
		found := p.schema.Decode([]byte(form), v)
		if len(found) == 0 {
			return nil
		}
		if i == likeliest {
			problems = found
		}
	}
	return problems
}

const (
	byteOrderMark = "\uFEFF"
	fence         = "```"
)

// bare takes away what stands around JSON: blanks, a byte order mark, a code fence.
func bare(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), byteOrderMark))
	inside, ok := strings.CutPrefix(text, fence)
	if !ok {
		return text
	}
	if inside, ok = strings.CutSuffix(inside, fence); !ok {
		return text
	}
	return strings.TrimSpace(strings.TrimLeftFunc(inside, isLanguage))
}

// isLanguage says whether a rune may be of the word behind a fence: "json". Where it
// is JSON itself, the fence is on the same line, and a letter would begin true, false
// or null, which no model fences so.
func isLanguage(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// quoted takes an object or array out of a JSON string.
func quoted(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	var inner string
	if json.Unmarshal([]byte(text), &inner) != nil {
		return "", false
	}
	inner = strings.TrimSpace(inner)
	return inner, strings.HasPrefix(inner, "{") || strings.HasPrefix(inner, "[")
}
