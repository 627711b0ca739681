package main

// goal is what azmistral is to reach in one metric of a workload: at least goal, at
// best stretch. Less is better in all of them.
type goal struct {
	workload, what string
	metric         metric
	to             compared
	against        string // contender; empty where to is nothing
	goal, stretch  float64
	unit           unit
}

// compared says how a metric is looked at.
type compared int

const (
	alone      compared = iota // as it is
	ratio                      // to another contender's in the same round
	difference                 // beyond another contender's in the same round
)

// goals are those that were set before the fast ways were built. Bytes are decimal. No
// connection a call is to be opened in W7end: one in fifty calls may, as a connection
// that comes back late is no fault.
var goals = []goal{
	{"W1a", "CPU to nethttp's", cpu, ratio, baseline, 0.16, 0.10, times},
	{"W1a", "allocations a chunk", allocs, alone, "", 0.10, 0.04, count},
	{"W1a", "bytes a chunk", alloc, alone, "", 400, 250, bytesUnit},
	{"W1a-odd", "CPU to nethttp's", cpu, ratio, baseline, 0.28, 0.19, times},
	{"W1b", "CPU to nethttp's", cpu, ratio, baseline, 0.50, 0.40, times},
	{workAzure, "CPU to nethttp's", cpu, ratio, baseline, 0.20, 0.12, times},
	{workThinking, "CPU to nethttp's", cpu, ratio, baseline, 0.30, 0.20, times},
	{"W2", "CPU to nethttp's", cpu, ratio, baseline, 0.80, 0.72, times},
	{"W2", "median lateness to the floor's", late50, ratio, "floor", 1.5, 1.1, times},
	{"W2", "99th percentile of lateness to nethttp's", late99, ratio, baseline, 1.0, 0.6, times},
	{"W2", "live bytes a stream", held, alone, "", 55_000, 45_000, bytesUnit},
	{"W2", "goroutines a stream", goroutines, alone, "", 3, 3, count},
	{"W3", "CPU to nethttp's", cpu, ratio, baseline, 1.20, 1.05, times},
	{"W3", "allocations a call", allocs, alone, "", 115, 100, count},
	{workRequest, "CPU to nethttp's", cpu, ratio, baseline, 0.45, 0.27, times},
	{workRequest, "bytes a call", alloc, alone, "", 300_000, 100_000, bytesUnit},
	{workAnswer, "CPU to nethttp's", cpu, ratio, baseline, 0.45, 0.28, times},
	{workAnswer, "bytes a call", alloc, alone, "", 300_000, 245_000, bytesUnit},
	{workImage, "CPU to nethttp's", cpu, ratio, baseline, 0.30, 0.20, times},
	{workImage, "bytes a call", alloc, alone, "", 150_000, 45_000, bytesUnit},
	{workTool, "CPU to nethttp's", cpu, ratio, baseline, 0.25, 0.16, times},
	{workTool, "allocations a fragment", allocsAFragment, alone, "", 0.5, 0.33, count},
	{workProgram, "bytes over azcore alone", binary, difference, "azcore-json", 700_000, 500_000, bytesUnit},
	{workProgram, "packages over azcore alone", packages, difference, "azcore-json", 6, 2, count},
	{workProgram, "build CPU to azcore's alone", build, ratio, "azcore-json", 2, 1.1, times},
	{"W7", "time to the first chunk to nethttp's", first50, ratio, baseline, 1.10, 0.92, times},
	{"W7", "CPU to nethttp's", cpu, ratio, baseline, 1.0, 0.73, times},
	{"W7end", "connections a call", connections, alone, "", 0.02, 0, count},
	{"W7end", "median wait of the caller for the end", wait50, alone, "", 0.5, 0.1, milliseconds},
	{"WM-long", "live bytes beyond the text", held, alone, "", 1_000_000, 1_000_000, bytesUnit},
	{"WM-idle", "live bytes a stream", held, alone, "", 45_000, 45_000, bytesUnit},
}

// measured is the goal's value. False: it was not measured.
func (g goal) measured(r results) (spread, bool) {
	switch g.to {
	case ratio:
		return r.ratio(g.workload, ours, g.against, g.metric)
	case difference:
		return r.difference(g.workload, ours, g.against, g.metric)
	}
	return r.of(g.workload, ours, g.metric)
}

// verdict says whether a median reaches the goal.
func (g goal) verdict(median float64) string {
	switch {
	case median <= g.stretch:
		return "stretch"
	case median <= g.goal:
		return "goal"
	}
	return "**no**"
}
