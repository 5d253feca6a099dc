// Package stat holds the small statistics that Headroom judges with: mergeable
// latency histograms, their quantiles, and how many samples a quantile needs.
package stat

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// RelativeError is the largest relative error of a quantile read from a
// Histogram: a reported quantile q satisfies |q - true| <= RelativeError*true
// for values of a microsecond or more.
const RelativeError = 0.01

// gamma is the ratio between the bounds of one bucket. With buckets
// (gamma^(i-1), gamma^i] and the answer 2*gamma^i/(gamma+1), the error is
// (gamma-1)/(gamma+1) = RelativeError (Masson, Rim, Lee: DDSketch, VLDB 2019).
const gamma = (1 + RelativeError) / (1 - RelativeError)

// floor is the smallest value that buckets tell apart; everything at or below
// it shares one bucket. A microsecond is under the resolution of a network
// round trip.
const floor = time.Microsecond

// Histogram counts durations in buckets whose width grows with the value. It
// merges exactly: merging the histograms of two seconds gives the histogram of
// both. The zero value is empty and ready to use. It is not safe for
// concurrent use.
type Histogram struct {
	count    uint64
	sum      time.Duration
	min, max time.Duration
	buckets  map[int]uint64
}

// Record adds one value. A negative value counts as zero: clocks may step.
func (h *Histogram) Record(d time.Duration) {
	d = max(d, 0)
	if h.count == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.count++
	h.sum += d
	if h.buckets == nil {
		h.buckets = make(map[int]uint64)
	}
	h.buckets[bucket(d)]++
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
	h.sum += other.sum
	if h.buckets == nil {
		h.buckets = make(map[int]uint64, len(other.buckets))
	}
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

// Count is the number of values recorded.
func (h *Histogram) Count() uint64 { return h.count }

// Sum is the sum of the values recorded.
func (h *Histogram) Sum() time.Duration { return h.sum }

// Min and Max are exact; both are zero in an empty histogram.
func (h *Histogram) Min() time.Duration { return h.min }

// Max is the largest value recorded, exact.
func (h *Histogram) Max() time.Duration { return h.max }

// Quantile returns the nearest-rank quantile q, 0 <= q <= 1, within
// RelativeError. It reports false when there is nothing to answer from, or
// when q is no quantile (NaN included).
func (h *Histogram) Quantile(q float64) (time.Duration, bool) {
	if h.count == 0 || !(q >= 0 && q <= 1) {
		return 0, false
	}
	rank := max(uint64(math.Ceil(q*float64(h.count))), 1)
	keys := h.keys()
	var seen uint64
	for _, i := range keys {
		if seen += h.buckets[i]; seen >= rank {
			return min(max(middle(i), h.min), h.max), true
		}
	}
	return h.max, true
}

func (h *Histogram) keys() []int {
	keys := make([]int, 0, len(h.buckets))
	for i := range h.buckets {
		keys = append(keys, i)
	}
	slices.Sort(keys)
	return keys
}

func bucket(d time.Duration) int {
	if d <= floor {
		return 0
	}
	return int(math.Ceil(math.Log(float64(d)/float64(floor)) / math.Log(gamma)))
}

func middle(i int) time.Duration {
	return time.Duration(2 * math.Pow(gamma, float64(i)) / (gamma + 1) * float64(floor))
}

// wire is the form of a Histogram in JSON: durations in nanoseconds, buckets
// as [index, count] pairs in ascending order, so that equal histograms are
// equal bytes.
type wire struct {
	Count   uint64        `json:"n"`
	Sum     time.Duration `json:"sum"`
	Min     time.Duration `json:"min"`
	Max     time.Duration `json:"max"`
	Buckets [][2]int64    `json:"b,omitempty"`
}

// MarshalJSON writes equal histograms as equal bytes.
func (h Histogram) MarshalJSON() ([]byte, error) {
	w := wire{Count: h.count, Sum: h.sum, Min: h.min, Max: h.max}
	for _, i := range h.keys() {
		w.Buckets = append(w.Buckets, [2]int64{int64(i), int64(h.buckets[i])})
	}
	return json.Marshal(w)
}

// UnmarshalJSON refuses a histogram whose buckets do not add up to its count.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("decode histogram: %w", err)
	}
	got := Histogram{count: w.Count, sum: w.Sum, min: w.Min, max: w.Max}
	var total uint64
	for _, p := range w.Buckets {
		if p[1] <= 0 {
			return fmt.Errorf("decode histogram: bucket %d counts %d", p[0], p[1])
		}
		if got.buckets == nil {
			got.buckets = make(map[int]uint64, len(w.Buckets))
		}
		got.buckets[int(p[0])] += uint64(p[1])
		total += uint64(p[1])
	}
	if total != w.Count {
		return fmt.Errorf("decode histogram: buckets hold %d values, the count says %d", total, w.Count)
	}
	*h = got
	return nil
}
