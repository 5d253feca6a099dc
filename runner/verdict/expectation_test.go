package verdict

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// expecting is a record of what the load expected.
func expecting(at time.Duration, outcome observation.ExpectationOutcome) observation.Record {
	return observation.Record{Time: start.Add(at), Kind: observation.KindExpectation, Expectation: &observation.Expectation{
		Load: "step", Name: "backend in time", Limit: ">= 7 within 1m15s", Seen: "7 after 52.5 s", Outcome: outcome, Cause: "because", From: start, Samples: 4,
	}}
}

// cutOff is what an expectation came to whose iteration was interrupted.
func cutOff(at time.Duration) observation.Record {
	r := expecting(at, observation.Unknown)
	r.Expectation.Cut = true
	return r
}

// interrupted is the end of a script of which n iterations were interrupted.
func interrupted(n uint64, extensions ...string) observation.Record {
	r := ended(0, extensions...)
	r.Script.Interrupted = n
	return r
}

func ended(exceptions uint64, extensions ...string) observation.Record {
	return observation.Record{Time: start.Add(200 * time.Second), Kind: observation.KindScript,
		Script: &observation.Script{Load: "step", Iterations: 5, Exceptions: exceptions, Extensions: extensions}}
}

func TestExpectations(t *testing.T) {
	const artisan = "k6/x/artisan"
	for _, tt := range []struct {
		name    string
		extra   []observation.Record
		lag     time.Duration
		want    Value
		cause   string
		objects int
	}{
		{name: "met", extra: []observation.Record{expecting(60*time.Second, observation.Met), ended(0, artisan)}, want: Pass, objects: 1},
		{name: "missed", extra: []observation.Record{expecting(60*time.Second, observation.Missed), ended(1, artisan)}, want: Fail, cause: "because", objects: 1},
		{name: "not known", extra: []observation.Record{expecting(60*time.Second, observation.Unknown), ended(1, artisan)}, want: Inconclusive, cause: "because", objects: 1},
		{name: "the worst of several decides", extra: []observation.Record{expecting(60*time.Second, observation.Met), expecting(70*time.Second, observation.Missed),
			expecting(80*time.Second, observation.Unknown), ended(2, artisan)}, want: Fail, objects: 1},
		{name: "missed while the generator lagged", lag: time.Second, extra: []observation.Record{expecting(60*time.Second, observation.Missed), ended(1, artisan)},
			want: Inconclusive, cause: "not driven as planned", objects: 1},
		{name: "an exception before anything was expected", extra: []observation.Record{ended(1, artisan)}, want: Inconclusive, cause: "is not known", objects: 1},
		{name: "an exception beside what was met", extra: []observation.Record{expecting(60*time.Second, observation.Met), ended(1, artisan)}, want: Inconclusive, objects: 2},
		{name: "an exception of a script that can expect nothing", extra: []observation.Record{ended(1)}, want: Pass},
		{name: "interrupted before anything was expected", extra: []observation.Record{interrupted(1, artisan)}, want: Inconclusive, cause: "longer gracefulStop", objects: 1},
		{name: "interrupted beside what was met", extra: []observation.Record{expecting(60*time.Second, observation.Met), interrupted(1, artisan)},
			want: Inconclusive, cause: "what it would have expected later is not known", objects: 2},
		{name: "interrupted while it waited", extra: []observation.Record{cutOff(60 * time.Second), interrupted(1, artisan)}, want: Inconclusive, cause: "because", objects: 1},
		{name: "one of two interrupted while it waited", extra: []observation.Record{cutOff(60 * time.Second), interrupted(2, artisan)}, want: Inconclusive, objects: 2},
		{name: "an unknown that was not cut off accounts for no interruption",
			extra: []observation.Record{expecting(60*time.Second, observation.Unknown), interrupted(1, artisan)}, want: Inconclusive, objects: 2},
		{name: "a wait that was cut off accounts for no exception", extra: []observation.Record{cutOff(60 * time.Second), ended(1, artisan)}, want: Inconclusive, objects: 2},
		{name: "an interruption does not excuse what was missed",
			extra: []observation.Record{expecting(60*time.Second, observation.Missed), interrupted(1, artisan)}, want: Fail, cause: "because", objects: 2},
		{name: "interrupted in a script that can expect nothing", extra: []observation.Record{interrupted(1)}, want: Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := plan()
			p.Loads[0] = spec.Load{Name: "step", Script: &spec.Script{File: "a.js"}}
			p.Objectives.Latency, p.Objectives.ScaleOut = nil, nil
			s := measured()
			s.extra = tt.extra
			if tt.lag > 0 {
				s.lag = tt.lag
			}
			result := s.judge(t, p)
			got := inGroup(result, groupExpectation)
			if len(got) != tt.objects {
				t.Fatalf("%d objectives, want %d: %+v", len(got), tt.objects, got)
			}
			verdict := Pass
			if len(got) > 0 {
				verdict = worst(got).Verdict
			}
			if verdict != tt.want || tt.cause != "" && !strings.Contains(worst(got).Cause, tt.cause) {
				t.Errorf("judged %+v, want %s because of %q", got, tt.want, tt.cause)
			}
		})
	}
}

// TestInterruptedWithItsScript blames no scenario where the whole script ended
// early.
func TestInterruptedWithItsScript(t *testing.T) {
	p := plan()
	p.Loads[0] = spec.Load{Name: "step", Script: &spec.Script{File: "a.js"}}
	p.Objectives.Latency, p.Objectives.ScaleOut = nil, nil
	s := measured()
	end := interrupted(1, "k6/x/artisan")
	end.Script.Error = "the script aborted the test"
	s.extra = []observation.Record{end}
	r := s.judge(t, p)
	if got := inGroup(r, groupExpectation); len(got) != 0 || r.Verdict != Inconclusive || !strings.Contains(r.Reason, "ended early") {
		t.Errorf("judged %s (%s) with %+v", r.Verdict, r.Reason, got)
	}
}

// inGroup are the objectives of a group.
func inGroup(r Result, group string) (out []Objective) {
	for _, o := range r.Objectives {
		if o.Group == group {
			out = append(out, o)
		}
	}
	return out
}

// TestNothingJudged makes sure that a script which demanded nothing in the end
// does not pass.
func TestNothingJudged(t *testing.T) {
	p := plan()
	p.Loads[0] = spec.Load{Name: "step", Script: &spec.Script{File: "a.js"}}
	p.Objectives = spec.Objectives{Generator: p.Objectives.Generator}
	s := measured()
	s.extra = []observation.Record{ended(0, "k6/x/artisan")}
	if r := s.judge(t, p); r.Verdict != Inconclusive || !strings.Contains(r.Reason, "states no objective") {
		t.Errorf("judged %s: %s", r.Verdict, r.Reason)
	}
}
