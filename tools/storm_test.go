package tools_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stormRun is one of many runs at once.
type stormRun struct {
	name   string // in the user's message, so that the sandbox knows it
	kind   string
	stream bool

	mu   sync.Mutex
	done map[string]string // what handlers gave, by id
}

// stormKinds are what a run's calls do besides answering, and how the run ends.
var stormKinds = map[string]struct {
	call string // what one call of the first answer does
	err  error
}{
	"well":      {"answer", nil},
	"panics":    {"panic", nil},
	"exits":     {"exit", nil},
	"fails":     {"fail", nil},
	"unknown":   {"other", nil},
	"slow":      {"slow", nil},
	"times out": {"hang", nil},
	"cancelled": {"cancel", context.Canceled},
	"aborted":   {"abort", errBroken},
	"endless":   {"answer", tools.ErrMaxRounds},
	"left":      {"hang", nil},
}

// 200 runs at once, with handlers that answer, panic, fail, hang, leave their
// goroutine, cancel and abort: each result is in the transcript, each transcript can
// be sent again, and nothing is left running.
func TestManyRunsAtOnce(t *testing.T) {
	before := runtime.NumGoroutine()
	sandbox := azmistraltest.NewHandler(nil)
	sandbox.ReplyFunc(stormReply)
	client, err := sandbox.Client(azmistral.RouteServerlessV1, nil)
	require.NoError(t, err)

	var kinds []string
	for kind := range stormKinds {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	var wg sync.WaitGroup
	for i := range 200 {
		r := &stormRun{name: fmt.Sprintf("run %d", i), kind: kinds[i%len(kinds)], stream: i%2 == 0, done: map[string]string{}}
		wg.Go(func() {
			if problem := r.play(client); problem != nil {
				assert.NoError(t, problem, "%s, %s, stream %v", r.name, r.kind, r.stream)
			}
		})
	}
	wg.Wait()
	sandbox.Close()
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+2 }, 10*time.Second, 20*time.Millisecond)
	if n := runtime.NumGoroutine(); n > before+2 {
		stacks := make([]byte, 1<<20)
		t.Logf("%d goroutines, %d before:\n%s", n, before, stacks[:runtime.Stack(stacks, true)])
	}
}

// stormReply plays the model: three calls, two calls, an answer.
func stormReply(req azmistraltest.Request) azmistraltest.Reply {
	name, kind, _ := strings.Cut(req.Messages[0].Text, ", ")
	rounds := 0
	for _, m := range req.Messages {
		if m.Role == "assistant" {
			rounds++
		}
	}
	work := func(does string, i int) azmistraltest.ToolCall {
		return call("work", fmt.Sprintf(`{"run":%q,"does":%q,"round":%d,"call":%d}`, name, does, rounds, i))
	}
	switch {
	case rounds == 0 && kind == "unknown":
		return calls(work("answer", 0), call("play", "{}"), work("answer", 2))
	case rounds == 0:
		return calls(work("answer", 0), work(stormKinds[kind].call, 1), work("answer", 2))
	case rounds == 1 || kind == "endless":
		return calls(work("answer", 0), work("answer", 1))
	}
	return text("done, " + name)
}

// play runs once and says what is wrong.
func (r *stormRun) play(client *azmistral.Client) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	options := &tools.RunOptions{MaxRounds: 4, CallTimeout: 300 * time.Millisecond}
	list := []tools.Tool{tool("work", func(ctx context.Context, arguments string) (string, error) { return r.work(ctx, arguments, cancel) })}
	req := ask(r.name + ", " + r.kind)
	var result *tools.Result
	var err error
	switch {
	case r.kind == "left":
		for event := range tools.RunStream(ctx, client, req, list, options) {
			if event.CallResult != nil {
				break
			}
		}
		return nil
	case r.stream:
		for event, e := range tools.RunStream(ctx, client, req, list, options) {
			result, err = event.Result, e
		}
	default:
		result, err = tools.Run(ctx, client, req, list, options)
	}
	if want := stormKinds[r.kind].err; !errors.Is(err, want) {
		return fmt.Errorf("the error is %v, not %v", err, want)
	}
	if err == nil && result.Response.Text() != "done, "+r.name {
		return fmt.Errorf("the answer is %q", result.Response.Text())
	}
	if err := problem(result, 1); err != nil {
		return err
	}
	return r.lost(result)
}

func (r *stormRun) work(ctx context.Context, arguments string, cancel func()) (string, error) {
	does := strings.Split(strings.Split(arguments, `"does":"`)[1], `"`)[0]
	switch does {
	case "panic":
		panic(arguments)
	case "exit":
		runtime.Goexit()
	case "fail":
		return "", errBroken
	case "slow":
		time.Sleep(20 * time.Millisecond)
	case "hang":
		<-ctx.Done()
		return "", ctx.Err()
	case "cancel":
		cancel()
	case "abort":
		return "", tools.Abort(errBroken)
	}
	c, _ := tools.CallFromContext(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[c.ID] = arguments
	return arguments, nil
}

// lost says which result of a handler is not in the run's.
func (r *stormRun) lost(result *tools.Result) error {
	if stormKinds[r.kind].err == nil && len(result.Calls) != 5 {
		return fmt.Errorf("%d calls, not 5", len(result.Calls))
	}
	answered := 0
	for _, c := range result.Calls {
		want, ok := r.done[c.Call.ID]
		if ok && c.Text != want || ok != (c.Err == nil) {
			return fmt.Errorf("call %q gave %q, the run has %q, %v", c.Call.ID, want, c.Text, c.Err)
		}
		if ok {
			answered++
		}
	}
	if answered != len(r.done) {
		return fmt.Errorf("%d handlers answered, %d results are kept", len(r.done), answered)
	}
	return nil
}
