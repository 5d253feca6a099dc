package reports

import (
	"math"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

func TestAxisOfTheSyntheticRun(t *testing.T) {
	a := newAxis(synthetic())
	if !a.from.Equal(after(-10)) || !a.to().Equal(after(500)) || !a.zero.Equal(began) || a.step != time.Second {
		t.Errorf("axis from %v to %v, zero %v, step %v", a.from, a.to(), a.zero, a.step)
	}
	for _, row := range []struct {
		at     float64
		bucket int
		ok     bool
	}{{-10.1, 0, false}, {-10, 0, true}, {0, 10, true}, {0.99, 10, true}, {499.9, 509, true}, {500, 0, false}} {
		if i, ok := a.bucket(after(row.at)); i != row.bucket || ok != row.ok {
			t.Errorf("bucket of %v: %d %v, want %d %v", row.at, i, ok, row.bucket, row.ok)
		}
	}
}

func TestAxisMergesLongRuns(t *testing.T) {
	for _, hours := range []int{1, 24, 24 * 365} {
		run := &observation.Run{Start: began, Last: began.Add(time.Duration(hours) * time.Hour)}
		a := newAxis(run)
		if a.n > maxBuckets || a.to().Before(run.Last) {
			t.Errorf("%d h: %d buckets of %v end at %v", hours, a.n, a.step, a.to())
		}
		if n := len(a.ticks()); n < 4 || n > 13 {
			t.Errorf("%d h: %d ticks", hours, n)
		}
	}
}

func TestTrafficKeepsEveryRequest(t *testing.T) {
	run := synthetic()
	for _, a := range []axis{newAxis(run), {from: after(-10), zero: began, step: 7 * time.Second, n: 80}} {
		var count, failed, due uint64
		for _, b := range trafficOf(run, a) {
			count, failed, due = count+b.count, failed+b.failed, due+b.due
			if b.response.Count() != b.count {
				t.Fatalf("a bucket counts %d requests and %d response times", b.count, b.response.Count())
			}
		}
		sum := totalsOf(run, nil, a)
		if count != sum.requests || failed != sum.failed || due != sum.due || failed == 0 {
			t.Errorf("buckets of %v hold %d requests, %d failed, %d due; the run %d, %d, %d", a.step, count, failed, due, sum.requests, sum.failed, sum.due)
		}
	}
}

func TestHeldStates(t *testing.T) {
	a := axis{from: began, zero: began, step: time.Second, n: 6}
	at := func(s float64, v int) observation.Timed[int] { return observation.Timed[int]{At: after(s), V: v} }
	nan := math.NaN()
	for _, row := range []struct {
		states []observation.Timed[int]
		want   []float64
	}{
		{nil, []float64{nan, nan, nan, nan, nan, nan}},
		{[]observation.Timed[int]{at(2, 5)}, []float64{nan, nan, 5, 5, 5, 5}},
		{[]observation.Timed[int]{at(-9, 3), at(1.5, 7), at(4, 2)}, []float64{3, 7, 7, 7, 2, 2}},
		{[]observation.Timed[int]{at(1.1, 3), at(1.2, 9), at(1.3, 4)}, []float64{nan, 9, 4, 4, 4, 4}},
		{[]observation.Timed[int]{at(9, 3)}, []float64{nan, nan, nan, nan, nan, nan}},
	} {
		got := held(a, row.states, func(v int) float64 { return float64(v) })
		for i := range got {
			if got[i] != row.want[i] && !(math.IsNaN(got[i]) && math.IsNaN(row.want[i])) {
				t.Errorf("%v: %v, want %v", row.states, got, row.want)
				break
			}
		}
	}
}

func TestAGapLeavesAHole(t *testing.T) {
	a := axis{from: began, zero: began, step: time.Second, n: 5}
	gaps := []observation.Gap{{Source: watchHPA, From: after(0.5), To: after(3)}, {Source: "watch node", From: after(0), To: after(9)}}
	got := blanked(a, gaps, []string{watchHPA}, []float64{1, 1, 1, 1, 1})
	for i, v := range got {
		if math.IsNaN(v) != (i == 1 || i == 2) {
			t.Errorf("bucket %d is %v", i, v)
		}
	}
}
