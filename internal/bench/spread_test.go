package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSpread(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{3, 1}, spread{1, 2, 3}},
		{[]float64{5, 1, 2}, spread{1, 2, 5}},
		{[]float64{9, 1, 4, 2}, spread{1, 3, 9}},
		{[]float64{6, 5, 4, 3, 2, 1}, spread{1, 3.5, 6}},
	} {
		before := append([]float64(nil), test.values...)
		assert.Equal(t, test.want, spreadOf(test.values))
		assert.Equal(t, before, test.values)
	}
}

// A ratio is taken within a round: a slow round slows both.
func TestRatios(t *testing.T) {
	at := func(name string) place { return place{"W1a", name} }
	r := results{
		at("a"):      {{cpu: 1}, {cpu: 40}, {allocs: 1}, {cpu: 3}},
		at(baseline): {{cpu: 2}, {cpu: 80}, {cpu: 5}, {cpu: 4}},
		at("short"):  {{cpu: 4}},
		at("failed"): {{cpu: 1}, nil},
		at("zero"):   {{cpu: 0, allocs: 2}},
	}
	got, ok := r.ratio("W1a", "a", baseline, cpu)
	assert.True(t, ok)
	assert.Equal(t, spread{0.5, 0.5, 0.75}, got)
	got, ok = r.difference("W1a", "a", baseline, cpu)
	assert.True(t, ok)
	assert.Equal(t, spread{-40, -1, -1}, got)
	got, ok = r.ratio("W1a", "short", baseline, cpu)
	assert.True(t, ok)
	assert.Equal(t, spread{2, 2, 2}, got)
	got, ok = r.of("W1a", "a", cpu)
	assert.True(t, ok)
	assert.Equal(t, spread{1, 3, 40}, got)
	for _, none := range []struct {
		who, against string
		m            metric
	}{{"failed", baseline, cpu}, {"nobody", baseline, cpu}, {"a", "failed", cpu}, {"a", baseline, allocs}, {"a", "zero", cpu}} {
		_, ok := r.ratio("W1a", none.who, none.against, none.m)
		assert.False(t, ok, none)
	}
	_, ok = r.of("W1a", "failed", cpu)
	assert.False(t, ok)
}

func TestTurned(t *testing.T) {
	list := []int{1, 2, 3}
	assert.Equal(t, []int{1, 2, 3}, turned(list, 0))
	assert.Equal(t, []int{2, 3, 1}, turned(list, 1))
	assert.Equal(t, []int{2, 3, 1}, turned(list, 4))
	assert.Equal(t, []int{1, 2, 3}, list)
}

func TestWants(t *testing.T) {
	every, some := workload{}, workload{rounds: 2}
	for round, want := range []struct{ full, quick bool }{{true, true}, {true, false}, {false, false}} {
		assert.True(t, every.wants(round, full) && every.wants(round, quick))
		assert.Equal(t, want.full, some.wants(round, full), round)
		assert.Equal(t, want.quick, some.wants(round, quick), round)
	}
}

func TestUnits(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{digits(0), "0"}, {digits(0.0031), "0"}, {digits(0.0412), "0.041"}, {digits(0.1), "0.10"}, {digits(1.384), "1.38"},
		{digits(12.34), "12.3"}, {digits(123.4), "123"}, {digits(9117.2), "9,117"}, {digits(1234567), "1,234,567"},
		{digits(-3849), "-3,849"}, {times(2), "2.00"}, {count(36), "36"}, {count(0), "0"}, {count(2.996), "3.00"}, {bytesUnit(55_000), "55 KB"},
		{bytesUnit(201.2), "201 B"}, {bytesUnit(3180), "3,180 B"}, {bytesUnit(43_210), "43.2 KB"}, {bytesUnit(999_900), "1.00 MB"}, {bytesUnit(21.4e6), "21.4 MB"},
		{microseconds(0.32), "0.32 µs"}, {microseconds(999.7), "1.00 ms"}, {microseconds(13_800), "13.8 ms"},
	} {
		assert.Equal(t, test.want, test.got)
	}
}

// Every goal is of a workload and against a contender that there are.
func TestGoals(t *testing.T) {
	for _, g := range goals {
		_, ok := workloadNamed(g.workload)
		assert.True(t, ok, g.workload)
		assert.Equal(t, g.to == alone, g.against == "", g.what)
		if g.against != "" {
			_, ok := contenderNamed(g.against)
			assert.True(t, ok, g.against)
		}
		assert.LessOrEqual(t, g.stretch, g.goal, g.what)
	}
	g := goal{goal: 0.16, stretch: 0.10}
	for median, want := range map[float64]string{0.05: "stretch", 0.10: "stretch", 0.101: "goal", 0.16: "goal", 0.161: "**no**"} {
		assert.Equal(t, want, g.verdict(median), median)
	}
}
