package azmistral

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// clock is the one deadline timer of a call. It ends the send under way when its
// deadline passes, by cancelling it with the deadline's name as the cause. Moving
// the deadline does not touch the timer: it looks again when it fires.
type clock struct {
	mu       sync.Mutex
	timer    *time.Timer
	due      time.Time // when the timer fires; zero: it is not running
	deadline time.Time // zero: nothing is waited for
	limit    deadlineError
	cancel   context.CancelCauseFunc
}

// arm starts waiting: after d without disarm or arm, cancel is called with limit.
// d <= 0 waits without a bound.
func (k *clock) arm(d time.Duration, limit deadlineError, cancel context.CancelCauseFunc) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if d <= 0 {
		k.deadline = time.Time{}
		return
	}
	now := time.Now()
	k.deadline, k.limit, k.cancel = now.Add(d), limit, cancel
	switch {
	case k.timer == nil:
		k.timer = time.AfterFunc(d, k.fire)
	case k.due.IsZero() || k.due.After(k.deadline):
		k.timer.Reset(d)
	default:
		return // fires before the deadline, and sees that it moved
	}
	k.due = k.deadline
}

// disarm stops waiting. The timer may still fire, to no effect.
func (k *clock) disarm() {
	k.mu.Lock()
	k.deadline = time.Time{}
	k.mu.Unlock()
}

// stop ends the clock's use and leaves no timer behind.
func (k *clock) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.deadline, k.cancel = time.Time{}, nil
	if k.timer != nil {
		k.timer.Stop()
		k.due = time.Time{}
	}
}

func (k *clock) fire() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.due = time.Time{}
	if k.deadline.IsZero() {
		return
	}
	if left := time.Until(k.deadline); left > 0 {
		k.timer.Reset(left)
		k.due = k.deadline
		return
	}
	k.deadline = time.Time{}
	k.cancel(new(k.limit)) // a copy: errors that are kept hold no call
}

// The options that set a deadline, as errors name them.
const (
	startTimeoutOption = "StartTimeout"
	idleTimeoutOption  = "IdleTimeout"
	tryTimeoutOption   = "Retry.TryTimeout"
)

// deadlineError is the cause with which a deadline of ours ends a send.
type deadlineError struct {
	option  string // whose deadline: the name of the option to change
	after   time.Duration
	awaited string // what did not come
}

func (e *deadlineError) Error() string {
	return fmt.Sprintf("no %s within the %s of %v", e.awaited, e.option, e.after)
}

// Timeout makes the error a timeout in net's sense.
func (e *deadlineError) Timeout() bool { return true }
