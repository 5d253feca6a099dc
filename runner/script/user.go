package script

import (
	"context"
	"errors"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// user is a virtual user that runs the iterations of one scenario.
type user struct {
	vu         *vu.VU
	fn         sobek.Callable
	data       *setupData  // what setup returned; set before the first iteration
	argument   sobek.Value // the user's own copy of it
	exceptions *exceptions
	step       func() (sobek.Value, error) // call, made once
	points     [2]metric.Point
}

var _ executor.VU = (*user)(nil)

// Iterate implements executor.VU.
func (u *user) Iterate(ctx context.Context, it executor.Iteration) {
	test := u.vu.Test
	u.vu.Reset()
	u.vu.Number, u.vu.Due = it.Number, it.Due
	start := time.Now()
	if !it.Due.IsZero() {
		u.vu.Samples.Lag(float64(start.Sub(it.Due)) / float64(time.Millisecond))
	}
	_, err := u.vu.Do(ctx, u.step)
	if u.vu.Refused != nil {
		err = u.vu.Refused // also if nobody awaited the request
	} else if err != nil && u.cut(ctx, err) {
		test.Counts.Interrupted.Add(1)
		return
	}
	if err != nil {
		test.Counts.Exceptions.Add(1)
		u.vu.Emit(test.Builtin.IterationErrors, 1)
		u.exceptions.report(vu.Explain(err))
	}
	u.complete(start)
	u.pace(ctx, start)
}

// complete counts an iteration that has ended.
func (u *user) complete(start time.Time) {
	test, now := u.vu.Test, time.Now()
	test.Counts.Complete.Add(1)
	u.points[0] = metric.Point{Metric: test.Builtin.Iterations, Value: 1}
	u.points[1] = metric.Point{Metric: test.Builtin.IterationDuration, Value: float64(now.Sub(start)) / float64(time.Millisecond)}
	u.vu.Samples.Take(&metric.Event{Points: u.points[:], Tags: u.vu, Time: now})
	u.vu.Own++
}

func (u *user) call() (sobek.Value, error) {
	if u.argument == nil {
		var err error
		if u.argument, err = parseData(u.vu, u.data.get()); err != nil {
			return nil, err
		}
	}
	return u.fn(sobek.Undefined(), u.argument)
}

// cut tells whether an iteration ended because it had to, rather than by a
// mistake of its own.
func (u *user) cut(ctx context.Context, err error) bool {
	var aborted vu.Aborted
	return ctx.Err() != nil || errors.As(vu.Explain(err), &aborted)
}

// pace waits until an iteration has lasted as long as the options want.
func (u *user) pace(ctx context.Context, start time.Time) {
	rest := u.vu.Test.Options.MinIteration - time.Since(start)
	if rest <= 0 {
		return
	}
	t := time.NewTimer(rest)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// parseData makes a copy of what setup returned.
func parseData(v *vu.VU, data string) (sobek.Value, error) {
	if data == "" {
		return sobek.Undefined(), nil
	}
	return v.ParseJSON(data)
}
