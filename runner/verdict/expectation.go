package verdict

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// expected is all that a script found of one expectation: a loop may have
// asked more than once.
type expected struct {
	last, decides observation.Timed[observation.Expectation]
	times         uint64
	samples       uint64
}

// expectations judges what the scripts expected of the platform by
// k6/x/artisan. The script decided what was met; here it counts as an
// objective, once for all times that the script asked.
func (j *judge) expectations() []Objective {
	type key struct{ load, name, limit string }
	found := make(map[key]*expected)
	var order []key
	for _, e := range j.run.Expectations {
		k := key{e.V.Load, e.V.Name, e.V.Limit}
		x := found[k]
		if x == nil {
			x = &expected{decides: e}
			found[k] = x
			order = append(order, k)
		}
		x.last, x.times, x.samples = e, x.times+1, x.samples+e.V.Samples
		if severity(e.V.Outcome) > severity(x.decides.V.Outcome) {
			x.decides = e
		}
	}
	var out []Objective
	for _, k := range order {
		out = append(out, j.expectation(*found[k]))
	}
	for _, l := range j.plan.Loads {
		out = append(out, j.unexpected(l)...)
	}
	return out
}

// severity orders outcomes: the highest of several decides.
func severity(o observation.ExpectationOutcome) int {
	switch o {
	case observation.Met:
		return 0
	case observation.Missed:
		return 2
	}
	return 1
}

func (j *judge) expectation(x expected) Objective {
	e := x.decides.V
	o := Objective{Name: e.Name, Group: groupExpectation, Value: or(e.Seen, none), Limit: e.Limit, Margin: or(e.Margin, none), Samples: x.samples,
		Evidence: fmt.Sprintf("records expectation of load %q, %s", e.Load, j.span(e.From, x.decides.At))}
	if x.times > 1 {
		o.Evidence += fmt.Sprintf(", the one that decides of %d", x.times)
	}
	switch e.Outcome {
	case observation.Met:
		return o.pass()
	case observation.Missed:
		if why := j.notAsPlanned(e.From, x.decides.At); why != "" {
			return o.inconclusive(withCause(or(e.Cause, "it was missed"), why))
		}
		return o.fail(e.Cause)
	}
	return o.inconclusive(or(e.Cause, "the script did not find out"))
}

// notAsPlanned says which load was not driven as planned while a script waited:
// the platform can't be blamed for what it was never asked.
func (j *judge) notAsPlanned(from, to time.Time) string {
	for _, l := range j.plan.Loads {
		begin, end, ran := j.run.Span(l.Name)
		if !ran || begin.After(to) || end.Before(from) {
			continue
		}
		if why := j.health[l.Name].sick(j.plan.Objectives.Generator); why != "" {
			return fmt.Sprintf("load %q was not driven as planned: %s", l.Name, why)
		}
	}
	return ""
}

// unexpected notices a script that may have ended before it came to what it
// expects: what was never asked has no record, and silence is no success.
func (j *judge) unexpected(l spec.Load) []Objective {
	if l.Script == nil {
		return nil
	}
	end := j.scriptEnd(l)
	if end == nil || len(end.Extensions) == 0 {
		return nil
	}
	var missed, cut uint64
	for _, e := range j.run.Expectations {
		switch {
		case e.V.Load != l.Name || e.V.Outcome == observation.Met:
		case e.V.Cut:
			cut++
		default:
			missed++ // and threw, where nobody caught it
		}
	}
	return append(j.thrown(l, end, missed), j.interrupted(l, end, cut)...)
}

// thrown notices iterations that threw for another reason than the missed
// expectations.
func (j *judge) thrown(l spec.Load, end *observation.Script, missed uint64) []Objective {
	if end.Exceptions <= missed {
		return nil
	}
	o := ofIterations("iterations of "+l.Name, l, end)
	o.Value, o.Limit = unit.Count(end.Exceptions-missed)+" threw", "none throws"
	return []Objective{o.inconclusive("an iteration ended in an exception that is no missed expectation: what it would have expected later is not known")}
}

// interrupted notices iterations that were cut short elsewhere than in a wait
// for what they expected. An iteration that waited for several has a record of
// each, so that these may hide another iteration: but none of them passes.
func (j *judge) interrupted(l spec.Load, end *observation.Script, cut uint64) []Objective {
	// Where the whole script ended early, that is judged, and no scenario was
	// too short.
	if end.Error != "" || end.Interrupted <= cut {
		return nil
	}
	o := ofIterations("interrupted iterations of "+l.Name, l, end)
	o.Value, o.Limit = unit.Count(end.Interrupted-cut)+" interrupted", "none is interrupted"
	return []Objective{o.inconclusive("an iteration was interrupted when the time of its scenario was over: what it would have expected later is not known. " +
		"Give the scenario a longer gracefulStop (gracefulRampDown, maxDuration), or have the script wait shorter, so that all iterations end")}
}

func ofIterations(name string, l spec.Load, end *observation.Script) Objective {
	return Objective{Name: name, Group: groupExpectation, Margin: none, Samples: end.Iterations, Evidence: fmt.Sprintf("record script of load %q", l.Name)}
}
