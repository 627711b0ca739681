package azmistral

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/azmistral/azmistral/internal/route"
)

// encodeBody is encodeRequest with the body read to its end.
func encodeBody(req *ChatRequest, model string, row route.Row, stream bool) ([]byte, bool, error) {
	body, passThrough, err := encodeRequest(req, model, row, stream)
	if err != nil {
		if body != nil {
			err = errors.Join(err, errors.New("and there is a body"))
		}
		return nil, passThrough, err
	}
	text, err := io.ReadAll(body)
	return text, passThrough, err
}

// longRequest has a segment of every kind: a plain text, one with escapes, one that
// is not ASCII, one that is not UTF-8, bytes of each length modulo 3, and short
// things in between.
func longRequest() ChatRequest {
	lines := strings.Repeat("a line of a prompt, \"quoted\"\n", 200)
	data := []byte(strings.Repeat("\x89PNG\r\n\x1a\n", 400))
	return ChatRequest{
		Messages: []Message{
			System(strings.Repeat("plain ", 500)),
			User(lines, &ImagePart{Data: data}, &ImagePart{Data: data[:2999]}, &TextPart{Text: "short"}, &DocumentPart{Data: data[:2998]}),
			{Role: RoleAssistant, ToolCalls: []ToolCall{{ID: "abcdefghi", Name: "f", Arguments: `{"a":"` + strings.Repeat("é😀", 500) + `"}`}}},
			ToolResult(ToolCall{ID: "abcdefghi"}, strings.Repeat("\xff\x00\x1f", 1000)),
			User("", &AudioPart{Data: data[:minSegment]}, &AudioPart{Data: data[:minSegment-1]}),
		},
		Prediction: lines,
	}
}

// flat is what a request's body must be: everything in one buffer.
func flat(t *testing.T, req *ChatRequest, stream bool) []byte {
	e := encoder{names: route.NamesMistral}
	e.request(req, "m", stream)
	require.NoError(t, e.err)
	require.Empty(t, e.segments)
	return e.buf
}

func newLongBody(t *testing.T) (body *requestBody, want []byte) {
	req := longRequest()
	body, _, err := encodeRequest(&req, "m", nameSets["mistral"], false)
	require.NoError(t, err)
	require.Len(t, body.segments, 9)
	want = flat(t, &req, false)
	require.Equal(t, len(want), body.size)
	return body, want
}

func TestRequestBody(t *testing.T) {
	body, want := newLongBody(t)
	require.NoError(t, iotest.TestReader(body, want))
	for _, reader := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
		_, err := body.Seek(0, io.SeekStart)
		require.NoError(t, err)
		got, err := io.ReadAll(reader(body))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
}

// TestRequestBodySeek goes to every offset.
func TestRequestBodySeek(t *testing.T) {
	body, want := newLongBody(t)
	got := make([]byte, 9)
	for offset := range want {
		at, err := body.Seek(int64(offset), io.SeekStart)
		require.NoError(t, err)
		require.EqualValues(t, offset, at)
		n, err := io.ReadFull(body, got)
		if offset+len(got) <= len(want) {
			require.NoError(t, err)
		}
		require.Equal(t, string(want[offset:min(len(want), offset+len(got))]), string(got[:n]), "at %d", offset)
		at, err = body.Seek(0, io.SeekCurrent)
		require.NoError(t, err)
		require.EqualValues(t, offset+n, at)
	}
	for _, c := range []struct {
		offset int64
		whence int
		want   int64 // -1: an error
	}{
		{0, io.SeekEnd, int64(len(want))}, {-3, io.SeekEnd, int64(len(want) - 3)}, {7, io.SeekEnd, int64(len(want) + 7)},
		{-1, io.SeekStart, -1}, {-int64(len(want)) - 1, io.SeekEnd, -1}, {0, 3, -1},
	} {
		at, err := body.Seek(c.offset, c.whence)
		if c.want < 0 {
			assert.Error(t, err)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, c.want, at)
		rest, err := io.ReadAll(body)
		require.NoError(t, err)
		assert.Equal(t, string(want[min(at, int64(len(want))):]), string(rest))
	}
}

// TestRequestBodyReaders reads a body through several readers at once, while azcore's
// shared one is moved about.
func TestRequestBodyReaders(t *testing.T) {
	body, want := newLongBody(t)
	var wg sync.WaitGroup
	for i := range 4 {
		trace := new(sendTrace)
		req := new(http.Request)
		body.prepare(req, trace)
		reader := req.Body
		if i%2 == 1 {
			_, _ = reader.Read(make([]byte, 5000))
			var err error
			reader, err = req.GetBody()
			require.NoError(t, err)
		}
		wg.Go(func() {
			var got []byte
			for size := 1 + i; ; size = size*3%4099 + 1 {
				p := make([]byte, size)
				n, err := reader.Read(p)
				got = append(got, p[:n]...)
				if err == io.EOF {
					break
				}
				if !assert.NoError(t, err) {
					break
				}
				assert.Equal(t, len(got) == len(want), trace.bodyRead.Load())
			}
			assert.True(t, bytes.Equal(want, got))
			assert.NoError(t, reader.Close())
		})
	}
	wg.Go(func() {
		for offset := range int64(200) {
			_, _ = body.Seek(offset*100, io.SeekStart)
			_, _ = body.Read(make([]byte, 50))
		}
	})
	wg.Wait()
}

// TestRequestBodyClosed: a closed reader has nothing more to give, which is io.EOF
// only where it had given everything.
func TestRequestBodyClosed(t *testing.T) {
	body, want := newLongBody(t)
	for _, read := range []int{0, 1, len(want) - 1, len(want)} {
		req := new(http.Request)
		body.prepare(req, new(sendTrace))
		_, err := io.ReadFull(req.Body, make([]byte, read))
		require.NoError(t, err)
		require.NoError(t, req.Body.Close())
		n, err := req.Body.Read(make([]byte, 10))
		assert.Zero(t, n)
		if read == len(want) {
			assert.Equal(t, io.EOF, err)
		} else {
			assert.Equal(t, errBodyClosed, err)
		}
	}
	require.NoError(t, body.Close())
	got, err := io.ReadAll(body)
	require.NoError(t, err, "azcore closes the shared one after each send")
	assert.True(t, bytes.Equal(want, got))
}

// lateTransport answers at once, and goes on reading the request's body.
type lateTransport struct {
	before int // what it reads before it answers
	answer step
	after  func() // nil, or called when it answers
	body   io.ReadCloser
	got    []byte
}

func (l *lateTransport) Do(req *http.Request) (*http.Response, error) {
	l.body, l.got = req.Body, make([]byte, l.before)
	if _, err := io.ReadFull(l.body, l.got); err != nil {
		return nil, err
	}
	if l.after != nil {
		l.after()
	}
	return l.answer(req)
}

// TestRequestBodyAfterTheCall: when a call is over, its caller may use the bytes of
// an image for something else, whatever the transport still does.
func TestRequestBodyAfterTheCall(t *testing.T) {
	data := bytes.Repeat(png, 1000)
	req := ChatRequest{Messages: []Message{User(strings.Repeat("text\n", 1000), &ImagePart{Data: data})}, Model: "m"}
	stream := "data: " + `{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"
	for name, answer := range map[string]step{"chat": reply(200, testAnswer), "refused": reply(400, "{}"), "stream": events(stream)} {
		whole := flat(t, &req, name == "stream")
		for _, before := range []int{0, 100, len(whole) - 10, len(whole)} {
			late := &lateTransport{before: before, answer: answer}
			c := newTestClient(t, nil, func(o *ClientOptions) { o.Transport = late })
			if name == "stream" {
				s, err := c.ChatStream(t.Context(), req, nil)
				require.NoError(t, err)
				_, err = late.body.Read(nil)
				require.NotEqual(t, errBodyOver, err, "the call goes on")
				_, err = s.Collect()
				require.NoError(t, err)
			} else {
				_, err := c.Chat(t.Context(), req, nil)
				require.Equal(t, name == "refused", err != nil)
			}
			n, err := late.body.Read(make([]byte, 20))
			assert.Zero(t, n, name)
			if before == len(whole) {
				assert.Equal(t, io.EOF, err, name)
			} else {
				assert.Equal(t, errBodyOver, err, name)
			}
		}
	}
}

// TestRequestBodyReadWhileTheCallEnds does so while the transport reads: what it got
// is a beginning of the body, and none of the new bytes.
func TestRequestBodyReadWhileTheCallEnds(t *testing.T) {
	for range 20 {
		data := bytes.Repeat(png, 3000)
		req := ChatRequest{Messages: []Message{User("", &ImagePart{Data: data})}, Model: "m"}
		whole := flat(t, &req, false)
		got := make(chan []byte)
		late := &lateTransport{before: 1000, answer: reply(200, testAnswer)}
		late.after = func() {
			go func() {
				rest, _ := io.ReadAll(iotest.OneByteReader(late.body))
				got <- append(late.got, rest...)
			}()
		}
		c := newTestClient(t, nil, func(o *ClientOptions) { o.Transport = late })
		_, err := c.Chat(t.Context(), req, nil)
		require.NoError(t, err)
		for i := range data {
			data[i] = 'x'
		}
		require.True(t, bytes.HasPrefix(whole, <-got))
	}
}

// TestRequestBodyOfTexts: texts do not change, so they stay readable for ever.
func TestRequestBodyOfTexts(t *testing.T) {
	req := ChatRequest{Messages: []Message{User(strings.Repeat("text\n", 1000))}, Model: "m"}
	late := &lateTransport{answer: reply(200, testAnswer)}
	c := newTestClient(t, nil, func(o *ClientOptions) { o.Transport = late })
	_, err := c.Chat(t.Context(), req, nil)
	require.NoError(t, err)
	got, err := io.ReadAll(late.body)
	require.NoError(t, err)
	assert.Contains(t, string(got), strings.Repeat(`text\n`, 1000))
}

// TestRequestBodyOverHTTP sends long bodies through net/http, on HTTP/1.1 and HTTP/2:
// whole, with their length, again after a refusal, and on one connection.
func TestRequestBodyOverHTTP(t *testing.T) {
	req := longRequest()
	want := flat(t, &req, false)
	for _, http2 := range []bool{false, true} {
		var calls, connections atomic.Int32
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.True(t, bytes.Equal(want, got))
			assert.EqualValues(t, len(want), r.ContentLength)
			assert.Equal(t, http2, r.ProtoMajor == 2)
			if calls.Add(1)%2 == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, testAnswer)
		}))
		srv.EnableHTTP2 = http2
		srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				connections.Add(1)
			}
		}
		srv.StartTLS()
		o := ClientOptions{Model: "m"}
		o.Transport = srv.Client()
		o.Retry.RetryDelay = -1
		c, err := NewClientWithKeyCredential(srv.URL+"/v1", azcore.NewKeyCredential(testKey), &o)
		require.NoError(t, err)
		for range 3 {
			_, err = c.Chat(t.Context(), req, nil)
			require.NoError(t, err)
		}
		assert.EqualValues(t, 6, calls.Load())
		assert.EqualValues(t, 1, connections.Load())
		srv.Close()
	}
}
