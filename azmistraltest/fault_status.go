package azmistraltest

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/azmistral/azmistral"
)

// statuses is what each status means and how often it is sent in all: Azure's
// documentation of its online endpoints, and this library's rules of retrying.
var statuses = []struct {
	status int
	kind   error
	sends  int
}{
	{400, azmistral.ErrInvalidRequest, 1},
	{401, azmistral.ErrAuthentication, 1},
	{402, azmistral.ErrInvalidRequest, 1},
	{403, azmistral.ErrPermission, 1},
	{404, azmistral.ErrNotFound, 1},
	{405, azmistral.ErrInvalidRequest, 1},
	{406, azmistral.ErrInvalidRequest, 1},
	{407, azmistral.ErrInvalidRequest, 1},
	{408, azmistral.ErrUnavailable, 5},
	{409, azmistral.ErrInvalidRequest, 1},
	{410, azmistral.ErrInvalidRequest, 1},
	{411, azmistral.ErrInvalidRequest, 1},
	{412, azmistral.ErrInvalidRequest, 1},
	{413, azmistral.ErrInvalidRequest, 1},
	{414, azmistral.ErrInvalidRequest, 1},
	{415, azmistral.ErrInvalidRequest, 1},
	{417, azmistral.ErrInvalidRequest, 1},
	{418, azmistral.ErrInvalidRequest, 1},
	{421, azmistral.ErrInvalidRequest, 1},
	{422, azmistral.ErrInvalidRequest, 1},
	{423, azmistral.ErrInvalidRequest, 1},
	{424, azmistral.ErrUnavailable, 1}, // of an ailing model; sent again only where a header says why
	{425, azmistral.ErrUnavailable, 1},
	{426, azmistral.ErrInvalidRequest, 1},
	{428, azmistral.ErrInvalidRequest, 1},
	{429, azmistral.ErrRateLimited, 5},
	{431, azmistral.ErrInvalidRequest, 1},
	{451, azmistral.ErrInvalidRequest, 1},
	{499, azmistral.ErrInvalidRequest, 1},
	{500, azmistral.ErrUnavailable, 5},
	{501, azmistral.ErrUnavailable, 1},
	{502, azmistral.ErrUnavailable, 5},
	{503, azmistral.ErrUnavailable, 5},
	{504, azmistral.ErrUnavailable, 5},
	{505, azmistral.ErrUnavailable, 1},
	{507, azmistral.ErrUnavailable, 1},
	{508, azmistral.ErrUnavailable, 1},
	{511, azmistral.ErrUnavailable, 1},
	{529, azmistral.ErrUnavailable, 5},
	{599, azmistral.ErrUnavailable, 1},
	{999, azmistral.ErrUnexpectedResponse, 1},
}

// statusScenarios are every status, with a JSON body; and those without a meaning
// of their own in other bodies.
func statusScenarios() []Scenario {
	var list []Scenario
	for _, row := range statuses {
		status := row.status
		want := wantCoded(status, "oops", "the reason is oops")
		if status == 425 {
			want.Or = []error{azmistral.ErrInvalidRequest} // nobody says what it means here
		}
		if status == 999 {
			want.Code, want.Words = "", nil // the body of a stranger
		}
		list = append(list, Scenario{Name: "status-" + strconv.Itoa(status), Does: "refuses with " + strconv.Itoa(status) + " and an error in JSON",
			Want: want,
			reply: func(args) Reply {
				return Raw(status, nil, `{"error":{"code":"oops","message":"the reason is oops"}}`)
			}})
	}
	statusKey := scenarioKey{"status", sortStatus, "502", "of HTTP"}
	return append(list,
		Scenario{Name: "status-page", Does: "refuses with a page of HTML", keys: []scenarioKey{statusKey},
			want: func(a args) Want { return wantStatus(a.number("status", 502), "Bad gateway here") },
			reply: func(a args) Reply {
				return Raw(a.number("status", 502), http.Header{"Content-Type": {"text/html"}}, "<html><head><title>Bad gateway here</title></head><body><h1>Bad gateway here</h1></body></html>")
			}},
		Scenario{Name: "status-words", Does: "refuses with plain words", keys: []scenarioKey{statusKey},
			want: func(a args) Want { return wantStatus(a.number("status", 502), "no healthy upstream") },
			reply: func(a args) Reply {
				return Raw(a.number("status", 502), http.Header{"Content-Type": {"text/plain"}}, "no healthy upstream")
			}},
		Scenario{Name: "status-empty", Does: "refuses with no body", keys: []scenarioKey{statusKey},
			want:  func(a args) Want { return wantStatus(a.number("status", 502)) },
			reply: func(a args) Reply { return Raw(a.number("status", 502), nil, "") }},
		Scenario{Name: "status-body-cut", Does: "refuses, and the body is cut short",
			Want: wantStatus(502),
			reply: func(args) Reply {
				return Raw(502, nil, `{"error":{"message":"we are do`).tampered(func(o *output) { o.end = endAbort })
			}},
		Scenario{Name: "status-body-stalls", Does: "refuses, and the body never ends", count: 1,
			Want: wantSends(2, wantText(stageText)), // the refusal's body is waited for a second
			reply: func(args) Reply {
				return Raw(502, nil, `{"error":{"message":"we are do`).tampered(func(o *output) { o.hold = true })
			}},
		Scenario{Name: "status-400-body-stalls", Does: "refuses with 400, and the body never ends",
			Want: wantStatus(400),
			reply: func(args) Reply {
				return Raw(400, nil, `{"error":{"message":"we are do`).tampered(func(o *output) { o.hold = true })
			}},
	)
}

// wantStatus is the refusal that a status is.
func wantStatus(status int, words ...string) Want {
	w := Want{Status: status, Words: append(words, strconv.Itoa(status)), Sends: 1, Err: azmistral.ErrInvalidRequest}
	switch {
	case status >= 500 && status < 600:
		w.Err = azmistral.ErrUnavailable
	case status < 400 || status >= 600:
		w.Err = azmistral.ErrUnexpectedResponse
	}
	for _, row := range statuses {
		if row.status == status {
			w.Err, w.Sends = row.kind, row.sends
		}
	}
	return w
}

// wantCoded is wantStatus with the service's code.
func wantCoded(status int, code string, words ...string) Want {
	w := wantStatus(status, words...)
	w.Code = code
	return w
}

// wantKind gives a want another sentinel, which is also each of those.
func wantKind(kind error, w Want, also ...error) Want {
	w.Err, w.Also = kind, slices.Concat(w.Also, also)
	return w
}

// wantWait adds what the service asks the caller to wait.
func wantWait(wait time.Duration, w Want) Want {
	w.RetryAfter = wait
	return w
}

// wantSends is a want after so many sends.
func wantSends(sends int, w Want) Want {
	w.Sends = sends
	return w
}
