package verdict

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
)

// decision judges each rise by the stabilization window of the spec that was
// live when it was decided.
func (s scaling) decision() Objective {
	return s.windows("decided inside the live window", func(at time.Time) time.Duration {
		live, _ := latest(s.hpa.records, at)
		return live.ScaleUp.Window
	})
}

// planned judges each rise by the window that the plan expects.
func (s scaling) planned() Objective {
	return s.windows("decided inside the planned window", func(time.Time) time.Duration { return s.want.Window })
}

// windows returns the verdict on the rise that decides. window is the one in
// force at a time.
func (s scaling) windows(what string, window func(time.Time) time.Duration) Objective {
	o := s.objective(what)
	var judged []Objective
	for _, r := range s.rises {
		at := s.run.Last
		if len(r.steps) > 0 {
			at = r.steps[0].when.Latest
		}
		if v, ok := s.window(o, r, window(at)); ok {
			judged = append(judged, v)
		}
	}
	if len(judged) == 0 {
		o.Limit = "one decision inside the window"
		return o.inconclusive(s.noDecision())
	}
	return worst(judged)
}

// window judges one rise. It is no rise, and not ok, if the metrics stopped
// asking before an answer was due.
//
// The controller moves at the first sync whose window holds nothing but
// requests for more. The last one that asked for no more was made one sync
// before the breach was seen, so the decision comes no sooner than W - S after
// the breach; W + 2S leaves room for a sync that came late and one that failed.
// Both ends have the plan's slack, and a decision that may lie on either side
// of a bound is held to be on the right one.
func (s scaling) window(o Objective, r rise, w time.Duration) (Objective, bool) {
	soonest, bound := w-s.want.Sync-s.want.Slack, w+2*s.want.Sync+s.want.Slack
	o.Limit = fmt.Sprintf("%s to %s after the breach (window %s, sync %s, slack %s)", unit.Exact(max(soonest, 0)), unit.Exact(bound),
		unit.Exact(w), unit.Exact(s.want.Sync), unit.Exact(s.want.Slack))
	if r.breach == nil {
		return s.unexplained(o, r)
	}
	b := r.breach
	if len(r.steps) == 0 {
		return s.undecided(o, b, bound)
	}
	decided := r.steps[0].when
	early, late := decided.Latest.Sub(b.first), decided.Earliest.Sub(later(b.firm, b.first))
	o.Value = unit.Duration(max(early, 0))
	o.Margin = unit.SignedDuration(min(early-soonest, bound-late))
	o.Evidence = fmt.Sprintf("records hpa %s: breach seen at %s, %d -> %d decided %s", s.want.HPA, s.at(b.first),
		r.steps[0].from, r.steps[0].to, s.span(decided.Earliest, decided.Latest))
	if gap, ok := s.over(s.hpa, b.moment(s.want).Earliest, decided.Latest); ok {
		return o.inconclusive(s.describe(gap)), true
	}
	switch {
	case late > bound:
		return o.fail(fmt.Sprintf("decided %s after the breach, %s later than a window of %s allows", unit.Duration(late), unit.Duration(late-bound), unit.Exact(w))), true
	case b.prior.IsZero() && early < soonest+s.want.Sync:
		return o.inconclusive("the metrics asked for more when watching began: since when is not known"), true
	case early < soonest:
		return o.fail(fmt.Sprintf("decided %s after the breach, %s sooner than a window of %s allows: it was not honoured", unit.Duration(max(early, 0)), unit.Duration(soonest-early), unit.Exact(w))), true
	}
	return o.pass(), true
}

// undecided judges a breach that nothing answered.
func (s scaling) undecided(o Objective, b *breach, bound time.Duration) (Objective, bool) {
	end := s.run.Last
	if !b.over.IsZero() {
		end = b.over
	}
	if b.firm.IsZero() {
		return o, false // starting pods may have met the need by themselves
	}
	lasted := end.Sub(b.firm)
	if b.over.IsZero() && lasted <= bound {
		return o.inconclusive(fmt.Sprintf("the metrics asked for more from %s on and the log ends %s later: no answer was due yet", s.at(b.firm), unit.Duration(lasted))), true
	}
	if lasted <= bound {
		return o, false
	}
	o.Value = "not within " + unit.Duration(lasted)
	o.Margin = unit.SignedDuration(bound - lasted)
	if gap, ok := s.over(s.hpa, b.moment(s.want).Earliest, end); ok {
		return o.inconclusive(s.describe(gap)), true
	}
	return o.fail(fmt.Sprintf("the metrics asked for more from %s on for %s and the HPA did not move", s.at(b.firm), unit.Duration(lasted))), true
}

// unexplained judges steps that no observed breach explains. Being raised to
// the minimum needs none.
func (s scaling) unexplained(o Objective, r rise) (Objective, bool) {
	c := r.steps[0]
	if live, ok := s.hpa.live(c.when.Latest); ok && c.to <= live.Min {
		return o, false
	}
	if gap, ok := s.over(s.hpa, c.when.Earliest.Add(-s.want.Sync), c.when.Latest); ok {
		return o.inconclusive(s.describe(gap)), true
	}
	return o.inconclusive(fmt.Sprintf("desired rose from %d to %d at %s although no status of the HPA asked for it: look for other writers of the replicas", c.from, c.to, s.at(c.when.Latest))), true
}

// noDecision says why there was nothing to decide.
func (s scaling) noDecision() string {
	if live, ok := s.hpa.live(s.to); ok && live.ScaleUp.Select == "Disabled" {
		return "scaling up is disabled in the HPA's spec"
	}
	return "the metrics never asked for more replicas" + s.highestMetric()
}
