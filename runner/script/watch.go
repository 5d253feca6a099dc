package script

import (
	"context"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// abortCheck is how often thresholds are looked at while the scenarios run.
const abortCheck = 2 * time.Second

// firstCount is when the virtual users are first counted: when those that
// begin at once have begun.
const firstCount = 50 * time.Millisecond

// watch looks at a run while its scenarios go on: the virtual users once a
// second, the thresholds every other, and whether somebody stopped it.
func (r *run) watch(ctx context.Context) {
	r.test.Emit(r.test.Builtin.VUsMax, float64(r.test.Counts.Initialised.Load()))
	begun := time.NewTimer(firstCount)
	defer begun.Stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for next := abortCheck; ; {
		select {
		case <-ctx.Done():
			return
		case <-r.cfg.Control.stopped:
			r.abort(errStopped)
			return
		case <-begun.C:
			r.countVUs()
			continue
		case <-tick.C:
		}
		r.countVUs()
		if elapsed := r.since(); elapsed >= next {
			next = elapsed.Truncate(abortCheck) + abortCheck
			r.checkThresholds(elapsed)
		}
	}
}

func (r *run) countVUs() {
	b, c := r.test.Builtin, &r.test.Counts
	r.test.Emit(b.VUs, float64(c.Active.Load()))
	r.test.Emit(b.VUsMax, float64(c.Initialised.Load()))
}

// checkThresholds ends the run when a threshold that may do so is missed.
func (r *run) checkThresholds(elapsed time.Duration) {
	tainted := false
	for _, t := range r.applying() {
		e := r.evaluate(t, elapsed)
		if e.Observed == nil || e.Met {
			continue
		}
		tainted = true
		if t.AbortOnFail && elapsed >= t.DelayAbort {
			r.abort(crossed{fmt.Sprintf("threshold %s on %s was crossed (observed %v) and aborts the test", t.Expr.Text, t.Key, *e.Observed)})
		}
	}
	r.tainted.Store(tainted)
}

// applying are the thresholds of the options, unless they are switched off.
func (r *run) applying() []option.Threshold {
	if r.test.Options.NoThresholds {
		return nil
	}
	return r.test.Options.Thresholds
}

// settle takes the last look, when nothing is measured anymore. A run that
// ended early has an excuse for what it did not measure.
func (r *run) settle(err error) {
	for _, t := range r.applying() {
		e := r.evaluate(t, r.since())
		if e.Observed == nil && err == nil {
			r.test.Warn(fmt.Sprintf("threshold %s on %s has no samples: it shows nothing", t.Expr.Text, t.Key))
		}
		r.thresholds = append(r.thresholds, e)
	}
}

// evaluate holds a threshold against the samples so far. Without samples only
// a counter has a value.
func (r *run) evaluate(t option.Threshold, elapsed time.Duration) observation.Threshold {
	out := observation.Threshold{Metric: t.Key, Expr: t.Expr.Text}
	m := r.test.Metrics.Get(t.Metric)
	if m == nil {
		return out // the run ended before its init code made the metric
	}
	values := m.Values(t.Selector)
	out.Samples = values.Samples
	v, ok := t.Expr.Observe(m.Kind, values, elapsed)
	if m.Kind == metric.Counter && values.Samples == 0 {
		v, ok = 0, true // what never happened was counted
	}
	if ok {
		out.Observed, out.Met = &v, t.Expr.Met(v)
	}
	return out
}

// flushPeriod is how often samples are handed to the outputs.
const flushPeriod = 200 * time.Millisecond

// stream hands all samples to the outputs until stop is called, which hands
// them the rest.
func (r *run) stream(ctx context.Context) (stop func()) {
	if r.cfg.Samples == nil {
		return func() {}
	}
	r.test.Metrics.Stream()
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(flushPeriod)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.flush()
			case <-ctx.Done():
				r.flush()
				return
			}
		}
	}()
	return func() { cancel(); <-done }
}

func (r *run) flush() {
	if samples := r.test.Metrics.Drain(); len(samples) > 0 {
		r.cfg.Samples(samples)
	}
}
