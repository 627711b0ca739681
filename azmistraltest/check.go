package azmistraltest

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// check says what the backends would refuse in a request: nil, or the first
// refusal in the order in which they look. It may drop fields of the body, as the
// extra-parameters header asks.
func (h *Handler) check(r *Request) *refusal {
	if h.options.Lenient {
		return nil
	}
	if f := checkExtra(r); f != nil {
		return f
	}
	if f := checkFields(r); f != nil {
		return f
	}
	if f := h.checkModel(r); f != nil {
		return f
	}
	if f := checkOrder(r, h.options.RefuseUserAfterTool); f != nil {
		return f
	}
	if f := checkCalls(r); f != nil {
		return f
	}
	if f := checkFiles(r); f != nil {
		return f
	}
	return h.checkArguments(r)
}

// inferenceFields are those of the inference API's own schema. Every other one is
// an extra parameter there.
var inferenceFields = []string{
	"model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "seed",
	"presence_penalty", "frequency_penalty", "response_format", "tools", "tool_choice",
}

// checkExtra applies the extra-parameters header of the inference routes: error
// (also when absent), drop, or pass-through.
func checkExtra(r *Request) *refusal {
	if r.place.service.names != namesInference {
		return nil
	}
	var extra []string
	for _, m := range r.body.members {
		if !slices.Contains(inferenceFields, m.name) {
			extra = append(extra, m.name)
		}
	}
	if len(extra) == 0 {
		return nil
	}
	switch r.Header.Get("extra-parameters") {
	case "pass-through", "allow": // the second is the word of the first drafts
		return nil
	case "drop":
		r.body = r.body.without(extra...)
		r.decode()
		return nil
	}
	names := "'" + strings.Join(extra, "', '") + "'"
	return &refusal{status: http.StatusBadRequest, body: `{"detail":` + quoted("Extra parameters ["+names+
		"] are not allowed when extra-parameters is not set or set to be 'error'. Set extra-parameters to 'pass-through' to pass to the model.") + `}`}
}

// checkModel wants a model where the route does, and one that exists.
func (h *Handler) checkModel(r *Request) *refusal {
	s := r.place.service
	name := r.Model
	if s.route == "serverless" {
		return nil // the host is the deployment: the field is ignored
	}
	if name == "" {
		if s.modelRequired {
			return refuseModelMissing(r.place)
		}
		return nil
	}
	if s.errors == errorsServerlessV1 && name == "azureai" {
		return nil // what Mistral's SDKs for Azure send when they are told no model
	}
	if len(h.options.Deployments) > 0 && !slices.Contains(h.options.Deployments, name) {
		return refuseDeployment(r.place, name)
	}
	return nil
}

// checkOrder is Mistral's rule of who may speak after whom.
func checkOrder(r *Request, refuseUserAfterTool bool) *refusal {
	wrong := func(message string) *refusal { return invalid("3230", "invalid_request_message_order", message) }
	messages := r.Messages
	if len(messages) == 0 {
		return wrong("Conversation must have at least one message")
	}
	if role := messages[0].Role; len(messages) == 1 && role != "user" && role != "system" {
		return wrong("Conversation must start with a user message or system message")
	}
	if messages[0].Role == "tool" {
		return wrong("Unexpected role 'tool' after role 'system'")
	}
	open := 0 // calls without their result; those of two assistant messages are never merged
	for i, m := range messages {
		if i > 0 {
			before := messages[i-1].Role
			if !mayFollow(m.Role, before, refuseUserAfterTool) {
				return wrong("Unexpected role '" + m.Role + "' after role '" + before + "'")
			}
		}
		if m.Role == "tool" {
			open--
		} else if open == 0 {
			open = len(m.ToolCalls)
		} else {
			return wrong("Not the same number of function calls and responses")
		}
		if open < 0 {
			return wrong("Not the same number of function calls and responses")
		}
	}
	last := messages[len(messages)-1]
	if open != 0 && (last.Role == "tool" || last.Prefix) {
		return wrong("Not the same number of function calls and responses")
	}
	if last.Role == "assistant" && !last.Prefix {
		return wrong("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant")
	}
	if last.Role == "system" && len(messages) > 1 {
		return wrong("Expected last role User or Tool (or Assistant with prefix True) for serving but got system")
	}
	return nil
}

func mayFollow(role, before string, refuseUserAfterTool bool) bool {
	switch before {
	case "system":
		return role != "tool"
	case "user":
		return role != "tool"
	case "assistant":
		return role != "system"
	}
	return role == "assistant" || role == "tool" || role == "user" && !refuseUserAfterTool
}

var (
	callID       = regexp.MustCompile(`^[a-zA-Z0-9]{9}$`)
	functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
)

// checkCalls looks at assistant messages, ids of calls, names of functions.
func checkCalls(r *Request) *refusal {
	for i, m := range r.Messages {
		if f := checkParts(m); f != nil {
			return f
		}
		if m.Role == "assistant" {
			if m.Text == "" && len(m.Parts) == 0 && (len(m.ToolCalls) == 0 || m.Prefix) {
				return invalid("3240", "invalid_request_assistant_message", "Assistant message must have either content or tool_calls, but not none.")
			}
			if m.Prefix && i != len(r.Messages)-1 {
				return invalid("3240", "invalid_request_assistant_message", "Assistant message with prefix True must be last message")
			}
		}
	}
	if f := checkIDs(r.Messages); f != nil {
		return f
	}
	for i, m := range r.Messages {
		for _, call := range m.ToolCalls {
			if f := checkName(call.Name); f != nil {
				return f
			}
		}
		if name := r.body.get("messages").items[i].get("name"); m.Role == "tool" && name.str() != "" {
			if f := checkName(name.str()); f != nil {
				return f
			}
		}
	}
	for _, tool := range r.Tools {
		if tool.Type != "function" {
			continue
		}
		if f := checkName(tool.Name); f != nil {
			return f
		}
		if f := checkParameters(tool.schema); f != nil {
			return f
		}
	}
	return nil
}

// foreignParts are those that each role may not hold. What a tool may hold differs
// by the model's age: the newest take all but thinking.
var foreignParts = map[string][]string{
	"system":    {"image_url", "document_url", "file", "input_audio", "reference"},
	"user":      {"thinking"},
	"assistant": {"image_url", "document_url", "file", "input_audio"},
	"tool":      {"thinking"},
}

// checkParts looks at what a message's parts are. The texts are Mistral's; under
// which code they come is an assumption, and how the parts are called in them.
func checkParts(m Message) *refusal {
	wrong := func(message string) *refusal { return invalid("3240", "invalid_request_"+m.Role+"_message", message) }
	other := false
	for _, part := range m.Parts {
		if slices.Contains(foreignParts[m.Role], part) {
			return wrong("Unexpected content chunk types in " + m.Role + " message: ['" + part + "']")
		}
		if part == "thinking" && other && m.Role == "assistant" {
			return wrong("ThinkChunks must be leading: all ThinkChunks must appear before any other content chunk.")
		}
		other = other || part != "thinking"
	}
	return nil
}

func checkIDs(messages []Message) *refusal {
	wrong := func(message string) *refusal { return invalid("3280", "invalid_function_call", message) }
	called := map[string]bool{} // by the latest assistant message
	answered := map[string]bool{}
	for _, m := range messages {
		if m.Role != "tool" {
			clear(called)
			clear(answered)
		}
		for _, call := range m.ToolCalls {
			switch {
			case call.ID == "null":
				return wrong("Tool call id has to be defined in serving mode.")
			case call.ID == "":
				return wrong("Tool call id has to be defined.")
			case !callID.MatchString(call.ID):
				return wrong("Tool call id was " + call.ID + " but must be a-z, A-Z, 0-9, with a length of 9.")
			case called[call.ID]:
				return invalid("3230", "invalid_request_message_order", "Duplicate tool call id "+call.ID+" in assistant message")
			}
			called[call.ID] = true
		}
		if m.Role != "tool" {
			continue
		}
		id := m.ToolCallID
		switch {
		case id == "":
			return wrong("Tool call id has to be defined.")
		case !callID.MatchString(id):
			return wrong("Tool call id was " + id + " but must be a-z, A-Z, 0-9, with a length of 9.")
		case !called[id]:
			return invalid("3230", "invalid_request_message_order", "Unexpected tool call id "+id+" in tool results")
		case answered[id]:
			return invalid("3230", "invalid_request_message_order", "Duplicate tool call id "+id+" in tool results")
		}
		answered[id] = true
	}
	return nil
}

func checkName(name string) *refusal {
	if functionName.MatchString(name) {
		return nil
	}
	return invalid("3280", "invalid_function_call", "Function name was "+name+" but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.")
}

// checkArguments is what only the model knows: its window, its efforts, its modes.
func (h *Handler) checkArguments(r *Request) *refusal {
	wrong := func(message string) *refusal { return invalid("3051", "invalid_request_invalid_args", message) }
	if prompt, _ := promptTokens(r); prompt > h.options.ContextWindow {
		return wrong(fmt.Sprintf("Prompt contains %d tokens and 0 draft tokens, too large for model with %d maximum context length", prompt, h.options.ContextWindow))
	}
	if effort := r.body.get("reasoning_effort").str(); effort != "" && effort != "none" && effort != "high" {
		return wrong("reasoning_effort='" + effort + "' is not supported for this model. Must be one of (<ReasoningEffort.none: 'none'>, <ReasoningEffort.high: 'high'>)")
	}
	if r.body.get("prompt_mode").str() != "" {
		return wrong("Reasoning prompt mode is not enabled for this model")
	}
	if r.body.get("logprobs").yes() {
		return wrong("Logprobs are not enabled for this model")
	}
	if temperature, ok := r.body.get("temperature").number(); ok && temperature == 0 {
		if p, ok := r.body.get("top_p").number(); ok && p != 1 {
			return wrong("top_p must be 1 when using greedy sampling.")
		}
	}
	if r.body.get("n").integer(1) > 1 && r.Fields["prediction"] && !r.body.get("prediction").isNull() {
		return wrong("n must be 1 when using a prediction.") // the rule is documented, its text an assumption
	}
	if f := checkStrictSchema(r); f != nil {
		return f
	}
	if choice := r.body.get("tool_choice"); choice.is(kindObject) {
		if !slices.ContainsFunc(r.Tools, func(t Tool) bool { return t.Name == r.ToolChoice }) {
			return refuseTool(r.place, "Tool '"+r.ToolChoice+"' not found in tools list.")
		}
	}
	return nil
}

// refuseTool is recorded on Foundry: JSON, and prose behind it.
func refuseTool(p place, message string) *refusal {
	body := `{"object":"error","message":` + quoted(message) + `,"type":"BadRequestError","param":null,"code":400}`
	if style := p.service.errors; style == errorsModels || style == errorsOpenAI {
		body += guide
	}
	return &refusal{status: http.StatusBadRequest, body: body, fromModel: true}
}

// inRange is a number's test; it gives the words of the refusal, or none.
func inRange(n *node, low, high float64, lowOpen bool) (kind, message, ctx string) {
	value, ok := n.number()
	switch {
	case !ok:
		return "float_type", "Input should be a valid number", ""
	case lowOpen && value <= low:
		return "greater_than", "Input should be greater than " + plain(low), `{"gt":` + plain(low) + `}`
	case value < low:
		return "greater_than_equal", "Input should be greater than or equal to " + plain(low), `{"ge":` + plain(low) + `}`
	case value > high:
		return "less_than_equal", "Input should be less than or equal to " + plain(high), `{"le":` + plain(high) + `}`
	}
	return "", "", ""
}

func whole(n *node) bool {
	value, ok := n.number()
	return ok && value == math.Trunc(value) && !strings.ContainsAny(n.text, ".eE")
}

func plain(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
