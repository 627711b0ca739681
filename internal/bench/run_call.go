package main

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// runCalls makes calls with whole answers: a kind of answer to a kind of prompt.
func runCalls(kind string, makePrompt func(size) prompt) func(*bench) (figure, error) {
	return func(b *bench) (figure, error) {
		p := makePrompt(b.size)
		if err := b.checkRequest(p); err != nil {
			return nil, err
		}
		p.model = kind
		if kind == modelBig {
			p.model = model(kind, b.size.bytes)
		}
		want := wholeText(kind, b.size.bytes).text
		call := func(ctx context.Context) error {
			got, err := b.client.chat(ctx, p)
			switch {
			case err != nil:
				return err
			case b.contender.raw:
			case got.text != want || got.usage != wholeUsage:
				return fmt.Errorf("WRONG RESULT: an answer of %d bytes with usage %+v, not of %d with %+v", len(got.text), got.usage, len(want), wholeUsage)
			}
			return nil
		}
		parallel := max(1, b.size.parallel)
		if err := b.calls(2*parallel, parallel, call); err != nil { // so it is warm
			return nil, err
		}
		return b.measure(b.size.calls, func() error { return b.calls(b.size.calls, parallel, call) })
	}
}

// checkRequest has the server say what it finds in a request.
func (b *bench) checkRequest(p prompt) error {
	p.model = modelDigest
	got, err := b.client.chat(b.ctx, p)
	if err != nil {
		return err
	}
	if want := p.digest(); !b.contender.raw && got.text != want {
		return fmt.Errorf("WRONG RESULT: the server found %s in the request, not %s", got.text, want)
	}
	return nil
}

func shortPrompt(size) prompt {
	return prompt{texts: []string{"What is the capital of France? Answer in one sentence."}}
}

// longPrompt is a long conversation of so many bytes.
func longPrompt(s size) prompt {
	const messages = 21
	w := newWriter()
	var p prompt
	for n := range messages {
		p.texts = append(p.texts, w.prose(s.bytes/messages, n%6 == 5).text)
	}
	return p
}

// imagePrompt is a question with an image of so many bytes.
func imagePrompt(s size) prompt {
	p := prompt{texts: []string{"What is in this image?"}, image: make([]byte, s.bytes)}
	rand.NewChaCha8([32]byte{11}).Read(p.image)
	copy(p.image, "\x89PNG\r\n\x1a\n")
	return p
}
