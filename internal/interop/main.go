// Interop plays the fault catalogue of azmistraltest to azmistral and to other
// clients, and writes what each made of it.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == workerWord {
		if err := work(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "interop:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(compare(os.Args[1:], os.Stdout, os.Stderr))
}

// compare is the program: 0 when all was played, whatever came of it; 1 when
// something could not be; 2 for arguments that say nothing.
func compare(args []string, stdout, stderr io.Writer) int {
	var s selection
	flags := flag.NewFlagSet("interop", flag.ContinueOnError)
	flags.SetOutput(stderr)
	output := flags.String("o", "", "write the page to `FILE`; it is always the whole page")
	flags.StringVar(&s.only, "only", "", "play the scenario `NAME` and print each run")
	flags.StringVar(&s.family, "family", "", "play the scenarios of the family `NAME` and print each run")
	flags.StringVar(&s.client, "client", "", "play to the client `NAME` only and print each run")
	processes := flags.Int("processes", 12, "play in `N` processes at once")
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	}
	usage := func(format string, args ...any) int {
		fmt.Fprintf(stderr, "interop: "+format+"\n", args...)
		flags.Usage()
		return 2
	}
	if flags.NArg() > 0 {
		return usage("unexpected argument %q", flags.Arg(0))
	}
	if err := s.check(); err != nil {
		return usage("%v", err)
	}
	if *processes < 1 {
		return usage("-processes %d: there must be one at least", *processes)
	}
	if *output != "" && !s.whole() {
		return usage("-o writes the whole page: it goes with neither -only nor -family nor -client")
	}

	runs := s.runs()
	verdicts, err := playAll(runs, *processes)
	if err == nil && s.whole() {
		err = savePage(*output, stdout, runs, verdicts)
	}
	if err != nil {
		fmt.Fprintln(stderr, "interop:", err)
		return 1
	}
	report := stdout // of what was asked for
	if s.whole() {
		report = stderr // of what is wrong with ours
	}
	for i, r := range runs {
		if v := verdicts[i]; !s.whole() || clients[0].name == r.Client && v.Kind != right {
			fmt.Fprintf(report, "%-10s %-28s %-8s %-8s %s: %s\n", r.Client, r.Scenario, r.Form, r.Protocol, v.Kind, v.Note)
		}
	}
	return 0
}

// savePage writes to a file, or to stdout where there is no name.
func savePage(name string, stdout io.Writer, runs []run, verdicts []verdict) error {
	var page bytes.Buffer
	if err := writePage(&page, runs, verdicts); err != nil {
		return err
	}
	if name == "" {
		_, err := stdout.Write(page.Bytes())
		return err
	}
	return os.WriteFile(name, page.Bytes(), 0o644)
}
