package azmistraltest

import (
	"strconv"
	"strings"
)

func callsMistral(c *choice) string {
	return joinCalls(c, func(i int, call ToolCall) string {
		return `{"id":` + quoted(call.ID) + `,"type":"function","function":{"name":` + quoted(call.Name) +
			`,"arguments":` + c.argumentsOf(call) + `},"index":` + strconv.Itoa(i) + `}`
	})
}

func callsInference(c *choice) string {
	return joinCalls(c, func(_ int, call ToolCall) string {
		return `{"function":{"arguments":` + c.argumentsOf(call) + `,"call_id":null,"name":` + quoted(call.Name) +
			`},"id":` + quoted(call.ID) + `,"type":"function"}`
	})
}

// callsInferenceStream has neither type nor index: recorded there.
func callsInferenceStream(c *choice) string {
	return joinCalls(c, func(_ int, call ToolCall) string {
		return `{"function":{"arguments":` + c.argumentsOf(call) + `,"name":` + quoted(call.Name) + `},"id":` + quoted(call.ID) + `}`
	})
}

// callsOpenAI has an index in streams only.
func callsOpenAI(c *choice, stream bool) string {
	return joinCalls(c, func(i int, call ToolCall) string {
		index := ""
		if stream {
			index = `,"index":` + strconv.Itoa(i)
		}
		return `{"function":{"arguments":` + c.argumentsOf(call) + `,"name":` + quoted(call.Name) +
			`},"id":` + quoted(call.ID) + index + `,"type":"function"}`
	})
}

func joinCalls(c *choice, write func(int, ToolCall) string) string {
	if len(c.calls) == 0 {
		return "null"
	}
	texts := make([]string, len(c.calls))
	for i, call := range c.calls {
		texts[i] = write(i, call)
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// fragmentsOpenAI are the deltas of calls in fragments: a head, then pieces.
func fragmentsOpenAI(c *choice) []string {
	var deltas []string
	for i, call := range c.calls {
		index := strconv.Itoa(i)
		deltas = append(deltas, `{"tool_calls":[{"function":{"arguments":"","name":`+quoted(call.Name)+`},"id":`+quoted(call.ID)+`,"index":`+index+`,"type":"function"}]}`)
		for piece := range pieces(call.Arguments) {
			deltas = append(deltas, `{"tool_calls":[{"function":{"arguments":`+quoted(piece)+`},"index":`+index+`}]}`)
		}
	}
	return deltas
}

// fragmentsMistral are those recorded of a model that Mistral relays: an index of
// the delta too, and in each piece a type and an empty name, but no id.
func fragmentsMistral(c *choice) []string {
	var deltas []string
	delta := func(i int, id, name, arguments string) {
		deltas = append(deltas, `{"tool_calls":[{`+id+`"type":"function","function":{"name":`+quoted(name)+`,"arguments":`+quoted(arguments)+
			`},"index":`+strconv.Itoa(i)+`}],"index":0,"content":""}`)
	}
	for i, call := range c.calls {
		delta(i, `"id":`+quoted(call.ID)+`,`, call.Name, "")
		for piece := range pieces(call.Arguments) {
			delta(i, "", "", piece)
		}
	}
	return deltas
}
