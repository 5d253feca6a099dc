package k6html

import (
	"math"
	"regexp"
	"strconv"
)

var (
	intForm   = regexp.MustCompile(`^[ \t\n\f\r]*([+-]?\d+)`)
	floatForm = regexp.MustCompile(`^[ \t\n\f\r]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)`)
)

// parseInt reads an integer as HTML does: what follows it does not count. One
// that is out of range is the nearest that is in it.
func parseInt(s string) (int, bool) {
	m := intForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil && n == 0 {
		return 0, false
	}
	return int(n), true
}

// parseFloat reads a floating-point number as HTML does.
func parseFloat(s string) (float64, bool) {
	m := floatForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	f, err := strconv.ParseFloat(m[1], 64)
	return f, err == nil && !math.IsInf(f, 0)
}

func floatOr(s string, otherwise float64) float64 {
	if f, ok := parseFloat(s); ok {
		return f
	}
	return otherwise
}
