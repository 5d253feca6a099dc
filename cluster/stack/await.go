package stack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// pollInterval is the pause between two looks at one condition.
const pollInterval = time.Second

// explainTimeout bounds the search for the cause after a time-out.
const explainTimeout = 15 * time.Second

// condition is one thing to wait for.
type condition struct {
	name string
	// check looks once. The state says in a few words what is missing. An
	// error is shown as the state; the wait goes on unless it is final.
	check func(ctx context.Context) (state string, met bool, err error)
	// explain finds the real cause after a time-out; nil where check's state
	// says all there is.
	explain func(ctx context.Context) string
}

// await waits for all conditions side by side, each as a step of its own, and
// returns when the last one has been met or given up. It reports every
// condition that was not met.
func (s *Stack) await(ctx context.Context, conditions []condition) error {
	errs := make([]error, len(conditions))
	var all sync.WaitGroup
	for i, c := range conditions {
		all.Go(func() { errs[i] = s.awaitOne(ctx, c) })
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *Stack) awaitOne(ctx context.Context, c condition) error {
	step := s.opts.Reporter.Start(c.name)
	start := time.Now()
	state, err := poll(ctx, c.check, step.Update)
	if err != nil {
		err = s.giveUp(ctx, c, state, err, time.Since(start))
	}
	step.Done(err)
	return err
}

// poll looks until the condition is met, the context ends or an error is final.
// It returns the last state, which on a failed look is that look's error.
func poll(ctx context.Context, check func(context.Context) (string, bool, error), update func(string)) (string, error) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	last := "not looked at yet"
	for {
		state, met, err := check(ctx)
		switch {
		case err == nil && met:
			return state, nil
		case err != nil && isFinal(err):
			return err.Error(), err
		case ctx.Err() != nil: // this look was cut short: the one before tells more
			return last, context.Cause(ctx)
		case err != nil:
			state = err.Error()
		}
		if state != last {
			update(state)
			last = state
		}
		select {
		case <-ctx.Done():
			return last, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// isFinal tells errors that waiting does not mend.
func isFinal(err error) bool {
	return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || apierrors.IsInvalid(err)
}

// giveUp makes the error of a condition that was not met. A wait that the
// caller ended, for whatever cause, is no finding about the cluster and is not
// explained; one that ran out of time, or met a final error, is.
func (s *Stack) giveUp(ctx context.Context, c condition, state string, err error, waited time.Duration) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.DeadlineExceeded) {
		return fmt.Errorf("wait for %s: %w", c.name, cause)
	}
	if c.explain != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), explainTimeout)
		defer cancel()
		if cause := c.explain(ctx); cause != "" {
			state += "; " + cause
		}
	}
	return fmt.Errorf("%s not ready after %s: %s: %w", c.name, waited.Round(time.Second), state, err)
}
