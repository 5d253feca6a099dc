package arrival

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func mustNew(t testing.TB, segments ...Segment) Schedule {
	t.Helper()
	s, err := New(segments...)
	if err != nil {
		t.Fatalf("New(%v): %v", segments, err)
	}
	return s
}

func TestDueRows(t *testing.T) {
	const s = time.Second
	tests := []struct {
		name     string
		segments []Segment
		count    uint64
		due      map[uint64]time.Duration
	}{
		{"empty", nil, 0, nil},
		{"pause only", []Segment{{10 * s, 0, 0}}, 0, nil},
		{"constant", []Segment{{s, 10, 10}}, 10, map[uint64]time.Duration{0: 0, 1: s / 10, 9: 9 * s / 10}},
		{"a part of an arrival counts", []Segment{{s, 1.5, 1.5}}, 2, map[uint64]time.Duration{0: 0, 1: 666666667}},
		{"two a minute", []Segment{{2 * time.Minute, 2. / 60, 2. / 60}}, 4, map[uint64]time.Duration{1: 30 * s, 3: 90 * s}},
		{"rise", []Segment{{10 * s, 0, 10}}, 50, map[uint64]time.Duration{0: 0, 2: 2 * s, 8: 4 * s, 32: 8 * s}},
		{"fall", []Segment{{10 * s, 10, 0}}, 50, map[uint64]time.Duration{0: 0, 18: 2 * s, 32: 4 * s, 48: 8 * s}},
		{"pause first", []Segment{{5 * s, 0, 0}, {s, 2, 2}}, 2, map[uint64]time.Duration{0: 5 * s, 1: 5500 * time.Millisecond}},
		{"none in a pause", []Segment{{s, 2, 2}, {time.Minute, 0, 0}, {s, 2, 2}}, 4,
			map[uint64]time.Duration{1: s / 2, 2: 61 * s, 3: 61*s + s/2}},
		{"a jump", []Segment{{0, 5, 9}, {s, 1, 1}}, 1, map[uint64]time.Duration{0: 0}},
		{"noise makes no arrival", []Segment{{30 * s, 0.1, 0.1}}, 3, map[uint64]time.Duration{2: 20 * s}},
		{"noise at a seam", []Segment{{3 * s, 0.1, 0.1}, {7 * s, 0.1, 0.1}, {s, 0, 0}, {s, 1, 1}}, 2, map[uint64]time.Duration{1: 11 * s}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sch := mustNew(t, tt.segments...)
			if got := sch.Count(); got != tt.count {
				t.Errorf("Count() = %d, want %d", got, tt.count)
			}
			for n, want := range tt.due {
				if got, ok := sch.Due(n); !ok || got != want {
					t.Errorf("Due(%d) = %v, %v, want %v, true", n, got, ok, want)
				}
			}
			if d, ok := sch.Due(tt.count); ok {
				t.Errorf("Due(%d) = %v, want none", tt.count, d)
			}
		})
	}
}

func TestRateAtAndExpected(t *testing.T) {
	sch := mustNew(t, Segment{10 * time.Second, 0, 100}, Segment{10 * time.Second, 50, 50})
	tests := []struct {
		at             time.Duration
		rate, expected float64
	}{
		{-time.Second, 0, 0}, {0, 0, 0}, {5 * time.Second, 50, 125}, {10 * time.Second, 50, 500},
		{15 * time.Second, 50, 750}, {20 * time.Second, 0, 1000}, {time.Hour, 0, 1000},
	}
	for _, tt := range tests {
		if got := sch.RateAt(tt.at); got != tt.rate {
			t.Errorf("RateAt(%v) = %v, want %v", tt.at, got, tt.rate)
		}
		if got := sch.Expected(tt.at); got != tt.expected {
			t.Errorf("Expected(%v) = %v, want %v", tt.at, got, tt.expected)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	tests := map[string]Segment{
		"negative": {-1, 1, 1},
		"between":  {time.Second, math.NaN(), 1},
		"0 and":    {time.Second, 1, -1},
		"10000000": {time.Second, 1, math.Inf(1)},
		"exceeds":  {math.MaxInt64, MaxRate, MaxRate},
	}
	for want, g := range tests {
		_, err := New(Segment{time.Second, 1, 1}, g)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "segment 1") {
			t.Errorf("New(%v) = %v, want an error with %q and the segment's number", g, err, want)
		}
	}
}

// random returns up to five segments, pauses and small rates among them.
func random(r *rand.Rand) []Segment {
	rate := func() float64 {
		return []float64{0, r.Float64() / 60, r.Float64() * 10, r.Float64() * 5000, float64(r.IntN(300))}[r.IntN(5)]
	}
	segments := make([]Segment, 1+r.IntN(5))
	for i := range segments {
		segments[i] = Segment{time.Duration(r.Int64N(int64(4 * time.Second))), rate(), rate()}
		if r.IntN(2) == 0 {
			segments[i].To = segments[i].From
		}
	}
	return segments
}

// checkLaws holds a schedule against its definition: due times rise, lie
// where the rate is positive, and are the inverse of the integral.
func checkLaws(t *testing.T, s Schedule) {
	t.Helper()
	var last time.Duration
	for n := range min(s.Count(), 20_000) {
		d, ok := s.Due(n)
		if !ok || d < last || d > s.Duration() {
			t.Fatalf("Due(%d) = %v, %v after %v, of %v", n, d, ok, last, s.Duration())
		}
		last = d
		// A nanosecond is worth rate*1e-9 arrivals; the due time is rounded to one.
		slack := 1e-9 + 2e-9*max(s.RateAt(d), s.RateAt(d-1), s.RateAt(d+1))
		if got := s.Expected(d); math.Abs(got-float64(n)) > slack {
			t.Fatalf("Expected(Due(%d) = %v) = %v, off by more than %v", n, d, got, slack)
		}
	}
}

func TestDueInvertsTheIntegral(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		segments := random(r)
		s := mustNew(t, segments...)
		var area float64
		for _, g := range segments {
			area += g.area()
		}
		if got := float64(s.Count()); got < area-1e-6 || got >= area+1 {
			t.Fatalf("%v: Count() = %v, the integral is %v", segments, got, area)
		}
		checkLaws(t, s)
	}
}

// TestAdditive: cutting a constant segment in two changes nothing, and a
// schedule of a whole area followed by another is both, the second shifted.
func TestAdditive(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		rate, seconds := float64(1+r.IntN(500)), 1+r.IntN(20)
		first := Segment{time.Duration(seconds) * time.Second, rate, rate}
		rest := random(r)
		a, b := mustNew(t, first), mustNew(t, rest...)
		both := mustNew(t, append([]Segment{first}, rest...)...)
		if both.Count() != a.Count()+b.Count() || both.Duration() != a.Duration()+b.Duration() {
			t.Fatalf("%v then %v: %d arrivals in %v, want %d", first, rest, both.Count(), both.Duration(), a.Count()+b.Count())
		}
		for n := range min(b.Count(), 200) {
			want, _ := b.Due(n)
			got, _ := both.Due(a.Count() + n)
			if diff := got - first.Duration - want; diff < -100 || diff > 100 {
				t.Fatalf("%v then %v: arrival %d of the second at %v, want %v", first, rest, n, got-first.Duration, want)
			}
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add(int64(time.Second), 0.0, 10.0, int64(time.Minute), 0.5, 0.0)
	f.Add(int64(1), MaxRate, MaxRate, int64(0), 0.0, 0.0)
	f.Fuzz(func(t *testing.T, d1 int64, a1, b1 float64, d2 int64, a2, b2 float64) {
		s, err := New(Segment{time.Duration(d1), a1, b1}, Segment{time.Duration(d2), a2, b2})
		if err != nil {
			return
		}
		var last time.Duration
		count := s.Count()
		for i := range uint64(50) { // a stretch at the start and one at the end
			for _, n := range []uint64{i, count - min(count, 50) + i} {
				d, ok := s.Due(n)
				if ok != (n < count) || d < 0 || d > s.Duration() {
					t.Fatalf("Due(%d of %d) = %v, %v, of %v", n, count, d, ok, s.Duration())
				}
			}
			d, ok := s.Due(i)
			if ok && d < last {
				t.Fatalf("Due(%d) = %v, before %v", i, d, last)
			}
			last = max(last, d)
		}
	})
}

func BenchmarkDue(b *testing.B) {
	s := mustNew(b, Segment{time.Minute, 0, 2000}, Segment{time.Minute, 2000, 2000}, Segment{time.Minute, 2000, 0})
	count := s.Count()
	for i := 0; b.Loop(); i++ {
		s.Due(uint64(i) % count)
	}
}

func TestSegmentsAreThoseGiven(t *testing.T) {
	want := []Segment{{Duration: time.Second, From: 1, To: 2}, {From: 2, To: 2}, {Duration: time.Minute}}
	s, err := New(want...)
	if err != nil || !slices.Equal(s.Segments(), want) {
		t.Errorf("got %v, %v, want %v", s.Segments(), err, want)
	}
	s.Segments()[0].To = 5
	if !slices.Equal(s.Segments(), want) {
		t.Error("the schedule was changed from outside")
	}
}
