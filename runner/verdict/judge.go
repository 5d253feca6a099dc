package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// Schema names the form of result.json.
const Schema = "headroom.result/v1"

// The groups of objectives.
const (
	groupScaleOut    = "scale-out"
	groupLatency     = "latency"
	groupErrors      = "errors"
	groupQuery       = "query"
	groupRecovery    = "recovery"
	groupCounter     = "counter"
	groupScript      = "script"
	groupExpectation = "expectation"
	groupGenerator   = "generator"
	groupRun         = "run"
)

// killed is the outcome of a run whose log has no end.
const killed = "killed"

// judge is one judgement in progress: what is asked, what was observed, and
// what several objectives need of it.
type judge struct {
	plan     *spec.Plan
	run      *observation.Run
	from, to time.Time // of the load phase; zero if nothing was ever loaded
	loaded   bool
	health   map[string]*health // of each load that a plan names
	hpas     []*hpa             // by name
}

// Judge decides every objective of the plan from what the run observed. It
// reads no clock and keeps no state: the same log gives the same Result.
//
// Any fail makes the run fail, whatever else could not be decided: an
// objective fails only on evidence that nothing undecided could take back.
// Otherwise anything inconclusive makes it inconclusive.
func Judge(plan *spec.Plan, run *observation.Run) Result {
	j := newJudge(plan, inOrder(run))
	r := Result{
		Schema: Schema, Run: j.run.Info.ID, Plan: plan.Name, Headroom: j.run.Info.Headroom,
		Start: j.run.Start.UTC(), End: j.run.Last.UTC(), Outcome: j.outcome(),
		Objectives:  j.objectives(),
		Events:      j.events(),
		Disruptions: j.disruptions(),
		Loads:       j.loads(),
		Gaps:        j.run.Gaps,
		Warnings:    j.warnings(),
	}
	r.Verdict, r.Reason = conclude(r.Objectives)
	return r
}

func newJudge(plan *spec.Plan, run *observation.Run) *judge {
	j := &judge{plan: plan, run: run, health: make(map[string]*health)}
	j.from, j.to, j.loaded = run.LoadSpan()
	for _, l := range plan.Loads {
		j.health[l.Name] = j.healthOf(l.Name)
	}
	j.hpas = j.histories()
	return j
}

func (j *judge) objectives() []Objective {
	var out []Objective
	for _, o := range j.plan.Objectives.ScaleOut {
		out = append(out, j.scaleOut(o)...)
	}
	for _, o := range j.plan.Objectives.Latency {
		out = append(out, j.latency(o))
	}
	for _, o := range j.plan.Objectives.Errors {
		out = append(out, j.errors(o))
	}
	for _, o := range j.plan.Objectives.Queries {
		out = append(out, j.query(o))
	}
	for _, o := range j.plan.Objectives.Recovery {
		out = append(out, j.recovery(o))
	}
	for _, o := range j.plan.Objectives.Counters {
		out = append(out, j.counter(o))
	}
	out = append(out, j.scripts()...)
	out = append(out, j.expectations()...)
	if len(out) == 0 {
		out = append(out, Objective{Name: "objectives", Group: groupRun, Verdict: Inconclusive, Value: "none", Limit: ">= 1", Margin: none, Evidence: "the plan in record run",
			Cause: "the plan states no objective: add one under objectives"})
	}
	out = append(out, j.generators()...)
	out = append(out, j.disrupted()...)
	return append(out, j.whole())
}

func (j *judge) outcome() string {
	if j.run.End == nil {
		return killed
	}
	return string(j.run.End.Outcome)
}

// complete says that the run went to its planned end.
func (j *judge) complete() bool {
	return j.run.End != nil && j.run.End.Outcome == observation.Completed
}

// whole judges the run itself: that it went to its end and drove every load.
// What was observed until then is judged all the same.
func (j *judge) whole() Objective {
	o := Objective{Name: "run completed", Group: groupRun, Value: j.outcome(), Limit: string(observation.Completed), Margin: none,
		Samples: uint64(len(j.run.Phases)), Evidence: "records run, phase and end, " + j.span(j.run.Start, j.run.Last)}
	var causes []string
	switch {
	case j.run.End == nil:
		causes = append(causes, "the log has no end: the run was killed at "+j.at(j.run.Last)+" or later")
	case j.run.End.Outcome != observation.Completed:
		causes = append(causes, withCause("the run ended as "+j.outcome(), j.run.End.Cause))
	}
	for _, l := range j.plan.Loads {
		if cause := j.undriven(l); cause != "" {
			causes = append(causes, cause)
		}
	}
	if len(causes) > 0 {
		return o.inconclusive(strings.Join(causes, "; "))
	}
	o.Verdict = Pass
	return o
}

// undriven says why a load was not driven to its end, or "".
func (j *judge) undriven(l spec.Load) string {
	if _, _, ok := j.run.Span(l.Name); !ok {
		return fmt.Sprintf("load %q was never started", l.Name)
	}
	if !j.closed(l.Name) && j.complete() {
		return fmt.Sprintf("load %q has no end in the log", l.Name)
	}
	if l.Queue == nil {
		return ""
	}
	pushed := 0
	for _, q := range j.run.Queues {
		if q.V.Load == l.Name {
			pushed += q.V.Pushed
		}
	}
	if pushed < l.Queue.Jobs {
		return fmt.Sprintf("load %q pushed %d of %d jobs", l.Name, pushed, l.Queue.Jobs)
	}
	return ""
}

func (j *judge) closed(load string) bool {
	open := true
	for _, p := range j.run.Phases {
		if p.V.Load == load {
			open = p.V.Open
		}
	}
	return !open
}

// warnings are those of the log and those of judging it.
func (j *judge) warnings() []observation.Warning {
	var out []observation.Warning
	if j.run.Truncated {
		out = append(out, observation.Warning{Source: "log", Text: "the last record was cut off and is left out"})
	}
	for _, h := range j.hpas {
		out = append(out, h.specChanges(j)...)
	}
	out = append(out, j.scriptWarnings()...)
	return append(out, j.run.Warnings...)
}

// conclude draws the verdict from the objectives and names the one that
// decided: the first that failed or, where nothing failed, what explains the
// others best, which is a run or a generator that is undecided itself.
func conclude(objectives []Objective) (Value, string) {
	for _, v := range []Value{Fail, Inconclusive} {
		decided := having(objectives, v)
		if len(decided) == 0 {
			continue
		}
		first := decided[0]
		if root := slices.IndexFunc(decided, isRoot); v == Inconclusive && root >= 0 {
			first = decided[root]
		}
		text := fmt.Sprintf("%s: %s against %s", first.Name, first.Value, first.Limit)
		if first.Value == none {
			text = first.Name + ": not measured"
		}
		text = withCause(text, first.Cause)
		if n := len(decided); n > 1 {
			text += fmt.Sprintf(" (and %d more)", n-1)
		}
		return v, text
	}
	return Pass, fmt.Sprintf("Every objective holds: %d of %d.", len(objectives), len(objectives))
}

func having(objectives []Objective, v Value) []Objective {
	var out []Objective
	for _, o := range objectives {
		if o.Verdict == v {
			out = append(out, o)
		}
	}
	return out
}

func isRoot(o Objective) bool { return o.Group == groupRun || o.Group == groupGenerator }

func withCause(text, cause string) string {
	if cause == "" {
		return text
	}
	return text + ": " + cause
}

// at prints a time as its distance from the start of the load.
func (j *judge) at(t time.Time) string {
	zero := j.from
	if !j.loaded {
		zero = j.run.Start
	}
	d := t.Sub(zero)
	if d < 0 {
		return "-" + unit.Duration(-max(d, -1<<62))
	}
	return "+" + unit.Duration(d)
}

func (j *judge) span(from, to time.Time) string { return j.at(from) + " to " + j.at(to) }
