// Package alarm wakes a load generator when a request is due. The runtime's
// own timers are a millisecond coarse when the process is idle, because that is
// what epoll's time-out is; where the kernel has a finer clock, it is used.
package alarm

import (
	"context"
	"time"
)

// Alarm is a clock of one goroutine, until its context ends.
type Alarm struct {
	ctx   context.Context
	clock clock
}

// clock waits for d. It may return early without an error.
type clock interface {
	wait(d time.Duration) error
	close()
}

// New returns an alarm that ends with ctx. It is to be closed.
func New(ctx context.Context) *Alarm {
	c, err := newFine(ctx)
	if err != nil {
		return Coarse(ctx)
	}
	return &Alarm{ctx, c}
}

// Coarse returns an alarm of the runtime's timers, which tests can drive. It is
// to be closed.
func Coarse(ctx context.Context) *Alarm {
	c := &coarse{ctx: ctx, timer: time.NewTimer(time.Hour)}
	c.timer.Stop()
	return &Alarm{ctx, c}
}

// Until returns at t, or with the cause of the context's end, whichever is
// first. A moment that has passed is no reason to wait.
func (a *Alarm) Until(t time.Time) error {
	if a.ctx.Err() != nil {
		return context.Cause(a.ctx)
	}
	for {
		d := time.Until(t)
		if d <= 0 {
			return nil
		}
		if a.ctx.Err() != nil {
			return context.Cause(a.ctx)
		}
		if err := a.clock.wait(d); err != nil {
			return err
		}
	}
}

// Close releases the alarm.
func (a *Alarm) Close() { a.clock.close() }

// coarse is a clock of the runtime's timers.
type coarse struct {
	ctx   context.Context
	timer *time.Timer
}

func (c *coarse) wait(d time.Duration) error {
	c.timer.Reset(d)
	select {
	case <-c.timer.C:
	case <-c.ctx.Done():
	}
	return nil
}

func (c *coarse) close() { c.timer.Stop() }
