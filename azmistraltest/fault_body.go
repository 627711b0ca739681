package azmistraltest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/azmistral/azmistral"
)

// bodyScenarios are bodies with status 200, and its neighbours, that are no answer,
// or one in an odd wrapping.
func bodyScenarios() []Scenario {
	const words = "the cluster is on fire"
	unary, streamed := []Form{Unary}, []Form{Streamed}
	doc := wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop")
	page := "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
	none := wantCut(azmistral.ErrUnexpectedResponse)
	// An event stream that has no event in it is also one that did not arrive whole.
	nothing := none
	nothing.Or = []error{azmistral.ErrIncomplete}
	paris, maybe := wantText("Paris."), wantText("Paris.")
	maybe.WholeOrError = true
	inside := func(kind error, code string) Want {
		w := wantCut(kind, words)
		w.Code = code
		return w
	}
	row := func(name, does string, forms []Form, want Want, status int, contentType, body string) Scenario {
		return Scenario{Name: name, Does: does, Forms: forms, Want: want, reply: func(args) Reply { return typed(status, contentType, body) }}
	}
	json, sse := "application/json", "text/event-stream"
	stream := string(eventData(chunk(`{"role":"assistant","content":"Par"}`, ""))) + string(eventData(lastChunk(`{"content":"is."}`, "stop"))) + "data: [DONE]\n\n"
	list := []Scenario{
		{Name: "html", Does: "a page instead of an answer", keys: []scenarioKey{{"status", sortStatus, "200", "of HTTP"}},
			want: func(a args) Want {
				if a.number("status", 200) == 200 {
					return wantCut(azmistral.ErrUnexpectedResponse, "Sign in")
				}
				return wantStatus(a.number("status", 200), "Sign in")
			},
			reply: func(a args) Reply { return typed(a.number("status", 200), "text/html", page) }},
		{Name: "empty", Does: "an empty body", keys: []scenarioKey{{"status", sortStatus, "200", "of HTTP"}},
			want: func(a args) Want {
				w := nothing
				w.Status = a.number("status", 200)
				if w.Status >= 300 {
					return wantStatus(w.Status)
				}
				return w
			},
			reply: func(a args) Reply { return Raw(a.number("status", 200), nil, "") }},
		row("null", "200 and the word null", nil, none, 200, json, "null"),
		{Name: "no-choices", Does: "200 and an answer without a choice", Forms: unary, Want: none,
			reply: func(args) Reply { return Reply{}.changed(func(_ *Request, a *answer) { a.choices = nil }) }},
		{Name: "broken-json", Does: "200 and half a JSON body", Want: wantHalf(),
			reply: func(args) Reply { return Raw(200, nil, `{"id":"x","choices":[{"index":0,"message":{"role":"assista`) }},
		{Name: "error-200", Does: "200 and an error in the body", Want: wantCoded200("InternalServerError", "The sandbox was asked to fail."),
			reply: func(args) Reply {
				return Raw(200, nil, `{"error":{"code":"InternalServerError","message":"The sandbox was asked to fail."}}`)
			}},
		row("error-200-mistral", "200 and Mistral's error object", nil, inside(azmistral.ErrUnavailable, "3000"), 200, json,
			`{"object":"error","message":"`+words+`","type":"internal_server_error","param":null,"code":"3000"}`),
		row("error-200-detail", "200 and a detail", nil, inside(azmistral.ErrUnavailable, ""), 200, json, `{"detail":"`+words+`"}`),
		row("error-200-choices", "200 and an error beside an empty list of choices", nil, inside(azmistral.ErrRateLimited, "429"), 200, json,
			`{"choices":[],"error":{"code":"429","message":"`+words+`"}}`),
		row("error-200-text", "200 and an error that is a text", nil, inside(azmistral.ErrUnavailable, ""), 200, json, `{"error":"`+words+`"}`),
		row("error-200-stream-type", "an error object that calls itself an event stream", nil, inside(azmistral.ErrUnavailable, "x"), 200, sse,
			`{"error":{"code":"x","message":"`+words+`"}}`),
		row("html-as-json", "a page that calls itself JSON", nil, wantCut(azmistral.ErrUnexpectedResponse, "Sign in"), 200, json, page),
		row("html-as-stream", "a page that calls itself an event stream", streamed, wantCut(azmistral.ErrUnexpectedResponse, "Sign in"), 200, sse, page),
		row("empty-object", "200 and an empty object", nil, none, 200, json, "{}"),
		row("empty-list", "200 and an empty list", nil, none, 200, json, "[]"),
		row("number", "200 and a number", nil, none, 200, json, "42"),
		row("choices-empty", "200 and no choices", nil, none, 200, json, `{`+docHead+`,"choices":[],`+docUsage+`}`),
		row("choices-null", "200 and null as choices", nil, none, 200, json, `{`+docHead+`,"choices":null,`+docUsage+`}`),
		row("no-message", "200 and a choice without a message", nil, none, 200, json, `{`+docHead+`,"choices":[{"index":0,"finish_reason":"stop"}],`+docUsage+`}`),
		row("message-null", "200 and a choice whose message is null", nil, none, 200, json, `{`+docHead+`,"choices":[{"index":0,"message":null,"finish_reason":"stop"}],`+docUsage+`}`),
		{Name: "filtered-no-message", Does: "200 and a choice without a message, because the filter blocked it",
			Want: func() Want {
				w := wantText("")
				w.FinishReason = azmistral.FinishContentFilter
				return w
			}(),
			reply: func(args) Reply {
				return Raw(200, nil, `{`+docHead+`,"choices":[{"index":0,"finish_reason":"content_filter","content_filter_results":{"violence":{"filtered":true,"severity":"medium"}}}],`+docUsage+`}`)
			}},
		row("status-204", "204 and nothing", nil, wantOther(204), 204, "", ""),
		row("status-201", "201 and an answer", nil, wantOther(201), 201, json, doc),
		row("status-202", "202 and an answer", nil, wantOther(202), 202, json, doc),
		row("status-206", "206 and an answer", nil, wantOther(206), 206, json, doc),
		row("json-for-stream", "a whole answer where a stream was asked for", streamed, paris, 200, json, doc),
		row("json-as-stream", "a whole answer that calls itself an event stream", nil, maybe, 200, sse, doc),
		row("stream-for-whole", "a stream where a whole answer was asked for", unary, maybe, 200, sse, stream),
		row("stream-as-json", "a stream that calls itself JSON", nil, maybe, 200, json, stream),
		row("whole-as-event", "a whole answer as the one event of a stream", streamed, maybe, 200, sse, string(eventData(doc))+"data: [DONE]\n\n"),
		row("trailing-garbage", "an answer with words behind it", nil, maybe, 200, json, doc+" and that was that"),
		row("two-documents", "two answers in one body", nil, maybe, 200, json, doc+"\n"+strings.Replace(doc, "Paris", "Rome", 1)),
		row("byte-order-mark", "an answer behind a byte order mark", nil, maybe, 200, json, "\ufeff"+doc),
		row("blanks-before", "an answer behind blanks and lines", nil, paris, 200, json, "\r\n  \n\t"+doc+"\n\n"),
		row("type-charset", "an answer whose content type names a charset", nil, paris, 200, `Application/JSON; charset="UTF-8"`, doc),
		row("type-text", "an answer that calls itself plain text", nil, maybe, 200, "text/plain", doc),
		row("type-octets", "an answer that calls itself bytes", nil, maybe, 200, "application/octet-stream", doc),
		row("type-malformed", "an answer with a content type that is none", nil, maybe, 200, ";;=", doc),
		row("type-missing", "an answer without a content type", nil, maybe, 200, "", doc),
		row("stream-type-charset", "a stream whose content type names a charset", streamed, paris, 200, `Text/Event-Stream;charset=utf-8`, stream),
		row("stream-type-missing", "a stream without a content type", streamed, maybe, 200, "", stream),
		row("stream-type-text", "a stream that calls itself plain text", streamed, maybe, 200, "text/plain", stream),
		row("encoding-unknown", "a body in an encoding that nobody asked for", nil, none, 200, json, "\x8b\x02\x80"),
		row("gzip", "an answer that is compressed", unary, paris, 200, json, zipped(doc)),
		row("gzip-stream", "a stream that is compressed", streamed, paris, 200, sse, zipped(stream)),
		row("gzip-cut", "an answer that is compressed, and cut", unary, wantHalf(), 200, json, zipped(doc)[:60]),
		row("gzip-stream-cut", "a stream that is compressed, and cut", streamed, wantCut(azmistral.ErrIncomplete), 200, sse, zipped(stream)[:60]),
		row("gzip-none", "a body that says that it is compressed, and is not", nil, wantHalf(), 200, json, doc),
		row("gzip-bad-sum", "an answer that is compressed, with a wrong checksum", unary, maybe, 200, json, badSum(zipped(doc))),
		{Name: "length-too-long", Does: "promises more bytes than it has", Protocols: []Protocol{HTTP1}, Want: wantCut(azmistral.ErrIncomplete), Forms: unary,
			reply: func(args) Reply {
				return typed(200, json, doc).tampered(func(o *output) {
					o.header.Set("Content-Length", strconv.Itoa(len(doc)+100))
					o.end = endAbort
				})
			}},
		{Name: "trailers", Does: "has a trailer behind its body", Want: wantText(stageText),
			reply: func(args) Reply {
				return Reply{}.tampered(func(o *output) {
					o.flush = true
					o.after = func(w http.ResponseWriter) { w.Header().Set(http.TrailerPrefix+"X-Checksum", "abc") }
				})
			}},
	}
	for i := range list {
		coding := ""
		switch {
		case list[i].Name == "encoding-unknown":
			coding = "br"
		case strings.HasPrefix(list[i].Name, "gzip"):
			coding = "gzip"
		}
		if coding != "" {
			plain := list[i].reply
			list[i].reply = func(a args) Reply { return plain(a).Header("Content-Encoding", coding) }
		}
	}
	return list
}

// typed is Raw with a content type; "" sends none.
func typed(status int, contentType, body string) Reply {
	header := http.Header{"Content-Type": {contentType}}
	if contentType == "" {
		header = http.Header{"Content-Type": nil} // net/http then does not guess one
	}
	return Raw(status, header, body)
}

// wantOther is a success that is no answer.
func wantOther(status int) Want {
	w := wantCut(azmistral.ErrUnexpectedResponse, strconv.Itoa(status))
	w.Status = status
	return w
}

// wantCoded200 is an error with a code in the place of an answer.
func wantCoded200(code string, words ...string) Want {
	w := wantCut(azmistral.ErrUnavailable, words...)
	w.Code = code
	return w
}
