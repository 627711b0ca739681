package main

import (
	"context"
	"slices"
	"strings"
	"time"
)

// workload is one thing that contenders do.
type workload struct {
	name string
	what string // a sentence for the page, of a full figure
	unit string // what CPU, allocations and bytes are said of

	sizes  [3]size // by scale
	rounds int     // it is repeated in so many rounds at most; 0: in all
	run    func(*bench) (figure, error)
}

// wants says whether the workload is done in a round.
func (w workload) wants(round int, s scale) bool {
	switch {
	case w.rounds == 0:
		return true
	case s == quick:
		return round == 0
	}
	return round < w.rounds
}

// scale says how much work a figure is made of.
type scale int

const (
	full  scale = iota
	quick       // a look in two minutes
	tiny        // for tests: only the result counts
)

var scales = []string{"full", "quick", "tiny"}

// size is the work of one figure.
type size struct {
	calls    int           // one after the other, or in all
	parallel int           // calls at once, or streams at once
	chunks   int           // contents of one stream, or fragments
	bytes    int           // of a large request or answer
	repeats  int           // of the contents, for a long stream
	every    time.Duration // between two contents of a paced stream
}

// String says it for the page: a quick figure is made of less than the workload's
// sentence says.
func (s size) String() string {
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{s.calls, "calls"}, {s.parallel, "at once"}, {s.chunks, "contents"}, {s.repeats, "times over"}, {s.bytes, "bytes"}} {
		if part.n > 0 {
			parts = append(parts, count(float64(part.n))+" "+part.what)
		}
	}
	return strings.Join(parts, ", ")
}

const (
	workAzure    = "W1c"
	workThinking = "W1d"
	workRequest  = "W4-request"
	workAnswer   = "W4-answer"
	workImage    = "W4-image"
	workTool     = "W5"
	workProgram  = "W6"
)

// workloads in the order of the page.
var workloads = []workload{
	{name: "W1a", unit: "chunk", what: "A stream of 20,000 chunks as Mistral sends them, sent in one go.",
		sizes: [3]size{{calls: 5, chunks: 20_000}, {calls: 1, chunks: 10_000}, {calls: 1, chunks: 60}}, run: runStreams(modelPlain)},
	{name: "W1a-odd", unit: "chunk", what: "The same, where a number changes in each chunk too.",
		sizes: [3]size{{calls: 5, chunks: 20_000}, {calls: 1, chunks: 10_000}, {calls: 1, chunks: 60}}, run: runStreams(modelOdd)},
	{name: "W1b", unit: "chunk", what: "As W1a, each event sent by itself.",
		sizes: [3]size{{calls: 5, chunks: 20_000}, {calls: 1, chunks: 10_000}, {calls: 1, chunks: 60}}, run: runStreams(modelFlush)},
	{name: workAzure, unit: "chunk", what: "A stream of 20,000 chunks as Azure OpenAI sends them: filter results of four categories and padding of changing length in each.",
		sizes: [3]size{{calls: 5, chunks: 20_000}, {calls: 1, chunks: 10_000}, {calls: 1, chunks: 60}}, run: runStreams(modelAzure)},
	{name: workThinking, unit: "chunk", what: "A stream of 20,000 chunks, three quarters of them reasoning as lists of parts, the rest text.",
		sizes: [3]size{{calls: 5, chunks: 20_000}, {calls: 1, chunks: 10_000}, {calls: 1, chunks: 60}}, run: runStreams(modelThinking)},
	{name: "W2", unit: "chunk", what: "1,000 streams at once, 50 chunks a second each, for 10 seconds; the server has the same cores. Chunks are due at their times, whatever became of those before.",
		sizes: [3]size{{parallel: 1000, chunks: 500, every: 20 * time.Millisecond}, {parallel: 300, chunks: 50, every: 20 * time.Millisecond}, {parallel: 4, chunks: 5, every: 10 * time.Millisecond}}, run: runPaced},
	{name: "W3", unit: "call", what: "Small whole answers, 64 calls at once.",
		sizes: [3]size{{calls: 6400, parallel: 64}, {calls: 1280, parallel: 64}, {calls: 8, parallel: 4}}, run: runCalls(modelSmall, shortPrompt)},
	{name: "W3-seq", unit: "call", what: "Small whole answers, one call after the other.",
		sizes: [3]size{{calls: 2000}, {calls: 400}, {calls: 2}}, run: runCalls(modelSmall, shortPrompt)},
	{name: workRequest, unit: "call", what: "A request of 1.1 MB: 21 messages, one in six with escapes and more than ASCII.",
		sizes: [3]size{{calls: 60, bytes: 1_100_000}, {calls: 10, bytes: 1_100_000}, {calls: 1, bytes: 30_000}}, run: runCalls(modelSmall, longPrompt)},
	{name: workAnswer, unit: "call", what: "A whole answer of 220 KB, with lines.",
		sizes: [3]size{{calls: 100, bytes: 220_000}, {calls: 15, bytes: 220_000}, {calls: 1, bytes: 9_000}}, run: runCalls(modelBig, shortPrompt)},
	{name: workImage, unit: "call", what: "A request with an image of 3 MB, which the caller holds as bytes.",
		sizes: [3]size{{calls: 30, bytes: 3_000_000}, {calls: 4, bytes: 3_000_000}, {calls: 1, bytes: 20_000}}, run: runCalls(modelSmall, imagePrompt)},
	{name: workTool, unit: "call", what: "A stream of one tool call in 500 fragments, put together.",
		sizes: [3]size{{calls: 60, chunks: 500}, {calls: 10, chunks: 500}, {calls: 1, chunks: 12}}, run: runStreams(modelTool)},
	{name: workProgram, unit: "program", what: "A program with one call, stripped.", rounds: 3, run: runProgram},
	{name: "W7", unit: "call", what: "Streams of 20 contents on a connection that was idle, the first event sent by itself.",
		sizes: [3]size{{calls: 500, chunks: 20}, {calls: 100, chunks: 20}, {calls: 2, chunks: 5}}, run: runShort(modelFirst)},
	{name: "W7end", unit: "call", what: "The same, where the body ends 2 ms after `[DONE]`.",
		sizes: [3]size{{calls: 200, chunks: 20}, {calls: 50, chunks: 20}, {calls: 2, chunks: 5}}, run: runShort(modelLate)},
	{name: "WM-long", unit: "stream", what: "One stream of 100 MB, its text put together. Live bytes are beyond that text.", rounds: 2,
		sizes: [3]size{{chunks: 20_000, repeats: 22}, {chunks: 20_000, repeats: 2}, {chunks: 600, repeats: 2}}, run: runLong},
	{name: "WM-idle", unit: "stream", what: "10,000 streams whose first chunks have come and whose next have not.", rounds: 2,
		sizes: [3]size{{parallel: 10_000}, {parallel: 1000}, {parallel: 5}}, run: runIdle},
}

func workloadNamed(name string) (workload, bool) {
	i := slices.IndexFunc(workloads, func(w workload) bool { return w.name == name })
	if i < 0 {
		return workload{}, false
	}
	return workloads[i], true
}

// bench is what a workload runs in: one process, one contender, one server.
type bench struct {
	ctx       context.Context
	contender contender
	client    client
	scale     scale
	size      size
	server    string // its URL
	unit      string
	stdCache  string   // where the standard library is built, or will be; empty: nowhere
	profile   *profile // nil: none
}

// figure is what was measured.
type figure map[metric]float64

// metric names a figure's number. CPU is user and system time of the whole process.
type metric string

const (
	cpu    metric = "cpu"    // microseconds a unit
	allocs metric = "allocs" // a unit
	alloc  metric = "alloc"  // bytes a unit

	allocsAFragment metric = "allocs a fragment" // of a tool call
)
