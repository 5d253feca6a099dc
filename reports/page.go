package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// page is everything that report.html shows, in words and percent.
type page struct {
	Title, Run, Plan, Description string
	Claim                         claim
	Reason, Interruption          string
	Started, Took                 string
	Tally                         tally
	Tiles                         []tile
	Objectives                    []objectiveView // what decided stands first
	Axis                          axisView
	Charts                        []section
	Waterfalls                    []waterfall
	Disruptions                   []disruptionView
	Loads                         []verdict.LoadStat
	Failures                      []fact
	Scripts                       []observation.Timed[observation.Script]
	Steps                         []stepView
	Notes                         bool // there are gaps or warnings of any kind
	Gaps                          []gapView
	Warnings                      []observation.Warning
	Events                        []eventView
	Facts                         []fact
	Sources                       []fact // plan and scripts, as they were run
	Data                          cursorData
}

// tile is one key number.
type tile struct{ Name, Value, Note string }

// fact is a name with its value.
type fact struct{ Name, Value string }

// objectiveView is an objective with the look of its verdict.
type objectiveView struct {
	verdict.Objective
	Claim  claim
	Limits string // the limit without what stands in brackets behind it
	Terms  string // what stands in brackets
}

// objectivesOf puts what failed first, then what could not be decided.
func objectivesOf(objectives []verdict.Objective) []objectiveView {
	var out []objectiveView
	for _, o := range objectives {
		v := objectiveView{Objective: o, Claim: claimOf(o.Verdict), Limits: o.Limit}
		if limit, terms, ok := strings.Cut(o.Limit, " ("); ok && strings.HasSuffix(terms, ")") {
			v.Limits, v.Terms = limit, strings.TrimSuffix(terms, ")")
		}
		out = append(out, v)
	}
	order := map[string]int{"fail": 0, "inconclusive": 1, "pass": 2}
	slices.SortStableFunc(out, func(a, b objectiveView) int { return cmp.Compare(order[a.Claim.Class], order[b.Claim.Class]) })
	return out
}

// axisView is the shared axis above the charts.
type axisView struct {
	Ticks   []tick
	Lanes   []lane
	Marks   []momentView
	Gaps    []stripe
	Summary string
}

// section is a group of charts.
type section struct {
	ID, Title string
	Charts    []chartView
}

// stepView is one step of setting up, with its share of the longest.
type stepView struct {
	Name, Took, Error string
	Share             float64
}

type gapView struct{ Source, At, Took, Reason string }

func newPage(in Input) page {
	run, r := in.run(), in.Result
	a := newAxis(run)
	ts := trafficOf(run, a)
	sections := sectionsOf(in, a, ts)
	p := page{
		Title: or(r.Plan, "run"), Run: or(r.Run, run.Info.ID), Plan: r.Plan, Description: in.plan().Description,
		Claim: claimOf(overall(r)), Reason: reason(r), Interruption: interruption(in),
		Started: utc(r.Start), Took: unit.Duration(max(r.End.Sub(r.Start), 0).Round(time.Second)),
		Tally: tallyOf(r.Objectives), Tiles: tilesOf(in, a, ts), Waterfalls: waterfallsOf(r.Events, a), Disruptions: disruptionsOf(r.Disruptions, a),
		Loads: r.Loads, Failures: failuresOf(run), Scripts: run.Scripts, Steps: stepsOf(run.Steps),
		Gaps: gapsOf(r.Gaps, a), Warnings: r.Warnings, Events: eventsOf(run), Facts: factsOf(in), Sources: sourcesOf(in),
		Data: cursorOf(a, sections), Objectives: objectivesOf(r.Objectives),
	}
	p.Notes = len(p.Gaps)+len(p.Warnings)+len(p.Events) > 0
	p.Axis = axisView{Ticks: a.ticks(), Lanes: lanesOf(run, a), Marks: visible(a, marksOf(run)),
		Summary: fmt.Sprintf("Time axis from %s to %s, counted from the start of the load at %s", clock(a.offset(0)), clock(a.offset(a.n)), utc(a.zero))}
	for _, g := range run.Gaps {
		if g.To.After(a.from) && g.From.Before(a.to()) {
			p.Axis.Gaps = append(p.Axis.Gaps, gapStripe(a, g))
		}
	}
	for _, s := range sections {
		v := section{ID: s.id, Title: s.title}
		for _, c := range s.charts {
			v.Charts = append(v.Charts, c.view(a, run.Gaps))
		}
		p.Charts = append(p.Charts, v)
	}
	return p
}

// chartGroup is a section before it is laid out.
type chartGroup struct {
	id, title string
	charts    []chart
}

func sectionsOf(in Input, a axis, ts []traffic) []chartGroup {
	hpas := hpasOf(in.run())
	var moments []moment
	for _, h := range hpas {
		for _, r := range h.rescales() {
			moments = append(moments, moment{At: r.At, Title: fmt.Sprintf("%s: desired %d → %d", h.Name, r.From, r.To), Class: "rescale"})
		}
	}
	out := []chartGroup{{"traffic", "Load and response", trafficCharts(in, a, ts, moments)}}
	scaling := chartGroup{"scaling", "Scaling", nil}
	for n, h := range hpas {
		scaling.charts = append(scaling.charts, hpaCharts(in, a, n, h)...)
	}
	scaling.charts = append(scaling.charts, queueCharts(in, a, hpas)...)
	prom := chartGroup{"prometheus", "Prometheus", promCharts(in, a)}
	own := chartGroup{"generator", "Load generator", generatorCharts(in, ts)}
	for _, g := range []chartGroup{scaling, prom, own} {
		if len(g.charts) > 0 {
			out = append(out, g)
		}
	}
	return out
}

func tilesOf(in Input, a axis, ts []traffic) []tile {
	run := in.run()
	t := totalsOf(run, ts, a)
	p95, p99 := quantileOf(t.response, 0.95), quantileOf(t.response, 0.99)
	out := []tile{
		{"Response time p95", inUnit(p95, inSeconds), "p99 " + inUnit(p99, inSeconds)},
		{"Failed requests", share(t.failed, t.requests), unit.Count(t.failed) + " of " + unit.Count(t.requests)},
		{"Peak rate", unit.Rate(t.peak), "most in " + unit.Duration(a.step)},
	}
	if t.requests == 0 {
		out = []tile{{"Requests", "none", "no response time was measured"}}
	}
	for _, h := range hpasOf(run) {
		out = append(out, h.tile(in.Result.Events, a))
	}
	return out[:min(len(out), 8)]
}

// tile says how far an HPA came, and how soon.
func (h *hpa) tile(events []verdict.ScaleEvent, a axis) tile {
	spec := h.last()
	t := tile{h.Name, number(h.peak(a, readyReplicas)), fmt.Sprintf("most ready replicas, of %d to %d", spec.Min, spec.Max)}
	for _, e := range events {
		if e.HPA != h.Name || e.To <= e.From {
			continue
		}
		t.Value = fmt.Sprintf("%d → %s", e.From, t.Value)
		t.Note = "most ready replicas"
		if e.Breach != nil && e.Decide != nil {
			t.Note += "; decided " + unbroken(between(*e.Breach, *e.Decide).String())
		}
		if e.Breach != nil && e.Ready != nil {
			t.Note += ", ready " + unbroken(between(*e.Breach, *e.Ready).String()) + " after the breach"
		}
		break
	}
	return t
}

func stepsOf(steps []observation.Timed[observation.Step]) []stepView {
	longest := time.Millisecond
	for _, s := range steps {
		longest = max(longest, s.V.Duration)
	}
	out := make([]stepView, len(steps))
	for i, s := range steps {
		out[i] = stepView{s.V.Name, unit.Duration(s.V.Duration), s.V.Error, max(100*float64(s.V.Duration)/float64(longest), 0)}
	}
	return out
}

func gapsOf(gaps []observation.Gap, a axis) []gapView {
	out := make([]gapView, len(gaps))
	for i, g := range gaps {
		out[i] = gapView{g.Source, clock(g.From.Sub(a.zero)), unit.Duration(g.To.Sub(g.From)), g.Reason}
	}
	return out
}

// failuresOf counts the failed requests by cause, the most frequent first.
func failuresOf(run *observation.Run) []fact {
	counts := make(map[string]uint64)
	for _, r := range run.Requests {
		for cause, n := range r.Causes {
			counts[cause] += n
		}
	}
	causes := sortedKeys(counts)
	slices.SortStableFunc(causes, func(a, b string) int { return cmp.Compare(counts[b], counts[a]) })
	const most = 20
	var out []fact
	for _, c := range causes[:min(len(causes), most)] {
		out = append(out, fact{c, unit.Count(counts[c])})
	}
	return out
}
