package rest

import (
	"net/http"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// metricAttributes are the attributes of a metric.
type metricAttributes struct {
	Type     string         `json:"type"`
	Contains string         `json:"contains"`
	Tainted  *bool          `json:"tainted"` // always null: thresholds are judged in the end
	Sample   map[string]any `json:"sample"`
}

// getMetrics lists the metrics with samples, and their parts by tags.
func (a *api) getMetrics(http.ResponseWriter, *http.Request) (any, error) {
	all, err := a.metrics()
	if err != nil {
		return nil, err
	}
	list := []resource{}
	for _, m := range all {
		if m.values.Samples > 0 {
			list = append(list, m.resource())
		}
	}
	return document{list}, nil
}

func (a *api) getMetric(_ http.ResponseWriter, r *http.Request) (any, error) {
	all, err := a.metrics()
	if err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	for _, m := range all {
		if m.id == id {
			return document{m.resource()}, nil
		}
	}
	return nil, wrong(http.StatusNotFound, "there is no metric %q: /v1/metrics lists them", id)
}

// part is a metric, or its part that carries certain tags.
type part struct {
	id      string
	metric  *metric.Metric
	values  metric.Values
	elapsed time.Duration
}

// metrics are all metrics, each followed by its parts.
func (a *api) metrics() ([]part, error) {
	registry, elapsed, err := a.control.Metrics()
	if err != nil {
		return nil, notYet(err)
	}
	var all []part
	for _, name := range registry.Names() {
		m := registry.Get(name)
		all = append(all, part{name, m, m.Values(nil), elapsed})
		for _, selector := range m.Selectors() {
			tags := make([]string, len(selector))
			for i, t := range selector {
				tags[i] = t.Key + ":" + t.Value
			}
			all = append(all, part{name + "{" + strings.Join(tags, ",") + "}", m, m.Values(selector), elapsed})
		}
	}
	return all, nil
}

func (p *part) resource() resource {
	return resource{Type: "metrics", ID: p.id, Attributes: metricAttributes{
		Type: strings.ToLower(p.metric.Kind.String()), Contains: p.metric.Contains.String(), Sample: p.sample()}}
}

// sample is what the samples of a metric amount to. It is empty without any.
func (p *part) sample() map[string]any {
	s := make(map[string]any)
	set := func(name string, x float64, ok bool) {
		if ok {
			s[name] = number(x)
		}
	}
	v, some := &p.values, p.values.Samples > 0
	switch p.metric.Kind {
	case metric.Counter:
		set("count", v.Sum, some)
		rate, ok := v.PerSecond(p.elapsed)
		set("rate", rate, ok)
	case metric.Gauge:
		set("value", v.Last, some)
	case metric.Rate:
		rate, ok := v.Rate()
		set("rate", rate, ok)
	case metric.Trend:
		mean, _ := v.Mean()
		set("avg", mean, some)
		set("min", v.Min, some)
		set("max", v.Max, some)
		for name, q := range map[string]float64{"med": 0.5, "p(90)": 0.9, "p(95)": 0.95} {
			x, ok := v.Quantile(q)
			set(name, x, ok)
		}
	}
	return s
}
