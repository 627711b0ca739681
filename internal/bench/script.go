package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// A model's name says what the server plays: the kind, and numbers.
const (
	modelPlain    = "plain"    // Mistral's chunks: the number of contents, and how often they are repeated
	modelOdd      = "odd"      // the same, and a number differs in each
	modelAzure    = "azure"    // Azure OpenAI's chunks
	modelThinking = "thinking" // reasoning as lists of parts, then text
	modelTool     = "tool"     // one tool call: the number of fragments

	modelFlush = "flush" // plain, each event sent by itself
	modelFirst = "first" // plain, the first event sent by itself
	modelLate  = "late"  // plain, the end of the body comes endAfter after [DONE]
	modelIdle  = "idle"  // plain, the last event and the end come when they are released
	modelPaced = "paced" // as idle, and each content at its time: contents, nanoseconds between, and from the start to the first

	modelSmall  = "small"  // a whole answer of few words
	modelBig    = "big"    // a whole answer: bytes of its text
	modelDigest = "digest" // a whole answer that says what the request held
)

// model puts a name together.
func model(kind string, numbers ...int) string {
	var b strings.Builder
	b.WriteString(kind)
	for _, n := range numbers {
		b.WriteByte('.')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// parseModel takes a name apart again. Numbers that are missing are 0.
func parseModel(name string) (kind string, numbers [3]int, err error) {
	kind, rest, some := strings.Cut(name, ".")
	for i := 0; some; i++ {
		if i == len(numbers) {
			return "", numbers, fmt.Errorf("model %q: too many numbers", name)
		}
		var number string
		number, rest, some = strings.Cut(rest, ".")
		if numbers[i], err = strconv.Atoi(number); err != nil {
			return "", numbers, fmt.Errorf("model %q: %w", name, err)
		}
	}
	return kind, numbers, nil
}

// script is the body of a streamed answer: a head, contents, and a tail whose last
// event is [DONE]. It holds whole events and what a client must make of them.
type script struct {
	head, middle, tail part
}

type part struct {
	bytes []byte
	ends  []int // of each event in bytes
	want  tally
}

// tally is what came of a stream, or of a part of it.
type tally struct {
	Chunks   int    // events with a chunk
	Text     int    // bytes
	Thinking int    // bytes
	Filters  int    // results of content filter categories, of the answer
	Sum      uint64 // of the texts themselves; 0 where they were not looked at
	Usage    usage
	Call     call
}

type usage struct{ Prompt, Completion, Total int }

type call struct{ ID, Name, Arguments string }

// said is the tally of a chunk with these texts.
func said(text, thinking string) tally {
	return tally{Chunks: 1, Text: len(text), Thinking: len(thinking), Sum: sum(text) + 3*sum(thinking)}
}

// plus adds what came after.
func (t tally) plus(next tally) tally {
	t.Chunks += next.Chunks
	t.Text += next.Text
	t.Thinking += next.Thinking
	t.Filters += next.Filters
	t.Sum += next.Sum
	if next.Usage != (usage{}) {
		t.Usage = next.Usage
	}
	if next.Call != (call{}) {
		t.Call = next.Call
	}
	return t
}

// wanted is what a client must make of the whole script, its middle played so often.
func (s *script) wanted(times int) tally {
	t := s.head.want
	for range times {
		t = t.plus(s.middle.want)
	}
	return t.plus(s.tail.want)
}

func (p *part) add(event string, want tally) {
	p.bytes = append(append(append(p.bytes, "data: "...), event...), "\n\n"...)
	p.ends = append(p.ends, len(p.bytes))
	p.want = p.want.plus(want)
}

// event is the nth event of a part.
func (p *part) event(n int) []byte {
	if n == 0 {
		return p.bytes[:p.ends[0]]
	}
	return p.bytes[p.ends[n-1]:p.ends[n]]
}

// streamScript makes the script of a kind with so many contents.
func streamScript(kind string, contents int) (*script, error) {
	var s script
	switch kind {
	case modelPlain, modelFlush, modelFirst, modelLate, modelIdle, modelPaced:
		plainScript(&s, contents, false)
	case modelOdd:
		plainScript(&s, contents, true)
	case modelAzure:
		azureScript(&s, contents)
	case modelThinking:
		thinkingScript(&s, contents)
	case modelTool:
		toolScript(&s, contents)
	default:
		return nil, fmt.Errorf("no stream of kind %q", kind)
	}
	s.tail.add("[DONE]", tally{})
	return &s, nil
}

// scripts are made once, as the bodies of real answers are not made by the harness
// while it measures.
type scripts struct {
	mu   sync.Mutex
	made map[string]*script
}

func (s *scripts) get(kind string, contents int) (*script, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := model(kind, contents)
	if s.made[name] == nil {
		made, err := streamScript(kind, contents)
		if err != nil {
			return nil, err
		}
		if s.made == nil {
			s.made = map[string]*script{}
		}
		s.made[name] = made
	}
	return s.made[name], nil
}
