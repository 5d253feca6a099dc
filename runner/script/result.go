package script

import (
	"errors"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/metric"
)

// result is what the script came to.
func (r *run) result(err error) observation.Script {
	c := &r.test.Counts
	s := observation.Script{
		Load: r.cfg.Load, Iterations: c.Complete.Load(), Interrupted: c.Interrupted.Load(),
		Dropped: c.Dropped.Load(), Exceptions: c.Exceptions.Load(), Checks: r.test.Groups.List(),
		Thresholds: r.thresholds, Extensions: r.program.extensions(), Counters: r.counters(),
	}
	if s.Thresholds == nil { // it ended before they were looked at
		for _, t := range r.applying() {
			s.Thresholds = append(s.Thresholds, r.evaluate(t, r.since()))
		}
	}
	if reason := r.test.FailedFor(); reason != "" {
		err = errors.Join(err, errors.New(reason))
	}
	if err = errors.Join(err, r.tornDown); err != nil {
		s.Error = r.cfg.Secrets.Redact(err.Error())
	}
	return s
}

// counters are the sums of the counters that have samples.
func (r *run) counters() map[string]float64 {
	sums := make(map[string]float64)
	for _, name := range r.test.Metrics.Names() {
		m := r.test.Metrics.Get(name)
		if v := m.Values(nil); m.Kind == metric.Counter && v.Samples > 0 {
			sums[name] = v.Sum
		}
	}
	return sums
}

// Demands reports whether the script may fail a run by itself: it has
// thresholds, or imports an extension by which it can expect something.
func (p *Program) Demands() bool { return len(p.Options.Thresholds) > 0 || len(p.extensions()) > 0 }

// OwnSummary reports whether the script has a handleSummary.
func (p *Program) OwnSummary() bool { return p.summary }

// extensions are the modules k6/x/... that the script and its files import.
func (p *Program) extensions() []string {
	var names []string
	for _, b := range p.main.imports {
		if strings.HasPrefix(b.module, "k6/x/") {
			names = append(names, b.module)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
