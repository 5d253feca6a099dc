package verdict

import (
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// worker is the guide's queue worker: an External metric, a window of 30 s,
// 3 pods each 30 s. The jobs come at once; delay is by how many syncs its
// controller waits, two of which make a step.
func worker(delay int) []observation.Record {
	out := []observation.Record{
		{Time: epoch, Kind: observation.KindRun, Run: &observation.RunInfo{ID: "worker"}},
		workerHPA(epoch.Add(time.Second), 2, 2, 0),
		{Time: epoch.Add(time.Second), Kind: observation.KindDeployment, Deployment: &observation.Deployment{Name: "queue-worker", Replicas: 2, Ready: 2}},
		phase(start, "jobs", true),
		{Time: start, Kind: observation.KindQueue, Queue: &observation.Queue{Load: "jobs", Pushed: 155, Length: 155}},
		phase(start.Add(time.Second), "jobs", false),
		phase(start, "step", true),
	}
	current, ladder := int32(2), []int32{5, 8, 11, 14, 15}
	for k := range 12 {
		at := start.Add(firstAt + time.Duration(k)*sync)
		desired := current
		if i := k - delay; i >= 0 && i%2 == 0 && i/2 < len(ladder) {
			desired = ladder[i/2]
			out = append(out, observation.Record{Time: at, Kind: observation.KindDeployment,
				Deployment: &observation.Deployment{Name: "queue-worker", Replicas: desired, Ready: current}})
		}
		out = append(out, workerHPA(at.Add(20*time.Millisecond), current, desired, 155/float64(current)))
		current = desired
	}
	return append(out,
		observation.Record{Time: start.Add(200 * time.Second), Kind: observation.KindDeployment, Deployment: &observation.Deployment{Name: "queue-worker", Replicas: current, Ready: current}},
		phase(start.Add(210*time.Second), "step", false),
		observation.Record{Time: start.Add(230 * time.Second), Kind: observation.KindEnd, End: &observation.End{Outcome: observation.Completed}})
}

func workerHPA(at time.Time, current, desired int32, value float64) observation.Record {
	return observation.Record{Time: at, Kind: observation.KindHPA, HPA: &observation.HPA{Name: "queue-worker-hpa", Target: "queue-worker", TargetKind: "Deployment",
		Min: 2, Max: 15, Current: current, Desired: desired,
		ScaleUp: observation.Rules{Window: 30 * time.Second, Select: "Max", Policies: []observation.Policy{{Type: "Pods", Value: 3, Period: 30 * time.Second}}},
		Metrics: []observation.HPAMetric{{Type: "External", Name: "redis_queue_length", TargetType: "AverageValue", Target: 10, Current: &value}}}}
}

func TestWorker(t *testing.T) {
	p := plan()
	p.Loads = []spec.Load{{Name: "jobs", Queue: &spec.Queue{Jobs: 155}}}
	p.Objectives = spec.Objectives{ScaleOut: []spec.ScaleOut{{Name: "worker", HPA: "queue-worker-hpa", Replicas: 15, Sync: 15 * time.Second, Slack: 5 * time.Second}}}
	for _, tt := range []struct {
		name   string
		delay  int
		window Value
	}{
		{"in the window", 1, Pass},
		{"at once, which honours no window", 0, Fail},
		{"six syncs late", 6, Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Judge(p, assemble(t, worker(tt.delay)))
			for _, o := range r.Objectives {
				want := Pass
				switch o.Name {
				case "worker: decided inside the live window":
					want = tt.window
				case "worker: replicas desired", "worker: replicas ready":
					if tt.delay > 3 {
						want = Fail // the ladder does not fit into what is left
					}
				}
				if o.Verdict != want {
					t.Errorf("%+v, want %s", o, want)
				}
			}
			if tt.delay == 1 && len(r.Events) == 1 {
				if got := replicas(r.Events[0].Predicted); len(got) != 5 || got[0] != 5 || got[4] != 15 {
					t.Errorf("predicted %v", got)
				}
			}
		})
	}
}
