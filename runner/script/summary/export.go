package summary

import (
	"fmt"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// ExportJSON is what --summary-export writes. Beware of its thresholds: they
// are true when the threshold was crossed.
func ExportJSON(d Data) ([]byte, error) {
	columns, err := TrendColumns(d.TrendStats)
	if err != nil {
		return nil, fmt.Errorf("make the summary export: %w", err)
	}
	metrics := object{}
	for _, i := range items(d.Metrics, columns, d.Duration) {
		metrics = append(metrics, member{i.name, i.flat()})
	}
	text, err := encode(object{{"root_group", groupMap(d.Root)}, {"metrics", metrics}})
	if err != nil {
		return nil, fmt.Errorf("make the summary export: %w", err)
	}
	return append(text, '\n'), nil
}

// groupMap is a group whose members are found by name.
func groupMap(g Group) object {
	groups, checks := object{}, object{}
	for _, inner := range g.Groups {
		groups = append(groups, member{inner.Name, groupMap(inner)})
	}
	for _, c := range g.Checks {
		checks = append(checks, member{c.Name, checkObject(c)})
	}
	return object{{"name", g.Name}, {"path", g.Path}, {"id", ID(g.Path)}, {"groups", groups}, {"checks", checks}}
}

// flat are the values of a metric beside its thresholds. The share of a rate
// is its "value" here, and stands last.
func (i item) flat() object {
	out := i.values()
	if i.kind == metric.Rate {
		out = object{}
		for _, name := range []string{"passes", "fails", "rate"} {
			v, ok := i.stat(name)
			if name == "rate" {
				name = "value"
			}
			if ok {
				out = append(out, member{name, v})
			}
		}
	}
	if len(i.thresholds) == 0 {
		return out
	}
	thresholds := object{}
	for _, t := range i.distinct() {
		thresholds = append(thresholds, member{t.expr, !t.ok})
	}
	return append(out, member{"thresholds", thresholds})
}
