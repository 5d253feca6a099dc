package verdict

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// FuzzJudge: no log, however damaged, makes the judge panic, and none is
// judged in two ways.
func FuzzJudge(f *testing.F) {
	for _, s := range stories() {
		s.seconds, s.perSecond, s.syncs = 1, 2, 2
		s.steps = map[int]int32{1: 4}
		var b bytes.Buffer
		w := observation.NewWriter(&b)
		for _, r := range s.records() {
			w.Observe(r)
		}
		f.Add(b.Bytes())
	}
	p := fuzzPlan()
	f.Fuzz(func(t *testing.T, log []byte) {
		records, truncated, err := observation.Read(bytes.NewReader(log))
		if err != nil {
			return
		}
		if run, err := observation.Assemble(records, truncated); err == nil {
			judgeTwice(t, p, run)
		}
	})
}

// FuzzDamage judges whole runs whose records were dropped, doubled, moved in
// time or given absurd numbers: what random bytes never reach.
func FuzzDamage(f *testing.F) {
	f.Add(uint8(0), []byte{})
	f.Add(uint8(0), []byte{35, 5, 2, 39, 2, 2}) // a disruption, and the end of the load, 300 years on
	f.Add(uint8(1), []byte{7, 0, 1, 9, 1, 200, 3, 2, 255, 40, 3, 3, 5, 4, 77})
	var bases [][]observation.Record
	for _, name := range []string{"measured", "max 10", "blind", "unschedulable", "too fast"} {
		s := stories()[name]
		s.seconds, s.perSecond = 3, 5
		s.extra = append(s.extra, disruptedAt(time.Second)...)
		bases = append(bases, s.records())
	}
	p := fuzzPlan()
	f.Fuzz(func(t *testing.T, base uint8, ops []byte) {
		records := bytesClone(bases[int(base)%len(bases)])
		for ; len(ops) >= 3; ops = ops[3:] {
			records = damage(records, 1+int(ops[0])%(len(records)-1), ops[1], ops[2])
			if len(records) < 3 {
				return
			}
		}
		run, err := observation.Assemble(records, false)
		if err != nil {
			t.Fatal(err)
		}
		judgeTwice(t, p, run)
	})
}

func bytesClone(records []observation.Record) []observation.Record {
	return append([]observation.Record(nil), records...)
}

// damage does one thing to record i, never to the first.
func damage(records []observation.Record, i int, op, n byte) []observation.Record {
	wild := []int32{0, 1, -1, math.MaxInt32, math.MinInt32, int32(n)}[n%6]
	r := records[i]
	switch op % 6 {
	case 0:
		return append(records[:i:i], records[i+1:]...)
	case 1:
		return append(records[:i+1:i+1], records[i:]...)
	case 2:
		r.Time = []time.Time{{}, epoch, epoch.AddDate(300, 0, 0), epoch.AddDate(-300, 0, 0), r.Time.Add(time.Duration(n) * time.Second)}[n%5]
	case 3, 4:
		damageHPA(&r, n, wild)
	case 5:
		damageOther(&r, n, wild)
	}
	records[i] = r
	return records
}

func damageHPA(r *observation.Record, n byte, wild int32) {
	if r.HPA == nil {
		return
	}
	h := *r.HPA
	v := []float64{0, -1, 1e300, -1e300, 1e-300}[n%5]
	period := []time.Duration{0, -1, math.MaxInt64, math.MinInt64}[n%4]
	switch n / 6 % 8 {
	case 0:
		h.Current = wild
	case 1:
		h.Desired = wild
	case 2:
		h.Max = wild
	case 3:
		h.Min = wild
	case 4:
		h.Metrics = []observation.HPAMetric{{Type: "External", TargetType: "AverageValue", Target: v, Current: &v}}
	case 5:
		h.ScaleUp.Window = period
	case 6:
		h.ScaleUp.Policies = []observation.Policy{{Type: "Percent", Value: wild, Period: period}}
	case 7:
		h.Deleted = true
	}
	r.HPA = &h
}

func damageOther(r *observation.Record, n byte, wild int32) {
	switch {
	case r.Deployment != nil:
		d := *r.Deployment
		d.Replicas, d.Ready = wild, -wild
		r.Deployment = &d
	case r.Pod != nil:
		p := *r.Pod
		p.Created, p.Conditions = time.Time{}, nil
		r.Pod = &p
	case r.Requests != nil:
		q := *r.Requests
		q.Count, q.Class = math.MaxUint64, []string{"error", "", "9xx"}[n%3]
		r.Requests = &q
	case r.Generator != nil:
		g := *r.Generator
		g.Due, g.Started, g.Dropped = math.MaxUint64, uint64(n), math.MaxUint64-1
		r.Generator = &g
	case r.Disruption != nil:
		d := *r.Disruption
		d.From = []time.Time{{}, epoch, epoch.AddDate(300, 0, 0), epoch.AddDate(-300, 0, 0), r.Time}[n%5]
		d.Stage = []observation.DisruptionStage{observation.Disrupted, observation.Replaced, observation.NotDisrupted, ""}[n/5%4]
		r.Disruption = &d
	case r.Phase != nil:
		p := *r.Phase
		p.Open = !p.Open
		r.Phase = &p
	}
}

func judgeTwice(t *testing.T, p *spec.Plan, run *observation.Run) {
	t.Helper()
	r, again := Judge(p, run), Judge(p, run)
	a, err := Encode(r)
	if err != nil {
		t.Skip(err) // a year that JSON cannot write is said so, not judged
	}
	b, err := Encode(again)
	if err != nil || !bytes.Equal(a, b) {
		t.Fatalf("judged\n%s\nthen\n%s", a, b)
	}
	if r.Verdict == Pass && run.End == nil {
		t.Fatalf("a run without an end passes: %s", r.Reason)
	}
}

func fuzzPlan() *spec.Plan {
	p := plan()
	most := 1.0
	p.Loads = append(p.Loads, spec.Load{Name: "script", Script: &spec.Script{}}, spec.Load{Name: "jobs", Queue: &spec.Queue{Jobs: 3}})
	p.Disruptions = []spec.Disruption{{Name: "killed"}}
	p.Objectives.Recovery = []spec.Recovery{{Disruption: "killed", Within: time.Second, For: time.Second}, {Disruption: "killed", Load: "step", Endpoint: "none", For: time.Hour}}
	p.Objectives.Counters = []spec.Counter{{Load: "script", Counter: "a", AtLeast: "b"}}
	p.Objectives.Queries = []spec.QueryLimit{{Query: "q", Max: &most, For: 10 * time.Second}}
	p.Objectives.Latency = append(p.Objectives.Latency, spec.Latency{Load: "step", Endpoint: "GET /health", Quantile: 0.99, Max: time.Second})
	return p
}
