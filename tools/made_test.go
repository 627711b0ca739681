package tools_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/tools"
)

// made is a tool of a function, in a test.
func made[In, Out any](t *testing.T, handler func(context.Context, In) (Out, error)) tools.Tool {
	t.Helper()
	tool, err := tools.For("act", "Acts.", handler)
	require.NoError(t, err)
	return tool
}

// gives is a tool without arguments that returns a value.
func gives[Out any](t *testing.T, value Out) tools.Tool {
	return made(t, func(context.Context, struct{}) (Out, error) { return value, nil })
}
