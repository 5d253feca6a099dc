package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestKinds(t *testing.T) {
	for _, kind := range []Kind{Counter, Gauge, Rate, Trend} {
		m := &Metric{Kind: kind}
		for _, v := range []float64{4, 0, -2, 6} {
			m.Add(v, NoTags)
		}
		v := m.Values(nil)
		rate, _ := v.Rate()
		mean, _ := v.Mean()
		perSecond, _ := v.PerSecond(2 * time.Second)
		if v.Samples != 4 || v.Sum != 8 || v.Min != -2 || v.Max != 6 || v.Last != 6 || rate != 0.75 || mean != 2 || perSecond != 4 {
			t.Errorf("%v: got %+v, rate %v, mean %v, per second %v", kind, v, rate, mean, perSecond)
		}
	}
}

func TestNothingWithoutSamples(t *testing.T) {
	var v Values
	_, rate := v.Rate()
	_, mean := v.Mean()
	_, perSecond := v.PerSecond(time.Second)
	_, quantile := v.Quantile(0.5)
	if rate || mean || perSecond || quantile {
		t.Error("values without samples have an aggregate")
	}
	v.add(Counter, 1)
	if _, ok := v.PerSecond(0); ok {
		t.Error("a rate over no time")
	}
}

func TestSubMetrics(t *testing.T) {
	m := &Metric{Kind: Counter}
	red := []Tag{{"colour", "red"}}
	both := []Tag{{"colour", "red"}, {"size", "big"}}
	m.Select(red)
	m.Select(both)
	m.Select(red) // twice is once
	for _, tags := range []Set{{"colour": "red"}, {"colour": "red", "size": "big"}, {"size": "big"}, nil} {
		m.Add(1, tags)
	}
	all, r, b := m.Values(nil), m.Values(red), m.Values(both)
	if all.Samples != 4 || r.Samples != 2 || b.Samples != 1 || len(m.subs) != 2 {
		t.Errorf("got %d, %d, %d samples in %d parts; want 4, 2, 1 in 2", all.Samples, r.Samples, b.Samples, len(m.subs))
	}
	if none := m.Values([]Tag{{"no", "such"}}); none.Samples != 0 {
		t.Errorf("a part that nobody asked for has %d samples", none.Samples)
	}
}

// TestQuantile holds the sketch to its error for numbers of every magnitude
// and sign.
func TestQuantile(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, draw := range []func() float64{
		func() float64 { return random.Float64() * 1000 },
		func() float64 { return random.NormFloat64() * 50 },
		func() float64 { return math.Exp(random.NormFloat64() * 10) },
		func() float64 { return float64(random.IntN(3)) - 1 },
	} {
		m := &Metric{Kind: Trend}
		all := make([]float64, 5000)
		for i := range all {
			all[i] = draw()
			m.Add(all[i], NoTags)
		}
		slices.Sort(all)
		v := m.Values(nil)
		for _, q := range []float64{0, 0.001, 0.05, 0.5, 0.9, 0.95, 0.999, 1} {
			got, ok := v.Quantile(q)
			want := all[max(0, int(math.Ceil(q*5000-1e-9))-1)]
			if !ok || math.Abs(got-want) > relativeError*math.Abs(want)*(1+1e-9)+smallest {
				t.Errorf("quantile %v is %v, want %v within %v", q, got, want, relativeError)
			}
		}
	}
}

func TestExtremeValues(t *testing.T) {
	m := &Metric{Kind: Trend}
	for _, v := range []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0} {
		m.Add(v, NoTags)
	}
	v := m.Values(nil)
	if q, ok := v.Quantile(0.5); !ok || q != 0 {
		t.Errorf("the median is %v, want 0", q)
	}
	if n := len(v.sketch.positive.counts) + len(v.sketch.negative.counts); n > 2 {
		t.Errorf("%d buckets for two values", n)
	}
}

func TestRegistry(t *testing.T) {
	r := NewRegistry()
	NewBuiltin(r)
	a, err := r.New("mine", Trend, true)
	b, err2 := r.New("mine", Trend, true)
	if err != nil || err2 != nil || a != b {
		t.Errorf("two virtual users made different metrics of one name: %v, %v", err, err2)
	}
	for _, tt := range []struct {
		name string
		kind Kind
		time bool
	}{{"mine", Rate, true}, {"mine", Trend, false}, {"http_reqs", Trend, false}, {"", Rate, false}, {"1a", Rate, false}, {"a-b", Rate, false}, {strings.Repeat("x", 129), Rate, false}} {
		if _, err := r.New(tt.name, tt.kind, tt.time); err == nil {
			t.Errorf("%+v was made", tt)
		}
	}
}

func TestConcurrentSamples(t *testing.T) {
	m := &Metric{Kind: Trend}
	m.Select([]Tag{{"a", "b"}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				m.Add(float64(i), Set{"a": "b"})
				m.Values(nil)
			}
		})
	}
	wg.Wait()
	if v := m.Values([]Tag{{"a", "b"}}); v.Samples != 8000 {
		t.Errorf("%d samples, want 8000", v.Samples)
	}
}
