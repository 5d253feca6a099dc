package summary

import (
	"math"
	"strconv"
	"strings"
)

// number writes a plain number with at most six decimals.
func number(v float64) string {
	if a := math.Abs(v); a > 0 && a < 1e-6 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return decimals(v, 6)
}

// decimals writes a number with at most n decimals and no zeros at the end.
func decimals(v float64, n int) string {
	if !finite(v) {
		return "-"
	}
	if math.Abs(v) >= 1e15 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	s := strconv.FormatFloat(v, 'f', n, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// scale is a unit, and how many of the base unit it is worth.
type scale struct {
	name  string
	worth float64
}

var (
	times = []scale{{"µs", 1e-3}, {"ms", 1}, {"s", 1e3}}
	sizes = []scale{{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}}
)

// duration writes milliseconds in the unit, or else in the one that fits.
func duration(ms float64, unit string) string {
	switch unit {
	case "us":
		return decimals(ms*1e3, 2) + "µs"
	case "ms":
		return decimals(ms, 2) + "ms"
	case "s":
		return decimals(ms/1e3, 5) + "s" // as precise as two decimals of a millisecond
	}
	for i, t := range times {
		v := math.Round(ms/t.worth*100) / 100
		switch {
		case v == 0:
			return "0s"
		case math.Abs(v) < 1e3:
			return decimals(v, 2) + t.name
		case i == len(times)-1:
			return number(v) + t.name
		}
	}
	return ""
}

// size writes a number of bytes with two digits or more.
func size(bytes float64) string {
	for i, s := range sizes {
		v := bytes / s.worth
		if math.Abs(v) < 9.95 {
			v = math.Round(v*10) / 10
		} else {
			v = math.Round(v)
		}
		if math.Abs(v) < 1e3 {
			return decimals(v, 1) + " " + s.name
		}
		if i == len(sizes)-1 {
			return number(v) + " " + s.name
		}
	}
	return ""
}

// percent writes a share. Only all is 100 %: what is rounded up to it is not.
func percent(share float64) string {
	p := math.Round(share*1e4) / 100
	switch {
	case share < 1 && p >= 100:
		p = 99.99
	case !finite(p) || math.Abs(p) >= 1e15: // of an object that a script has changed
		return number(p) + "%"
	}
	return strconv.FormatFloat(p, 'f', 2, 64) + "%"
}

// format writes a value of a metric in its own unit.
func format(v float64, contains, unit string) string {
	switch contains {
	case "time":
		return duration(v, unit)
	case "data":
		return size(v)
	}
	return number(v)
}
