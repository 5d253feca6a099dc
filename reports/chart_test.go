package reports

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/verdict"
)

func TestPaths(t *testing.T) {
	nan := math.NaN()
	sc := scale{lo: 0, hi: 10}
	for _, row := range []struct {
		s    series
		want string
	}{
		{series{Shape: line, Values: []float64{0, 10, 5, 5}}, "M125 100h0L375 0L625 50L875 50"},
		{series{Shape: line, Values: []float64{5, 5, 5, 0}}, "M125 50h0L625 50L875 100"},
		{series{Shape: line, Values: []float64{5, nan, 5, nan}}, "M125 50h0M625 50h0"},
		{series{Shape: line, Values: []float64{5, nan, 0, nan}, Reach: 2}, "M125 50h0L625 100"},
		{series{Shape: step, Values: []float64{3, 3, 5, 5}}, "M0 70H500V50H1000"},
		{series{Shape: step, Values: []float64{3, nan, 5, nan}}, "M0 70H250M500 50H750"},
		{series{Shape: bars, Values: []float64{0, 5, nan, 20}}, "M375 100V50M875 100V0"},
		{series{Shape: line}, ""},
	} {
		if got := row.s.path(sc); got != row.want {
			t.Errorf("%s of %v: %s, want %s", row.s.Shape, row.s.Values, got, row.want)
		}
	}
}

func TestScales(t *testing.T) {
	for _, row := range []struct {
		log    bool
		values []float64
		want   scale
	}{
		{false, nil, scale{0, 1, false}},
		{false, []float64{0, math.NaN()}, scale{0, 1, false}},
		{false, []float64{3, 20}, scale{0, 25, false}},
		{false, []float64{2200}, scale{0, 2500, false}},
		{false, []float64{5, math.Inf(1)}, scale{0, 6, false}},
		{true, []float64{0.0006, 0.9}, scale{0.0001, 1, true}},
		{true, []float64{0.002, 0.003}, scale{0.001, 0.01, true}},
	} {
		got := scaleOf(row.log, row.values...)
		if math.Abs(got.hi/row.want.hi-1) > 1e-9 || math.Abs(got.lo-row.want.lo) > 1e-9 || got.log != row.want.log {
			t.Errorf("scale of %v: %v, want %v", row.values, got, row.want)
		}
		if n := len(got.ticks("s")); n < 2 || n > 12 {
			t.Errorf("scale of %v has %d ticks", row.values, n)
		}
	}
}

func TestCompactJSON(t *testing.T) {
	b, err := json.Marshal(compact{1, math.NaN(), math.Inf(1), 0.000123456, 12345.6, -0.5})
	if err != nil || string(b) != "[1,null,null,0.0001235,1.235e+04,-0.5]" {
		t.Errorf("%s, %v", b, err)
	}
}

func TestFormats(t *testing.T) {
	for _, row := range []struct{ got, want string }{
		{clock(0), "0:00"}, {clock(-10 * time.Second), "−0:10"}, {clock(3661 * time.Second), "1:01:01"}, {clock(math.MinInt64), "−2562047:47:16"},
		{share(0, 0), none}, {share(0, 9), "0%"}, {share(239, 546139), "0.044%"}, {share(9, 9), "100%"}, {share(1, 3), "33.33%"}, {share(1, 1e18), "1e-16%"},
		{number(math.NaN()), none}, {number(math.Inf(-1)), "−∞"}, {number(2150.4), "2150"},
		{inUnit(0.023, inSeconds), "23 ms"}, {inUnit(math.NaN(), inSeconds), none}, {inUnit(7.333, asRatio), "733.3%"}, {inUnit(3, ""), "3"},
		{tenths(-20 * time.Millisecond), "0.0 s"}, {tenths(-1500 * time.Millisecond), "−1.5 s"},
		{shorten("artisan-backend-hpa reaches 20", 20), "artisan-b…reaches 20"}, {cut("界界界", 4), "界…"},
	} {
		if row.got != row.want {
			t.Errorf("%q, want %q", row.got, row.want)
		}
	}
}

func TestDistanceHoldsItsUncertainty(t *testing.T) {
	d := between(*window(0, 2), *window(10, 11))
	if d.Middle != 9500*time.Millisecond || d.Half != 1500*time.Millisecond || d.String() != "9.5 s ± 1.5 s" {
		t.Errorf("%+v prints as %s", d, d)
	}
}

func TestWaterfallBars(t *testing.T) {
	e := verdict.ScaleEvent{HPA: "h", Breach: window(0, 0), Decide: window(50, 60), Ready: window(100, 100), Longest: "decide",
		Steps:     []verdict.LadderStep{{At: 55e9, From: 3, To: 6, Allowed: 6}, {At: 70e9, From: 6, To: 9}},
		Predicted: []verdict.LadderStep{{At: 60e9, From: 3, To: 6}}}
	w := waterfallsOf([]verdict.ScaleEvent{e}, axis{zero: began})[0]
	if len(w.Rows) != 6 {
		t.Fatalf("%d rows, want one for each stage", len(w.Rows))
	}
	decide, scheduled, ready := w.Rows[0], w.Rows[2], w.Rows[3]
	if decide.Bar != (stripe{At: 0, Size: 50}) || decide.Unsure != (stripe{At: 50, Size: 10}) || !decide.Longest {
		t.Errorf("decide: %+v", decide)
	}
	if !scheduled.Missing || ready.Missing || ready.Bar.At != 55 || ready.Bar.Size != 45 {
		t.Errorf("scheduled %+v, ready %+v", scheduled, ready)
	}
	if l := w.Ladder; len(l) != 2 || l[0].Difference != "-5.00 s" || !l[0].SameChange || !l[1].Surprise || l[1].SameChange {
		t.Errorf("ladder: %+v", w.Ladder)
	}
}
