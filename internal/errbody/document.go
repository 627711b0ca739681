package errbody

import (
	"strconv"
	"strings"
)

// Bounds on what is read. Values beyond them are stepped over, which takes
// neither memory nor stack.
const (
	maxDepth  = 32       // of values within each other
	maxItems  = 256      // of a list or an object
	maxValues = 10_000   // in all
	maxString = 64 << 10 // bytes of a string
)

type kind uint8

const (
	isAbsent kind = iota
	isNull
	isBool
	isNumber
	isText
	isList
	isObject
)

// value is a JSON value, as far as it is of interest.
type value struct {
	kind  kind
	text  string   // of a text; the digits of a number; "true" or "false"
	items []value  // of a list or an object
	names []string // of an object's items; in lower case, but for the members of maps
	size  int      // how many items or members there were, those not kept included
}

// known are the names of the members that are read, in lower case. All others are
// stepped over unread: so nothing of input, ctx or url can come out.
var known = map[string]bool{
	"error": true, "errors": true, "innererror": true, "inner_error": true, "object": true,
	"message": true, "msg": true, "errormessage": true, "error_message": true, "error_description": true, "description": true, "reason": true,
	"detail": true, "details": true, "title": true,
	"code": true, "type": true, "param": true, "target": true, "loc": true,
	"status": true, "statuscode": true, "status_code": true, "raw_status_code": true,
	"choices": true, "finish_reason": true,
	"content_filter_result": true, "content_filter_results": true, "filtered": true, "detected": true, "severity": true,
}

// maps are the names of objects whose members have names of their own: content
// filter categories, and the fields of a problem document.
var maps = map[string]bool{"content_filter_result": true, "content_filter_results": true, "errors": true}

// echoes are the members of a validation error that repeat the request, or are of
// no use.
var echoes = map[string]bool{"input": true, "ctx": true, "url": true}

// get returns an object's member; an absent value where there is none. It has too
// many callers to be inlined.
//
//go:noinline
func (v value) get(name string) value {
	for i, n := range v.names {
		if n == name {
			return v.items[i]
		}
	}
	return value{}
}

// blank says whether a value says nothing.
func (v value) blank() bool {
	switch v.kind {
	case isBool:
		return v.text == "false"
	case isNumber:
		f, err := strconv.ParseFloat(v.text, 64)
		return err == nil && f == 0
	case isText:
		return trim(v.text) == ""
	case isList, isObject:
		return v.size == 0
	}
	return true
}

// document is a text that is JSON, or begins so.
type document struct {
	value
	rest string // what comes after it; empty where cut, or not to be trusted
	cut  bool   // it is broken or cut off: the value holds what stood before that
}

// asDocument reads a text. It is not ok for one that is something else.
func asDocument(s string) (doc document, ok bool) {
	d := newDecoder(s)
	switch {
	case s == "":
		return doc, false
	case s[0] == '{':
		if !opensObject(s) && !strings.HasPrefix(strings.TrimLeft(s[1:], blanks), "}") {
			return doc, false
		}
		doc.value = d.value(0, false)
	case s[0] == '[':
		doc.value = d.value(0, false)
		if d.broken && doc.size == 0 { // "[error] no such thing"
			return doc, false
		}
	case s[0] == '"' || s == "null":
		doc.value = d.value(0, false)
		if d.broken || trim(s[d.at:]) != "" { // `"x" is not a model`
			return doc, false
		}
	default:
		return doc, false
	}
	if doc.cut = d.broken; !doc.cut && !mayEcho(s[:d.at]) {
		doc.rest = s[d.at:]
	}
	return doc, true
}

// mayEcho says whether a text may repeat the request. What seems to follow on it
// may then be the request as well: a gateway that quotes a body without escaping
// it lets the refused input end the JSON.
func mayEcho(s string) bool {
	for name := range echoes {
		if strings.Contains(s, name) {
			return true
		}
	}
	return false
}

// blanks are what JSON allows between values.
const blanks = " \t\r\n"

// opensObject says whether a text that begins with a brace goes on like an object:
// with a quoted name and a colon, or with the beginning of that, cut off.
func opensObject(s string) bool {
	d := decoder{text: s, at: 1, python: true}
	d.space()
	if !d.quote() {
		return false
	}
	name := d.string()
	if d.broken { // not the brace of "expected '{' before the text"
		return name != "" && strings.Trim(lowerASCII(name), "abcdefghijklmnopqrstuvwxyz_") == ""
	}
	d.space()
	return d.at == len(s) || s[d.at] == ':'
}
