package azmistral

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the tests outside of the package need of those inside: the recorded
// exchanges, and what makes requests of them.

type Sample = sample

var (
	Samples       = samples
	AnsweredChats = answeredChats
	WireCallID    = wireCallID
)

// Built is the sample's request, built with the public types.
func (s *sample) Built(t *testing.T) (req ChatRequest, stream bool) {
	return buildRequest(t, s.Request.Body, s.row(t))
}

// Bodies are the JSON texts of the answer, for an independent reading.
func (s *sample) Bodies() []string { return s.bodies() }

// Normalised is a body without the differences that are none. used counts them.
func (s *sample) Normalised(t *testing.T, body []byte, used map[string]int) map[string]any {
	var v map[string]any
	require.NoError(t, json.Unmarshal(body, &v))
	n := &normaliser{names: s.row(t).Names, used: used}
	return n.normalise("", v).(map[string]any)
}
