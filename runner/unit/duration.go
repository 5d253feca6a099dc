package unit

import (
	"fmt"
	"strings"
	"time"
)

// ParseDuration parses a duration in Go's form, such as 90s, 1m30s or 250ms.
// It refuses a number without a unit (0 excepted) and what is below zero.
func ParseDuration(s string) (time.Duration, error) {
	text := strings.TrimSpace(s)
	d, err := time.ParseDuration(text)
	if err == nil && d >= 0 {
		return d, nil
	}
	if err == nil {
		return 0, fmt.Errorf("%q is negative: a duration here is zero or more", s)
	}
	if _, ok := number(text); ok {
		return 0, fmt.Errorf("%q has no unit: write %ss for seconds, or one of ms, m, h", s, text)
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if v, ok := number(days); ok {
			return 0, fmt.Errorf("%q: there is no unit for days: write %sh", s, Number(v*24))
		}
	}
	return 0, fmt.Errorf("%q is no duration: write it as 90s, 1m30s or 250ms (units: ns, us, ms, s, m, h)", s)
}

// Duration prints d for people, in about three digits: "710 us", "23 ms",
// "1.20 s", "2m05s", "1h02m05s".
func Duration(d time.Duration) string {
	switch {
	case d < 0 && d != -d:
		return "-" + Duration(-d)
	case d == 0:
		return "0 s"
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d.Nanoseconds())
	case d < 999500*time.Nanosecond:
		return scaled(d, time.Microsecond, "us")
	case d < 999500*time.Microsecond:
		return scaled(d, time.Millisecond, "ms")
	case d < 59950*time.Millisecond:
		return digits(d.Seconds(), 2, 1) + " s"
	}
	return clock(d.Round(time.Second))
}

// scaled prints d in the given unit with a decimal only where it has few
// digits without.
func scaled(d, unit time.Duration, name string) string {
	return digits(float64(d)/float64(unit), 1, 0) + " " + name
}

// digits prints v with so many decimals below ten, and so many from ten on.
func digits(v float64, few, many int) string {
	if s := fmt.Sprintf("%.*f", few, v); v < 10 && len(s) == few+2 {
		return s
	}
	return fmt.Sprintf("%.*f", many, v)
}

// clock prints whole seconds from a minute on as 2m05s.
func clock(d time.Duration) string {
	h, m, s := d/time.Hour, d/time.Minute%60, d/time.Second%60
	if h > 0 {
		return fmt.Sprintf("%dh%02dm%02ds", h, m, s)
	}
	return fmt.Sprintf("%dm%02ds", m, s)
}

// Exact prints d without loss in Go's form and without its empty parts, as a
// plan would write it: 2m and not 2m0s. ParseDuration reads it back.
func Exact(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// SignedDuration prints the distance of a duration to its limit.
func SignedDuration(d time.Duration) string {
	if d < 0 {
		return Duration(d)
	}
	return "+" + Duration(d)
}
