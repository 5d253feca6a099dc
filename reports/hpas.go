package reports

import (
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// hpa is everything that was observed of one HorizontalPodAutoscaler.
type hpa struct {
	Namespace, Name string
	seen            []observation.Timed[observation.HPA]
	targets         []observation.Timed[observation.Deployment]
}

// hpasOf keeps the order in which the HPAs were first seen.
func hpasOf(run *observation.Run) []*hpa {
	var out []*hpa
	byName := make(map[[2]string]*hpa)
	for _, o := range run.HPAs {
		key := [2]string{o.V.Namespace, o.V.Name}
		h := byName[key]
		if h == nil {
			h = &hpa{Namespace: o.V.Namespace, Name: o.V.Name}
			byName[key] = h
			out = append(out, h)
		}
		h.seen = append(h.seen, o)
	}
	for _, h := range out {
		h.findTargets(run)
	}
	return out
}

func (h *hpa) findTargets(run *observation.Run) {
	spec := h.last()
	for _, d := range run.Deployments {
		if d.V.Namespace == spec.Namespace && d.V.Name == spec.Target {
			h.targets = append(h.targets, d)
		}
	}
}

// last is the newest state that was seen before the HPA was deleted.
func (h *hpa) last() observation.HPA {
	for i := len(h.seen) - 1; i > 0; i-- {
		if !h.seen[i].V.Deleted {
			return h.seen[i].V
		}
	}
	return h.seen[0].V
}

// peak is the most ready replicas of the target within the axis.
func (h *hpa) peak(a axis, read func(observation.Deployment) float64) float64 {
	return series{Values: held(a, h.targets, read)}.highest()
}

// held spreads observed states over the axis: each holds until the next one,
// the last one until the end. NaN says that there was no state.
func held[T any](a axis, states []observation.Timed[T], read func(T) float64) []float64 {
	out := a.blank()
	for n, s := range states {
		until := a.to()
		if n+1 < len(states) {
			until = states[n+1].At
		}
		fill(a, out, s.At, until, read(s.V))
	}
	return out
}

// fill sets the buckets from one moment to another. Of two values in one
// bucket the higher stays.
func fill(a axis, values []float64, from, to time.Time, v float64) {
	for i := range values {
		at := a.from.Add(time.Duration(i) * a.step)
		if at.Add(a.step).After(from) && at.Before(to) && !(v <= values[i]) {
			values[i] = v
		}
	}
}

// rescale is a change of an HPA's desired replicas.
type rescale struct {
	At       time.Time
	From, To int32
}

func (h *hpa) rescales() []rescale {
	var out []rescale
	for i := 1; i < len(h.seen); i++ {
		from, to := h.seen[i-1].V, h.seen[i].V
		if from.Desired != to.Desired && !from.Deleted && !to.Deleted {
			out = append(out, rescale{h.seen[i].At, from.Desired, to.Desired})
		}
	}
	return out
}
