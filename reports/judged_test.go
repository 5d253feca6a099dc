package reports

import (
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/verdict"
)

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
		Loads:       []spec.Load{{Name: "load-test", Script: &spec.Script{}}, {Name: "step", Start: 4 * time.Minute, Vegeta: &spec.Vegeta{}}, {Name: "jobs", Queue: &spec.Queue{Jobs: 155}}},
		Objectives: spec.Objectives{
			ScaleOut: []spec.ScaleOut{
				{Name: "backend", HPA: "artisan-platform-backend-hpa", Replicas: 20, Window: time.Minute, HasWindow: true, Sync: 15 * time.Second, Slack: 5 * time.Second},
				{Name: "workers", HPA: "queue-worker-hpa", Replicas: 15, Sync: 15 * time.Second, Slack: 5 * time.Second}},
			Errors:    []spec.Errors{{Name: "errors", Max: 0.01, MinSamples: 100}},
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
