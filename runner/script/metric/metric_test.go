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

// single returns a metric and a shard to add its samples to.
func single(kind Kind) (*Metric, *Shard) {
	r := NewRegistry()
	m, err := r.New("m", kind, Default)
	if err != nil {
		panic(err)
	}
	return m, r.Shard(0)
}

func TestKinds(t *testing.T) {
	for _, kind := range []Kind{Counter, Gauge, Rate, Trend} {
		m, s := single(kind)
		for _, v := range []float64{4, 0, -2, 6} {
			s.Add(m, v, Set(nil))
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

// TestOwnValues adds samples to values that no metric holds.
func TestOwnValues(t *testing.T) {
	var trend, gauge Values
	for _, x := range []float64{4, 0, 2} {
		trend.Add(Trend, x)
		gauge.Add(Gauge, x)
	}
	median, ok := trend.Quantile(0.5)
	if !ok || math.Abs(median-2) > 0.02 || trend.Sum != 6 || trend.Trues != 2 || gauge.Last != 2 || gauge.Max != 4 || gauge.Samples != 3 {
		t.Errorf("got %+v and %+v", trend, gauge)
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
	v.count(1)
	if _, ok := v.PerSecond(0); ok {
		t.Error("a rate over no time")
	}
}

func TestSubMetrics(t *testing.T) {
	m, s := single(Counter)
	red := []Tag{{"colour", "red"}}
	both := []Tag{{"colour", "red"}, {"size", "big"}}
	m.Select(red)
	m.Select(both)
	m.Select(red) // twice is once
	for _, tags := range []Set{{"colour": "red"}, {"colour": "red", "size": "big"}, {"size": "big"}, nil} {
		s.Add(m, 1, tags)
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
		m, s := single(Trend)
		all := make([]float64, 5000)
		for i := range all {
			all[i] = draw()
			s.Add(m, all[i], Set(nil))
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
	m, s := single(Trend)
	for _, v := range []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 0} {
		s.Add(m, v, Set(nil))
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
	a, err := r.New("mine", Trend, Time)
	b, err2 := r.New("mine", Trend, Time)
	if err != nil || err2 != nil || a != b {
		t.Errorf("two virtual users made different metrics of one name: %v, %v", err, err2)
	}
	for _, tt := range []struct {
		name string
		kind Kind
		of   Contents
	}{{"mine", Rate, Time}, {"mine", Trend, Default}, {"http_reqs", Trend, Default}, {"", Rate, Default}, {"1a", Rate, Default}, {"a-b", Rate, Default}, {strings.Repeat("x", 129), Rate, Default}} {
		if _, err := r.New(tt.name, tt.kind, tt.of); err == nil {
			t.Errorf("%+v was made", tt)
		}
	}
}

func TestConcurrentSamples(t *testing.T) {
	m, _ := single(Trend)
	m.Select([]Tag{{"a", "b"}})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 1000 {
				m.registry.Shard(uint64(i+w)).Add(m, float64(i), Set{"a": "b"})
				m.Values(nil)
			}
		})
	}
	wg.Wait()
	if v := m.Values([]Tag{{"a", "b"}}); v.Samples != 8000 {
		t.Errorf("%d samples, want 8000", v.Samples)
	}
}

// TestShards spreads samples over shards and takes the sum of them all.
func TestShards(t *testing.T) {
	r := NewRegistry()
	gauge, _ := r.New("gauge", Gauge, Default)
	trend, _ := r.New("trend", Trend, Time)
	for i := range uint64(100) {
		r.Shard(i).Add(gauge, float64(i), Set(nil))
		r.Shard(i).Add(trend, float64(i+1), Set(nil))
	}
	g, v := gauge.Values(nil), trend.Values(nil)
	if g.Last != 99 || g.Min != 0 || g.Max != 99 || g.Samples != 100 {
		t.Errorf("gauge %+v", g)
	}
	if q, _ := v.Quantile(0.5); v.Samples != 100 || v.Sum != 5050 || math.Abs(q-50) > 0.5 {
		t.Errorf("trend of %d samples, sum %v, median %v", v.Samples, v.Sum, q)
	}
}

func take(r *Registry, shard uint64, e *Endpoint, o Outcome) {
	r.Shard(shard).Take(&Event{Endpoint: e, Outcome: o})
}

func TestEndpoints(t *testing.T) {
	r := NewRegistry()
	a, _ := r.Endpoint("a")
	b, _ := r.Endpoint("b")
	if again, _ := r.Endpoint("a"); again != a {
		t.Error("one name, two endpoints")
	}
	take(r, 0, b, Outcome{Service: 10, Response: 30, Due: true, Failed: true})
	take(r, 1, b, Outcome{Service: 20, Response: 20, Due: true})
	take(r, 2, b, Outcome{Service: 30})
	all := r.Endpoints()
	if len(all) != 1 || all[0].Name != "b" || all[0].Requests != 3 || all[0].Failed != 1 || all[0].Service.Sum != 60 || all[0].Response.Sum != 50 {
		t.Errorf("got %+v", all)
	}
	capped := 0
	for i := range MaxEndpoints + 10 {
		e, first := r.Endpoint(strings.Repeat("x", i+1))
		if first {
			capped++
		}
		if i > MaxEndpoints && e.Name != OtherEndpoints {
			t.Fatalf("endpoint %d is kept apart", i)
		}
	}
	if capped != 1 {
		t.Errorf("told %d times that there are too many endpoints, want once", capped)
	}
}

func TestStream(t *testing.T) {
	r := NewRegistry()
	m, _ := r.New("m", Counter, Default)
	r.Shard(0).Add(m, 1, Set{"before": "it"})
	r.Stream()
	at := time.Unix(5, 0)
	r.Shard(0).Take(&Event{Points: []Point{{m, 2}, {m, 3}}, Tags: Set{"k": "v"}, Time: at})
	got := r.Drain()
	if len(got) != 2 || got[0].Value != 2 || got[1].Value != 3 || !got[0].Time.Equal(at) || got[1].Tags["k"] != "v" || len(r.Drain()) != 0 {
		t.Errorf("drained %+v", got)
	}
	if v := m.Values(nil); v.Sum != 6 {
		t.Errorf("sum %v, want 6", v.Sum)
	}
}
