package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// The program measures in processes of its own making: a worker for each figure, with
// a server of its own. Both are this program, called by these words.
const (
	workerWord = "worker"
	serverWord = "server"
)

const patience = 5 * time.Minute // that a figure may take

// job is one figure to make.
type job struct {
	workload, contender string
	scale               scale
	stdCache            string // see bench
	profile             profile
}

// work is the worker's side: its figure as JSON, or an error.
func work(args []string, stdout, stderr io.Writer) int {
	var j job
	flags := flag.NewFlagSet("bench worker", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&j.workload, "workload", "", "the workload's `NAME`")
	flags.StringVar(&j.contender, "contender", "", "the contender's `NAME`")
	size := flags.String("scale", scales[full], "how much work: "+strings.Join(scales, ", "))
	flags.StringVar(&j.stdCache, "std", "", "keep the standard library for W6 in `FOLDER`")
	flags.StringVar(&j.profile.cpu, "cpuprofile", "", "write a CPU profile of what is measured to `FILE`")
	flags.StringVar(&j.profile.memory, "memprofile", "", "write a profile of allocations to `FILE`")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	j.scale = scale(slices.Index(scales, *size))
	if j.scale < 0 {
		fmt.Fprintf(stderr, "bench worker: there is no scale %q\n", *size)
		return 2
	}
	f, err := j.doWithServer()
	if err == nil {
		err = json.NewEncoder(stdout).Encode(f)
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench worker: %s, %s: %v\n", j.workload, j.contender, err)
		return 1
	}
	return 0
}

// doWithServer starts a server in a process of its own.
func (j job) doWithServer() (figure, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, serverWord)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() {
		in.Close()
		cmd.Wait()
	}()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not say where it is: %w", err)
	}
	return j.do(strings.TrimSpace(url))
}

// do makes the figure against the server at url.
func (j job) do(url string) (figure, error) {
	w, ok := workloadNamed(j.workload)
	if !ok {
		return nil, errors.New("there is no such workload")
	}
	c, ok := contenderNamed(j.contender)
	if !ok {
		return nil, errors.New("there is no such contender")
	}
	if why := c.cannot[w.name]; why != "" {
		return nil, errors.New("it cannot: " + why)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	b := &bench{ctx: ctx, contender: c, scale: j.scale, size: w.sizes[j.scale], stdCache: j.stdCache, server: url, unit: w.unit, profile: &j.profile}
	var err error
	if b.client, err = c.open(target{url: url, http: &http.Client{Transport: newTransport()}, work: w.name}); err != nil {
		return nil, err
	}
	return w.run(b)
}

// newTransport is what every contender that lets its caller choose is given: net/http's
// own, with room for all the connections that any workload keeps.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 20_000
	return t
}
