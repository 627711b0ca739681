// Package errbody reads what a service says when it refuses, in whatever shape
// it says it: the envelopes of Azure and of Mistral, those of the gateways in
// front of them, JSON within JSON, JSON followed by prose, HTML, XML and plain
// words. It also tells an error from an answer where both come with status 200.
//
// What a validation error repeats of the request (input, ctx, input_value) is
// never kept: it may be the whole prompt.
package errbody

import (
	"strconv"
	"strings"
	"time"
)

// Bounds on what is kept, in bytes but for maxFields and maxCategories.
const (
	maxMessage    = 4 << 10 // of a message
	maxWord       = 256     // of a code, a type, a parameter, a severity, a category
	maxPath       = 512     // of a field's path
	maxFields     = 64
	maxCategories = 64
)

// Problem is what an error body says. Fields that it does not say are zero.
//
// Every text is valid UTF-8 on one line, without control characters; a message
// has at most 4 KiB, a path 512 bytes, a code, type or parameter 256.
type Problem struct {
	// Status is a status inside the body, said as one or as a code from 400 to 599.
	// The HTTP status, where there is one, wins over it.
	Status int
	Code   string // numeric codes as their digits
	Type   string

	// Message is what the body says in words; of a body that only lists fields it is
	// made of those. It is empty for a body without words, and for JSON whose members
	// are unknown: what stands in those may be the request.
	Message string
	Param   string
	Fields  []Field // at most 64
	Filter  map[string]FilterResult

	// Wait is the longest wait that one of the texts asks for: "try again in 26
	// seconds" and its relatives. At most 366 days.
	Wait time.Duration
}

// Field is one entry of a validation error. The refused input is never kept.
type Field struct {
	Path    string // such as "messages[0].name"; empty for the body as a whole
	Message string
	Type    string
}

// FilterResult is one category of Azure's content filter.
type FilterResult struct {
	Filtered bool
	Detected bool
	Severity string
}

// Parse reads the body of a refusal. It never fails: of a text that it cannot
// read, the beginning is the message. A body that was cut short is read as far as
// it goes.
func Parse(body []byte) Problem {
	return parse(trim(string(body)), 0)
}

// parse reads a trimmed text. Level counts how deep within others it stood.
func parse(text string, level int) Problem {
	var p Problem
	if doc, ok := asDocument(text); ok {
		p.value(doc.value, level)
		if more := p.words(doc.rest, level); p.Message == "" && len(p.Fields) == 0 {
			p.Message = more
		}
	} else {
		p.Message = p.words(text, level)
	}
	p.conclude()
	return p
}

// conclude fills what the body says only by implication.
func (p *Problem) conclude() {
	if p.Message == "" {
		p.Message = summary(p.Fields)
	}
	if p.Status == 0 {
		if status, err := strconv.Atoi(p.Code); err == nil && status >= 400 && status <= 599 {
			p.Status = status
		}
	}
}

// summary says in a line what is wrong with the fields.
func summary(fields []Field) string {
	const shown = 3
	var parts []string
	for _, field := range fields[:min(shown, len(fields))] {
		parts = append(parts, joinWith(field.Path, first(field.Message, field.Type), ": "))
	}
	if more := len(fields) - shown; more > 0 {
		parts = append(parts, "and "+strconv.Itoa(more)+" more")
	}
	return tidy(strings.Join(parts, "; "), maxMessage)
}

// absorb takes over what q says and p does not.
func (p *Problem) absorb(q Problem) {
	if p.Status == 0 {
		p.Status = q.Status
	}
	p.Code = first(p.Code, q.Code)
	p.Type = first(p.Type, q.Type)
	p.Message = first(p.Message, q.Message)
	p.Param = first(p.Param, q.Param)
	for _, field := range q.Fields {
		p.addField(field)
	}
	if p.Filter == nil {
		p.Filter = q.Filter
	}
	p.Wait = max(p.Wait, q.Wait)
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
