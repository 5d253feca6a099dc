package summary

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/threshold"
)

// TextFromHandleSummary is the text of an object of handleSummary, which a
// script may have changed. Each line begins with the indent.
func TextFromHandleSummary(data []byte, indent string, colors bool) (string, error) {
	v, err := decode(data)
	if err != nil {
		return "", fmt.Errorf("show the data of handleSummary: %w", err)
	}
	p := &page{indent: indent, colors: colors}
	v.write(p, Compact)
	return p.out.String(), nil
}

// decode reads an object of handleSummary. Anything may be missing from it.
func decode(data []byte) (view, error) {
	var in struct {
		Root    Group `json:"root_group"`
		Options struct {
			TrendStats []string `json:"summaryTrendStats"`
			TimeUnit   string   `json:"summaryTimeUnit"`
		} `json:"options"`
		State struct {
			Duration float64 `json:"testRunDurationMs"`
		} `json:"state"`
		Metrics json.RawMessage `json:"metrics"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return view{}, err
	}
	unit, err := ParseTimeUnit(in.Options.TimeUnit)
	if err != nil {
		return view{}, err
	}
	v := view{root: in.Root, trend: in.Options.TrendStats, unit: unit, passed: in.State.Duration / 1e3}
	metrics, err := members(in.Metrics)
	if err != nil {
		return view{}, fmt.Errorf("metrics: %w", err)
	}
	for _, m := range metrics {
		i, err := decodeItem(m)
		if err != nil {
			return view{}, fmt.Errorf("metrics[%q]: %w", m.key, err)
		}
		v.items = append(v.items, i)
		if i.kind == metric.Trend {
			v.showStats(i)
		}
	}
	return v, nil
}

// showStats has the text show what a trend holds beside the usual.
func (v *view) showStats(i item) {
	for _, s := range i.stats {
		if !slices.Contains(v.trend, s.name) {
			v.trend = append(v.trend, s.name)
		}
	}
}

func decodeItem(m raw) (item, error) {
	base, _, _ := strings.Cut(m.key, "{")
	i := item{name: m.key, base: base}
	var in struct {
		Type       string          `json:"type"`
		Contains   string          `json:"contains"`
		Values     json.RawMessage `json:"values"`
		Thresholds json.RawMessage `json:"thresholds"`
	}
	if err := json.Unmarshal(m.value, &in); err != nil {
		return i, err
	}
	i.contains = in.Contains
	switch in.Type {
	case "counter":
		i.kind = metric.Counter
	case "gauge":
		i.kind = metric.Gauge
	case "rate":
		i.kind = metric.Rate
	case "trend":
		i.kind = metric.Trend
	default:
		return i, fmt.Errorf("type %q does not exist: there are counter, gauge, rate and trend", in.Type)
	}
	var err error
	if i.stats, err = decodeStats(in.Values); err != nil {
		return i, fmt.Errorf("values: %w", err)
	}
	if i.thresholds, err = i.decodeThresholds(in.Thresholds); err != nil {
		return i, fmt.Errorf("thresholds: %w", err)
	}
	return i, nil
}

// decodeStats reads numbers by name. JSON has null for what is not finite.
func decodeStats(text json.RawMessage) ([]stat, error) {
	values, err := members(text)
	if err != nil {
		return nil, err
	}
	var list []stat
	for _, m := range values {
		var value *float64
		if err := json.Unmarshal(m.value, &value); err != nil {
			return nil, fmt.Errorf("%q is no number", m.key)
		}
		if value != nil {
			list = append(list, stat{m.key, *value})
		}
	}
	return list, nil
}

// decodeThresholds reads how thresholds ended. What they were held against is
// looked up among the metric's values.
func (i item) decodeThresholds(text json.RawMessage) ([]outcome, error) {
	thresholds, err := members(text)
	if err != nil {
		return nil, err
	}
	var list []outcome
	for _, m := range thresholds {
		var in struct {
			OK bool `json:"ok"`
		}
		if err := json.Unmarshal(m.value, &in); err != nil {
			return nil, fmt.Errorf("%q: %w", m.key, err)
		}
		o := outcome{expr: m.key, label: label(m.key), ok: in.OK && !i.empty(), silent: i.empty()}
		if v, ok := i.stat(o.label); ok && o.label != "" {
			o.observed = &v
		}
		// A counter without samples looks like one that counted nothing.
		if e, err := threshold.Parse(m.key); err == nil && i.kind == metric.Counter && !o.ok && o.observed != nil && e.Met(*o.observed) {
			o.silent = true
		}
		list = append(list, o)
	}
	return list, nil
}
