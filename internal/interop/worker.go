package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/metrics"
	"strings"
	"sync"
	"time"
)

// The program plays in processes of its own making, so that a client that takes
// its process with it, hangs, or leaves goroutines behind spoils no other run. A
// worker reads jobs from its standard input and writes verdicts, one JSON value each.
const workerWord = "worker"

const (
	exitMemory = 3                // a worker's own end before it takes the machine's memory
	mostHeap   = 1 << 30          // bytes
	overdue    = 20 * time.Second // beyond what a job may take: then its worker is ended
)

// reply is a worker's answer to a job.
type reply struct {
	Verdict verdict
	Broken  string // the scenario could not be played: nothing that a client did
}

// work is the worker's side.
func work(jobs io.Reader, replies io.Writer) error {
	go watchMemory()
	in, out := json.NewDecoder(jobs), json.NewEncoder(replies)
	for {
		var j job
		if err := in.Decode(&j); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := out.Encode(workOn(j)); err != nil {
			return err
		}
	}
}

func workOn(j job) (r reply) {
	defer func() {
		if p := recover(); p != nil {
			r = reply{Broken: fmt.Sprint(p)}
		}
	}()
	s, c := j.scenario(), j.client()
	return reply{Verdict: judge(play(c, s, j.Form, j.Protocol), s.Want, c.ours)}
}

func watchMemory() {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	for ; ; time.Sleep(5 * time.Millisecond) {
		if metrics.Read(sample); sample[0].Value.Uint64() > mostHeap {
			os.Exit(exitMemory)
		}
	}
}

// process is the parent's side of a worker. It is started when a job comes and
// there is none.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	stderr *bytes.Buffer
}

// do has a job done.
func (p *process) do(j job) (verdict, error) {
	if p.cmd == nil {
		if err := p.start(); err != nil {
			return verdict{}, err
		}
	}
	s := j.scenario()
	started := p.cmd.Process
	late := time.AfterFunc(time.Duration(max(1, s.Calls))*deadlineOf(s, client{ours: true})+grace+letGo+overdue, func() { started.Kill() })
	var r reply
	err := json.NewEncoder(p.in).Encode(j)
	if err == nil {
		err = p.out.Decode(&r)
	}
	killed := !late.Stop()
	switch {
	case err != nil && killed:
		p.end()
		return verdict{hang, "the process hung"}, nil
	case err != nil:
		return p.death(), nil
	case r.Broken != "":
		p.end()
		return verdict{}, fmt.Errorf("scenario %s, %s, %s: %s", j.Scenario, j.Form, j.Protocol, r.Broken)
	}
	switch r.Verdict.Kind {
	case hang, leak, died: // something is still running in there
		p.end()
	}
	return r.Verdict, nil
}

func (p *process) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p.cmd = exec.Command(self, workerWord)
	p.stderr = &bytes.Buffer{}
	p.cmd.Stderr = p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = json.NewDecoder(out)
	return p.cmd.Start()
}

// death is the verdict on a worker that ended in the middle of a job.
func (p *process) death() verdict {
	p.in.Close()
	p.cmd.Wait()
	code, text := p.cmd.ProcessState.ExitCode(), p.stderr.String()
	p.cmd = nil
	if code == exitMemory {
		return verdict{unbound, "more than 1 GiB in memory for one answer"}
	}
	line, _, _ := strings.Cut(text, "\n")
	return verdict{died, "the process died: " + brief(line)}
}

func (p *process) end() {
	if p.cmd == nil {
		return
	}
	p.in.Close()
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.cmd = nil
}

// playAll plays runs in the given number of processes at once and gives the verdict
// of each. Those that wait for long come first, so that nobody waits for them alone.
// Those that take much work come last, and fewer at once: a deadline of parts of a
// second does not go with megabytes.
func playAll(runs []run, processes int) ([]verdict, error) {
	const together = 3
	verdicts := make([][]verdict, len(runs))
	var long, light, heavy []task
	for i, r := range runs {
		verdicts[i] = make([]verdict, len(r.positions))
		for nth, at := range r.positions {
			t := task{r.job, &verdicts[i][nth]}
			t.job.At = at
			switch {
			case r.family == "bound", r.family == "framing" && len(r.positions) == 1:
				heavy = append(heavy, t)
			case r.long:
				long = append(long, t)
			default:
				light = append(light, t)
			}
		}
	}
	if err := playTasks(append(long, light...), processes); err != nil {
		return nil, err
	}
	if err := playTasks(heavy, min(processes, together)); err != nil {
		return nil, err
	}
	list := make([]verdict, len(runs))
	for i, all := range verdicts {
		list[i] = merged(all)
	}
	return list, nil
}

// task is a job and the place of its verdict.
type task struct {
	job     job
	verdict *verdict
}

// playTasks has all tasks done, up to the first that could not be.
func playTasks(tasks []task, processes int) error {
	next := make(chan task)
	failed := make(chan struct{})
	var fail error
	var once sync.Once
	var group sync.WaitGroup
	for range processes {
		group.Go(func() {
			var p process
			defer p.end()
			for t := range next {
				v, err := p.do(t.job)
				if err != nil {
					once.Do(func() { fail = err; close(failed) })
					return
				}
				*t.verdict = v
			}
		})
	}
feed:
	for _, t := range tasks {
		select {
		case next <- t:
		case <-failed:
			break feed
		}
	}
	close(next)
	group.Wait()
	return fail
}
