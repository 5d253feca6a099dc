package promquery

import (
	"context"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// poller evaluates one query on the grid of its step. The time of an
// evaluation is its place on the grid, not when the answer came, so a slow
// answer shifts nothing; places that passed meanwhile are missed, which is a
// gap.
type poller struct {
	source string
	step   time.Duration
	sink   observation.Sink
	ask    func(ctx context.Context, at time.Time) observation.Prom

	good   time.Time // the last evaluation that told something, at first the start
	blind  bool
	reason string // the first cause of being blind
}

func (p *poller) run(ctx context.Context) {
	p.good = time.Now()
	at := p.good.Truncate(p.step).Add(p.step)
	for wait(ctx, time.Until(at)) {
		answer := p.ask(ctx, at)
		if ctx.Err() != nil {
			break // cut off by the end, which says nothing of Prometheus
		}
		p.take(at, answer)
		at = p.next(at)
	}
	p.see(time.Now())
}

// take records an answer. Only an error and a stale answer are blindness: no
// series and NaN are what Prometheus knows.
func (p *poller) take(at time.Time, answer observation.Prom) {
	switch answer.Outcome {
	case observation.PromError, observation.PromStale:
		p.lose(fmt.Sprintf("%s: %s", answer.Outcome, answer.Error))
	default:
		p.see(at)
	}
	p.sink.Observe(observation.Record{Time: time.Now(), Kind: observation.KindProm, Prom: &answer})
}

// next is the place on the grid after at, or the latest that has passed.
func (p *poller) next(at time.Time) time.Time {
	due := at.Add(p.step)
	late := time.Since(due)
	if late < p.step {
		return due
	}
	missed := late / p.step
	p.lose(fmt.Sprintf("%d evaluations missed: the one before took %v", missed, (late + p.step).Round(time.Millisecond)))
	return due.Add(missed * p.step)
}

func (p *poller) lose(reason string) {
	if !p.blind {
		p.blind, p.reason = true, reason
	}
}

// see ends a gap at t, if there is one.
func (p *poller) see(t time.Time) {
	if p.blind {
		p.blind = false
		p.sink.Observe(observation.Record{Time: time.Now(), Kind: observation.KindGap, Gap: &observation.Gap{
			Source: p.source, From: p.good.UTC(), To: t.UTC(), Reason: p.reason,
		}})
	}
	p.good = t
}

// wait reports false if ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
