package azmistral

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// chunkSeeds are texts in which "@" stands for what differs from chunk to chunk.
var chunkSeeds = []string{
	`{"id":"i","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"@"},"finish_reason":null}],"p":"@"}`,
	`{"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"detected":true,"filtered":false}},"delta":{"content":"@"},"finish_reason":null,"index":0,"logprobs":null}],"obfuscation":"@","usage":null}`,
	`{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"@"}],"closed":true,"signature":"s"}]}}],"p":"a"}`,
	`{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"@"}]}}]}`,
	`{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"@"},{"type":"thinking","thinking":"@"},{"type":"x","y":"@"}],"reasoning":"@"}}]}`,
	`{"choices":[{"index":0,"delta":{"reasoning_content":"@","content":null}}]}`,
	`{"choices":[{"index":0,"delta":{"reasoning_content":"@","reasoning":"@","content":"@"}}]}`,
	`{"choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"index":0,"id":"null","type":"function","function":{"name":"f","arguments":"@"}}]}}]}`,
	`{"choices":[{"index":0,"delta":{"tool_calls":[{"id":"@","function":{"name":"@","arguments":{"a":["@"]}}},{"function":{"arguments":"@"}},null]}}]}`,
	`{"choices":[{"index":1,"delta":{"content":"@"}},{"index":0,"message":{"content":"@","prefix":false,"tool_call_id":null,"name":null}},null],"p":"@","q":"@","r":"@","s":"@","t":"@"}`,
	`{"choices":[{"index":0,"message":{"content":"a"}},{"index":0,"message":{"content":"b"}}]}`,
	`{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"violence":{"filtered":true,"severity":"@"}}}]}`,
	`{"object":"@","choices":[]}`,
	`{"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":-3,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":5},"prompt_audio_seconds":6}}`,
	`{"choices":[{"finish_reason":"content_filter"}],"error":null,"@":"@"}`,
	`{"choices":[],"statuscode":404}`,
	`{"choices":[{"delta":{"content":"@"}}],"statuscode":404}`,
	"\xEF\xBB\xBF {\"choices\" : [ { \"delta\" : { \"content\" : \"@\" } } ] } ",
}

var chunkInserts = []string{
	"", "a", "é", `\n`, `\"`, `\\`, `é`, `\ud83d\ude00`, `\ud800`, "\xff", "\x01", `\x`, `\`, `"`, `","content":"z`, `\","content":"z`, "a long text of many bytes, for all of which a block has no room: " + "0123456789012345678901234567890123456789",
}

// FuzzChunkDecoder compares with decode: for each text, with one thing and another
// in the same places, one after the other, out of a buffer that is written over. All
// chunks are compared again at the end.
func FuzzChunkDecoder(f *testing.F) {
	for _, text := range chunkSeeds {
		for _, insert := range chunkInserts {
			f.Add([]byte(text), []byte(insert))
		}
	}
	for _, insert := range chunkInserts {
		f.Add([]byte(strings.Join([]string{chunkSeeds[2], chunkSeeds[0], chunkSeeds[7]}, "\n")), []byte(insert))
		f.Add([]byte(chunkSeeds[1]+"\n"+strings.Replace(chunkSeeds[1], `"index":0`, `"index":1`, 1)), []byte(insert))
	}
	f.Fuzz(func(t *testing.T, texts, insert []byte) {
		requireSameChunks(t, chunkVariants(texts, insert))
	})
}

// chunkVariants are the texts, which stand on lines, in turn, with one insert after
// the other.
func chunkVariants(texts, insert []byte) [][]byte {
	var all [][]byte
	for _, in := range [][]byte{[]byte("x"), insert, nil, insert, []byte(`yé\n`), append(insert, 'z')} {
		for line := range bytes.SplitSeq(texts, []byte("\n")) {
			all = append(all, bytes.ReplaceAll(line, []byte("@"), in))
		}
	}
	return all
}

func requireSameChunks(t *testing.T, texts [][]byte) {
	var d chunkDecoder
	var buffer []byte
	var got []*ChatChunk
	var want []decoded
	for _, text := range texts {
		general, generalErr := decode(bytes.Clone(text))
		for i := range buffer {
			buffer[i] = '#'
		}
		buffer = append(buffer[:0], text...)
		chunk, suspect, err := d.decode(buffer)
		require.Equal(t, generalErr, err)
		require.Equal(t, general.suspect, suspect)
		require.Equal(t, &general.chunk, chunk, "%s", text)
		got, want = append(got, chunk), append(want, general)
	}
	for i := range got {
		require.Equal(t, &want[i].chunk, got[i], "at the end: %s", texts[i])
	}
	// What a reader does to its chunk is nobody else's.
	for i, chunk := range got {
		require.Equal(t, &want[i].chunk, chunk, "after others were changed: %s", texts[i])
		spoil(chunk)
	}
	for _, text := range texts {
		general, _ := decode(bytes.Clone(text))
		chunk, _, _ := d.decode(text)
		require.Equal(t, &general.chunk, chunk, "after all were changed: %s", text)
	}
}

// Nulls in a list count against its bounds too, and against the largest index.
func TestChunkListBounds(t *testing.T) {
	many := func(item string) string { return strings.Repeat(item+",", 5000) }
	for _, text := range []string{
		`{"choices":[` + strings.Repeat("null,", 1100) + `{"delta":{"content":"a"}}]}`,
		`{"choices":[` + many("null") + `null]}`,
		`{"choices":[{"delta":{"tool_calls":[` + many("null") + `null]}}]}`,
		`{"choices":[{"delta":{"content":[` + many("null") + `null]}}]}`,
		`{"choices":[` + strings.Repeat(`{"index":0},`, 128) + "null," + many(`{"index":0}`) + `{"index":0}]}`,
		`{"choices":[{"delta":{"content":[` + strings.Repeat(`{"type":"text","text":"a"},`, 128) + "null," + many(`{"type":"text","text":"a"}`) + `null]}}]}`,
		`{"choices":[{"delta":{"tool_calls":[` + strings.Repeat(`{"id":"a"},`, 128) + "null," + many(`{"id":"a"}`) + `null]}}]}`,
	} {
		_, want := decode([]byte(text))
		require.Error(t, want)
		var d chunkDecoder
		_, _, err := d.decode([]byte(text))
		require.Equal(t, want, err)
		_, _, _, err = new(wholeWork).decode(new(answerText).hold([]byte(text)))
		require.Equal(t, want, err)
	}
}

// spoil writes to everything in a chunk that can be written to.
func spoil(c *ChatChunk) {
	if c.Usage != nil {
		c.Usage.TotalTokens = -7
	}
	for category := range c.Filter {
		c.Filter[category] = FilterResult{Severity: "spoilt"}
	}
	_ = append(c.Choices, ChunkChoice{Index: -7})
	for i := range c.Choices {
		d := &c.Choices[i].Delta
		for category := range c.Choices[i].Filter {
			c.Choices[i].Filter[category] = FilterResult{Severity: "spoilt"}
		}
		for j, part := range d.Content {
			switch p := part.(type) {
			case *TextPart:
				p.Text = "spoilt"
			case *ThinkingPart:
				p.Text = "spoilt"
				if p.Closed != nil {
					*p.Closed = !*p.Closed
				}
			}
			d.Content[j] = nil
		}
		_ = append(d.Content, nil)
		for j := range d.ToolCalls {
			d.ToolCalls[j] = ToolCallDelta{ID: "spoilt"}
		}
		_ = append(d.ToolCalls, ToolCallDelta{ID: "spoilt"})
		c.Choices[i] = ChunkChoice{Index: -7}
	}
	*c = ChatChunk{ID: "spoilt"}
}

// TestChunkDecoderWays checks that what should be fast is.
func TestChunkDecoderWays(t *testing.T) {
	for _, c := range []struct {
		name  string
		text  string
		slots int
	}{
		{"content", chunkSeeds[0], 2},
		{"filter results", chunkSeeds[1], 2},
		{"thinking", chunkSeeds[2], 2},
		{"text part", chunkSeeds[3], 1},
		{"reasoning", chunkSeeds[5], 1},
		{"tool call", chunkSeeds[7], 1},
		{"parts", chunkSeeds[4], 0},
		{"two fields", chunkSeeds[6], 0},
		{"prompt filter", chunkSeeds[11], 0},
		{"usage", chunkSeeds[13], 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d chunkDecoder
			first := []byte(strings.ReplaceAll(c.text, "@", "a"))
			require.NotNil(t, d.scan(first), "not scanned")
			require.Len(t, d.templates[d.latest].slots, c.slots)
			next := []byte(strings.ReplaceAll(c.text, "@", `b\né`))
			require.Equal(t, c.slots > 0, d.match(next) != nil)
			odd := bytes.Replace(next, []byte("choices"), []byte("Choices"), 1)
			require.Nil(t, d.match(odd))
			require.Nil(t, d.scan(odd), "decode is not asked")
			require.Equal(t, c.slots > 0, d.match(next) != nil, "what came between two of a kind is no matter")
		})
	}
}
