package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/azmistral/azmistral"
)

// sentinels are the errors that a page can name.
var sentinels = []struct {
	err  error
	name string
}{
	{azmistral.ErrContextTooLong, "ErrContextTooLong"}, {azmistral.ErrQuotaExceeded, "ErrQuotaExceeded"},
	{azmistral.ErrAuthentication, "ErrAuthentication"}, {azmistral.ErrPermission, "ErrPermission"},
	{azmistral.ErrNotFound, "ErrNotFound"}, {azmistral.ErrInvalidRequest, "ErrInvalidRequest"},
	{azmistral.ErrContentFiltered, "ErrContentFiltered"}, {azmistral.ErrRateLimited, "ErrRateLimited"},
	{azmistral.ErrUnavailable, "ErrUnavailable"}, {azmistral.ErrIncomplete, "ErrIncomplete"},
	{azmistral.ErrTimeout, "ErrTimeout"}, {azmistral.ErrTooLarge, "ErrTooLarge"},
	{azmistral.ErrUnexpectedResponse, "ErrUnexpectedResponse"},
	{context.Canceled, "context.Canceled"}, {context.DeadlineExceeded, "context.DeadlineExceeded"},
}

func errorName(err error) string {
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			return s.name
		}
	}
	return "error"
}

// brief describes an answer in a few words.
func (a answer) brief() string {
	if len(a.choices) == 0 {
		return "no choice"
	}
	first := a.first()
	text := strconv.Quote(cut(first.text, 24))
	switch {
	case len(first.calls) > 0:
		text += ", calls " + callsBrief(first.calls, false)
	case first.finish == "":
		text += ", no finish reason"
	}
	return text
}

// callsBrief lists the first calls, with their ids where those make the difference.
func callsBrief(calls []azmistral.ToolCall, ids bool) string {
	var texts []string
	for _, c := range calls[:min(3, len(calls))] {
		text := cut(c.Name, 24) + "(" + cut(c.Arguments, 24) + ")"
		if ids {
			text += " with id " + strconv.Quote(c.ID)
		}
		texts = append(texts, text)
	}
	if len(calls) > 3 {
		texts = append(texts, fmt.Sprintf("and %d more", len(calls)-3))
	}
	if len(texts) == 0 {
		return "none"
	}
	return strings.Join(texts, ", ")
}

// request is what net/http and azcore put before what happened.
var request = regexp.MustCompile(`Post "[^"]*": |(POST|GET) https?://\S+\s+-{9,}\s+|-{9,}\s`)

// changing is what differs from one run to the next in texts of errors.
var changing = regexp.MustCompile(`stream ID \d+|(127\.0\.0\.1|localhost|\[::1\]):\d+|0x[0-9a-f]+|\b20\d\d-\d\d-\d\dT[0-9:]+Z\b`)

// brief is the beginning of a text in one line, without what changes from run to run.
func brief(text string) string {
	text = request.ReplaceAllString(text, "")
	text = changing.ReplaceAllString(text, "…")
	return cut(strings.Join(strings.Fields(text), " "), 90)
}

func cut(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
