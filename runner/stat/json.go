package stat

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

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
	for i, n := range h.counts {
		if n > 0 {
			w.Buckets = append(w.Buckets, [2]int64{int64(h.first + i), int64(n)})
		}
	}
	return json.Marshal(w)
}

// UnmarshalJSON refuses what MarshalJSON cannot have written: buckets that do
// not add up to the count, that stand out of order or out of range, or bounds
// that contradict them.
func (h *Histogram) UnmarshalJSON(b []byte) error {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("decode histogram: %w", err)
	}
	got := Histogram{count: w.Count, sum: w.Sum, min: w.Min, max: w.Max}
	var total uint64
	last := int64(-1)
	for _, p := range w.Buckets {
		index, n := p[0], p[1]
		switch {
		case index <= last || index > maxBucket:
			return fmt.Errorf("decode histogram: bucket %d after bucket %d: want ascending indexes from 0 to %d", index, last, maxBucket)
		case n <= 0 || total+uint64(n) > math.MaxInt64:
			return fmt.Errorf("decode histogram: bucket %d counts %d after %d others", index, n, total)
		}
		last = index
		got.reach(int(index), int(index))
		got.counts[int(index)-got.first] = uint64(n)
		total += uint64(n)
	}
	if total != w.Count {
		return fmt.Errorf("decode histogram: buckets hold %d values, the count says %d", total, w.Count)
	}
	if w.Min < 0 || w.Max < w.Min || w.Sum < w.Max || total == 0 && w.Sum > 0 {
		return fmt.Errorf("decode histogram: min %d, max %d and sum %d of %d values contradict each other", w.Min, w.Max, w.Sum, total)
	}
	*h = got
	return nil
}
