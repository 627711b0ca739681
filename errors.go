package azmistral

import (
	"errors"
	"time"
)

// Error is whatever the service, or the way to it, refused or broke.
type Error struct {
	StatusCode                 int
	Code, Type, Message, Param string
	Fields                     []FieldError
	Filter                     ContentFilter
	RetryAfter                 time.Duration
	Delivered                  bool
	Info                       ResponseInfo

	kind  error
	cause error
}

// FieldError is one field that the service refused.
type FieldError struct {
	Path    string // such as "messages[0].name"
	Message string
	Type    string // such as "extra_forbidden"
}

func (e *Error) Error() string   { panic("errors") }
func (e *Error) Unwrap() []error { panic("errors") }

var (
	ErrAuthentication     = errors.New("authentication failed")
	ErrPermission         = errors.New("permission denied")
	ErrNotFound           = errors.New("not found")
	ErrInvalidRequest     = errors.New("invalid request")
	ErrContextTooLong     = errors.New("context too long")
	ErrContentFiltered    = errors.New("content filtered")
	ErrRateLimited        = errors.New("rate limited")
	ErrQuotaExceeded      = errors.New("quota exceeded")
	ErrUnavailable        = errors.New("service unavailable")
	ErrIncomplete         = errors.New("answer incomplete")
	ErrTimeout            = errors.New("timed out")
	ErrTooLarge           = errors.New("too large")
	ErrUnexpectedResponse = errors.New("unexpected response")
)
