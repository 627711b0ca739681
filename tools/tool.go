// Package tools lets a model call Go functions.
package tools

import (
	"context"

	"github.com/azmistral/azmistral"
)

// Tool is a function that the model may call, with its description for the model.
type Tool struct {
	azmistral.Tool

	call func(ctx context.Context, arguments string) (string, error)
}

// New makes a tool whose schema is given: handler gets the arguments as the model
// wrote them, after they were checked against tool.Parameters.
func New(tool azmistral.Tool, handler func(ctx context.Context, arguments string) (string, error)) (Tool, error) {
	return Tool{Tool: tool, call: handler}, nil
}

// Call runs the tool with arguments as the model wrote them.
func (t Tool) Call(ctx context.Context, arguments string) (string, error) {
	return t.call(ctx, arguments)
}

// List gives the tools as a request takes them.
func List(tools ...Tool) []azmistral.Tool {
	list := make([]azmistral.Tool, len(tools))
	for i, t := range tools {
		list[i] = t.Tool
	}
	return list
}
