package script

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// selectThresholds has the metrics keep apart what thresholds ask for by tags.
func (r *run) selectThresholds() error {
	for _, t := range r.test.Options.Thresholds {
		m := r.test.Metrics.Get(t.Metric)
		if m == nil {
			return fmt.Errorf("threshold %q: the init code no longer makes its metric; it must not depend on anything that changes", t.Key)
		}
		m.Select(t.Selector)
	}
	return nil
}

// abortCheck is how often thresholds that may abort the test are looked at.
const abortCheck = 2 * time.Second

// watchThresholds ends the test when a threshold that may do so is crossed.
func (r *run) watchThresholds(ctx context.Context, start time.Time) {
	tick := time.NewTicker(abortCheck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, t := range r.test.Options.Thresholds {
			if !t.AbortOnFail || time.Since(start) < t.DelayAbort {
				continue
			}
			if e := r.evaluate(t, time.Since(start)); e.Observed != nil && !e.Met {
				r.abort(vu.Aborted(fmt.Sprintf("threshold %s on %s was crossed (observed %v) and aborts the test", t.Expr.Text, t.Key, *e.Observed)))
			}
		}
	}
}

// evaluate holds a threshold against the samples so far. Without samples it
// is not met, and says so.
func (r *run) evaluate(t option.Threshold, elapsed time.Duration) observation.Threshold {
	out := observation.Threshold{Metric: t.Key, Expr: t.Expr.Text}
	m := r.test.Metrics.Get(t.Metric)
	if m == nil {
		return out // the run ended before its init code made the metric
	}
	values := m.Values(t.Selector)
	out.Samples = values.Samples
	if v, ok := t.Expr.Observe(m.Kind, values, elapsed); ok {
		out.Observed, out.Met = &v, t.Expr.Met(v)
	}
	return out
}

// result is what the script came to.
func (r *run) result(err error) observation.Script {
	c := &r.test.Counts
	s := observation.Script{
		Load: r.cfg.Load, Iterations: c.Complete.Load(), Interrupted: c.Interrupted.Load(),
		Dropped: c.Dropped.Load(), Exceptions: c.Exceptions.Load(), Checks: r.test.Checks.List(),
	}
	for _, t := range r.test.Options.Thresholds {
		s.Thresholds = append(s.Thresholds, r.evaluate(t, r.elapsed))
	}
	if reason := r.test.FailedFor(); reason != "" {
		err = errors.Join(err, errors.New(reason))
	}
	if err = errors.Join(err, r.tornDown); err != nil {
		s.Error = r.cfg.Secrets.Redact(err.Error())
	}
	return s
}
