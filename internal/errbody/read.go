package errbody

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// value reads JSON. What was read before stays.
func (p *Problem) value(v value, level int) {
	p.Message = first(p.Message, p.said(v, level))
}

// said reads a value and returns what it says in words. The words of an object
// are those of its message.
func (p *Problem) said(v value, level int) string {
	switch v.kind {
	case isText:
		return p.words(v.text, level)
	case isNumber:
		return tidy(v.text, maxWord)
	case isList:
		return p.list(v, level)
	case isObject:
		if v.get("loc").kind != isAbsent {
			p.field(v, level)
			return ""
		}
		var q Problem
		q.object(v, level)
		message := q.Message
		q.Message = ""
		p.absorb(q)
		return message
	}
	return ""
}

var (
	messageNames = []string{"message", "msg", "errormessage", "error_message", "error_description", "description", "reason"}
	statusNames  = []string{"status", "statuscode", "status_code", "raw_status_code"}
	filterNames  = []string{"content_filter_result", "content_filter_results"}
)

// object reads an error's object, or the envelope around one. The inner one wins:
// it is the model's own word, and what is around it a gateway's.
func (p *Problem) object(v value, level int) {
	inner := v.get("error")
	if inner.kind == isObject || inner.kind == isList {
		p.value(inner, level)
	}
	var said string
	for _, name := range messageNames {
		if said = p.said(v.get(name), level); said != "" {
			break
		}
	}
	var codeWord string
	if inner.kind == isText || inner.kind == isNumber {
		// Beside a message, a single word is a code ("not_found"), and more are a
		// headline.
		if said != "" && !strings.ContainsAny(trim(inner.text), blanks) {
			codeWord = word(inner)
		} else {
			said = join(p.said(inner, level), said)
		}
	}
	p.Code = first(p.Code, word(v.get("code")), codeWord)
	p.Type = first(p.Type, typeOf(v))
	p.Param = first(p.Param, word(v.get("param")), word(v.get("target")))
	for _, name := range statusNames {
		if p.Status == 0 {
			p.Status = status(v.get(name))
		}
	}
	if said == "" {
		said = p.said(v.get("title"), level)
	}
	said = join(said, p.said(v.get("detail"), level))
	said = join(said, p.said(v.get("details"), level))
	said = join(said, p.errors(v.get("errors"), level))
	if s := v.get("status"); said == "" && s.kind == isText && status(s) == 0 {
		said = p.words(s.text, level)
	}
	p.Message = first(p.Message, said)

	p.filter(v)
	p.value(v.get("innererror"), level)
	p.value(v.get("inner_error"), level)
	if inner.blank() {
		p.choices(v.get("choices"), level)
	}
}

// list reads a list of errors, and returns the words of those that are no fields.
func (p *Problem) list(v value, level int) string {
	var said string
	for _, item := range v.items[:min(len(v.items), maxFields)] {
		var more string
		switch {
		case item.kind == isObject && (item.get("loc").kind != isAbsent || item.get("target").kind == isText || isPydantic(item)):
			p.field(item, level)
		default:
			more = p.said(item, level)
		}
		said = joinWith(said, more, "; ")
	}
	return tidy(said, maxMessage)
}

func isPydantic(v value) bool {
	return v.get("msg").kind == isText && v.get("type").kind == isText
}

// field reads an entry of a validation error: pydantic's, or one of Azure's
// details with a target.
func (p *Problem) field(v value, level int) {
	field := Field{
		Path: path(v.get("loc")),
		Type: first(word(v.get("type")), word(v.get("code"))),
	}
	if field.Path == "" {
		field.Path = tidy(v.get("target").text, maxPath)
	}
	for _, name := range messageNames {
		if field.Message = first(field.Message, p.said(v.get(name), level)); field.Message != "" {
			break
		}
	}
	p.addField(field)
}

// addField adds a field that is not there yet: some services list them twice.
func (p *Problem) addField(field Field) {
	if field == (Field{}) || len(p.Fields) == maxFields || slices.Contains(p.Fields, field) {
		return
	}
	p.Fields = append(p.Fields, field)
}

// errors reads the member of that name: a list, or the map of a problem document
// from fields to what is wrong with them.
func (p *Problem) errors(v value, level int) string {
	if v.kind != isObject {
		return p.said(v, level)
	}
	for i, name := range v.names {
		p.addField(Field{Path: tidy(name, maxPath), Message: p.said(v.items[i], level)})
	}
	return ""
}

// filter reads an object's content filter results.
func (p *Problem) filter(v value) {
	for _, name := range filterNames {
		results := v.get(name)
		for i, category := range results.names {
			result, ok := filterResult(results.items[i])
			if !ok || category == "error" || len(p.Filter) == maxCategories {
				continue
			}
			if p.Filter == nil {
				p.Filter = map[string]FilterResult{}
			}
			p.Filter[tidy(category, maxWord)] = result
		}
	}
}

// filterResult reads one category: an object, or for blocklists a list of them.
func filterResult(v value) (FilterResult, bool) {
	switch v.kind {
	case isObject:
		return FilterResult{
			Filtered: v.get("filtered").text == "true",
			Detected: v.get("detected").text == "true",
			Severity: word(v.get("severity")),
		}, true
	case isList:
		var any FilterResult
		for _, item := range v.items {
			result, _ := filterResult(item)
			any.Filtered = any.Filtered || result.Filtered
			any.Detected = any.Detected || result.Detected
		}
		return any, true
	}
	return FilterResult{}, false
}

// choices reads the error of a choice, and a refusal that is shaped like an
// answer, as Azure sends it with status 400 where the output was blocked.
func (p *Problem) choices(v value, level int) {
	for _, choice := range v.items {
		p.value(choice.get("error"), level)
		if choice.get("finish_reason").text != "content_filter" {
			continue
		}
		p.Code = first(p.Code, "content_filter")
		p.filter(choice)
		for _, name := range filterNames {
			p.Message = first(p.Message, p.said(choice.get(name).get("error").get("message"), level))
		}
	}
}

// word is a text or a number as a code.
func word(v value) string {
	switch v.kind {
	case isText:
		return tidy(v.text, maxWord)
	case isNumber:
		if f, err := strconv.ParseFloat(v.text, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return strconv.FormatInt(int64(f), 10) // 422.0 and 4.22e2, too
		}
		return tidy(v.text, maxWord)
	}
	return ""
}

// typeOf is an object's type, but for those that say nothing: the one of a problem
// document without a type, and the one that says that an error is an error.
func typeOf(v value) string {
	switch t := word(v.get("type")); t {
	case "about:blank", "error":
		return ""
	default:
		return t
	}
}

func status(v value) int {
	if n, err := strconv.Atoi(word(v)); err == nil && n >= 100 && n <= 999 {
		return n
	}
	return 0
}

// path is a place as pydantic gives it, without the leading "body":
// ["body", "messages", 0, "name"] is messages[0].name.
func path(loc value) string {
	items := loc.items
	if loc.kind == isText {
		items = []value{loc}
	}
	var b strings.Builder
	for i, item := range items {
		switch {
		case item.kind == isNumber:
			b.WriteString("[" + word(item) + "]")
		case item.kind != isText, i == 0 && item.text == "body":
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(item.text)
		}
		if b.Len() > maxPath {
			break
		}
	}
	return tidy(b.String(), maxPath)
}
