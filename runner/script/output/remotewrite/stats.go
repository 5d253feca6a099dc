package remotewrite

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// stat is one number that a metric is sent as.
type stat struct {
	suffix string // of the name
	of     func(*metric.Values) float64
}

// The stats of the other kinds of metrics.
var (
	counterStat = stat{suffix: "_total", of: func(v *metric.Values) float64 { return v.Sum }}
	rateStat    = stat{suffix: "_rate", of: func(v *metric.Values) float64 { x, _ := v.Rate(); return x }}
	lastStat    = stat{of: func(v *metric.Values) float64 { return v.Last }}
)

// parseStats reads a list like "p(90),avg,sum".
func parseStats(text string) ([]stat, error) {
	if text == "" {
		text = "p(99)"
	}
	var all []stat
	seen := make(map[string]bool)
	for name := range strings.SplitSeq(text, ",") {
		s, err := parseStat(strings.TrimSpace(name))
		if err != nil {
			return nil, fmt.Errorf("%sTREND_STATS: %w", prefix, err)
		}
		if !seen[s.suffix] {
			all = append(all, s)
		}
		seen[s.suffix] = true
	}
	return all, nil
}

func parseStat(name string) (stat, error) {
	s := stat{suffix: "_" + name}
	switch name {
	case "count":
		s.of = func(v *metric.Values) float64 { return float64(v.Samples) }
	case "sum":
		s.of = func(v *metric.Values) float64 { return v.Sum }
	case "min":
		s.of = func(v *metric.Values) float64 { return v.Min }
	case "max":
		s.of = func(v *metric.Values) float64 { return v.Max }
	case "avg":
		s.of = func(v *metric.Values) float64 { x, _ := v.Mean(); return x }
	case "med":
		s.of = quantile(0.5)
	default:
		return percentile(name)
	}
	return s, nil
}

// percentile reads p(N). The suffix of p(99.9) is _p99_9: names of metrics
// hold no dots.
func percentile(name string) (stat, error) {
	inner, ok := strings.CutPrefix(name, "p(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return stat{}, fmt.Errorf("the statistic %q does not exist: there are count, sum, min, max, avg, med and p(N), as in \"p(99)\"", name)
	}
	n, err := strconv.ParseFloat(inner, 64)
	if err != nil || strings.Trim(inner, "0123456789.") != "" || n > 100 {
		return stat{}, fmt.Errorf("the statistic %q: %q is no number from 0 to 100", name, inner)
	}
	return stat{suffix: "_p" + strings.ReplaceAll(inner, ".", "_"), of: quantile(n / 100)}, nil
}

func quantile(q float64) func(*metric.Values) float64 {
	return func(v *metric.Values) float64 { x, _ := v.Quantile(q); return x }
}

// units are the suffixes of names, by what values are.
var units = map[metric.Contents]string{metric.Time: "_seconds", metric.Data: "_bytes"}

// family is how a metric is sent.
type family struct {
	names [][]byte // one for each stat, as encoded labels; of a native histogram: the only one
	stats []stat
	unit  float64 // how many of the metric's unit make one of Prometheus'
}

// newFamily names the time series of a metric, other than those that are taken
// by metrics whose names differ only by such a suffix.
func (c *Config) newFamily(m *metric.Metric, taken map[string]bool) *family {
	f := &family{unit: 1}
	if m.Contains == metric.Time {
		f.unit = 1000
	}
	name := "k6_" + m.Name
	add := func(full string) {
		for taken[full] {
			full += "_" + strings.ToLower(m.Kind.String())
		}
		taken[full] = true
		f.names = append(f.names, appendLabel(nil, nameLabel, full))
	}
	switch {
	case m.Kind == metric.Counter:
		f.stats = []stat{counterStat}
	case m.Kind == metric.Rate:
		f.stats = []stat{rateStat}
	case m.Kind == metric.Gauge:
		f.stats = []stat{lastStat}
		name += units[m.Contains]
	case c.native:
		add(name + units[m.Contains])
		return f
	default:
		f.stats = c.stats
	}
	for _, s := range f.stats {
		add(name + s.suffix)
	}
	return f
}
