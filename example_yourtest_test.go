package azmistral_test

import (
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// A test of the code that example_mock_test.go shows, as its user would write it.
func TestSummarize(t *testing.T) {
	sandbox := azmistraltest.NewServer(t, nil)
	sandbox.Reply(azmistraltest.Error(503, "Overloaded", "The model is busy."), azmistraltest.Text("It rained."))
	client := sandbox.Client(t, azmistral.RouteOpenAIV1, nil)

	summary, err := summarize(t.Context(), client, "It was a dark and stormy night.")
	if err != nil || summary != "It rained." {
		t.Fatalf("got %q, %v", summary, err)
	}
	if asked := sandbox.Requests()[1].Last().Text; asked != "It was a dark and stormy night." {
		t.Errorf("asked %q", asked)
	}
}
