package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMain is the program's worker too: the tests start their own binary as one.
// There it has clients that do what no client should.
func TestMain(m *testing.M) {
	strange := append(clients, client{name: "crasher", open: crash}, client{name: "sleeper", open: sleep}, client{name: "eater", open: eat})
	if len(os.Args) == 2 && os.Args[1] == workerWord {
		clients = strange
		if err := work(os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func crash(target) (ask, error) {
	return func(context.Context, azmistraltest.Form, int) (answer, error) {
		go func() { panic("out of my way") }()
		time.Sleep(time.Minute)
		return answer{}, nil
	}, nil
}

func sleep(target) (ask, error) {
	return func(context.Context, azmistraltest.Form, int) (answer, error) {
		time.Sleep(time.Minute)
		return answer{}, nil
	}, nil
}

func eat(target) (ask, error) {
	return func(context.Context, azmistraltest.Form, int) (answer, error) {
		var all [][]byte
		for {
			all = append(all, make([]byte, 64<<20))
			for i := 0; i < 64<<20; i += 4096 {
				all[len(all)-1][i] = 1
			}
		}
	}, nil
}

// A client that takes its process with it, never returns or eats all memory spoils
// no other run.
func TestWorker(t *testing.T) {
	var p process
	defer p.end()
	good := job{Client: "azmistral", Scenario: "cut-after-done", Form: azmistraltest.Streamed, Protocol: azmistraltest.HTTP1}
	for _, test := range []struct {
		client, scenario string
		want             verdict
	}{
		{"azmistral", "cut-after-done", verdict{right, "answer"}},
		{"crasher", "cut-after-done", verdict{died, "the process died: panic: out of my way"}},
		{"azmistral", "cut-after-done", verdict{right, "answer"}},
		{"sleeper", "deadline-in-the-middle", verdict{hang, "no return"}},
		{"azmistral", "cut-after-done", verdict{right, "answer"}},
		{"eater", "cut-after-done", verdict{unbound, "more than 1 GiB in memory for one answer"}},
		{"azmistral", "cut-after-done", verdict{right, "answer"}},
	} {
		j := good
		j.Client, j.Scenario = test.client, test.scenario
		got, err := p.do(j)
		require.NoError(t, err)
		assert.Equal(t, test.want, got, test.client)
	}
}

// A client that does not close what it has opened is found out.
func TestLeftBehind(t *testing.T) {
	leaver := client{name: "leaver", said: saidByAzmistral, open: func(at target) (ask, error) {
		return func(ctx context.Context, _ azmistraltest.Form, _ int) (answer, error) {
			resp, err := at.http.Post(at.url(azmistral.RouteModels)+"/chat/completions", "application/json", strings.NewReader(`{"messages":[],"stream":true}`))
			if err == nil {
				t.Cleanup(func() { resp.Body.Close() })
			}
			return answer{}, err
		}, nil
	}}
	o := play(leaver, named("stall"), azmistraltest.Streamed, azmistraltest.HTTP1)
	assert.NotEmpty(t, o.left)
	assert.Equal(t, leak, judge(o, azmistraltest.Want{WholeOrError: true}, false).Kind)
	o = play(clients[0], named("stall"), azmistraltest.Streamed, azmistraltest.HTTP1)
	assert.Empty(t, o.left)
}

// Every client gives the whole answer where nothing is wrong, in both forms.
func TestPlain(t *testing.T) {
	for _, c := range clients {
		for _, name := range []string{"say", "plain"} {
			s := named(name)
			for _, protocol := range s.Protocols {
				for _, form := range s.Forms {
					o := play(c, s, form, protocol)
					assert.Equal(t, verdict{right, "answer"}, judge(o, s.Want, c.ours), "%s %s %s %s: %v", c.name, name, form, protocol, o.err)
					assert.Equal(t, 1, o.sends, c.name)
				}
			}
		}
	}
}

// TestAzmistral plays some quick scenarios of each family. One after the other:
// what a call leaves behind is looked for in the whole process.
func TestAzmistral(t *testing.T) {
	const each = 3
	played := map[string]int{}
	for _, s := range catalogue() {
		if s.Long || s.Positions > 0 || s.Family == "bound" || played[s.Family] == each {
			continue
		}
		played[s.Family]++
		for _, form := range s.Forms {
			t.Run(s.Name+"/"+string(form), func(t *testing.T) {
				v := judge(play(clients[0], s, form, s.Protocols[0]), s.Want, true)
				assert.Equal(t, right, v.Kind, v.Note)
			})
		}
	}
	assert.Greater(t, len(played), 15)
}

// What the program says to arguments that say nothing.
func TestArguments(t *testing.T) {
	for args, want := range map[string]string{
		"-only nope":             "there is no scenario \"nope\"",
		"-family nope":           "there is no family \"nope\"",
		"-client nope":           "there is no client \"nope\"",
		"-only help -family cut": "scenario \"help\" is not of family \"cut\"",
		"-only help -o page.md":  "-o writes the whole page",
		"-processes 0":           "-processes 0",
		"-nope":                  "flag provided but not defined: -nope",
		"page.md":                "unexpected argument \"page.md\"",
	} {
		var stdout, stderr bytes.Buffer
		assert.Equal(t, 2, compare(strings.Fields(args), &stdout, &stderr), args)
		assert.Contains(t, stderr.String(), want, args)
		assert.Contains(t, stderr.String(), "-family NAME", "%s: the usage", args)
		assert.Empty(t, stdout.String(), args)
	}
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, compare([]string{"-only", "no-finish", "-client", "go-openai", "-processes", "2"}, &stdout, &stderr), stderr.String())
	assert.Equal(t, 2, strings.Count(stdout.String(), "SILENT"), stdout.String())
	assert.Empty(t, stderr.String())
	stdout.Reset()
	require.Equal(t, 0, compare([]string{"-h"}, &stdout, &stderr))
}

func TestPositions(t *testing.T) {
	assert.Equal(t, []int{0}, positions(named("no-finish")))
	list := positions(azmistraltest.Scenario{Positions: 50})
	assert.Equal(t, "[0 23 46 49]", fmt.Sprint(list))
	assert.Equal(t, "[0 23]", fmt.Sprint(positions(azmistraltest.Scenario{Positions: 24})))
}
