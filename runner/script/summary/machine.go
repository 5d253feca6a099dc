package summary

import (
	"fmt"
	"strings"
	"time"
)

// machineVersion is the version of the schema that MachineJSON follows.
const machineVersion = "1.0.0"

// MachineJSON is the machine-readable summary: version, metadata, config and
// results. It adds to each metric with thresholds the list "thresholds" of
// {expression, ok, observed}, where observed is null without samples; the
// schema has no place for them.
func MachineJSON(d Data) ([]byte, error) {
	columns, err := TrendColumns(d.TrendStats)
	if err != nil {
		return nil, fmt.Errorf("make the machine-readable summary: %w", err)
	}
	passed := true
	metrics := []object{}
	for _, i := range items(d.Metrics, columns, d.Duration) {
		metrics = append(metrics, i.machine())
		for _, t := range i.thresholds {
			passed = passed && t.ok
		}
	}
	text, err := encode(object{
		{"version", machineVersion},
		{"metadata", object{{"generatedAt", d.GeneratedAt.UTC().Format(time.RFC3339)}, {"k6Version", d.Version}}},
		{"config", object{{"execution", d.Execution}, {"script", d.Script}, {"duration", d.Duration.Seconds()}}},
		{"results", object{{"passed", passed}, {"metrics", metrics}, {"checks", machineChecks(d)}}},
	})
	if err != nil {
		return nil, fmt.Errorf("make the machine-readable summary: %w", err)
	}
	return append(text, '\n'), nil
}

func (i item) machine() object {
	out := object{{"name", i.name}, {"type", strings.ToLower(i.kind.String())}, {"contains", i.contains},
		{"category", strings.ToLower(categoryOf(i.base))}, {"values", i.values()}}
	if len(i.thresholds) == 0 {
		return out
	}
	thresholds := []object{}
	for _, t := range i.thresholds {
		thresholds = append(thresholds, object{{"expression", t.expr}, {"ok", t.ok}, {"observed", t.observed}})
	}
	return append(out, member{"thresholds", thresholds})
}

// machineChecks are the checks one by one, and their totals as metrics.
func machineChecks(d Data) object {
	results, passes, fails := []object{}, uint64(0), uint64(0)
	for _, c := range allChecks(d.Root) {
		results = append(results, object{{"name", c.Name}, {"passes", c.Passes}, {"fails", c.Fails}})
		passes, fails = passes+c.Passes, fails+c.Fails
	}
	metrics := []object{}
	if total := passes + fails; total > 0 {
		count := object{{"count", total}}
		if d.Duration > 0 {
			count = append(count, member{"rate", float64(total) / d.Duration.Seconds()})
		}
		share := func(name string, n uint64) object {
			return totalMetric(name, "rate", object{{"rate", float64(n) / float64(total)}, {"passes", n}, {"fails", total - n}})
		}
		metrics = append(metrics, totalMetric("checks_total", "counter", count), share("checks_succeeded", passes), share("checks_failed", fails))
	}
	return object{{"metrics", metrics}, {"results", results}}
}

func totalMetric(name, kind string, values object) object {
	return object{{"name", name}, {"type", kind}, {"contains", "default"}, {"values", values}}
}
