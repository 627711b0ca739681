package azmistraltest

import (
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/azmistral/azmistral"
)

// framingScenarios are good streams in every framing that the standard of event
// streams allows, and at its edges.
func framingScenarios() []Scenario {
	list := []Scenario{
		framed("plain", "a stream in one write", func(s string) string { return s }),
		framed("bom", "begins with a byte order mark", func(s string) string { return "\ufeff" + s }),
		framed("cr", "ends its lines with CR", func(s string) string { return strings.ReplaceAll(s, "\n", "\r") }),
		framed("crlf", "ends its lines with CRLF", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }),
		framed("mixed-ends", "ends its lines with LF, CR and CRLF in turn", mixedEnds),
		framed("comment-first", "begins with a comment", func(s string) string { return ": welcome\n\n" + s }),
		framed("comments", "puts comment lines between the events", between(": keep-alive\n\n")),
		framed("comments-bare", "puts comments without a blank before their words", between(":keep-alive\n:\n\n")),
		framed("comment-inside", "puts a comment line inside each event", func(s string) string { return strings.ReplaceAll(s, "data: ", ": hm\ndata: ") }),
		framed("comment-before-end", "puts a comment line between an event's data and its end", func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n: hm\n\n") }),
		framed("comments-1000", "begins with a thousand comments", func(s string) string { return strings.Repeat(": keep-alive\n\n", 1000) + s }),
		framed("blank-lines-1000", "begins with a thousand blank lines", func(s string) string { return strings.Repeat("\n", 1000) + s }),
		framed("multi-line", "spreads each document over several data lines", func(s string) string { return strings.ReplaceAll(s, `,"`, ",\ndata: \"") }),
		framed("no-space", "has no blank behind the colon", func(s string) string { return strings.ReplaceAll(s, "data: ", "data:") }),
		framed("two-spaces", "has two blanks behind the colon", func(s string) string { return strings.ReplaceAll(s, "data: ", "data:  ") }),
		framed("tab", "has a tab behind the colon", func(s string) string { return strings.ReplaceAll(s, "data: ", "data:\t") }),
		framed("event-message", "names each event message", func(s string) string { return strings.ReplaceAll(s, "data: ", "event: message\ndata: ") }),
		framed("event-named", "names each event", func(s string) string { return strings.ReplaceAll(s, "data: ", "event: chat.completion.chunk\ndata: ") }),
		framed("event-after-data", "names each event behind its data", func(s string) string { return strings.ReplaceAll(s, "\n\n", "\nevent: chunk\n\n") }),
		framed("event-only", "has events with a name and no data", between("event: ping\n\n")),
		framed("id", "gives each event an id", func(s string) string { return strings.ReplaceAll(s, "data: ", "id: 7\ndata: ") }),
		framed("id-only", "has events with an id and no data", between("id: 9\n\n")),
		framed("retry", "has retry fields between the events", between("retry: 3000\n\n")),
		framed("retry-inside", "has a retry field in each event", func(s string) string { return strings.ReplaceAll(s, "data: ", "retry: 3000\ndata: ") }),
		framed("unknown-field", "has fields that nobody knows", func(s string) string { return strings.ReplaceAll(s, "data: ", "meta: {\"a\":1}\ndata: ") }),
		framed("data-empty", "has events with empty data", between("data:\n\ndata: \n\n")),
		framed("data-bare", "has data fields without a colon", between("data\n\n")),
		framed("blank-lines", "has three blank lines between the events", func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n\n\n\n") }),
		framed("field-case", "has fields in capitals, which are others", between("DATA: {\"error\":{\"message\":\"no\"}}\n\n")),
		framed("done-twice", "says [DONE] twice", func(s string) string { return s + "data: [DONE]\n\n" }),
		framed("done-no-space", "says [DONE] without a blank before it", func(s string) string { return strings.Replace(s, "data: [DONE]", "data:[DONE]", 1) }),
		framed("done-blanks", "says [DONE] with blanks around it", func(s string) string { return strings.Replace(s, "data: [DONE]", "data:   [DONE]  ", 1) }),
		framed("done-no-blank-line", "says [DONE] without a blank line behind it", func(s string) string { return strings.TrimSuffix(s, "\n") }),
		framed("done-no-newline", "says [DONE] without a line end", func(s string) string { return strings.TrimSuffix(s, "\n\n") }),
		framed("data-after-done", "has more text behind [DONE], which is no part of the answer", func(s string) string {
			return s + string(eventData(chunk(`{"content":" and more"}`, ""))) + "data: [DONE]\n\n"
		}),
		framed("error-after-done", "has an error behind [DONE], which is no part of the answer", func(s string) string {
			return s + "data: {\"error\":{\"message\":\"late\"}}\n\n"
		}),
		framed("garbage-after-done", "has garbage behind [DONE]", func(s string) string { return s + "\x00\xff{{{\n\n" }),

		{Name: "bom-split", Does: "sends a byte order mark in two pieces", Want: wantText(stageText),
			reply: inPieces(func(s string) []string { return []string{"\xef", "\xbb", "\xbf" + s} }, time.Millisecond)},
		{Name: "crlf-split", Does: "sends CR and LF in different pieces", Want: wantText(stageText),
			reply: inPieces(func(s string) []string {
				return strings.SplitAfter(strings.ReplaceAll(s, "\n", "\r\n"), "\r")
			}, time.Millisecond/2)},
		{Name: "cr-live", Does: "ends its lines with CR, and goes silent behind the last one", set: impatient, Want: wantText(stageText),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					o.steps = []step{{data: []byte(strings.ReplaceAll(o.text(), "\n", "\r"))}}
					o.hold = true
				})
			}},
		{Name: "byte-by-byte", Does: "sends each byte by itself", Want: wantText(stageText),
			reply: inPieces(func(s string) []string { return bytewise(s) }, 0)},
		{Name: "known-length", Does: "promises the length of the stream", Want: wantText(stageText),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) { o.header.Set("Content-Length", strconv.Itoa(len(o.text()))) })
			}},
		{Name: "http10", Does: "answers by HTTP/1.0, and the body ends with the connection", Protocols: []Protocol{HTTP1}, Want: wantText(stageText), Forms: []Form{Unary, Streamed},
			reply: func(args) Reply {
				return onWire(func(c net.Conn, o *output) { write(c, strings.Replace(o.head(), "HTTP/1.1", "HTTP/1.0", 1)+o.text()) })
			}},
		{Name: "close-delimited", Does: "has neither a length nor chunks: the body ends with the connection", Protocols: []Protocol{HTTP1}, Want: wantText(stageText), Forms: []Form{Unary, Streamed},
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { closeDelimited(o, "") }) }},
		{Name: "reset-after-done", Does: "resets the connection behind [DONE]", Protocols: []Protocol{HTTP1}, Want: looseMaybe(),
			reply: func(args) Reply { return Reply{}.tampered(func(o *output) { o.end = endReset }) }},

		splitAt("split", "sends the stream in two pieces, cut at any byte", "\n"),
		splitAt("split-crlf", "sends a stream of CRLF lines in two pieces, cut at any byte", "\r\n"),
		splitAt("split-cr", "sends a stream of CR lines in two pieces, cut at any byte", "\r"),

		sized("events-20000", "sends an event for every 16 bytes of text", 320_000, nil, func(w io.Writer, size int) error {
			return ends(w, repeat(w, eventData(chunk(`{"content":"`+tile+`"}`, "")), size/len(tile)))
		}),
		sized("line-5mb", "sends an event of five megabytes in one line", 5<<20, nil, bigLine),
		sized("event-5mb", "sends an event of five megabytes in many lines", 5<<20, nil, bigEvent),
		sized("line-20mb-taken", "sends an event of twenty megabytes in one line, and the client takes so much", 20<<20,
			func(o *azmistral.ClientOptions) { o.MaxEventBytes = 32 << 20 }, bigLine),
		{Name: "line-40mb", Does: "sends an event of forty megabytes in one line, more than a client takes by default", Want: wantCut(azmistral.ErrTooLarge, "MaxEventBytes"),
			reply: writing(func(w io.Writer) error { return bigLine(w, 40<<20) })},
		{Name: "event-40mb", Does: "sends an event of forty megabytes in many lines, more than a client takes by default", Want: wantCut(azmistral.ErrTooLarge, "MaxEventBytes"),
			reply: writing(func(w io.Writer) error { return bigEvent(w, 40<<20) })},

		odd("null-event", "sends the word null as an event", "null", wantMaybe()),
		odd("number-event", "sends a number as an event", "42", wantMaybe()),
		odd("list-event", "sends a list as an event", "[]", wantMaybe()),
		odd("text-event", "sends a text as an event", `"ping"`, wantMaybe()),
		odd("empty-object-event", "sends an empty object as an event", "{}", wantMaybe()),
		odd("ping-event", "sends an object that is no chunk as an event", `{"type":"ping"}`, wantMaybe()),
		odd("wrong-type-event", "sends an event whose choices are a number", `{"choices":7}`, wantMaybe()),
		odd("bad-json-event", "sends an event that is no JSON", `{oops`, wantCut(azmistral.ErrIncomplete)),
		odd("words-event", "sends an event of plain words", `please stand by`, wantCut(azmistral.ErrIncomplete)),
		odd("page-event", "sends a page as an event", `<html><title>Bad gateway</title></html>`, wantCut(azmistral.ErrIncomplete)),
	}
	for i := range list {
		if list[i].Forms == nil {
			list[i].Forms = []Form{Streamed}
		}
		if list[i].Name == "reset-after-done" {
			list[i].Want.Loose = true
		}
	}
	return list
}

func looseMaybe() Want {
	w := wantMaybe()
	w.Loose = true
	return w
}

func framed(name, does string, rewrite func(string) string) Scenario {
	return Scenario{Name: name, Does: does, Want: wantText(stageText), reply: rewriting(rewrite)}
}

func between(piece string) func(string) string {
	return func(s string) string { return piece + strings.ReplaceAll(s, "\n\n", "\n\n"+piece) }
}

func mixedEnds(s string) string {
	var b strings.Builder
	for i, line := range strings.SplitAfter(s, "\n") {
		text, found := strings.CutSuffix(line, "\n")
		b.WriteString(text)
		if found {
			// Never LF right behind CR: that would be one line end.
			b.WriteString([]string{"\n", "\r\n", "\r\n", "\n", "\r", "\r"}[i%6])
		}
	}
	return b.String()
}

// odd puts one more event into the middle of a stream.
func odd(name, does, data string, want Want) Scenario {
	return Scenario{Name: name, Does: does, Want: want, reply: func(args) Reply {
		return Reply{}.tampered(func(o *output) {
			if o.stream {
				o.steps = slices.Insert(o.steps, 2, step{data: eventData(data)})
			}
		})
	}}
}

// inPieces sends a stream in pieces, with a pause before each.
func inPieces(cut func(string) []string, pause time.Duration) func(args) Reply {
	return func(args) Reply {
		return Reply{}.tampered(func(o *output) {
			if !o.stream {
				return
			}
			pieces := cut(o.text())
			o.steps = nil
			for _, piece := range pieces {
				o.steps = append(o.steps, step{data: []byte(piece), pause: pause})
			}
		})
	}
}

func bytewise(s string) []string {
	pieces := make([]string, len(s))
	for i := range pieces {
		pieces[i] = s[i : i+1]
	}
	return pieces
}

func splitAt(name, does, end string) Scenario {
	rewrite := func(s string) string { return strings.ReplaceAll(s, "\n", end) }
	return Scenario{Name: name, Does: does, Positions: len(rewrite(stageStream())), Want: wantText(stageText),
		keys: []scenarioKey{{"at", sortNumber, "100", "bytes of the first piece"}},
		reply: func(a args) Reply {
			return inPieces(func(s string) []string {
				s = rewrite(s)
				at := min(max(0, a.number("at", 100)), len(s))
				return []string{s[:at], s[at:]}
			}, 200*time.Microsecond)(a)
		}}
}

// tile is what long texts are made of.
const tile = "0123456789abcdef"

// writing sends a stream that is made while it is written.
func writing(fill func(io.Writer) error) func(args) Reply {
	return func(args) Reply {
		return SSE().tampered(func(o *output) { o.steps = []step{{fill: fill}} })
	}
}

// repeat writes a piece n times.
func repeat(w io.Writer, piece []byte, n int) error {
	const atOnce = 64 << 10
	block := slices.Repeat(piece, max(1, min(n, atOnce/len(piece))))
	for n > 0 {
		k := min(n, len(block)/len(piece))
		if _, err := w.Write(block[:k*len(piece)]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

// sized is a stream with so many bytes of text, made while it is written.
func sized(name, does string, size int, set func(*azmistral.ClientOptions), fill func(w io.Writer, size int) error) Scenario {
	return Scenario{Name: name, Does: does, set: set,
		keys: []scenarioKey{{"bytes", sortNumber, strconv.Itoa(size), "of text, in whole sixteens"}},
		want: func(a args) Want { return wantBig(a.number("bytes", size)) },
		reply: func(a args) Reply {
			return writing(func(w io.Writer) error { return fill(w, a.number("bytes", size)) })(a)
		}}
}

// wantBig is an answer with so many bytes of text.
func wantBig(size int) Want {
	return Want{TextBytes: size, FinishReason: azmistral.FinishStop, Usage: wantUsage, Sends: 1, Within: 30 * time.Second}
}

// ends writes the end of a stream behind what went well.
func ends(w io.Writer, err error) error {
	if err != nil {
		return err
	}
	_, err = w.Write(slices.Concat(eventData(lastChunk(`{"content":""}`, "stop")), []byte("data: [DONE]\n\n")))
	return err
}

// bigLine is an event in one line, with so many bytes of text.
func bigLine(w io.Writer, size int) error {
	const mark = "{{text}}"
	before, after, _ := strings.Cut("data: "+chunk(`{"role":"assistant","content":"`+mark+`"}`, "")+"\n\n", mark)
	return ends(w, around(w, before, after, func() error { return repeat(w, []byte(tile), size/len(tile)) }))
}

// bigEvent is the same in many lines, as a list of parts.
func bigEvent(w io.Writer, size int) error {
	const mark, partSize = `"{{text}}"`, 64 << 10
	before, after, _ := strings.Cut("data: "+chunk(`{"role":"assistant","content":`+mark+`}`, "")+"\n\n", mark)
	part := func(size int) string {
		return "\ndata: " + `{"type":"text","text":"` + strings.Repeat(tile, size/len(tile)) + `"}`
	}
	return ends(w, around(w, before+"[", part(size%partSize)+"]"+after, func() error { return repeat(w, []byte(part(partSize)+","), size/partSize) }))
}

func around(w io.Writer, before, after string, middle func() error) error {
	if _, err := io.WriteString(w, before); err != nil {
		return err
	}
	if err := middle(); err != nil {
		return err
	}
	_, err := io.WriteString(w, after)
	return err
}
