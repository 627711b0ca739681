package structured

import (
	"context"
	"testing"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var routes = []azmistral.Route{
	azmistral.RouteServerless, azmistral.RouteServerlessV1, azmistral.RouteModels, azmistral.RouteOpenAIV1,
	azmistral.RouteDeployments, azmistral.RouteManaged, azmistral.RouteGitHub, azmistral.RouteGeneric,
}

// routeCase asks the sandbox, which checks as strictly as the services and answers by
// the schema it is given.
type routeCase interface {
	run(t *testing.T, client *azmistral.Client, options *Options)
}

type asks[T any] struct{}

func (asks[T]) run(t *testing.T, client *azmistral.Client, options *Options) {
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.System("Be brief."), azmistral.User("Who paid 7 for it?")}}
	got, resp, err := Chat[T](context.Background(), client, req, options)
	require.NoError(t, err)
	assert.NotEmpty(t, resp.ID)
	last := Partial[T]{}
	for v, err := range Stream[T](context.Background(), client, req, options) {
		require.NoError(t, err)
		last = v
	}
	assert.True(t, last.Complete)
	assert.Equal(t, got, last.Value, "streamed or not, it is the same answer")
}

func TestRoutes(t *testing.T) {
	for _, route := range routes {
		for name, c := range map[string]routeCase{
			"struct": asks[invoice]{}, "pointer": asks[*invoice]{}, "list": asks[[]line]{}, "array": asks[[2]line]{},
			"map": asks[map[string]line]{}, "enum": asks[color]{}, "text": asks[string]{}, "integer": asks[int]{},
			"number": asks[float64]{}, "yes or no": asks[bool]{}, "time": asks[time.Time]{}, "anything": asks[any]{},
		} {
			for _, mode := range []Mode{ModeAuto, ModeJSONSchema, ModeTool} {
				t.Run(string(route)+"/"+name+"/"+string(mode), func(t *testing.T) {
					sandbox := azmistraltest.NewHandler(nil)
					defer sandbox.Close()
					client, err := sandbox.Client(route, nil)
					require.NoError(t, err)
					c.run(t, client, &Options{Mode: mode})
					want := mode
					if mode == ModeAuto {
						want = routeModes[route]
					}
					for i, asked := range sandbox.Requests() {
						if i == 1 && mode == ModeAuto && want == ModeTool { // the stream's: a call would come in one piece
							want = ModeJSONObject
							assert.Equal(t, "json_object", asked.ResponseFormat)
						}
						assert.Equal(t, want == ModeTool, asked.ToolChoice != "", "%s", asked.Body)
						assert.Equal(t, want == ModeJSONSchema, asked.ResponseFormat == "json_schema", "%s", asked.Body)
					}
				})
			}
		}
	}
}

// The sandbox answers json_object with an object of its own kind, so this is scripted.
func TestRoutesJSONObject(t *testing.T) {
	for _, route := range routes {
		sandbox := azmistraltest.NewHandler(nil)
		client, err := sandbox.Client(route, nil)
		require.NoError(t, err)
		sandbox.Reply(azmistraltest.Text("Here you are: {}"), azmistraltest.Text("```json\n"+invoiceText+"\n```"))
		req := ask("Read it.")
		req.Tools = []azmistral.Tool{{Name: "get_weather"}}
		req.ToolChoice = azmistral.ToolChoiceNone()
		got, _, err := Chat[invoice](context.Background(), client, req, &Options{Mode: ModeJSONObject, Repairs: 1})
		require.NoError(t, err, route)
		assert.Equal(t, theInvoice, got, route)
		asked := sandbox.Requests()
		require.Len(t, asked, 2, route)
		assert.Equal(t, "json_object", asked[1].ResponseFormat, route)
		assert.Equal(t, "none", asked[1].ToolChoice, route)
		sandbox.Close()
	}
}

// A repair in a call, on each route.
func TestRoutesRepairCall(t *testing.T) {
	for _, route := range routes {
		sandbox := azmistraltest.NewHandler(nil)
		client, err := sandbox.Client(route, nil)
		require.NoError(t, err)
		sandbox.Reply(
			azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "invoice", Arguments: badInvoice}),
			azmistraltest.ToolCalls(azmistraltest.ToolCall{Name: "invoice", Arguments: invoiceText}),
		)
		got, _, err := Chat[invoice](context.Background(), client, ask("Read it."), &Options{Mode: ModeTool, Repairs: 1})
		require.NoError(t, err, route)
		assert.Equal(t, theInvoice, got, route)
		asked := sandbox.Requests()
		require.Len(t, asked, 2, route)
		assert.Equal(t, "tool", asked[1].Last().Role, route)
		sandbox.Close()
	}
}

func TestLengthOnRoutes(t *testing.T) {
	for _, route := range routes {
		sandbox := azmistraltest.NewHandler(nil)
		client, err := sandbox.Client(route, nil)
		require.NoError(t, err)
		req := ask("Read it.")
		req.MaxTokens = 8
		_, _, err = Chat[invoice](context.Background(), client, req, nil)
		assert.ErrorIs(t, err, ErrLength, route)
		sandbox.Close()
	}
}
