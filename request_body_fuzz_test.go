package azmistral

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzRequestBody puts a text and bytes into a request of a random shape, many of
// them long, and reads its body through several readers, in reads of random sizes
// and from random offsets. The oracle writes the same request by hand.
func FuzzRequestBody(f *testing.F) {
	f.Add("", []byte{0}, uint64(0))
	f.Add("a", []byte("\x89PNG\r\n\x1a\n"), uint64(1))
	f.Add("line\n", []byte("abc"), uint64(2))
	f.Add("\"\\\x00\x1f\t", []byte("abcd"), uint64(3))
	f.Add("é€😀\u2028<>&", bytes.Repeat([]byte{0xff, 0}, 1024), uint64(4))
	f.Add("\xff\xc3(\xed\xa0\x80", bytes.Repeat([]byte{7}, minSegment), uint64(5))
	f.Add(strings.Repeat("a", minSegment-1)+"\n", []byte{1}, uint64(6))
	f.Fuzz(func(t *testing.T, text string, data []byte, seed uint64) {
		if len(text) > 1<<13 || len(data) > 1<<13 {
			return
		}
		if len(data) == 0 {
			data = []byte{0} // no bytes are an error
		}
		r := rand.New(rand.NewPCG(seed, 0))
		req, want := shuffledRequest(r, text, data)
		body, _, err := encodeRequest(&req, "", nameSets["mistral"], false)
		require.NoError(t, err)
		require.Equal(t, len(want), body.size)

		var wg sync.WaitGroup
		for range 2 {
			sizes := rand.New(rand.NewPCG(seed, r.Uint64()))
			wg.Go(func() { readShuffled(t, sizes, body, want) })
		}
		for range 20 {
			offset := r.IntN(len(want) + 1)
			at, err := body.Seek(int64(offset), io.SeekStart)
			require.NoError(t, err)
			require.EqualValues(t, offset, at)
			got := make([]byte, r.IntN(100))
			n, _ := io.ReadFull(body, got)
			require.Equal(t, want[offset:min(len(want), offset+len(got))], string(got[:n]))
		}
		wg.Wait()
	})
}

func readShuffled(t *testing.T, r *rand.Rand, body *requestBody, want string) {
	req := new(http.Request)
	body.prepare(req, new(sendTrace))
	longest := 1 << r.IntN(16)
	var got strings.Builder
	for {
		p := make([]byte, 1+r.IntN(longest))
		n, err := req.Body.Read(p)
		got.Write(p[:n])
		if err == io.EOF {
			break
		}
		if !assert.NoError(t, err) || !assert.NotZero(t, n) {
			return
		}
		if longest < 64 && got.Len() > 4096 {
			longest = 1 << 12
		}
	}
	assert.True(t, want == got.String(), "want %.1000q\ngot  %.1000q", want, got.String())
}

// shuffledRequest is a request of text and data, and its body.
func shuffledRequest(r *rand.Rand, text string, data []byte) (req ChatRequest, want string) {
	texts := func() string {
		switch s := text; r.IntN(4) {
		case 0:
			return s
		case 1:
			return s[r.IntN(len(s)+1):]
		default:
			s = strings.Repeat(s, 1+r.IntN(2*minSegment/(len(s)+1)+1)) // as likely over minSegment as under it
			return s + strings.Repeat("-", r.IntN(9))
		}
	}
	bytesOf := func() ([]byte, string) {
		d := bytes.Repeat(data, 1+r.IntN(2*minSegment/len(data)+1))
		d = d[r.IntN(min(len(d), 4)):]
		return d, base64.StdEncoding.EncodeToString(d)
	}
	var messages []string
	for range 1 + r.IntN(4) {
		m, form := Message{Role: RoleUser}, ""
		switch r.IntN(3) {
		case 0:
			s := texts()
			m.Content = textContent(s)
			form = fmt.Sprintf(`{"role":"user","content":%s}`, slowText(s))
		case 1:
			s := texts()
			m = Message{Role: RoleAssistant, ToolCalls: []ToolCall{{ID: "abcdefghi", Name: "f", Arguments: s}}}
			if s == "" {
				s = "{}"
			}
			form = fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"id":"abcdefghi","type":"function",`+
				`"function":{"name":"f","arguments":%s},"index":0}]}`, slowText(s))
		case 2:
			var parts []string
			for range 2 + r.IntN(4) {
				s, kind := texts(), texts()
				d, encoded := bytesOf()
				var part Part
				var form string
				switch r.IntN(5) {
				case 0:
					part, form = &TextPart{Text: s}, fmt.Sprintf(`{"type":"text","text":%s}`, slowText(s))
				case 1:
					part = &ImagePart{Data: d, MediaType: "image/" + kind, Detail: "low"}
					form = fmt.Sprintf(`{"type":"image_url","image_url":{"url":%s%s","detail":"low"}}`,
						strings.TrimSuffix(slowText("data:image/"+kind+";base64,"), `"`), encoded)
				case 2:
					part = &AudioPart{Data: d}
					form = fmt.Sprintf(`{"type":"input_audio","input_audio":"%s"}`, encoded)
				case 3:
					part = &DocumentPart{URL: "u" + s, Name: "n" + kind}
					form = fmt.Sprintf(`{"type":"document_url","document_url":%s,"document_name":%s}`, slowText("u"+s), slowText("n"+kind))
				case 4:
					part, form = &ThinkingPart{Text: s, plain: true}, fmt.Sprintf(`{"type":"thinking","thinking":%s}`, slowText(s))
				}
				m.Content, parts = append(m.Content, part), append(parts, form)
			}
			form = fmt.Sprintf(`{"role":"user","content":[%s]}`, strings.Join(parts, ","))
		}
		req.Messages, messages = append(req.Messages, m), append(messages, form)
	}
	want = fmt.Sprintf(`{"messages":[%s]}`, strings.Join(messages, ","))
	if s := texts(); s != "" {
		req.Prediction = s
		want = fmt.Sprintf(`%s,"prediction":{"type":"content","content":%s}}`, strings.TrimSuffix(want, "}"), slowText(s))
	}
	return req, want
}
