package main

import "slices"

// spread is what the rounds came to.
type spread struct{ least, median, most float64 }

// spreadOf needs at least one value.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	s := spread{least: sorted[0], median: sorted[n/2], most: sorted[n-1]}
	if n%2 == 0 {
		s.median = (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return s
}

// results are the figures of a run: by workload and contender, one for each round. nil
// is a figure that failed: then nothing is said of that contender in that workload.
type results map[place][]figure

type place struct{ workload, contender string }

func (r results) failed(workload, contender string) bool {
	return slices.ContainsFunc(r[place{workload, contender}], func(f figure) bool { return f == nil })
}

// of gives what the rounds came to in one metric. False: there is none.
func (r results) of(workload, contender string, m metric) (spread, bool) {
	var values []float64
	for _, f := range r[place{workload, contender}] {
		if v, ok := f[m]; ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 || r.failed(workload, contender) {
		return spread{}, false
	}
	return spreadOf(values), true
}

// ratio compares a contender with another, round by round.
func (r results) ratio(workload, contender, against string, m metric) (spread, bool) {
	return r.compare(workload, contender, against, m, func(a, b float64) (float64, bool) { return a / b, b != 0 })
}

// difference is what a contender has more than another, round by round.
func (r results) difference(workload, contender, against string, m metric) (spread, bool) {
	return r.compare(workload, contender, against, m, func(a, b float64) (float64, bool) { return a - b, true })
}

func (r results) compare(workload, contender, against string, m metric, of func(a, b float64) (float64, bool)) (spread, bool) {
	others := r[place{workload, against}]
	var values []float64
	for round, f := range r[place{workload, contender}] {
		if round >= len(others) {
			break
		}
		a, ok := f[m]
		b, found := others[round][m]
		if !ok || !found {
			continue
		}
		if v, ok := of(a, b); ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 || r.failed(workload, contender) || r.failed(workload, against) {
		return spread{}, false
	}
	return spreadOf(values), true
}
