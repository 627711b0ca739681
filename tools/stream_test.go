package tools_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/azmistral/azmistral/tools"
	"github.com/stretchr/testify/require"
)

// story is an event in one word or two.
func story(e tools.Event) string {
	switch {
	case e.Chunk != nil:
		return fmt.Sprintf("%d chunk %q", e.Round, e.Text())
	case e.Call != nil:
		return fmt.Sprintf("%d call %s%s", e.Round, e.Call.Name, e.Call.Arguments)
	case e.CallResult != nil:
		return fmt.Sprintf("%d result %s: %s", e.Round, e.CallResult.Call.Name, e.CallResult.Text)
	case e.Result != nil:
		return fmt.Sprintf("%d end", e.Round)
	}
	return "nothing"
}

// Everything that happens is told, in its order: the calls that the hook answers or
// refuses, and unknown ones, too.
func TestRunStreamEvents(t *testing.T) {
	client := scripted(
		calling(azmistral.ToolCall{ID: "a", Name: "f"}, azmistral.ToolCall{ID: "b", Name: "hooked"}, azmistral.ToolCall{ID: "c", Name: "h"}),
		calling(azmistral.ToolCall{ID: "d", Name: "f"}), azmistral.Assistant("done"))
	options := &tools.RunOptions{MaxParallel: 1, OnCall: func(_ context.Context, c azmistral.ToolCall) (*string, error) {
		if c.Name == "hooked" {
			return new("mine"), nil
		}
		return nil, nil
	}}
	want := []string{`1 chunk ""`, `1 call f`, `1 result f: f{}`, `1 call hooked`, `1 result hooked: mine`, `1 call h`,
		`1 result h: not run: no tool has the name "h"; there are "f"`, `2 chunk ""`, `2 call f`, `2 result f: f{}`, `3 chunk "done"`, `3 end`}
	run := tools.RunStream(t.Context(), client, ask("Go"), []tools.Tool{echo("f")}, options)
	var told []string
	for event, err := range run {
		require.NoError(t, err)
		told = append(told, story(event))
	}
	require.Equal(t, want, told)

	for event, err := range run { // a run of its own, for which the script has nothing left
		require.ErrorContains(t, err, "tools: round 1: the script is over")
		require.Equal(t, 1, event.Result.Rounds)
		require.Empty(t, event.Result.Calls)
	}
}

// scripted answers with messages, in their order.
func scripted(messages ...azmistral.Message) chatFunc {
	var n atomic.Int32
	return func(azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
		i := int(n.Add(1)) - 1
		if i >= len(messages) {
			return nil, errors.New("the script is over")
		}
		return answerOf(messages[i]), nil
	}
}

// Results come as they are done; the transcript has them in the order of the calls.
func TestRunStreamOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleepy := func(name string, d time.Duration) tools.Tool {
			return tool(name, func(context.Context, string) (string, error) { time.Sleep(d); return name, nil })
		}
		client := scripted(calling(azmistral.ToolCall{Name: "slow"}, azmistral.ToolCall{Name: "quick"}), azmistral.Assistant("done"))
		var told []string
		for event, err := range tools.RunStream(t.Context(), client, ask("Go"), []tools.Tool{sleepy("slow", 2*time.Second), sleepy("quick", time.Second)}, nil) {
			require.NoError(t, err)
			told = append(told, story(event))
			if event.Result != nil {
				require.Equal(t, lines("user: Go", "assistant: <slow{}> <quick{}>", "tool slow: slow", "tool quick: quick", "assistant: done"), transcript(event.Result.Messages))
			}
		}
		require.Equal(t, []string{`1 chunk ""`, "1 call slow", "1 call quick", "1 result quick: quick", "1 result slow: slow", `2 chunk "done"`, "2 end"}, told)
	})
}

// The text of each round is streamed as it comes.
func TestRunStreamText(t *testing.T) {
	client, _ := play(t, calls(call("f", "{}")), text("It is done, as you wished."))
	var chunks int
	var all strings.Builder
	for event, err := range tools.RunStream(t.Context(), client, ask("Go"), []tools.Tool{echo("f")}, nil) {
		require.NoError(t, err)
		if all.WriteString(event.Text()); event.Text() != "" {
			chunks++
		}
	}
	require.Equal(t, "It is done, as you wished.", all.String())
	require.Greater(t, chunks, 2)
}

// What had come of an answer that fails is counted and kept, apart from the
// transcript.
func TestRunStreamThatFails(t *testing.T) {
	client, _ := play(t, calls(call("f", "{}")).Usage(10, 20), azmistraltest.Fault("cut after=3 how=reset"))
	result, err := drain(t, t.Context(), client, ask("Go"), []tools.Tool{echo("f")}, nil)
	require.ErrorIs(t, err, azmistral.ErrIncomplete)
	require.ErrorContains(t, err, "tools: round 2: azmistral: ")
	require.NotEmpty(t, result.Response.Text())
	require.Empty(t, result.Response.FinishReason())
	require.Equal(t, 2, result.Rounds)
	require.Equal(t, lines("user: Go", "assistant: <f{}>", "tool f: f{}"), transcript(result.Messages))
	requireWhole(t, result, 1)

	usage := azmistral.Usage{PromptTokens: 1, CompletionTokens: 2, TotalTokens: 3, CachedTokens: 4, ReasoningTokens: 5, AudioSeconds: 0.5}
	half := chatFunc(func(azmistral.ChatRequest) (*azmistral.ChatResponse, error) {
		answer := answerOf(azmistral.Assistant("half"))
		answer.Choices[0].FinishReason = ""
		return answer, errBroken
	})
	result, err = drain(t, t.Context(), half, ask("Go"), nil, nil)
	require.ErrorIs(t, err, errBroken)
	require.Equal(t, usage, result.Usage)
	require.Equal(t, "half", result.Response.Text())
	require.Equal(t, "user: Go", transcript(result.Messages))

	result, err = drain(t, t.Context(), nothing{}, ask("Go"), nil, nil)
	require.EqualError(t, err, "tools: round 1: the client gave neither an answer nor an error")
	require.Nil(t, result.Response)
}

type nothing struct{}

func (nothing) ChatStream(context.Context, azmistral.ChatRequest, *azmistral.ChatOptions) (*azmistral.ChatStream, error) {
	return nil, nil
}

// counted counts the streams that are open.
type counted struct {
	client tools.ChatStreamer
	open   atomic.Int32
}

func (c *counted) ChatStream(ctx context.Context, req azmistral.ChatRequest, options *azmistral.ChatOptions) (*azmistral.ChatStream, error) {
	stream, err := c.client.ChatStream(ctx, req, options)
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	return azmistral.NewChatStream(stream.Info(), stream.Next, func() error {
		c.open.Add(-1)
		return stream.Close()
	}), nil
}

// The loop may be left at every event, also by a panic: nothing runs on, and nothing
// is asked any more.
func TestRunStreamLeftAnywhere(t *testing.T) {
	for _, how := range []string{"break", "panic"} {
		for at := 0; ; at++ {
			ended := false
			t.Run(fmt.Sprintf("%s at %d", how, at), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var handlers atomic.Int32
					slow := tool("slow", func(ctx context.Context, arguments string) (string, error) {
						handlers.Add(1)
						defer handlers.Add(-1)
						select {
						case <-ctx.Done():
							time.Sleep(time.Second) // it takes its time to clean up
							return "", ctx.Err()
						case <-time.After(time.Minute):
							return arguments, nil
						}
					})
					sandbox, handler := play(t, calls(call("slow", `{"a":1}`), call("f", "{}"), call("slow", `{"a":2}`)), calls(call("f", "{}")), text("It is done."))
					client := &counted{client: sandbox}
					requests, told := 0, 0
					var left time.Time
					leave := func() {
						defer func() {
							if value := recover(); value != nil && value != "the caller's" {
								panic(value)
							}
						}()
						for event, err := range tools.RunStream(t.Context(), client, ask("Go"), []tools.Tool{slow, echo("f")}, &tools.RunOptions{MaxParallel: 2}) {
							require.NoError(t, err)
							if told == at {
								requests, left = len(handler.Requests()), time.Now()
								if how == "panic" {
									panic("the caller's")
								}
								break
							}
							told++
							ended = event.Result != nil
						}
					}
					leave()
					require.LessOrEqual(t, told, at)
					require.Zero(t, handlers.Load(), "a handler runs on")
					require.Zero(t, client.open.Load(), "a stream is open")
					if !ended {
						require.LessOrEqual(t, time.Since(left), time.Second, "the handlers were not told to stop")
						require.Len(t, handler.Requests(), requests, "a request was sent after the loop was left")
					}
				})
			})
			if ended || t.Failed() {
				require.Greater(t, at, 10, "the run has more events than that")
				break
			}
		}
	}
}

// The hook's panic is the caller's, and leaves nothing behind.
func TestHookPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, _ := play(t, calls(call("f", "{}")))
		require.PanicsWithValue(t, "the hook's", func() {
			_, _ = tools.Run(t.Context(), client, ask("Go"), []tools.Tool{echo("f")}, &tools.RunOptions{
				OnCall: func(context.Context, azmistral.ToolCall) (*string, error) { panic("the hook's") },
			})
		})
	})
}
