// Package unit owns the units of Headroom: rates, shares, durations and
// Kubernetes quantities are parsed here once, on the way in, and printed here
// once, on the way out. In between they are plain numbers in base units: per
// second, a fraction, nanoseconds, cores and bytes.
package unit

import (
	"math"
	"strconv"
	"strings"
)

// number parses a plain decimal number that is not negative. What
// strconv.ParseFloat takes beyond that (hexadecimal, underscores, infinities,
// NaN) is refused: nobody means it in a plan.
func number(s string) (float64, bool) {
	if s == "" || strings.Trim(s, "0123456789.eE+-") != "" || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// Number prints v with at most four significant digits, and large numbers in
// full: 0.7123 is 0.7123, 2150.4 is 2150.
func Number(v float64) string {
	if math.Abs(v) >= 1000 && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(math.Round(v), 'f', -1, 64)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', 3, 64), 64)
	if err != nil {
		rounded = v
	}
	if math.Abs(rounded) < 1e-4 || math.Abs(rounded) >= 1e15 {
		return strconv.FormatFloat(rounded, 'g', -1, 64)
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// Count prints n in groups of three digits: 429999 is 429,999.
func Count(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// signed prints a distance with its sign. Room that is left is +, and nothing
// left is +0: the limit itself is allowed.
func signed(v float64, abs string) string {
	if v < 0 {
		return "-" + abs
	}
	return "+" + abs
}
