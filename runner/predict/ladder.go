package predict

import (
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// DefaultSync is how often the HPA controller looks at an HPA, where nothing
// else is known (--horizontal-pod-autoscaler-sync-period).
const DefaultSync = 15 * time.Second

// maxSyncs bounds a prediction: 10,000 syncs of 15 s are over 41 hours.
const maxSyncs = 10_000

// Rise asks how an HPA answers a demand that begins at 0. Before that its
// metrics asked for From replicas.
type Rise struct {
	Up, Down observation.Rules
	Min, Max int32
	From     int32
	Sync     time.Duration // of the controller; 0 is DefaultSync
	Until    time.Duration // the last sync to predict
	// Demand is the replicas that the metrics ask for at a time. It is asked
	// at every sync, from 0 on.
	Demand func(at time.Duration) int32
}

// Step is one predicted change of the desired count.
type Step struct {
	At       time.Duration
	From, To int32
}

// Unlimited is a demand that no number of replicas meets.
func Unlimited(time.Duration) int32 { return 1<<31 - 1 }

// Ladder returns the changes of the desired count that the rules predict, with
// syncs at 0, Sync, 2*Sync ... up to Until. The first step comes once the
// stabilization window holds nothing but the demand.
func Ladder(r Rise) []Step {
	if r.Sync <= 0 {
		r.Sync = DefaultSync
	}
	var (
		steps   []Step
		changes []Change
		past    = []sample{{-r.Sync, r.From}}
		current = r.From
	)
	for i, at := 0, time.Duration(0); i < maxSyncs && at <= r.Until && at >= 0; i, at = i+1, at+r.Sync {
		past = append(past, sample{at, r.Demand(at)})
		past = recent(past, at, max(r.Up.Window, r.Down.Window))
		next := r.next(current, past, changes, at)
		if next != current {
			steps = append(steps, Step{At: at, From: current, To: next})
			changes = append(forget(changes, at, r.longestPeriod()), Change{At: at, By: next - current})
			current = next
		}
	}
	return steps
}

// next is the desired count that a sync at at arrives at.
func (r Rise) next(current int32, past []sample, changes []Change, at time.Duration) int32 {
	if current > r.Max {
		return r.Max
	}
	if current < r.Min {
		return r.Min
	}
	n := stabilize(current, past, at, r.Up.Window, r.Down.Window)
	if n > current {
		n = min(n, AllowedUp(r.Up, current, changes, at))
	} else if n < current {
		n = max(n, AllowedDown(r.Down, current, changes, at))
	}
	return max(min(n, r.Max), r.Min)
}

func (r Rise) longestPeriod() time.Duration {
	var longest time.Duration
	for _, p := range append(append([]observation.Policy{}, r.Up.Policies...), r.Down.Policies...) {
		longest = max(longest, p.Period)
	}
	return longest
}

// forget drops the changes that no policy's period holds any more.
func forget(changes []Change, now, period time.Duration) []Change {
	for len(changes) > 0 && changes[0].At <= now-period {
		changes = changes[1:]
	}
	return changes
}

// sample is one recommendation.
type sample struct {
	at       time.Duration
	replicas int32
}

// recent drops the samples that no window holds any more.
func recent(past []sample, now, window time.Duration) []sample {
	i := 0
	for i < len(past)-1 && past[i].at <= now-window {
		i++
	}
	return past[i:]
}

// stabilize moves current to what the windows agree on: up to the smallest
// recommendation of the window for scaling up, down to the largest of the one
// for scaling down. The newest sample is in both whatever their length.
func stabilize(current int32, past []sample, now, up, down time.Duration) int32 {
	newest := past[len(past)-1].replicas
	lowest, highest := newest, newest
	for _, s := range past {
		if s.at > now-up {
			lowest = min(lowest, s.replicas)
		}
		if s.at > now-down {
			highest = max(highest, s.replicas)
		}
	}
	return min(max(current, lowest), highest)
}
