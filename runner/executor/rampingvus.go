package executor

import (
	"context"
	"iter"
	"math"
	"sync"
	"time"
)

// Stage ramps the number of virtual users linearly to Target over Duration. A
// stage without duration is a jump.
type Stage struct {
	Duration time.Duration
	Target   int
}

// RampingVUs keeps a number of virtual users iterating that follows stages: a
// closed model.
type RampingVUs struct {
	Start            int
	Stages           []Stage
	GracefulRampDown time.Duration
	GracefulStop     time.Duration
	Segment          Segment
}

var _ Executor = RampingVUs{}

// VUs implements Executor.
func (e RampingVUs) VUs() (initial, limit int) {
	peak := e.Start
	for _, s := range e.Stages {
		peak = max(peak, s.Target)
	}
	peak = share(e.Segment, peak)
	return peak, peak
}

// Scale implements Executor.
func (e RampingVUs) Scale(s Segment) Executor {
	e.Segment = s
	return e
}

// Duration implements Executor.
func (e RampingVUs) Duration() time.Duration {
	var d time.Duration
	for _, s := range e.Stages {
		d += s.Duration
	}
	return d
}

// Grace implements Executor.
func (e RampingVUs) Grace() time.Duration { return e.GracefulStop }

// Steps yields when the number of virtual users that the segment wants changes,
// as an offset from the start, and what it changes to.
func (e RampingVUs) Steps() iter.Seq2[time.Duration, int] {
	return func(yield func(time.Duration, int) bool) {
		last := -1
		for at, n := range e.whole() {
			if n = share(e.Segment, n); n != last && !yield(at, n) {
				return
			}
			last = n
		}
	}
}

// whole yields the steps of the whole scenario. The n-th virtual user starts when
// the rising line reaches n, and stops when the falling line reaches n-1, so
// that each stage ends exactly at its target.
func (e RampingVUs) whole() iter.Seq2[time.Duration, int] {
	return func(yield func(time.Duration, int) bool) {
		if !yield(0, e.Start) {
			return
		}
		from, offset := e.Start, time.Duration(0)
		for _, s := range e.Stages {
			if !ramp(from, s, offset, yield) {
				return
			}
			from, offset = s.Target, offset+s.Duration
		}
	}
}

func ramp(from int, s Stage, offset time.Duration, yield func(time.Duration, int) bool) bool {
	if s.Duration == 0 {
		return from == s.Target || yield(offset, s.Target)
	}
	step, change := 1, s.Target-from
	if change < 0 {
		step, change = -1, -change
	}
	for k := 1; k <= change; k++ {
		at := time.Duration(math.Round(float64(s.Duration) * (float64(k) / float64(change))))
		if !yield(offset+at, from+k*step) {
			return false
		}
	}
	return true
}

// Run implements Executor.
func (e RampingVUs) Run(ctx context.Context, crew Crew) error {
	soft, hard, cancel := window(ctx, e.Duration(), e.GracefulStop)
	defer cancel()
	r := ramping{crew: crew, soft: soft, hard: hard, slots: make([]slot, len(crew.VUs))}
	for i := range r.slots {
		r.slots[i].vu = crew.VUs[i]
	}
	clock := crew.alarm(hard)
	defer clock.Close()
	start, active := time.Now(), 0
	for at, wanted := range e.Steps() {
		if clock.Until(start.Add(at)) != nil {
			break
		}
		for ; active < wanted; active++ {
			r.start(&r.slots[active])
		}
		for ; active > wanted; active-- {
			r.slots[active-1].stop(e.GracefulRampDown)
		}
	}
	<-soft.Done()
	for ; active > 0; active-- {
		r.slots[active-1].stop(e.GracefulStop)
	}
	r.wg.Wait()
	return nil
}

// ramping is one run of RampingVUs.
type ramping struct {
	crew       Crew
	soft, hard context.Context
	slots      []slot
	n          numbers
	wg         sync.WaitGroup
}

// start has a slot's virtual user iterate, or go on if it is still busy with
// the last iteration of before.
func (r *ramping) start(s *slot) {
	if !s.want(r.hard) {
		return
	}
	r.wg.Go(func() {
		r.crew.Observer.Active(1)
		defer r.crew.Observer.Active(-1)
		for {
			ctx, ok := s.next(r.soft, r.hard)
			if !ok {
				return
			}
			s.vu.Iterate(ctx, r.n.iteration())
		}
	})
}
