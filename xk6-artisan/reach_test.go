package artisan

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

var start = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func after(seconds float64) time.Time {
	return start.Add(time.Duration(seconds * float64(time.Second)))
}

// hpas is a history: pairs of seconds after start and desired replicas.
func hpas(pairs ...float64) (h history[observation.HPA]) {
	value := 42.0
	for i := 0; i < len(pairs); i += 2 {
		h = append(h, observation.Timed[observation.HPA]{At: after(pairs[i]), V: observation.HPA{Desired: int32(pairs[i+1]), Current: int32(pairs[i+1]),
			Metrics:    []observation.HPAMetric{{Name: "requests", Target: 100, Current: &value}},
			Conditions: []observation.Condition{{Type: "ScalingLimited", Status: "True", Message: "too many"}}}})
	}
	return h
}

// deployments is a history: pairs of seconds after start and ready replicas.
func deployments(pairs ...float64) (h history[observation.Deployment]) {
	for i := 0; i < len(pairs); i += 2 {
		h = append(h, observation.Timed[observation.Deployment]{At: after(pairs[i]), V: observation.Deployment{Ready: int32(pairs[i+1])}})
	}
	return h
}

func TestReach(t *testing.T) {
	seven := reach{replicas: 7, from: start, within: 75 * time.Second, notBefore: 45 * time.Second}
	ready := reach{replicas: 7, from: start, within: 75 * time.Second, ready: true}
	exact := reach{replicas: 7, exact: true, from: start, within: 75 * time.Second}
	blind := func(from, to float64) observation.Gap {
		return observation.Gap{Source: "watch hpa", From: after(from), To: after(to), Reason: "connection reset"}
	}
	deleted := hpas(-5, 3, 20, 3)
	deleted[1].V.Deleted = true
	for _, tt := range []struct {
		name        string
		want        reach
		hpas        history[observation.HPA]
		deployments history[observation.Deployment]
		gap         observation.Gap
		outcome     observation.ExpectationOutcome
		seen, cause string
	}{
		{name: "in time", want: seven, hpas: hpas(-5, 3, 52.5, 7, 60, 14), outcome: observation.Met, seen: "7 after 52.5 s"},
		{name: "more than asked for", want: seven, hpas: hpas(-5, 3, 60, 14), outcome: observation.Met, seen: "14 after 1m00s"},
		{name: "on the limits", want: seven, hpas: hpas(-5, 3, 75, 7), outcome: observation.Met, seen: "7 after 1m15s"},
		{name: "too early", want: seven, hpas: hpas(-5, 3, 44, 7), outcome: observation.Missed, seen: "7 after 44.0 s", cause: "1.00 s too early"},
		{name: "there from the start", want: seven, hpas: hpas(-5, 7), outcome: observation.Missed, seen: "7 after 0 s", cause: "45.0 s too early"},
		{name: "too late", want: seven, hpas: hpas(-5, 3, 80, 7), outcome: observation.Missed, seen: "7 after 1m20s", cause: "5.00 s too late"},
		{name: "never", want: seven, hpas: hpas(-5, 3, 30, 5), outcome: observation.Missed, seen: "5 desired", cause: "requests 42 of 100; ScalingLimited: too many"},
		{name: "never observed", want: seven, outcome: observation.Unknown, cause: "never observed"},
		{name: "deleted", want: seven, hpas: deleted, outcome: observation.Missed, seen: "no HPA", cause: "deleted"},
		{name: "past the exact number", want: exact, hpas: hpas(-5, 3, 52, 8), outcome: observation.Missed, seen: "8 desired"},
		{name: "exact", want: exact, hpas: hpas(-5, 3, 52, 7, 53, 8), outcome: observation.Met, seen: "7 after 52.0 s"},
		{name: "desired and not ready", want: ready, hpas: hpas(-5, 3, 52, 7), deployments: deployments(-5, 3, 70, 6), outcome: observation.Missed, seen: "7 desired, 6 ready"},
		{name: "ready", want: ready, hpas: hpas(-5, 3, 52, 7), deployments: deployments(-5, 3, 70, 7), outcome: observation.Met, seen: "7 after 1m10s"},
		{name: "ready of a Deployment that nobody saw", want: ready, hpas: hpas(-5, 7), outcome: observation.Missed},
		{name: "a gap that may have hidden an early rise", want: seven, hpas: hpas(-5, 3, 50, 7), gap: blind(40, 50), outcome: observation.Unknown, seen: "7 after 50.0 s", cause: "saw nothing for 10.0 s: connection reset"},
		{name: "a gap that may have hidden a timely rise", want: seven, hpas: hpas(-5, 3, 80, 7), gap: blind(70, 80), outcome: observation.Unknown, seen: "7 after 1m20s"},
		{name: "a gap that could hide nothing", want: seven, hpas: hpas(-5, 3, 60, 7), gap: blind(10, 20), outcome: observation.Met, seen: "7 after 1m00s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tt.want.find(tt.hpas, tt.deployments, tt.gap)
			if f.outcome != tt.outcome || f.seen != tt.seen && tt.seen != "" || !strings.Contains(f.cause, tt.cause) || f.outcome == observation.Met && f.cause != "" {
				t.Errorf("found %+v, want %s, seen %q, cause %q", f, tt.outcome, tt.seen, tt.cause)
			}
		})
	}
}

func TestStepsSince(t *testing.T) {
	got := stepsSince(hpas(-60, 3, -5, 4, 10, 4, 20, 7, 30, 7), start)
	want := []step{{start, 4, 4}, {after(20), 7, 7}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCalm(t *testing.T) {
	c := calm{length: time.Minute, from: start, within: 2 * time.Minute}
	if s := c.stretch(hpas(-60, 3)); !s.at.Equal(start) || s.desired != 3 {
		t.Errorf("unchanged: %v", s)
	}
	if s := c.stretch(hpas(-60, 3, 10, 7, 30, 7)); !s.at.Equal(after(10)) || s.desired != 7 {
		t.Errorf("changed once: %v", s)
	}
	f := c.restless(hpas(-60, 3, 50, 7, 100, 14))
	if f.outcome != observation.Missed || f.seen != "7 -> 14 after 1m40s" || f.cause != "2 changes of the desired replicas" {
		t.Errorf("restless: %+v", f)
	}
}
