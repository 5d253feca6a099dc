package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// began is when every synthetic run began to load.
var began = time.Date(2026, 3, 14, 9, 30, 0, 0, time.UTC)

const (
	breachAt = 243.2 // seconds after the start of the load
	jobsAt   = 300.0
)

// climbs are the steps of the synthetic backend: seconds after began, replicas.
var climbs = []struct {
	at float64
	to int32
}{{0, 3}, {304.6, 5}, {319.9, 7}, {335.2, 10}, {350.5, 14}, {365.8, 20}}

func after(seconds float64) time.Time {
	return began.Add(time.Duration(seconds * float64(time.Second)))
}

// desiredAt and readyAt are the backend's replicas so many seconds in.
func desiredAt(s float64) int32 {
	n := int32(3)
	for _, c := range climbs {
		if s >= c.at {
			n = c.to
		}
	}
	return n
}

func readyAt(s float64) int32 { return desiredAt(s - 6.4) }

// offeredAt is the load: a script that ramps to 100 users, then a step to
// 2,200 requests per second.
func offeredAt(s float64) float64 {
	switch {
	case s < 0 || s >= 480:
		return 0
	case s < 120:
		return s / 120 * 100
	case s < 240:
		return 100
	}
	return 2200
}

// cached is one synthetic run for the tests that change no element of it.
var cached = sync.OnceValue(fresh)

// synthetic is a finished run of eight minutes, as a log would hold it. Its
// fields may be changed, what they point to is shared.
func synthetic() *observation.Run {
	r := *cached()
	return &r
}

// fresh builds the synthetic run anew.
func fresh() *observation.Run {
	r := &observation.Run{
		Info: observation.RunInfo{ID: "20260314-092418-scale-out", Headroom: "v0.3.0", PlanFile: "scenarios/scale-out.yaml", Plan: planText,
			Scripts: map[string]string{"load-test.js": "export default function () {\n  http.get(`${__ENV.BASE_URL}/health`);\n}\n"},
			Host:    observation.Host{Name: "ci-07", OS: "Debian GNU/Linux 12 (bookworm)", Cores: 2, Memory: 8 << 30}},
		Start: after(-342), Last: after(506), End: &observation.End{Outcome: observation.Completed},
	}
	addSetup(r)
	rng := rand.New(rand.NewPCG(1, 2))
	for s := range 480 {
		addSecond(r, rng, float64(s))
	}
	addScaling(r)
	addAnswers(r, rng)
	r.Gaps = []observation.Gap{{Source: "prometheus queue length", From: after(410), To: after(424), Reason: "connection refused: the pod was rescheduled"}}
	r.Warnings = []observation.Warning{{Source: "host", Text: "cgroup v1: memory of the nodes is not limited"}}
	return r
}

func addSetup(r *observation.Run) {
	at := -342.0
	for _, s := range []struct {
		name string
		took float64
	}{{"check the host", 1.9}, {"load images", 38.2}, {"create cluster", 61.7}, {"apply stack", 44.1}, {"wait for the stack", 186.4}, {"start watching", 2.2}} {
		at += s.took
		r.Steps = append(r.Steps, observation.Timed[observation.Step]{At: after(at), V: observation.Step{Name: s.name, Duration: time.Duration(s.took * 1e9)}})
	}
	phase := func(at float64, name, load string, open bool) {
		r.Phases = append(r.Phases, observation.Timed[observation.Phase]{At: after(at), V: observation.Phase{Name: name, Load: load, Open: open}})
	}
	phase(-342, "setup", "", true)
	phase(-3, "setup", "", false)
	phase(0, "load-test", "load-test", true)
	phase(240, "load-test", "load-test", false)
	phase(240, "step", "step", true)
	phase(jobsAt, "jobs", "jobs", true)
	phase(jobsAt+1.2, "jobs", "jobs", false)
	phase(480, "step", "step", false)
	phase(480, "settle", "", true)
	phase(500, "settle", "", false)
	r.Marks = []observation.Timed[observation.Mark]{{At: after(60), V: observation.Mark{Name: "half of the ramp"}}}
	r.Queues = []observation.Timed[observation.Queue]{{At: after(jobsAt + 1), V: observation.Queue{Load: "jobs", List: "queue:default", Pushed: 155, Length: 148}}}
	for i := range 3 {
		r.Nodes = append(r.Nodes, observation.Timed[observation.Node]{At: after(-100), V: observation.Node{Name: fmt.Sprintf("headroom-worker%d", i+1), Ready: true, CPU: 2, Memory: 8 << 30}})
	}
}

// addSecond adds one second of requests and of the generator's health.
func addSecond(r *observation.Run, rng *rand.Rand, s float64) {
	load, open := "load-test", false
	if s >= 240 {
		load, open = "step", true
	}
	rate := offeredAt(s)
	crowd := min(rate/float64(readyAt(s))/500, 1.4)
	n := int(rate)
	w := observation.Requests{Load: load, Name: "GET /health", Class: "2xx", Second: after(s), Count: uint64(n)}
	bad := observation.Requests{Load: load, Name: "GET /health", Class: "error", Second: after(s), Causes: map[string]uint64{}}
	g := observation.Generator{Load: load, Second: after(s), Open: open, Due: uint64(n), Started: uint64(n), InFlight: int64(rate * 0.004), VUs: int64(min(rate, 100))}
	if open {
		g.VUs = 0
	}
	for range n {
		ms := 0.6 * math.Exp(rng.NormFloat64()*(0.5+0.9*crowd)) * (1 + 9*crowd*crowd)
		w.Response.Record(time.Duration(ms * 1e6))
		w.Service.Record(time.Duration(ms * 9e5))
		g.Lag.Record(time.Duration(rng.ExpFloat64() * 6e5))
		if crowd > 1 && rng.Float64() < 0.0015 {
			bad.Count++
			bad.Failed++
			bad.Causes["connection reset by peer"]++
			bad.Response.Record(time.Duration(ms * 3e6))
		}
	}
	for range 20 {
		g.Stall.Record(time.Duration(rng.ExpFloat64() * 3e5))
	}
	g.CPU = 0.05 + rate/2200*0.62 + rng.Float64()*0.05
	r.Generators = append(r.Generators, g)
	if n > 0 {
		r.Requests = append(r.Requests, w)
	}
	if bad.Count > 0 {
		r.Requests = append(r.Requests, bad)
	}
}

// addScaling adds both HPAs every 15.3 s and at each of their steps.
func addScaling(r *observation.Run) {
	for s := -20.0; s < 500; s += 15.3 {
		addBackend(r, s)
		addWorker(r, s)
	}
	for _, c := range climbs[1:] {
		addBackend(r, c.at)
		r.Deployments = append(r.Deployments, deployment(c.at, "artisan-platform-backend", c.to, readyAt(c.at)),
			deployment(c.at+3.1, "artisan-platform-backend", c.to, (readyAt(c.at)+c.to)/2), deployment(c.at+6.4, "artisan-platform-backend", c.to, c.to))
	}
	r.Deployments = append([]observation.Timed[observation.Deployment]{deployment(-20, "artisan-platform-backend", 3, 3), deployment(-20, "queue-worker", 2, 2)}, r.Deployments...)
	for n, at := int32(5), 332.0; n <= 17; n, at = n+3, at+30.6 {
		r.Deployments = append(r.Deployments, deployment(at+5, "queue-worker", min(n, 15), min(n, 15)))
	}
	r.Events = append(r.Events, observation.Timed[observation.Event]{At: after(-15), V: observation.Event{Type: "Warning", Reason: "FailedGetPodsMetric",
		Message: "unable to get metric http_requests_per_second: no metrics returned from custom metrics API", Kind: "HorizontalPodAutoscaler", Object: "artisan-platform-backend-hpa", Count: 3}})
	sortTimed(r.HPAs)
	for i, c := range climbs[1:] {
		for n := climbs[i].to; n < c.to; n++ {
			addPod(r, c.at+0.4, fmt.Sprintf("artisan-platform-backend-7d9c-%02d", n))
		}
	}
}

// addPod adds a pod that is created, scheduled, ready and serving in 6 s.
func addPod(r *observation.Run, at float64, name string) {
	pod := observation.Pod{Namespace: "artisan-platform", Name: name, UID: name, Owner: "artisan-platform-backend", Phase: "Running", Created: after(at).Truncate(time.Second)}
	for _, c := range []struct {
		after float64
		name  string
	}{{0.3, "PodScheduled"}, {5.6, "Ready"}} {
		pod.Conditions = append(slices.Clone(pod.Conditions), observation.Condition{Type: c.name, Status: "True", Since: after(at + c.after).Truncate(time.Second)})
		r.Pods = append(r.Pods, observation.Timed[observation.Pod]{At: after(at + c.after + 0.2), V: pod})
	}
	r.Served = append(r.Served, observation.Timed[observation.Served]{At: after(at + 6.5), V: observation.Served{Load: "step", Pod: name}})
}

func deployment(s float64, name string, want, ready int32) observation.Timed[observation.Deployment] {
	return observation.Timed[observation.Deployment]{At: after(s), V: observation.Deployment{Namespace: "artisan-platform", Name: name, Replicas: want, Current: want, Ready: ready}}
}

func addBackend(r *observation.Run, s float64) {
	filling := min(max((s-241)/30, 0), 1)
	rps := (100*min(max(s/120, 0), 1)*(1-filling) + 2200*filling) / float64(readyAt(s))
	if s >= 480 {
		rps *= math.Max(1-(s-480)/30, 0.001)
	}
	cpu, mem := 4+rps*0.11, 31.0
	r.HPAs = append(r.HPAs, observation.Timed[observation.HPA]{At: after(s), V: observation.HPA{
		Namespace: "artisan-platform", Name: "artisan-platform-backend-hpa", TargetKind: "Deployment", Target: "artisan-platform-backend", Min: 3, Max: 20, ScaleUp: backendRules,
		Metrics: []observation.HPAMetric{
			{Type: "Resource", Name: "cpu", TargetType: "Utilization", Target: 70, Current: &cpu},
			{Type: "Resource", Name: "memory", TargetType: "Utilization", Target: 80, Current: &mem},
			{Type: "Pods", Name: "http_requests_per_second", TargetType: "AverageValue", Target: 100, Current: &rps},
		},
		Current: desiredAt(s - 0.3), Desired: desiredAt(s)}})
}

var backendRules = observation.Rules{Window: time.Minute, Select: "Max", Policies: []observation.Policy{
	{Type: "Percent", Value: 100, Period: 30 * time.Second}, {Type: "Pods", Value: 4, Period: time.Minute}}}

func addWorker(r *observation.Run, s float64) {
	n := int32(2)
	if s > 330 {
		n = min(2+3*(1+int32((s-330)/30.6)), 15)
	}
	length := 0.0
	if s > jobsAt {
		length = max(150-(s-jobsAt)*0.55, 0) / float64(n)
	}
	r.HPAs = append(r.HPAs, observation.Timed[observation.HPA]{At: after(s), V: observation.HPA{
		Namespace: "artisan-platform", Name: "queue-worker-hpa", TargetKind: "Deployment", Target: "queue-worker", Min: 2, Max: 15,
		ScaleUp: observation.Rules{Window: 30 * time.Second, Select: "Max", Policies: []observation.Policy{{Type: "Pods", Value: 3, Period: 30 * time.Second}}},
		Metrics: []observation.HPAMetric{{Type: "External", Name: "redis_queue_length", TargetType: "AverageValue", Target: 10, Current: &length}},
		Current: n, Desired: n}})
}

func addAnswers(r *observation.Run, rng *rand.Rand) {
	for s := -10.0; s < 500; s += 5 {
		rate := observation.Prom{Query: "backend rps", Expr: rpsExpr, At: after(s), Outcome: observation.PromValue,
			Series: []observation.PromSeries{{Value: observation.Float((offeredAt(s-15)*0.5 + offeredAt(s-4)*0.5) * (0.98 + rng.Float64()*0.03))}}}
		queue := observation.Prom{Query: "queue length", Expr: "redis_queue_length", At: after(s), Outcome: observation.PromValue,
			Series: []observation.PromSeries{{Labels: map[string]string{"list": "queue:default"}, Value: observation.Float(max(155-max(s-jobsAt, -1e3)*0.55, 0) * b2f(s > jobsAt))}}}
		if s > 408 && s < 425 {
			queue.Outcome, queue.Series, queue.Error = observation.PromError, nil, "connection refused"
		}
		for _, p := range []observation.Prom{rate, queue} {
			r.Proms = append(r.Proms, observation.Timed[observation.Prom]{At: p.At, V: p})
		}
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
