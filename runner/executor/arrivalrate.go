package executor

import (
	"context"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/arrival"
)

// ArrivalRate starts iterations when a schedule says so, whatever became of
// the earlier ones: an open model. An iteration that finds no free virtual
// user is dropped.
type ArrivalRate struct {
	Schedule     arrival.Schedule
	PreAllocated int
	Limit        int // most virtual users, at least PreAllocated
	GracefulStop time.Duration
	Segment      Segment
}

var _ Executor = ArrivalRate{}

// VUs implements Executor.
func (e ArrivalRate) VUs() (initial, limit int) {
	return share(e.Segment, e.PreAllocated), share(e.Segment, e.Limit)
}

// Scale implements Executor.
func (e ArrivalRate) Scale(s Segment) Executor {
	e.Segment = s
	return e
}

// Duration implements Executor.
func (e ArrivalRate) Duration() time.Duration { return e.Schedule.Duration() }

// Grace implements Executor.
func (e ArrivalRate) Grace() time.Duration { return e.GracefulStop }

// Run implements Executor. A pacer that fell behind starts what is overdue at
// once: the schedule is made up for, and the delay shows as lag.
func (e ArrivalRate) Run(ctx context.Context, crew Crew) error {
	soft, hard, cancel := window(ctx, e.Duration(), e.GracefulStop)
	defer cancel()
	_, limit := e.VUs()
	a := arrivals{crew: crew, limit: limit, free: append([]VU(nil), crew.VUs...), all: len(crew.VUs)}
	clock := crew.alarm(hard)
	defer clock.Close()
	start := time.Now()
	for n := uint64(0); ; n++ {
		offset, ok := e.Schedule.Due(e.Segment.Global(n))
		due := start.Add(offset)
		if !ok || clock.Until(due) != nil {
			break
		}
		a.arrive(hard, due)
	}
	<-soft.Done()
	a.wg.Wait()
	return a.err
}

// arrivals is one run of ArrivalRate.
type arrivals struct {
	crew  Crew
	limit int
	n     numbers
	wg    sync.WaitGroup

	mu      sync.Mutex
	free    []VU
	all     int // free, busy, or being made ready
	growing bool
	err     error // the first failure to grow
}

// arrive starts one iteration, or drops it and asks for another virtual user.
func (a *arrivals) arrive(ctx context.Context, due time.Time) {
	vu := a.take()
	if vu == nil {
		a.crew.Observer.Dropped(due, 1)
		a.grow(ctx)
		return
	}
	it := a.n.iteration()
	it.Due = due
	a.wg.Go(func() {
		a.crew.Observer.Active(1)
		defer a.crew.Observer.Active(-1)
		vu.Iterate(ctx, it)
		a.put(vu)
	})
}

// take returns the virtual user that was freed last, whose connections are
// the warmest, or nil if all are busy.
func (a *arrivals) take() VU {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := len(a.free) - 1
	if last < 0 {
		return nil
	}
	vu := a.free[last]
	a.free = a.free[:last]
	return vu
}

func (a *arrivals) put(vu VU) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.free = append(a.free, vu)
}

// grow makes one more virtual user ready beside the run, one at a time, as
// far as the limit and earlier failures allow.
func (a *arrivals) grow(ctx context.Context) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.growing || a.all >= a.limit || a.err != nil {
		return
	}
	a.growing = true
	a.all++
	a.wg.Go(func() {
		vu, err := a.crew.Grow(ctx)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.growing = false
		switch {
		case err == nil:
			a.free = append(a.free, vu)
		case ctx.Err() == nil:
			a.err = err
		}
	})
}
