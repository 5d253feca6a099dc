// Package stat holds the small statistics that Headroom judges with: mergeable
// latency histograms, their quantiles, and how many samples a quantile needs.
package stat

import (
	"math"
	"slices"
	"time"
)

// RelativeError is the largest relative error of a quantile read from a
// Histogram: a reported quantile q satisfies |q - true| <= RelativeError*true
// for values of a microsecond or more, give or take the nanosecond that
// rounding costs.
const RelativeError = 0.01

// gamma is the ratio between the bounds of one bucket. With buckets
// (gamma^(i-1), gamma^i] and the answer 2*gamma^i/(gamma+1), the error is
// (gamma-1)/(gamma+1) = RelativeError (Masson, Rim, Lee: DDSketch, VLDB 2019).
const gamma = (1 + RelativeError) / (1 - RelativeError)

// logGamma is ln(gamma), written out because Go has no constant logarithm; a
// test compares the two.
const logGamma = 0.020000666706669435

// floor is the smallest value that buckets tell apart; everything at or below
// it shares one bucket. A microsecond is under the resolution of a network
// round trip.
const floor = time.Microsecond

// maxBucket is the bucket of the longest duration there is, 292 years.
const maxBucket = 1838

// Histogram counts durations in buckets whose width grows with the value. It
// merges exactly: merging the histograms of two seconds gives the histogram of
// both. The zero value is empty and ready to use. It is not safe for
// concurrent use, and a copy shares its buckets with the original: only one of
// the two may go on recording.
type Histogram struct {
	count    uint64
	sum      time.Duration
	min, max time.Duration
	// counts[i] counts bucket first+i. Neither end is ever zero, so that equal
	// histograms are equal values too.
	first  int
	counts []uint64
}

// Record adds one value. A negative value counts as zero: clocks may step.
func (h *Histogram) Record(d time.Duration) {
	d = max(d, 0)
	if h.count == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.count++
	h.sum = add(h.sum, d)
	i := bucket(d)
	h.reach(i, i)
	h.counts[i-h.first]++
}

// Merge adds everything that other counted.
func (h *Histogram) Merge(other Histogram) {
	if other.count == 0 {
		return
	}
	if h.count == 0 || other.min < h.min {
		h.min = other.min
	}
	h.max = max(h.max, other.max)
	h.count += other.count
	h.sum = add(h.sum, other.sum)
	h.reach(other.first, other.first+len(other.counts)-1)
	to := h.counts[other.first-h.first:]
	for i, n := range other.counts {
		to[i] += n
	}
}

// reach widens counts so that it holds the buckets from low to high.
func (h *Histogram) reach(low, high int) {
	if len(h.counts) == 0 {
		h.first = low
	}
	if missing := h.first - low; missing > 0 {
		h.counts = slices.Insert(h.counts, 0, make([]uint64, missing)...)
		h.first = low
	}
	if missing := high - h.first + 1 - len(h.counts); missing > 0 {
		h.counts = append(h.counts, make([]uint64, missing)...)
	}
}

// add sums two durations that are not negative, and stays at the longest
// duration there is rather than wrapping to a negative one.
func add(a, b time.Duration) time.Duration {
	if sum := a + b; sum >= 0 {
		return sum
	}
	return math.MaxInt64
}

// Count is the number of values recorded.
func (h *Histogram) Count() uint64 { return h.count }

// Sum is the sum of the values recorded; 292 years is the most it can tell.
func (h *Histogram) Sum() time.Duration { return h.sum }

// Min is the smallest value recorded, exact; zero in an empty histogram.
func (h *Histogram) Min() time.Duration { return h.min }

// Max is the largest value recorded, exact; zero in an empty histogram.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile returns the nearest-rank quantile q, 0 <= q <= 1, within
// RelativeError; the smallest and the largest value are answered exactly. It
// reports false when there is nothing to answer from, or when q is no quantile
// (NaN included).
func (h *Histogram) Quantile(q float64) (time.Duration, bool) {
	if h.count == 0 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	rank := rank(q, h.count)
	if rank == 1 {
		return h.min, true
	}
	var seen uint64
	for i, n := range h.counts {
		if seen += n; seen >= rank && rank < h.count {
			return min(max(middle(h.first+i), h.min), h.max), true
		}
	}
	return h.max, true
}

// rank is the nearest rank of quantile q among n values, from 1. The product
// is lowered by a hair: 0.95 of 20 is the 19th value, whatever the last bit
// of 0.95 says.
func rank(q float64, n uint64) uint64 {
	r := q * float64(n)
	return min(max(uint64(math.Ceil(r-1e-12*r)), 1), n)
}

func bucket(d time.Duration) int {
	if d <= floor {
		return 0
	}
	return int(math.Ceil(math.Log(float64(d)/float64(floor)) / logGamma))
}

func middle(i int) time.Duration {
	return time.Duration(math.Round(2 * math.Pow(gamma, float64(i)) / (gamma + 1) * float64(floor)))
}
