package verdict

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// late is what a window of 180 s makes of the same load: by then the rate is
// full, and the policies alone decide.
func late(s *scene) {
	s.steps, s.syncs, s.seconds = map[int]int32{11: 7, 13: 14, 15: 20}, 20, 320
	s.rps = s.rps[:4]
}

const (
	inLive    = "backend: decided inside the live window"
	inPlanned = "backend: decided inside the planned window"
	obeys     = "backend: every step obeys the policies"
	desired20 = "backend: replicas desired"
	ready20   = "backend: replicas ready"
	seen      = "backend: observed throughout"
)

// story is one run and what the judge must make of it.
type story struct {
	name   string
	change func(*scene, *spec.Plan)
	want   Value
	reason string           // part of it
	of     map[string]Value // objectives to look at
}

func (tt story) check(t *testing.T) {
	s, p := measured(), plan()
	tt.change(s, p)
	r := s.judge(t, p)
	got := make(map[string]Value)
	for _, o := range r.Objectives {
		got[o.Name] = o.Verdict
	}
	for name, want := range tt.of {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
	if r.Verdict != tt.want || !strings.Contains(r.Reason, tt.reason) {
		t.Errorf("verdict %s: %s; want %s: %s", r.Verdict, r.Reason, tt.want, tt.reason)
	}
	if t.Failed() {
		for _, o := range r.Objectives {
			t.Logf("%-12s %s: %s against %s, margin %s. %s [%s]", o.Verdict, o.Name, o.Value, o.Limit, o.Margin, o.Cause, o.Evidence)
		}
	}
}

// TestShows are the endings that a user was promised.
func TestShows(t *testing.T) {
	tests := []story{
		{"as measured", func(*scene, *spec.Plan) {}, Pass, "Every objective holds: 10 of 10.",
			map[string]Value{inLive: Pass, inPlanned: Pass, obeys: Pass, desired20: Pass, ready20: Pass, "p95": Pass}},
		{"a: maxReplicas 10", func(s *scene, _ *spec.Plan) {
			s.max, s.steps = 10, map[int]int32{3: 5, 4: 7, 5: 10}
		}, Fail, "backend: replicas desired: 10 against >= 20 within 2m30s of the breach: the HPA's maxReplicas is 10 (ScalingLimited TooManyReplicas",
			map[string]Value{inLive: Pass, inPlanned: Pass, obeys: Pass, desired20: Fail, ready20: Fail, seen: Pass}},
		{"b: the metrics adapter goes in mid-load", func(s *scene, _ *spec.Plan) {
			s.blindFrom, s.steps = 5, map[int]int32{3: 5, 4: 7}
		}, Inconclusive, "FailedGetPodsMetric",
			map[string]Value{inLive: Pass, desired20: Inconclusive, ready20: Inconclusive, seen: Inconclusive}},
		{"b: the metrics adapter goes after the rise", func(s *scene, _ *spec.Plan) { s.blindFrom = 9 }, Inconclusive, "blind",
			map[string]Value{inLive: Pass, desired20: Pass, ready20: Pass, seen: Inconclusive}},
		{"c: window 180 instead of the planned 60", func(s *scene, p *spec.Plan) {
			late(s)
			s.window = 180 * time.Second
			p.Objectives.ScaleOut[0].Within, p.Objectives.ScaleOut[0].Ready = 0, 0
		}, Fail, "planned window: 2m48s against 40s to 1m35s after the breach (window 1m, sync 15s, slack 5s): decided 2m48s after the breach, 1m13s later than a window of 1m allows", map[string]Value{inLive: Pass, inPlanned: Fail, obeys: Pass, desired20: Pass, ready20: Pass}},
		{"d: a slow backend", func(s *scene, _ *spec.Plan) { s.response, s.service = 1800*time.Millisecond, 1800*time.Millisecond },
			Fail, "the p95 from due time is 1.8", map[string]Value{"p95": Fail, inLive: Pass, "generator of step": Pass}},
		{"d: so slow that every worker waits", func(s *scene, _ *spec.Plan) {
			s.response, s.service, s.dropped = 3*time.Second, 3*time.Second, 700
		}, Fail, "which no delay of the generator explains", map[string]Value{"p95": Fail, "generator of step": Inconclusive}},
		{"e: a starved generator", func(s *scene, _ *spec.Plan) {
			s.response, s.service, s.lag, s.stall = 3*time.Second, 1500*time.Millisecond, 1500*time.Millisecond, 90*time.Millisecond
		}, Inconclusive, "p99 lag 1.5", map[string]Value{"p95": Inconclusive, "generator of step": Inconclusive, "errors": Inconclusive, inLive: Pass}},
		{"e: a starved generator is no excuse for maxReplicas 10", func(s *scene, _ *spec.Plan) {
			s.lag, s.max, s.steps = 1500*time.Millisecond, 10, map[int]int32{3: 5, 4: 7, 5: 10}
		}, Fail, "maxReplicas is 10", map[string]Value{"p95": Inconclusive, desired20: Fail}},
		{"g: interrupted", func(s *scene, _ *spec.Plan) {
			s.end = &observation.End{Outcome: observation.Interrupted, Cause: "SIGINT"}
		}, Inconclusive, "the run ended as interrupted: SIGINT", map[string]Value{"run completed": Inconclusive, desired20: Pass}},
		{"h: killed", func(s *scene, _ *spec.Plan) { s.end = nil }, Inconclusive, "the run was killed", map[string]Value{"run completed": Inconclusive}},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.check)
	}
}

// TestScaling are other ways for an autoscaler to do well or badly.
func TestScaling(t *testing.T) {
	tests := []story{
		{"the window is not honoured", func(s *scene, _ *spec.Plan) { s.steps = map[int]int32{0: 5, 1: 7, 3: 14, 5: 20} },
			Fail, "it was not honoured", map[string]Value{inLive: Fail, inPlanned: Fail}},
		{"a step beyond the policies", func(s *scene, _ *spec.Plan) { s.steps = map[int]int32{3: 12, 5: 20} },
			Fail, "3 -> 12 at +54.9 s (allowed 7)", map[string]Value{obeys: Fail, inLive: Pass}},
		{"pods find no node", func(s *scene, _ *spec.Plan) { s.readyCap = 12 },
			Fail, "8 pods not scheduled (Unschedulable): 0/4 nodes are available: 3 Insufficient cpu.", map[string]Value{desired20: Pass, ready20: Fail}},
		{"too little load", func(s *scene, _ *spec.Plan) { s.rps, s.total, s.steps = nil, 150, nil },
			Fail, "the metrics never asked for more than 3; the highest was", map[string]Value{inLive: Inconclusive, desired20: Fail}},
		{"too little load from a generator that dropped most", func(s *scene, _ *spec.Plan) {
			s.rps, s.total, s.steps, s.dropped = nil, 150, nil, 5000
		}, Inconclusive, "were never sent", map[string]Value{inLive: Inconclusive, desired20: Inconclusive}},
		{"the HPA never moves", func(s *scene, _ *spec.Plan) { s.steps = nil }, Fail, "the HPA did not move", map[string]Value{inLive: Fail, desired20: Fail}},
		{"a dip restarts the window", func(s *scene, _ *spec.Plan) {
			s.rps, s.steps = []float64{136, 90, 581, 710, 698, 700}, map[int]int32{5: 7, 7: 14, 9: 20}
		}, Pass, "", map[string]Value{inLive: Pass}},
		{"a dip that did not restart it", func(s *scene, _ *spec.Plan) { s.rps = []float64{136, 581, 90, 698, 451} },
			Fail, "it was not honoured", map[string]Value{inLive: Fail}},
		{"no HPA", func(_ *scene, p *spec.Plan) { p.Objectives.ScaleOut[0].HPA = "nope" }, Fail, `there is no HPA "nope"`, nil},
		{"errors", func(s *scene, _ *spec.Plan) { s.status = 503 }, Fail, "times status 503", map[string]Value{"errors": Fail, "p95": Pass}},
		{"too few samples", func(s *scene, p *spec.Plan) { p.Objectives.Latency[0].MinSamples = 1e9 }, Inconclusive, "too few", map[string]Value{"p95": Inconclusive}},
		{"a load that never ran", func(_ *scene, p *spec.Plan) {
			p.Loads = append(p.Loads, spec.Load{Name: "jobs", Queue: &spec.Queue{Jobs: 155}})
		}, Inconclusive, `load "jobs" was never started`, map[string]Value{"run completed": Inconclusive}},
		{"no objectives", func(_ *scene, p *spec.Plan) { p.Objectives = spec.Objectives{Generator: p.Objectives.Generator} }, Inconclusive, "no objective", nil},
		{"a watch gap over the decision", func(s *scene, _ *spec.Plan) {
			at := start.Add(firstAt + 2*sync)
			s.extra = append(s.extra, observation.Record{Time: at.Add(20 * time.Second), Kind: observation.KindGap,
				Gap: &observation.Gap{Source: "watch hpa", From: at, To: at.Add(20 * time.Second), Reason: "connection refused"}})
		}, Inconclusive, "connection refused", map[string]Value{inLive: Inconclusive, inPlanned: Inconclusive, desired20: Pass, seen: Pass}},
		{"too late for the plan", func(_ *scene, p *spec.Plan) { p.Objectives.ScaleOut[0].Within = 60 * time.Second },
			Fail, "too late", map[string]Value{desired20: Fail, ready20: Pass}},
		{"the second of two rises is late", func(s *scene, _ *spec.Plan) {
			s.rps = []float64{136, 581, 710, 698, 90, 90, 150, 150, 150, 150, 150, 150, 150, 150, 150, 150, 105}
			s.steps, s.syncs, s.seconds = map[int]int32{3: 5, 14: 9}, 18, 300
		}, Fail, "later than a window of 1m allows", map[string]Value{inLive: Fail, obeys: Pass}},
		{"scaling up is disabled", func(s *scene, _ *spec.Plan) { s.selectUp, s.steps = "Disabled", nil },
			Fail, "scaling up is disabled in the HPA's spec", map[string]Value{inLive: Inconclusive, desired20: Fail, ready20: Fail}},
		{"the target cannot be scaled", func(s *scene, _ *spec.Plan) {
			s.steps = nil
			s.condition = &observation.Condition{Type: "AbleToScale", Status: "False", Reason: "FailedGetScale", Message: "not found"}
		}, Fail, "", map[string]Value{inLive: Fail, desired20: Fail}},
		{"the HPA is deleted in mid-run", func(s *scene, _ *spec.Plan) {
			s.steps, s.syncs = map[int]int32{3: 5}, 5
			gone := s.hpa(start.Add(80*time.Second), 5, 5, 430, true)
			gone.HPA.Deleted = true
			s.extra = append(s.extra, gone)
		}, Fail, "was deleted during the run", map[string]Value{desired20: Fail}},
		{"killed before the end of the rise", func(s *scene, _ *spec.Plan) {
			s.end, s.steps, s.syncs, s.seconds = nil, map[int]int32{3: 5}, 4, 60
		}, Inconclusive, "the run was killed", map[string]Value{inLive: Pass, desired20: Inconclusive, ready20: Inconclusive}},
		{"killed before any decision", func(s *scene, _ *spec.Plan) {
			s.end, s.steps, s.syncs, s.seconds = nil, nil, 3, 45
		}, Inconclusive, "the run was killed", map[string]Value{inLive: Inconclusive, desired20: Inconclusive}},
		{"jobs that were not all pushed", func(s *scene, p *spec.Plan) {
			p.Loads = append(p.Loads, spec.Load{Name: "jobs", Queue: &spec.Queue{Jobs: 155}})
			s.extra = append(s.extra, phase(start, "jobs", true), phase(start.Add(time.Second), "jobs", false),
				observation.Record{Time: start, Kind: observation.KindQueue, Queue: &observation.Queue{Load: "jobs", Pushed: 100}})
		}, Inconclusive, `load "jobs" pushed 100 of 155 jobs`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, tt.check)
	}
}
