package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// golden compares with a file of testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// madeUp is a page of figures that are made up: two rounds, one figure that failed
// once, one that never came.
func madeUp() *page {
	named := func(names ...string) (list []workload) {
		for _, name := range names {
			w, _ := workloadNamed(name)
			list = append(list, w)
		}
		return list
	}
	p := &page{
		machine: machine{system: "linux/amd64", goVersion: "1.26.8", cores: 2, procs: 2, versions: []string{"azmistral of this repository", "example.com/peer v1.2.3"}},
		rounds:  2, goals: true,
		workloads: named("W1a", workAzure, workThinking, "W2", workProgram, "W7end"),
		failures:  []string{"round 2, W1a, go-openai: WRONG RESULT: the stream came to nothing"},
		results:   results{},
	}
	for n, c := range contenders {
		p.contenders = append(p.contenders, c)
		for _, w := range p.workloads {
			if c.cannot[w.name] != "" {
				continue
			}
			for round := range p.rounds {
				v := float64(n+1)/3 + float64(n*round)/7
				f := figure{cpu: v, allocs: 2 * v, alloc: 300 * v}
				switch w.name {
				case "W2":
					f = figure{cpu: v, late50: v / 10, late99: 12 * v, held: 30_000 * v, goroutines: 3}
				case workProgram:
					f = figure{binary: 6e6 + 1e5*v, packages: float64(n), modules: 1}
					if round == 0 {
						f[build] = v
					}
				case "W7end":
					f[connections], f[first50], f[wait50] = float64(n%2), 100*v, v/100
				}
				p.results[place{w.name, c.name}] = append(p.results[place{w.name, c.name}], f)
			}
		}
	}
	p.results[place{"W1a", "go-openai"}][1] = nil
	p.results[place{"W1a", "azopenai"}] = []figure{nil, nil}
	return p
}

func TestPage(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, writePage(&text, madeUp()))
	golden(t, "page.golden", text.Bytes())

	p := madeUp()
	p.scale, p.goals, p.failures = quick, false, nil
	var look bytes.Buffer
	require.NoError(t, writePage(&look, p))
	assert.True(t, strings.HasPrefix(look.String(), "# Performance: a quick look"))
	assert.Contains(t, look.String(), "Here: 300 at once, 50 contents.")
	assert.NotContains(t, look.String(), "## Goals")
	assert.NotContains(t, look.String(), "## Failed")
}

func TestMachine(t *testing.T) {
	m := thisMachine()
	assert.Positive(t, m.cores)
	assert.Regexp(t, `^\S+/\S+, \d+ cores \(GOMAXPROCS \d+\), Go 1\.\d+.*, GOEXPERIMENT off\.$`, m.String())
	require.NoError(t, refuseExperiments())
	t.Setenv("GOEXPERIMENT", "jsonv2")
	assert.ErrorIs(t, refuseExperiments(), errExperiment)
}

func TestCompare(t *testing.T) {
	for _, args := range [][]string{{"extra"}, {"-rounds", "0"}, {"-workloads", "W0"}, {"-contenders", "nobody"}, {"-no-such-flag"}} {
		var stderr bytes.Buffer
		assert.Equal(t, 2, compare(args, io.Discard, &stderr), args)
		assert.NotEmpty(t, stderr.String())
	}
	assert.Equal(t, 0, compare([]string{"-h"}, io.Discard, io.Discard))

	file := filepath.Join(t.TempDir(), "page.md")
	var stdout, stderr bytes.Buffer
	code := compare([]string{"-quick", "-rounds", "2", "-workloads", "W5", "-contenders", "floor", "-goals", "-o", file}, &stdout, &stderr)
	require.Zero(t, code, stderr.String())
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "round 2 of 2: W5, nethttp")
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(page), "| nethttp | ", "the baseline is always there")
	assert.NotContains(t, string(page), "| go-openai |")
	assert.Regexp(t, `\| floor \| [0-9.]+ [µm]s \| 0\.\d+ / \*\*0\.\d+\*\* / 0\.\d+ \| [0-9.]+ \|`, string(page))
	assert.Contains(t, string(page), "| W5 | CPU to nethttp's | not measured |")
	assert.NotContains(t, string(page), "| W1a |", "a goal of a workload that was not asked for")

	t.Setenv("GOEXPERIMENT", "jsonv2")
	stderr.Reset()
	assert.Equal(t, 2, compare(nil, io.Discard, &stderr))
	assert.Contains(t, stderr.String(), errExperiment.Error())
}

// What fails is said, on the page and by the exit.
func TestFailuresAreSaid(t *testing.T) {
	var stdout, stderr bytes.Buffer
	t.Chdir(t.TempDir()) // where there is no program to build
	assert.Equal(t, 1, compare([]string{"-quick", "-workloads", "W6", "-contenders", "nethttp"}, &stdout, &stderr))
	assert.Contains(t, stdout.String(), "## Failed")
	assert.Contains(t, stderr.String(), "bench: FAILED: round 1, W6, nethttp: ")

	p := &page{rounds: 1, workloads: []workload{{name: "W0"}}, contenders: []contender{{name: "nobody"}}}
	require.NoError(t, measureAll(p, io.Discard))
	require.Len(t, p.failures, 1)
	assert.Contains(t, p.failures[0], "round 1, W0, nobody: ")
	assert.Contains(t, p.failures[0], "there is no such workload")
	assert.Equal(t, []figure{nil}, p.results[place{"W0", "nobody"}])
}
