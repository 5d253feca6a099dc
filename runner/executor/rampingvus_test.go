package executor

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestSteps(t *testing.T) {
	type step struct {
		at time.Duration
		n  int
	}
	for _, tt := range []struct {
		name string
		ramp RampingVUs
		want []step
	}{
		{"flat", RampingVUs{Start: 2, Stages: []Stage{{10 * s, 2}}}, []step{{0, 2}}},
		{"up", RampingVUs{Stages: []Stage{{4 * s, 2}}}, []step{{0, 0}, {2 * s, 1}, {4 * s, 2}}},
		{"down", RampingVUs{Start: 2, Stages: []Stage{{4 * s, 0}}}, []step{{0, 2}, {2 * s, 1}, {4 * s, 0}}},
		{"jump", RampingVUs{Stages: []Stage{{0, 3}, {5 * s, 3}, {0, 1}}}, []step{{0, 0}, {0, 3}, {5 * s, 1}}},
		{"up and down", RampingVUs{Start: 1, Stages: []Stage{{2 * s, 3}, {1 * s, 2}}}, []step{{0, 1}, {1 * s, 2}, {2 * s, 3}, {3 * s, 2}}},
	} {
		var got []step
		for at, n := range tt.ramp.Steps() {
			got = append(got, step{at, n})
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// FuzzSteps holds any ramp to its law: steps come in order, change the number
// by one or jump at a stage's end, stay in range, and reach every target.
func FuzzSteps(f *testing.F) {
	f.Add(uint8(1), uint16(100), uint8(10), uint16(0), uint8(0), uint16(7), uint8(3))
	f.Fuzz(func(t *testing.T, start uint8, d1 uint16, t1 uint8, d2 uint16, t2 uint8, d3 uint16, t3 uint8) {
		ramp := RampingVUs{Start: int(start), Stages: []Stage{{ms(d1), int(t1)}, {ms(d2), int(t2)}, {ms(d3), int(t3)}}}
		peak, _ := ramp.VUs()
		last, n := time.Duration(0), 0
		at := map[time.Duration]int{}
		for offset, wanted := range ramp.Steps() {
			if offset < last || offset > ramp.Duration() || wanted < 0 || wanted > peak {
				t.Fatalf("step to %d at %v after %v: out of order or range", wanted, offset, last)
			}
			last, n, at[offset] = offset, wanted, wanted
		}
		if want := int(t3); n != want {
			t.Errorf("the ramp ends at %d, want %d", n, want)
		}
		if end := ms(d1); d2 > 0 && at[end] != int(t1) && int(t1) != int(start) {
			t.Errorf("stage 1 ends at %d, want %d", at[end], t1)
		}
	})
}

func ms(n uint16) time.Duration { return time.Duration(n) * time.Millisecond }

// TestAWantedAgainVUGoesOn ramps down and up again within one iteration: the
// virtual user is neither cut nor doubled.
func TestAWantedAgainVUGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := RampingVUs{Start: 1, Stages: []Stage{{2 * s, 1}, {0, 0}, {2 * s, 0}, {0, 1}, {16 * s, 1}},
			GracefulRampDown: 5 * s, GracefulStop: 1 * s}
		c := newCrowd(10 * s)
		if err := e.Run(context.Background(), c.crew(e)); err != nil {
			t.Fatal(err)
		}
		if c.complete != 2 || len(c.cut) != 0 || c.peak != 1 {
			t.Errorf("%d complete, %d cut, at most %d active; want 2, 0, 1", c.complete, len(c.cut), c.peak)
		}
	})
}

// TestACutVUIsReused ramps up again after the ramp-down's grace was over.
func TestACutVUIsReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := RampingVUs{Start: 1, Stages: []Stage{{2 * s, 1}, {0, 0}, {4 * s, 0}, {0, 1}, {9 * s, 1}},
			GracefulRampDown: 3 * s, GracefulStop: 30 * s}
		c := newCrowd(10 * s)
		if err := e.Run(context.Background(), c.crew(e)); err != nil {
			t.Fatal(err)
		}
		if want := []time.Duration{5 * s}; !slices.Equal(c.cut, want) {
			t.Errorf("cut at %v, want %v", c.cut, want)
		}
		if want := []time.Duration{0, 6 * s}; !slices.Equal(c.started, want) {
			t.Errorf("started at %v, want %v", c.started, want)
		}
	})
}
