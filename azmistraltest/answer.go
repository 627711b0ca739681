package azmistraltest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// answer is what a model would say, before it is written in a route's layout:
// whole or streamed, it is the same answer.
type answer struct {
	id      string
	created int64
	model   string
	choices []choice
	prompt  int // tokens
	cached  int // of them

	told *[2]int // prompt and completion tokens that a script tells instead
}

type choice struct {
	thinking string
	prefix   string // the caller's own text, which the answer continues
	text     string
	calls    []ToolCall
	finish   string
	filtered string // the category for which the filter cut the answer
	form     form
}

// completion is the estimate of a choice's tokens. The prefix was the caller's.
func (c *choice) completion() int {
	n := countTokens(c.thinking) + countTokens(c.text)
	for _, call := range c.calls {
		n += usageCallExtra + countTokens(call.Name) + countTokens(call.Arguments)
	}
	return n
}

// usage gives the tokens that are told.
func (a *answer) usage() (prompt, completion, total int) {
	prompt, completion = a.prompt, a.completion()
	if a.told != nil {
		prompt, completion = a.told[0], a.told[1]
	}
	return prompt, completion, prompt + completion
}

func (a *answer) completion() int {
	n := 0
	for i := range a.choices {
		n += a.choices[i].completion()
	}
	return n
}

func (a *answer) reasoning() int {
	n := 0
	for i := range a.choices {
		n += countTokens(a.choices[i].thinking)
	}
	return n
}

// seed is what everything about an answer is drawn from: the request, but not
// whether it is streamed.
type seed [sha256.Size]byte

func seedOf(body *node) seed {
	hash := sha256.New()
	if body.is(kindObject) {
		for _, m := range body.members {
			if m.name != "stream" && m.name != "stream_options" {
				hash.Write(appendString(nil, m.name))
				hash.Write(m.value.appendCompact(nil))
			}
		}
	}
	return seed(hash.Sum(nil))
}

func (s seed) hex() string { return hex.EncodeToString(s[:16]) }

// random gives a source for one choice.
func (s seed) random(index int) *rand.Rand {
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(s[16:]), binary.BigEndian.Uint64(s[24:])+uint64(index)))
}

// answerFor says what the sandbox answers by itself.
func (h *Handler) answerFor(r *Request) *answer {
	a := &answer{id: r.seed.hex(), created: h.options.Now().Unix(), model: h.modelName(r)}
	a.prompt, a.cached = promptTokens(r)
	n := max(1, r.body.get("n").integer(1))
	for i := range min(n, maxChoices) {
		c := think(r, r.seed.random(i))
		if h.options.OmitPrefix {
			c.prefix = ""
		}
		a.choices = append(a.choices, c)
		a.bound()
		if len(a.choices) <= i {
			break
		}
	}
	h.limit(r, a)
	return a
}

// What "n" can cost is bounded: there are fewer choices where they are long.
const (
	maxChoices     = 128
	maxChoiceBytes = 2 << 20 // of all choices, where there are several
)

// bound leaves out the choices that are too much.
func (a *answer) bound() {
	size := 0
	for i := range a.choices {
		size += a.choices[i].size()
		if i > 0 && size > maxChoiceBytes {
			a.choices = a.choices[:i]
			return
		}
	}
}

// size is in bytes, about.
func (c *choice) size() int {
	n := len(c.thinking) + len(c.prefix) + len(c.text)
	for _, call := range c.calls {
		n += len(call.Name) + len(call.Arguments)
	}
	return n
}

// modelName is the name that an answer tells: the requested one, which is the
// deployment's.
func (h *Handler) modelName(r *Request) string {
	if r.Model != "" && r.place.service.route != "serverless" {
		return r.Model
	}
	return h.deployment()
}

// deployment is the name to use where nobody named one.
func (h *Handler) deployment() string {
	if len(h.options.Deployments) > 0 {
		return h.options.Deployments[0]
	}
	return Deployment
}

// think makes one choice, whole: limits come later.
func think(r *Request, random *rand.Rand) choice {
	c := choice{finish: "stop"}
	if r.body.get("reasoning_effort").str() == "high" {
		c.thinking = thoughts(r)
	}
	if calls := slices.Clone(r.read.calls()); len(calls) > 0 {
		for i := range calls {
			calls[i].ID = randomID(random)
		}
		c.calls, c.finish = calls, "tool_calls"
		return c
	}
	last := r.Last()
	switch {
	case r.ResponseFormat == "json_schema" || r.ResponseFormat == "json_object" && r.read.wanted().said != "":
		c.text = r.read.value()
	case r.ResponseFormat == "json_object":
		c.text = `{"question": ` + quoted(clip(r.read.question(), questionRunes)) + `, "answer": ` + quoted(prose(r, random)) + `}`
	case last.Role == "assistant" && last.Prefix:
		c.prefix = last.Text
		c.text = continuation(last.Text, random)
	default:
		c.text = prose(r, random)
	}
	return c
}

// valueFor gives a value that fits what is wanted.
func valueFor(r *Request) string {
	h := r.read.hints()
	return string(fill(r.read.wanted().schema, &h).appendSpaced(nil))
}

// limit cuts every choice as the request and the window ask: stop sequences, then
// max_tokens, then the window.
func (h *Handler) limit(r *Request, a *answer) {
	stops := stopsOf(r)
	budget, reason := h.options.ContextWindow-a.prompt, "model_length"
	if most := r.body.get("max_tokens"); !most.isNull() && r.MaxTokens < budget {
		budget, reason = r.MaxTokens, "length"
	}
	for i := range a.choices {
		c := &a.choices[i]
		for _, stop := range stops {
			if before, _, found := strings.Cut(c.text, stop); found {
				c.text = before
			}
		}
		if c.completion() > budget {
			c.cut(max(0, budget))
			c.finish = reason
		}
	}
}

// cut keeps the first n tokens: thinking, then text, then calls. A call that is
// cut has broken arguments, as recorded.
func (c *choice) cut(n int) {
	c.thinking = firstTokens(c.thinking, n)
	n -= countTokens(c.thinking)
	c.text = firstTokens(c.text, n)
	n -= countTokens(c.text)
	for i := range c.calls {
		n -= usageCallExtra + countTokens(c.calls[i].Name)
		if n < 0 {
			c.calls = c.calls[:i]
			return
		}
		c.calls[i].Arguments = firstTokens(c.calls[i].Arguments, n)
		n -= countTokens(c.calls[i].Arguments)
	}
}

func stopsOf(r *Request) []string {
	stop := r.body.get("stop")
	if stop.is(kindString) && stop.text != "" {
		return []string{stop.text}
	}
	var stops []string
	for _, s := range stop.list() {
		if s.str() != "" {
			stops = append(stops, s.str())
		}
	}
	return stops
}

// questionOf is what the user asked last, without what was asked of the sandbox
// itself, without a schema to fit, and behind it nothing that says what was wrong
// with an answer.
func questionOf(r *Request) string {
	messages := r.Messages
	for range wrongTurns(r, nil) {
		messages = messages[:beforeReplies(messages)-1]
	}
	for _, m := range slices.Backward(messages) {
		if m.Role == "user" {
			text := provocation.ReplaceAllString(m.Text, "")
			if w := r.read.wanted(); w != nil && w.said != "" {
				text = strings.ReplaceAll(text, w.said, "")
			}
			return strings.TrimSpace(text)
		}
	}
	return ""
}

// questionRunes is the most of a question that an answer repeats.
const questionRunes = 160

var openings = []string{
	"You asked: %s",
	"Your question was: %s",
	"Here is what I can say about this: %s",
	"Let us take this step by step: %s",
}

var remarks = []string{
	"The sandbox has no model behind it, so this text is made up.",
	"It is the same each time you ask, which is what a test wants.",
	"A real deployment would answer here, at length and at a price.",
	"Nothing left this machine – not even a naïve word.",
	"Send [[sandbox: help]] to see what else can be had here.",
	"The tokens below are counted by a rule of thumb.",
}

// prose takes up the question, or the results of the tools.
func prose(r *Request, random *rand.Rand) string {
	var b strings.Builder
	if results := r.read.results(); len(results) > 0 {
		for i, result := range results {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "According to %s: %s.", result.Name, strings.TrimRight(clip(result.Arguments, 400), "."))
		}
		if asked := r.read.question(); asked != "" {
			fmt.Fprintf(&b, " That answers your question: %s", clip(asked, questionRunes))
		}
		return b.String()
	}
	asked := r.read.question()
	if asked == "" {
		b.WriteString("There is no question in your message.")
	} else {
		fmt.Fprintf(&b, openings[random.IntN(len(openings))], clip(asked, questionRunes))
	}
	if files := filesOf(r); len(files) > 0 {
		b.WriteString("\n\nThis is what I was shown:")
		for _, f := range files {
			b.WriteString("\n- " + f.String())
		}
	}
	order := random.Perm(len(remarks))
	for i, j := range order[:2+random.IntN(2)] {
		if i == 0 {
			b.WriteString("\n\n")
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(remarks[j])
	}
	return b.String()
}

// continuation goes on from a prefix.
func continuation(prefix string, random *rand.Rand) string {
	text := "and so it goes on, says the sandbox. " + remarks[random.IntN(len(remarks))]
	if prefix != "" && !strings.HasSuffix(prefix, " ") && !strings.HasSuffix(prefix, "\n") {
		text = " " + text
	}
	return text
}

func thoughts(r *Request) string {
	return "The user wants to know: " + clip(r.read.question(), questionRunes) + " I have no model to think with, so I look at the request: " +
		fmt.Sprintf("%d message(s), %d tool(s). That is enough for an answer.", len(r.Messages), len(r.Tools))
}

// filesOf are the files of all messages: a model sees those of earlier turns too.
func filesOf(r *Request) []File {
	var files []File
	for _, m := range r.Messages {
		files = append(files, m.Files...)
	}
	return files
}

// resultsOf gives the results at the end of the conversation: the tool's name and,
// as Arguments, what it said.
func resultsOf(r *Request) []ToolCall {
	names := map[string]string{}
	var order []string // of the last calls, for results without an id
	for _, m := range r.Messages {
		if m.Role == "user" {
			order = nil
		}
		for _, call := range m.ToolCalls {
			names[call.ID] = call.Name
			order = append(order, call.Name)
		}
	}
	var results []ToolCall
	start := len(r.Messages)
	for start > 0 && r.Messages[start-1].Role == "tool" {
		start--
	}
	tail := r.Messages[start:]
	for i, m := range tail {
		name := names[m.ToolCallID]
		if at := len(order) - len(tail) + i; name == "" && at >= 0 {
			name = order[at]
		}
		if name == "" {
			name = "the tool"
		}
		results = append(results, ToolCall{Name: name, Arguments: m.Text})
	}
	return results
}
