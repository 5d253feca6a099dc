package option

import (
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/executor"
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
	vus        *int
	duration   *time.Duration
	iterations *uint64
	stages     *[]executor.Stage
	scenarios  *[]Scenario
}

// resolve makes scenarios of the options that were given.
func (e execution) resolve(out *report) []Scenario {
	root := node{out: out}
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
	name, x := e.short()
	if initial, _ := x.VUs(); initial == 0 {
		root.wrong("no virtual user would ever run: give vus, or a stage with a target above 0")
	}
	return []Scenario{{Name: defaultScenario, ExecutorName: name, Executor: x, Exec: "default"}}
}

// given are the contradicting ways to say what runs that were used. Duration
// and iterations go together.
func (e execution) given() []string {
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

// short is the executor that vus, duration, iterations and stages stand for.
func (e execution) short() (string, executor.Executor) {
	vus := 1
	if e.vus != nil {
		vus = *e.vus
	}
	limit := defaultMaxDuration
	if e.duration != nil {
		limit = *e.duration
	}
	switch {
	case e.stages != nil:
		return "ramping-vus", executor.RampingVUs{Start: vus, Stages: *e.stages,
			GracefulRampDown: defaultGrace, GracefulStop: defaultGrace}
	case e.iterations != nil:
		return "shared-iterations", executor.SharedIterations{Count: vus, Iterations: *e.iterations,
			MaxDuration: limit, GracefulStop: defaultGrace}
	case e.duration != nil:
		return "constant-vus", executor.ConstantVUs{Count: vus, Length: limit, GracefulStop: defaultGrace}
	case e.vus != nil:
		return "shared-iterations", executor.SharedIterations{Count: vus, Iterations: uint64(vus),
			MaxDuration: limit, GracefulStop: defaultGrace}
	}
	return "per-vu-iterations", executor.PerVUIterations{Count: 1, Iterations: 1, MaxDuration: limit, GracefulStop: defaultGrace}
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
