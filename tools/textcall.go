package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/azmistral/azmistral"
)

// The marks that Mistral's templates put around calls. A service that knows the
// model turns them into calls; they reach the text where it does not:
//
//	[TOOL_CALLS][{"name": "f", "arguments": {…}, "id": "abcdefghi"}]
//	[TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{…}
//	[TOOL_CALLS]f[ARGS]{…}[TOOL_CALLS]g[ARGS]{…}
const (
	callsMarker = "[TOOL_CALLS]"
	argsMarker  = "[ARGS]"
)

// parseTextCalls reads a text that is nothing but calls, blanks aside. Calls that
// came without an id have none. The error says where it is something else.
func parseTextCalls(text string) ([]azmistral.ToolCall, error) {
	var calls []azmistral.ToolCall
	rest := trimBlanks(text)
	for rest != "" {
		at := len(text) - len(rest)
		body, ok := strings.CutPrefix(rest, callsMarker)
		if !ok {
			return nil, fmt.Errorf("text goes on behind a call, at byte %d of %d", at, len(text))
		}
		parse := parseNamedCall
		if body = trimBlanks(body); strings.HasPrefix(body, "[") {
			parse = parseCallList
		}
		some, after, err := parse(body)
		if err != nil {
			return nil, fmt.Errorf("%w, in the call at byte %d of %d", err, at, len(text))
		}
		calls = append(calls, some...)
		rest = trimBlanks(after)
	}
	if len(calls) == 0 {
		return nil, errors.New("there is no call")
	}
	return calls, nil
}

var namedCall = regexp.MustCompile(`^([a-zA-Z0-9_-]{1,64})[ \t\r\n]*(?:\[CALL_ID\][ \t\r\n]*([a-zA-Z0-9_-]{1,64})[ \t\r\n]*)?\[ARGS\]`)

// parseNamedCall reads a name, maybe an id, and arguments.
func parseNamedCall(text string) (calls []azmistral.ToolCall, rest string, err error) {
	found := namedCall.FindStringSubmatch(text)
	if found == nil {
		return nil, "", errors.New("neither a list nor a name with " + argsMarker + " follows " + callsMarker)
	}
	text = text[len(found[0]):]
	var arguments json.RawMessage
	if rest, err = parseJSON(text, &arguments); err != nil {
		return nil, "", err
	}
	if arguments[0] != '{' {
		return nil, "", errors.New("the arguments are no JSON object")
	}
	return []azmistral.ToolCall{{ID: found[2], Name: found[1], Arguments: string(arguments)}}, rest, nil
}

// parseCallList reads a list of calls.
func parseCallList(text string) (calls []azmistral.ToolCall, rest string, err error) {
	var list []struct {
		Name      string
		Arguments json.RawMessage
		ID        string
	}
	if rest, err = parseJSON(text, &list); err != nil {
		return nil, "", err
	}
	for _, call := range list {
		if call.Name == "" {
			return nil, "", errors.New("a call has no name")
		}
		arguments := string(call.Arguments)
		switch {
		case arguments == "null":
			arguments = ""
		case strings.HasPrefix(arguments, `"`): // JSON text within a JSON text
			_ = json.Unmarshal(call.Arguments, &arguments)
		case arguments != "" && !strings.HasPrefix(arguments, "{"):
			return nil, "", errors.New("the arguments are no JSON object")
		}
		calls = append(calls, azmistral.ToolCall{ID: call.ID, Name: call.Name, Arguments: arguments})
	}
	return calls, rest, nil
}

// parseJSON reads the JSON value that text begins with and gives what follows it.
func parseJSON(text string, value any) (rest string, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(value); err != nil {
		return "", errors.New("broken JSON") // the decoder's words may quote the answer
	}
	return text[decoder.InputOffset():], nil
}

func trimBlanks(text string) string { return strings.TrimLeft(text, " \t\r\n") }
