package option

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/metric"
)

// defaultScenario is the name of the scenario that the short options stand for.
const defaultScenario = "default"

// The defaults of a scenario.
const (
	defaultGrace       = 30 * time.Second
	defaultMaxDuration = 10 * time.Minute
)

// execution are the options that say what runs; a nil one was not given.
type execution struct {
	from       *Layer
	vus        *int
	duration   *time.Duration
	iterations *uint64
	stages     *[]executor.Stage
	scenarios  *[]Scenario
}

func ptr[T any](v T) *T { return &v }

// read takes one of the executionKeys.
func (e *execution) read(key string, n node) {
	switch key {
	case "vus":
		e.vus = ptr(n.vus())
	case "duration":
		e.duration = ptr(n.duration())
	case "iterations":
		e.iterations = ptr(uint64(n.whole(1, 1<<52)))
	case "stages":
		e.stages = ptr(stages(n))
	case "scenarios":
		e.scenarios = ptr(scenarios(n))
	}
}

// resolve makes scenarios of the options that were given.
func (e *execution) resolve(out *report) []Scenario {
	root := node{out: out, from: e.from}
	if given := e.given(); len(given) > 1 {
		root.wrong("%s are given together and contradict each other: keep one of them", strings.Join(given, " and "))
		return nil
	}
	if e.scenarios != nil {
		if e.vus != nil {
			root.child("vus", nil).warn("vus has no effect beside scenarios: give it inside each of them")
		}
		return *e.scenarios
	}
	s := e.short()
	if initial, _ := s.Executor.VUs(); initial == 0 && len(out.problems) == 0 {
		root.wrong("no virtual user would ever run: give vus, or a stage with a target above 0")
	}
	return []Scenario{s}
}

// given are the contradicting ways to say what runs that were used. Duration
// and iterations go together.
func (e *execution) given() []string {
	var given []string
	if e.scenarios != nil {
		given = append(given, "scenarios")
	}
	if e.stages != nil {
		given = append(given, "stages")
	}
	switch {
	case e.iterations != nil:
		given = append(given, "iterations")
	case e.duration != nil:
		given = append(given, "duration")
	}
	return given
}

// short is the scenario that vus, duration, iterations and stages stand for.
func (e *execution) short() Scenario {
	set := newSettings()
	if e.vus != nil {
		set.vus, set.startVUs = *e.vus, *e.vus
	}
	if e.duration != nil {
		set.duration, set.maxDuration = *e.duration, *e.duration
	}
	name := "per-vu-iterations"
	switch {
	case e.stages != nil:
		name = "ramping-vus"
		for _, s := range *e.stages {
			set.stages = append(set.stages, rateStage{s.Duration, int64(s.Target)})
		}
	case e.iterations != nil:
		name, set.iterations = "shared-iterations", *e.iterations
	case e.duration != nil:
		name = "constant-vus"
	case e.vus != nil:
		name, set.iterations = "shared-iterations", uint64(set.vus)
	}
	x, err := kinds[name].build(set)
	if err != nil { // only arrival rates can fail, and none is short
		panic(err)
	}
	return Scenario{Name: defaultScenario, ExecutorName: name, Executor: x, Exec: "default", settings: set}
}

// stages reads the stages of a ramp of virtual users.
func stages(n node) []executor.Stage {
	var list []executor.Stage
	for _, s := range n.list() {
		list = append(list, executor.Stage{})
		stage, complete := &list[len(list)-1], 0
		s.fields(map[string]func(node){
			"duration": func(n node) { stage.Duration = n.duration(); complete++ },
			"target":   func(n node) { stage.Target = n.vus(); complete++ },
		})
		if _, ok := s.v.(*object); ok && complete < 2 {
			s.wrong("a stage needs a duration and a target")
		}
	}
	if l, ok := n.v.([]any); ok && len(l) == 0 {
		n.wrong("must hold at least one stage")
	}
	return list
}

// WithStages replaces all that the script says about its execution by one
// ramp of virtual users, as stages on the command line do.
func (o Options) WithStages(s []executor.Stage) Options {
	o.Warnings = slices.Clone(o.Warnings)
	if only := o.Scenarios[0]; len(o.Scenarios) > 1 || only.Name != defaultScenario {
		o.Warnings = append(o.Warnings, Problem{Path: []string{"scenarios"},
			Text: fmt.Sprintf("%d scenarios are replaced by the stages of the plan", len(o.Scenarios))})
	}
	e := execution{stages: &s}
	o.Scenarios = e.resolve(&report{})
	return o
}

// Only keeps the scenarios of these names.
func (o Options) Only(names []string) (Options, error) {
	kept := slices.Clone(o.Scenarios)
	kept = slices.DeleteFunc(kept, func(s Scenario) bool { return !slices.Contains(names, s.Name) })
	for _, name := range names {
		if !slices.ContainsFunc(kept, func(s Scenario) bool { return s.Name == name }) {
			var have []string
			for _, s := range o.Scenarios {
				have = append(have, s.Name)
			}
			return o, fmt.Errorf("there is no scenario %q: there are %s", name, strings.Join(have, ", "))
		}
	}
	o.leaveOut(kept)
	o.Scenarios = kept
	return o, nil
}

// leaveOut drops the thresholds on scenarios that are not among those kept:
// they would find nothing.
func (o *Options) leaveOut(kept []Scenario) {
	excluded := func(t Threshold) bool {
		return slices.ContainsFunc(t.Selector, func(tag metric.Tag) bool {
			named := func(s Scenario) bool { return s.Name == tag.Value }
			return tag.Key == "scenario" && slices.ContainsFunc(o.Scenarios, named) && !slices.ContainsFunc(kept, named)
		})
	}
	o.Warnings, o.Thresholds = slices.Clone(o.Warnings), slices.Clone(o.Thresholds)
	o.Thresholds = slices.DeleteFunc(o.Thresholds, func(t Threshold) bool {
		if excluded(t) {
			o.Warnings = append(o.Warnings, t.Problem("is left out: its scenario does not run"))
			return true
		}
		return false
	})
}

// Once replaces the only scenario's execution by one iteration of one virtual
// user. What the scenario calls, its environment and its tags stay.
func (o Options) Once() (Options, error) {
	if len(o.Scenarios) != 1 {
		return o, fmt.Errorf("one iteration of which scenario? There are %d: name one with --scenario", len(o.Scenarios))
	}
	s := o.Scenarios[0]
	s.settings = newSettings()
	s.ExecutorName, s.Start = "per-vu-iterations", 0
	x, err := kinds[s.ExecutorName].build(s.settings)
	if err != nil { // only arrival rates can fail
		return o, err
	}
	s.Executor = x
	o.Scenarios = []Scenario{s}
	return o, nil
}

// Executor is a scenario's executor in this instance's segment of the test.
func (o Options) Executor(s *Scenario) executor.Executor {
	if o.Segment.Whole() {
		return s.Executor
	}
	return s.Executor.Scale(o.Segment)
}

func parseSegment(segment, sequence string) (executor.Segment, error) {
	if segment == "" && sequence == "" {
		return executor.Segment{}, nil
	}
	return executor.ParseSegment(segment, sequence)
}
