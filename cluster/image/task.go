package image

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// task is one piece of work that others may wait for.
type task struct {
	id       id
	title    string // what a person reads while it runs
	needs    []*task
	heavy    bool          // compiles: takes every core and much memory
	expected time.Duration // with nothing cached, on two cores, alone
	disk     int64         // bytes that it will take, about
	run      func(ctx context.Context, step progress.Step) error
}

// urgent orders tasks by the time that the work waiting on them takes, their
// own included: the longest chain starts first.
func urgent(tasks []*task) map[*task]time.Duration {
	rank := map[*task]time.Duration{}
	// A task's rank counts every path to the end, so walk in reverse order of need.
	for _, t := range slices.Backward(inOrder(tasks)) {
		rank[t] += t.expected
		for _, n := range t.needs {
			rank[n] = max(rank[n], rank[t])
		}
	}
	return rank
}

// inOrder sorts tasks so that each comes after what it needs, and adds what
// is needed and not listed.
func inOrder(tasks []*task) []*task {
	var out []*task
	seen := map[*task]bool{}
	var visit func(t *task)
	visit = func(t *task) {
		if seen[t] {
			return
		}
		seen[t] = true
		for _, n := range t.needs {
			visit(n)
		}
		out = append(out, t)
	}
	for _, t := range tasks {
		visit(t)
	}
	return out
}

// next picks the most urgent task of the waiting ones that is ready and fits.
func next(waiting []*task, done map[*task]bool, rank map[*task]time.Duration, fits func(*task) bool) *task {
	var ready []*task
	for _, t := range waiting {
		if fits(t) && !slices.ContainsFunc(t.needs, func(n *task) bool { return !done[n] }) {
			ready = append(ready, t)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	return slices.MaxFunc(ready, func(a, b *task) int {
		return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(b.title, a.title))
	})
}
