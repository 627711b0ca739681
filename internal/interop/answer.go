package main

import (
	"slices"

	"github.com/azmistral/azmistral"
)

// answer is what a caller holds when a call has returned, in the words of azmistral.
type answer struct {
	choices []choice
	usage   azmistral.Usage
}

type choice struct {
	index    int
	text     string
	thinking string // azmistral's alone: the others have no one place for it
	finish   azmistral.FinishReason
	calls    []azmistral.ToolCall
}

// first is the first choice, the zero one where there is none.
func (a answer) first() choice {
	if len(a.choices) == 0 {
		return choice{}
	}
	return a.choices[0]
}

// choice finds the choice with an index, or makes it, in order. It is the
// accumulator of the clients that have none.
func (a *answer) choice(index int) *choice {
	i, found := slices.BinarySearchFunc(a.choices, index, func(c choice, index int) int { return c.index - index })
	if !found {
		a.choices = slices.Insert(a.choices, i, choice{index: index})
	}
	return &a.choices[i]
}

// call adds a piece of a tool call: to the call with its index where it has one.
// Without, a new id begins a new call, and a piece without an id goes on with the
// latest.
func (c *choice) call(index *int, id, name, arguments string) {
	at := len(c.calls) - 1
	switch {
	case index != nil:
		at = slices.IndexFunc(c.calls, func(t azmistral.ToolCall) bool { return t.Index == *index })
	case at >= 0 && id != "" && c.calls[at].ID != "" && c.calls[at].ID != id:
		at = -1
	}
	if at < 0 {
		made := azmistral.ToolCall{Index: len(c.calls)}
		if index != nil {
			made.Index = *index
		}
		c.calls = append(c.calls, made)
		at = len(c.calls) - 1
	}
	if id != "" {
		c.calls[at].ID = id
	}
	c.calls[at].Name += name
	c.calls[at].Arguments += arguments
}
