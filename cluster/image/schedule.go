package image

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// slots is how many tasks run side by side.
type slots struct{ heavy, light int }

// schedule runs tasks, each after what it needs, the most urgent first. It
// returns when every task that it started has ended: after the first failure,
// or when ctx ends, nothing new starts and what runs is cancelled.
func schedule(ctx context.Context, tasks []*task, s slots, r progress.Reporter) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	run := &execution{
		waiting: inOrder(tasks), done: map[*task]bool{}, running: map[*task]bool{},
		rank: urgent(tasks), slots: s, ended: make(chan result), start: time.Now(),
	}
	overall := r.Start(fmt.Sprintf("make images (%d steps)", len(run.waiting)))
	err := run.loop(inner, cancel, r, overall)
	if err != nil && ctx.Err() != nil { // not the tasks' fault: say so, in place of what being killed made them say
		err = fmt.Errorf("make images: stopped, what is done is kept: %w", context.Cause(ctx))
	}
	overall.Done(err)
	return err
}

// execution is the state of one schedule. Only its loop touches it.
type execution struct {
	waiting []*task
	done    map[*task]bool
	running map[*task]bool
	rank    map[*task]time.Duration
	slots   slots
	ended   chan result
	start   time.Time
}

type result struct {
	task *task
	err  error
}

// reportEvery is how often the time left is shown.
const reportEvery = 5 * time.Second

func (x *execution) loop(ctx context.Context, cancel func(), r progress.Reporter, overall progress.Step) error {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	var failed error
	for {
		if failed == nil && ctx.Err() == nil {
			x.startReady(ctx, r)
		}
		if len(x.running) == 0 {
			return x.outcome(ctx, failed)
		}
		overall.Update(x.describe())
		select {
		case res := <-x.ended:
			delete(x.running, res.task)
			if res.err == nil {
				x.done[res.task] = true
			} else if failed == nil {
				failed = res.err
				cancel()
			}
		case <-tick.C:
		}
	}
}

func (x *execution) outcome(ctx context.Context, failed error) error {
	if failed != nil || len(x.waiting) == 0 {
		return failed
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.New("image tasks wait for each other; this is a mistake in the catalog")
}

func (x *execution) startReady(ctx context.Context, r progress.Reporter) {
	for {
		t := next(x.waiting, x.done, x.rank, x.fits)
		if t == nil {
			return
		}
		x.waiting = slices.DeleteFunc(x.waiting, func(w *task) bool { return w == t })
		x.running[t] = true
		go func() { // the loop waits for it by reading ended
			x.ended <- result{t, progress.Do(r, t.title, func(s progress.Step) error { return t.run(ctx, s) })}
		}()
	}
}

func (x *execution) fits(t *task) bool {
	same, limit := 0, x.slots.light
	if t.heavy {
		limit = x.slots.heavy
	}
	for other := range x.running {
		if other.heavy == t.heavy {
			same++
		}
	}
	return same < limit
}

// describe says how far the schedule is and about how long it will take.
func (x *execution) describe() string {
	finished, total := sum(x.done), sum(x.done)+sum(x.running)
	for _, t := range x.waiting {
		total += t.expected
	}
	left := timeLeft(total, finished, time.Since(x.start))
	return fmt.Sprintf("%d of %d done, about %s left", len(x.done), len(x.done)+len(x.running)+len(x.waiting), roundTime(left))
}

func sum(tasks map[*task]bool) time.Duration {
	var total time.Duration
	for t := range tasks {
		total += t.expected
	}
	return total
}
