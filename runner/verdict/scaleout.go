package verdict

import (
	"fmt"

	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// scaling is what the judging of one scale-out objective works on.
type scaling struct {
	*judge
	want  spec.ScaleOut
	hpa   *hpa
	rises []rise // that began while the loads ran
}

// scaleOut judges what one HPA had to do: decide inside its window, obey its
// policies, reach its replicas, and be watched all the while.
func (j *judge) scaleOut(want spec.ScaleOut) []Objective {
	s := scaling{judge: j, want: want, hpa: j.find(want.HPA)}
	if s.hpa == nil || !j.loaded {
		return []Objective{s.absent()}
	}
	for _, r := range s.hpa.rises(want.Slack) {
		if j.underLoad(r) {
			s.rises = append(s.rises, r)
		}
	}
	out := []Objective{s.decision()}
	if want.HasWindow {
		out = append(out, s.planned())
	}
	out = append(out, s.policies())
	if want.Replicas > 0 {
		out = append(out, s.desired(), s.ready())
	}
	return append(out, s.watched())
}

func (j *judge) find(name string) *hpa {
	for _, h := range j.hpas {
		if h.name == name {
			return h
		}
	}
	return nil
}

// underLoad says that a rise is one of the load's: it was not over before.
func (j *judge) underLoad(r rise) bool {
	if len(r.steps) > 0 {
		return !r.steps[len(r.steps)-1].when.Latest.Before(j.from)
	}
	return !r.breach.last.Before(j.from)
}

func (s scaling) objective(what string) Objective {
	return Objective{Name: or(s.want.Name, "scale-out of "+s.want.HPA) + ": " + what, Group: groupScaleOut,
		Value: none, Limit: none, Margin: none, Samples: s.statuses(), Evidence: s.evidence()}
}

func (s scaling) evidence() string {
	return fmt.Sprintf("records hpa %s, deployment and event, %s after the load's start", s.want.HPA, s.span(s.from, s.to))
}

// statuses counts the statuses of the HPA under load.
func (s scaling) statuses() uint64 {
	var n uint64
	if s.hpa == nil {
		return 0
	}
	for _, l := range s.hpa.looks {
		if !l.at.Before(s.from) && !l.at.After(s.to) {
			n++
		}
	}
	return n
}

// absent is the verdict on an HPA that was never seen. It is a fail if the
// watches worked, for then there is none.
func (s scaling) absent() Objective {
	o := s.objective("replicas desired")
	o.Limit = fmt.Sprintf(">= %d", s.want.Replicas)
	switch {
	case !s.loaded:
		return o.inconclusive("no load was ever started")
	case len(s.run.Deployments) == 0 && len(s.run.HPAs) == 0:
		return o.inconclusive("nothing of the cluster was observed")
	}
	o.Value = "no HPA"
	return o.fail(fmt.Sprintf("there is no HPA %q in namespace %s: look at 'kubectl get hpa -n %s'", s.want.HPA, s.plan.Watch.Namespace, s.plan.Watch.Namespace))
}

// watched judges that the HPA had its metrics, and we the HPA, all through the
// load. One failed sync is no blindness yet.
func (s scaling) watched() Objective {
	o := s.objective("observed throughout")
	most := 2*s.want.Sync + s.want.Slack
	o.Limit = "blind <= " + unit.Exact(most)
	if s.statuses() == 0 {
		return o.inconclusive("the HPA wrote no status under load")
	}
	gap, ok := s.over(s.hpa, s.from, s.to)
	d := gap.To.Sub(gap.From)
	o.Value, o.Margin = "blind for "+unit.Duration(d), unit.SignedDuration(most-d)
	if ok && d > most {
		return o.inconclusive(s.describe(gap))
	}
	return o.pass()
}
