package azmistral

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestClock(t *testing.T) {
	a, b := deadlineError{"A", time.Second, "thing"}, deadlineError{"B", time.Second, "thing"}
	for name, c := range map[string]struct {
		use  func(k *clock, cancel func(error))
		want error
		at   time.Duration
	}{
		"fires": {func(k *clock, cancel func(error)) { k.arm(time.Second, a, cancel) }, &a, time.Second},
		"moved on": {func(k *clock, cancel func(error)) {
			k.arm(time.Second, a, cancel)
			time.Sleep(900 * time.Millisecond)
			k.arm(time.Second, b, cancel)
		}, &b, 1900 * time.Millisecond},
		"moved nearer": {func(k *clock, cancel func(error)) { k.arm(time.Hour, a, cancel); k.arm(time.Second, b, cancel) }, &b, time.Second},
		"disarmed":     {func(k *clock, cancel func(error)) { k.arm(time.Second, a, cancel); k.disarm() }, nil, 0},
		"disarmed, fired, armed again": {func(k *clock, cancel func(error)) {
			k.arm(time.Second, a, cancel)
			k.disarm()
			time.Sleep(3 * time.Second)
			k.arm(time.Second, b, cancel)
		}, &b, 4 * time.Second},
		"no bound":           {func(k *clock, cancel func(error)) { k.arm(0, a, cancel) }, nil, 0},
		"no bound after one": {func(k *clock, cancel func(error)) { k.arm(time.Second, a, cancel); k.arm(-1, b, cancel) }, nil, 0},
		"stopped":            {func(k *clock, cancel func(error)) { k.arm(time.Second, a, cancel); k.stop() }, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var k clock
				var got error
				var at time.Duration
				began := time.Now()
				c.use(&k, func(err error) { got, at = err, time.Since(began) })
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				assert.Equal(t, c.want, got)
				assert.Equal(t, c.at, at)
				k.stop()
			})
		})
	}
}

func TestDeadlineErrorNamesItsOption(t *testing.T) {
	assert.EqualError(t, &deadlineError{idleTimeoutOption, time.Minute, "further piece of the answer"}, "no further piece of the answer within the IdleTimeout of 1m0s")
}
