package azmistral

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/azmistral/azmistral/internal/errbody"
)

func TestRefusalKind(t *testing.T) {
	filtered := map[string]errbody.FilterResult{"hate": {}, "violence": {Filtered: true}}
	for name, c := range map[string]struct {
		status  int
		model   string // ms-azureml-model-error-statuscode
		problem errbody.Problem
		want    error
	}{
		"401":                        {401, "", errbody.Problem{Message: "no"}, ErrAuthentication},
		"401, role in words":         {401, "", errbody.Problem{Message: "The principal lacks the required data action"}, ErrPermission},
		"401, keys disabled":         {401, "", errbody.Problem{Code: "AuthenticationTypeDisabled"}, ErrPermission},
		"403":                        {403, "", errbody.Problem{}, ErrPermission},
		"403, quota":                 {403, "", errbody.Problem{Message: "Out of call volume quota."}, ErrQuotaExceeded},
		"403, guardrail":             {403, "", errbody.Problem{Message: "Content blocked by guardrail"}, ErrContentFiltered},
		"404":                        {404, "", errbody.Problem{}, ErrNotFound},
		"408":                        {408, "", errbody.Problem{}, ErrUnavailable},
		"409":                        {409, "", errbody.Problem{}, ErrInvalidRequest},
		"425":                        {425, "", errbody.Problem{}, ErrUnavailable},
		"429":                        {429, "", errbody.Problem{}, ErrRateLimited},
		"429, spent":                 {429, "", errbody.Problem{Type: "insufficient_quota"}, ErrQuotaExceeded},
		"400, filter by its results": {400, "", errbody.Problem{Filter: filtered}, ErrContentFiltered},
		"400, filter by its words":   {400, "", errbody.Problem{Message: "triggering Azure OpenAI's content management policy"}, ErrContentFiltered},
		"400, context by its code":   {400, "", errbody.Problem{Code: "context_length_exceeded"}, ErrContextTooLong},
		"400, model":                 {400, "", errbody.Problem{Code: "unknown_model"}, ErrNotFound},
		"424 of a 429":               {424, "429", errbody.Problem{}, ErrRateLimited},
		"424 of a 422":               {424, "422", errbody.Problem{}, ErrInvalidRequest},
		"424 of nonsense":            {424, "12", errbody.Problem{}, ErrUnavailable},
		"424, no route":              {424, "", errbody.Problem{Message: "Not Found"}, ErrNotFound},
		"500":                        {500, "", errbody.Problem{}, ErrUnavailable},
		"529":                        {529, "", errbody.Problem{}, ErrUnavailable},
	} {
		h := http.Header{}
		if c.model != "" {
			h.Set(modelStatusHeader, c.model)
		}
		assert.Equal(t, c.want, refusalKind(c.status, h, &c.problem), name)
	}
}

func TestCodeKind(t *testing.T) {
	for want, codes := range map[error]string{
		ErrContentFiltered: "content_filter ResponsibleAIPolicyViolation",
		ErrContextTooLong:  "context_length_exceeded model_context_exceeded prompt_too_long",
		ErrQuotaExceeded:   "insufficient_quota quota_exceeded",
		ErrRateLimited:     "rate_limited rate_limit_exceeded RateLimitReached too_many_requests 1300 3505",
		ErrNotFound:        "DeploymentNotFound 1500 unknown_model",
		ErrInvalidRequest:  "3001 3051 3210 3230 3240 3280 3310 invalid_request_error invalid_prompt",
		ErrPermission:      "1910 1913 PermissionDenied AuthenticationTypeDisabled",
		ErrUnavailable:     "server_error internal_error internal_server_error",
		nil:                "3000 new",
	} {
		for code := range strings.FieldsSeq(codes) {
			assert.Equal(t, want, codeKind(code), code)
		}
	}
}

func TestInBandKind(t *testing.T) {
	for name, c := range map[string]struct {
		problem errbody.Problem
		want    error
	}{
		"nothing":          {errbody.Problem{Message: "it broke"}, ErrUnavailable},
		"status":           {errbody.Problem{Status: 429}, ErrRateLimited},
		"status as code":   {errbody.Problem{Code: "503"}, ErrUnavailable},
		"code as a status": {errbody.Problem{Code: "401"}, ErrAuthentication},
		"Mistral's code":   {errbody.Problem{Code: "3505"}, ErrRateLimited},
		"type":             {errbody.Problem{Type: "rate_limited"}, ErrRateLimited},
		"type's beginning": {errbody.Problem{Type: "invalid_something_new"}, ErrInvalidRequest},
		"fields":           {errbody.Problem{Fields: []errbody.Field{{Path: "n"}}}, ErrInvalidRequest},
		"context":          {errbody.Problem{Code: "3051", Message: "maximum context length"}, ErrContextTooLong},
		"filter":           {errbody.Problem{Filter: map[string]errbody.FilterResult{"hate": {Filtered: true}}}, ErrContentFiltered},
		"no status":        {errbody.Problem{Status: 200, Message: "x"}, ErrUnavailable},
	} {
		assert.Equal(t, c.want, inBandKind(&c.problem), name)
	}
}

func TestRoleName(t *testing.T) {
	assert.Contains(t, roleName(Endpoint{Route: RouteServerlessV1}), "Azure AI Developer")
	assert.Contains(t, roleName(Endpoint{Route: RouteModels}), "Cognitive Services User")
}
