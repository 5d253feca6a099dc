package summary

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// view is what the text shows, whether it comes from Data or from an object
// that a script may have changed.
type view struct {
	items     []item
	root      Group
	scenarios []scope
	names     []Name
	generator []string
	warnings  []string

	trend  []string // the statistics of trends, in order
	unit   string
	passed float64 // seconds
}

// scope is a Section as it is shown.
type scope struct {
	name   string
	items  []item
	checks []Check
	groups []scope
}

// Text writes the summary for people. It is coloured on a terminal, unless
// the data say otherwise.
func Text(w io.Writer, d Data, m Mode) error {
	if m == Disabled {
		return nil
	}
	v, err := d.view()
	if err != nil {
		return err
	}
	p := &page{colors: d.StdOutTTY && !d.NoColor}
	v.write(p, m)
	if _, err := io.WriteString(w, p.out.String()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

func (d Data) view() (view, error) {
	columns, err := TrendColumns(d.TrendStats)
	if err != nil {
		return view{}, err
	}
	unit, err := ParseTimeUnit(d.TimeUnit)
	if err != nil {
		return view{}, err
	}
	v := view{items: items(d.Metrics, columns, d.Duration), root: d.Root, names: d.Names, generator: d.Generator, warnings: d.Warnings,
		unit: unit, passed: d.Duration.Seconds()}
	for _, c := range columns {
		v.trend = append(v.trend, c.Name)
	}
	var scopes func([]Section) []scope
	scopes = func(list []Section) []scope {
		var out []scope
		for _, s := range list {
			out = append(out, scope{name: s.Name, items: items(s.Metrics, columns, d.Duration), checks: s.Checks, groups: scopes(s.Groups)})
		}
		return out
	}
	v.scenarios = scopes(d.Scenarios)
	return v, nil
}

func (v view) write(p *page, m Mode) {
	v.thresholds(p)
	p.block("TOTAL RESULTS")
	total := scope{items: v.items, checks: allChecks(v.root)}
	if !v.results(p, total, m, 4) {
		p.line(4, say("nothing was measured"))
	}
	if m == Full {
		v.parts(p)
	}
	v.endpoints(p, m)
	if len(v.generator) > 0 {
		p.block("GENERATOR")
		for _, line := range v.generator {
			p.line(4, say(line))
		}
	}
	if len(v.warnings) > 0 {
		p.block("WARNINGS")
		for _, w := range v.warnings {
			first, rest, more := strings.Cut(w, "\n")
			p.line(4, span{"! ", yellow}, say(first))
			for more {
				first, rest, more = strings.Cut(rest, "\n")
				p.line(6, say(first))
			}
		}
	}
}

// allChecks are the checks of a group and of those within, named by their
// paths: two groups may have checks of the same name.
func allChecks(g Group) []Check {
	list := make([]Check, 0, len(g.Checks))
	for _, c := range g.Checks {
		if path := strings.TrimPrefix(c.Path, "::"); path != "" {
			c.Name = path
		}
		list = append(list, c)
	}
	for _, inner := range g.Groups {
		list = append(list, allChecks(inner)...)
	}
	return list
}

// thresholds shows how each threshold ended.
func (v view) thresholds(p *page) {
	shown := false
	for _, i := range ordered(v.items) {
		if len(i.thresholds) == 0 {
			continue
		}
		if !shown {
			p.block("THRESHOLDS")
		} else {
			p.line(0)
		}
		shown = true
		p.line(4, say(i.name))
		for _, t := range i.thresholds {
			p.line(4, mark(t.ok), say(" '"+t.expr+"'"), say(v.observed(i, t)))
		}
	}
}

func mark(ok bool) span {
	if ok {
		return span{"✓", green}
	}
	return span{"✗", red}
}

// observed is what a threshold was held against.
func (v view) observed(i item, t outcome) string {
	switch {
	case t.silent:
		return " no samples"
	case t.observed == nil:
		return ""
	}
	var value string
	switch {
	case i.kind == metric.Rate:
		value = percent(*t.observed)
	case i.kind == metric.Counter && t.label == "rate":
		value = perSecond(*t.observed, i.contains)
	default:
		value = format(*t.observed, i.contains, v.unit)
	}
	if t.label != "" {
		value = t.label + "=" + value
	}
	if t.abort && !t.ok {
		value += " (abortOnFail)"
	}
	return " " + value
}

func perSecond(v float64, contains string) string {
	if contains == "data" {
		return size(v) + "/s"
	}
	return number(v) + "/s"
}

// ordered sorts items by name; a part follows the metric that it belongs to.
func ordered(list []item) []item {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b item) int {
		if c := strings.Compare(a.base, b.base); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}
