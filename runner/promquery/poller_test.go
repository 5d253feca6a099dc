package promquery

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

type sink struct {
	mu      sync.Mutex
	records []observation.Record
}

func (s *sink) Observe(r observation.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, r)
}

// poll runs a poller for a while on a fake clock. The n-th evaluation takes
// takes[n] and has outcome outcomes[n]; what is missing is quick and a value.
func poll(t *testing.T, step, runs time.Duration, takes []time.Duration, outcomes []observation.PromOutcome) (offsets []time.Duration, gaps []observation.Gap) {
	t.Helper()
	to := &sink{}
	var epoch time.Time
	synctest.Test(t, func(t *testing.T) {
		epoch = time.Now()
		n := 0
		p := &poller{source: "prometheus q", step: step, sink: to, ask: func(ctx context.Context, at time.Time) observation.Prom {
			answer := observation.Prom{At: at, Outcome: observation.PromValue}
			if n < len(outcomes) {
				answer.Outcome, answer.Error = outcomes[n], "cause"
			}
			if n < len(takes) {
				wait(ctx, takes[n])
			}
			n++
			return answer
		}}
		ctx, cancel := context.WithTimeout(t.Context(), runs)
		defer cancel()
		p.run(ctx)
	})
	for _, r := range to.records {
		if r.Prom != nil {
			offsets = append(offsets, r.Prom.At.Sub(epoch))
		} else {
			gaps = append(gaps, *r.Gap)
		}
	}
	for i := range gaps { // relative to the start, for comparing
		gaps[i].From, gaps[i].To = time.Unix(0, 0).Add(gaps[i].From.Sub(epoch)), time.Unix(0, 0).Add(gaps[i].To.Sub(epoch))
	}
	return offsets, gaps
}

func TestPollerKeepsItsGrid(t *testing.T) {
	const s = time.Second
	value, failed, stale := observation.PromValue, observation.PromError, observation.PromStale
	type span struct {
		from, to int
		reason   string
	}
	tests := map[string]struct {
		takes    []time.Duration
		outcomes []observation.PromOutcome
		want     []int // evaluations, in seconds from the start
		gaps     []span
	}{
		"quick":            {nil, nil, []int{5, 10, 15, 20}, nil},
		"slow in its step": {[]time.Duration{4 * s, 4 * s}, nil, []int{5, 10, 15, 20}, nil},
		"late by one":      {[]time.Duration{7 * s}, nil, []int{5, 10, 15, 20}, nil},
		"misses one":       {[]time.Duration{11 * s}, nil, []int{5, 15, 20}, []span{{5, 15, "1 evaluations missed: the one before took 11s"}}},
		"fails for two":    {nil, []observation.PromOutcome{value, failed, failed}, []int{5, 10, 15, 20}, []span{{5, 20, "error: cause"}}},
		"fails, then late": {[]time.Duration{0, 11 * s}, []observation.PromOutcome{value, failed}, []int{5, 10, 20}, []span{{5, 20, "error: cause"}}},
		"stale to the end": {nil, []observation.PromOutcome{value, value, value, stale}, []int{5, 10, 15, 20}, []span{{15, 22, "stale: cause"}}},
		"twice": {nil, []observation.PromOutcome{failed, value, failed, value}, []int{5, 10, 15, 20},
			[]span{{0, 10, "error: cause"}, {10, 20, "error: cause"}}},
		"no series is no gap": {nil, []observation.PromOutcome{observation.PromEmpty, observation.PromNaN}, []int{5, 10, 15, 20}, nil},
		"cut off by the end":  {[]time.Duration{0, 0, 0, 9 * s}, nil, []int{5, 10, 15}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, gaps := poll(t, 5*s, 22*s, tt.takes, tt.outcomes)
			if len(got) != len(tt.want) || len(gaps) != len(tt.gaps) {
				t.Fatalf("evaluated at %v with gaps %+v, want %v and %v", got, gaps, tt.want, tt.gaps)
			}
			for i, at := range tt.want {
				if got[i] != time.Duration(at)*s {
					t.Errorf("evaluated at %v, want %v", got, tt.want)
				}
			}
			for i, want := range tt.gaps {
				g := gaps[i]
				if g.From.Unix() != int64(want.from) || g.To.Unix() != int64(want.to) || g.Reason != want.reason || g.Source != "prometheus q" {
					t.Errorf("gap %+v, want %+v", g, want)
				}
			}
		})
	}
}
