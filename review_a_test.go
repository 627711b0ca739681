package azmistral

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manyErrors is an error that Go cannot compare.
type manyErrors []error

func (m manyErrors) Error() string { return errors.Join(m...).Error() }

func TestErrorsOfATransportAreToldAnew(t *testing.T) {
	for name, err := range map[string]error{"the same each time": io.EOF, "not comparable": manyErrors{io.EOF}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := play(breaks(err, false, false), breaks(err, false, true))
				_, got := newTestClient(t, s, func(o *ClientOptions) { o.RetryUnknown = true; o.Retry.MaxRetries = 1 }).Chat(t.Context(), hello, nil)
				require.ErrorIs(t, got, ErrUnavailable)
				assert.Equal(t, 2, asError(got).Info.Attempts)
				assert.True(t, asError(got).Delivered, "the second send was")
			})
		})
	}
}
