package structured

import (
	"fmt"
	"strings"

	"github.com/azmistral/azmistral"
)

// repairable says whether the model can mend an answer: not what was cut, and not the
// call of a tool that waits for its result.
func repairable(e *OutputError, ownTools bool) bool {
	return e.kind == nil && e.Response != nil && (e.Rule != "tool_calls" || !ownTools)
}

// repair gives the messages that show the model its answer and what is wrong with it.
func (p *plan) repair(e *OutputError) []azmistral.Message {
	answer := e.Response.Message()
	if answer.Role == "" {
		answer.Role = azmistral.RoleAssistant
	}
	if len(answer.ToolCalls) > 0 {
		messages := []azmistral.Message{answer}
		for _, call := range answer.ToolCalls { // each needs its result
			messages = append(messages, azmistral.ToolResult(call, p.complaint(e)))
		}
		return messages
	}
	complaint := azmistral.User(p.complaint(e))
	if answer.Text() == "" { // a message with nothing in it is refused
		return []azmistral.Message{complaint}
	}
	return []azmistral.Message{answer, complaint}
}

// complaint names the problems by their places in what the model writes.
func (p *plan) complaint(e *OutputError) string {
	var b strings.Builder
	b.WriteString("That is not what was asked for:\n")
	for _, problem := range e.Problems {
		b.WriteString("- " + p.onWire(problem).String() + "\n")
	}
	if p.Mode == ModeTool {
		fmt.Fprintf(&b, "Call %s once, with the whole corrected value as arguments.", p.Name)
	} else {
		b.WriteString("Answer again with the whole corrected JSON value and nothing else: no explanation, no code fence.")
	}
	if p.wrapped {
		fmt.Fprintf(&b, ` It is an object with one member, "%s".`, wrapperMember)
	}
	return b.String()
}

// onWire is a problem with its place in what travels.
func (p *plan) onWire(problem Problem) Problem {
	switch {
	case !p.wrapped, problem.Rule == "syntax":
	case problem.Path == "" || strings.HasPrefix(problem.Path, "["):
		problem.Path = wrapperMember + problem.Path
	default:
		problem.Path = wrapperMember + "." + problem.Path
	}
	return problem
}
