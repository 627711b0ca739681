package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decoded is a chunk as encoding/json sees it with no struct of the harness.
type decoded struct {
	Created int64
	Choices []struct {
		Delta struct {
			Content   any
			ToolCalls []struct {
				ID       string
				Function struct{ Name, Arguments string }
			} `json:"tool_calls"`
		}
		Filter map[string]any `json:"content_filter_results"`
	}
	Usage *struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
	}
}

// texts are the text and the thinking of a content.
func texts(content any) (text, thinking string) {
	switch c := content.(type) {
	case string:
		return c, ""
	case []any:
		for _, one := range c {
			part := one.(map[string]any)
			switch part["type"] {
			case "text":
				text += part["text"].(string)
			case "thinking":
				inner, _ := texts(part["thinking"])
				thinking += inner
			}
		}
	}
	return text, thinking
}

// retold makes the tally of a part anew, from its bytes. Of a tool call it gathers what
// there is.
func retold(t *testing.T, p part) (made tally, chunks []decoded) {
	t.Helper()
	for n := range p.ends {
		data, ok := bytes.CutPrefix(p.event(n), []byte("data: "))
		require.True(t, ok)
		data, ok = bytes.CutSuffix(data, []byte("\n\n"))
		require.True(t, ok)
		require.NotContains(t, string(data), "\n")
		if string(data) == "[DONE]" {
			continue
		}
		var d decoded
		require.NoError(t, json.Unmarshal(data, &d), "%s", data)
		chunks = append(chunks, d)
		one := tally{Chunks: 1}
		if len(d.Choices) > 0 {
			one = said(texts(d.Choices[0].Delta.Content))
			one.Filters = len(d.Choices[0].Filter)
			for _, c := range d.Choices[0].Delta.ToolCalls {
				made.Call.ID += c.ID
				made.Call.Name += c.Function.Name
				made.Call.Arguments += c.Function.Arguments
			}
		}
		if d.Usage != nil {
			one.Usage = usage{d.Usage.Prompt, d.Usage.Completion, d.Usage.Total}
		}
		call := made.Call
		made = made.plus(one)
		made.Call = call
	}
	return made, chunks
}

func TestScripts(t *testing.T) {
	for _, kind := range []string{modelPlain, modelOdd, modelAzure, modelThinking, modelTool, modelFlush, modelFirst, modelLate, modelIdle, modelPaced} {
		t.Run(kind, func(t *testing.T) {
			const contents = 240
			s, err := streamScript(kind, contents)
			require.NoError(t, err)
			var whole tally
			for _, p := range []part{s.head, s.middle, s.tail} {
				got, _ := retold(t, p)
				want := p.want
				whole.Call.ID += got.Call.ID
				whole.Call.Name += got.Call.Name
				whole.Call.Arguments += got.Call.Arguments
				got.Call, want.Call = call{}, call{}
				assert.Equal(t, want, got)
			}
			assert.Equal(t, s.wanted(1).Call, whole.Call)
			assert.Len(t, s.middle.ends, contents)
			assert.Equal(t, "data: [DONE]\n\n", string(s.tail.event(len(s.tail.ends)-1)))
			assert.NotZero(t, s.tail.want.Usage)
			assert.Equal(t, s.wanted(1).Text+2*s.middle.want.Text, s.wanted(3).Text)

			again, err := streamScript(kind, contents)
			require.NoError(t, err)
			assert.Equal(t, s, again, "the server's process must make the same")
		})
	}
	_, err := streamScript("other", 3)
	assert.Error(t, err)
}

// Mistral's chunks have 200 to 330 bytes, and one content in six holds an escape or
// more than ASCII.
func TestPlainShape(t *testing.T) {
	s, err := streamScript(modelPlain, 6000)
	require.NoError(t, err)
	special, longest := 0, 0
	for n := range s.middle.ends {
		event := s.middle.event(n)
		assert.GreaterOrEqual(t, len(event), 200)
		assert.LessOrEqual(t, len(event), 330)
		longest = max(longest, len(event))
		_, content, _ := strings.Cut(string(event), `"content":`)
		if strings.ContainsFunc(content, func(r rune) bool { return r == '\\' || r > 0x7f }) {
			special++
		}
	}
	assert.Equal(t, 1000, special)
	assert.Greater(t, longest, 290)
}

func TestOddShape(t *testing.T) {
	s, err := streamScript(modelOdd, 50)
	require.NoError(t, err)
	_, chunks := retold(t, s.middle)
	for n := range chunks[1:] {
		assert.NotEqual(t, chunks[n].Created, chunks[n+1].Created)
	}
}

func TestAzureShape(t *testing.T) {
	s, err := streamScript(modelAzure, 50)
	require.NoError(t, err)
	_, head := retold(t, s.head)
	assert.Empty(t, head[0].Choices)
	assert.Contains(t, string(s.head.event(0)), `"prompt_filter_results":[{`)
	padding := map[int]bool{}
	for n := range s.middle.ends {
		event := string(s.middle.event(n))
		_, rest, ok := strings.Cut(event, `"obfuscation":"`)
		require.True(t, ok)
		text, _, _ := strings.Cut(rest, `"`)
		padding[len(text)] = true
	}
	assert.Greater(t, len(padding), 5)
	_, tail := retold(t, s.tail)
	assert.Empty(t, tail[len(tail)-1].Choices)
	assert.NotNil(t, tail[len(tail)-1].Usage)
}

func TestThinkingShape(t *testing.T) {
	s, err := streamScript(modelThinking, 40)
	require.NoError(t, err)
	lists := 0
	for n := range s.middle.ends {
		event := string(s.middle.event(n))
		if strings.Contains(event, `"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"`) {
			lists++
			assert.Equal(t, n > 0, strings.Contains(event, `"closed":true`), event)
		}
	}
	assert.Equal(t, 30, lists)
	assert.Contains(t, string(s.middle.event(29)), `},{"type":"text","text":"So"}]`)
}

func TestToolShape(t *testing.T) {
	w, _ := workloadNamed(workTool)
	fragments := w.sizes[full].chunks
	assert.Equal(t, 500, fragments)
	s, err := streamScript(modelTool, fragments)
	require.NoError(t, err)
	made := s.wanted(1).Call
	assert.NotEmpty(t, made.ID)
	var arguments struct{ Path, Text string }
	require.NoError(t, json.Unmarshal([]byte(made.Arguments), &arguments))
	assert.NotEmpty(t, arguments.Text)
	for n := range s.middle.ends {
		assert.Equal(t, n == 0, bytes.Contains(s.middle.event(n), []byte(made.ID)))
	}
}

// The sizes that the page states.
func TestSizes(t *testing.T) {
	of := func(name string) size {
		w, ok := workloadNamed(name)
		require.True(t, ok)
		return w.sizes[full]
	}
	for _, name := range []string{"W1a", "W1a-odd", "W1b", workAzure, workThinking} {
		assert.Equal(t, 20_000, of(name).chunks, name)
	}
	request, err := wireRequest(longPrompt(of(workRequest)), false)
	require.NoError(t, err)
	assert.InEpsilon(t, 1_100_000, len(request), 0.03)
	answer := wholeBody(wholeText(modelBig, of(workAnswer).bytes))
	require.True(t, json.Valid(answer))
	assert.InEpsilon(t, 220_000, len(answer), 0.03)
	assert.Len(t, imagePrompt(of(workImage)).image, 3_000_000)
	paced := of("W2")
	assert.Equal(t, 1000, paced.parallel)
	assert.Equal(t, 10.0, paced.every.Seconds()*float64(paced.chunks))
	long, err := streamScript(modelPlain, of("WM-long").chunks)
	require.NoError(t, err)
	assert.InEpsilon(t, 100e6, len(long.middle.bytes)*of("WM-long").repeats, 0.05)
	assert.Equal(t, 10_000, of("WM-idle").parallel)
}

// One message in six of the long request needs escapes, the others none.
func TestLongPrompt(t *testing.T) {
	p := longPrompt(size{bytes: 210_000})
	for n, text := range p.texts {
		assert.Equal(t, n%6 != 5, strconv.Quote(text) == `"`+text+`"`, n)
	}
	assert.True(t, p.fromUser(0) && p.fromUser(len(p.texts)-1))
}

func TestModelNames(t *testing.T) {
	kind, numbers, err := parseModel(model(modelPaced, 500, 20_000_000, 1_800_000_000_000_000_000))
	require.NoError(t, err)
	assert.Equal(t, modelPaced, kind)
	assert.Equal(t, [3]int{500, 20_000_000, 1_800_000_000_000_000_000}, numbers)
	kind, numbers, err = parseModel(modelSmall)
	require.NoError(t, err)
	assert.Equal(t, modelSmall, kind)
	assert.Zero(t, numbers)
	for _, bad := range []string{"plain.x", "plain.", "plain.1.2.3.4"} {
		_, _, err := parseModel(bad)
		assert.Error(t, err, bad)
	}
}
