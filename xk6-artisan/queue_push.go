package artisan

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/queueload"
)

// maxJobs bounds a push: beyond it a slip of the pen fills the memory of Redis.
const maxJobs = 10_000_000

// push is queue.push(n | items): it appends jobs, and is a promise of the
// queue's length right after.
//
// A number n makes n jobs of the platform's own form, {"seq":0} to {"seq":n-1}.
// items is an array of jobs: strings and bytes are pushed as they are, objects
// as JSON. The order is kept. A push that fails in the middle says how many
// jobs arrived; nothing is pushed twice. The run's log has every push.
func (q *queue) push(call sobek.FunctionCall) sobek.Value {
	where := q.where("push")
	q.m.running(where)
	n, job := q.what(where, call.Argument(0))
	load := q.m.vu.Load()
	return promise(q.m, q.m.turns(), func(ctx context.Context) (pushed, error) {
		p, err := q.add(ctx, n, job)
		q.record(load, p)
		if err != nil {
			return p, fmt.Errorf("%s: pushed %d of %d jobs: %w", where, p.jobs, n, err)
		}
		return p, nil
	}, func(p pushed) sobek.Value { return q.m.vu.Runtime().ToValue(p.length) })
}

// what reads what is to be pushed.
func (q *queue) what(where string, v sobek.Value) (n int, job func(int) any) {
	if f, ok := number(orUndefined(v)); ok {
		if f != math.Trunc(f) || f < 1 || f > maxJobs {
			q.m.typeError("%s: the number of jobs must be a whole number from 1 to %d, and is %s", where, maxJobs, describe(v))
		}
		return int(f), func(i int) any { return queueload.Job(i) }
	}
	list, ok := v.(*sobek.Object)
	if !ok || list.ClassName() != "Array" {
		q.m.typeError("%s takes a number of jobs or an array of them, and got %s", where, describe(v))
	}
	var items []any
	q.m.vu.Runtime().ForOf(list, func(v sobek.Value) bool {
		b, err := q.m.bytes(orUndefined(v))
		if err != nil {
			q.m.typeError("%s: job %d %v", where, len(items), err)
		}
		items = append(items, b)
		return true
	})
	if len(items) == 0 {
		q.m.typeError("%s: the array of jobs is empty: give at least one", where)
	}
	return len(items), func(i int) any { return items[i] }
}

func orUndefined(v sobek.Value) sobek.Value {
	if v == nil {
		return sobek.Undefined()
	}
	return v
}

// holdPace is how often hold looks at the queue.
const holdPace = 100 * time.Millisecond

// held is what a hold came to. The lengths are those just before each look's
// top-up, the first excepted, which filled the queue.
type held struct {
	pushed          int
	lowest, highest int64
	sum             float64
	looks           int
}

// hold is queue.hold(n, {for}): it keeps the queue at n jobs for a time: every
// 100 ms it appends what is missing, as workers take. It takes nothing away
// from a queue that is longer.
//
// It is a promise of {pushed, lowest, highest, mean, looks}: how many jobs it
// pushed, and the lengths that it found at each look before it topped up; they
// are NaN where there was no second look. It ends with the iteration. One hold
// at a time on a queue: two look and push without knowing of each other. The
// run's log has the first fill, and then what each second added.
func (q *queue) hold(call sobek.FunctionCall) sobek.Value {
	where := q.where("hold")
	q.m.running(where)
	n, ok := number(orUndefined(call.Argument(0)))
	if !ok || n != math.Trunc(n) || n < 1 || n > maxJobs {
		q.m.typeError("%s takes the length to keep, a whole number from 1 to %d, and got %s", where, maxJobs, describe(call.Argument(0)))
	}
	length := q.m.options(where, call.Argument(1), "for").required("for", "2m")
	load := q.m.vu.Load()
	return promise(q.m, q.m.turns(), func(ctx context.Context) (held, error) {
		h, err := q.keep(ctx, int64(n), length, load)
		if err != nil {
			return h, fmt.Errorf("%s: %w", where, err)
		}
		return h, nil
	}, func(h held) sobek.Value { return h.object(q.m) })
}

// keep looks and tops up until the time is over.
func (q *queue) keep(ctx context.Context, n int64, length time.Duration, load string) (held, error) {
	end := time.NewTimer(length)
	defer end.Stop()
	tick := time.NewTicker(holdPace)
	defer tick.Stop()
	var h held
	var fresh pushed // not yet in the log
	defer func() { q.record(load, fresh) }()
	logged := time.Now()
	for first := true; ; first = false {
		found, err := q.count(ctx)
		if err != nil {
			return h, err
		}
		if !first {
			h.see(found)
		}
		if missing := n - found; missing > 0 {
			p, err := q.add(ctx, int(missing), func(i int) any { return queueload.Job(h.pushed + i) })
			h.pushed += p.jobs
			fresh = pushed{fresh.jobs + p.jobs, p.length}
			if err != nil {
				return h, err
			}
		}
		if first || time.Since(logged) >= time.Second {
			q.record(load, fresh)
			fresh, logged = pushed{}, time.Now()
		}
		select {
		case <-tick.C:
		case <-end.C:
			return h, nil
		case <-ctx.Done():
			return h, nil // what it came to, for the log; the script is over
		}
	}
}

func (h *held) see(length int64) {
	if h.looks == 0 || length < h.lowest {
		h.lowest = length
	}
	h.highest = max(h.highest, length)
	h.sum += float64(length)
	h.looks++
}

func (h *held) object(m *Module) sobek.Value {
	lowest, highest, mean := math.NaN(), math.NaN(), math.NaN()
	if h.looks > 0 {
		lowest, highest, mean = float64(h.lowest), float64(h.highest), h.sum/float64(h.looks)
	}
	return m.object(field{"pushed", h.pushed}, field{"lowest", lowest}, field{"highest", highest}, field{"mean", mean}, field{"looks", h.looks})
}
