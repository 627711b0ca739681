package azmistral

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wholeForms are bodies in which "@" stands for a text.
var wholeForms = []string{
	`{"id":"i","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"@"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}`,
	`{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"@"}],"signature":"@"},{"type":"text","text":"@"},{"type":"x","y":"@"}]}}]}`,
	`{"choices":[{"message":{"content":null,"reasoning_content":"@","reasoning":"@","tool_calls":[{"id":"@","function":{"name":"f","arguments":"@"}},{"function":{"name":"g","arguments":{"a":"@"}}}]}}]}`,
	`{"choices":[{"message":{"content":"@"},"finish_reason":"stop"},{"index":1,"message":{"content":"@","content":"twice"}}]}`,
	`{"choices":[{"message":{"content":[{"type":"text","text":"@","text":"twice"},{"type":"thinking","thinking":[{"type":"text","text":"@"},7]}]}}],"error":"@"}`,
	`{"choices":[{"message":{"content":"@"}}],"id":7,"usage":[]}`,
	`{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"@"}},{"id":"a","function":{"arguments":"@"}}]}}]}`,
}

// requireWhole compares with decode and with the body as it was.
func requireWhole(t *testing.T, body string) {
	want, wantErr := decode([]byte(body))
	text := new(answerText).hold([]byte(body))
	chunk, answered, suspect, err := new(wholeWork).decode(text)
	require.Equal(t, wantErr, err)
	got := decoded{*chunk, answered, suspect}
	require.Equal(t, want, got)
	require.Equal(t, body, string(text.raw()))
	require.Equal(t, body, string(text.raw()), "the second time")
	read, err := io.ReadAll(&text.reader)
	require.NoError(t, err)
	require.Equal(t, body, string(read))
	require.Equal(t, want, got, "after the body was asked for")

	var shared, own accumulator
	shared.cameWhole = true
	shared.add(&got.chunk)
	own.add(&want.chunk)
	require.Equal(t, own.response(), shared.response())
}

// FuzzWholeAnswer compares with decode for long texts in every place.
func FuzzWholeAnswer(f *testing.F) {
	for form := range wholeForms {
		for _, insert := range append(chunkInserts, `a line\n`, `\/`, `\u000a`, `\b\f\r\t\"\\`, "é\\n") {
			f.Add(form, insert, 1200)
			f.Add(form, insert, 1)
		}
	}
	f.Fuzz(func(t *testing.T, form int, insert string, long int) {
		if form < 0 || form >= len(wholeForms) || long < 0 || long > 4000 || len(insert) > 2000 {
			return
		}
		if len(insert) > 0 {
			insert = strings.Repeat(insert, 1+long/len(insert))
		}
		requireWhole(t, strings.ReplaceAll(wholeForms[form], "@", insert))
	})
}

// A long text is a part of the body, where it can be made again as it was.
func TestAnswerTextIsPart(t *testing.T) {
	for _, c := range []struct {
		name   string
		text   string
		isPart bool
	}{
		{"plain", strings.Repeat("plain text ", 100), true},
		{"lines", strings.Repeat(`a \"line\"\n`, 100), true},
		{"unicode", strings.Repeat("naïve ", 200), true},
		{"short", `short\n`, false},
		{"some slashes", strings.Repeat("plain text ", 100) + `\/\/a\u003cb\n`, true},
		{"some hex", strings.Repeat("plain text ", 100) + `caf\u00e9\u00E9\u0000\u000a\u20acé\/`, true},
		{"slashes", strings.Repeat(`a\/b`, 300), false},
		{"hex", strings.Repeat(`a\u003cb`, 300), false},
		{"surrogates", strings.Repeat("plain text ", 100) + `\ud83d\ude00`, false},
		{"half a surrogate", strings.Repeat("plain text ", 100) + `\ud83d`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := strings.ReplaceAll(wholeForms[0], "@", c.text)
			requireWhole(t, body)
			text := new(answerText).hold([]byte(body))
			chunk, _, _, err := new(wholeWork).decode(text)
			require.NoError(t, err)
			before := chunk.Choices[0].Delta.Text
			for i := range text.data {
				text.data[i] = '#'
			}
			assert.Equal(t, c.isPart, before == strings.Repeat("#", len(before)))
		})
	}
}

// Each long text has its own escapes that are longer than need be.
func TestAnswerTextsWithOddEscapes(t *testing.T) {
	for _, form := range wholeForms {
		n := 0
		for strings.Contains(form, "@") {
			n++
			form = strings.Replace(form, "@", strings.Repeat("plain text ", 100+n)+strings.Repeat(`\u00e9\/`, n), 1)
		}
		requireWhole(t, form)
	}
}

func TestWholeAnswerBodies(t *testing.T) {
	long := strings.Repeat(`a \"line\"\n`, 400)
	body := strings.ReplaceAll(wholeForms[0], "@", long)
	c := newTestClient(t, play(reply(200, body)), nil)
	var captured *http.Response
	answer, err := c.Chat(policy.WithCaptureResponse(context.Background(), &captured), hello, nil)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("a \"line\"\n", 400), answer.Text())
	assert.Equal(t, body, string(answer.RawJSON()))
	assert.True(t, json.Valid(answer.RawJSON()))
	read, err := io.ReadAll(captured.Body)
	require.NoError(t, err)
	assert.Equal(t, body, string(read))

	failed := strings.Replace(body, `"stop"`, `"error"`, 1)
	_, err = newTestClient(t, play(reply(200, failed)), nil).Chat(context.Background(), hello, nil)
	require.ErrorIs(t, err, ErrIncomplete)
	raw, ok := errors.AsType[*azcore.ResponseError](err)
	require.True(t, ok)
	read, err = io.ReadAll(raw.RawResponse.Body)
	require.NoError(t, err)
	assert.Equal(t, failed, string(read), "the body of what failed is as it came")
}

// A long answer is in memory once: decoding and folding it takes little more.
func TestWholeAnswerMemory(t *testing.T) {
	body := []byte(strings.ReplaceAll(wholeForms[0], "@", strings.Repeat(`A line of a long answer, naïve and with \"quotes\".\n`, 4200)))
	const runs = 10
	copies := make([][]byte, runs)
	for i := range copies {
		copies[i] = bytes.Clone(body)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, data := range copies {
		chunk, _, _, err := new(wholeWork).decode(new(answerText).hold(data))
		require.NoError(t, err)
		fold := accumulator{cameWhole: true}
		fold.add(chunk)
		require.Greater(t, len(fold.response().Text()), 200_000)
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, (after.TotalAlloc-before.TotalAlloc)/runs, uint64(8<<10), "bytes beside the body of %d", len(body))
}
