package sse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noLimit is far beyond what the tables hold.
const noLimit = 1 << 20

// result is all that a reader says of a stream.
type result struct {
	Events   []plainEvent
	Err      string
	Stray    string
	Progress int64
}

type plainEvent struct {
	Name, Data   string
	Unterminated bool
}

func readAll(r *Reader) result {
	var got result
	for {
		event, err := r.Next()
		if err != nil {
			got.Err = err.Error()
			break
		}
		got.Events = append(got.Events, plainEvent{event.Name, string(event.Data), event.Unterminated})
	}
	got.Stray = string(r.Stray())
	got.Progress = r.Progress()
	return got
}

func TestFraming(t *testing.T) {
	bom := "\xEF\xBB\xBF"
	cut := func(data string) []plainEvent { return []plainEvent{{Data: data, Unterminated: true}} }
	whole := func(data ...string) (events []plainEvent) {
		for _, d := range data {
			events = append(events, plainEvent{Data: d})
		}
		return events
	}
	tests := []struct {
		name, in string
		want     []plainEvent
		stray    string
	}{
		{name: "nothing", in: ""},
		{name: "plain", in: "data: a\n\ndata: b\n\n", want: whole("a", "b")},
		{name: "cr", in: "data: a\r\rdata: b\r\r", want: whole("a", "b")},
		{name: "crlf", in: "data: a\r\n\r\ndata: b\r\n\r\n", want: whole("a", "b")},
		{name: "mixed ends", in: "data: a\r\n\ndata: b\n\r\ndata: c\r\n\rdata: d\r\r\n", want: whole("a", "b", "c", "d")},
		{name: "lf cr is two ends", in: "data: a\n\rdata: b\n\r", want: whole("a", "b")},
		{name: "cr lf lf is two ends", in: "data: a\r\n\ndata: b\r\n\n", want: whole("a", "b")},

		{name: "bom", in: bom + "data: a\n\n", want: whole("a")},
		{name: "only a bom", in: bom},
		{name: "bom twice", in: bom + bom + "data: a\n\n", stray: bom + "data: a"},
		{name: "bom later", in: "data: a\n\n" + bom + "data: b\n\n", want: whole("a"), stray: bom + "data: b"},
		{name: "bom in data", in: "data: " + bom + "a\n\n", want: whole(bom + "a")},
		{name: "half a bom", in: bom[:2] + "data: a\n\n", stray: bom[:2] + "data: a"},
		{name: "ends in a bom", in: bom[:2], stray: bom[:2]},

		{name: "comment first", in: ": hello\n\ndata: a\n\n", want: whole("a")},
		{name: "comment without blank", in: ":\n:ping\ndata: a\n\n", want: whole("a")},
		{name: "comment inside", in: "data: a\n: no\ndata: b\n\n", want: whole("a\nb")},
		{name: "comment that looks like data", in: ":data: no\ndata: a\n\n", want: whole("a")},
		{name: "comments only", in: strings.Repeat(": ping\n\n", 1000)},
		{name: "blank lines", in: strings.Repeat("\n", 1000) + "data: a\n\n" + strings.Repeat("\r\n", 1000) + "data: b\n\n", want: whole("a", "b")},

		{name: "lines", in: "data: {\ndata:  \"a\": 1\ndata: }\n\n", want: whole("{\n \"a\": 1\n}")},
		{name: "lines by cr", in: "data: a\rdata: b\rdata: c\r\r", want: whole("a\nb\nc")},
		{name: "lines by crlf", in: "data: a\r\ndata: b\r\n\r\n", want: whole("a\nb")},
		{name: "empty lines between", in: "data: a\ndata\ndata:\ndata: b\n\n", want: whole("a\n\n\nb")},
		{name: "empty line first", in: "data\ndata: b\n\n", want: whole("\nb")},
		{name: "two empty lines", in: "data\ndata\n\n", want: whole("\n")},
		{name: "no blank after the colon", in: "data:a\n\n", want: whole("a")},
		{name: "two blanks", in: "data:  a\n\n", want: whole(" a")},
		{name: "tab", in: "data:\ta\n\n", want: whole("\ta")},
		{name: "blank at the end", in: "data: a \n\n", want: whole("a ")},
		{name: "only a blank more", in: "data:  \n\n", want: whole(" ")},
		{name: "colons", in: "data: a:b: c\n\ndata::\n\n", want: whole("a:b: c", ":")},
		{name: "nul and odd bytes", in: "data: a\x00\xFF\u2028b\n\n", want: whole("a\x00\xFF\u2028b")},

		{name: "heartbeats", in: "data\n\ndata:\n\ndata: \n\ndata: a\n\n", want: whole("a")},
		{name: "heartbeat at the end", in: "data: a\n\ndata:\n", want: whole("a")},

		{name: "named", in: "event: error\ndata: a\n\ndata: b\n\n", want: []plainEvent{{Name: "error", Data: "a"}, {Data: "b"}}},
		{name: "name after data", in: "data: a\nevent:error\n\n", want: []plainEvent{{Name: "error", Data: "a"}}},
		{name: "last name wins", in: "event: x\nevent: y\ndata: a\n\n", want: []plainEvent{{Name: "y", Data: "a"}}},
		{name: "name taken back", in: "event: x\nevent\ndata: a\n\n", want: whole("a")},
		{name: "name without data is forgotten", in: "event: x\n\ndata: a\n\n", want: whole("a")},
		{name: "name of a heartbeat is forgotten", in: "event: x\ndata\n\ndata: a\n\n", want: whole("a")},
		{name: "names alternate", in: "event: x\ndata: 1\n\nevent: y\ndata: 2\n\nevent: x\ndata: 3\n\n",
			want: []plainEvent{{Name: "x", Data: "1"}, {Name: "y", Data: "2"}, {Name: "x", Data: "3"}}},

		{name: "id and retry", in: "id: 1\nretry: 10\ndata: a\nid\nretry: x\n\nid: 2\n\n", want: whole("a")},
		{name: "unknown field", in: "foo: bar\ndata: a\n\n", want: whole("a"), stray: "foo: bar"},
		{name: "case counts", in: "Data: a\nDATA: b\n data: c\ndata : d\n\n", stray: "Data: a\nDATA: b\n data: c\ndata : d"},
		{name: "beginnings and more", in: "dat: a\ndataa: b\ndataa\ndat\nevents\nids: 1\nretryy\n\n", stray: "dat: a\ndataa: b\ndataa\ndat\nevents\nids: 1\nretryy"},
		{name: "bare json", in: `{"error":{"message":"no"}}` + "\n", stray: `{"error":{"message":"no"}}`},
		{name: "bare json, no line end", in: `{"error":1}`, stray: `{"error":1}`},
		{name: "bare json, pretty", in: "{\r\n  \"error\": \"no\"\r\n}\r\n", stray: "{\n  \"error\": \"no\"\n}"},
		{name: "bare json after text", in: "data: a\n\n{\"error\":1}\n\n", want: whole("a"), stray: `{"error":1}`},
		{name: "html", in: "<html>\n\n<h1>data: no</h1>", stray: "<html>\n<h1>data: no</h1>"},

		{name: "no blank line", in: "data: a\n\ndata: b\n", want: append(whole("a"), cut("b")...)},
		{name: "no line end", in: "data: a\n\ndata: b", want: append(whole("a"), cut("b")...)},
		{name: "no blank line, cr", in: "data: a\r", want: cut("a")},
		{name: "no blank line, crlf", in: "data: a\r\n", want: cut("a")},
		{name: "no line end, second line", in: "data: a\ndata: b", want: cut("a\nb")},
		{name: "no line end, empty line", in: "data: a\ndata", want: cut("a\n")},
		{name: "cut in a name", in: "data: a\neven", want: cut("a"), stray: "even"},
		{name: "cut in a named event", in: "event: error\ndata: a", want: []plainEvent{{Name: "error", Data: "a", Unterminated: true}}},
		{name: "cut after a name", in: "data: a\nevent: x", want: []plainEvent{{Name: "x", Data: "a", Unterminated: true}}},
		{name: "cut in a comment", in: "data: a\n: pin", want: cut("a")},
		{name: "cut after the field", in: "data: a\n\ndata:", want: whole("a")},

		{name: "longer than a buffer", in: "data: " + strings.Repeat("a", 5000) + "\n\n" + "data: b\n\n", want: whole(strings.Repeat("a", 5000), "b")},
		{name: "many lines", in: strings.Repeat("data: x\n", 3000) + "\n", want: whole(strings.TrimSuffix(strings.Repeat("x\n", 3000), "\n"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := result{Events: tt.want, Err: "EOF", Stray: tt.stray, Progress: slow(tt.in, noLimit).Progress}
			check := func(how string, src io.Reader) {
				t.Helper()
				r := NewReader(src, noLimit)
				require.Equal(t, want, readAll(r), how)
				_, err := r.Next()
				require.Equal(t, io.EOF, err, "%s: the end stays the end", how)
			}
			check("whole", strings.NewReader(tt.in))
			check("byte by byte", iotest.OneByteReader(strings.NewReader(tt.in)))
			check("half reads", iotest.HalfReader(strings.NewReader(tt.in)))
			check("data with the error", iotest.DataErrReader(strings.NewReader(tt.in)))
			check("byte with the error", iotest.DataErrReader(iotest.OneByteReader(strings.NewReader(tt.in))))
			step := 1 + len(tt.in)/200
			for i := 0; i < len(tt.in); i += step {
				check(fmt.Sprint("split at ", i), io.MultiReader(strings.NewReader(tt.in[:i]), strings.NewReader(tt.in[i:])))
			}
		})
	}
}

// What is told of the data so far does not depend on how it came, and a src that
// fails loses nothing that came before.
func TestSourceFails(t *testing.T) {
	for _, in := range []string{"data: a\n\ndata: b\n\n", "data: a\n\ndata: b\n", "data: a\n\ndata: b", "data: a\n\ndata: b\n: c"} {
		broken := errors.New("connection reset")
		for _, src := range []io.Reader{
			io.MultiReader(strings.NewReader(in), iotest.ErrReader(broken)),
			&lastWords{text: in, err: broken},
		} {
			r := NewReader(src, noLimit)
			event, err := r.Next()
			require.NoError(t, err)
			require.Equal(t, Event{Data: []byte("a")}, event)
			event, err = r.Next()
			require.NoError(t, err)
			require.Equal(t, Event{Data: []byte("b"), Unterminated: !strings.HasSuffix(in, "\n\n")}, event)
			for range 3 {
				event, err = r.Next()
				require.Equal(t, broken, err)
				require.Zero(t, event)
			}
		}
	}
}

// lastWords returns its text together with its error.
type lastWords struct {
	text string
	err  error
}

func (r *lastWords) Read(p []byte) (int, error) {
	n := copy(p, r.text)
	if r.text = r.text[n:]; r.text == "" {
		return n, r.err
	}
	return n, nil
}

func TestSourceGivesNothing(t *testing.T) {
	silent := readerFunc(func(p []byte) (int, error) { return 0, nil })
	r := NewReader(io.MultiReader(strings.NewReader("data: a\n\ndata: b"), silent), noLimit)
	assert.Equal(t, result{
		Events:   []plainEvent{{Data: "a"}, {Data: "b", Unterminated: true}},
		Err:      io.ErrNoProgress.Error(),
		Progress: 2,
	}, readAll(r))

	// A few empty reads are nothing to end a stream for.
	in, calls := strings.NewReader("data: a\n\ndata: b\n\n"), 0
	r = NewReader(readerFunc(func(p []byte) (int, error) {
		if calls++; calls%50 != 0 {
			return 0, nil
		}
		return in.Read(p[:1])
	}), noLimit)
	assert.Equal(t, result{Events: []plainEvent{{Data: "a"}, {Data: "b"}}, Err: "EOF", Progress: 2}, readAll(r))

	for _, n := range []int{-1, 1 << 30} {
		r := NewReader(readerFunc(func(p []byte) (int, error) { return n, nil }), noLimit)
		_, err := r.Next()
		assert.Equal(t, errReadCount, err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// An event is handed out before src is asked for more; above all a CR does not
// wait for the byte after it.
func TestNoWaiting(t *testing.T) {
	for _, in := range []string{"data: a\r\r", "data: a\n\n", "data: a\r\n\r", "\xEF\xBB\xBFdata: a\n\r", "data: a\r\r\ndata: b\r\r"} {
		wants := strings.Count(in, "data")
		for name, src := range map[string]io.Reader{
			"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in)),
		} {
			r := NewReader(io.MultiReader(src, readerFunc(func([]byte) (int, error) {
				t.Errorf("%q %s: read on, though the event was there", in, name)
				return 0, io.EOF
			})), noLimit)
			for range wants {
				_, err := r.Next()
				require.NoError(t, err)
			}
		}
	}
}

// The second of two events in one read is there without a read, and bytes of the
// first one stay until then.
func TestDataStaysUntilNext(t *testing.T) {
	r := NewReader(iotest.OneByteReader(strings.NewReader("data: first\n\ndata: secnd\n\n")), noLimit)
	first, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, "first", string(first.Data))
	assert.Equal(t, len(first.Data), cap(first.Data), "an append must not write into the buffer")
	second, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, "secnd", string(second.Data))
}

func TestLimit(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		name, in string
		want     []plainEvent
		err      string
		stray    string
	}{
		{name: "just fits", in: "data: " + a(10) + "\n\n", want: []plainEvent{{Data: a(10)}}, err: "EOF"},
		{name: "a byte more", in: "data: " + a(11) + "\n\n", err: "event too large"},
		{name: "a byte more, no end", in: "data: " + a(11), err: "event too large"},
		{name: "what came before is given", in: "data: b\n\ndata: " + a(11) + "\n\ndata: c\n\n", want: []plainEvent{{Data: "b"}}, err: "event too large"},
		{name: "lines just fit", in: "data: aaaa\ndata: aaaaa\n\n", want: []plainEvent{{Data: "aaaa\naaaaa"}}, err: "EOF"},
		{name: "joining line feeds count", in: "data: aaaa\ndata: aaaaaa\n\n", err: "event too large"},
		{name: "empty lines count", in: strings.Repeat("data\n", 11) + "\n", want: []plainEvent{{Data: strings.Repeat("\n", 10)}}, err: "EOF"},
		{name: "too many empty lines", in: strings.Repeat("data\n", 12) + "\n", err: "event too large"},
		{name: "each event counts alone", in: "data: " + a(9) + "\n\ndata: " + a(9) + "\n\n", want: []plainEvent{{Data: a(9)}, {Data: a(9)}}, err: "EOF"},
		{name: "comment fits", in: ":" + a(9) + "\ndata: b\n\n", want: []plainEvent{{Data: "b"}}, err: "EOF"},
		{name: "long comment", in: ":" + a(10) + "\ndata: b\n\n", err: "event too large"},
		{name: "long id", in: "id: " + a(10) + "\ndata: b\n\n", err: "event too large"},
		{name: "long name", in: "event: " + a(10) + "\ndata: b\n\n", err: "event too large"},
		{name: "stray fits", in: a(10) + "\ndata: b\n\n", want: []plainEvent{{Data: "b"}}, err: "EOF", stray: a(10)},
		{name: "long stray", in: a(11) + "\ndata: b\n\n", err: "event too large", stray: a(10)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for i := range len(tt.in) + 1 {
				r := NewReader(io.MultiReader(strings.NewReader(tt.in[:i]), strings.NewReader(tt.in[i:])), 10)
				got := readAll(r)
				got.Progress = 0
				require.Equal(t, result{Events: tt.want, Err: tt.err, Stray: tt.stray}, got, "split at %d", i)
			}
		})
	}
	for _, none := range []int64{0, -1} {
		r := NewReader(strings.NewReader("data: "+a(100_000)+"\n\n"), none)
		event, err := r.Next()
		require.NoError(t, err)
		assert.Len(t, event.Data, 100_000)
	}
}

// Lines without an end, of every kind, do not take memory beyond the limit.
func TestEndlessLine(t *testing.T) {
	const limit = 1 << 20
	for _, prefix := range []string{"data: ", "event: ", "id: ", ": ", "unknown: ", "", "<html>"} {
		t.Run(prefix, func(t *testing.T) {
			read, largest := 0, 0
			endless := readerFunc(func(p []byte) (int, error) {
				for i := range p {
					p[i] = 'a'
				}
				read += len(p)
				largest = max(largest, len(p))
				return len(p), nil
			})
			r := NewReader(io.MultiReader(strings.NewReader(prefix), endless), limit)
			_, err := r.Next()
			require.Equal(t, ErrTooLarge, err)
			assert.LessOrEqual(t, read, 3*limit)
			assert.LessOrEqual(t, largest, 2*limit)
			assert.LessOrEqual(t, len(r.Stray()), 4096)
		})
	}
	t.Run("passed lines", func(t *testing.T) {
		for _, line := range []string{": " + strings.Repeat("a", 900_000) + "\n", "x" + strings.Repeat("a", 900_000) + "\n"} {
			r := NewReader(io.LimitReader(&repeat{text: line}, 20<<20), limit)
			_, err := r.Next()
			require.Equal(t, io.EOF, err)
			assert.LessOrEqual(t, len(r.Stray()), 4096)
		}
	})
	t.Run("endless event", func(t *testing.T) {
		r := NewReader(&repeat{text: "data: aaaa\n"}, limit)
		_, err := r.Next()
		require.Equal(t, ErrTooLarge, err)
		assert.LessOrEqual(t, r.Progress(), int64(limit))
	})
}

// Stray keeps the first 4 KiB over all lines.
func TestStrayBound(t *testing.T) {
	line := strings.Repeat("x", 999)
	r := NewReader(strings.NewReader(strings.Repeat(line+"\n", 10)), noLimit)
	_, err := r.Next()
	require.Equal(t, io.EOF, err)
	assert.Equal(t, strings.Repeat(line+"\n", 10)[:4096], string(r.Stray()))
	assert.Nil(t, NewReader(strings.NewReader(""), 1).Stray())
}

// The stream's clock reads Progress from within src.Read.
func TestProgress(t *testing.T) {
	steps := []struct {
		in   string
		want int64 // after it
	}{
		{"\xEF\xBB", 0}, {"\xBF", 0},
		{": ping\n\n", 0}, {"id: 1\n", 0}, {"event: x\n", 0}, {"junk\n", 0}, {"data:\n\n", 0}, {"data: \n\n", 0}, {"data\n\n", 0},
		{"da", 0}, {"ta", 0}, {":", 0}, {" ", 0}, {"a", 1}, {"bc", 3}, {"\r", 3}, {"\n", 3}, {"\r\n", 3},
		{"data: defg\n\ndata:h", 8}, {"i\n", 9}, {"data:  j", 11}, {"\n\n", 11},
	}
	step := 0
	var r *Reader
	r = NewReader(readerFunc(func(p []byte) (int, error) {
		if step > 0 {
			assert.Equal(t, steps[step-1].want, r.Progress(), "after %q", steps[step-1].in)
		}
		if step == len(steps) {
			return 0, io.EOF
		}
		step++
		return copy(p, steps[step-1].in), nil
	}), noLimit)
	got := readAll(r)
	assert.Equal(t, []plainEvent{{Data: "abc"}, {Data: "defg"}, {Data: "hi\n j"}}, got.Events)
	assert.Equal(t, int64(11), got.Progress)
}

func TestRelease(t *testing.T) {
	r := NewReader(strings.NewReader("junk\ndata: a\n\ndata: b\n\n"), noLimit)
	_, err := r.Next()
	require.NoError(t, err)
	r.Release()
	r.Release()
	for range 3 {
		event, err := r.Next()
		assert.Equal(t, io.ErrClosedPipe, err)
		assert.Zero(t, event)
	}
	assert.Equal(t, "junk", string(r.Stray()))
	assert.Equal(t, int64(1), r.Progress())

	r = NewReader(strings.NewReader(""), noLimit)
	r.Release()
	_, err = r.Next()
	assert.Equal(t, io.ErrClosedPipe, err)

	r = NewReader(strings.NewReader(""), noLimit)
	_, err = r.Next()
	require.Equal(t, io.EOF, err)
	r.Release()
	_, err = r.Next()
	assert.Equal(t, io.EOF, err, "what was told first stays")
}

// Buffers go round between readers; none may see another's bytes, or write into
// them.
func TestReleasedBuffersAreApart(t *testing.T) {
	const rounds = 50
	for round := range rounds {
		var open []*Reader
		next := func(i int) {
			event, err := open[i].Next()
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("%d-%d-%s", round, i, strings.Repeat("x", i*2000)), string(event.Data))
		}
		for i := range 8 {
			text := strings.Repeat(fmt.Sprintf("data: %d-%d-%s\n\n", round, i, strings.Repeat("x", i*2000)), 4)
			open = append(open, NewReader(strings.NewReader(text), noLimit))
			next(i)
		}
		for range 2 {
			for i := range open {
				next(i)
			}
		}
		for i, r := range open {
			if i%2 == round%2 {
				r.Release()
				r.Release() // must not give the buffer back twice
			} else {
				next(i)
				_, err := r.Next()
				require.Equal(t, io.EOF, err)
				r.Release()
			}
			_, err := r.Next()
			require.Error(t, err)
		}
	}
}

// A quiet stream stays with 4 KB; a burst gets more.
func TestBufferSize(t *testing.T) {
	sizes := func(src io.Reader) (sizes []int) {
		r := NewReader(readerFunc(func(p []byte) (int, error) {
			if len(sizes) == 0 || sizes[len(sizes)-1] != len(p) {
				sizes = append(sizes, len(p))
			}
			return src.Read(p)
		}), noLimit)
		readAll(r)
		return sizes
	}
	event := "data: " + strings.Repeat("a", 122) + "\n\n"
	quiet := iotest.OneByteReader(strings.NewReader(strings.Repeat(event, 100)))
	for _, size := range sizes(quiet) {
		assert.LessOrEqual(t, size, 4<<10)
	}
	one := &eventwise{text: event, left: 1000}
	for _, size := range sizes(one) {
		assert.Equal(t, 4<<10, size)
	}
	// What is left of a line before the read takes some of the room.
	burst := sizes(strings.NewReader(strings.Repeat(event, 10_000)))
	assert.Greater(t, slices.Max(burst[:4]), 15<<10, "16 KB after two full reads")
	assert.LessOrEqual(t, slices.Max(burst[:4]), 16<<10)
	assert.Greater(t, slices.Max(burst), 63<<10)
	assert.LessOrEqual(t, slices.Max(burst), 64<<10)

	// When it is over, so is the large buffer's time; an event that came whole is
	// never in the way.
	over := sizes(io.MultiReader(strings.NewReader(strings.Repeat(event, 2000)), &eventwise{text: event, left: 100}))
	assert.Equal(t, 64<<10, slices.Max(over))
	assert.Equal(t, 4<<10, over[len(over)-1])
	long := sizes(io.MultiReader(strings.NewReader("data: "+strings.Repeat("a", 1<<20)+"\n\n"), &eventwise{text: event, left: 100}))
	assert.Equal(t, 4<<10, long[len(long)-1])

	pieces := &eventwise{text: "data: " + strings.Repeat("a", 1000), left: 1000} // one line
	long = sizes(pieces)
	assert.GreaterOrEqual(t, slices.Min(long), 1<<10, "no read for a few bytes")
}

// eventwise gives one event a read.
type eventwise struct {
	text string
	left int
}

func (r *eventwise) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	r.left--
	return copy(p, r.text), nil
}

// repeat gives its text for ever, in full reads.
type repeat struct {
	text string
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], r.text[r.at:])
		n += c
		r.at = (r.at + c) % len(r.text)
	}
	return n, nil
}

func TestCommonEventAllocatesNothing(t *testing.T) {
	for name, event := range map[string]string{
		"one line":  "data: " + strings.Repeat("a", 222) + "\n\n",
		"two lines": "data: " + strings.Repeat("a", 100) + "\r\ndata: " + strings.Repeat("a", 100) + "\r\n\r\n",
		"named":     "event: message\nid: 7\ndata: " + strings.Repeat("a", 100) + "\n\n: ping\n\n",
		"empty":     "data:\n\ndata: a\n\n",
	} {
		for how, src := range map[string]io.Reader{
			"bursts": &repeat{text: event}, "event by event": &eventwise{text: event, left: 1 << 30}, "bytes": iotest.OneByteReader(&repeat{text: event}),
		} {
			r := NewReader(src, noLimit)
			next := func() {
				if _, err := r.Next(); err != nil {
					t.Fatal(err)
				}
			}
			for range 2000 { // let the buffer grow
				next()
			}
			assert.Zero(t, testing.AllocsPerRun(2000, next), "%s, %s", name, how)
		}
	}
}

// The work is in proportion to the bytes, whatever the framing: each of these is
// quadratic in a careless reader, and takes minutes.
func TestHostileFraming(t *testing.T) {
	const size = 4 << 20
	repeated := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, in := range map[string]string{
		"one line":        "data: " + repeated("a") + "\n\n",
		"cr lines":        "data: " + repeated("a") + "\r\r" + repeated("data: a\r\r"),
		"blank lines":     repeated("\n"),
		"blank cr lines":  repeated("\r"),
		"short lines":     repeated("data: a\n") + "\n",
		"short cr lines":  repeated("data: a\r") + "\r",
		"comments inside": "data: " + repeated("a") + "\n" + repeated(":\n") + "\n",
		"long after long": "data: " + repeated("a") + "\ndata: " + repeated("a") + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			for how, src := range map[string]io.Reader{
				"whole": strings.NewReader(in), "small reads": &small{in: in},
			} {
				start := time.Now()
				r := NewReader(src, 0)
				for {
					if _, err := r.Next(); err != nil {
						require.Equal(t, io.EOF, err, how)
						break
					}
				}
				assert.Less(t, time.Since(start), 20*time.Second, how)
			}
		})
	}
}

// small gives up to 100 bytes a read.
type small struct{ in string }

func (r *small) Read(p []byte) (int, error) {
	if r.in == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(100, len(p))], r.in)
	r.in = r.in[n:]
	return n, nil
}

func BenchmarkNext(b *testing.B) {
	event := "data: " + strings.Repeat("a", 222) + "\n\n"
	for _, bm := range []struct {
		name string
		src  io.Reader
	}{
		{"burst", &repeat{text: event}},
		{"burst-crlf", &repeat{text: strings.ReplaceAll(event, "\n", "\r\n")}},
		{"event-a-read", &eventwise{text: event, left: 1 << 60}},
		{"byte-a-read", iotest.OneByteReader(&repeat{text: event})},
	} {
		b.Run(bm.name, func(b *testing.B) {
			r := NewReader(bm.src, 16<<20)
			b.SetBytes(int64(len(event)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStream(b *testing.B) {
	event := "data: " + strings.Repeat("a", 222) + "\n\n"
	stream := []byte(strings.Repeat(event, 1000))
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	src := bytes.NewReader(nil)
	for b.Loop() {
		src.Reset(stream)
		r := NewReader(src, 16<<20)
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
		r.Release()
	}
}
