package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// page is what a run came to, in Markdown. The same run gives the same bytes.
type page struct {
	text       strings.Builder
	machine    machine
	scale      scale
	rounds     int
	workloads  []workload
	contenders []contender
	results    results
	failures   []string
	goals      bool
}

// writePage writes the head, a table for each workload, what failed, and the goals
// where they are asked for.
func writePage(w io.Writer, p *page) error {
	p.head()
	for _, workload := range p.workloads {
		p.table(workload)
	}
	if p.goals {
		p.goalTable()
	}
	p.failed()
	_, err := io.WriteString(w, p.text.String())
	return err
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.text, format+"\n", args...) }

func (p *page) head() {
	title := "# Performance"
	if p.scale == quick {
		title += ": a quick look, with less work than a figure needs"
	}
	p.line("%s", title)
	p.line("")
	p.line("Made by `go run .` in `internal/bench`, which says how it measures: `go doc .` there. %s", p.machine)
	p.line("Rounds: %d. Ratios are to `%s`, taken within a round: least / **median** / most. Other numbers are medians.", p.rounds, baseline)
	p.line("They are for orientation: only ratios, allocations and bytes say anything about another machine.")
	p.line("")
	p.line("Versions: %s.", strings.Join(p.machine.versions, ", "))
	p.line("")
}

// column is one of a workload's table.
type column struct {
	heading string
	metric  metric
	unit    unit
	ratio   bool // to the baseline, with its spread
}

// columns of a workload, in order. Those that no contender has are left out.
func columns(w workload) []column {
	a := ", a " + w.unit
	return []column{
		{"CPU" + a, cpu, microseconds, false},
		{"ratio", cpu, times, true},
		{"allocations" + a, allocs, count, false},
		{"bytes" + a, alloc, bytesUnit, false},
		{"to the first chunk", first50, microseconds, false},
		{"ratio", first50, times, true},
		{"connections" + a, connections, count, false},
		{"wait for the end", wait50, milliseconds, false},
		{"late, median", late50, milliseconds, false},
		{"late, p99", late99, milliseconds, false},
		{"live bytes a stream", held, bytesUnit, false},
		{"peak of the heap", peak, bytesUnit, false},
		{"goroutines a stream", goroutines, count, false},
		{"binary", binary, bytesUnit, false},
		{"packages", packages, count, false},
		{"modules", modules, count, false},
		{"build, CPU", build, seconds, false},
		{"ratio", build, times, true},
	}
}

func (p *page) table(w workload) {
	columns := slices.DeleteFunc(columns(w), func(c column) bool {
		return !slices.ContainsFunc(p.contenders, func(of contender) bool {
			_, ok := p.results.of(w.name, of.name, c.metric)
			return ok
		})
	})
	p.line("## %s", w.name)
	p.line("")
	what := w.what
	if made := w.sizes[p.scale].String(); p.scale != full && made != "" {
		what += " Here: " + made + "."
	}
	p.line("%s", what)
	p.line("")
	headings, rule := "|", "|---|"
	for _, c := range columns {
		headings += " | " + c.heading
		rule += "---|"
	}
	p.line("%s |", headings)
	p.line("%s", rule)
	var notes []string
	for _, of := range p.contenders {
		row := "| " + of.name
		for _, c := range columns {
			row += " | " + p.cell(w, of, c)
		}
		p.line("%s |", row)
		why := of.cannot[w.name]
		if w.name == workAzure {
			why = cmp.Or(why, of.noFilters)
		}
		if why != "" {
			notes = append(notes, of.name+": "+why+".")
		}
	}
	p.line("")
	for _, note := range notes {
		p.line("- %s", note)
	}
	if len(notes) > 0 {
		p.line("")
	}
}

func (p *page) cell(w workload, of contender, c column) string {
	if of.cannot[w.name] != "" {
		return "–"
	}
	if !c.ratio {
		s, ok := p.results.of(w.name, of.name, c.metric)
		if !ok {
			return p.absent(w, of)
		}
		return c.unit(s.median)
	}
	s, ok := p.results.ratio(w.name, of.name, baseline, c.metric)
	switch {
	case !ok:
		return p.absent(w, of)
	case of.name == baseline:
		return "1"
	}
	return spreadText(s, c.unit)
}

// absent is a cell without a number.
func (p *page) absent(w workload, of contender) string {
	if p.results.failed(w.name, of.name) {
		return "**FAILED**"
	}
	return "not measured"
}

func spreadText(s spread, u unit) string {
	if s.least == s.most {
		return "**" + u(s.median) + "**"
	}
	return u(s.least) + " / **" + u(s.median) + "** / " + u(s.most)
}

func (p *page) goalTable() {
	p.line("## Goals")
	p.line("")
	p.line("| Workload | | measured | goal | stretch | reached |")
	p.line("|---|---|---|---|---|---|")
	for _, g := range goals {
		if !slices.ContainsFunc(p.workloads, func(w workload) bool { return w.name == g.workload }) {
			continue
		}
		measured, reached := "not measured", "–"
		if s, ok := g.measured(p.results); ok {
			measured, reached = spreadText(s, g.unit), g.verdict(s.median)
		} else if p.results.failed(g.workload, ours) {
			measured, reached = "**FAILED**", "**no**"
		}
		p.line("| %s | %s | %s | %s | %s | %s |", g.workload, g.what, measured, g.unit(g.goal), g.unit(g.stretch), reached)
	}
	p.line("")
}

func (p *page) failed() {
	if len(p.failures) == 0 {
		return
	}
	p.line("## Failed")
	p.line("")
	for _, f := range p.failures {
		p.line("- %s", f)
	}
	p.line("")
}
