package executor

import (
	"context"
	"sync"
	"time"
)

// ConstantVUs keeps a fixed number of virtual users iterating: a closed model.
type ConstantVUs struct {
	Count        int
	Length       time.Duration
	GracefulStop time.Duration
}

var _ Executor = ConstantVUs{}

// VUs implements Executor.
func (e ConstantVUs) VUs() (initial, limit int) { return e.Count, e.Count }

// Duration implements Executor.
func (e ConstantVUs) Duration() time.Duration { return e.Length }

// Grace implements Executor.
func (e ConstantVUs) Grace() time.Duration { return e.GracefulStop }

// Scale implements Executor.
func (e ConstantVUs) Scale(s Segment) Executor {
	e.Count = share(s, e.Count)
	return e
}

// Run implements Executor.
func (e ConstantVUs) Run(ctx context.Context, crew Crew) error {
	soft, hard, cancel := window(ctx, e.Length, e.GracefulStop)
	defer cancel()
	var n numbers
	together(crew, func(vu VU) {
		for open(soft) {
			vu.Iterate(hard, n.iteration())
		}
	})
	return nil
}

// together runs work once per virtual user, side by side, and waits for all.
func together(crew Crew, work func(VU)) {
	var wg sync.WaitGroup
	for _, vu := range crew.VUs {
		wg.Go(func() {
			crew.Observer.Active(1)
			defer crew.Observer.Active(-1)
			work(vu)
		})
	}
	wg.Wait()
}
