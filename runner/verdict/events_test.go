package verdict

import (
	"slices"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// replicas are the counts that a ladder goes through.
func replicas(steps []LadderStep) []int32 {
	var out []int32
	for _, s := range steps {
		out = append(out, s.To)
	}
	return out
}

// TestMeasuredRise: the ladder of the run on kind is the one that the rules
// predict, and every stage of it was observed.
func TestMeasuredRise(t *testing.T) {
	r := measured().judge(t, plan())
	if len(r.Events) != 1 {
		t.Fatalf("got %d events, want one rise: %+v", len(r.Events), r.Events)
	}
	e := r.Events[0]
	want := []int32{5, 7, 10, 14, 20}
	if got := replicas(e.Steps); !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
	if got := replicas(e.Predicted); !slices.Equal(got, want) {
		t.Errorf("predicted %v, want %v", got, want)
	}
	for name, m := range map[string]*Moment{"breach": e.Breach, "decide": e.Decide, "reached": e.Reached, "scheduled": e.Scheduled, "ready": e.Ready, "serving": e.Serving} {
		if m == nil || m.Latest.Before(m.Earliest) {
			t.Errorf("%s is %v", name, m)
		}
	}
	if e.Recovered != nil || e.Longest != "reached" || e.Allowed != 7 {
		t.Errorf("recovered %v, longest %q, allowed %d", e.Recovered, e.Longest, e.Allowed)
	}
}

func TestPartOfThePodsIsNoStage(t *testing.T) {
	s := measured()
	s.readyCap = 19
	e := s.judge(t, plan()).Events[0]
	if e.Scheduled != nil || e.Ready != nil || e.Serving != nil {
		t.Errorf("19 of 20 pods: scheduled %v, ready %v, serving %v", e.Scheduled, e.Ready, e.Serving)
	}
}

// TestRecovered: latency was missed for the 30 s before the pods served.
func TestRecovered(t *testing.T) {
	s := measured()
	records := s.records()
	for i := range records {
		q := records[i].Requests
		if q != nil && !q.Second.Before(start.Add(20*time.Second)) && q.Second.Before(start.Add(50*time.Second)) {
			q.Response = many(q.Count, 2*time.Second)
		}
	}
	e := Judge(plan(), assemble(t, records)).Events[0]
	if e.Recovered == nil || !e.Recovered.Latest.Equal(start.Add(51*time.Second)) {
		t.Errorf("recovered %v, want 51 s after the start", e.Recovered)
	}
}

// TestFall: a fall is an event of its own, by the rules for scaling down.
func TestFall(t *testing.T) {
	s := measured()
	at := start.Add(190 * time.Second)
	s.extra = []observation.Record{deployment(at, 18, 18), deployment(at.Add(5*time.Second), 10, 10)}
	r := s.judge(t, plan())
	e := r.Events[len(r.Events)-1]
	if e.From != 20 || e.To != 10 || len(e.Steps) != 2 || e.Steps[0].Allowed != 18 || e.Steps[1].Allowed != 18 {
		t.Errorf("got %+v", e)
	}
	for _, o := range r.Objectives {
		if o.Name == obeys && o.Verdict != Fail {
			t.Errorf("18 -> 10 within 5 s: %+v", o)
		}
	}
}

// TestOtherWriters: replicas that somebody else raised are no decision of the
// HPA.
func TestOtherWriters(t *testing.T) {
	s := measured()
	s.rps, s.total, s.steps = nil, 150, nil
	s.extra = []observation.Record{deployment(start.Add(100*time.Second), 6, 3)}
	for _, o := range s.judge(t, plan()).Objectives {
		if o.Name == inLive && o.Verdict != Inconclusive {
			t.Errorf("got %+v", o)
		}
	}
}

// TestSpecChange: a spec that changed in mid-run is reported, and each moment
// judged by what was live.
func TestSpecChange(t *testing.T) {
	s := measured()
	late := *s
	late.window = 90 * time.Second
	at := start.Add(150 * time.Second)
	s.extra = []observation.Record{late.hpa(at, 20, 20, 105, true)}
	r := s.judge(t, plan())
	if len(r.Warnings) == 0 || r.Warnings[0].Source != "hpa "+hpaName || r.Warnings[0].Text != "changed at +2m30s: scale-up window 1m0s -> 1m30s" {
		t.Errorf("warnings %v", r.Warnings)
	}
	if r.Verdict != Pass {
		t.Errorf("%s: %s", r.Verdict, r.Reason)
	}
}
