package verdict

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// blindSteps is for how many steps a query may have no answer before its
// objective is undecided: a rate over 30 s has none at the start of a load.
const blindSteps = 6

// asked is what the evaluations of one query showed over the load.
type asked struct {
	values   uint64
	lowest   float64
	highest  float64
	broken   time.Duration // longest time for which a limit was broken
	everOver bool
	brokenAt time.Time
	blind    time.Duration // longest time without a value
	blindWhy string
}

// query judges the bounds of a query of the plan over the load phase.
func (j *judge) query(want spec.QueryLimit) Objective {
	limit, bound := limitText(want)
	o := Objective{Name: or(want.Name, want.Query), Group: groupQuery, Value: none, Limit: limit, Margin: none,
		Evidence: fmt.Sprintf("records prom of query %q, %s", want.Query, j.span(j.from, j.to))}
	if !bound {
		return o.inconclusive("the objective has neither a max nor a min")
	}
	a := j.ask(want)
	o.Samples = a.values
	if a.values == 0 {
		return o.inconclusive(withCause("the query had no value while the load ran", a.blindWhy))
	}
	o.Value, o.Margin = a.extreme(want)
	if a.everOver && a.broken >= want.For {
		return o.fail(fmt.Sprintf("broken at %s for %s", j.at(a.brokenAt), unit.Duration(a.broken)))
	}
	if most := max(want.For, blindSteps*j.plan.Watch.Step); a.blind > most {
		return o.inconclusive(fmt.Sprintf("no value for %s: %s", unit.Duration(a.blind), a.blindWhy))
	}
	return o.pass()
}

// ask goes through the evaluations of the load phase in order.
func (j *judge) ask(want spec.QueryLimit) asked {
	var a asked
	var brokenSince time.Time
	seen := j.from // the last moment with a value
	for _, p := range j.run.Proms {
		at := p.V.At
		if p.V.Query != want.Query || at.Before(j.from) || at.After(j.to) {
			continue
		}
		if p.V.Outcome != observation.PromValue || len(p.V.Series) == 0 {
			a.darken(at.Sub(seen), string(p.V.Outcome)+withCause("", p.V.Error))
			continue
		}
		seen = at
		if !a.take(p.V.Series, want) {
			brokenSince = time.Time{}
			continue
		}
		if brokenSince.IsZero() {
			brokenSince = at
		}
		if d := at.Sub(brokenSince); !a.everOver || d > a.broken {
			a.everOver, a.broken, a.brokenAt = true, d, brokenSince
		}
	}
	a.darken(j.to.Sub(seen), "no evaluation was recorded")
	return a
}

func (a *asked) darken(d time.Duration, why string) {
	if a.blindWhy == "" || d > a.blind {
		a.blind, a.blindWhy = d, why
	}
}

// take adds one answer and says whether it breaks a limit.
func (a *asked) take(series []observation.PromSeries, want spec.QueryLimit) bool {
	broken := false
	for _, s := range series {
		v := float64(s.Value)
		if a.values == 0 || v > a.highest {
			a.highest = v
		}
		if a.values == 0 || v < a.lowest {
			a.lowest = v
		}
		a.values++
		met := (want.Max == nil || v <= *want.Max) && (want.Min == nil || v >= *want.Min)
		broken = broken || !met
	}
	return broken
}

// extreme is the value nearest to a limit, or farthest beyond it.
func (a *asked) extreme(want spec.QueryLimit) (value, margin string) {
	if want.Max != nil && (want.Min == nil || *want.Max-a.highest <= a.lowest-*want.Min) {
		return unit.Number(a.highest), signed(*want.Max - a.highest)
	}
	return unit.Number(a.lowest), signed(a.lowest - *want.Min)
}

func signed(v float64) string {
	if v >= 0 {
		return "+" + unit.Number(v)
	}
	return unit.Number(v)
}

func limitText(want spec.QueryLimit) (string, bool) {
	text := ""
	if want.Min != nil {
		text = ">= " + unit.Number(*want.Min)
	}
	if want.Max != nil {
		if text != "" {
			text += " and "
		}
		text += "<= " + unit.Number(*want.Max)
	}
	bound := text != ""
	if want.For > 0 {
		text += ", broken for less than " + unit.Exact(want.For)
	}
	return text, bound
}
