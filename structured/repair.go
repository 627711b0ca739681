package structured

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/azmistral/azmistral"
)

// repairable says whether the model can mend an answer: not what was cut, and not the
// call of a tool that waits for its result.
func repairable(e *OutputError, ownTools bool) bool {
	return e.kind == nil && e.Response != nil && (e.Rule != "tool_calls" || !ownTools)
}

// repair gives the messages that show the model its answer and what is wrong with it,
// to be put behind those that were sent. Text that an answer has is always taken back;
// calls and parts may be such that a service refuses the turn for them.
func (p *plan) repair(sent []azmistral.Message, e *OutputError) []azmistral.Message {
	complaint := p.complaint(e)
	if answer := inFull(e.Response.Message(), complaint); isSendable(answer) {
		return answer
	}
	text := e.Text
	switch last := len(sent) - 1; {
	case strings.TrimSpace(text) != "":
	case last >= 0 && sent[last].Role == azmistral.RoleTool: // a user's message right behind it may be refused
		text = noAnswer
	default:
		return []azmistral.Message{azmistral.User(complaint)}
	}
	return []azmistral.Message{azmistral.Assistant(text), azmistral.User(complaint)}
}

// noAnswer stands for an answer with nothing in it, which no message can hold.
const noAnswer = "(no answer)"

// inFull is an answer with everything that was in it, and the complaint behind it.
func inFull(answer azmistral.Message, complaint string) []azmistral.Message {
	answer.Role = azmistral.RoleAssistant
	messages := []azmistral.Message{answer}
	for _, call := range answer.ToolCalls { // each needs its result
		messages = append(messages, azmistral.ToolResult(call, complaint))
	}
	if len(answer.ToolCalls) == 0 {
		messages = append(messages, azmistral.User(complaint))
	}
	return messages
}

// isSendable says whether services take back an answer, and what follows it.
func isSendable(messages []azmistral.Message) bool {
	answer := messages[0]
	if len(answer.ToolCalls) == 0 && strings.TrimSpace(answer.Text()) == "" {
		return false // of a thought alone they may say that it is empty
	}
	for _, call := range answer.ToolCalls {
		// Some read them for the model's template, and fail at what is no object.
		if !strings.HasPrefix(strings.TrimSpace(call.Arguments), "{") || !json.Valid([]byte(call.Arguments)) {
			return false
		}
	}
	return len(azmistral.CheckMessages(append([]azmistral.Message{azmistral.User("")}, messages...))) == 0
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
