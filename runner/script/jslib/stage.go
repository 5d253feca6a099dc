package jslib

import (
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// stageModule has currentStage(caller): the index and the profile of the stage
// that the scenario is in.
func stageModule() vu.Module {
	return vu.Module{
		Name:    "headroom/stage",
		Exports: []string{"currentStage"},
		New: func(v *vu.VU) func(string) any {
			return func(string) any {
				return func(call sobek.FunctionCall) sobek.Value {
					return v.Runtime.ToValue(currentStage(v, call.Argument(0).String()))
				}
			}
		},
	}
}

func currentStage(v *vu.VU, caller string) map[string]any {
	start := v.Test.Counts.Start.Load()
	if v.Scenario == nil || start == nil {
		v.Throw("%s() is known only inside a scenario's iterations", caller)
	}
	list := stages(*v.Scenario)
	if len(list) == 0 {
		v.Throw("%s(): the scenario %q has no stages: its executor is %s, and ramping-vus and ramping-arrival-rate have them",
			caller, v.Scenario.Name, v.Scenario.ExecutorName)
	}
	i := at(list, time.Since(start.Add(v.Scenario.Start)))
	return map[string]any{"index": i, "profile": list[i].profile()}
}

// stage is a stage of either executor that has some.
type stage struct {
	duration time.Duration
	from, to float64
}

func stages(s option.Scenario) []stage {
	var list []stage
	switch e := s.Executor.(type) {
	case executor.RampingVUs:
		from := float64(e.Start)
		for _, st := range e.Stages {
			list = append(list, stage{st.Duration, from, float64(st.Target)})
			from = float64(st.Target)
		}
	case executor.ArrivalRate:
		if s.ExecutorName != "ramping-arrival-rate" {
			return nil
		}
		for _, g := range e.Schedule.Segments() {
			list = append(list, stage{g.Duration, g.From, g.To})
		}
	}
	return list
}

// at is the index of the stage at an offset from the scenario's start. After
// the end, while iterations may still run, it is the last.
func at(list []stage, offset time.Duration) int {
	for i, s := range list {
		if offset < s.duration {
			return i
		}
		offset -= s.duration
	}
	return len(list) - 1
}

// profile is what a stage does. The first is compared with where the scenario
// starts.
func (s stage) profile() string {
	switch {
	case s.to > s.from:
		return "ramp-up"
	case s.to < s.from:
		return "ramp-down"
	}
	return "steady"
}
