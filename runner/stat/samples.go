package stat

import "math"

// tailSamples is how many samples must lie beyond a quantile before it is
// believed. With ten there, the count of samples beyond a fixed limit has a
// standard error of about a third (1/sqrt(10)): no single slow request, nor a
// pair of them, decides the quantile.
const tailSamples = 10

// MinSamples is how many samples quantile q needs: so many that ten are
// expected on its thinner side. p50 needs 20, p95 200, p99 1,000 and p99.9
// 10,000. For what is no quantile inside 0..1 (NaN included) no number is
// enough, and the answer is the largest there is.
func MinSamples(q float64) uint64 {
	if !(q > 0 && q < 1) {
		return math.MaxUint64
	}
	n := tailSamples / min(q, 1-q)
	if n >= math.MaxUint64 {
		return math.MaxUint64
	}
	return uint64(math.Ceil(n * (1 - 1e-9))) // 1-0.9 is a little under 0.1: still 100, not 101
}
