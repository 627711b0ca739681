package azmistraltest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/azmistral/azmistral"
)

// refusalScenarios are errors instead of an answer.
func refusalScenarios() []Scenario {
	return []Scenario{
		{Name: "error", Does: "refuses, in the body of the route",
			want: func(a args) Want {
				w := wantStatus(a.number("status", 500), a.text("message", "The sandbox was asked to fail."))
				w.Code = a.text("code", "InternalServerError")
				return w
			},
			keys: []scenarioKey{
				{"status", sortStatus, "500", "of HTTP"},
				{"code", sortText, "InternalServerError", "of the service"},
				{"message", sortText, "The sandbox was asked to fail.", "in double quotes"},
			},
			reply: func(a args) Reply {
				return Error(a.number("status", 500), a.text("code", "InternalServerError"), a.text("message", "The sandbox was asked to fail."))
			}},
		{Name: "rate-limit", Does: "refuses with 429",
			Long: true, want: wantRateLimit,
			keys: []scenarioKey{
				{"wait", sortDuration, "2s", "that is asked for"},
				{"form", sortText, "seconds", "of the wait: seconds, fraction, ms, x-ms, date, prose, both, none"},
				{"limit", sortText, "requests", "that was met: requests or tokens"},
			},
			reply: rateLimit},
		{Name: "capacity", Does: "refuses with 429: the model has no capacity",
			Want: wantCoded(429, "3505", "Service tier capacity exceeded"),
			reply: func(args) Reply {
				return refusing(func(r *Request) *refusal {
					return &refusal{status: 429, code: "3505", kind: "service_tier_capacity_exceeded", message: "Service tier capacity exceeded for this model.", fromModel: true}
				})
			}},
		{Name: "unauthorized", Does: "refuses the key with 401",
			Want:  wantStatus(401, "Invalid API Key"),
			reply: func(args) Reply { return refusing(func(r *Request) *refusal { return refuseKey(r.place) }) }},
		{Name: "audience", Does: "refuses the token's audience with 401",
			Want:  wantStatus(401, "audience is incorrect"),
			reply: func(args) Reply { return refusing(func(r *Request) *refusal { return refuseAudience(r.place) }) }},
		{Name: "permission", Does: "refuses with 401: the role is missing",
			Want:  wantKind(azmistral.ErrPermission, wantCoded(401, "PermissionDenied", "Principal does not have access")),
			reply: func(args) Reply { return refusing(func(*Request) *refusal { return refusePermission() }) }},
		{Name: "keys-disabled", Does: "refuses with 403: sign-in by key is switched off",
			Want:  wantCoded(403, "AuthenticationTypeDisabled", "Key based authentication is disabled"),
			reply: func(args) Reply { return refusing(func(*Request) *refusal { return refuseKeysDisabled() }) }},
		{Name: "quota", Does: "refuses with 403: a gateway's quota is used up",
			Want: wantWait(183168*time.Second, wantKind(azmistral.ErrQuotaExceeded, wantStatus(403, "Out of call volume quota"))),
			reply: func(args) Reply {
				return refusing(func(*Request) *refusal {
					return &refusal{status: 403, body: `{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }`}
				})
			}},
		{Name: "not-found", Does: "refuses with what the route says of an unknown deployment",
			Want: wantCoded(400, "1500", "Invalid model", Deployment),
			reply: func(args) Reply {
				return refusing(func(r *Request) *refusal { return refuseDeployment(r.place, r.Model) })
			}},
		{Name: "prompt-filtered", Does: "the filter blocks the prompt",
			Want: wantKind(azmistral.ErrContentFiltered, wantCoded(400, "content_filter", "content management policy")),
			keys: []scenarioKey{{"category", sortText, "violence", "hate, self_harm, sexual, violence, jailbreak"}},
			reply: func(a args) Reply {
				return refusing(func(r *Request) *refusal { return refuseFiltered(r.place, a.text("category", "violence")) })
			}},
		{Name: "context-too-long", Does: "refuses the prompt's length",
			Want: wantKind(azmistral.ErrContextTooLong, wantCoded(400, "3051", "maximum context length"), azmistral.ErrInvalidRequest),
			reply: func(args) Reply {
				return refusing(func(r *Request) *refusal {
					return invalid("3051", "invalid_request_invalid_args", "Prompt contains 159202 tokens and 0 draft tokens, too large for model with 131072 maximum context length")
				})
			}},
		{Name: "model-error", Does: "424: the model's container answered with another status",
			want: func(a args) Want {
				inner := a.number("status", 503)
				w := wantStatus(inner, "The model failed.", strconv.Itoa(inner))
				w.Status = 424
				return w
			},
			keys: []scenarioKey{{"status", sortStatus, "503", "of the container"}},
			reply: func(a args) Reply {
				r := Raw(http.StatusFailedDependency, nil, `{"detail":"The model failed."}`+guide)
				return r.Header("Content-Type", "application/json").
					Header("ms-azureml-model-error-reason", "model_error").
					Header("ms-azureml-model-error-statuscode", strconv.Itoa(a.number("status", 503)))
			}},
		{Name: "pending", Does: "429 with an empty body: too many requests wait for the model",
			Want: wantStatus(429),
			reply: func(args) Reply {
				r := Raw(http.StatusTooManyRequests, nil, "")
				return r.Header("Content-Type", "text/plain").Header("ms-azureml-model-error-reason", "too_many_pending_request")
			}},
		{Name: "timeout", Does: "408: the model took too long",
			Want: wantStatus(408, "upstream request timeout"),
			reply: func(args) Reply {
				return Raw(http.StatusRequestTimeout, nil, "upstream request timeout"+guide).Header("Content-Type", "text/plain")
			}},
		{Name: "server-error", Does: "500 in the words of Azure OpenAI",
			Want: wantStatus(500, "The server had an error"),
			reply: func(args) Reply {
				return Raw(http.StatusInternalServerError, nil, `{"error":{"message":"The server had an error processing your request. Sorry about that! You can retry your request.","type":"server_error","param":null,"code":null}}`).
					Header("ms-azureml-model-error-reason", "model_error").Header("ms-azureml-model-error-statuscode", "500")
			}},
	}
}

func refusing(refuse func(*Request) *refusal) Reply {
	return Reply{kind: replyRefusal, refuse: func(r *Request, _ *Handler) *refusal { return refuse(r) }}
}

// rateLimit asks for a wait in one of the forms that are about.
func rateLimit(a args) Reply {
	wait := a.duration("wait", 2*time.Second)
	seconds := plain(wait.Seconds())
	form := a.text("form", "seconds")
	reply := Reply{kind: replyRefusal, refuse: func(r *Request, h *Handler) *refusal {
		f := refuseRate(r.place, h.modelName(r), h.options.Region, seconds, a.text("limit", "requests") == "tokens")
		if form == "prose" {
			return &refusal{status: 429, code: "429", kind: "rate_limited", message: "Rate limit is exceeded. Try again in " + seconds + " seconds."}
		}
		if form == "date" {
			f.header = http.Header{"Retry-After": {time.Now().Add(wait).UTC().Format(http.TimeFormat)}}
		}
		return f
	}}
	whole := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	switch form {
	case "seconds":
		return reply.Header("Retry-After", whole)
	case "fraction":
		return reply.Header("Retry-After", seconds)
	case "ms":
		return reply.Header("retry-after-ms", strconv.FormatInt(wait.Milliseconds(), 10))
	case "x-ms":
		return reply.Header("x-ms-retry-after-ms", strconv.FormatInt(wait.Milliseconds(), 10))
	case "both":
		return reply.Header("Retry-After", whole).Header("retry-after-ms", strconv.FormatInt(wait.Milliseconds(), 10))
	}
	return reply
}

// wantRateLimit knows how each form says the wait.
func wantRateLimit(a args) Want {
	wait := a.duration("wait", 2*time.Second)
	if form := a.text("form", "seconds"); form == "seconds" || form == "both" {
		wait = (wait + time.Second - 1).Truncate(time.Second)
	} else if form == "none" {
		wait = 0
	}
	w := wantWait(wait, wantCoded(429, "1300", "Rate limit"))
	if a.text("form", "") == "prose" {
		w.Code = "429"
	}
	w.WaitLeast, w.Within = wait, time.Minute
	return w
}
