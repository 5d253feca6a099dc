package verdict

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// TestSlowTargetOrSlowGenerator: high latency is the target's if no delay of
// the generator explains it, and nobody's otherwise.
func TestSlowTargetOrSlowGenerator(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name                         string
		response, service, lag, wait time.Duration
		dropped                      uint64
		want                         Value
	}{
		{"healthy and fast", 20 * ms, 20 * ms, ms, ms, 0, Pass},
		{"healthy and slow", 1500 * ms, 1500 * ms, ms, ms, 0, Fail},
		{"at the limit", 1000 * ms, 1000 * ms, ms, ms, 0, Pass},
		{"late starts made it slow", 1500 * ms, 20 * ms, 1400 * ms, ms, 0, Inconclusive},
		{"late starts, fast all the same", 800 * ms, 20 * ms, 700 * ms, ms, 0, Inconclusive},
		{"starved: slow service too", 4000 * ms, 3000 * ms, 1000 * ms, 90 * ms, 0, Inconclusive},
		{"stalled: slow service too", 1500 * ms, 1500 * ms, ms, 300 * ms, 0, Inconclusive},
		{"a little late, but the target is slower by far", 5200 * ms, 5000 * ms, 150 * ms, 20 * ms, 0, Fail},
		{"stalls within their limit are no excuse", 1300 * ms, 1300 * ms, ms, 95 * ms, 0, Fail},
		{"workers all busy with a slow target", 2000 * ms, 2000 * ms, ms, ms, 500, Fail},
		{"dropped, and fast", 20 * ms, 20 * ms, ms, ms, 500, Inconclusive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, p := measured(), plan()
			s.response, s.service, s.lag, s.stall, s.dropped = tt.response, tt.service, tt.lag, tt.wait, tt.dropped
			for _, o := range s.judge(t, p).Objectives {
				if o.Name == "p95" && o.Verdict != tt.want {
					t.Errorf("got %+v, want %s", o, tt.want)
				}
			}
		})
	}
}

// TestShareOfCPU: a process that gets its CPU in short turns is found by its
// mean stall, though no single one is over the limit.
func TestShareOfCPU(t *testing.T) {
	h := &health{load: "l"}
	for i := range 100 {
		h.stall.Record(time.Duration(i%2) * 90 * time.Millisecond)
	}
	if why := h.held(spec.Generator{MaxLag: 100 * time.Millisecond}); !strings.Contains(why, "mean stall") {
		t.Errorf("got %q", why)
	}
}

// TestLatencyWithoutResponses: what got no response cannot make a quantile
// look better.
func TestLatencyWithoutResponses(t *testing.T) {
	for _, tt := range []struct {
		silent uint64
		want   Value
	}{{0, Pass}, {22000, Pass}, {30000, Inconclusive}} {
		s := measured()
		r := observation.Requests{Load: "step", Name: "GET /health", Class: noResponse, Second: start, Count: tt.silent, Failed: tt.silent,
			Response: many(1, time.Millisecond), Causes: map[string]uint64{"connection refused": tt.silent}}
		s.extra = []observation.Record{{Time: start, Kind: observation.KindRequests, Requests: &r}}
		for _, o := range s.judge(t, plan()).Objectives {
			if o.Name == "p95" && o.Verdict != tt.want {
				t.Errorf("%d without a response: %+v, want %s", tt.silent, o, tt.want)
			}
		}
	}
}

// TestSelection: an objective about one endpoint of one load is about nothing
// else.
func TestSelection(t *testing.T) {
	s, p := measured(), plan()
	slow := observation.Requests{Load: "step", Name: "GET /slow", Class: "2xx", Second: start, Count: 1000, Response: many(1000, 3*time.Second), Service: many(1000, 3*time.Second)}
	s.extra = []observation.Record{{Time: start, Kind: observation.KindRequests, Requests: &slow}}
	p.Objectives.Latency = []spec.Latency{
		{Name: "health", Load: "step", Endpoint: "GET /health", Quantile: 0.95, Max: time.Second},
		{Name: "slow", Endpoint: "GET /slow", Quantile: 0.95, Max: time.Second},
		{Name: "other load", Load: "nope", Quantile: 0.95, Max: time.Second},
	}
	got := make(map[string]Value)
	for _, o := range s.judge(t, p).Objectives {
		got[o.Name] = o.Verdict
	}
	if got["health"] != Pass || got["slow"] != Fail || got["other load"] != Inconclusive {
		t.Errorf("got %v", got)
	}
}
