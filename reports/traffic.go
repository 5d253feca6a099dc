package reports

import (
	"math"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/stat"
)

// traffic is what the load generators saw in one bucket of the axis.
type traffic struct {
	count, failed uint64
	response      stat.Histogram // from due
	due, dropped  uint64
	generated     bool // a generator reported on this bucket
	lag, stall    stat.Histogram
	cpu           float64 // cores, the highest second
	vus, inFlight int64   // the highest second, loads summed
}

// trafficOf merges the one-second windows of a run into the axis's buckets.
func trafficOf(run *observation.Run, a axis) []traffic {
	out := make([]traffic, a.n)
	for _, r := range run.Requests {
		if i, ok := a.bucket(r.Second); ok {
			b := &out[i]
			b.count += r.Count
			b.failed += r.Failed
			b.response.Merge(r.Response)
		}
	}
	addGenerators(out, run.Generators, a)
	return out
}

// addGenerators expects the seconds in order, as a Run keeps them. What is a
// state and no count is summed over the loads of a second, and the highest
// second of a bucket is kept.
func addGenerators(out []traffic, generators []observation.Generator, a axis) {
	var vus, inFlight int64
	for n, g := range generators {
		if n == 0 || !g.Second.Equal(generators[n-1].Second) {
			vus, inFlight = 0, 0
		}
		vus, inFlight = vus+g.VUs, inFlight+g.InFlight
		i, ok := a.bucket(g.Second)
		if !ok {
			continue
		}
		b := &out[i]
		b.generated = true
		b.due += g.Due
		b.dropped += g.Dropped
		b.lag.Merge(g.Lag)
		b.stall.Merge(g.Stall)
		b.cpu = max(b.cpu, g.CPU)
		b.vus, b.inFlight = max(b.vus, vus), max(b.inFlight, inFlight)
	}
}

// curve reads one number per bucket; NaN where there is none.
func curve(ts []traffic, read func(traffic) float64) []float64 {
	v := make([]float64, len(ts))
	for i, t := range ts {
		v[i] = read(t)
	}
	return v
}

// quantileOf reads a quantile in seconds, NaN of nothing.
func quantileOf(h stat.Histogram, q float64) float64 {
	d, ok := h.Quantile(q)
	if !ok {
		return math.NaN()
	}
	return d.Seconds()
}

// totals sums up a run's requests.
type totals struct {
	requests, failed, due, dropped uint64
	response                       stat.Histogram
	peak                           float64 // requests per second, the busiest bucket
}

func totalsOf(run *observation.Run, ts []traffic, a axis) totals {
	var t totals
	for _, r := range run.Requests {
		t.requests += r.Count
		t.failed += r.Failed
		t.response.Merge(r.Response)
	}
	for _, g := range run.Generators {
		t.due += g.Due
		t.dropped += g.Dropped
	}
	for _, b := range ts {
		t.peak = max(t.peak, float64(b.count)/a.step.Seconds())
	}
	return t
}
