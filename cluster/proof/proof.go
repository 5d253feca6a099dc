// Package proof shows that the parts of the stack work by using them: a row
// written on the primary and read on a replica, a key that moves through the
// Redis cluster, a metric that an HPA asks for. A part that merely runs is not
// proven.
package proof

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Check is one use of one component.
type Check struct {
	Component string // the line that it belongs to: "postgres"
	Name      string // what is done: "a row written on the primary is read on a replica"
	// Timeout bounds Run; 0 is 10 s.
	Timeout time.Duration
	// Run uses the component. It returns what was seen in a few words, or an
	// error that says what is wrong: best one made by Failed, which says what to
	// do about it too. It ends with ctx.
	Run func(ctx context.Context) (seen string, err error)
}

// defaultTimeout bounds a check that sets no limit of its own.
const defaultTimeout = 10 * time.Second

// problem is a failed check's cause with the next step.
type problem struct {
	err  error
	next string
}

func (p *problem) Error() string { return p.err.Error() }
func (p *problem) Unwrap() error { return p.err }

// Failed is the error of a check: what to do next, and the cause, made as by
// fmt.Errorf.
func Failed(next, format string, args ...any) error {
	return &problem{err: fmt.Errorf(format, args...), next: next}
}

// Result is the outcome of one check.
type Result struct {
	Component string        `json:"component"`
	Check     string        `json:"check"`
	Ready     bool          `json:"ready"`
	Proof     string        `json:"proof,omitempty"` // what was seen; empty if not ready
	Cause     string        `json:"cause,omitempty"` // what is wrong
	Next      string        `json:"next,omitempty"`  // what to do about it
	Took      time.Duration `json:"took"`            // in nanoseconds
}

// Run makes all checks side by side and returns their outcomes in the order of
// the checks. One that outlives its time-out has failed.
func Run(ctx context.Context, checks []Check) []Result {
	results := make([]Result, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { results[i] = c.result(ctx) })
	}
	all.Wait()
	return results
}

func (c Check) result(ctx context.Context) Result {
	limit := c.Timeout
	if limit == 0 {
		limit = defaultTimeout
	}
	within, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %v", limit))
	defer cancel()
	start := time.Now()
	seen, err := c.Run(within)
	r := Result{Component: c.Component, Check: c.Name, Took: time.Since(start)}
	switch {
	case err == nil && seen == "":
		r.Cause, r.Next = "the check saw nothing", "this is a defect of the check: report it"
	case err == nil:
		r.Ready, r.Proof = true, seen
	default:
		r.Cause, r.Next = err.Error(), nextStep(err)
		if cause := context.Cause(within); cause != nil && ctx.Err() == nil {
			r.Cause = fmt.Sprintf("%v: %s", cause, r.Cause)
		}
	}
	return r
}

// nextStep is what a failed check advises.
func nextStep(err error) string {
	var p *problem
	if errors.As(err, &p) && p.next != "" {
		return p.next
	}
	return "look at the component's pods: kubectl get pods -A"
}

// Green reports whether there are results and all of them are ready.
func Green(results []Result) bool {
	for _, r := range results {
		if !r.Ready {
			return false
		}
	}
	return len(results) > 0
}

// awaitPause is the time between two rounds of Await.
const awaitPause = 2 * time.Second

// Await repeats the checks that are not ready until all are, or ctx ends, and
// returns the last outcome of each. A fresh stack needs it: what a component
// proves may come a minute after its pods are ready. The update is told how far
// it is after each round.
func Await(ctx context.Context, checks []Check, update func(string)) []Result {
	results := Run(ctx, checks)
	for !Green(results) && len(checks) > 0 {
		update(progressOf(results))
		timer := time.NewTimer(awaitPause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return results
		case <-timer.C:
		}
		again(ctx, checks, results)
	}
	return results
}

// again makes the checks anew that are not ready, and keeps an outcome that the
// end of ctx cut short out of the results: the one before tells more.
func again(ctx context.Context, checks []Check, results []Result) {
	var red []Check
	var at []int
	for i, r := range results {
		if !r.Ready {
			red, at = append(red, checks[i]), append(at, i)
		}
	}
	for j, r := range Run(ctx, red) {
		if r.Ready || ctx.Err() == nil {
			results[at[j]] = r
		}
	}
}

func progressOf(results []Result) string {
	ready, waiting := 0, ""
	for _, r := range results {
		if r.Ready {
			ready++
		} else if waiting == "" {
			waiting = r.Component + ": " + r.Cause
		}
	}
	return fmt.Sprintf("%d of %d proven; %s", ready, len(results), waiting)
}
