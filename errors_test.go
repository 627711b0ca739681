package azmistral

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var sentinels = map[string]error{
	"ErrAuthentication": ErrAuthentication, "ErrPermission": ErrPermission, "ErrNotFound": ErrNotFound, "ErrInvalidRequest": ErrInvalidRequest,
	"ErrContextTooLong": ErrContextTooLong, "ErrContentFiltered": ErrContentFiltered, "ErrRateLimited": ErrRateLimited, "ErrQuotaExceeded": ErrQuotaExceeded,
	"ErrUnavailable": ErrUnavailable, "ErrIncomplete": ErrIncomplete, "ErrTimeout": ErrTimeout, "ErrTooLarge": ErrTooLarge, "ErrUnexpectedResponse": ErrUnexpectedResponse,
}

// kinds are the names of the sentinels that err is.
func kinds(err error) []string {
	var names []string
	for name, s := range sentinels {
		if errors.Is(err, s) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Each refusal's kind and line, as users see them.
func TestErrorLines(t *testing.T) {
	const help = "\nPlease check this guide to understand why this error code might have been returned \nhttps://docs.microsoft.com/en-us/azure/machine-learning/how-to-troubleshoot-online-endpoints#http-status-codes\n"
	cases := []struct {
		name string
		step step
	}{
		{"400 Mistral", reply(400, `{"object":"error","message":"Unexpected role 'user' after role 'tool'","type":"invalid_request_message_order","param":null,"code":"3230"}`, "apim-request-id: req-1")},
		{"400 capital Error, numeric code", reply(400, `{"object":"Error","message":"Unexpected role 'user' after role 'tool'","type":"invalid_request_message_order","code":3230}`)},
		{"400 JSON and prose", reply(400, `{"object":"error","message":"Tool 'g' not found in tools list.","type":"BadRequestError","param":null,"code":400}`+help)},
		{"400 tool call id", reply(400, `{"object":"error","message":"Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9.","type":"invalid_function_call","param":null,"code":"3280","raw_status_code":400}`)},
		{"400 prompt filtered", reply(400, `{"error":{"message":"The response was filtered due to the prompt triggering Microsoft's content management policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400}}`)},
		{"400 context", reply(400, `{"object":"error","message":"Prompt contains 159202 tokens and 0 draft tokens, too large for model with 131072 maximum context length","type":"invalid_request_invalid_args","param":null,"code":"3051"}`)},
		{"400 answer blocked", reply(400, `{"choices":[{"finish_reason":"content_filter","content_filter_results":{"error":{"message":"Response content blocked by label 'Jailbreak'."}}}],"usage":{"prompt_tokens":1}}`)},
		{"400 model", reply(400, `{"object":"error","message":"Invalid model: mistral-large-9","type":"invalid_model","param":null,"code":"1500"}`)},
		{"401 key", reply(401, `{"detail":"Invalid API Key"}`)},
		{"401 role", reply(401, `{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}`)},
		{"403 quota of a gateway", reply(403, `{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }`)},
		{"403 keys disabled", reply(403, `{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}`)},
		{"403 guardrail", reply(403, `{"error":{"message":"Content blocked by guardrail","status":403}}`)},
		{"404 deployment", reply(404, `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again."}}`)},
		{"404 path", reply(404, `{"error":{"code":"404","message":"Resource not found"}}`)},
		{"405", reply(405, "")},
		{"408", reply(408, "upstream request timeout"+help)},
		{"413", reply(413, "")},
		{"415", reply(415, "")},
		{"422 fields", reply(422, `{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted","input":"my secret prompt"},{"type":"extra_forbidden","loc":["body","messages",0,"user","name"],"msg":"Extra inputs are not permitted","input":"my secret prompt"}]}`)},
		{"422 wrapped", reply(422, `{"error":{"code":"Invalid input","message":"{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"foo\"],\"msg\":\"Extra inputs are not permitted\",\"input\":\"my secret prompt\"}]}","status":422}}`)},
		{"424 of a 503", reply(424, "", "ms-azureml-model-error-statuscode: 503", "ms-azureml-model-error-reason: model_error")},
		{"424 of a 400", reply(424, `{"detail":"bad thing"}`, "ms-azureml-model-error-statuscode: 400")},
		{"424 no such route", reply(424, `{"detail":"Not Found"}`)},
		{"429", reply(429, `{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation have exceeded token rate limit. Please retry after 86400 seconds."}}`)},
		{"429 daily", reply(429, `{"error":{"code":"RateLimitReached","message":"Rate limit of 150 per 86400s exceeded for UserByModelByDay. Please wait 80 seconds before retrying."}}`, "Retry-After: 80")},
		{"429 empty", reply(429, "", "Content-Type: text/plain", "Retry-After: 100")},
		{"500", reply(500, `{"error":{"message":"The server had an error processing your request.","type":"server_error","param":null,"code":null}}`)},
		{"501", reply(501, "")},
		{"504 page", reply(504, "<html><head><title>504 Gateway Time-out</title></head><body>x</body></html>", "Content-Type: text/html")},
		{"529", reply(529, `{"detail":"overloaded"}`)},
		{"999", reply(999, "what")},
		{"304", reply(304, "")},
		{"302", reply(302, "", "Location: /login?token=abc")},
		{"200 null", reply(200, "null")},
		{"200 page", reply(200, "<!doctype html><html><body>Sign in to the proxy</body></html>", "Content-Type: text/html")},
		{"200 plain", reply(200, "upstream connect error", "Content-Type: text/plain")},
		{"200 JSON of another kind", reply(200, `{"hello":"my secret prompt"}`)},
		{"200 error", reply(200, `{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}`)},
		{"200 error without a kind", reply(200, `{"error":"it broke"}`)},
		{"200 cut", func(req *http.Request) (*http.Response, error) {
			resp, _ := reply(200, "")(req)
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(testAnswer[:40]), errReader{io.ErrUnexpectedEOF}))
			return resp, nil
		}},
		{"refused", fails(&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")})},
		{"outcome unknown", breaks(io.EOF, false, true)},
	}
	var lines strings.Builder
	for _, c := range cases {
		synctest.Test(t, func(t *testing.T) {
			s := play(c.step)
			_, err := newTestClient(t, s, func(o *ClientOptions) { o.Retry.MaxRetries = -1 }).Chat(t.Context(), hello, nil)
			require.Error(t, err, c.name)
			e := asError(err)
			require.NotNil(t, e, c.name)
			fmt.Fprintf(&lines, "%s\n\t%s\n\t%s\n", c.name, strings.Join(kinds(err), ", "), err)
			assert.NotContains(t, err.Error(), "\n", c.name)
			assert.NotContains(t, err.Error(), "my secret prompt", c.name)
			assert.NotContains(t, err.Error(), "token=abc", c.name)
			_, has := errors.AsType[*azcore.ResponseError](err)
			assert.Equal(t, e.StatusCode != 0, has, "%s: an *azcore.ResponseError where there was a response", c.name)
		})
	}
	golden(t, "golden/errors.txt", []byte(lines.String()))
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestErrorPrintsOneLine(t *testing.T) {
	_, err := newTestClient(t, play(reply(422, `{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required","input":{"prompt":"my secret"}}]}`, "x-request-id: abc")), nil).
		Chat(t.Context(), hello, nil)
	require.Error(t, err)
	line := err.Error()
	e := asError(err)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, line, fmt.Sprintf(format, e), format)
	}
	assert.Equal(t, fmt.Sprintf("%q", line), fmt.Sprintf("%q", e))
	assert.Equal(t, "<nil>", fmt.Sprintf("%v", (*Error)(nil)))
	text, jsonErr := json.Marshal(e)
	require.NoError(t, jsonErr)
	var said string
	require.NoError(t, json.Unmarshal(text, &said))
	assert.Equal(t, line, said)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", e)
	assert.Contains(t, log.String(), "422")
	assert.NotContains(t, log.String(), "my secret")
	response, ok := errors.AsType[*azcore.ResponseError](err)
	require.True(t, ok)
	assert.Equal(t, line, response.Error(), "azcore's error says our line, not the body")
	assert.Equal(t, 422, response.StatusCode)
	body, readErr := io.ReadAll(response.RawResponse.Body)
	require.NoError(t, readErr)
	assert.Contains(t, string(body), "Field required", "the body is there for those who ask for it")
	assert.Nil(t, response.RawResponse.Request.Body)
}

func TestErrorOfFields(t *testing.T) {
	e := &Error{StatusCode: 422, Message: "bad: named.", Fields: []FieldError{{"named", "", ""}, {"one", "wrong", "t"}, {"two", "", ""}, {"three", "", ""}, {"four", "", ""}, {"five", "", ""}}}
	assert.Equal(t, "azmistral: 422 Unprocessable Entity: bad: named; refused: one (wrong), two, three, and 2 more", e.Error())
	assert.Equal(t, "azmistral: the call failed", (&Error{}).Error())
}

func TestSentinels(t *testing.T) {
	assert.ErrorIs(t, ErrContextTooLong, ErrInvalidRequest)
	assert.ErrorIs(t, ErrIncomplete, io.ErrUnexpectedEOF)
	assert.NotErrorIs(t, ErrIncomplete, io.EOF)
	assert.ErrorIs(t, ErrTimeout, os.ErrDeadlineExceeded)
	assert.NotErrorIs(t, ErrTimeout, context.DeadlineExceeded)
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                "plain",
		" a\r\n\tb\x00c ":      "a b c",
		"line\u2028separators": "line separators",
		"bad \xff bytes":       "bad \uFFFD bytes",
		"01234567890123ä":      "01234567890123…",
		"01234567890123456":    "012345678901234…",
	} {
		assert.Equal(t, want, oneLine(in, 15), "%q", in)
	}
}

func TestInfo(t *testing.T) {
	t.Run("Azure", func(t *testing.T) {
		answer, err := newTestClient(t, play(reply(200, testAnswer, "apim-request-id: a-1", "x-request-id: x-1", "x-ms-region: Sweden Central",
			"x-ratelimit-limit-requests: 1000", "x-ratelimit-remaining-requests: 999", "x-ratelimit-limit-tokens: 400000", "x-ratelimit-remaining-tokens: 399000", "x-ratelimit-reset-tokens: 6m0s")), nil).
			Chat(t.Context(), hello, nil)
		require.NoError(t, err)
		i := answer.Info
		assert.Equal(t, 200, i.StatusCode)
		assert.Equal(t, "a-1", i.RequestID)
		assert.Equal(t, "Sweden Central", i.Region)
		assert.Equal(t, RateLimit{LimitRequests: new(1000), RemainingRequests: new(999), LimitTokens: new(400000), RemainingTokens: new(399000), ResetTokens: new(6 * time.Minute)}, i.RateLimit)
		assert.Equal(t, "999 of 1000 requests left; 399000 of 400000 tokens left, tokens reset in 6m0s", i.RateLimit.String())
		assert.Equal(t, "x-1", i.Header.Get("X-Request-Id"))
	})
	for name, c := range map[string]struct {
		headers []string
		want    RateLimit
		line    string
	}{
		"Mistral":     {[]string{"x-ratelimit-limit-req-minute: 188", "x-ratelimit-remaining-req-minute: 187", "x-ratelimit-limit-tokens-minute: 625000", "x-ratelimit-remaining-tokens-minute: 624982"}, RateLimit{LimitRequests: new(188), RemainingRequests: new(187), LimitTokens: new(625000), RemainingTokens: new(624982)}, "187 of 188 requests left; 624982 of 625000 tokens left"},
		"old Mistral": {[]string{"ratelimitbysize-limit: 500000", "ratelimitbysize-remaining: 499000", "ratelimitbysize-reset: 26"}, RateLimit{LimitTokens: new(500000), RemainingTokens: new(499000), ResetTokens: new(26 * time.Second)}, "499000 of 500000 tokens left, tokens reset in 26s"},
		"not tracked": {[]string{"x-ratelimit-limit-tokens: -1", "x-ratelimit-remaining-tokens: -1", "x-ratelimit-reset-tokens: 0"}, RateLimit{}, "no limits said"},
		"nothing":     {nil, RateLimit{}, "no limits said"},
		"used up":     {[]string{"x-ratelimit-remaining-requests: 0"}, RateLimit{RemainingRequests: new(0)}, "0 requests left"},
		"limit alone": {[]string{"x-ratelimit-limit-requests: 5"}, RateLimit{LimitRequests: new(5)}, "limit of 5 requests"},
		"garbage":     {[]string{"x-ratelimit-remaining-requests: many", "x-ratelimit-limit-tokens: 1e99", "x-ratelimit-reset-requests: soon"}, RateLimit{}, "no limits said"},
		"fractions":   {[]string{"x-ratelimit-remaining-tokens: 12.7", "x-ratelimit-reset-requests: 1.5"}, RateLimit{RemainingTokens: new(12), ResetRequests: new(1500 * time.Millisecond)}, "requests reset in 1.5s; 12 tokens left"},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for _, line := range c.headers {
				k, v, _ := strings.Cut(line, ": ")
				h.Set(k, v)
			}
			got := rateLimit(h)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.line, got.String())
		})
	}
	for _, name := range requestIDHeaders {
		assert.Equal(t, "id", responseInfo(&http.Response{Header: http.Header{http.CanonicalHeaderKey(name): {"id"}}}, 1).RequestID, name)
		assert.Equal(t, http.CanonicalHeaderKey(name), name)
	}
}

// A chain of credentials lists what each one lacks, between lines of dashes; the
// last one is often the one that a developer needs.
func TestCredentialWords(t *testing.T) {
	text := "DefaultAzureCredential: failed to acquire a token.\nAttempted credentials:\n" + strings.Repeat("-", 80) + "\n" + strings.Repeat("EnvironmentCredential: missing variables. ", 20) + "\n" + strings.Repeat("-", 80) + "\nAzureCLICredential: run az login"
	credential := &fakeCredential{get: func(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
		return azcore.AccessToken{}, errors.New(text)
	}}
	_, err := newTokenClient(t, testEndpoint, credential, play(reply(200, testAnswer)), nil).Chat(t.Context(), hello, nil)
	require.ErrorIs(t, err, ErrAuthentication)
	assert.ErrorContains(t, err, "run az login")
	assert.NotContains(t, err.Error(), "---")
	assert.NotContains(t, err.Error(), "\n")
}
