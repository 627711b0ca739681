//go:build !race

package azmistral

import (
	"encoding/json"
	"io"
	"math"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestEncodeAllocations: what a body costs beside the caller's own texts and bytes.
// The race detector allocates too.
func TestEncodeAllocations(t *testing.T) {
	ofTools := smallRequest()
	for i := range 10 {
		ofTools.Tools = append(ofTools.Tools, Tool{Name: "f" + strconv.Itoa(i), Parameters: json.RawMessage(`{"type":"object","properties":{"a":{"type":"string"}}}`)})
	}
	for name, c := range map[string]struct {
		req    ChatRequest
		allocs float64 // of encoding alone
		bytes  uint64  // with a reader, read to its end
	}{
		"small":           {smallRequest(), 2, 1 << 10},
		"ten tools":       {ofTools, 5, 8 << 10},
		"texts of 1.1 MB": {longTexts(), 3, 12 << 10},
		"image of 3 MB":   {oneImage(), 3, 1 << 10},
	} {
		assert.LessOrEqual(t, testing.AllocsPerRun(10, func() {
			if _, _, err := encodeRequest(&c.req, "m", nameSets["mistral"], false); err != nil {
				t.Error(err)
			}
		}), c.allocs, name)

		buf := make([]byte, 32<<10) // of the transport
		assert.LessOrEqual(t, allocated(func() { encodeAndRead(t, &c.req, io.Discard, buf) }), c.bytes, name)
	}
}

// allocated is the least that f allocates in a few runs, in bytes: what other
// goroutines allocate meanwhile is counted too.
func allocated(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 10 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}
