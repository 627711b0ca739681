package sse

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/stretchr/testify/require"
)

// slow reads a whole text as the standard says it, line by line, with no thought
// of speed or of how the bytes come.
func slow(in string, limit int) result {
	var got result
	var strays []string
	var data []string
	var name string
	hasData := false
	event := func(unterminated bool) {
		if text := strings.Join(data, "\n"); text != "" {
			got.Events = append(got.Events, plainEvent{name, text, unterminated})
		}
		data, name, hasData = nil, "", false
	}
	got.Err = "EOF"
	in = strings.TrimPrefix(in, "\xEF\xBB\xBF")
	for in != "" {
		line, rest := in, ""
		if i := strings.IndexAny(in, "\r\n"); i >= 0 {
			line, rest = in[:i], in[i+1:]
			if in[i] == '\r' {
				rest = strings.TrimPrefix(rest, "\n")
			}
			if line == "" {
				event(false)
				in = rest
				continue
			}
		}
		in = rest
		field, value, colon := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case field == "data":
			got.Progress += int64(len(value))
			data, hasData = append(data, value), true
			if len(strings.Join(data, "\n")) > limit {
				got.Err = ErrTooLarge.Error()
			}
		case len(line) > limit:
			got.Err = ErrTooLarge.Error()
			if !(field == "event" || field == "id" || field == "retry" || field == "" && colon) {
				strays = append(strays, line[:limit])
			}
		case field == "event":
			name = value
		case field == "id", field == "retry", field == "" && colon:
		default:
			strays = append(strays, line)
		}
		if got.Err != "EOF" {
			break
		}
	}
	if got.Err == "EOF" && hasData {
		event(true)
	}
	got.Stray = strings.Join(strays, "\n")
	got.Stray = got.Stray[:min(len(got.Stray), 4096)]
	return got
}

// handedOut counts the events of a beginning of a stream that must have been
// handed out before more is read.
func handedOut(in string, limit int) int {
	n := 0
	for _, event := range slow(in, limit).Events {
		if !event.Unterminated {
			n++
		}
	}
	return n
}

// azcoreEvents reads with azcore's reader. It gives events without data too, and
// drops one that the end of the stream cuts off.
func azcoreEvents(t *testing.T, in string) []plainEvent {
	connect := func(context.Context, string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(in)), nil
	}
	decode := func(frame streaming.SSEFrame) (plainEvent, bool, error) {
		return plainEvent{Name: frame.Type, Data: string(frame.Data)}, false, nil
	}
	reader, err := streaming.NewSSEReader(t.Context(), connect, streaming.SSEHandler[plainEvent]{Decode: decode}, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, reader.Close()) }()
	var events []plainEvent
	for {
		event, err := reader.Next()
		if err != nil {
			require.Equal(t, io.EOF, err)
			return events
		}
		if event.Data != "" {
			events = append(events, event)
		}
	}
}

// chunks gives its text in reads of the given sizes, then in single bytes, and
// calls before each. After a read that gave nothing comes one that does: a source
// that gives nothing for long is an error by itself.
type chunks struct {
	text   string
	at     int
	sizes  []byte
	before func(read string)
	empty  bool // the last read gave nothing
}

func (c *chunks) Read(p []byte) (int, error) {
	c.before(c.text[:c.at])
	if c.at == len(c.text) {
		return 0, io.EOF
	}
	size := 1
	if len(c.sizes) > 0 {
		size, c.sizes = int(c.sizes[0]), c.sizes[1:]
	}
	if c.empty {
		size = max(size, 1)
	}
	c.empty = size == 0
	n := copy(p[:min(size, len(p))], c.text[c.at:])
	c.at += n
	return n, nil
}

func FuzzReader(f *testing.F) {
	for _, in := range []string{
		"data: a\n\ndata: b\n\n", "data: a\r\rdata: b\r\r", "data: a\r\n\r\ndata: b\r\n\r\n", "\xEF\xBB\xBFdata: a\n\n",
		"event: error\r\ndata: {\r\ndata:}\r\n\r\n: ping\r\n\r\ndata: [DONE]", "id: 1\nretry: 2\nfoo: bar\ndata\n\ndata:  x\n\n",
		"data: a\n\ndata:b\n\ndata:\n\ndata: \n\n\ndata: c\rd\n\ndata: e\n\r\ndata: f\n\nevent: x\ndata: g\n\ndata: h\n\n",
		`{"error":{"message":"no"}}`, "data: a\n\rdata:\tb\r\n\n\xEF\xBB\xBFdata: c\n\n", "dat\ndata\rdata\r\ndatadata: x\n\n",
	} {
		f.Add(in, []byte{1, 2, 3, 0, 200}, int64(100))
		f.Add(in, []byte{255, 255}, int64(3))
		f.Add(in, []byte{}, int64(1))
	}
	f.Fuzz(func(t *testing.T, in string, sizes []byte, limit int64) {
		if limit <= 0 || limit > noLimit {
			limit = noLimit
		}
		if len(in) > 1<<12 {
			return
		}
		var r *Reader
		given := 0
		r = NewReader(&chunks{text: in, sizes: sizes, before: func(read string) {
			require.Equal(t, handedOut(read, int(limit)), given, "an event waited for what comes after %q", read)
			require.Equal(t, slow(read, int(limit)).Progress, r.Progress(), "progress after %q", read)
		}}, limit)
		var got result
		for {
			event, err := r.Next()
			if err != nil {
				got.Err = err.Error()
				break
			}
			given++
			got.Events = append(got.Events, plainEvent{event.Name, string(event.Data), event.Unterminated})
		}
		got.Stray, got.Progress = string(r.Stray()), r.Progress()
		want := slow(in, int(limit))
		if want.Err != "EOF" {
			// How much of a line that is too long has come when it is noticed depends
			// on the reads.
			require.LessOrEqual(t, got.Progress, want.Progress)
			got.Progress = want.Progress
		}
		require.Equal(t, want, got)

		// Whatever lies together in the buffer, and wherever it is cut.
		for i := range min(len(in), 200) + 1 {
			r := NewReader(io.MultiReader(strings.NewReader(in[:i]), strings.NewReader(in[i:])), limit)
			got := readAll(r)
			if want.Err != "EOF" {
				require.LessOrEqual(t, got.Progress, want.Progress)
				got.Progress = want.Progress
			}
			require.Equal(t, want, got, "split at %d", i)
		}

		if limit == noLimit {
			var terminated []plainEvent
			for _, event := range got.Events {
				if !event.Unterminated {
					terminated = append(terminated, event)
				}
			}
			require.Equal(t, azcoreEvents(t, in), terminated, "azcore's reader")
		}
	})
}
