package azmistral

import (
	"bytes"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// benchChunks are chunks as they are recorded. "@" is the text; one in six holds an
// escape or more than ASCII.
var benchChunks = map[string]string{
	"plain":    `{"id":"d3f350bcd224483cac227042216b03df","object":"chat.completion.chunk","created":1787150228,"model":"mistral-large-2411","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":null}],"p":"abcdefghijklm"}`,
	"azure":    `{"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}},"delta":{"content":"@"},"finish_reason":null,"index":0,"logprobs":null}],"created":1780491942,"id":"chatcmpl-DmfZu2BjJmBGSSHpj9hWtFQYBUxYn","model":"mistral-large-2411","obfuscation":"8A9QeP6E","object":"chat.completion.chunk","usage":null}`,
	"thinking": `{"id":"d3f350bcd224483cac227042216b03df","object":"chat.completion.chunk","created":1787150228,"model":"magistral-medium","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"@"}],"closed":true}]},"finish_reason":null}],"p":"abcdefghij"}`,
	"call":     `{"id":"d3f350bcd224483cac227042216b03df","object":"chat.completion.chunk","created":1787150228,"model":"mistral-large-2411","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"","arguments":"@"}}]},"finish_reason":null}],"p":"abcdefghijklm"}`,
}

func benchTexts(form string) [][]byte {
	words := []string{" the", " answer", " of", " course", `.\n\n`, " naïve"}
	texts := make([][]byte, 600)
	for i := range texts {
		texts[i] = bytes.Replace([]byte(form), []byte("@"), []byte(words[i%len(words)]), 1)
		texts[i] = bytes.Replace(texts[i], []byte(`"p":"`), []byte(`"p":"`+"0123456789abcdef"[:i%16]), 1)
	}
	return texts
}

// BenchmarkChunk decodes chunks that are alike, chunks of which none is like the one
// before, and chunks by encoding/json.
func BenchmarkChunk(b *testing.B) {
	for name, form := range benchChunks {
		texts := benchTexts(form)
		odd := make([][]byte, len(texts))
		for i, text := range texts {
			odd[i] = append(bytes.Clone(text[:len(text)-1]), `,"n":`+strconv.Itoa(i)+"}"...)
		}
		run := func(way string, texts [][]byte, decode func([]byte) *ChatChunk) {
			b.Run(name+"/"+way, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(texts[0])))
				for i := 0; b.Loop(); i++ {
					if chunk := decode(texts[i%len(texts)]); chunk == nil || len(chunk.Choices) != 1 {
						b.Fatal("not decoded")
					}
				}
			})
		}
		var d chunkDecoder
		fast := func(data []byte) *ChatChunk { chunk, _, _ := d.decode(data); return chunk }
		run("template", texts, fast)
		run("scan", odd, fast)
		run("general", texts, func(data []byte) *ChatChunk { d, _ := decode(data); return &d.chunk })
	}
}

// TestChunkAllocations bounds what a chunk costs beside its own text. Chunks and
// strings are cut from shared memory; a map of filter results can't be.
func TestChunkAllocations(t *testing.T) {
	for name, most := range map[string]float64{"plain": 0.08, "azure": 2.1, "thinking": 0.15, "call": 0.15} {
		texts := benchTexts(benchChunks[name])
		got := testing.AllocsPerRun(20, func() {
			var d chunkDecoder
			for _, text := range texts {
				if chunk, _, err := d.decode(text); err != nil || chunk == nil {
					panic(fmt.Sprint(err))
				}
			}
		}) / float64(len(texts))
		require.LessOrEqual(t, got, most, "%s: allocations a chunk", name)
	}
}
