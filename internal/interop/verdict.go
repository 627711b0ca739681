package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/azmistral/azmistral"
	"github.com/azmistral/azmistral/azmistraltest"
)

// kind is what a run came to, in one word.
type kind string

const (
	right   kind = "right"
	silent  kind = "SILENT"
	secret  kind = "SECRET"
	lost    kind = "LOST"
	mute    kind = "MUTE"
	storm   kind = "STORM"
	noRetry kind = "NORETRY"
	hang    kind = "HANG"
	leak    kind = "LEAK"
	unbound kind = "UNBOUND"
	died    kind = "PANIC"
)

// kinds are all verdicts, the worst first but for right, with what each means.
var kinds = []struct {
	kind kind
	does string
}{
	{right, "the whole answer, or an error that says what happened, in time, bounded, with nothing left behind"},
	{died, "the caller's goroutine panicked, or its process died"},
	{silent, "a part of the answer, or something else, given as success"},
	{secret, "the key or the prompt in an error, or sent to an origin that the caller never named"},
	{hang, "no return within 2 s after the context had ended"},
	{unbound, "more than 400 MB allocated for one answer"},
	{leak, "connections or goroutines still there 1.2 s after the return, the context alive"},
	{storm, "too many sends, or sent again before the wait that the service had asked for"},
	{lost, "a good answer reported as an error"},
	{mute, "an error that says not what happened: neither its text nor its fields"},
	{noRetry, "an honest error where another send would have had the answer"},
}

const (
	mostAllocated = 400 << 20 // bytes for one answer

	// mostSends is how many sends no client should go beyond, where the catalogue
	// does not ask for fewer.
	mostSends = 5

	// early is by how much the clocks of both sides may differ at a wait.
	early = 30 * time.Millisecond
)

// verdict is a kind and a few words on what came back.
type verdict struct {
	Kind kind
	Note string
}

// judge decides what an outcome is worth, given what was wanted. Of azmistral it
// asks everything that Want says. Of the others it asks what any client can do:
// the answer whole or an error, the service's words and status in it, the context's
// error where the context ended the call, and no more sends than make sense.
func judge(o outcome, w azmistraltest.Want, ours bool) verdict {
	switch {
	case o.panicked != "":
		return verdict{died, brief(o.panicked)}
	case o.hung:
		return verdict{hang, "no return"}
	case o.away != "":
		return verdict{secret, o.away + " sent to another origin"}
	case ours && o.strays > 0:
		return verdict{secret, "a request sent to another origin"}
	case o.shown == "%v":
		return verdict{secret, "in the error's text"}
	case o.shown != "":
		return verdict{secret, "in the error, printed by " + o.shown}
	}
	if o.closed {
		return verdict{right, "closed by the caller"}.unlessLeft(o)
	}
	v := judgeResult(o, w, ours)
	switch {
	case v.Kind == silent:
		return v
	case o.late > grace:
		return verdict{hang, "returned late"}
	case o.allocated > mostAllocated:
		return verdict{unbound, "more than 400 MB allocated, " + v.Note}
	}
	if v = v.unlessLeft(o); v.Kind == leak {
		return v
	}
	if note := judgeSends(o, w, ours); note != "" {
		return verdict{storm, note}
	}
	if v.Kind == right && ours {
		return judgeOurs(o, w, v)
	}
	return v
}

// unlessLeft is v for a call that left nothing behind.
func (v verdict) unlessLeft(o outcome) verdict {
	if o.left != "" {
		return verdict{leak, o.left}
	}
	return v
}

// judgeResult looks at what was returned alone.
func judgeResult(o outcome, w azmistraltest.Want, ours bool) verdict {
	wantsError := w.Err != nil
	switch {
	case !ours && wantsError && o.err == nil:
		return judgeAnyway(o, w)
	case o.err == nil && wantsError:
		return verdict{silent, o.answer.brief() + ", nil error"}
	case o.err == nil:
		if note := difference(o.answer, w, ours); note != "" {
			return verdict{silent, note + ", nil error"}
		}
		return verdict{right, "answer"}
	case w.WholeOrError:
		return verdict{right, errorName(o.err)}
	case !wantsError && o.sends < w.Sends:
		return verdict{noRetry, "gave up after " + plural(o.sends, "send")}
	case !wantsError && !ours && endedByContext(o.err) && difference(o.answer, w, ours) == "":
		return verdict{right, errorName(o.err)} // the caller holds the whole answer, and had to wait
	case !wantsError:
		return verdict{lost, brief(o.err.Error())}
	}
	if missing := unsaid(o, w, ours); missing != "" {
		return verdict{mute, "no " + missing + ": " + brief(o.err.Error())}
	}
	return verdict{right, errorName(o.err)}
}

// judgeAnyway judges an answer where azmistral has to give an error. Where that is a
// choice of azmistral's, the whole answer is as right.
func judgeAnyway(o outcome, w azmistraltest.Want) verdict {
	first := o.answer.first()
	unmarred := o.form == azmistraltest.Unary && first.finish != "" // a JSON document that was read to its end
	whole := difference(o.answer, wholeAnswer(), false) == ""
	got := verdict{right, "answer"}
	switch {
	case first.finish == azmistral.FinishError:
		return verdict{right, "finish reason shown"}
	case errors.Is(w.Err, azmistral.ErrIncomplete) && (whole || unmarred): // of which only the transport's end is missing
		return got
	case errors.Is(w.Err, azmistral.ErrInvalidRequest) && w.Status == 0 && whole: // a transport that may cut streams
		return got
	case w.Status > 200 && w.Status < 300 && unmarred:
		return got
	case w.Status >= 300 && w.Status < 400 && o.strays > 0:
		return verdict{silent, "answer of another origin, nil error"}
	case w.Status >= 301 && w.Status <= 303 && whole:
		return verdict{silent, "answer to a GET without the prompt, nil error"}
	case resentByMany(w) && whole: // sent on within the origin, or sent again at the risk of paying twice
		return got
	}
	return verdict{silent, o.answer.brief() + ", nil error"}
}

// difference says in which way an answer is not the wanted one; "": in none.
func difference(a answer, w azmistraltest.Want, ours bool) string {
	first := a.first()
	calls := first.calls
	if w.AnyOrder {
		calls = slices.SortedStableFunc(slices.Values(calls), func(a, b azmistral.ToolCall) int { return strings.Compare(a.Name, b.Name) })
	}
	switch {
	case !w.HasText(first.text) && (ours || !w.HasText(validText(first.text))):
		return a.brief()
	case first.finish != w.FinishReason:
		return "finish reason " + strconv.Quote(string(first.finish))
	case !slices.EqualFunc(calls, w.ToolCalls, sameCall):
		return "calls " + callsBrief(first.calls, slices.EqualFunc(calls, w.ToolCalls, sameFunction))
	case a.usage.PromptTokens != w.Usage.PromptTokens, a.usage.CompletionTokens != w.Usage.CompletionTokens, a.usage.TotalTokens != w.Usage.TotalTokens:
		return fmt.Sprintf("usage %d %d %d", a.usage.PromptTokens, a.usage.CompletionTokens, a.usage.TotalTokens)
	}
	var further []string
	for _, c := range a.choices[min(1, len(a.choices)):] {
		further = append(further, c.text)
	}
	if !slices.Equal(further, w.Further) {
		return fmt.Sprintf("further choices %.60q", further)
	}
	if ours && (first.thinking != w.Thinking || a.usage != w.Usage) {
		return fmt.Sprintf("thinking %.40q, usage %+v", first.thinking, a.usage)
	}
	return ""
}

// validText is a text as one that encoding/json has read, without bytes that are no UTF-8.
func validText(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// sameCall takes any id where the wanted one is left to the client.
func sameCall(got, want azmistral.ToolCall) bool {
	return sameFunction(got, want) && (want.ID == "" || got.ID == want.ID)
}

func sameFunction(got, want azmistral.ToolCall) bool {
	return got.Name == want.Name && got.Arguments == want.Arguments
}

// unsaid is what the error neither says nor holds in a field; "": nothing is missing.
func unsaid(o outcome, w azmistraltest.Want, ours bool) string {
	if !ours {
		for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
			if slices.Contains(w.Also, end) && errors.Is(o.err, end) {
				return "" // a caller who has ended the call knows why
			}
			if w.Err == end && !slices.ContainsFunc(append([]error{w.Err}, w.Or...), func(e error) bool { return errors.Is(o.err, e) }) {
				return end.Error()
			}
		}
		if endsBySilence(w) && !errors.Is(o.err, context.DeadlineExceeded) && !saysBound.MatchString(o.err.Error()) {
			return context.DeadlineExceeded.Error()
		}
	}
	said := strings.ToLower(strings.Join(o.said, "\n"))
	if ours || serviceSpoke(w) {
		for _, word := range w.Words {
			if !strings.Contains(said, strings.ToLower(word)) {
				return strconv.Quote(word)
			}
		}
	}
	if !ours && w.Status >= 300 && w.Status < 400 && saysRedirect.MatchString(said) {
		return ""
	}
	if w.Status >= 300 && !w.Loose && !strings.Contains(said, strconv.Itoa(w.Status)) {
		return strconv.Itoa(w.Status)
	}
	return ""
}

// saysRedirect finds what an error says of a redirect: the word, or the status of the
// place that it led to.
var saysRedirect = regexp.MustCompile(`redirect|origin|location|protocol scheme|\b[3-5]\d\d\b`)

// saysBound finds an error about a limit, of size or of time.
var saysBound = regexp.MustCompile(`too (long|large|many)|limit|timeout|timed out`)

// serviceSpoke says whether Words are the service's own. Else they are azmistral's,
// of what it found instead of an answer.
func serviceSpoke(w azmistraltest.Want) bool {
	ours := []error{azmistral.ErrTimeout, azmistral.ErrIncomplete, azmistral.ErrUnexpectedResponse, azmistral.ErrTooLarge}
	return w.Status != 0 && !slices.ContainsFunc(ours, func(e error) bool { return errors.Is(w.Err, e) })
}

// judgeSends says what is wrong with the sends; "": nothing.
func judgeSends(o outcome, w azmistraltest.Want, ours bool) string {
	most := w.Sends
	switch {
	case !ours && resentByMany(w), most == 0:
		most = mostSends
	case most < 0:
		most = 0
	}
	if o.sends > most {
		return plural(o.sends, "send") + " where " + strconv.Itoa(most) + " would do"
	}
	least := w.WaitLeast
	if !ours {
		least = o.asked
	}
	for _, wait := range o.waits {
		if least >= time.Second && wait < least-early {
			return fmt.Sprintf("sent again before %v had passed", least)
		}
	}
	return ""
}

// resentByMany are cases in which azmistral sends once, or not at all, and others
// openly hold another view: no response after the request was delivered; redirects;
// statuses that say little of whether another send would help; a transport that
// may cut streams.
func resentByMany(w azmistraltest.Want) bool {
	switch w.Status {
	case 0:
		return w.Delivered || errors.Is(w.Err, azmistral.ErrInvalidRequest)
	case http.StatusConflict, http.StatusTooEarly, http.StatusNotImplemented:
		return true
	}
	return w.Status >= 300 && w.Status < 400 || w.Status > http.StatusGatewayTimeout
}

// judgeOurs asks the rest of what Want says, which only azmistral's own errors can
// tell. v is the verdict where all of it holds.
func judgeOurs(o outcome, w azmistraltest.Want, v verdict) verdict {
	if w.Sends > 0 && o.sends != w.Sends {
		return verdict{noRetry, plural(o.sends, "send") + " of " + strconv.Itoa(w.Sends)}
	}
	if within := cmp.Or(w.Within, 5*time.Second); o.took > max(within, time.Second) { // this machine may be busy
		return verdict{hang, fmt.Sprintf("took more than %v", within)}
	}
	if o.err == nil || w.WholeOrError {
		return v
	}
	if !slices.ContainsFunc(append([]error{w.Err}, w.Or...), func(e error) bool { return errors.Is(o.err, e) }) {
		return verdict{mute, "not " + errorName(w.Err) + ": " + brief(o.err.Error())}
	}
	for _, also := range w.Also {
		if !errors.Is(o.err, also) {
			return verdict{mute, "not " + errorName(also) + ": " + brief(o.err.Error())}
		}
	}
	e, ok := errors.AsType[*azmistral.Error](o.err)
	switch {
	case !ok:
		return verdict{mute, "no *azmistral.Error: " + brief(o.err.Error())}
	case w.Text != "" && o.answer.first().text != w.Text:
		return verdict{lost, "of what came before the error: " + o.answer.brief()}
	case w.RetryAfter != 0 && !w.AtLeast && e.RetryAfter != w.RetryAfter, w.AtLeast && e.RetryAfter < w.RetryAfter:
		return verdict{mute, fmt.Sprintf("RetryAfter %v, wanted %v", e.RetryAfter, w.RetryAfter)}
	case w.Loose:
		return v
	case e.StatusCode != w.Status:
		return verdict{mute, fmt.Sprintf("status %d, wanted %d: %s", e.StatusCode, w.Status, brief(e.Error()))}
	case w.Code != "*" && e.Code != w.Code:
		return verdict{mute, fmt.Sprintf("code %q, wanted %q", e.Code, w.Code)}
	case e.Delivered != w.Delivered:
		return verdict{mute, fmt.Sprintf("Delivered %v: %s", e.Delivered, brief(e.Error()))}
	}
	return v
}

// endsBySilence says whether a deadline of azmistral's own has to end the call. The
// others have none: their caller's context does it.
func endsBySilence(w azmistraltest.Want) bool { return errors.Is(w.Err, azmistral.ErrTimeout) }

func endedByContext(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
