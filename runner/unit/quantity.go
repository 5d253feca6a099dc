package unit

import (
	"fmt"
	"math"
	"strings"
)

// divisors and factors are the suffixes of a Kubernetes quantity. The small
// ones divide, because 5/1e6 is 0.000005 and 5*1e-6 is a little less.
var (
	divisors = map[string]float64{"n": 1e9, "u": 1e6, "m": 1e3}
	factors  = map[string]float64{
		"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
		"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
	}
)

// ParseQuantity parses a Kubernetes quantity that is not negative into base
// units, that is cores or bytes: "250m" is 0.25, "256Mi" is 268435456.
func ParseQuantity(s string) (float64, error) {
	text := strings.TrimSpace(s)
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789.", r) })
	if end < 0 {
		end = len(text)
	}
	if v, ok := number(text); ok { // with an exponent, or no suffix at all
		return v, nil
	}
	v, ok := number(text[:end])
	if divisor := divisors[text[end:]]; ok && divisor > 0 {
		return v / divisor, nil
	}
	factor := factors[text[end:]]
	if !ok || factor == 0 || math.IsInf(v*factor, 0) {
		return 0, fmt.Errorf("%q is no quantity: write a number with a Kubernetes suffix, as 250m, 2, 256Mi or 1.5Gi (suffixes: n u m k M G T P E, Ki Mi Gi Ti Pi Ei)", s)
	}
	return v * factor, nil
}

// Cores prints CPU as Kubernetes does: 0.25 is "250m", 2 is "2".
func Cores(v float64) string {
	if v < 1 && v > 0 {
		return Number(v*1000) + "m"
	}
	return Number(v)
}

// Bytes prints a size in powers of 1024: 268435456 is "256 MiB".
func Bytes(v float64) string {
	names := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for math.Abs(v) >= 1024 && i < len(names)-1 {
		v /= 1024
		i++
	}
	if i == 0 || math.Abs(v) >= 100 {
		return fmt.Sprintf("%.0f %s", v, names[i])
	}
	return fmt.Sprintf("%.3g %s", v, names[i])
}
