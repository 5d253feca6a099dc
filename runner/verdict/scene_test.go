package verdict

import (
	"fmt"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
)

const (
	backend = "artisan-platform-backend"
	hpaName = "artisan-platform-backend-hpa"
	sync    = 15300 * time.Millisecond // as measured on kind
	firstAt = 9 * time.Second          // the first sync after the load's start
)

// epoch is when the log begins; the load starts ten seconds later.
var (
	epoch = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	start = epoch.Add(10 * time.Second)
)

// scene describes a run of the guide's backend under a step of load. The zero
// deviation is a run that was measured on kind: 2,150 requests/s took it from
// 3 to 20 replicas in 117 s.
type scene struct {
	window   time.Duration
	max      int32
	steps    map[int]int32 // by sync: the desired count that it sets
	rps      []float64     // per pod at the first syncs; later ones share total
	total    float64
	syncs    int
	readyCap int32 // pods beyond it stay unscheduled; 0: none do

	response, service  time.Duration
	status             int
	perSecond, dropped uint64
	lag, stall         time.Duration
	seconds            int

	selectUp  string                 // "Max" if empty
	condition *observation.Condition // another one of the HPA

	blindFrom  int // sync from which the pods metric has no value; 0: never
	thresholds []observation.Threshold
	proms      []observation.Prom
	end        *observation.End
	extra      []observation.Record
}

func measured() *scene {
	return &scene{
		window: 60 * time.Second, max: 20, syncs: 13,
		steps: map[int]int32{3: 5, 4: 7, 5: 10, 6: 14, 7: 20},
		rps:   []float64{136, 581, 710, 698, 451, 364, 234, 208, 133}, total: 2150,
		response: 23 * time.Millisecond, service: 22 * time.Millisecond, status: 200,
		perSecond: 2150, lag: time.Millisecond, stall: time.Millisecond, seconds: 200,
		end: &observation.End{Outcome: observation.Completed},
	}
}

func plan() *spec.Plan {
	return &spec.Plan{
		Name:  "scale-out",
		Loads: []spec.Load{{Name: "step", Vegeta: &spec.Vegeta{Method: "GET", URL: "http://127.0.0.1:8000/health"}}},
		Watch: spec.Watch{Namespace: "artisan-platform", Step: 5 * time.Second},
		Objectives: spec.Objectives{
			Latency: []spec.Latency{{Name: "p95", Quantile: 0.95, Max: time.Second, MinSamples: 200}},
			Errors:  []spec.Errors{{Name: "errors", Max: 0.01, MinSamples: 100}},
			ScaleOut: []spec.ScaleOut{{Name: "backend", HPA: hpaName, Replicas: 20, Within: 150 * time.Second, Ready: 180 * time.Second,
				Window: 60 * time.Second, HasWindow: true, Sync: 15 * time.Second, Slack: 5 * time.Second}},
			Generator: spec.Generator{MaxLag: 100 * time.Millisecond, MinRate: 0.99},
		},
	}
}

// records writes the scene down as a run would have.
func (s *scene) records() []observation.Record {
	out := []observation.Record{{Time: epoch, Kind: observation.KindRun, Run: &observation.RunInfo{ID: "scale-out-1", Headroom: "test", PlanFile: "plan.yaml"}}}
	out = append(out, s.autoscaler()...)
	out = append(out, phase(start, "step", true))
	out = append(out, s.load()...)
	for i := range s.proms {
		out = append(out, observation.Record{Time: s.proms[i].At, Kind: observation.KindProm, Prom: &s.proms[i]})
	}
	stop := start.Add(time.Duration(s.seconds) * time.Second)
	if len(s.thresholds) > 0 {
		out = append(out, observation.Record{Time: stop, Kind: observation.KindScript, Script: &observation.Script{Load: "script", Thresholds: s.thresholds}})
	}
	out = append(out, s.extra...)
	out = append(out, phase(stop, "step", false))
	if s.end != nil {
		out = append(out, observation.Record{Time: stop.Add(20 * time.Second), Kind: observation.KindEnd, End: s.end})
	}
	return out
}

func phase(at time.Time, load string, open bool) observation.Record {
	return observation.Record{Time: at, Kind: observation.KindPhase, Phase: &observation.Phase{Name: load, Load: load, Open: open}}
}

// autoscaler is what the watches saw: statuses, replicas and pods.
func (s *scene) autoscaler() []observation.Record {
	current, ready := int32(3), int32(3)
	out := []observation.Record{
		s.hpa(epoch.Add(time.Second), 3, 3, 0.5, true),
		deployment(epoch.Add(time.Second), 3, 3),
	}
	for k := 0; k < s.syncs; k++ {
		at := start.Add(firstAt + time.Duration(k)*sync)
		value := s.total / float64(current)
		if k < len(s.rps) {
			value = s.rps[k]
		}
		desired := current
		if n, ok := s.steps[k]; ok {
			desired = n
		}
		if desired != current {
			out = append(out, deployment(at, desired, ready), rescaled(at, desired))
		}
		out = append(out, s.hpa(at.Add(20*time.Millisecond), current, desired, value, s.blindFrom == 0 || k < s.blindFrom))
		for n := current; n < desired; n++ {
			if s.readyCap == 0 || n < s.readyCap {
				ready = n + 1
				out = append(out, s.pod(at, n, true)...)
			} else {
				out = append(out, s.pod(at, n, false)...)
			}
		}
		if desired != current {
			out = append(out, deployment(at.Add(5*time.Second), desired, ready))
		}
		current = desired
	}
	return out
}

func (s *scene) hpa(at time.Time, current, desired int32, rps float64, known bool) observation.Record {
	cpu := 40.0
	h := observation.HPA{Namespace: "artisan-platform", Name: hpaName, UID: "u1", TargetKind: "Deployment", Target: backend, Min: 3, Max: s.max,
		ScaleUp: observation.Rules{Window: s.window, Select: or(s.selectUp, "Max"), Policies: []observation.Policy{
			{Type: "Percent", Value: 100, Period: 30 * time.Second}, {Type: "Pods", Value: 4, Period: 60 * time.Second}}},
		ScaleDown: observation.Rules{Window: 300 * time.Second, Select: "Min", Policies: []observation.Policy{
			{Type: "Percent", Value: 50, Period: 60 * time.Second}, {Type: "Pods", Value: 2, Period: 60 * time.Second}}},
		Metrics: []observation.HPAMetric{
			{Type: "Resource", Name: "cpu", TargetType: "Utilization", Target: 70, Current: &cpu},
			{Type: "Pods", Name: "http_requests_per_second", TargetType: "AverageValue", Target: 100, Current: &rps}},
		Current: current, Desired: desired,
		Conditions: []observation.Condition{{Type: "ScalingActive", Status: "True", Reason: "ValidMetricFound"}},
	}
	if s.condition != nil {
		h.Conditions = append(h.Conditions, *s.condition)
	}
	if desired == s.max {
		h.Conditions = append(h.Conditions, observation.Condition{Type: "ScalingLimited", Status: "True", Reason: "TooManyReplicas",
			Message: "the desired replica count is more than the maximum replica count"})
	}
	if !known {
		h.Metrics[1].Current = nil
		h.Conditions[0] = observation.Condition{Type: "ScalingActive", Status: "False", Reason: "FailedGetPodsMetric", Message: "no metrics returned from custom metrics API"}
	}
	return observation.Record{Time: at, Kind: observation.KindHPA, HPA: &h}
}

func deployment(at time.Time, replicas, ready int32) observation.Record {
	return observation.Record{Time: at, Kind: observation.KindDeployment, Deployment: &observation.Deployment{
		Namespace: "artisan-platform", Name: backend, Replicas: replicas, Current: replicas, Updated: replicas, Ready: ready, Available: ready}}
}

func rescaled(at time.Time, to int32) observation.Record {
	return observation.Record{Time: at.Add(30 * time.Millisecond), Kind: observation.KindEvent, Event: &observation.Event{
		Type: "Normal", Reason: "SuccessfulRescale", Kind: "HorizontalPodAutoscaler", Object: hpaName, Count: 1,
		Message: fmt.Sprintf("New size: %d; reason: pods metric http_requests_per_second above target", to),
		First:   at.Truncate(time.Second), Last: at.Truncate(time.Second)}}
}

// pod is born at at and serves six seconds later, or finds no node.
func (s *scene) pod(at time.Time, n int32, fits bool) []observation.Record {
	name := fmt.Sprintf("%s-%d", backend, n)
	make := func(after time.Duration, conditions ...observation.Condition) observation.Record {
		p := observation.Pod{Namespace: "artisan-platform", Name: name, UID: name, Owner: backend, Phase: "Pending", Created: at.Truncate(time.Second), Conditions: conditions}
		for _, c := range conditions {
			p.Ready = p.Ready || c.Type == "Ready" && c.Status == "True"
		}
		return observation.Record{Time: at.Add(after), Kind: observation.KindPod, Pod: &p}
	}
	if !fits {
		return []observation.Record{make(time.Second, observation.Condition{Type: "PodScheduled", Status: "False", Reason: "Unschedulable",
			Message: "0/4 nodes are available: 3 Insufficient cpu.", Since: at.Truncate(time.Second)})}
	}
	scheduled := observation.Condition{Type: "PodScheduled", Status: "True", Since: at.Truncate(time.Second)}
	return []observation.Record{
		make(time.Second, scheduled),
		make(5*time.Second, scheduled, observation.Condition{Type: "Ready", Status: "True", Since: at.Add(4 * time.Second).Truncate(time.Second)}),
		{Time: at.Add(6 * time.Second), Kind: observation.KindServed, Served: &observation.Served{Load: "step", Pod: name}},
	}
}

// load is the traffic, second by second.
func (s *scene) load() []observation.Record {
	var out []observation.Record
	response, service := many(s.perSecond, s.response), many(s.perSecond, s.service)
	lag, stall := many(s.perSecond, s.lag), many(90, s.stall)
	for i := range s.seconds {
		at := start.Add(time.Duration(i) * time.Second)
		class := fmt.Sprintf("%dxx", s.status/100)
		r := observation.Requests{Load: "step", Name: "GET /health", Class: class, Second: at, Count: s.perSecond, Response: response, Service: service}
		if s.status >= 400 {
			r.Failed, r.Causes = s.perSecond, map[string]uint64{fmt.Sprintf("status %d", s.status): s.perSecond}
		}
		g := observation.Generator{Load: "step", Second: at, Open: true, Due: s.perSecond + s.dropped, Started: s.perSecond, Dropped: s.dropped,
			InFlight: 50, Lag: lag, Health: observation.Health{CPU: 0.8, Stall: stall}}
		out = append(out,
			observation.Record{Time: at.Add(time.Second), Kind: observation.KindRequests, Requests: &r},
			observation.Record{Time: at.Add(time.Second), Kind: observation.KindGenerator, Generator: &g})
	}
	return out
}

// many is a histogram of n values, all but the last twentieth a tenth of d:
// d is both its p95 and its p99.
func many(n uint64, d time.Duration) stat.Histogram {
	var h stat.Histogram
	for i := range n {
		if i*100 < n*94 {
			h.Record(d / 10)
		} else {
			h.Record(d)
		}
	}
	return h
}

func assemble(t testing.TB, records []observation.Record) *observation.Run {
	t.Helper()
	run, err := observation.Assemble(records, false)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (s *scene) judge(t testing.TB, p *spec.Plan) Result {
	t.Helper()
	return Judge(p, assemble(t, s.records()))
}
