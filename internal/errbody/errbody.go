// Package errbody reads what a service says when it refuses, in whatever shape
// it says it.
package errbody

import "time"

// Problem is what an error body says. Fields that it does not say are zero.
type Problem struct {
	Status  int    // a status inside the body; the HTTP status, where there is one, wins over it
	Code    string // numeric codes as their digits
	Type    string
	Message string
	Param   string
	Fields  []Field
	Filter  map[string]FilterResult
	Wait    time.Duration // "try again in 26 seconds" and its relatives
}

// Field is one entry of a validation error. The refused input is never kept.
type Field struct {
	Path    string // such as "messages[0].name"
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
// read, the beginning is the message.
func Parse(body []byte) Problem { return Problem{} }

// Detect says whether a text that came with status 200 (an answer's body, or the
// data of an event called name, "" where it had none) is an error, and which.
func Detect(name string, data []byte) (Problem, bool) { return Problem{}, false }

// Wait finds how long a text asks the reader to wait; 0 if it does not.
func Wait(text string) time.Duration { return 0 }
