package azmistraltest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/azmistral/azmistral"
)

// boundScenarios have no end, or open to a hundred times their size.
func boundScenarios() []Scenario {
	unary, streamed := []Form{Unary}, []Form{Streamed}
	tooLarge := func(words ...string) Want {
		w := wantCut(azmistral.ErrTooLarge, words...)
		w.Within = 30 * time.Second
		return w
	}
	body := func(status int, contentType string, fill func(io.Writer) error) func(args) Reply {
		return func(args) Reply {
			return typed(status, contentType, "").tampered(func(o *output) { o.steps = []step{{fill: fill}} })
		}
	}
	modest := func(o *azmistral.ClientOptions) { o.MaxResponseBytes, o.MaxEventBytes = 1<<20, 1<<20 }
	before, after, _ := strings.Cut(wholeDoc(`{"role":"assistant","content":"{{text}}"}`, "stop"), "{{text}}")
	first := string(eventData(chunk(`{"role":"assistant","content":"Par"}`, "")))
	whole := wantText(stageText)
	deep := strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000)
	maybe := wantText("Paris.")
	maybe.WholeOrError = true
	return []Scenario{
		{Name: "body-5mb", Does: "sends an answer of five megabytes", Forms: unary,
			keys: []scenarioKey{{"bytes", sortNumber, strconv.Itoa(5 << 20), "of text, in whole sixteens"}},
			want: func(a args) Want { return wantBig(a.number("bytes", 5<<20)) },
			reply: func(a args) Reply {
				return body(200, "application/json", func(w io.Writer) error {
					return around(w, before, after, func() error { return repeat(w, []byte(tile), a.number("bytes", 5<<20)/len(tile)) })
				})(a)
			}},
		{Name: "endless-body", Does: "sends an answer without end", Want: tooLarge("MaxResponseBytes"), Forms: unary,
			reply: body(200, "application/json", endless(before, "and so on "))},
		{Name: "endless-body-modest", Does: "sends an answer without end to a client that takes a megabyte", set: modest, Want: tooLarge("MaxResponseBytes"),
			reply: body(200, "application/json", endless(before, "and so on "))},
		{Name: "endless-blanks", Does: "sends blanks without end", set: func(o *azmistral.ClientOptions) { modest(o); impatient(o) },
			Want:  Want{Err: azmistral.ErrTooLarge, Or: []error{azmistral.ErrTimeout, azmistral.ErrUnexpectedResponse}, Status: 200, Delivered: true, Sends: 1},
			reply: body(200, "application/json", endless(" ", "          "))},
		{Name: "endless-line", Does: "sends an event of one line without end", Forms: streamed, Want: tooLarge("MaxEventBytes"),
			reply: writing(endless(first+`data: {"choices":[{"delta":{"content":"`, "and so on "))},
		{Name: "endless-event", Does: "sends an event of many lines without end", Forms: streamed, Want: tooLarge("MaxEventBytes"),
			reply: writing(endless(first+"data: [\n", "data: 1,\n"))},
		{Name: "endless-field", Does: "sends a field that nobody knows, without end", Forms: streamed, set: func(o *azmistral.ClientOptions) { modest(o); impatient(o) },
			Want:  Want{Err: azmistral.ErrTooLarge, Or: []error{azmistral.ErrTimeout}, Status: 200, Delivered: true, Sends: 1},
			reply: writing(endless(first+"meta: ", "and so on "))},
		{Name: "endless-comment", Does: "sends a comment without end", Forms: streamed, set: func(o *azmistral.ClientOptions) { modest(o); impatient(o) },
			Want:  Want{Err: azmistral.ErrTimeout, Or: []error{azmistral.ErrTooLarge}, Status: 200, Delivered: true, Sends: 1},
			reply: writing(endless(first+": ", "and so on "))},
		{Name: "endless-after-done", Does: "sends without end behind [DONE]", Forms: streamed, Want: whole,
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) { o.steps = append(o.steps, step{fill: endless("", ": more\n\n")}) })
			}},
		{Name: "endless-refusal", Does: "refuses with a body without end", Want: wantStatus(400),
			reply: body(400, "text/plain", endless("no ", "and no "))},
		{Name: "endless-refusal-once", Does: "refuses once with a body without end", count: 1, Want: wantSends(2, whole),
			reply: body(503, "text/plain", endless("no ", "and no "))},
		{Name: "endless-headers", Does: "sends headers without end", Protocols: []Protocol{HTTP1},
			Want: Want{Err: azmistral.ErrTooLarge, Delivered: true, Sends: 1},
			reply: func(args) Reply {
				return onWire(func(c net.Conn, o *output) {
					_ = endless("HTTP/1.1 200 OK\r\n", "X-More: "+strings.Repeat("x", 1000)+"\r\n")(c)
				})
			}},
		{Name: "endless-header", Does: "sends one header without end", Protocols: []Protocol{HTTP1},
			Want: Want{Err: azmistral.ErrTooLarge, Delivered: true, Sends: 1},
			reply: func(args) Reply {
				return onWire(func(c net.Conn, o *output) { _ = endless("HTTP/1.1 200 OK\r\nX-More: ", "x")(c) })
			}},
		{Name: "headers-2mb", Does: "sends headers of two megabytes", Protocols: []Protocol{HTTP1}, Want: Want{Err: azmistral.ErrTooLarge, Delivered: true, Sends: 1},
			reply: func(args) Reply { return headers(2000) }},
		{Name: "headers-2mb-http2", Does: "sends headers of two megabytes in frames", Protocols: []Protocol{HTTP2},
			Want:  Want{Err: azmistral.ErrTooLarge, Or: []error{azmistral.ErrUnavailable}, Delivered: true, Sends: 1}, // net/http says PROTOCOL_ERROR
			reply: func(args) Reply { return headers(2000) }},
		{Name: "headers-100kb", Does: "sends headers of a hundred kilobytes", Want: whole,
			reply: func(args) Reply { return headers(100) }},
		{Name: "gzip-bomb", Does: "sends a compressed answer of half a megabyte that opens to 600 MB", Forms: unary, Want: tooLarge("MaxResponseBytes"),
			reply: bomb("application/json", before, 600)},
		{Name: "gzip-bomb-line", Does: "sends a compressed event of half a megabyte that opens to 600 MB", Forms: streamed, Want: tooLarge("MaxEventBytes"),
			reply: bomb("text/event-stream", first+`data: {"choices":[{"delta":{"content":"`, 600)},
		{Name: "gzip-bomb-refusal", Does: "refuses with a compressed body that opens to 600 MB", Want: wantStatus(400),
			reply: func(a args) Reply {
				r := bomb("text/plain", "no ", 600)(a)
				r.status = 400
				return r
			}},
		{Name: "deep-nesting", Does: "sends a member that is nested 200,000 deep", Want: maybe,
			reply: answers(strings.Replace(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop"), "{", `{"deep":`+deep+`,`, 1),
				strings.Replace(lastChunk(`{"role":"assistant","content":"Paris."}`, "stop"), "{", `{"deep":`+deep+`,`, 1), "[DONE]")},
		{Name: "deep-content", Does: "sends content that is nested 200,000 deep", Want: maybe,
			reply: answers(wholeDoc(`{"role":"assistant","content":`+deep+`}`, "stop"), lastChunk(`{"role":"assistant","content":`+deep+`}`, "stop"), "[DONE]")},
		{Name: "index-tool-huge", Does: "sends a tool call with index 2,000,000,000", Forms: streamed,
			Want:  either(wantCalls(azmistral.ToolCall{ID: "R5zZgxSX6", Name: "f", Arguments: "{}"})),
			reply: events(lastChunk(`{"tool_calls":[{"index":2000000000,"id":"R5zZgxSX6","function":{"name":"f","arguments":"{}"}}]}`, "tool_calls"), "[DONE]")},
		{Name: "index-choice-huge", Does: "sends a choice with index 2,000,000,000", Want: maybe,
			reply: answers(strings.Replace(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop"), `"index":0`, `"index":2000000000`, 1),
				strings.Replace(lastChunk(`{"role":"assistant","content":"Paris."}`, "stop"), `"index":0`, `"index":2000000000`, 1), "[DONE]")},
		{Name: "index-choice-absurd", Does: "sends a choice with an index of a hundred digits", Want: maybe,
			reply: answers(strings.Replace(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop"), `"index":0`, `"index":`+strings.Repeat("9", 100), 1),
				strings.Replace(lastChunk(`{"role":"assistant","content":"Paris."}`, "stop"), `"index":0`, `"index":`+strings.Repeat("9", 100), 1), "[DONE]")},
		{Name: "index-choice-negative", Does: "sends a choice with index -1", Want: maybe,
			reply: answers(strings.Replace(wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop"), `"index":0`, `"index":-1`, 1),
				strings.Replace(lastChunk(`{"role":"assistant","content":"Paris."}`, "stop"), `"index":0`, `"index":-1`, 1), "[DONE]")},
	}
}

// either is that answer, or any error.
func either(w Want) Want {
	w.WholeOrError = true
	return w
}

// enough is more than any client should take of what has no end.
const enough = 150 << 20

// endless writes without end. It stops, and holds the connection, where a client
// takes more than enough.
func endless(begin, more string) func(io.Writer) error {
	return func(w io.Writer) error {
		if _, err := io.WriteString(w, begin); err != nil {
			return err
		}
		if err := repeat(w, []byte(more), enough/len(more)); err != nil {
			return err
		}
		return hold(w)
	}
}

// hold writes nothing for long, and then a byte to see who is still there.
func hold(w io.Writer) error {
	time.Sleep(wirePatience)
	_, err := io.WriteString(w, " ")
	return err
}

// headers adds n headers of a kilobyte to an answer.
func headers(n int) Reply {
	return Reply{}.tampered(func(o *output) {
		for i := range n {
			o.header.Set(fmt.Sprintf("X-More-%d", i), strings.Repeat("x", 1000))
		}
	})
}

// zippedTile is a megabyte of text, compressed. Compressed pieces can stand behind
// each other, and open to one text.
var zippedTile = sync.OnceValue(func() []byte { return []byte(zipped(strings.Repeat(tile, 1<<20/len(tile)))) })

func bomb(contentType, begin string, megabytes int) func(args) Reply {
	return func(args) Reply {
		r := Raw(http.StatusOK, http.Header{"Content-Type": {contentType}, "Content-Encoding": {"gzip"}}, "")
		return r.tampered(func(o *output) {
			o.steps = []step{{data: []byte(zipped(begin)), fill: func(w io.Writer) error { return repeat(w, zippedTile(), megabytes) }}}
		})
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

func badSum(z string) string { return z[:len(z)-8] + "\x00\x00\x00\x00" + z[len(z)-4:] }
