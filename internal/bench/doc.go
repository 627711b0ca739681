// Bench measures what azmistral costs beside other ways to talk to the service: the
// bytes alone, net/http with encoding/json, azcore, and the Go clients that people use
// for the same models.
//
// In this folder,
//
//	go run . -o page.md             # everything, six rounds: about an hour
//	go run . -quick -goals          # a look in under two minutes
//	go run . -workloads W1a,W5 -contenders 'azmistral;go-openai' -rounds 5
//
// print a table for each workload, in Markdown. -goals adds what azmistral is to reach,
// and what it reached. The machine should have nothing else to do; the harness cannot
// see whether it has. Go's experiments change encoding/json, so a run with GOEXPERIMENT
// is refused.
//
// # How it measures
//
// A figure is one workload done by one contender. It comes from two processes made for
// it: a client, and a server that replays bodies over loopback, HTTP/1.1, with
// keep-alive. The client first makes the same call once or more, and looks at every
// byte of what came; then it collects garbage, and takes the user and system time of
// its process (getrusage) and its allocations (runtime.MemStats) around the work. All
// contenders that let their caller choose have one configuration of net/http's
// transport, with enough idle connections.
//
// In each round every contender does each workload once, in an order that turns by one
// from round to round. A ratio is taken within a round, to nethttp's figure, so that a
// machine that is slow for a minute slows both; the page has the least, the median and
// the most of them. Absolute times are for orientation.
//
// Every result is checked while it is measured: chunks, bytes of text and of thinking,
// filter results, usage, the assembled call; and once, before, the texts themselves, and
// what the server found in the request. A wrong one fails the figure: the page says so,
// and the program ends with 1.
//
// # One figure, and its profile
//
//	go run . worker -workload W1a -contender azmistral
//	go run . worker -workload W1a -contender azmistral -cpuprofile cpu.out
//	go tool pprof -top cpu.out
//
// The first line prints the figure as JSON: CPU in microseconds a unit (a chunk, or a
// call), allocations and bytes a unit, and what else the workload has. -memprofile
// writes where the allocations come from; -scale quick does less work.
//
// # What is where
//
// workload.go has the workloads with their sizes, run_*.go does them, script*.go and
// text.go make the bodies, contender.go says what a contender is, and each has a file
// of its own. goal.go has the goals. programs are the one-call programs of W6; those of
// azmistral and azcore are the ones of testdata/size.
//
// The chunks are as the services sent them when they were recorded: 200 to 330 bytes for
// Mistral's, with one content in six that holds an escape or more than ASCII.
//
// The baseline's structs hold what a workload's chunks hold and no more. In W5 azmistral
// and openai-go put the call together themselves, as does azmistral the text in WM-long; for
// the others the harness does, with strings.Builder. WM-idle needs some 10,100 open files
// in each of its two processes.
package main
