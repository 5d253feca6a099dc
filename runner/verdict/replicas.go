package verdict

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/predict"
	"github.com/artisan-platform/headroom/runner/unit"
)

// desired judges that the HPA asked for the plan's replicas, in time.
func (s scaling) desired() Objective {
	points := s.hpa.desired()
	o := s.objective("replicas desired")
	return s.reaches(o, points, s.want.Within, s.whyNotDesired)
}

// ready judges that so many replicas became ready, in time.
func (s scaling) ready() Objective {
	var points []observation.Timed[int32]
	for _, d := range s.hpa.target {
		points = append(points, observation.Timed[int32]{At: d.At, V: d.V.Ready})
	}
	return s.reaches(s.objective("replicas ready"), points, s.want.Ready, s.whyNotReady)
}

// reaches judges that a count rose to the plan's replicas while the run was
// watched, and no later than a time after the breach; 0 checks no time.
func (s scaling) reaches(o Objective, points []observation.Timed[int32], limit time.Duration, why func(most int32) (Value, string)) Objective {
	o.Limit = fmt.Sprintf(">= %d", s.want.Replicas)
	if limit > 0 {
		o.Limit += " within " + unit.Exact(limit) + " of the breach"
	}
	most, when, ok := s.peak(points)
	if !ok {
		return o.inconclusive(fmt.Sprintf("the target of HPA %q was not observed under load", s.want.HPA))
	}
	o.Value, o.Margin = unit.Count(uint64(max(most, 0))), fmt.Sprintf("%+d", most-s.want.Replicas)
	if most < s.want.Replicas {
		o.Verdict, o.Cause = why(most)
		return o
	}
	o.Evidence += fmt.Sprintf("; reached %s", s.span(when.Earliest, when.Latest))
	if limit > 0 {
		return s.inTime(o, when, limit)
	}
	return o.pass()
}

// peak returns the most that was seen since the load began and, if that is
// enough, when it was first enough.
func (s scaling) peak(points []observation.Timed[int32]) (most int32, when Moment, ok bool) {
	prior := s.run.Start
	for i, p := range points {
		if i+1 < len(points) && !points[i+1].At.After(s.from) {
			prior = p.At
			continue // superseded before the load began
		}
		if (!ok || most < s.want.Replicas) && p.V >= s.want.Replicas {
			when = s.hpa.tightest(Moment{prior, p.At})
		}
		if !ok || p.V > most {
			most = p.V
		}
		ok, prior = true, p.At
	}
	return most, when, ok
}

// tightest narrows a moment to the one known of the step that ends it.
func (h *hpa) tightest(m Moment) Moment {
	for _, c := range h.changes {
		if c.when.Latest.Equal(m.Latest) && c.to > c.from {
			m.Earliest = later(m.Earliest, c.when.Earliest)
		}
	}
	return m
}

// inTime judges when enough was reached. Only what is too late on the most
// favourable reading fails.
func (s scaling) inTime(o Objective, when Moment, limit time.Duration) Objective {
	b := s.firstBreach()
	if b == nil {
		return o.inconclusive("no breach was observed, so there is no start to count from" + s.highestMetric())
	}
	m := b.moment(s.want)
	if gap, ok := longest(within(s.blind(s.hpa), m.Earliest, m.Latest)); ok {
		return o.inconclusive("when the breach was is not known: " + s.describe(gap))
	}
	took, atMost := when.Earliest.Sub(m.Latest), when.Latest.Sub(m.Earliest)
	o.Value += " after " + unit.Duration(max(when.Latest.Sub(m.Latest), 0))
	o.Margin = unit.SignedDuration(limit - max(when.Latest.Sub(m.Latest), 0))
	switch {
	case took > limit:
		if gap, ok := longest(within(s.blind(s.hpa), when.Earliest, when.Latest)); ok {
			return o.inconclusive("when it was reached is not known: " + s.describe(gap))
		}
		return o.fail(fmt.Sprintf("reached %s after the breach at the earliest, %s too late", unit.Duration(took), unit.Duration(took-limit)))
	case atMost > limit:
		o.Evidence += fmt.Sprintf("; between %s and %s after the breach, held to be in time", unit.Duration(max(took, 0)), unit.Duration(atMost))
	}
	return o.pass()
}

// firstBreach is the breach that the plan's times count from: the first that
// the HPA answered, or the first.
func (s scaling) firstBreach() *breach {
	var first *breach
	for _, r := range s.rises {
		if r.breach == nil {
			continue
		}
		if len(r.steps) > 0 {
			return r.breach
		}
		if first == nil {
			first = r.breach
		}
	}
	return first
}

// highestMetric names the metric that asked for the most under load, for a
// cause; "" if none had a value.
func (s scaling) highestMetric() string {
	best, text := 0.0, ""
	for _, l := range s.hpa.looks {
		if l.at.Before(s.from) {
			continue
		}
		for _, m := range l.hpa.Metrics {
			if m.Current == nil || !(m.Target > 0) {
				continue
			}
			if ratio := *m.Current / m.Target; text == "" || ratio > best {
				best = ratio
				text = fmt.Sprintf("; the highest was %s metric %s at %s against a target of %s, with %d replicas, at %s",
					m.Type, m.Name, unit.Number(*m.Current), unit.Number(m.Target), l.hpa.Current, s.at(l.at))
			}
		}
	}
	return text
}

// mostAsked is the most that the metrics asked for under load.
func (s scaling) mostAsked() (int32, bool) {
	most, ok := int32(0), false
	for _, l := range s.hpa.looks {
		if l.known && !l.at.Before(s.from) {
			most, ok = max(most, l.high), true
		}
	}
	return most, ok
}

// disabled says that the live spec forbids scaling up.
func (s scaling) disabled(live observation.HPA) bool { return live.ScaleUp.Select == predict.Disabled }
