package structured

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/stretchr/testify/require"
)

// ledger is a large value.
type ledger struct {
	Entries []entry `json:"entries"`
}

type entry struct {
	ID    int      `json:"id"`
	Text  string   `json:"text"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags"`
}

// ledgerText is the JSON of a ledger of at least size bytes.
func ledgerText(size int) string {
	var b strings.Builder
	b.WriteString(`{"entries":[`)
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"text":"screws, \"countersunk\", 100 pieces in a box","price":%d.25,"tags":["steel","m%d"]}`, i, i%100, i%9)
	}
	return b.String() + `]}`
}

// deltas cuts a text into a stream of pieces of so many bytes.
func deltas(text string, size int) *streamer {
	s := &streamer{}
	for text != "" {
		n := min(size, len(text))
		s.chunks = append(s.chunks, delta(azmistral.Delta{Text: text[:n]}))
		text = text[n:]
	}
	s.chunks = append(s.chunks, finish(azmistral.FinishStop))
	return s
}

// BenchmarkStream reads a value of a megabyte in deltas of ten bytes, with a view after
// each, and compares with decoding it once by encoding/json, in turn. A tenth of it says
// whether the cost grows with the length.
func BenchmarkStream(b *testing.B) {
	for _, size := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) {
			text := ledgerText(size)
			client := deltas(text, 10)
			b.SetBytes(int64(len(text)))
			var once, streamed time.Duration
			views := 0
			for b.Loop() {
				start := time.Now()
				var want ledger
				require.NoError(b, json.Unmarshal([]byte(text), &want))
				middle := time.Now()
				views = 0
				for _, err := range Stream[ledger](context.Background(), client, ask(""), nil) {
					require.NoError(b, err)
					views++
				}
				once += middle.Sub(start)
				streamed += time.Since(middle)
			}
			b.ReportMetric(float64(streamed)/float64(once), "times-once")
			b.ReportMetric(float64(views), "views")
		})
	}
}

// TestStreamCost counts what BenchmarkStream times: four times the value takes at most
// four times the memory and a little, for nothing that came before is copied again.
func TestStreamCost(t *testing.T) {
	const small, times, slack = 50_000, 4, 100_000 // slack: steps in which buffers grow, in bytes
	for name, options := range map[string]*Options{"text": nil, "a call": {Mode: ModeTool}} {
		bytes1, allocs1 := streamCost(t, ledgerText(small), options)
		bytes4, allocs4 := streamCost(t, ledgerText(times*small), options)
		require.Less(t, bytes4, (times+1)*bytes1+slack, "%s: bytes", name)
		require.Less(t, allocs4, (times+1)*allocs1, "%s: allocations", name)
	}
}

// streamCost reads a value in deltas of ten bytes.
func streamCost(t *testing.T, text string, options *Options) (bytes, allocs int) {
	client := deltas(text, 10)
	if options != nil {
		var pieces []string
		for _, chunk := range client.chunks {
			pieces = append(pieces, chunk.Text())
		}
		client = arguments("ledger", pieces...)
	}
	var want ledger
	require.NoError(t, json.Unmarshal([]byte(text), &want))
	var before, after runtime.MemStats
	var last Partial[ledger]
	runtime.ReadMemStats(&before)
	for v, err := range Stream[ledger](context.Background(), client, ask(""), options) {
		if err != nil {
			t.Fatal(err)
		}
		last = v
	}
	runtime.ReadMemStats(&after)
	require.Equal(t, want, last.Value)
	return int(after.TotalAlloc - before.TotalAlloc), int(after.Mallocs - before.Mallocs)
}
