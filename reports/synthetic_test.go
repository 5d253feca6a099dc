package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/verdict"
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
		Namespace: "artisan-platform", Name: "artisan-platform-backend-hpa", TargetKind: "Deployment", Target: "artisan-platform-backend", Min: 3, Max: 20,
		Metrics: []observation.HPAMetric{
			{Type: "Resource", Name: "cpu", TargetType: "Utilization", Target: 70, Current: &cpu},
			{Type: "Resource", Name: "memory", TargetType: "Utilization", Target: 80, Current: &mem},
			{Type: "Pods", Name: "http_requests_per_second", TargetType: "AverageValue", Target: 100, Current: &rps},
		},
		Current: desiredAt(s - 0.3), Desired: desiredAt(s)}})
}

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

const rpsExpr = `sum(rate(http_requests_total{app="backend"}[30s]))`

const planText = `name: scale-out
loads:
  - name: load-test
    script: load-test.js
  - name: step
    start: 4m
    vegeta:
      url: http://127.0.0.1:8000/health
      stages: [{duration: 4m, rate: 2200/s}]
`

func syntheticPlan() *spec.Plan {
	most := 500.0
	return &spec.Plan{Name: "scale-out", File: "scenarios/scale-out.yaml", Source: planText,
		Description: "The documented profile, then a step to 2,200 rps until the backend stands at 20, and a burst of jobs for the workers.",
		Watch:       spec.Watch{Step: 5 * time.Second, Queries: []spec.Query{{Name: "backend rps", Expr: rpsExpr, Unit: "rps"}, {Name: "queue length", Expr: "redis_queue_length", Unit: "jobs"}}},
		Objectives: spec.Objectives{
			Latency:   []spec.Latency{{Quantile: 0.95, Max: time.Second}},
			Queries:   []spec.QueryLimit{{Query: "queue length", Max: &most}},
			Generator: spec.Generator{MaxLag: 100 * time.Millisecond},
		}}
}

func window(from, to float64) *verdict.Moment {
	return &verdict.Moment{Earliest: after(from), Latest: after(to)}
}

// syntheticInput is the judged run: all objectives hold but what change says.
func syntheticInput(change func(*verdict.Result)) Input {
	run := synthetic()
	res := verdict.Result{Schema: "headroom.result/v1", Run: run.Info.ID, Plan: "scale-out", Headroom: "v0.3.0", Start: run.Start, End: run.Last,
		Outcome: "completed", Verdict: verdict.Pass, Reason: "All 7 objectives hold: p95 stayed at 12 ms and the backend reached 20 replicas 122.6 s after the breach.",
		Objectives: syntheticObjectives(), Loads: syntheticLoads(run), Gaps: run.Gaps, Warnings: run.Warnings, Events: syntheticEvents()}
	if change != nil {
		change(&res)
	}
	return Input{Result: res, Run: run, Plan: syntheticPlan()}
}

func syntheticObjectives() []verdict.Objective {
	row := func(group, name, value, limit, margin string, n uint64, evidence string) verdict.Objective {
		return verdict.Objective{Group: group, Name: name, Verdict: verdict.Pass, Value: value, Limit: limit, Margin: margin, Samples: n, Evidence: evidence}
	}
	return []verdict.Objective{
		row("latency", "p95 of load-test", "2.1 ms", "<= 1 s", "+998 ms", 18000, "requests 0:00 to 4:00"),
		row("latency", "p95 of step", "12 ms", "<= 1 s", "+988 ms", 528000, "requests 4:00 to 8:00"),
		row("errors", "errors of step", "0.01%", "<= 1%", "+0.99%", 528000, "requests 4:00 to 8:00"),
		row("scale-out", "artisan-platform-backend-hpa decides in its window", "61.4 s", "45 s to 95 s", "+16.4 s", 9, "hpa 4:03 to 5:05"),
		row("scale-out", "artisan-platform-backend-hpa reaches 20", "20 replicas", ">= 20", "+0", 34, "hpa 4:03 to 6:06"),
		row("scale-out", "queue-worker-hpa reaches 15", "15 replicas", ">= 15", "+0", 34, "hpa 5:00 to 7:35"),
		row("generator", "generator of step", "2.8 ms", "<= 100 ms", "+97.2 ms", 528000, "generator 4:00 to 8:00"),
	}
}

func syntheticEvents() []verdict.ScaleEvent {
	var steps, rules []verdict.LadderStep
	for i, c := range climbs[1:] {
		at := time.Duration((c.at - breachAt) * 1e9)
		steps = append(steps, verdict.LadderStep{At: at, From: climbs[i].to, To: c.to, Allowed: min(climbs[i].to*2, 20)})
		rules = append(rules, verdict.LadderStep{At: time.Duration(60+i*15) * time.Second, From: climbs[i].to, To: c.to})
	}
	return []verdict.ScaleEvent{
		{HPA: "artisan-platform-backend-hpa", From: 3, To: 20, Breach: window(242.1, 244.3), Decide: window(304.4, 304.7), Reached: window(365.6, 365.9), Scheduled: window(366.2, 366.9),
			Ready: window(371.8, 372.4), Serving: window(372.4, 373.1), Recovered: window(310, 311), Longest: "decide", Allowed: 7, Steps: steps, Predicted: rules},
		{HPA: "queue-worker-hpa", From: 2, To: 15, Breach: window(301, 316), Decide: window(331, 331.4), Reached: window(453.5, 454), Scheduled: window(454.5, 455),
			Ready: window(458.8, 459.6), Longest: "reached", Allowed: 5,
			Steps: []verdict.LadderStep{{At: 22e9, From: 2, To: 5, Allowed: 5}, {At: 53e9, From: 5, To: 8, Allowed: 8}, {At: 84e9, From: 8, To: 11, Allowed: 11}, {At: 114e9, From: 11, To: 14, Allowed: 14}, {At: 145e9, From: 14, To: 15, Allowed: 17}}},
	}
}

func syntheticLoads(run *observation.Run) []verdict.LoadStat {
	var out []verdict.LoadStat
	for _, load := range []string{"load-test", "step"} {
		s := verdict.LoadStat{Load: load}
		var h stat.Histogram
		for _, r := range run.Requests {
			if r.Load == load {
				s.Requests, s.Failed = s.Requests+r.Count, s.Failed+r.Failed
				h.Merge(r.Response)
			}
		}
		s.Due, s.Offered, s.Achieved = s.Requests, float64(s.Requests)/240, float64(s.Requests)/240
		s.P50, _ = h.Quantile(0.5)
		s.P95, _ = h.Quantile(0.95)
		s.P99, _ = h.Quantile(0.99)
		s.Max, s.LagP99 = h.Max(), 2800*time.Microsecond
		out = append(out, s)
	}
	return out
}
