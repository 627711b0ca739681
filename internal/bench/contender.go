package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// contender is one way to talk to the service, used as its documentation says.
type contender struct {
	name    string
	module  string // for the version on the page; empty: the standard library
	program string // the package with one call; empty: none
	raw     bool   // it decodes nothing: only the number of chunks can be checked
	folds   bool   // its stream puts the message together by itself, wanted or not

	// open makes the client that a process then uses for all its calls.
	open func(target) (client, error)

	// cannot says which workloads it is not able to do, and why.
	cannot map[string]string

	// noFilters says why the content filter's results are not to be had from it; empty:
	// they are.
	noFilters string
}

// target is where a client is pointed.
type target struct {
	url  string // scheme, host and port
	http *http.Client
	work string // the workload's name
}

const key = "not-a-secret"

// client makes calls. It is used by many goroutines at once.
type client interface {
	chat(context.Context, prompt) (answer, error)
	stream(context.Context, prompt) (stream, error)
}

// stream is one streamed answer, read by one goroutine.
type stream interface {
	// next gives what a caller takes out of the next chunk. io.EOF: the answer is
	// at its end.
	next() (chunk, error)

	// message is the whole message, after the end; made only if the prompt said so.
	message() answer

	// close is called once, also after the end.
	close()
}

// prompt is what a request holds: messages of user and assistant in turn, the last of
// the user, with an image.
type prompt struct {
	model    string
	texts    []string
	image    []byte // PNG; nil: none
	assemble bool   // of a stream: message will be called
}

// fromUser says whether the nth text is the user's.
func (p prompt) fromUser(n int) bool { return (len(p.texts)-1-n)%2 == 0 }

type chunk struct {
	text, thinking string
	filters        int
	usage          usage // zero in most chunks
}

// answer is a whole answer: of a call, or put together from chunks.
type answer struct {
	text  string
	calls []call
	usage usage
}

// contenders in the order of the page. The ratios are against the one that is called
// baseline.
var contenders = []contender{
	floor, azmistralContender, nethttp, azcoreJSON, azcoreSSE, goOpenAI, mistralGo, openaiGo, openaiAzure, azopenaiContender,
}

const (
	baseline = "nethttp"
	ours     = "azmistral"
)

// except gives one reason for several workloads.
func except(reason string, works ...string) map[string]string {
	m := map[string]string{}
	for _, name := range works {
		m[name] = reason
	}
	return m
}

func contenderNamed(name string) (contender, bool) {
	i := slices.IndexFunc(contenders, func(c contender) bool { return c.name == name })
	if i < 0 {
		return contender{}, false
	}
	return contenders[i], true
}

// assembly puts a message together for clients that leave it to their caller.
type assembly struct {
	wanted bool
	text   strings.Builder
	calls  []pending
	usage  usage
}

type pending struct {
	index     int
	id, name  string
	arguments strings.Builder
}

func (a *assembly) add(c chunk) {
	a.text.WriteString(c.text)
	if c.usage != (usage{}) {
		a.usage = c.usage
	}
}

// call adds a fragment. A negative index is none: then a fragment with an id begins a
// call, and one without goes on with the latest.
func (a *assembly) call(index int, id, name, arguments string) {
	at := len(a.calls) - 1
	if index >= 0 {
		at = slices.IndexFunc(a.calls, func(p pending) bool { return p.index == index })
	} else if id != "" {
		at = -1
	}
	if at < 0 {
		at = len(a.calls)
		a.calls = append(a.calls, pending{index: max(index, 0)})
	}
	c := &a.calls[at]
	if id != "" {
		c.id = id
	}
	c.name += name
	c.arguments.WriteString(arguments)
}

func (a *assembly) message() answer {
	whole := answer{text: a.text.String(), usage: a.usage}
	for i := range a.calls {
		c := &a.calls[i]
		whole.calls = append(whole.calls, call{ID: c.id, Name: c.name, Arguments: c.arguments.String()})
	}
	return whole
}
