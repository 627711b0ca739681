package azmistral

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// The kinds of failure. errors.Is decides between them, errors.As with an *Error
// tells the rest.
var (
	// ErrAuthentication is a 401, or a credential that gave no token: the key, the
	// token or its audience is wrong.
	ErrAuthentication error = &sentinel{"authentication failed", nil}

	// ErrPermission is a 403, and a 401 that says that the role is missing.
	ErrPermission error = &sentinel{"permission denied", nil}

	// ErrNotFound is a 404, or a 400 that says so: the deployment or the path does not
	// exist. With status 400 it is also an ErrInvalidRequest.
	ErrNotFound error = &sentinel{"not found", nil}

	// ErrInvalidRequest is a request that the service, or a check of ours before
	// sending, refused: 400, 413, 415, 422 and the like.
	ErrInvalidRequest error = &sentinel{"invalid request", nil}

	// ErrContextTooLong says that the messages do not fit the model's context. It is
	// also an ErrInvalidRequest.
	ErrContextTooLong error = &sentinel{"context too long", ErrInvalidRequest}

	// ErrContentFiltered says that the content filter refused the prompt, or the
	// answer with a status. An answer that it cut short is no error: its
	// FinishReason is FinishContentFilter.
	ErrContentFiltered error = &sentinel{"content filtered", nil}

	// ErrRateLimited is a 429. Error.RetryAfter says when to come back, where the
	// service said so.
	ErrRateLimited error = &sentinel{"rate limited", nil}

	// ErrQuotaExceeded is a quota of longer than minutes: a gateway's 403, a daily
	// limit, a budget that is used up. With status 429 it is also an ErrRateLimited.
	ErrQuotaExceeded error = &sentinel{"quota exceeded", nil}

	// ErrUnavailable is a service that could not be reached, or cannot serve: 408,
	// 424 of an ailing model, 5xx, connection failures.
	ErrUnavailable error = &sentinel{"service unavailable", nil}

	// ErrIncomplete says that the answer began and did not arrive whole. It is also
	// an io.ErrUnexpectedEOF.
	ErrIncomplete error = &sentinel{"answer incomplete", io.ErrUnexpectedEOF}

	// ErrTimeout says that a deadline of ours passed, or one of the caller's own
	// http.Client or transport; the message names it. It is also an
	// os.ErrDeadlineExceeded. The deadline of the caller's context is not an ErrTimeout.
	ErrTimeout error = &sentinel{"timed out", os.ErrDeadlineExceeded}

	// ErrTooLarge says that a bound of ours on what is read was met.
	ErrTooLarge error = &sentinel{"too large", nil}

	// ErrUnexpectedResponse is a response that is neither an answer nor a refusal:
	// HTML, null, another content type, a redirect, a status outside 400 to 599.
	ErrUnexpectedResponse error = &sentinel{"unexpected response", nil}
)

// sentinel is an error that may also be another one.
type sentinel struct {
	text string
	also error
}

func (s *sentinel) Error() string { return "azmistral: " + s.text }
func (s *sentinel) Unwrap() error { return s.also }

// Error is whatever the service, or the way to it, refused or broke. Every error
// of Chat, ChatStream and Next is one, io.EOF aside. Use errors.Is with the
// sentinels to decide, and errors.As to read the fields. An *azcore.ResponseError
// is in the chain where there was a response; the caller's context error is, where
// the context ended the call.
type Error struct {
	StatusCode int           // HTTP status; 0: no response
	Code       string        // the service's code, numbers as their digits
	Type       string        // the service's type, such as "invalid_request_message_order"
	Message    string        // the service's words
	Param      string        // the parameter that the service names
	Fields     []FieldError  // of a 422
	Filter     ContentFilter // of a filtered prompt or answer
	RetryAfter time.Duration // what the service asked the caller to wait; 0: nothing

	// Delivered says that the request was sent whole and no whole answer came: the
	// service may have answered and billed it. It is false where a status refused
	// the request.
	Delivered bool

	Info ResponseInfo // headers, request id, region, rate limits, attempts

	kind     error                 // a sentinel; nil where none fits: the caller's context, a caller's policy
	cause    error                 // what broke
	response *azcore.ResponseError // nil: no response
	what     string                // what happened, where the status does not say it
	hint     string                // what to do

	forgivable bool // the transport, or our idle deadline: no harm where the answer is whole
}

// FieldError is one field of a request that the service refused. The refused
// value, which services echo, is never kept.
type FieldError struct {
	Path    string // such as "messages[0].name"
	Message string
	Type    string // such as "extra_forbidden"
}

// Error says in one line what was tried, what came, and for the common cases what
// to do. It holds no credential, no prompt and no echoed input.
func (e *Error) Error() string {
	most := maxMessageBytes
	if e.StatusCode == 0 && e.kind == ErrAuthentication {
		most = maxSignInBytes
	}
	parts := []string{e.statusText(), oneLine(e.what, most), oneLine(e.Message, most)}
	if e.Code != "" && e.Code != strconv.Itoa(e.StatusCode) {
		i := max(slices.IndexFunc(parts, func(p string) bool { return p != "" }), 0)
		parts[i] = strings.TrimSpace(parts[i] + " (" + oneLine(e.Code, maxQuotedBytes) + ")")
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	if len(parts) == 0 {
		parts = []string{"the call failed"}
	}
	line := "azmistral: " + strings.Join(parts, ": ")
	for _, more := range []string{e.fieldText(), e.waitText(), e.hint} {
		if more != "" {
			line = strings.TrimSuffix(line, ".") + "; " + more
		}
	}
	if notes := e.notes(); notes != "" {
		line += " [" + notes + "]"
	}
	return line
}

// statusText is the status that refused the call. A 200 is not told first: it
// would read like success.
func (e *Error) statusText() string {
	if e.StatusCode == 0 || e.StatusCode == http.StatusOK {
		return ""
	}
	return strings.TrimSpace(strconv.Itoa(e.StatusCode) + " " + http.StatusText(e.StatusCode))
}

func (e *Error) waitText() string {
	if e.RetryAfter <= 0 {
		return ""
	}
	return fmt.Sprintf("the service asks to wait %v", e.RetryAfter.Round(time.Millisecond))
}

// fieldText names the refused fields that the message does not name itself.
func (e *Error) fieldText() string {
	const most = 3
	var names []string
	for i, f := range e.Fields {
		if f.Path == "" || strings.Contains(e.Message, f.Path) {
			continue
		}
		if len(names) == most {
			names = append(names, fmt.Sprintf("and %d more", len(e.Fields)-i))
			break
		}
		name := oneLine(f.Path, maxQuotedBytes)
		if f.Message != "" && !strings.Contains(e.Message, f.Message) {
			name += " (" + oneLine(f.Message, maxQuotedBytes) + ")"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return "refused: " + strings.Join(names, ", ")
}

func (e *Error) notes() string {
	var notes []string
	if e.StatusCode == http.StatusOK {
		notes = append(notes, "status 200")
	}
	if e.Info.RequestID != "" {
		notes = append(notes, "request "+oneLine(e.Info.RequestID, maxQuotedBytes))
	}
	if e.Info.Attempts > 1 {
		notes = append(notes, strconv.Itoa(e.Info.Attempts)+" sends")
	}
	if e.Delivered {
		notes = append(notes, "delivered: it may be billed")
	}
	return strings.Join(notes, ", ")
}

// Unwrap gives the sentinel, the *azcore.ResponseError where there was a response,
// and the cause.
func (e *Error) Unwrap() []error {
	var errs []error
	if e.kind != nil {
		errs = append(errs, e.kind)
		switch { // what the status says is true as well
		case e.kind == ErrQuotaExceeded && e.StatusCode == http.StatusTooManyRequests:
			errs = append(errs, ErrRateLimited)
		case e.kind == ErrNotFound && e.StatusCode == http.StatusBadRequest:
			errs = append(errs, ErrInvalidRequest)
		}
	}
	if e.response != nil {
		errs = append(errs, e.response)
	}
	if e.cause != nil {
		errs = append(errs, e.cause)
	}
	return errs
}

// Format prints the same line for every verb: the fields hold headers and texts
// of the service that no log should have.
func (e *Error) Format(f fmt.State, verb rune) {
	line := "<nil>"
	if e != nil {
		line = e.Error()
	}
	if verb == 'q' {
		line = strconv.Quote(line)
	}
	_, _ = io.WriteString(f, line)
}

// LogValue gives slog the same line.
func (e *Error) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// MarshalJSON gives the same line, as a JSON string.
func (e *Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

// withResponse puts an *azcore.ResponseError of resp into e's chain. azcore's own
// constructor would log the whole body, and print it in Error(): this one says e's
// line.
func (e *Error) withResponse(resp *http.Response) *Error {
	text, err := json.Marshal(struct {
		ErrorCode    string `json:"errorCode"`
		StatusCode   int    `json:"statusCode"`
		ErrorMessage string `json:"errorMessage"`
	}{e.Code, resp.StatusCode, e.Error()})
	response := new(azcore.ResponseError)
	if err != nil || response.UnmarshalJSON(text) != nil {
		response.ErrorCode, response.StatusCode = e.Code, resp.StatusCode
	}
	response.RawResponse = resp
	e.response = response
	return e
}

// invalidRequest is what a check of ours says of a request before it is sent.
func invalidRequest(format string, args ...any) *Error {
	return &Error{kind: ErrInvalidRequest, what: "invalid request: " + fmt.Sprintf(format, args...)}
}

// asError gives err as the *Error that it is or wraps, nil if it is none.
func asError(err error) *Error {
	e, _ := errors.AsType[*Error](err)
	return e
}

// oneLine folds control characters and line breaks into blanks and cuts the text
// at limit bytes, between characters.
func oneLine(text string, limit int) string {
	clean := strings.IndexFunc(text, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == utf8.RuneError || r == '\u2028' || r == '\u2029' || r == 0x85
	}) < 0
	if !clean {
		text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
			return r <= ' ' || r == 0x7f || r == 0x85 || r == '\u2028' || r == '\u2029'
		}), " ")
	}
	text = strings.TrimSpace(text)
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
