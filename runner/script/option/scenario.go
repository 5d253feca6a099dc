package option

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/executor"
)

// settings are the keys of one scenario, of whatever executor.
type settings struct {
	vus, startVUs, preAllocated, maxVUs int
	iterations                          uint64
	duration, maxDuration, timeUnit     time.Duration
	rate, startRate                     float64
	stages                              []rateStage
	gracefulStop, gracefulRampDown      time.Duration
}

func newSettings() settings {
	return settings{vus: 1, startVUs: 1, iterations: 1, timeUnit: time.Second,
		maxDuration: defaultMaxDuration, gracefulStop: defaultGrace, gracefulRampDown: defaultGrace}
}

// rateStage is a stage whose target may be virtual users or a rate.
type rateStage struct {
	duration time.Duration
	target   int64
}

// kind is one executor: the keys that it takes besides the common ones, those
// that it must have, and what they make.
type kind struct {
	takes, needs []string
	build        func(settings) (executor.Executor, error)
}

var kinds = map[string]kind{
	"constant-vus": {[]string{"vus", "duration"}, []string{"duration"},
		func(s settings) (executor.Executor, error) {
			return executor.ConstantVUs{Count: s.vus, Length: s.duration, GracefulStop: s.gracefulStop}, nil
		}},
	"ramping-vus": {[]string{"startVUs", "stages", "gracefulRampDown"}, []string{"stages"},
		func(s settings) (executor.Executor, error) {
			e := executor.RampingVUs{Start: s.startVUs, GracefulRampDown: s.gracefulRampDown, GracefulStop: s.gracefulStop}
			for _, st := range s.stages {
				e.Stages = append(e.Stages, executor.Stage{Duration: st.duration, Target: int(st.target)})
			}
			return e, nil
		}},
	"shared-iterations": {[]string{"vus", "iterations", "maxDuration"}, nil,
		func(s settings) (executor.Executor, error) {
			return executor.SharedIterations{Count: s.vus, Iterations: s.iterations, MaxDuration: s.maxDuration, GracefulStop: s.gracefulStop}, nil
		}},
	"per-vu-iterations": {[]string{"vus", "iterations", "maxDuration"}, nil,
		func(s settings) (executor.Executor, error) {
			return executor.PerVUIterations{Count: s.vus, Iterations: s.iterations, MaxDuration: s.maxDuration, GracefulStop: s.gracefulStop}, nil
		}},
	"constant-arrival-rate": {[]string{"rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs"}, []string{"rate", "duration", "preAllocatedVUs"},
		func(s settings) (executor.Executor, error) {
			r := s.rate / s.timeUnit.Seconds()
			return s.open(arrival.Segment{Duration: s.duration, From: r, To: r})
		}},
	"ramping-arrival-rate": {[]string{"startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs"}, []string{"stages", "preAllocatedVUs"},
		func(s settings) (executor.Executor, error) {
			segments, from := []arrival.Segment(nil), s.startRate/s.timeUnit.Seconds()
			for _, st := range s.stages {
				to := float64(st.target) / s.timeUnit.Seconds()
				segments = append(segments, arrival.Segment{Duration: st.duration, From: from, To: to})
				from = to
			}
			return s.open(segments...)
		}},
}

func (s settings) open(segments ...arrival.Segment) (executor.Executor, error) {
	schedule, err := arrival.New(segments...)
	if err != nil {
		return nil, err
	}
	limit := s.preAllocated
	if s.maxVUs > 0 {
		limit = s.maxVUs
	}
	if limit < s.preAllocated {
		return nil, fmt.Errorf("maxVUs %d is less than preAllocatedVUs %d", s.maxVUs, s.preAllocated)
	}
	return executor.ArrivalRate{Schedule: schedule, PreAllocated: s.preAllocated, Limit: limit, GracefulStop: s.gracefulStop}, nil
}

// scenarios reads the scenarios of a script.
func scenarios(n node) []Scenario {
	var list []Scenario
	n.each(func(name string, n node) { list = append(list, scenario(name, n)) })
	if o, ok := n.v.(*object); ok && len(o.keys) == 0 {
		n.wrong("must hold at least one scenario")
	}
	return list
}

func scenario(name string, n node) Scenario {
	s := Scenario{Name: name, Exec: "default"}
	o, ok := n.v.(*object)
	if !ok {
		n.wrong("must be an object, and is %s", describe(n.v))
		return s
	}
	s.ExecutorName, _ = o.values["executor"].(string)
	k, ok := kinds[s.ExecutorName]
	if !ok {
		n.child("executor", nil).wrong("%s: there are %s", unknownExecutor(o.values["executor"]), strings.Join(sortedKeys(kinds), ", "))
		return s
	}
	set := newSettings()
	n.fields(scenarioKeys(k, &s, &set))
	for _, key := range k.needs {
		if o.values[key] == nil {
			n.wrong("%s needs %s", s.ExecutorName, key)
		}
	}
	if len(n.out.problems) > 0 {
		return s
	}
	x, err := k.build(set)
	if err != nil {
		n.wrong("%v", err)
	} else if initial, _ := x.VUs(); initial == 0 {
		n.wrong("no virtual user would ever run")
	}
	s.Executor, s.settings = x, set
	return s
}

func unknownExecutor(v any) string {
	switch v {
	case nil:
		return "a scenario needs an executor"
	case "externally-controlled":
		return "externally-controlled was removed from k6 and is not supported"
	}
	return describe(v) + " is no executor"
}

// scenarioKeys are the keys that a scenario of kind k may have.
func scenarioKeys(k kind, s *Scenario, set *settings) map[string]func(node) {
	own := map[string]func(node){
		"vus":              func(n node) { set.vus = n.vus() },
		"startVUs":         func(n node) { set.startVUs = n.vus() },
		"preAllocatedVUs":  func(n node) { set.preAllocated = n.vus() },
		"maxVUs":           func(n node) { set.maxVUs = n.vus() },
		"iterations":       func(n node) { set.iterations = uint64(n.whole(1, 1<<40)) },
		"duration":         func(n node) { set.duration = n.duration() },
		"maxDuration":      func(n node) { set.maxDuration = n.duration() },
		"rate":             func(n node) { set.rate = float64(n.whole(1, arrival.MaxRate)) },
		"startRate":        func(n node) { set.startRate = float64(n.whole(0, arrival.MaxRate)) },
		"stages":           func(n node) { set.stages = rateStages(n) },
		"gracefulRampDown": func(n node) { set.gracefulRampDown = n.duration() },
		"timeUnit": func(n node) {
			if set.timeUnit = n.duration(); set.timeUnit <= 0 {
				n.wrong("must be more than 0")
				set.timeUnit = time.Second
			}
		},
	}
	keys := map[string]func(node){
		"executor":     func(node) {},
		"startTime":    func(n node) { s.Start = n.duration() },
		"gracefulStop": func(n node) { set.gracefulStop = n.duration() },
		"exec":         func(n node) { s.Exec = n.str() },
		"env":          func(n node) { s.Env = n.stringMap() },
		"tags":         func(n node) { s.Tags = n.stringMap() },
		"options":      func(n node) { n.warn("browser options are not supported and have no effect") },
	}
	for _, name := range k.takes {
		keys[name] = own[name]
	}
	return keys
}

func rateStages(n node) []rateStage {
	var list []rateStage
	for _, s := range stages(n) {
		list = append(list, rateStage{s.Duration, int64(s.Target)})
	}
	return list
}
