package artisan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// drainPace is how often drain looks at the queue.
const drainPace = 250 * time.Millisecond

// drainBlind is how old the last look may be when the time is over.
const drainBlind = 4 * drainPace

// drained is what a drain came to.
type drained struct {
	length int64
	took   time.Duration
}

// drain is queue.drain({within, to?, name?}): the expectation that workers
// empty the queue, or bring it down to `to` jobs, within a time. It pushes
// nothing and takes nothing away.
//
// It is a promise of {length, took}, with took in milliseconds, kept as soon as
// a look (every 250 ms) finds no more than `to` jobs. When the time is over it
// is broken by an ExpectationError. The report shows it as an objective called
// name, by default "queue NAME: jobs". A queue whose length cannot be read in
// the end is unknown, not missed and never met. Jobs that workers have taken and
// not finished are not in the queue.
func (q *queue) drain(call sobek.FunctionCall) sobek.Value {
	where := q.where("drain")
	q.m.running(where)
	o := q.m.options(where, call.Argument(0), "within", "to", "name")
	within := o.required("within", "2m")
	to := o.whole("to", 0, 0, maxJobs)
	e := expectation{
		name:  o.text("name", fmt.Sprintf("queue %s: jobs", q.name)),
		limit: fmt.Sprintf("<= %d within %s", to, unit.Exact(within)),
	}
	return expect(q.m, e, func(ctx context.Context) (drained, finding) {
		return q.wait(ctx, to, within)
	}, func(d drained) sobek.Value {
		return q.m.object(field{"length", d.length}, field{"took", float64(d.took) / float64(time.Millisecond)})
	})
}

// wait looks until the queue is short enough, or the time is over.
func (q *queue) wait(ctx context.Context, to int64, within time.Duration) (drained, finding) {
	start := time.Now()
	tick := time.NewTicker(drainPace)
	defer tick.Stop()
	inTime, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var d drained
	var samples uint64
	var failed error // of the newest look
	for {
		n, err := q.count(inTime)
		switch {
		case err == nil:
			d, failed = drained{n, time.Since(start)}, nil
			samples++
		case inTime.Err() == nil || samples == 0 || time.Since(start)-d.took > drainBlind:
			failed = err // else the end of the time cut a look off, which says nothing
		}
		if err == nil && n <= to && d.took <= within {
			return d, finding{outcome: observation.Met, seen: fmt.Sprintf("%d after %s", n, unit.Duration(d.took)),
				margin: unit.SignedDuration(within - d.took), samples: samples}
		}
		if errors.Is(err, errWrongType) {
			return d, finding{outcome: observation.Unknown, samples: samples, cause: err.Error()}
		}
		select {
		case <-tick.C:
		case <-inTime.Done():
			return d, d.late(ctx, to, samples, failed)
		}
	}
}

// late is the finding when the time is over, or the iteration.
func (d drained) late(ctx context.Context, to int64, samples uint64, failed error) finding {
	seen := ""
	if samples > 0 {
		seen = fmt.Sprintf("%d after %s", d.length, unit.Duration(d.took))
	}
	switch {
	case ctx.Err() != nil:
		return cut(seen, samples)
	case failed != nil:
		return finding{outcome: observation.Unknown, seen: seen, samples: samples, cause: failed.Error()}
	}
	return finding{outcome: observation.Missed, seen: seen, margin: fmt.Sprintf("%d", to-d.length), samples: samples}
}
