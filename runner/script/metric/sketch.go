package metric

import (
	"math"
	"slices"
)

// relativeError is the largest relative error of a value that a sketch gives
// back, for magnitudes above smallest.
const relativeError = 0.01

// gamma is the ratio between the bounds of one bucket (Masson, Rim, Lee:
// DDSketch, VLDB 2019).
const gamma = (1 + relativeError) / (1 - relativeError)

// smallest is the magnitude at and below which values count as zero: a
// picosecond, where values are milliseconds.
const smallest = 1e-9

var logGamma = math.Log(gamma)

// sketch is a distribution of numbers in buckets whose width grows with the
// magnitude, so that its size depends on the range and not on the count.
type sketch struct {
	negative, positive buckets
	zero               uint64
}

// buckets counts magnitudes; counts[i] counts bucket first+i.
type buckets struct {
	first  int
	counts []uint64
}

func (s *sketch) add(v float64) {
	switch {
	case v > smallest:
		s.positive.add(v)
	case v < -smallest:
		s.negative.add(-v)
	default:
		s.zero++
	}
}

// at returns the value of the given rank, from 1.
func (s *sketch) at(rank uint64) float64 {
	var seen uint64
	for i, n := range slices.Backward(s.negative.counts) {
		if seen += n; seen >= rank {
			return -middle(s.negative.first + i)
		}
	}
	if seen += s.zero; seen >= rank {
		return 0
	}
	for i, n := range s.positive.counts {
		if seen += n; seen >= rank {
			return middle(s.positive.first + i)
		}
	}
	return math.Inf(1) // beyond the last: the caller clamps to the maximum
}

func (s *sketch) merge(other *sketch) {
	s.negative.merge(&other.negative)
	s.positive.merge(&other.positive)
	s.zero += other.zero
}

func (b *buckets) add(magnitude float64) {
	i := int(math.Ceil(math.Log(min(magnitude, math.MaxFloat64)) / logGamma))
	b.reach(i, i)
	b.counts[i-b.first]++
}

func (b *buckets) merge(other *buckets) {
	if len(other.counts) == 0 {
		return
	}
	b.reach(other.first, other.first+len(other.counts)-1)
	for i, n := range other.counts {
		b.counts[other.first-b.first+i] += n
	}
}

// reach makes room for the buckets from low to high.
func (b *buckets) reach(low, high int) {
	if len(b.counts) == 0 {
		b.first = low
	}
	if missing := b.first - low; missing > 0 {
		b.counts = slices.Insert(b.counts, 0, make([]uint64, missing)...)
		b.first = low
	}
	if missing := high - b.first + 1 - len(b.counts); missing > 0 {
		b.counts = append(b.counts, make([]uint64, missing)...)
	}
}

func middle(i int) float64 { return 2 * math.Pow(gamma, float64(i)) / (gamma + 1) }
