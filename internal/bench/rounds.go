package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// measureAll makes every figure of a page: in each round every contender does each
// workload once, in an order that turns by one from round to round.
func measureAll(p *page, progress io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var std string // the standard library, built once for all programs
	if p.scale == full && slices.ContainsFunc(p.workloads, func(w workload) bool { return w.name == workProgram }) {
		dir, err := os.MkdirTemp("", "azmistral-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		std = filepath.Join(dir, "std")
	}
	p.results = results{}
	for round := range p.rounds {
		for _, w := range p.workloads {
			if !w.wants(round, p.scale) {
				continue
			}
			for _, c := range turned(p.contenders, round) {
				if c.cannot[w.name] != "" {
					continue
				}
				start := time.Now()
				f, err := makeFigure(self, job{workload: w.name, contender: c.name, scale: p.scale, stdCache: std})
				at := place{w.name, c.name}
				p.results[at] = append(p.results[at], f)
				if err != nil {
					p.failures = append(p.failures, fmt.Sprintf("round %d, %s", round+1, err))
				}
				fmt.Fprintf(progress, "round %d of %d: %s, %s, %v\n", round+1, p.rounds, w.name, c.name, time.Since(start).Round(time.Millisecond))
			}
		}
	}
	return nil
}

// turned gives a list that begins one further in each round.
func turned[T any](list []T, round int) []T {
	n := round % len(list)
	return slices.Concat(list[n:], list[:n])
}

// makeFigure has a worker make one figure. Its error is what the worker said.
func makeFigure(self string, j job) (figure, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience+time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, workerWord, "-workload", j.workload, "-contender", j.contender, "-scale", scales[j.scale], "-std", j.stdCache)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			err = errors.New(said)
		}
		return nil, fmt.Errorf("%s, %s: %w", j.workload, j.contender, err)
	}
	var f figure
	if err := json.Unmarshal(out, &f); err != nil {
		return nil, fmt.Errorf("%s, %s: %w", j.workload, j.contender, err)
	}
	return f, nil
}
