package prefix

import (
	"iter"

	"github.com/azmistral/azmistral"
)

// Message is the beginning of the assistant's answer, to be put last into a
// request's messages. Services refuse an empty one.
func Message(text string) azmistral.Message {
	m := azmistral.Assistant(text)
	m.Prefix = true
	return m
}

// Text is the whole text of the first choice: the prefix that req ends with, once,
// and what the answer adds to it. Without such a prefix it is the answer's text.
func Text(req azmistral.ChatRequest, resp *azmistral.ChatResponse) string {
	text, _ := of(req)
	added, _ := rest(text, resp.Text(), true)
	return text + added
}

// Stream gives the whole text of the first choice in pieces, for one loop: at once
// the prefix that req ends with, then what the answer adds to it, as it comes. The
// first pieces may be held back until it is told whether they repeat the prefix.
// Errors and the loop's end are as with ChatStream.Text: an error is the last pair,
// after all text that had come, and the stream is closed in any case.
func Stream(req azmistral.ChatRequest, stream *azmistral.ChatStream) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		defer stream.Close()
		text, _ := of(req)
		if text != "" && !yield(text, nil) {
			return
		}
		var held string // of which it is not told yet whether it repeats the prefix
		told := text == ""
		for piece, err := range stream.Text() {
			if err != nil {
				if added, _ := rest(text, held, true); !told && added != "" && !yield(added, nil) {
					return
				}
				yield("", err)
				return
			}
			if !told {
				held = grow(text, held, piece)
				if piece, told = rest(text, held, false); !told {
					continue
				}
			}
			if piece != "" && !yield(piece, nil) {
				return
			}
		}
		if added, _ := rest(text, held, true); !told && added != "" {
			yield(added, nil)
		}
	}
}

// of is the text of the prefix that a request ends with; false where it ends with
// none.
func of(req azmistral.ChatRequest) (string, bool) {
	if len(req.Messages) == 0 {
		return "", false
	}
	last := req.Messages[len(req.Messages)-1]
	if last.Role != azmistral.RoleAssistant || !last.Prefix {
		return "", false
	}
	return last.Text(), true
}
