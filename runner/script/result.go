package script

import (
	"errors"

	"github.com/artisan-platform/headroom/runner/observation"
)

// result is what the script came to.
func (r *run) result(err error) observation.Script {
	c := &r.test.Counts
	s := observation.Script{
		Load: r.cfg.Load, Iterations: c.Complete.Load(), Interrupted: c.Interrupted.Load(),
		Dropped: c.Dropped.Load(), Exceptions: c.Exceptions.Load(), Checks: r.test.Groups.List(),
		Thresholds: r.thresholds,
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
