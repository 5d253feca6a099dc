package verdict

import (
	"fmt"
	"math"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// scripts judges the thresholds that the plan's scripts set themselves, and
// whether each script ran to its end. Checks are reported, not judged, unless
// a threshold is about them.
func (j *judge) scripts() []Objective {
	var out []Objective
	for _, l := range j.plan.Loads {
		if l.Script == nil {
			continue
		}
		end := j.scriptEnd(l)
		if end == nil || end.Error != "" {
			out = append(out, j.brokenScript(l, end))
		}
		if end == nil {
			continue
		}
		for _, t := range end.Thresholds {
			out = append(out, j.threshold(l, t))
		}
	}
	return out
}

func (j *judge) scriptEnd(l spec.Load) *observation.Script {
	var end *observation.Script
	for i := range j.run.Scripts {
		if s := &j.run.Scripts[i].V; s.Load == l.Name {
			end = s
		}
	}
	return end
}

func (j *judge) brokenScript(l spec.Load, end *observation.Script) Objective {
	o := Objective{Name: "script of " + l.Name, Group: groupScript, Value: none, Limit: "runs to its end", Margin: none,
		Evidence: fmt.Sprintf("record script of load %q", l.Name)}
	if end == nil {
		return o.inconclusive("the script left no summary: its checks and thresholds are not known")
	}
	o.Samples = end.Iterations
	o.Value = "ended early"
	return o.inconclusive("the script ended early: " + end.Error)
}

func (j *judge) threshold(l spec.Load, t observation.Threshold) Objective {
	o := Objective{Name: fmt.Sprintf("threshold %s of %s", t.Metric, l.Name), Group: groupScript, Value: none, Limit: t.Expr, Margin: none,
		Samples: t.Samples, Evidence: fmt.Sprintf("record script of load %q, written by its script", l.Name)}
	if t.Samples == 0 || t.Observed == nil || math.IsNaN(*t.Observed) {
		return o.inconclusive("the metric has no samples")
	}
	o.Value = unit.Number(*t.Observed)
	// A starved generator inflates times, and with them checks and time-outs.
	if held := j.health[l.Name].held(j.plan.Objectives.Generator); held != "" {
		return o.inconclusive("the generator did not drive the load as planned: " + held)
	}
	if !t.Met {
		return o.fail(fmt.Sprintf("the script's threshold %s %s is not met", t.Metric, t.Expr))
	}
	return o.pass()
}

// scriptWarnings notes what a script's summary says that is no objective.
func (j *judge) scriptWarnings() []observation.Warning {
	var out []observation.Warning
	warn := func(load, format string, args ...any) {
		out = append(out, observation.Warning{Source: "script " + load, Text: fmt.Sprintf(format, args...)})
	}
	for _, s := range j.run.Scripts {
		if n := s.V.Exceptions; n > 0 {
			warn(s.V.Load, "%s of %s iterations ended in an exception", unit.Count(n), unit.Count(s.V.Iterations))
		}
		if n := s.V.Dropped; n > 0 {
			warn(s.V.Load, "%s iterations were dropped: no virtual user was free", unit.Count(n))
		}
		for _, c := range s.V.Checks {
			if c.Fails > 0 {
				warn(s.V.Load, "check %q failed %s of %s times", c.Name, unit.Count(c.Fails), unit.Count(c.Passes+c.Fails))
			}
		}
	}
	return out
}
