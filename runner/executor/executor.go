// Package executor decides how many virtual users run, when their iterations
// start and when they must end: the executors of a k6-style scenario. What an
// iteration does is not its business.
//
// All executors end alike. At the regular end no iteration starts anymore and
// those under way have the graceful stop to finish; what is left then is cut
// short. If the context ends, everything is cut short at once. Run returns
// when nothing of the scenario is running.
package executor

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/artisan-platform/headroom/runner/alarm"
)

// ErrCut is why an iteration was cut short although the run goes on: its
// graceful stop or its graceful ramp-down was over.
var ErrCut = errors.New("the graceful stop is over")

// Executor runs the iterations of one scenario.
type Executor interface {
	// VUs is how many virtual users Run wants to be given, and how many there
	// may be once it has asked for more.
	VUs() (initial, limit int)
	// Duration is how long Run starts iterations at most; the graceful stop
	// comes on top.
	Duration() time.Duration
	// Grace is the graceful stop.
	Grace() time.Duration
	// Scale returns the executor of a segment of the scenario.
	Scale(Segment) Executor
	// Run runs the scenario to its end. It fails only if a virtual user that
	// it asked for could not be had.
	Run(ctx context.Context, crew Crew) error
}

// VU is a virtual user. It runs one iteration at a time.
type VU interface {
	// Iterate runs one iteration and returns when nothing of it is left. If
	// ctx ends, the iteration is cut short and Iterate returns soon.
	Iterate(ctx context.Context, it Iteration)
}

// Iteration is one iteration to run.
type Iteration struct {
	Number uint64    // of those started in the scenario, from 0
	Due    time.Time // when the schedule wants it to start; zero in a closed model
}

// Crew is what a scenario runs with.
type Crew struct {
	VUs []VU
	// Grow makes one more virtual user ready. Only arrival rates whose limit
	// exceeds their initial number call it, one call at a time.
	Grow     func(context.Context) (VU, error)
	Observer Observer
	// Alarm makes the clock of a schedule; nil is alarm.New.
	Alarm func(context.Context) *alarm.Alarm
}

func (c Crew) alarm(ctx context.Context) *alarm.Alarm {
	if c.Alarm != nil {
		return c.Alarm(ctx)
	}
	return alarm.New(ctx)
}

// Observer is told what a person who watches the run wants to know. It is
// safe for concurrent use.
type Observer interface {
	// Active says that delta more virtual users run (fewer, if negative).
	Active(delta int)
	// Dropped says that n iterations will never start. They were due at due,
	// which is zero in a closed model.
	Dropped(due time.Time, n uint64)
}

// window derives the two ends of a scenario: soft, after which no iteration
// starts, and hard, grace later, at which those under way are cut short.
func window(ctx context.Context, d, grace time.Duration) (soft, hard context.Context, cancel context.CancelFunc) {
	hard, cancelHard := context.WithTimeoutCause(ctx, d+grace, ErrCut)
	soft, cancelSoft := context.WithTimeout(hard, d)
	return soft, hard, func() { cancelSoft(); cancelHard() }
}

// open tells whether iterations may still start. The deadline itself counts:
// its timer may be late.
func open(soft context.Context) bool {
	end, bounded := soft.Deadline()
	return soft.Err() == nil && (!bounded || time.Now().Before(end))
}

// numbers counts the iterations that started.
type numbers struct{ next atomic.Uint64 }

func (n *numbers) iteration() Iteration { return Iteration{Number: n.next.Add(1) - 1} }

// share is how many of n virtual users a segment has.
func share(s Segment, n int) int { return int(s.Share(uint64(n))) }
