package tools

import (
	"crypto/rand"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/azmistral/azmistral"
)

// identify gives a copy of calls in which each has an id that no call of the
// transcript has: a service refuses the same id twice, and none.
func (r *run) identify(calls []azmistral.ToolCall) []azmistral.ToolCall {
	calls = slices.Clone(calls)
	for i := range calls {
		for calls[i].ID == "" || calls[i].ID == "null" || r.ids[calls[i].ID] {
			calls[i].ID = rand.Text()[:9] // nine letters and digits, as the service takes them
		}
		r.ids[calls[i].ID] = true
		calls[i].Index = i
	}
	return calls
}

// sendable gives a copy of calls that services take back: with names of their
// alphabet, and with arguments that are an object, since backends that read them
// for the model's template refuse others.
func sendable(calls []azmistral.ToolCall) []azmistral.ToolCall {
	calls = slices.Clone(calls)
	for i := range calls {
		calls[i].Name = sendableName(calls[i].Name)
		calls[i].Arguments, _ = sendableArguments(calls[i].Arguments)
	}
	return calls
}

var notInName = regexp.MustCompile(`[^a-zA-Z0-9_-]`)

func sendableName(name string) string {
	if name == "" {
		return "_"
	}
	return notInName.ReplaceAllString(name[:min(len(name), 64)], "_")
}

// sendableArguments gives arguments as an object; {} and false if they are none.
func sendableArguments(arguments string) (string, bool) {
	text := objectText(arguments)
	if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") && json.Valid([]byte(text)) {
		return text, true
	}
	return "{}", false
}

// isEmpty says whether the service would refuse an assistant message since it says
// nothing.
func isEmpty(message azmistral.Message) bool {
	return slices.ContainsFunc(azmistral.CheckMessages([]azmistral.Message{message}), func(p azmistral.MessageProblem) bool {
		return p.Rule == azmistral.RuleEmpty
	})
}

// cutText gives content with the first n bytes of its text only. Parts that are no
// text stay.
func cutText(content azmistral.Content, n int) azmistral.Content {
	var kept azmistral.Content
	for _, part := range content {
		text, ok := part.(*azmistral.TextPart)
		switch {
		case !ok:
			kept = append(kept, part)
		case text == nil || n == 0:
		case len(text.Text) <= n:
			kept = append(kept, part)
			n -= len(text.Text)
		default:
			kept = append(kept, &azmistral.TextPart{Text: text.Text[:n]})
			n = 0
		}
	}
	return kept
}
