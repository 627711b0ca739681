package azmistral

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A turn of very many calls, as a model run wild makes it, and results without end
// cost in proportion to their number, in whatever ids.
func TestCheckMessagesManyCalls(t *testing.T) {
	const n = 40_000
	asking := Message{Role: RoleAssistant}
	for i := range n {
		id := fmt.Sprintf("%09d", i)
		if i%2 == 0 {
			id = "call_" + id
		}
		asking.ToolCalls = append(asking.ToolCalls, ToolCall{ID: id, Name: "f"})
	}
	answered := []Message{User("u"), asking}
	for _, call := range asking.ToolCalls {
		answered = append(answered, ToolResult(call, "r"))
	}
	orphans := answered[2:]

	begin := time.Now()
	assert.Empty(t, CheckMessages(answered))
	assert.Len(t, CheckMessages(orphans), n)
	assert.Less(t, time.Since(begin), 10*time.Second, "it takes minutes where each is compared with all others")

	again := append(answered, ToolResult(asking.ToolCalls[n/2], "r"), ToolResult(ToolCall{ID: "x"}, "r"))
	again[1].ToolCalls = append(again[1].ToolCalls, asking.ToolCalls[n-1], ToolCall{ID: "none", Name: "f"})
	var got []string
	for _, p := range CheckMessages(again) {
		got = append(got, fmt.Sprint(p.Index, " ", p.Rule))
	}
	assert.Equal(t, []string{"1 duplicate_call_id", "1 missing_result", "40002 duplicate_result_id", "40003 orphan_result"}, got)
}

// Ids of both forms in one turn, of whatever length, cost no memory either.
func TestCheckMessagesMixedIDsAllocations(t *testing.T) {
	asking := Message{Role: RoleAssistant}
	for _, id := range []string{"abcdefghi", "call_1", "123456789", strings.Repeat("x", 64)} {
		asking.ToolCalls = append(asking.ToolCalls, ToolCall{ID: id, Name: "f"})
	}
	conversation := []Message{User("u"), asking}
	for _, call := range asking.ToolCalls {
		conversation = append(conversation, ToolResult(call, "r"))
	}
	require.Empty(t, CheckMessages(conversation))
	assert.Zero(t, testing.AllocsPerRun(100, func() { CheckMessages(conversation) }))
}
