package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// maxSeries bounds the curves of one chart; the highest are shown.
const maxSeries = 8

// promCharts show the plan's queries, in the plan's order, then whatever else
// the log holds.
func promCharts(in Input, a axis) []chart {
	run := in.run()
	queries := slices.Clone(in.plan().Watch.Queries)
	asked := make(map[string]bool)
	for _, q := range queries {
		asked[q.Name] = true
	}
	answers := make(map[string][]observation.Prom)
	for _, p := range run.Proms {
		if !asked[p.V.Query] {
			asked[p.V.Query] = true
			queries = append(queries, spec.Query{Name: p.V.Query, Expr: p.V.Expr})
		}
		answers[p.V.Query] = append(answers[p.V.Query], p.V)
	}
	out := make([]chart, 0, len(queries))
	for n, q := range queries {
		c := promChart(a, q, answers[q.Name], in.plan().Watch.Step)
		c.ID = "prom" + strconv.Itoa(n)
		c.Limits = queryLimits(in.plan().Objectives.Queries, q)
		out = append(out, c)
	}
	return out
}

func promChart(a axis, q spec.Query, answers []observation.Prom, every time.Duration) chart {
	c := chart{Title: q.Name, Unit: q.Unit, Size: "small", Sources: []string{"prometheus", "prometheus " + q.Name}}
	curves := make(map[string][]float64)
	missed := make(map[observation.PromOutcome]int)
	for _, p := range answers {
		i, ok := a.bucket(p.At)
		if !ok {
			continue
		}
		if p.Outcome != observation.PromValue {
			missed[p.Outcome]++
			c.Misses = append(c.Misses, i)
			continue
		}
		for _, s := range p.Series {
			v := curves[labels(s.Labels)]
			if v == nil {
				v = a.blank()
				curves[labels(s.Labels)] = v
			}
			if got := float64(s.Value); !(got <= v[i]) {
				v[i] = got
			}
		}
	}
	reach := max(int(math.Ceil(2.5*max(every, time.Second).Seconds()/a.step.Seconds())), 1)
	c.Series = highestSeries(curves, reach)
	c.Note = promNote(q, len(answers), len(curves), missed)
	return c
}

// highestSeries names up to maxSeries curves, the highest first.
func highestSeries(curves map[string][]float64, reach int) []series {
	var out []series
	for _, name := range sortedKeys(curves) {
		out = append(out, series{Name: or(name, "value"), Shape: line, Values: curves[name], Reach: reach})
	}
	slices.SortStableFunc(out, func(a, b series) int {
		switch x, y := a.highest(), b.highest(); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	out = out[:min(len(out), maxSeries)]
	for i := range out {
		out[i].Class = fmt.Sprintf("c%d", i+1)
	}
	return out
}

func promNote(q spec.Query, asked, curves int, missed map[observation.PromOutcome]int) string {
	notes := []string{q.Expr}
	if curves > maxSeries {
		notes = append(notes, fmt.Sprintf("the highest %d of %d series", maxSeries, curves))
	}
	if asked == 0 {
		notes = append(notes, "never answered")
	}
	total, kinds := 0, []string{}
	for _, o := range []observation.PromOutcome{observation.PromEmpty, observation.PromNaN, observation.PromStale, observation.PromError} {
		if n := missed[o]; n > 0 {
			total += n
			kinds = append(kinds, fmt.Sprintf("%d %s", n, o))
		}
	}
	if total > 0 {
		notes = append(notes, fmt.Sprintf("%d answers without a value (%s), ticked at the bottom", total, strings.Join(kinds, ", ")))
	}
	return strings.Join(notes, " · ")
}

func queryLimits(objectives []spec.QueryLimit, q spec.Query) []limit {
	var out []limit
	for _, o := range objectives {
		if o.Query != q.Name {
			continue
		}
		if o.Max != nil {
			out = append(out, limit{"at most " + inUnit(*o.Max, q.Unit), *o.Max})
		}
		if o.Min != nil {
			out = append(out, limit{"at least " + inUnit(*o.Min, q.Unit), *o.Min})
		}
	}
	return out
}

// labels prints a series' labels in a stable order.
func labels(m map[string]string) string {
	parts := make([]string, 0, len(m))
	for _, k := range sortedKeys(m) {
		if k != "__name__" {
			parts = append(parts, k+"="+m[k])
		}
	}
	return strings.Join(parts, ", ")
}
