package azmistraltest

import (
	"net"
	"strconv"
	"strings"

	"github.com/azmistral/azmistral"
)

// redirectScenarios point elsewhere. A client must not go there: neither its
// credential nor the prompt is meant for another place.
func redirectScenarios() []Scenario {
	refused := func(status int, words ...string) Want {
		return Want{Err: azmistral.ErrUnexpectedResponse, Status: status, Sends: 1, Words: append(words, strconv.Itoa(status))}
	}
	to := scenarioKey{"to", sortText, "another origin", "the other place"}
	redirect := func(status int, fallback string) func(args) Reply {
		return func(a args) Reply {
			place := a.text("to", fallback)
			if place == "" {
				place = a.text("elsewhere", "https://elsewhere.example.com")
				if place == "" {
					place = "https://elsewhere.example.com"
				}
				place += "/models/chat/completions?api-version=x"
			}
			return Raw(status, nil, "").Header("Location", place)
		}
	}
	list := []Scenario{
		{Name: "redirect", Does: "sends the client elsewhere", keys: []scenarioKey{{"status", sortStatus, "307", "of HTTP"}, to},
			want:  func(a args) Want { return refused(a.number("status", 307)) },
			reply: func(a args) Reply { return redirect(a.number("status", 307), "")(a) }},
		{Name: "redirect-loop", Does: "sends the client to where it is", Want: refused(307), reply: redirect(307, "/models/chat/completions")},
		{Name: "redirect-nowhere", Does: "says 302 without a place", Want: refused(302), reply: func(args) Reply { return Raw(302, nil, "") }},
		{Name: "redirect-empty", Does: "says 307 with an empty place", Want: refused(307),
			reply: func(args) Reply { return Raw(307, nil, "").tampered(func(o *output) { o.header.Set("Location", "") }) }},
		{Name: "redirect-broken", Does: "says 307 with a place that is none",
			Want:  Want{Err: azmistral.ErrUnexpectedResponse, Or: []error{azmistral.ErrUnavailable}, Loose: true, Sends: 1},
			reply: redirect(307, "http://%zz/::")},
		{Name: "redirect-300", Does: "says 300 with a place", Want: refused(300), reply: redirect(300, "/other")},
		{Name: "redirect-304", Does: "says 304: not modified", Want: refused(304), reply: func(args) Reply { return typed(304, "", "") }},
		{Name: "redirect-with-body", Does: "says 302 with an answer in its body", Want: refused(302), reply: func(args) Reply {
			return Raw(302, nil, wholeDoc(`{"role":"assistant","content":"Paris."}`, "stop")).Header("Location", "/other")
		}},
		{Name: "redirect-script", Does: "says 307 with a place that is a script", Want: refused(307), Protocols: []Protocol{HTTP1},
			reply: redirect(307, "javascript:alert(1)")},
		{Name: "location-200", Does: "answers, and names a place", Want: wantText(stageText),
			reply: func(args) Reply { return Reply{}.Header("Location", "https://elsewhere.example.com/") }},
		{Name: "refresh-200", Does: "answers with a page that points elsewhere", keys: []scenarioKey{to},
			Want: wantCut(azmistral.ErrUnexpectedResponse),
			reply: func(a args) Reply {
				return typed(200, "text/html", `<html><head><meta http-equiv="refresh" content="0;url=`+a.text("elsewhere", "")+`"></head></html>`)
			}},
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		list = append(list,
			Scenario{Name: "redirect-" + strconv.Itoa(status) + "-same", Does: "sends the client to another path of the same origin with " + strconv.Itoa(status),
				Want: refused(status), count: 1, reply: redirect(status, "/elsewhere/v1/chat/completions")},
			Scenario{Name: "redirect-" + strconv.Itoa(status) + "-other", Does: "sends the client to another origin with " + strconv.Itoa(status), keys: []scenarioKey{to},
				Want: refused(status, "localhost"), count: 1, reply: redirect(status, "")})
	}
	return list
}

// secretScenarios repeat the credential, or the prompt.
func secretScenarios() []Scenario {
	h1 := []Protocol{HTTP1}
	return []Scenario{
		{Name: "secret-in-message", Does: "repeats the key in the error's words", Want: wantCoded(401, "401", "is not known here"),
			reply: func(args) Reply {
				return Raw(401, nil, `{"error":{"code":"401","message":"the key {{key}} is not known here"}}`).echoing()
			}},
		{Name: "secret-in-code", Does: "repeats the key as the error's code, type and parameter", Want: wantCoded(400, "*", "something is wrong"),
			reply: func(args) Reply {
				return Raw(400, nil, `{"error":{"code":"{{key}}","type":"{{key}}","param":"{{key}}","message":"something is wrong"}}`).echoing()
			}},
		{Name: "secret-in-page", Does: "repeats the key in a page", Want: wantStatus(403),
			reply: func(args) Reply {
				return typed(403, "text/html", "<html><title>No entry for {{key}}</title><body>{{key}}</body></html>").echoing()
			}},
		{Name: "secret-in-words", Does: "repeats the key in plain words", Want: wantStatus(403, "no entry"),
			reply: func(args) Reply { return typed(403, "text/plain", "no entry for {{key}}").echoing() }},
		{Name: "secret-in-page-200", Does: "repeats the key in a page with status 200", Want: wantCut(azmistral.ErrUnexpectedResponse),
			reply: func(args) Reply { return typed(200, "text/html", "<html>Hello {{key}}</html>").echoing() }},
		{Name: "secret-in-error-200", Does: "repeats the key in an error with status 200", Want: wantCut(azmistral.ErrUnavailable, "is not known here"),
			reply: func(args) Reply { return Raw(200, nil, `{"error":{"message":"{{key}} is not known here"}}`).echoing() }},
		{Name: "secret-in-event", Does: "repeats the key in an error event", Forms: []Form{Streamed}, Want: wantCut(azmistral.ErrUnavailable, "is not known here"),
			reply: func(args) Reply { return SSE(`{"error":{"message":"{{key}} is not known here"}}`).echoing() }},
		{Name: "secret-in-stray-line", Does: "repeats the key in lines that are no events", Forms: []Form{Streamed}, Want: wantCut(azmistral.ErrUnexpectedResponse),
			reply: func(args) Reply { return typed(200, "text/event-stream", "no entry for {{key}}\n\n").echoing() }},
		{Name: "secret-in-bad-event", Does: "repeats key and prompt in an event that is no JSON", Forms: []Form{Streamed}, Want: wantHalf(),
			reply: func(args) Reply { return SSE(chunk(`{"content":"Par"}`, ""), `{"{{key}}":"{{prompt}}",`).echoing() }},
		{Name: "secret-in-headers", Does: "repeats the key in headers", Want: wantStatus(500, "no luck"),
			reply: func(args) Reply {
				return Raw(500, jsonHeader("X-Echo", "{{key}}", "Apim-Request-Id", "{{key}}", "X-Ms-Region", "{{key}}"), `{"message":"no luck"}`).echoing()
			}},
		{Name: "secret-in-status-line", Does: "repeats the key behind the status", Protocols: h1, Want: wantSends(5, wantStatus(500)),
			reply: func(args) Reply {
				return echoOnWire(func(key string) string {
					return "HTTP/1.1 500 " + key + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
				})
			}},
		{Name: "secret-in-broken-head", Does: "repeats the key in a head that is none", Protocols: h1, Want: wantNoHead(),
			reply: func(args) Reply {
				return echoOnWire(func(key string) string { return "no entry for " + key + "\r\n\r\n" })
			}},
		{Name: "secret-in-broken-header", Does: "repeats the key in a header that is none", Protocols: h1, Want: wantNoHead(),
			reply: func(args) Reply {
				return echoOnWire(func(key string) string { return "HTTP/1.1 200 OK\r\nno entry for " + key + "\r\n\r\n" })
			}},
		{Name: "secret-in-location", Does: "sends the client elsewhere, the key in the place", Want: Want{Err: azmistral.ErrUnexpectedResponse, Status: 307, Sends: 1},
			reply: func(args) Reply {
				return Raw(307, jsonHeader("Location", "https://elsewhere.example.com/{{key}}?key={{key}}"), "").echoing()
			}},
		{Name: "secret-in-input", Does: "repeats the prompt as the refused input", Want: wantStatus(422, "messages"),
			reply: func(args) Reply {
				return Raw(422, nil, `{"detail":[{"type":"string_type","loc":["body","messages",0,"content"],"msg":"Input should be a valid string","input":"{{prompt}}","ctx":{"given":"{{prompt}}"}}]}`).echoing()
			}},
		{Name: "secret-in-body", Does: "repeats the request in a JSON body with status 200", Want: wantCut(azmistral.ErrUnexpectedResponse),
			reply: func(args) Reply {
				return Raw(200, nil, `{"echo":{"messages":["{{prompt}}"],"key":"{{key}}"}}`).echoing()
			}},
		{Name: "secret-encoded", Does: "repeats the key in JSON within JSON", Want: wantCoded(401, "*"),
			reply: func(args) Reply {
				return Raw(401, nil, `{"error":{"code":"Unauthorized","message":"{\"message\":\"who is {{key}}?\"}"}}`).echoing()
			}},
	}
}

// jsonHeader is a header of JSON with more in it.
func jsonHeader(pairs ...string) map[string][]string {
	h := map[string][]string{"Content-Type": {"application/json"}}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = []string{pairs[i+1]}
	}
	return h
}

// echoOnWire writes what a function makes of the request's credential.
func echoOnWire(make func(key string) string) Reply {
	r := Reply{}.Header("X-Key", "{{key}}").echoing()
	return r.tampered(func(o *output) {
		o.instead = onWireOutput(o, func(c net.Conn, o *output) { write(c, make(strings.TrimSpace(o.header.Get("X-Key")))) })
	})
}
