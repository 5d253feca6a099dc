package vegetaload

import (
	"context"
	"time"

	"github.com/artisan-platform/headroom/runner/alarm"
	"github.com/artisan-platform/headroom/runner/arrival"
)

// pacer releases arrivals when they are due. Vegeta sends a request after
// each answer of Pace and sleeps without a context, so the waiting is done
// here: Pace answers with no wait when a request is to be sent now.
type pacer struct {
	ctx      context.Context
	clock    *alarm.Alarm
	schedule arrival.Schedule
	start    time.Time
	hits     *hits
	limit    int // most requests in flight
	dropped  func(due time.Time, n uint64)
	next     uint64 // the arrival that comes next
}

// Pace implements vegeta.Pacer. It is called by one goroutine. An arrival
// that is due while every worker is busy is dropped: waiting for a worker
// would make the load follow the responses.
func (p *pacer) Pace(time.Duration, uint64) (wait time.Duration, stop bool) {
	for {
		offset, ok := p.schedule.Due(p.next)
		if !ok {
			p.waitUntil(p.start.Add(p.schedule.Duration()))
			return 0, true
		}
		due := p.start.Add(offset)
		if !p.waitUntil(due) {
			p.dropOverdue()
			return 0, true
		}
		p.next++
		if p.hits.inFlight() < p.limit {
			p.hits.release(due)
			return 0, false
		}
		p.dropped(due, 1)
	}
}

// Rate implements vegeta.Pacer.
func (p *pacer) Rate(elapsed time.Duration) float64 { return p.schedule.RateAt(elapsed) }

// waitUntil reports whether t has come; false means that the run was stopped.
func (p *pacer) waitUntil(t time.Time) bool {
	return p.clock.Until(t) == nil && p.ctx.Err() == nil
}

// dropOverdue accounts for what a late generator still owed when it was
// stopped. What was not due yet was never owed.
func (p *pacer) dropOverdue() {
	now := time.Now()
	for {
		offset, ok := p.schedule.Due(p.next)
		if due := p.start.Add(offset); ok && due.Before(now) {
			p.dropped(due, 1)
			p.next++
			continue
		}
		return
	}
}
