package summary

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// HandleSummaryJSON is the object that the function handleSummary of a script
// gets. A metric without samples has no values that would be made up: no
// average, no quantile, no rate.
func HandleSummaryJSON(d Data) ([]byte, error) {
	columns, err := TrendColumns(d.TrendStats)
	if err != nil {
		return nil, fmt.Errorf("make the data of handleSummary: %w", err)
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	out := object{
		{"root_group", groupObject(d.Root)},
		{"options", object{{"summaryTrendStats", names}, {"summaryTimeUnit", d.TimeUnit}, {"noColor", d.NoColor}}},
		{"state", object{{"isStdOutTTY", d.StdOutTTY}, {"isStdErrTTY", d.StdErrTTY}, {"testRunDurationMs", milliseconds(d.Duration)}}},
	}
	if d.SetupData != "" {
		out = append(out, member{"setup_data", json.RawMessage(d.SetupData)})
	}
	metrics := object{}
	for _, i := range items(d.Metrics, columns, d.Duration) {
		metrics = append(metrics, member{i.name, i.object()})
	}
	text, err := encode(append(out, member{"metrics", metrics}))
	if err != nil {
		return nil, fmt.Errorf("make the data of handleSummary: %w", err)
	}
	return text, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func groupObject(g Group) object {
	groups, checks := make([]object, 0, len(g.Groups)), make([]object, 0, len(g.Checks))
	for _, inner := range g.Groups {
		groups = append(groups, groupObject(inner))
	}
	for _, c := range g.Checks {
		checks = append(checks, checkObject(c))
	}
	return object{{"name", g.Name}, {"path", g.Path}, {"id", ID(g.Path)}, {"groups", groups}, {"checks", checks}}
}

func checkObject(c Check) object {
	return object{{"name", c.Name}, {"path", c.Path}, {"id", ID(c.Path)}, {"passes", c.Passes}, {"fails", c.Fails}}
}

func (i item) object() object {
	out := object{{"type", strings.ToLower(i.kind.String())}, {"contains", i.contains}, {"values", i.values()}}
	if len(i.thresholds) == 0 {
		return out
	}
	thresholds := object{}
	for _, t := range i.distinct() {
		thresholds = append(thresholds, member{t.expr, object{{"ok", t.ok}}})
	}
	return append(out, member{"thresholds", thresholds})
}

// distinct are the thresholds of an item by expression. The same one may have
// been given twice, once to abort and once not; an object has it once.
func (i item) distinct() []outcome {
	var list []outcome
	for _, t := range i.thresholds {
		if k := slices.IndexFunc(list, func(o outcome) bool { return o.expr == t.expr }); k >= 0 {
			list[k].ok = list[k].ok && t.ok
		} else {
			list = append(list, t)
		}
	}
	return list
}

func (i item) values() object {
	values := object{}
	for _, s := range i.stats {
		values = append(values, member{s.name, s.value})
	}
	return values
}
