package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/azmistral/azmistral/azmistraltest"
)

// writePage writes the whole comparison in Markdown. The same verdicts give the
// same bytes.
func writePage(w io.Writer, runs []run, verdicts []verdict) error {
	p := &page{runs: runs, verdicts: verdicts}
	for _, part := range []func(){p.head, p.versions, p.totals, p.families, p.ours, p.rows} {
		part()
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

type page struct {
	text     strings.Builder
	runs     []run
	verdicts []verdict
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.text, format+"\n", args...) }

func (p *page) head() {
	p.line("# Faults: what clients make of them")
	p.line("")
	p.line("Every scenario of the fault catalogue (`azmistraltest.Scenarios`), played on loopback to azmistral and to the")
	p.line("Go clients that people use for the same models, in each of its forms and over each version of HTTP that it can be")
	p.line("played on. The program in `internal/interop` makes this page; do not edit it:")
	p.line("")
	p.line("```")
	p.line("cd internal/interop && go run . -o ../../docs/faults.md")
	p.line("```")
	p.line("")
	p.line("It takes a quarter of an hour, since the waits in it are real. `go run . -only NAME`, `-family NAME` and `-client NAME`")
	p.line("play a part and print what each run came to.")
	p.line("")
	p.line("The catalogue says what is right. It was written for azmistral, so of azmistral everything that it says is asked: the kind")
	p.line("of error, its fields, the number of sends. Of the others only what any client could do is asked: the answer whole, or an")
	p.line("error with the service's words and status somewhere in it, or the context's error where the context ended the call. Where")
	p.line("azmistral refuses by choice, or sends once by choice, theirs is right too. All run with their default retries, azmistral")
	p.line("with shorter backoffs but where the waits are what is tested. The others have no deadlines of their own, so their caller")
	p.line("sets one: %v where azmistral's are what is tested, %v where an answer has no end, else %v and the waits that", shortPatience, boundPatience, patience)
	p.line("are asked for. An answer without a choice is given to the caller as an empty one, as most callers would take it. Where a")
	p.line("client leaves it to its caller to put tool calls together, that goes by index, else by id. openai-go's error texts leave")
	p.line("out the service's words by design; its `DumpResponse` counts as saying them.")
	p.line("")
	p.line("| Verdict | Meaning |")
	p.line("|---|---|")
	for _, k := range kinds {
		p.line("| %s | %s |", k.kind, k.does)
	}
	p.line("")
}

func (p *page) versions() {
	p.line("## Versions")
	p.line("")
	p.line("| Client | Module | Version |")
	p.line("|---|---|---|")
	for _, c := range clients {
		p.line("| %s | `%s` | %s |", c.name, c.module, versionOf(c))
	}
	p.line("")
}

// versionOf is the version that this program was built with.
func versionOf(c client) string {
	if c.ours {
		return "of this repository"
	}
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, d := range info.Deps {
			if d.Path == c.module {
				return d.Version
			}
		}
	}
	return "unknown"
}

func (p *page) totals() {
	p.line("## Totals")
	p.line("")
	p.line("A run is one scenario in one form over one version of HTTP. A scenario with many positions, such as one cut at each byte, is")
	p.line("one run: every %drd position is played, and the last; it is right only if each of them is, else what the worst came to.", every)
	p.line("")
	p.line("| Verdict | %s |", strings.Join(clientNames(), " | "))
	p.line("|---|%s", strings.Repeat("--:|", len(clients)))
	p.counts("runs", func(run, verdict) bool { return true })
	for _, k := range kinds {
		p.counts(string(k.kind), func(_ run, v verdict) bool { return v.Kind == k.kind })
	}
	p.line("")
}

func (p *page) families() {
	p.line("Runs that were right, by family:")
	p.line("")
	p.line("| Family | runs | %s |", strings.Join(clientNames(), " | "))
	p.line("|---|--:|%s", strings.Repeat("--:|", len(clients)))
	for _, family := range p.familyNames() {
		runs := p.count(func(r run, _ verdict) bool { return r.family == family && r.Client == clients[0].name })
		p.counts(fmt.Sprintf("%s | %d", family, runs), func(r run, v verdict) bool { return r.family == family && v.Kind == right })
	}
	p.line("")
}

// counts writes a line with a number for each client.
func (p *page) counts(title string, which func(run, verdict) bool) {
	cells := []string{title}
	for _, c := range clients {
		cells = append(cells, fmt.Sprint(p.count(func(r run, v verdict) bool { return r.Client == c.name && which(r, v) })))
	}
	p.line("| %s |", strings.Join(cells, " | "))
}

func (p *page) count(which func(run, verdict) bool) (n int) {
	for i, r := range p.runs {
		if which(r, p.verdicts[i]) {
			n++
		}
	}
	return n
}

// ours says plainly where azmistral is not right.
func (p *page) ours() {
	wrong := 0
	for i, r := range p.runs {
		v := p.verdicts[i]
		if r.Client != clients[0].name || v.Kind == right {
			continue
		}
		if wrong++; wrong == 1 {
			p.line("## Where azmistral is not right")
			p.line("")
		}
		p.line("- %s, %s, %s: %s: %s", r.Scenario, r.Form, r.Protocol, v.Kind, escape(v.Note))
	}
	if wrong == 0 {
		p.line("azmistral is right in every run.")
	}
	p.line("")
}

// rows writes a table for each family, with a line for each form of a scenario.
func (p *page) rows() {
	for _, family := range p.familyNames() {
		p.line("## Family %s", family)
		p.line("")
		p.line("| Scenario | Form | What happens | %s |", strings.Join(clientNames(), " | "))
		p.line("|---|---|---|%s", strings.Repeat("---|", len(clients)))
		for _, s := range catalogue() {
			if s.Family != family {
				continue
			}
			for _, form := range s.Forms {
				cells := []string{s.Name, formText(s, form), does(s)}
				for _, c := range clients {
					cells = append(cells, p.cell(s, form, c))
				}
				p.line("| %s |", strings.Join(cells, " | "))
			}
		}
		p.line("")
	}
}

// does says what happens, in what the catalogue says for those who would play it.
func does(s azmistraltest.Scenario) string {
	text, _, _ := strings.Cut(s.Does, " (it needs a listener of its own")
	return escape(text)
}

// formText names the protocol where there is only one.
func formText(s azmistraltest.Scenario, form azmistraltest.Form) string {
	if len(s.Protocols) == 1 {
		return string(form) + ", " + string(s.Protocols[0])
	}
	return string(form)
}

// cell says what a client made of a scenario: for each protocol where their
// verdicts differ, else what came of the first.
func (p *page) cell(s azmistraltest.Scenario, form azmistraltest.Form, c client) string {
	var texts []string
	var protocols []azmistraltest.Protocol
	var verdicts []kind
	for i, r := range p.runs {
		if r.Client == c.name && r.Scenario == s.Name && r.Form == form {
			v := p.verdicts[i]
			texts = append(texts, string(v.Kind)+": "+escape(v.Note))
			protocols = append(protocols, r.Protocol)
			verdicts = append(verdicts, v.Kind)
		}
	}
	if len(slices.Compact(verdicts)) == 1 {
		return texts[0]
	}
	for i := range texts {
		texts[i] = string(protocols[i]) + " " + texts[i]
	}
	return strings.Join(texts, "<br>")
}

func (p *page) familyNames() (names []string) {
	for _, r := range p.runs {
		if !slices.Contains(names, r.family) {
			names = append(names, r.family)
		}
	}
	return names
}

func clientNames() (names []string) {
	for _, c := range clients {
		names = append(names, c.name)
	}
	return names
}

// escape keeps a text one cell of a table, and literal.
var escape = strings.NewReplacer(
	"\n", " ", "|", `\|`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`,
).Replace
