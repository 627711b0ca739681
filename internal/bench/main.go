package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 {
		switch args[0] {
		case workerWord:
			os.Exit(work(args[1:], os.Stdout, os.Stderr))
		case serverWord:
			if err := serveUntil(os.Stdin, os.Stdout); err != nil {
				fmt.Fprintln(os.Stderr, "bench server:", err)
				os.Exit(1)
			}
			return
		}
	}
	os.Exit(compare(args, os.Stdout, os.Stderr))
}

// compare is the program: 0 when all was measured and right, 1 when something was not,
// 2 for arguments that say nothing.
func compare(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 6, "measure each figure `N` times (with -quick: 2, unless said)")
	some := flags.String("workloads", "", "only these workloads, as `NAME,NAME`")
	who := flags.String("contenders", "", "only these contenders, as `NAME;NAME`, and the baseline")
	look := flags.Bool("quick", false, "do less work, for a look in two minutes")
	goals := flags.Bool("goals", false, "write the table of goals too")
	output := flags.String("o", "", "write the page to `FILE`")
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	}
	usage := func(err error) int {
		fmt.Fprintln(stderr, "bench:", err)
		return 2
	}
	if flags.NArg() > 0 {
		return usage(fmt.Errorf("unexpected argument %q", flags.Arg(0)))
	}
	if err := refuseExperiments(); err != nil {
		return usage(err)
	}
	p := &page{machine: thisMachine(), rounds: *rounds, goals: *goals}
	if *look {
		p.scale = quick
		said := false
		flags.Visit(func(f *flag.Flag) { said = said || f.Name == "rounds" })
		if !said {
			p.rounds = 2
		}
	}
	if p.rounds < 1 {
		return usage(fmt.Errorf("-rounds %d: there must be one at least", p.rounds))
	}
	var err error
	if p.workloads, err = chosen(workloads, split(*some, ","), func(w workload) string { return w.name }); err != nil {
		return usage(err)
	}
	names := split(*who, ";")
	if len(names) > 0 && !slices.Contains(names, baseline) {
		names = append(names, baseline)
	}
	if p.contenders, err = chosen(contenders, names, func(c contender) string { return c.name }); err != nil {
		return usage(err)
	}

	if err := measureAll(p, stderr); err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	if err := savePage(*output, stdout, p); err != nil {
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	}
	for _, f := range p.failures {
		fmt.Fprintln(stderr, "bench: FAILED:", f)
	}
	return min(1, len(p.failures))
}

func split(list, at string) []string {
	return slices.DeleteFunc(strings.Split(list, at), func(name string) bool { return strings.TrimSpace(name) == "" })
}

// chosen gives those of all that have one of the names, in their own order; all of
// them where there is no name.
func chosen[T any](all []T, names []string, nameOf func(T) string) ([]T, error) {
	if len(names) == 0 {
		return all, nil
	}
	var list []T
	for _, one := range all {
		if slices.Contains(names, nameOf(one)) {
			list = append(list, one)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(list, func(one T) bool { return nameOf(one) == name }) {
			return nil, fmt.Errorf("there is no %q", name)
		}
	}
	return list, nil
}

// savePage writes to a file, or to stdout where there is no name.
func savePage(name string, stdout io.Writer, p *page) error {
	var text bytes.Buffer
	if err := writePage(&text, p); err != nil {
		return err
	}
	if name == "" {
		_, err := stdout.Write(text.Bytes())
		return err
	}
	return os.WriteFile(name, text.Bytes(), 0o644)
}
