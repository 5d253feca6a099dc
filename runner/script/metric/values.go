package metric

import (
	"math"
	"time"
)

// Values is what the samples of a metric add up to. Which of its fields mean
// something depends on the metric's kind.
type Values struct {
	Samples  uint64
	Sum      float64
	Min, Max float64
	Last     float64
	Trues    uint64 // samples that are not zero
	last     uint64 // orders Last among the shards; of gauges only
	sketch   sketch // of trends only
}

// Add counts one more sample of a metric of that kind, for those who keep
// values of their own. A metric keeps its values in shards.
func (v *Values) Add(kind Kind, x float64) {
	if kind == Trend {
		v.trend(x)
		return
	}
	v.count(x)
}

func (v *Values) add(m *Metric, x float64) {
	switch m.Kind {
	case Trend:
		v.trend(x)
		return
	case Gauge:
		v.last = m.registry.sequence.Add(1)
	}
	v.count(x)
}

// trend adds a value to a distribution.
func (v *Values) trend(x float64) {
	v.count(x)
	v.sketch.add(x)
}

func (v *Values) count(x float64) {
	if v.Samples == 0 || x < v.Min {
		v.Min = x
	}
	if v.Samples == 0 || x > v.Max {
		v.Max = x
	}
	v.Samples++
	v.Sum += x
	v.Last = x
	if x != 0 {
		v.Trues++
	}
}

// merge adds all that other holds.
func (v *Values) merge(other *Values) {
	if other.Samples == 0 {
		return
	}
	if v.Samples == 0 || other.Min < v.Min {
		v.Min = other.Min
	}
	if v.Samples == 0 || other.Max > v.Max {
		v.Max = other.Max
	}
	if v.Samples == 0 || other.last >= v.last {
		v.Last, v.last = other.Last, other.last
	}
	v.Samples += other.Samples
	v.Sum += other.Sum
	v.Trues += other.Trues
	v.sketch.merge(&other.sketch)
}

// Rate is the share of samples that are not zero; false without samples.
func (v *Values) Rate() (float64, bool) { return v.over(float64(v.Trues), float64(v.Samples)) }

// Mean is the arithmetic mean; false without samples.
func (v *Values) Mean() (float64, bool) { return v.over(v.Sum, float64(v.Samples)) }

// PerSecond is a counter's sum over so long; false if no time has passed or
// nothing was counted.
func (v *Values) PerSecond(elapsed time.Duration) (float64, bool) {
	if v.Samples == 0 {
		return 0, false
	}
	return v.over(v.Sum, elapsed.Seconds())
}

func (v *Values) over(a, b float64) (float64, bool) {
	if !(b > 0) {
		return 0, false
	}
	return a / b, true
}

// Quantile is the nearest-rank quantile q, 0 <= q <= 1, of a trend, within one
// percent; the extremes are exact. It is false without samples.
func (v *Values) Quantile(q float64) (float64, bool) {
	if v.Samples == 0 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	rank := uint64(max(1, math.Ceil(q*float64(v.Samples)*(1-1e-12))))
	switch {
	case rank == 1:
		return v.Min, true
	case rank >= v.Samples:
		return v.Max, true
	}
	return min(max(v.sketch.at(rank), v.Min), v.Max), true
}
