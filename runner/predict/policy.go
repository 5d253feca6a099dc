package predict

import (
	"math"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// The values of a policy's type and of Rules.Select.
const (
	Pods     = "Pods"
	Percent  = "Percent"
	Min      = "Min"
	Disabled = "Disabled"
)

// Change is one change of the desired count: By replicas more, or fewer if
// negative.
type Change struct {
	At time.Duration
	By int32
}

// AllowedUp returns the most replicas that the rules let an HPA with current
// replicas ask for at now, given its earlier changes. It is never below
// current: a limit that lies below stops the rise and turns nothing back.
func AllowedUp(r observation.Rules, current int32, changes []Change, now time.Duration) int32 {
	if r.Select == Disabled || len(r.Policies) == 0 {
		return current
	}
	most, least := math.Inf(-1), math.Inf(1)
	for _, p := range r.Policies {
		start := periodStart(current, changes, now, p.Period)
		n := start + float64(p.Value)
		if p.Type == Percent {
			n = math.Ceil(start * (1 + float64(p.Value)/100)) // up, so that 1 replica can become 2
		}
		most, least = max(most, n), min(least, n)
	}
	if r.Select == Min {
		most = least
	}
	return max(clamp(most), current)
}

// AllowedDown returns the fewest replicas that the rules let an HPA with
// current replicas ask for at now. It is never above current.
func AllowedDown(r observation.Rules, current int32, changes []Change, now time.Duration) int32 {
	if r.Select == Disabled || len(r.Policies) == 0 {
		return current
	}
	most, least := math.Inf(-1), math.Inf(1)
	for _, p := range r.Policies {
		start := periodStart(current, changes, now, p.Period)
		n := start - float64(p.Value)
		if p.Type == Percent {
			n = math.Trunc(start * (1 - float64(p.Value)/100))
		}
		most, least = max(most, n), min(least, n)
	}
	if r.Select == Min {
		least = most // the smallest change leaves the most replicas
	}
	return min(clamp(least), current)
}

// periodStart is the number of replicas at the start of the period that ends
// now. A change exactly one period old is outside.
func periodStart(current int32, changes []Change, now, period time.Duration) float64 {
	n := float64(current)
	for _, c := range changes {
		if c.At > now-period && c.At <= now {
			n -= float64(c.By)
		}
	}
	return n
}
