package verdict

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// stories are runs of every verdict, for laws that must hold for all.
func stories() map[string]*scene {
	out := map[string]*scene{}
	add := func(name string, change func(*scene)) {
		s := measured()
		s.perSecond, s.seconds = 20, 200
		change(s)
		out[name] = s
	}
	add("measured", func(*scene) {})
	add("max 10", func(s *scene) { s.max, s.steps = 10, map[int]int32{3: 5, 4: 7, 5: 10} })
	add("window 180", late)
	add("slow", func(s *scene) { s.response, s.service = 2*time.Second, 2*time.Second })
	add("failing", func(s *scene) { s.status = 500 })
	add("starved", func(s *scene) { s.lag = time.Second })
	add("blind", func(s *scene) { s.blindFrom = 5 })
	add("unschedulable", func(s *scene) { s.readyCap = 8 })
	add("killed", func(s *scene) { s.end = nil })
	add("too fast", func(s *scene) { s.steps = map[int]int32{0: 15} })
	return out
}

func encoded(t testing.TB, p *spec.Plan, records []observation.Record) []byte {
	t.Helper()
	b, err := Encode(Judge(p, assemble(t, records)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOrderWithinAMomentDoesNotMatter: neither judging again nor another order
// of what was observed at the same time changes a byte.
func TestOrderWithinAMomentDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, s := range stories() {
		records := s.records()
		for i := range records {
			records[i].Time = records[i].Time.Truncate(20 * time.Second)
		}
		want := encoded(t, plan(), records)
		for range 5 {
			rest := records[1:]
			r.Shuffle(len(rest), func(i, k int) { rest[i], rest[k] = rest[k], rest[i] })
			if got := encoded(t, plan(), records); !bytes.Equal(got, want) {
				t.Fatalf("%s: another order, another result:\n%s\nwant\n%s", name, got, want)
			}
		}
	}
}

// TestPartOfALogIsNoPass: no log that was cut off passes.
func TestPartOfALogIsNoPass(t *testing.T) {
	for name, s := range stories() {
		records := s.records()
		for n := 1; n < len(records); n += 13 {
			if r := Judge(plan(), assemble(t, records[:n])); r.Verdict == Pass {
				t.Fatalf("%s: the first %d of %d records pass", name, n, len(records))
			}
		}
	}
}

// TestLossIsNoPass: no record that a verdict rests on can be missing from a
// pass, and losing a kind of record turns no fail into one.
func TestLossIsNoPass(t *testing.T) {
	needed := []observation.Kind{observation.KindRequests, observation.KindGenerator, observation.KindHPA, observation.KindDeployment,
		observation.KindPhase, observation.KindEnd}
	harmless := []observation.Kind{observation.KindPod, observation.KindEvent, observation.KindServed}
	for name, s := range stories() {
		full := s.records()
		whole := Judge(plan(), assemble(t, full)).Verdict
		for _, kind := range append(needed, harmless...) {
			got := Judge(plan(), assemble(t, without(full, func(r observation.Record) bool { return r.Kind == kind }))).Verdict
			if got == Pass && whole != Pass {
				t.Errorf("%s: %s, but passes without its %s records", name, whole, kind)
			}
		}
		for _, kind := range needed {
			if got := Judge(plan(), assemble(t, without(full, func(r observation.Record) bool { return r.Kind == kind }))).Verdict; got == Pass {
				t.Errorf("%s: passes without its %s records", name, kind)
			}
		}
	}
}

func without(records []observation.Record, drop func(observation.Record) bool) []observation.Record {
	var out []observation.Record
	for _, r := range records {
		if !drop(r) {
			out = append(out, r)
		}
	}
	return out
}

// TestLostSecondsAreNoPass: the seconds that broke the limit cannot be taken
// out of the log without notice.
func TestLostSecondsAreNoPass(t *testing.T) {
	s := measured()
	records := without(s.records(), func(r observation.Record) bool {
		return r.Requests != nil && r.Requests.Second.After(start.Add(170*time.Second))
	})
	r := Judge(plan(), assemble(t, records))
	for _, o := range r.Objectives {
		if o.Group == groupLatency || o.Group == groupErrors {
			if o.Verdict != Inconclusive {
				t.Errorf("%s: %s over a log that lost 29 s of results", o.Name, o.Verdict)
			}
		}
	}
}

// TestPassHasSamples: nothing passes on nothing.
func TestPassHasSamples(t *testing.T) {
	for name, s := range stories() {
		for _, o := range Judge(plan(), assemble(t, s.records())).Objectives {
			if o.Verdict == Pass && (o.Samples == 0 || o.Value == none) {
				t.Errorf("%s: %s passes on %d samples with value %q", name, o.Name, o.Samples, o.Value)
			}
			if o.Verdict != Pass && o.Cause == "" {
				t.Errorf("%s: %s is %s without a cause", name, o.Name, o.Verdict)
			}
			if o.Limit == "" || o.Margin == "" || o.Evidence == "" {
				t.Errorf("%s: %s lacks limit, margin or evidence: %+v", name, o.Name, o)
			}
		}
	}
}
