package azmistral

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Tool is something that the model may call.
type Tool struct {
	Name        string // letters, digits, '_' and '-', at most 64
	Description string
	Parameters  any  // marshals to a JSON Schema of an object (JSON text: as json.RawMessage); nil: no arguments
	Strict      bool // the arguments must match the schema exactly

	// Raw is a whole tool object of another type than "function", sent as it is;
	// the other fields are then ignored.
	Raw json.RawMessage
}

// ToolCall is the model's wish to have a tool run.
//
// Mistral takes ids of nine letters or digits only. Another id is sent as nine
// made from it, in the call and in its result alike; the message itself keeps its
// own. A call that came without an id has one made from the response's id and the
// call's place.
type ToolCall struct {
	ID        string
	Name      string
	Arguments string // JSON text as the model wrote it: may be empty or invalid; sent back, empty is {}
	Index     int    // the place among the calls of one message, from 0; sent where the route takes it
}

// Decode reads the arguments into v as encoding/json does. Empty arguments read
// as {}. The error names the tool and the place in the arguments, and wraps
// encoding/json's.
func (c ToolCall) Decode(v any) error {
	text := c.Arguments
	if strings.TrimSpace(text) == "" {
		text = "{}"
	}
	err := json.Unmarshal([]byte(text), v)
	if err == nil {
		return nil
	}
	place := ""
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		place = fmt.Sprintf(" at byte %d of %d", e.Offset, len(text))
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if place = fmt.Sprintf(" at byte %d of %d", e.Offset, len(text)); e.Field != "" {
			place = fmt.Sprintf(" at %s (byte %d of %d)", e.Field, e.Offset, len(text))
		}
	}
	call := fmt.Sprintf("%q", c.Name)
	if c.ID != "" {
		call += fmt.Sprintf(" (id %q)", c.ID)
	}
	return fmt.Errorf("arguments of tool call %s%s: %w", call, place, err)
}

// ToolChoice says whether the model must call a tool. The zero value is not
// sent, which the service takes as auto.
type ToolChoice struct {
	mode string
	name string
}

// ToolChoiceAuto leaves it to the model.
func ToolChoiceAuto() ToolChoice { return ToolChoice{mode: "auto"} }

// ToolChoiceNone forbids calls.
func ToolChoiceNone() ToolChoice { return ToolChoice{mode: "none"} }

// ToolChoiceRequired asks for at least one call, of whichever tool.
func ToolChoiceRequired() ToolChoice { return ToolChoice{mode: "required"} }

// ToolChoiceFunction asks for a call of the tool with that name.
func ToolChoiceFunction(name string) ToolChoice { return ToolChoice{mode: "function", name: name} }
