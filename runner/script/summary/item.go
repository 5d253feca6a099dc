package summary

import (
	"math"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/threshold"
)

// item is a metric reduced to named numbers. All renderings start from it:
// the object that handleSummary gets holds no more than that.
type item struct {
	name, base string
	kind       metric.Kind
	contains   string
	stats      []stat
	thresholds []outcome
}

// stat is one number. Those that do not exist, for want of samples, and those
// that are not finite are left out.
type stat struct {
	name  string
	value float64
}

// outcome is how a threshold ended. Its label says which number was observed.
type outcome struct {
	expr, label string
	ok, silent  bool // silent: there were no samples
	observed    *float64
	abort       bool
}

func (i item) stat(name string) (float64, bool) {
	for _, s := range i.stats {
		if s.name == name {
			return s.value, true
		}
	}
	return 0, false
}

// items reduces metrics to items.
func items(metrics []Metric, columns []TrendStat, elapsed time.Duration) []item {
	list := make([]item, 0, len(metrics))
	for _, m := range metrics {
		i := item{name: m.Name, base: m.Base, kind: m.Kind, contains: m.Contains, stats: m.stats(columns, elapsed)}
		if i.base == "" {
			i.base, _, _ = strings.Cut(m.Name, "{")
		}
		if i.contains == "" {
			i.contains = "default"
		}
		for _, t := range m.Thresholds {
			o := outcome{expr: t.Expr, label: label(t.Expr), ok: t.OK, silent: t.Observed == nil, abort: t.Abort}
			if o.silent {
				o.ok = false // nothing was seen that could have met it
			} else if finite(*t.Observed) {
				o.observed = t.Observed
			}
			i.thresholds = append(i.thresholds, o)
		}
		list = append(list, i)
	}
	return list
}

// stats are the numbers of a metric in the order in which handleSummary shows
// them. A counter without samples has counted nothing; other kinds know
// nothing then.
func (m Metric) stats(columns []TrendStat, elapsed time.Duration) []stat {
	var list []stat
	add := func(name string, value float64, known bool) {
		if known && finite(value) {
			list = append(list, stat{name, value})
		}
	}
	v, any := m.Values, m.Values.Samples > 0
	switch m.Kind {
	case metric.Counter:
		add("count", v.Sum, true)
		add("rate", v.Sum/elapsed.Seconds(), elapsed > 0)
	case metric.Gauge:
		add("value", v.Last, any)
		add("min", v.Min, any)
		add("max", v.Max, any)
	case metric.Rate:
		rate, known := v.Rate()
		add("rate", rate, known)
		add("passes", float64(v.Trues), true)
		add("fails", float64(v.Samples-v.Trues), true)
	case metric.Trend:
		for _, s := range columns {
			value, known := s.Of(v)
			add(s.Name, value, known)
		}
	}
	return list
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// label is the aggregation that an expression compares: "p(95)" of
// "p(95)<500". It is "" if the expression cannot be read.
func label(expr string) string {
	e, err := threshold.Parse(expr)
	switch {
	case err != nil:
		return ""
	case e.Aggregation == "p":
		return "p(" + number(e.Percentile) + ")"
	}
	return e.Aggregation
}
