package azmistraltest

import (
	"strings"

	"github.com/azmistral/azmistral"
)

// streamErrorScenarios are errors inside a stream with status 200, in the shapes
// that are about.
func streamErrorScenarios() []Scenario {
	streamed := []Form{Streamed}
	const words = "the cluster is on fire"
	object := `{"error":{"code":"InternalServerError","message":"` + words + `","type":"server_error"}}`
	first := chunk(`{"role":"assistant","content":"Par"}`, "")
	last := lastChunk(`{"content":"is."}`, "stop")
	failed := func(kind error, code string) Want {
		w := wantCut(kind, words)
		w.Code = code
		return w
	}
	down := failed(azmistral.ErrUnavailable, "InternalServerError")
	plain := failed(azmistral.ErrUnavailable, "")
	row := func(name, does string, want Want, reply func(args) Reply) Scenario {
		return Scenario{Name: "error-" + name, Does: does, Forms: streamed, Want: want, reply: reply}
	}
	text := func(s string) func(args) Reply { return rawStream(s) }
	begin := string(eventData(first))
	return []Scenario{
		{Name: "stream-error", Does: "an error in the middle of a stream", Forms: streamed,
			keys: []scenarioKey{
				{"after", sortNumber, "3", "events"},
				{"shape", sortText, "error", "error, event, mistral, detail, text, bare"},
				{"message", sortText, "The sandbox was asked to fail.", "in double quotes"},
			},
			want: func(a args) Want {
				w := wantCut(azmistral.ErrUnavailable, a.text("message", "The sandbox was asked to fail."))
				switch a.text("shape", "error") {
				case "error", "event", "bare":
					w.Code = "InternalServerError"
				case "mistral":
					w.Code = "3000"
				}
				return w
			},
			reply: func(a args) Reply {
				return Reply{}.tampered(func(o *output) {
					keep(o, a.number("after", 3), false)
					o.steps = append(o.steps, step{data: errorEvent(a.text("shape", "error"), a.text("message", "The sandbox was asked to fail."))})
				})
			}},
		row("first", "an error object as the first event", down, events(object, "[DONE]")),
		row("after-text", "an error object after text, then the end", withText("Par", down), events(first, object)),
		row("then-done", "an error object, then [DONE]", withText("Par", down), events(first, object, "[DONE]")),
		row("then-more", "an error object, then more of the answer", withText("Par", down), events(first, object, last, "[DONE]")),
		row("after-finish", "an error object behind the finish reason", withText("Paris.", down), events(first, last, object, "[DONE]")),
		row("beside-no-choices", "an error object beside an empty list of choices", down,
			events(strings.TrimSuffix(object, "}")+`,"choices":[]}`, "[DONE]")),
		row("beside-answer", "an error object beside a whole choice", down,
			events(strings.TrimSuffix(object, "}")+`,"choices":[{"index":0,"delta":{"content":"Paris."},"finish_reason":"stop"}]}`, "[DONE]")),
		row("in-choice", "an error object inside a choice", down,
			events(first, `{"choices":[{"index":0,"delta":{"content":""},"finish_reason":null,`+strings.Trim(object, "{}")+`}}]}`, "[DONE]")),
		row("event-object", "an event called error, with an error object", down, text(begin+"event: error\ndata: "+object+"\n\n")),
		row("event-bare", "an event called error, with a code and a message", failed(azmistral.ErrUnavailable, "overloaded"),
			text(begin+"event: error\ndata: {\"code\":\"overloaded\",\"message\":\""+words+"\"}\n\n")),
		row("event-words", "an event called error, with plain words", plain, text(begin+"event: error\ndata: "+words+"\n\n")),
		row("event-late-name", "an event called error, named behind its data", down, text(begin+"data: "+object+"\nevent: error\n\n")),
		row("mistral", "Mistral's own error object", failed(azmistral.ErrRateLimited, "3505"),
			events(first, `{"object":"error","message":"`+words+`","type":"service_tier_capacity_exceeded","param":null,"code":"3505"}`)),
		row("code-number", "a code that is a number, and a message", failed(azmistral.ErrUnavailable, "500"),
			events(first, `{"code":500,"message":"`+words+`"}`)),
		row("nested-number", "an error object whose code is a number", failed(azmistral.ErrRateLimited, "429"),
			events(first, `{"error":{"code":429,"message":"`+words+`"}}`)),
		row("detail", "a detail that is a text", plain, events(first, `{"detail":"`+words+`"}`)),
		row("detail-list", "a detail that is a list", failed(azmistral.ErrInvalidRequest, ""),
			events(first, `{"detail":[{"type":"missing","loc":["body","messages"],"msg":"`+words+`","input":"the prompt that nobody may see"}]}`)),
		row("problem", "a problem document", failed(azmistral.ErrUnavailable, ""),
			events(first, `{"status":503,"title":"Unavailable","detail":"`+words+`"}`)),
		row("text", "an error that is a text", plain, events(first, `{"error":"`+words+`"}`)),
		row("gateway", "a gateway's statusCode and message", failed(azmistral.ErrRateLimited, ""),
			events(first, `{ "statusCode": 429, "message": "`+words+`" }`)),
		row("bare-line", "a line of JSON that is no field of an event", down, text(begin+object+"\n\n")),
		row("bare-open", "a line of JSON that is no field, without a line end", down, text(begin+object)),
		row("bare-first", "nothing but a line of JSON", down, text(object+"\n")),
		row("bare-pretty", "JSON over several lines that are no fields", down,
			text(begin+strings.NewReplacer("{", "{\n  ", ",", ",\n  ", "}", "\n}").Replace(object)+"\n")),
		row("multi-line", "an error object over several data lines", down, text(begin+"data: "+strings.ReplaceAll(object, ",", ",\ndata: ")+"\n\n")),
		row("filtered", "an error that the filter has blocked the answer", failed(azmistral.ErrContentFiltered, "content_filter"),
			events(first, `{"error":{"code":"content_filter","message":"`+words+`","param":"prompt","status":400}}`)),
		row("quota", "an error that the quota is used up", failed(azmistral.ErrQuotaExceeded, "insufficient_quota"),
			events(first, `{"error":{"code":"insufficient_quota","message":"`+words+`","type":"insufficient_quota"}}`)),
		row("too-long", "an error that the prompt is too long", wantKind(azmistral.ErrContextTooLong, failed(nil, "3051"), azmistral.ErrInvalidRequest),
			events(`{"object":"error","message":"Prompt contains 159202 tokens, too large for model with 131072 maximum context length: `+words+`","type":"invalid_request_invalid_args","code":"3051"}`)),
		row("empty", "an empty error object and nothing else", wantCut(azmistral.ErrUnavailable), events(first, `{"error":{}}`, "[DONE]")),
		row("null", "null as error beside each piece of a good answer", wantText("Paris."),
			events(strings.Replace(first, "{", `{"error":null,`, 1), strings.Replace(last, "{", `{"error":null,`, 1), "[DONE]")),
		row("in-text", "a good answer whose text is an error object", wantText(`{"error":{"message":"no"}}`),
			events(lastChunk(`{"role":"assistant","content":"{\"error\":{\"message\":\"no\"}}"}`, "stop"), "[DONE]")),
	}
}

// withText also says what the stream gave before it broke.
func withText(text string, w Want) Want {
	w.Text = text
	return w
}

// errorEvent is an error within a stream, in one of the shapes that are about.
func errorEvent(shape, message string) []byte {
	object := `{"error":{"code":"InternalServerError","message":` + quoted(message) + `,"type":"server_error"}}`
	switch shape {
	case "event":
		return []byte("event: error\ndata: " + object + "\n\n")
	case "mistral":
		object = `{"object":"error","message":` + quoted(message) + `,"type":"internal_server_error","param":null,"code":"3000"}`
	case "detail":
		object = `{"detail":` + quoted(message) + `}`
	case "text":
		object = `{"error":` + quoted(message) + `}`
	case "bare":
		return []byte(object + "\n")
	}
	return eventData(object)
}
