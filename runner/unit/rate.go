package unit

import (
	"fmt"
	"strings"
)

var perSecond = map[string]float64{"s": 1, "m": 60, "h": 3600}

// ParseRate parses a rate into events per second: "2150/s", "120/m", "10/h",
// or a plain number, which is per second.
func ParseRate(s string) (float64, error) {
	count, period, found := strings.Cut(s, "/")
	v, ok := number(strings.TrimSpace(count))
	divisor := 1.0
	if found {
		divisor = perSecond[strings.TrimSpace(period)]
	}
	if !ok || divisor == 0 {
		return 0, fmt.Errorf("%q is no rate: write it per second, minute or hour, as 2150/s, 120/m or 10/h; a plain number is per second", s)
	}
	return v / divisor, nil
}

// Rate prints a rate given in events per second, slow ones per minute or hour.
// ParseRate reads it back, to four digits.
func Rate(v float64) string {
	switch {
	case v == 0 || v >= 1 || v*3600 < 1:
		return Number(v) + "/s"
	case v*60 >= 1:
		return Number(v*60) + "/m"
	}
	return Number(v*3600) + "/h"
}

// SignedRate prints the distance of a rate to its limit.
func SignedRate(v float64) string { return signed(v, Rate(abs(v))) }

// ParseFraction parses a share of a whole into 0..1: "1%" or 0.01. A plain
// number from 1 on is refused, since it may mean either.
func ParseFraction(s string) (float64, error) {
	text, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	v, ok := number(strings.TrimSpace(text))
	switch {
	case !ok:
		return 0, fmt.Errorf("%q is no share: write it as 1%% or as 0.01", s)
	case percent && v <= 100:
		return v / 100, nil
	case percent:
		return 0, fmt.Errorf("%q is more than the whole: a share lies between 0%% and 100%%", s)
	case v >= 1:
		return 0, fmt.Errorf("%q may mean %s%% or %s times the whole: write it with a %% sign", s, text, text)
	}
	return v, nil
}

// Percent prints a fraction as a percentage: 0.01 is "1%".
func Percent(fraction float64) string { return Number(fraction*100) + "%" }

// SignedPercent prints the distance of a fraction to its limit.
func SignedPercent(fraction float64) string { return signed(fraction, Percent(abs(fraction))) }

// abs keeps NaN and drops the sign, that of a negative zero included.
func abs(v float64) float64 {
	if v <= 0 {
		return 0 - v
	}
	return v
}
