// Package predict is the algorithm of the HorizontalPodAutoscaler as
// Kubernetes documents it (autoscaling/v2): what it recommends from its
// metrics, what its stabilization windows and policies make of that, and the
// ladder of replicas that follows. It is pure: time comes in as offsets from
// an origin of the caller's choice.
//
// What is not modelled, because an HPA's status does not show it: which pods
// the controller set aside as not ready or without a sample. The caller gives
// the number of ready pods instead, and those that are not ready count as idle,
// as the controller counts them on the way up.
package predict

import (
	"math"

	"github.com/artisan-platform/headroom/runner/observation"
)

// DefaultTolerance is the relative distance from its target within which a
// metric asks for no change, where an HPA names none (the controller's
// --horizontal-pod-autoscaler-tolerance).
const DefaultTolerance = 0.1

// Recommendation is what the metrics of an HPA ask for, before windows,
// policies and bounds.
type Recommendation struct {
	Replicas int32
	Metric   string // the metric that asks for the most, "Type/name"
	// Known is false if the HPA has too few values to recommend anything: none
	// at all, or only some of them while those ask for fewer replicas.
	Known bool
}

// Recommend returns what the HPA's controller recommends from the metric
// values in the HPA's status. ready is the number of ready pods of its target,
// running how many there are (status.replicas); the two differ while pods
// start.
func Recommend(h observation.HPA, ready, running int32) Recommendation {
	up, down := Tolerance(h.ScaleUp), Tolerance(h.ScaleDown)
	best := Recommendation{Replicas: -1}
	missing := 0
	for _, m := range h.Metrics {
		if m.Current == nil || !(m.Target > 0) || math.IsNaN(*m.Current) {
			missing++
			continue
		}
		if n := replicas(m, h.Current, ready, running, up, down); n > best.Replicas {
			best = Recommendation{Replicas: n, Metric: m.Type + "/" + m.Name}
		}
	}
	// With a metric missing the controller still scales up on the others, and
	// does nothing if they ask for less than there is.
	best.Known = best.Replicas >= 0 && (missing == 0 || best.Replicas >= h.Current)
	if !best.Known {
		return Recommendation{Replicas: h.Current}
	}
	return best
}

// Tolerance is the tolerance of one direction.
func Tolerance(r observation.Rules) float64 {
	if r.Tolerance != nil {
		return *r.Tolerance
	}
	return DefaultTolerance
}

// replicas is what one metric with a value asks for. Only the controller knows
// the value to the last digit: a status rounds it to a thousandth.
func replicas(m observation.HPAMetric, current, ready, running int32, up, down float64) int32 {
	ratio := *m.Current / m.Target
	within := func(r float64) bool { return r >= 1-down && r <= 1+up }
	if within(ratio) {
		return current
	}
	if m.TargetType == "AverageValue" && (m.Type == "External" || m.Type == "Object") {
		return roundUp(ratio*float64(running), m.Target, running) // of all pods, ready or not
	}
	if (m.Type == "External" || m.Type == "Object") || ratio < 1 || ready >= current {
		return roundUp(ratio*float64(ready), m.Target, ready)
	}
	// Pods that are not ready count as idle on the way up, which may take the
	// need away but never turns it round.
	if diluted := ratio * float64(ready) / float64(current); diluted < 1 || within(diluted) {
		return current
	}
	return roundUp(ratio*float64(ready), m.Target, ready)
}

// statusDigit is the resolution of a value in an HPA's status. For whole
// percents the status is exact: the controller itself works with them.
const statusDigit = 0.001

// roundUp rounds n up to whole replicas, after taking off what rounding the
// status of so many pods may have added.
func roundUp(n, target float64, pods int32) int32 {
	n -= min(float64(pods)*statusDigit/target, 0.01)
	return clamp(math.Ceil(n))
}

// clamp makes n a replica count.
func clamp(n float64) int32 {
	return int32(min(max(n, 0), math.MaxInt32))
}
