package tools_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// evil panics wherever it is looked at.
type evil struct{}

func (evil) Error() string { panic(evil{}) }

// shy panics when it is printed, as a nil pointer's method does.
type shy struct{ text string }

func (s *shy) Error() string { return s.text }

// A handler that breaks is told to the model, and breaks nothing else.
func TestHandlersThatBreak(t *testing.T) {
	for name, c := range map[string]struct {
		handler func(context.Context, string) (string, error)
		text    string
		check   func(t *testing.T, err error)
	}{
		"panics": {
			func(context.Context, string) (string, error) { panic("no\nmap") },
			"error: panic: no map",
			func(t *testing.T, err error) {
				p, ok := errors.AsType[*tools.PanicError](err)
				require.True(t, ok)
				require.Equal(t, "no\nmap", p.Value)
				require.Contains(t, string(p.Stack), "call_test.go")
			},
		},
		"panics with an error": {
			func(context.Context, string) (string, error) { panic(errBroken) },
			"error: panic: it is broken",
			func(t *testing.T, err error) { require.ErrorIs(t, err, errBroken) },
		},
		"panics with an abort": {
			func(context.Context, string) (string, error) { panic(tools.Abort(errBroken)) },
			"error: panic: it is broken",
			func(t *testing.T, err error) { require.ErrorIs(t, err, errBroken) },
		},
		"panics at length": {
			func(context.Context, string) (string, error) { panic(strings.Repeat("x", 9000)) },
			"error: panic: " + strings.Repeat("x", 1993) + "…",
			func(t *testing.T, err error) { require.Len(t, err.Error(), 2010) },
		},
		"panics with nil": {
			func(context.Context, string) (string, error) { panic(nil) },
			"error: panic: panic called with nil argument",
			func(t *testing.T, err error) { require.Error(t, err) },
		},
		"panics by an index": {
			func(_ context.Context, arguments string) (string, error) { return "", []error{}[len(arguments)] },
			"error: panic: runtime error: index out of range [2] with length 0",
			func(t *testing.T, err error) {
				_, ok := errors.AsType[runtime.Error](err)
				require.True(t, ok)
			},
		},
		"panics with what panics": {
			func(context.Context, string) (string, error) { panic(evil{}) },
			"error: panic: a tools_test.evil that cannot be printed",
			func(t *testing.T, err error) {
				require.Equal(t, "panic: a tools_test.evil that cannot be printed", err.Error())
			},
		},
		"fails with what panics": {
			func(context.Context, string) (string, error) { return "", (*shy)(nil) },
			"error: panic: runtime error: invalid memory address or nil pointer dereference",
			func(t *testing.T, err error) { require.Error(t, err) },
		},
		"ends its goroutine": {
			func(context.Context, string) (string, error) { runtime.Goexit(); return "", nil },
			"error: the handler ended its goroutine (runtime.Goexit)",
			func(t *testing.T, err error) { require.Error(t, err) },
		},
		"gives a text and an error": {
			func(context.Context, string) (string, error) { return "half", errBroken },
			"error: it is broken",
			func(t *testing.T, err error) { require.Equal(t, errBroken, err) },
		},
		"says nothing": {
			func(context.Context, string) (string, error) { return "", nil },
			"",
			func(t *testing.T, err error) { require.NoError(t, err) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, run runner) {
				client, _ := play(t, calls(call("f", "{}"), call("g", "{}")), text("done"))
				result, err := run(t.Context(), client, ask("Go"), []tools.Tool{tool("f", c.handler), echo("g")}, nil)
				require.NoError(t, err)
				require.Equal(t, c.text, result.Calls[0].Text)
				c.check(t, result.Calls[0].Err)
				require.Equal(t, "g{}", result.Calls[1].Text)
				require.Equal(t, "done", result.Response.Text())
				requireWhole(t, result, 1)
			})
		})
	}
}

// A handler learns its call, as it is in the transcript.
func TestCallFromContext(t *testing.T) {
	_, ok := tools.CallFromContext(t.Context())
	require.False(t, ok)
	client, _ := play(t, calls(azmistraltest.ToolCall{ID: "abcdefghi", Name: "f", Arguments: `{"a":1}`}), text("done"))
	var got azmistral.ToolCall
	result, err := tools.Run(t.Context(), client, ask("Go"), []tools.Tool{tool("f", func(ctx context.Context, _ string) (string, error) {
		got, _ = tools.CallFromContext(ctx)
		return "", nil
	})}, nil)
	require.NoError(t, err)
	require.Equal(t, azmistral.ToolCall{ID: "abcdefghi", Name: "f", Arguments: `{"a":1}`}, got)
	require.Equal(t, got, result.Calls[0].Call)
}

// inBubble runs a test in virtual time with a client of a sandbox.
func inBubble(t *testing.T, test func(t *testing.T, run runner, play func(...azmistraltest.Reply) *azmistral.Client)) {
	both(t, func(t *testing.T, run runner) {
		synctest.Test(t, func(t *testing.T) {
			test(t, run, func(replies ...azmistraltest.Reply) *azmistral.Client {
				client, _ := play(t, replies...)
				return client
			})
		})
	})
}

// Each call has its own time; the others do not suffer.
func TestCallTimeout(t *testing.T) {
	inBubble(t, func(t *testing.T, run runner, play func(...azmistraltest.Reply) *azmistral.Client) {
		took := func(d time.Duration, text string, err error) func(context.Context, string) (string, error) {
			return func(context.Context, string) (string, error) { time.Sleep(d); return text, err }
		}
		list := []tools.Tool{waiting("waits"), tool("quick", took(time.Second, "quick", nil)),
			tool("late", took(20*time.Second, "late", nil)), tool("fails", took(20*time.Second, "", errBroken))}
		client := play(calls(call("waits", "{}"), call("quick", "{}"), call("late", "{}"), call("fails", "{}")), text("done"))
		result, err := run(t.Context(), client, ask("Go"), list, &tools.RunOptions{CallTimeout: 5 * time.Second})
		require.NoError(t, err)
		var texts []string
		var times []time.Duration
		for _, c := range result.Calls {
			texts, times = append(texts, c.Text), append(times, c.Duration)
		}
		require.Equal(t, []string{"error: not done within 5s", "quick", "late", "error: not done within 5s: it is broken"}, texts)
		require.Equal(t, []time.Duration{5 * time.Second, time.Second, 20 * time.Second, 20 * time.Second}, times)
		require.ErrorIs(t, result.Calls[0].Err, context.DeadlineExceeded)
		require.ErrorIs(t, result.Calls[3].Err, context.DeadlineExceeded)
		require.ErrorIs(t, result.Calls[3].Err, errBroken)
		requireWhole(t, result, 1)
	})
}

// No more calls run at once than allowed, and all that are.
func TestMaxParallel(t *testing.T) {
	for name, c := range map[string]struct{ most, want, calls int }{
		"default": {0, 8, 20}, "one": {1, 1, 5}, "three": {3, 3, 10}, "more than there are": {50, 4, 4},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, run runner, play func(...azmistraltest.Reply) *azmistral.Client) {
				var mu sync.Mutex
				running, most := 0, 0
				var order []string
				f := tool("f", func(ctx context.Context, arguments string) (string, error) {
					mu.Lock()
					running++
					most = max(most, running)
					order = append(order, arguments)
					mu.Unlock()
					time.Sleep(time.Second)
					mu.Lock()
					running--
					mu.Unlock()
					return arguments, nil
				})
				var list []azmistraltest.ToolCall
				var want []string
				for i := range c.calls {
					want = append(want, fmt.Sprintf(`{"i":%d}`, i))
					list = append(list, call("f", want[i]))
				}
				began := time.Now()
				result, err := run(t.Context(), play(calls(list...), text("done")), ask("Go"), []tools.Tool{f}, &tools.RunOptions{MaxParallel: c.most})
				require.NoError(t, err)
				require.Equal(t, c.want, most)
				require.Equal(t, time.Duration((c.calls+c.want-1)/c.want)*time.Second, time.Since(began))
				if c.want == 1 {
					require.Equal(t, want, order)
				}
				var texts []string
				for _, c := range result.Calls {
					texts = append(texts, c.Text)
				}
				require.Equal(t, want, texts)
			})
		})
	}
}

// A cancelled run waits for its handlers, keeps what was done, and says why.
func TestCancelledRun(t *testing.T) {
	cause := errors.New("the user went home")
	inBubble(t, func(t *testing.T, run runner, play func(...azmistraltest.Reply) *azmistral.Client) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*time.Second, func() { cancel(cause) })
		slow := tool("slow", func(ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			time.Sleep(time.Minute) // it does not heed its context well
			return "done after all", nil
		})
		client := play(calls(call("f", "{}"), call("slow", "{}"), call("waits", "{}"), call("f", "{}")), text("never"))
		began := time.Now()
		result, err := run(ctx, client, ask("Go"), []tools.Tool{echo("f"), slow, waiting("waits")}, &tools.RunOptions{MaxParallel: 2})
		require.EqualError(t, err, "tools: round 1: the run was cancelled: context canceled: the user went home")
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		require.Equal(t, 63*time.Second, time.Since(began), "Run returned before its handlers")
		require.Equal(t, lines("user: Go", "assistant: <f{}> <slow{}> <waits{}> <f{}>", "tool f: f{}", "tool slow: done after all",
			"tool waits: error: cut off as the run ended, maybe half done: context canceled", "tool f: not run: the run was cancelled"), transcript(result.Messages))
		require.ErrorIs(t, result.Calls[3].Err, cause)
		requireWhole(t, result, 1)
	})
}

// A context that ends in a request, in the hook, or before the run.
func TestCancelledElsewhere(t *testing.T) {
	t.Run("request", func(t *testing.T) {
		inBubble(t, func(t *testing.T, run runner, play func(...azmistraltest.Reply) *azmistral.Client) {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, errBroken)
			defer cancel()
			client := play(calls(call("f", "{}")), text("late").Delay(time.Minute))
			result, err := run(ctx, client, ask("Go"), []tools.Tool{echo("f")}, nil)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorIs(t, err, errBroken)
			require.ErrorContains(t, err, "tools: round 2: azmistral: ")
			require.ErrorContains(t, err, ": it is broken")
			var e *azmistral.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, lines("user: Go", "assistant: <f{}>", "tool f: f{}"), transcript(result.Messages))
		})
	})
	t.Run("hook", func(t *testing.T) {
		both(t, func(t *testing.T, run runner) {
			ctx, cancel := context.WithCancel(t.Context())
			asked := 0
			hook := func(context.Context, azmistral.ToolCall) (*string, error) { asked++; cancel(); return nil, nil }
			client, _ := play(t, calls(call("f", "{}"), call("f", "{}")))
			result, err := run(ctx, client, ask("Go"), []tools.Tool{echo("f")}, &tools.RunOptions{OnCall: hook})
			require.EqualError(t, err, "tools: round 1: the run was cancelled: context canceled")
			require.Equal(t, 1, asked)
			require.Equal(t, lines("user: Go", "assistant: <f{}> <f{}>", "tool f: not run: the run was cancelled", "tool f: not run: the run was cancelled"), transcript(result.Messages))
			requireWhole(t, result, 1)
		})
	})
	t.Run("before", func(t *testing.T) {
		both(t, func(t *testing.T, run runner) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			client, sandbox := play(t)
			result, err := run(ctx, client, ask("Go"), nil, nil)
			require.EqualError(t, err, "tools: round 1: the run was cancelled: context canceled")
			require.Zero(t, result.Rounds)
			require.Empty(t, sandbox.Requests())
		})
	})
	t.Run("with the last answer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		result, err := tools.Run(ctx, chatFunc(func(azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
			cancel()
			return answerOf(azmistral.Assistant("whole")), nil
		}), ask("Go"), nil, nil)
		require.NoError(t, err, "an answer that came whole is not lost")
		require.Equal(t, "whole", result.Response.Text())
	})
}

// An abort cancels the handlers that run, and waits for them.
func TestAbortEndsTheOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, run runner, play func(...azmistraltest.Reply) *azmistral.Client) {
		var reason atomic.Value
		list := []tools.Tool{
			tool("waits", func(ctx context.Context, _ string) (string, error) {
				<-ctx.Done()
				reason.Store(context.Cause(ctx))
				return "", ctx.Err()
			}),
			tool("aborts", func(context.Context, string) (string, error) {
				time.Sleep(time.Second)
				return "", tools.Abort(errBroken)
			}),
			tool("aborts_too", func(context.Context, string) (string, error) {
				time.Sleep(2 * time.Second)
				return "", tools.Abort(errors.New("second"))
			}),
		}
		client := play(calls(call("waits", "{}"), call("aborts", "{}"), call("aborts_too", "{}")))
		result, err := run(t.Context(), client, ask("Go"), list, nil)
		require.EqualError(t, err, `tools: round 1: tool "aborts" ended the run: it is broken`)
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, errBroken, reason.Load())
		require.Equal(t, lines("user: Go", "assistant: <waits{}> <aborts{}> <aborts_too{}>", "tool waits: error: cut off as the run ended, maybe half done: context canceled",
			"tool aborts: error: it is broken", "tool aborts_too: error: cut off as the run ended, maybe half done: second"), transcript(result.Messages))
		requireWhole(t, result, 1)
	})
}

// An abort that comes while the caller's loop works keeps later calls from beginning.
func TestAbortBeforeTheNextCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := scripted(calling(azmistral.ToolCall{Name: "aborts"}, azmistral.ToolCall{Name: "f"}, azmistral.ToolCall{Name: "f"}))
		aborts := tool("aborts", func(context.Context, string) (string, error) {
			time.Sleep(time.Second / 2)
			return "", tools.Abort(errBroken)
		})
		for event, err := range tools.RunStream(t.Context(), client, ask("Go"), []tools.Tool{aborts, echo("f")}, nil) {
			if event.Call != nil && event.Call.Name == "f" {
				time.Sleep(time.Second)
			}
			if event.Result != nil {
				require.ErrorIs(t, err, errBroken)
				require.Equal(t, lines("user: Go", "assistant: <aborts{}> <f{}> <f{}>", "tool aborts: error: it is broken", "tool f: f{}", "tool f: not run: the run was ended"), transcript(event.Result.Messages))
			}
		}
	})
}

// An abort of a run within a handler is that run's, not the outer one's.
func TestAbortOfAnInnerRun(t *testing.T) {
	inner, _ := play(t, calls(call("f", "{}")))
	outer, _ := play(t, calls(call("sub", "{}")), text("done"))
	sub := tool("sub", func(ctx context.Context, _ string) (string, error) {
		_, err := tools.Run(ctx, inner, ask("Go"), []tools.Tool{failing("f", tools.Abort(errBroken))}, nil)
		return "", err
	})
	result, err := tools.Run(t.Context(), outer, ask("Go"), []tools.Tool{sub}, nil)
	require.NoError(t, err)
	assert.Equal(t, `error: tools: round 1: tool "f" ended the run: it is broken`, result.Calls[0].Text)
	assert.ErrorIs(t, result.Calls[0].Err, errBroken)
}
