package executor

import (
	"context"
	"sync/atomic"
	"time"
)

// SharedIterations has its virtual users take a fixed number of iterations
// from one pool: fast ones take more.
type SharedIterations struct {
	Count        int
	Iterations   uint64 // of all virtual users together
	MaxDuration  time.Duration
	GracefulStop time.Duration
}

// PerVUIterations has each of its virtual users run the same number of
// iterations.
type PerVUIterations struct {
	Count        int
	Iterations   uint64 // of each virtual user
	MaxDuration  time.Duration
	GracefulStop time.Duration
}

var (
	_ Executor = SharedIterations{}
	_ Executor = PerVUIterations{}
)

// VUs implements Executor.
func (e SharedIterations) VUs() (initial, limit int) { return e.Count, e.Count }

// Duration implements Executor.
func (e SharedIterations) Duration() time.Duration { return e.MaxDuration }

// Grace implements Executor.
func (e SharedIterations) Grace() time.Duration { return e.GracefulStop }

// Scale implements Executor.
func (e SharedIterations) Scale(s Segment) Executor {
	e.Count, e.Iterations = share(s, e.Count), s.Share(e.Iterations)
	return e
}

// Run implements Executor. Iterations that had not started after MaxDuration
// are dropped.
func (e SharedIterations) Run(ctx context.Context, crew Crew) error {
	soft, hard, cancel := window(ctx, e.MaxDuration, e.GracefulStop)
	defer cancel()
	var taken, started atomic.Uint64
	together(crew, func(vu VU) {
		for open(soft) {
			n := taken.Add(1) - 1
			if n >= e.Iterations {
				return
			}
			started.Add(1)
			vu.Iterate(hard, Iteration{Number: n})
		}
	})
	drop(ctx, crew, e.Iterations-started.Load())
	return nil
}

// VUs implements Executor.
func (e PerVUIterations) VUs() (initial, limit int) { return e.Count, e.Count }

// Duration implements Executor.
func (e PerVUIterations) Duration() time.Duration { return e.MaxDuration }

// Grace implements Executor.
func (e PerVUIterations) Grace() time.Duration { return e.GracefulStop }

// Scale implements Executor.
func (e PerVUIterations) Scale(s Segment) Executor {
	e.Count = share(s, e.Count)
	return e
}

// Run implements Executor. Iterations that had not started after MaxDuration
// are dropped.
func (e PerVUIterations) Run(ctx context.Context, crew Crew) error {
	soft, hard, cancel := window(ctx, e.MaxDuration, e.GracefulStop)
	defer cancel()
	var n numbers
	together(crew, func(vu VU) {
		for i := uint64(0); i < e.Iterations && open(soft); i++ {
			vu.Iterate(hard, n.iteration())
		}
	})
	drop(ctx, crew, e.Iterations*uint64(len(crew.VUs))-n.next.Load())
	return nil
}

// drop reports iterations that the time did not suffice for. What a cancelled
// run left undone was not dropped: somebody wanted it so.
func drop(ctx context.Context, crew Crew, n uint64) {
	if n > 0 && ctx.Err() == nil {
		crew.Observer.Dropped(time.Time{}, n)
	}
}
