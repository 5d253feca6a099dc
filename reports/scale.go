package reports

import "math"

// scale maps values to percent of a chart's height.
type scale struct {
	lo, hi float64
	log    bool
}

func (s scale) height(v float64) float64 {
	lo, hi := s.lo, s.hi
	if s.log {
		v, lo, hi = math.Log(max(v, s.lo)), math.Log(lo), math.Log(hi)
	}
	return 100 * min(max((v-lo)/(hi-lo), 0), 1)
}

// ticks are three to six round values with their heights.
func (s scale) ticks(unit string) []tick {
	var out []tick
	add := func(v float64) { out = append(out, tick{s.height(v), inUnit(v, unit)}) }
	if s.log {
		for v := s.lo; v <= s.hi*1.001 && len(out) < 12; v *= 10 {
			add(v)
		}
		return out
	}
	every := roundUp((s.hi - s.lo) / 5)
	for n := 0; n <= 12 && s.lo+float64(n)*every <= s.hi*1.001; n++ {
		add(s.lo + float64(n)*every)
	}
	return out
}

// scaleOf holds every finite value. A logarithmic scale spans whole decades.
func scaleOf(log bool, values ...float64) scale {
	lo, hi := math.Inf(1), 0.0
	for _, v := range values {
		if v > 0 && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if hi == 0 {
		return scale{0, 1, false}
	}
	if log {
		lo, hi = math.Pow(10, math.Floor(math.Log10(lo))), math.Pow(10, math.Ceil(math.Log10(hi)))
		if hi > lo {
			return scale{lo, hi, true}
		}
	}
	every := roundUp(hi / 5)
	return scale{0, every * math.Ceil(hi*1.02/every), false}
}

// roundUp is the next of 1, 2, 2.5, 5 times a power of ten.
func roundUp(v float64) float64 {
	if !(v > 0) || math.IsInf(v, 0) {
		return 1
	}
	ten := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if v <= m*ten*1.0001 {
			return m * ten
		}
	}
	return 10 * ten
}
