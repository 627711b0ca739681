package azmistral

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/azmistral/azmistral/internal/errbody"
)

// Headers that say more about a refusal than its status.
const (
	// Set where the model's container, not the gateway, refused; the gateway's own
	// status is then 424 (AzureML's documentation).
	modelStatusHeader = "Ms-Azureml-Model-Error-Statuscode"

	// OpenAI's way of overruling a client's retry rules, kept by gateways.
	shouldRetryHeader = "X-Should-Retry"
)

// codeKind says what kind of error a code of Mistral's error table, or of Azure's,
// is, where the status does not: of a 200 with an error in it, of a 400 that is
// really something else. nil: the code decides nothing. Inlined, each of its
// callers would hold a copy.
//
//go:noinline
func codeKind(code string) error {
	switch code {
	case "content_filter", "ResponsibleAIPolicyViolation":
		return ErrContentFiltered
	case "context_length_exceeded", "model_context_exceeded", "prompt_too_long":
		return ErrContextTooLong
	case "insufficient_quota", "quota_exceeded":
		return ErrQuotaExceeded
	case "rate_limited",
		"rate_limit_exceeded",
		"RateLimitReached",
		"too_many_requests",
		"1300", // rate limit exceeded
		"3505": // service tier capacity exceeded
		return ErrRateLimited
	case "DeploymentNotFound",
		"1500",          // invalid model
		"unknown_model": // recorded on GitHub Models
		return ErrNotFound
	case "3001", // validation
		"3051", // invalid arguments
		"3210", // too many tokens overall
		"3230", // message order
		"3240", // assistant message
		"3280", // tool call id
		"3310", // undecodable file
		"invalid_request_error",
		"invalid_prompt":
		return ErrInvalidRequest
	case "1910", // not in your tier
		"1913", // labs model
		"PermissionDenied",
		"AuthenticationTypeDisabled": // keys are switched off
		return ErrPermission
	case "server_error", "internal_error", "internal_server_error":
		return ErrUnavailable
	}
	return nil
}

// refusalKind is the sentinel of a status with the problem that its body tells.
func refusalKind(status int, header http.Header, p *errbody.Problem) error {
	if status == http.StatusFailedDependency {
		if inner, ok := modelStatus(header); ok {
			return refusalKind(inner, nil, p)
		}
		if strings.EqualFold(p.Message, "not found") {
			return ErrNotFound // the route is not offered: recorded on serverless endpoints
		}
		return ErrUnavailable
	}
	kind := statusKind(status)
	switch kind {
	case ErrAuthentication:
		if lacksRole(p) {
			return ErrPermission
		}
		if p.Code == "AuthenticationTypeDisabled" {
			return ErrPermission
		}
	case ErrPermission:
		switch {
		case isLongQuota(p):
			return ErrQuotaExceeded
		case isFiltered(p), strings.Contains(p.Message, "guardrail"):
			return ErrContentFiltered
		}
	case ErrRateLimited:
		if isLongQuota(p) {
			return ErrQuotaExceeded
		}
	case ErrInvalidRequest:
		switch {
		case isFiltered(p):
			return ErrContentFiltered
		case isContextTooLong(p):
			return ErrContextTooLong
		case codeKind(p.Code) == ErrNotFound:
			return ErrNotFound
		}
	}
	return kind
}

// inBandKind is the sentinel of an error that came inside a 200: by the status or
// the code that it tells, else the service is taken as ailing.
func inBandKind(p *errbody.Problem) error {
	status := p.Status
	if n, err := strconv.Atoi(p.Code); err == nil && status == 0 && len(p.Code) == 3 {
		status = n
	}
	if status >= 400 && status <= 599 {
		return refusalKind(status, nil, p)
	}
	if isContextTooLong(p) {
		return ErrContextTooLong
	}
	for _, code := range []string{p.Code, p.Type} {
		if kind := codeKind(code); kind != nil {
			return kind
		}
	}
	switch {
	case isFiltered(p):
		return ErrContentFiltered
	case strings.HasPrefix(p.Type, "invalid_"), len(p.Fields) > 0:
		return ErrInvalidRequest
	}
	return ErrUnavailable
}

func statusKind(status int) error {
	switch {
	case status == http.StatusUnauthorized:
		return ErrAuthentication
	case status == http.StatusForbidden:
		return ErrPermission
	case status == http.StatusNotFound:
		return ErrNotFound
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		return ErrUnavailable
	case status == http.StatusTooManyRequests:
		return ErrRateLimited
	case status >= 400 && status < 500:
		return ErrInvalidRequest
	case status >= 500 && status < 600:
		return ErrUnavailable
	}
	return ErrUnexpectedResponse
}

// modelStatus is the status that the model's container gave, where the response
// says it.
func modelStatus(h http.Header) (int, bool) {
	n, err := strconv.Atoi(h.Get(modelStatusHeader))
	return n, err == nil && n >= 400 && n <= 599
}

// lacksRole recognises a missing role, which Azure tells with 401 (its
// troubleshooting page, and recorded).
func lacksRole(p *errbody.Problem) bool {
	return p.Code == "PermissionDenied" ||
		strings.Contains(p.Message, "does not have access") ||
		strings.Contains(p.Message, "lacks the required")
}

// isLongQuota recognises a quota of longer than minutes: a gateway's call volume
// or token quota, a daily limit, a budget that is used up.
func isLongQuota(p *errbody.Problem) bool {
	if codeKind(p.Code) == ErrQuotaExceeded || codeKind(p.Type) == ErrQuotaExceeded {
		return true
	}
	text := strings.ToLower(p.Message)
	for _, sign := range []string{
		"out of call volume quota", "quota will be replenished", "token quota", "exceeded your current quota",
		"per day", "daily", "byday", "per month", "monthly", "86400s",
	} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

func isFiltered(p *errbody.Problem) bool {
	if codeKind(p.Code) == ErrContentFiltered || codeKind(p.Type) == ErrContentFiltered {
		return true
	}
	for _, result := range p.Filter {
		if result.Filtered {
			return true
		}
	}
	return strings.Contains(p.Message, "content management policy")
}

// isContextTooLong goes by the words that Mistral's own command line client goes by.
func isContextTooLong(p *errbody.Problem) bool {
	if codeKind(p.Code) == ErrContextTooLong || codeKind(p.Type) == ErrContextTooLong {
		return true
	}
	text := strings.ToLower(p.Message)
	for _, sign := range []string{
		"context too long", "maximum context length", "input too large", "couldn't fit with truncation", "prompt is too long",
	} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// refusalHint says what to do about the common traps.
func refusalHint(e *Error, endpoint Endpoint, model string, auth authFacts) string {
	switch {
	case e.kind == ErrPermission && e.StatusCode == http.StatusUnauthorized,
		e.kind == ErrPermission && lacksRole(&errbody.Problem{Code: e.Code, Message: e.Message}):
		return roleHint(endpoint)
	case e.kind == ErrPermission && e.Code == "AuthenticationTypeDisabled":
		return "sign in with Entra ID: NewClient with a token credential"
	case e.kind == ErrAuthentication && auth.scope != "":
		hint := "the token was asked for scope " + auth.scope
		if auth.audience != "" {
			hint += " and has audience " + auth.audience
		}
		if auth.tenant != "" {
			hint += ", tenant " + auth.tenant
		}
		return hint + ": set ClientOptions.TokenScope if the service wants another audience, and grant the role of " + roleName(endpoint)
	case e.kind == ErrAuthentication && auth.keyHeader != "":
		hint := "the key was sent in header " + auth.keyHeader + ": check that it is this endpoint's key"
		if endpoint.Route == RouteGeneric {
			hint += ", and set ClientOptions.KeyHeader if the gateway wants another header"
		}
		return hint
	case e.kind == ErrNotFound:
		hint := "posted to " + withoutQuery(endpoint.URL)
		switch {
		case endpoint.Deployment != "":
			hint += " with deployment " + strconv.Quote(endpoint.Deployment)
		case model != "":
			hint += " with model " + strconv.Quote(model) + ": most routes want your deployment's name there"
		}
		if !strings.Contains(e.Message, "5 minutes") {
			hint += "; a new deployment may need 5 minutes"
		}
		return hint
	}
	return ""
}

// tellProblem puts into the error of a refused conversation which message broke
// which rule.
func (e *Error) tellProblem(messages []Message) {
	if !e.isConversation() {
		return
	}
	var told MessageProblem // the first, or of cautions alone the first that is meant
	for _, p := range CheckMessages(messages) {
		if told.Rule == "" || !p.Caution || p.isMeant(e.Message) && !told.isMeant(e.Message) {
			told = p
		}
		if !told.Caution {
			break
		}
	}
	if e.hint = ""; told.Rule != "" {
		e.hint = told.String()
	}
	if e.response != nil {
		e.withResponse(e.response.RawResponse) // it says the same line
	}
}

// isMeant says whether the service's words are about the problem, for the rules that
// have cautions.
func (p *MessageProblem) isMeant(words string) bool {
	switch p.Rule {
	case RuleUserAfterTool:
		return strings.Contains(words, "after role 'tool'")
	case RulePart:
		return strings.Contains(words, "content chunk types")
	case RuleEmpty:
		return strings.Contains(words, "Assistant message must have")
	}
	return false
}

// isConversation says whether the service refused the messages for what they are
// together: by its codes or types, or by its words, which in older answers are all
// there is.
func (e *Error) isConversation() bool {
	switch e.Code {
	case "3230", "3240", "3280":
		return true
	}
	switch e.Type {
	case "invalid_request_message_order", "invalid_request_assistant_message", "invalid_function_call":
		return true
	}
	if e.kind == ErrInvalidRequest {
		for _, sign := range [...]string{
			"Conversation must ", "Expected last role ", "Unexpected role '", "Not the same number of function calls",
			"ool call id ", "Function name was ", "Assistant message ", "Unexpected content chunk types", "ThinkChunks must be leading",
		} {
			if strings.Contains(e.Message, sign) {
				return true
			}
		}
	}
	return false
}

func roleHint(endpoint Endpoint) string {
	return "grant the identity the role of " + roleName(endpoint) + "; a new grant may need 5 minutes"
}

// roleName is the data plane role by the place (Azure's Foundry documentation;
// for AzureML endpoints it is an assumption).
func roleName(endpoint Endpoint) string {
	switch endpoint.Route {
	case RouteServerless, RouteServerlessV1, RouteManaged:
		return "Azure AI Developer on the workspace or project"
	}
	return "Cognitive Services User on the resource"
}

func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}
