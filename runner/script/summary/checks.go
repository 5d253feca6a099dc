package summary

import (
	"fmt"
	"math"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// checkTotals are the lines on all checks together. The metric checks knows
// them; without it the checks are added up.
func (v view) checkTotals(metrics []item, list []Check) table {
	var t table
	all := item{name: "checks", base: "checks", kind: metric.Rate}
	for _, i := range metrics {
		if i.name == "checks" {
			all = i
		}
	}
	passes, ok := all.stat("passes")
	fails, ok2 := all.stat("fails")
	if !ok || !ok2 {
		passes, fails = 0, 0
		for _, c := range list {
			passes, fails = passes+float64(c.Passes), fails+float64(c.Fails)
		}
	}
	if total := passes + fails; total > 0 {
		t.put(row{"checks_total", []span{say(number(total)), say(v.rate(total))}}, false)
		all.stats = []stat{{"passes", passes}, {"fails", fails}}
		t.put(row{"checks_succeeded", []span{say(percent(passes / total)), say(share(all, "passes"))}}, false)
		t.put(row{"checks_failed", []span{say(percent(fails / total)), say(share(all, "fails"))}}, false)
	} else if len(metrics) > 0 {
		t.put(row{"checks_total", []span{{"no samples", yellow}}}, false)
	}
	t.names = map[string]bool{"checks": true}
	for _, i := range metrics {
		if i.name != "checks" {
			t.add(v, i)
		}
	}
	return t
}

func (v view) rate(n float64) string {
	if r := n / v.passed; finite(r) {
		return perSecond(r, "")
	}
	return "-"
}

// checks shows the totals and each check; those that failed with their counts.
func (v view) checks(p *page, totals table, list []Check, width, column int) bool {
	var values, trends columns
	totals.fit(&values, &trends)
	totals.write(p, width, column, values, trends)
	for n, c := range list {
		if n == 0 && len(totals.rows) > 0 {
			p.line(0)
		}
		p.line(column, mark(c.Fails == 0), say(" "+c.Name))
		if c.Fails > 0 {
			held := math.Floor(float64(c.Passes) / (float64(c.Passes) + float64(c.Fails)) * 100)
			p.line(column+2, span{fmt.Sprintf("↳ %2.0f%% — ✓ %d / ✗ %d", held, c.Passes, c.Fails), red})
		}
	}
	return len(totals.rows) > 0 || len(list) > 0
}

// share is how many samples of a rate were passes (or fails).
func share(i item, of string) string {
	passes, ok := i.stat("passes")
	fails, ok2 := i.stat("fails")
	if !ok || !ok2 {
		return "-"
	}
	n := passes
	if of == "fails" {
		n = fails
	}
	return number(n) + " out of " + number(passes+fails)
}
