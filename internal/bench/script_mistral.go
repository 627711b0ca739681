package main

import (
	"fmt"
	"strings"
)

// The chunks of Mistral's own API and of its models on Azure, as recorded in 2026.
const (
	mistralHead = `{"id":"548ed34ecc7f4a6aa69187e16761bf0c","object":"chat.completion.chunk","created":%d,"model":"mistral-small-latest","choices":[{"index":0,"delta":`
	mistralTail = `,"finish_reason":null}],"p":"%s"}`
	mistralEnd  = `,"finish_reason":"%s"}],"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d,"prompt_tokens_details":{"cached_tokens":0},"service_tier":"standard"},"p":"%s"}`
	created     = 1787150060
)

func mistralFirst(s *script) {
	s.head.add(fmt.Sprintf(mistralHead, created)+`{"role":"assistant","content":""},"finish_reason":null}]}`, tally{Chunks: 1})
}

func mistralLast(s *script, delta, finish string, w *writer, contents int, want tally) {
	want.Usage = usage{Prompt: 22, Completion: contents, Total: 22 + contents}
	u := want.Usage
	s.tail.add(fmt.Sprintf(mistralHead, created)+delta+fmt.Sprintf(mistralEnd, finish, u.Prompt, u.Total, u.Completion, w.padding(36)), want)
}

// plainScript is text. With moving, the time of creation moves on with each chunk, so
// that no chunk is like the one before but for a string.
func plainScript(s *script, contents int, moving bool) {
	w := newWriter()
	mistralFirst(s)
	at := created
	for n := range contents {
		if moving {
			at++
		}
		p := w.piece(n)
		s.middle.add(fmt.Sprintf(mistralHead, at)+`{"content":"`+p.wire+`"}`+fmt.Sprintf(mistralTail, w.padding(36)), said(p.text, ""))
	}
	mistralLast(s, `{"content":"."}`, "stop", w, contents, said(".", ""))
}

// thinkingScript is reasoning for three quarters, then text: every thinking delta but
// the first is marked closed, and one list holds the last of one and the first of
// the other.
func thinkingScript(s *script, contents int) {
	w := newWriter()
	mistralFirst(s)
	s.head.add(fmt.Sprintf(mistralHead, created)+`{"content":""}`+fmt.Sprintf(mistralTail, w.padding(36)), tally{Chunks: 1})
	thinking := contents * 3 / 4
	closed := ""
	for n := range contents {
		p := w.piece(n)
		want := said(p.text, "")
		delta := `"` + p.wire + `"`
		if n < thinking {
			want = said("", p.text)
			delta = `[{"type":"thinking","thinking":[{"type":"text","text":"` + p.wire + `"}]` + closed + `}`
			if n == thinking-1 {
				delta += `,{"type":"text","text":"So"}`
				want = said("So", p.text)
			}
			delta += `]`
			closed = `,"closed":true`
		}
		s.middle.add(fmt.Sprintf(mistralHead, created)+`{"content":`+delta+`}`+fmt.Sprintf(mistralTail, w.padding(36)), want)
	}
	mistralLast(s, `{"content":"."}`, "stop", w, contents, said(".", ""))
}

// toolScript is one call in fragments: id, type and name only in the first.
func toolScript(s *script, fragments int) {
	w := newWriter()
	made := call{ID: "chatcmpl-tool-9f149c74c42f265b", Name: "write_file"}
	mistralFirst(s)
	var arguments strings.Builder
	for n := range fragments {
		p := w.piece(n)
		head, name := "", ""
		// A fragment is JSON within JSON: what is escaped in the arguments is escaped twice.
		fragment := p.wire
		switch n {
		case 0:
			head, name, fragment = `"id":"`+made.ID+`","type":"function",`, `"name":"`+made.Name+`",`, `{"path":"notes.md","text":"`
		case fragments - 1:
			fragment = `"}`
		}
		arguments.WriteString(fragment)
		s.middle.add(fmt.Sprintf(mistralHead, created)+`{"tool_calls":[{`+head+`"index":0,"function":{`+name+`"arguments":"`+escaped(fragment)+`"}}]}`+fmt.Sprintf(mistralTail, w.padding(36)), tally{Chunks: 1})
	}
	made.Arguments = arguments.String()
	mistralLast(s, `{"content":""}`, "tool_calls", w, fragments, tally{Chunks: 1, Call: made})
}

// escaped is a text as it stands between quotes. Control characters do not occur: they
// are escaped in the text already.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
}
