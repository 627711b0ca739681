package structured

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// golden compares a request's body with a file of testdata, or writes it.
func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, body, "", "  "))
	indented.WriteByte('\n')
	file := filepath.Join("testdata", name+".json")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, indented.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), indented.String(), file)
}

// wireCase asks for a value in one mode, twice: the first answer is no value.
type wireCase interface {
	run(t *testing.T, name string, mode Mode)
}

type wires[T any] struct {
	answer  string // bare
	bad     string
	options Options
}

func (c wires[T]) run(t *testing.T, name string, mode Mode) {
	options := c.options
	options.Mode, options.Repairs = mode, 1
	p, err := newPlan[T](&options)
	require.NoError(t, err)
	answer := c.answer
	if p.wrapped {
		answer = `{"value":` + answer + `}`
	}
	reply, bad := azmistraltest.Text(answer), azmistraltest.Text(c.bad)
	if mode == ModeTool {
		reply = azmistraltest.ToolCalls(azmistraltest.ToolCall{ID: "abcdefgh2", Name: p.Name, Arguments: answer})
		bad = azmistraltest.ToolCalls(azmistraltest.ToolCall{ID: "abcdefgh1", Name: p.Name, Arguments: c.bad})
	}
	sandbox := azmistraltest.NewHandler(nil)
	defer sandbox.Close()
	sandbox.Reply(bad, reply)
	client, err := sandbox.Client(azmistral.RouteOpenAIV1, nil)
	require.NoError(t, err)
	req := azmistral.ChatRequest{Messages: []azmistral.Message{azmistral.System("Be brief."), azmistral.User("Read it.")}, Temperature: new(0.0)}
	_, _, err = Chat[T](context.Background(), client, req, &options)
	require.NoError(t, err)
	asked := sandbox.Requests()
	require.Len(t, asked, 2)
	golden(t, string(mode)+"_"+name, asked[0].Body)
	golden(t, string(mode)+"_"+name+"_repair", asked[1].Body)
}

// What goes over the wire, in each mode. The names and places are those that the
// strict sandbox checks, as the services do.
func TestWire(t *testing.T) {
	for name, c := range map[string]wireCase{
		"struct": wires[invoice]{invoiceText, badInvoice, Options{}},
		"named":  wires[line]{`{"text":"a","count":1}`, `[1]`, Options{Name: "item", Description: "A line of the invoice."}},
		"list":   wires[[]color]{`["red"]`, `[1]`, Options{}},
		"enum":   wires[color]{`"red"`, `[1]`, Options{}},
		"map":    wires[map[string]int]{`{"a":1}`, `[1]`, Options{}},
		"any":    wires[any]{`1`, `one`, Options{}},
		"raw":    wires[any]{`{"sum":3}`, `[1]`, Options{Schema: raw(`{"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"], "additionalProperties": false}`)}},
		"loose":  wires[line]{`{"text":"a","count":1}`, `[1]`, Options{Strict: new(false)}},
	} {
		for _, mode := range []Mode{ModeJSONSchema, ModeTool, ModeJSONObject} {
			t.Run(name+"/"+string(mode), func(t *testing.T) { c.run(t, name, mode) })
		}
	}
}

// Strict reaches the function where it is asked for.
func TestWireStrictTool(t *testing.T) {
	client := play(calls("line", `{"text":"a","count":1}`))
	_, _, err := Chat[line](context.Background(), client, ask(""), &Options{Mode: ModeTool, Strict: new(true)})
	require.NoError(t, err)
	require.Len(t, client.asked[0].Tools, 1)
	assert.True(t, client.asked[0].Tools[0].Strict)
}

// The schema's message goes behind those that lead.
func TestWithSystem(t *testing.T) {
	s, u, a := azmistral.System("s"), azmistral.User("u"), azmistral.Assistant("a")
	added := azmistral.System("added")
	for _, c := range []struct{ have, want []azmistral.Message }{
		{nil, []azmistral.Message{added}},
		{[]azmistral.Message{u}, []azmistral.Message{added, u}},
		{[]azmistral.Message{s, u}, []azmistral.Message{s, added, u}},
		{[]azmistral.Message{s, s, u, a, s, u}, []azmistral.Message{s, s, added, u, a, s, u}},
		{[]azmistral.Message{s}, []azmistral.Message{s, added}},
	} {
		roomy := append(make([]azmistral.Message, 0, 10), c.have...)
		assert.Equal(t, c.want, withSystem(roomy, "added"))
		assert.Equal(t, c.have, append([]azmistral.Message(nil), roomy...))
		assert.Zero(t, roomy[:10][len(roomy)], "the room is the caller's")
	}
}
