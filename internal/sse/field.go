package sse

import "bytes"

// kind is what a line is.
type kind uint8

const (
	passNone  kind = iota // only in Reader.passing: no line is being passed over
	undecided             // the beginning of a line, too short to tell
	data
	event
	ignored // a comment, id, retry: nothing that a finite answer needs
	stray   // no field of an event
)

// split says what a line is, and the value of a data or event line. Of a line
// that has not ended it may be that this cannot be said yet.
func split(line []byte, ended bool) (kind, []byte) {
	// The names that are known have five letters at most.
	colon := bytes.IndexByte(line[:min(len(line), len("event:"))], ':')
	switch {
	case colon >= 0:
		value := line[colon+1:]
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
		}
		return named(line[:colon], true), value
	case ended:
		return named(line, false), nil
	case len(line) <= len("event"):
		return undecided, nil
	}
	return stray, nil
}

func named(name []byte, colon bool) kind {
	switch string(name) {
	case "data":
		return data
	case "event":
		return event
	case "id", "retry":
		return ignored
	case "":
		if colon { // a comment
			return ignored
		}
	}
	return stray
}
