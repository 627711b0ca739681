//go:build !race

package azmistral

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCallAllocations: what a call allocates beside its request's encoding and its
// answer's decoding. Of these azcore's pipeline and the request alone are 45. The race
// detector allocates too.
func TestCallAllocations(t *testing.T) {
	c := newInstantClient(t, newInstant("application/json", testAnswer))
	encode := testing.AllocsPerRun(100, func() {
		if _, _, err := encodeRequest(&hello, c.model, c.row, false); err != nil {
			t.Error(err)
		}
	})
	k, resp := &call{client: c}, &http.Response{}
	decode := testing.AllocsPerRun(100, func() {
		if _, e := k.wholeAnswer(resp, ResponseInfo{}, []byte(testAnswer)); e != nil {
			t.Error(e)
		}
	})
	t.Run("chat", func(t *testing.T) {
		all := testing.AllocsPerRun(100, func() {
			if _, err := c.Chat(t.Context(), hello, nil); err != nil {
				t.Error(err)
			}
		})
		assert.LessOrEqual(t, all-encode-decode, 57.0)
	})
	t.Run("stream", func(t *testing.T) {
		c := newInstantClient(t, newInstant("text/event-stream", doneEvent))
		all := testing.AllocsPerRun(100, func() {
			s, err := c.ChatStream(t.Context(), hello, nil)
			require.NoError(t, err)
			_ = s.Close()
		})
		assert.LessOrEqual(t, all-encode, 80.0, "opened and closed early")
	})
}

// Moving a deadline allocates nothing.
func TestClockAllocations(t *testing.T) {
	var k clock
	defer k.stop()
	_, cancel := context.WithCancelCause(t.Context())
	defer cancel(io.EOF)
	limit := deadlineError{idleTimeoutOption, time.Hour, "thing"}
	k.arm(time.Hour, limit, cancel)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		k.arm(time.Hour, limit, cancel)
		k.disarm()
	}))
}
