package summary

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// DefaultTrendStats are shown of a trend unless the options say otherwise.
var DefaultTrendStats = []string{"avg", "min", "med", "max", "p(90)", "p(95)"}

// TrendStat is one statistic of a trend.
type TrendStat struct {
	Name     string // as it was written: "p(99.9)"
	quantile float64
}

// ParseTrendStat reads the name of a statistic: avg, min, med, max, count or
// p(N) with N from 0 to 100.
func ParseTrendStat(s string) (TrendStat, error) {
	switch s {
	case "avg", "min", "med", "max", "count":
		return TrendStat{Name: s}, nil
	}
	inner, ok := strings.CutPrefix(s, "p(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return TrendStat{}, fmt.Errorf("trend statistic %q does not exist: there are avg, min, med, max, count and p(N), as in \"p(99.9)\"", s)
	}
	n, err := strconv.ParseFloat(inner, 64)
	if err != nil || strings.Trim(inner, "0123456789.") != "" || n > 100 {
		return TrendStat{}, fmt.Errorf("trend statistic %q: %q is no number from 0 to 100", s, inner)
	}
	return TrendStat{Name: s, quantile: n / 100}, nil
}

// TrendColumns reads the names of the statistics that are shown of trends;
// none stand for DefaultTrendStats.
func TrendColumns(names []string) ([]TrendStat, error) {
	if len(names) == 0 {
		names = DefaultTrendStats
	}
	list := make([]TrendStat, 0, len(names))
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		s, err := ParseTrendStat(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if !seen[s.Name] {
			list = append(list, s)
		}
		seen[s.Name] = true
	}
	return list, nil
}

// Of is the statistic of a trend's values; false without samples.
func (s TrendStat) Of(v metric.Values) (float64, bool) {
	switch s.Name {
	case "count":
		return float64(v.Samples), true
	case "avg":
		return v.Mean()
	case "med":
		return v.Quantile(0.5)
	case "min":
		return v.Min, v.Samples > 0
	case "max":
		return v.Max, v.Samples > 0
	}
	return v.Quantile(s.quantile)
}
