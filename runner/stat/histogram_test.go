package stat

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

func of(values ...time.Duration) Histogram {
	var h Histogram
	for _, v := range values {
		h.Record(v)
	}
	return h
}

// sample draws n durations that span nanoseconds to minutes, as latencies and
// lags do.
func sample(r *rand.Rand, n int) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		out[i] = time.Duration(math.Exp(r.Float64()*25)) - 1
	}
	return out
}

func TestConstants(t *testing.T) {
	if got := math.Log(gamma); math.Abs(got-logGamma) > 1e-17 {
		t.Errorf("logGamma = %v, ln(gamma) is %.18g", logGamma, got)
	}
	if got := bucket(math.MaxInt64); got != maxBucket {
		t.Errorf("bucket of the longest duration = %d, maxBucket is %d", got, maxBucket)
	}
}

func TestQuantileRows(t *testing.T) {
	tests := []struct {
		name   string
		values []time.Duration
		q      float64
		want   time.Duration
		ok     bool
	}{
		{"empty", nil, 0.5, 0, false},
		{"NaN", []time.Duration{1}, math.NaN(), 0, false},
		{"below 0", []time.Duration{1}, -0.1, 0, false},
		{"above 1", []time.Duration{1}, 1.1, 0, false},
		{"one value is exact", []time.Duration{12345678}, 0.95, 12345678, true},
		{"minimum is exact", []time.Duration{5, 10 * time.Millisecond}, 0, 5, true},
		{"maximum is exact", []time.Duration{time.Second, 3 * time.Second}, 1, 3 * time.Second, true},
		{"negative is zero", []time.Duration{-time.Second}, 0.5, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := of(tt.values...)
			if got, ok := h.Quantile(tt.q); got != tt.want || ok != tt.ok {
				t.Errorf("Quantile(%v) = %v, %v, want %v, %v", tt.q, got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestRank(t *testing.T) {
	tests := []struct {
		q    float64
		n    uint64
		want uint64
	}{{0.95, 20, 19}, {0.95, 21, 20}, {0.99, 100, 99}, {0.5, 2, 1}, {0, 7, 1}, {1, 7, 7}, {0.55, 100, 55}, {0.001, 1000, 1}}
	for _, tt := range tests {
		if got := rank(tt.q, tt.n); got != tt.want {
			t.Errorf("rank(%v, %d) = %d, want %d", tt.q, tt.n, got, tt.want)
		}
	}
}

// TestErrorBound holds every quantile against the sorted values.
func TestErrorBound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		values := sample(r, 1+r.IntN(2000))
		h := of(values...)
		slices.Sort(values)
		for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1} {
			want := values[rank(q, uint64(len(values)))-1]
			got, _ := h.Quantile(q)
			bound := RelativeError*float64(want)*(1+1e-9) + 1
			if want < floor {
				bound = float64(floor)
			}
			if math.Abs(float64(got-want)) > bound {
				t.Fatalf("q %v of %d values = %v, want %v within %v", q, len(values), got, want, RelativeError)
			}
		}
	}
}

// TestMergeIsUnion: merging two histograms is recording both samples, in
// whatever order.
func TestMergeIsUnion(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 100 {
		a, b := sample(r, r.IntN(50)), sample(r, r.IntN(50))
		whole := of(append(slices.Clone(a), b...)...)
		ab, ba := of(a...), of(b...)
		ab.Merge(of(b...))
		ba.Merge(of(a...))
		if !reflect.DeepEqual(ab, whole) || !reflect.DeepEqual(ba, whole) {
			t.Fatalf("merge of %v and %v:\n%+v\n%+v, want\n%+v", a, b, ab, ba, whole)
		}
	}
}

// TestMergeLeavesOther: the merged histogram keeps no hold of the other's
// buckets.
func TestMergeLeavesOther(t *testing.T) {
	other := of(time.Millisecond)
	var h Histogram
	h.Merge(other)
	h.Record(time.Millisecond)
	if want := of(time.Millisecond); !reflect.DeepEqual(other, want) {
		t.Errorf("other = %+v, want %+v", other, want)
	}
}

func TestSums(t *testing.T) {
	h := of(time.Second, 3*time.Second, -time.Second)
	if h.Count() != 3 || h.Sum() != 4*time.Second || h.Min() != 0 || h.Max() != 3*time.Second {
		t.Errorf("count %d sum %v min %v max %v", h.Count(), h.Sum(), h.Min(), h.Max())
	}
	h.Record(math.MaxInt64)
	if h.Sum() != math.MaxInt64 {
		t.Errorf("sum %v, want the longest duration", h.Sum())
	}
}

func TestJSONRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for i := range 100 {
		h := of(sample(r, i)...)
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		var back Histogram
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("decode %s: %v", text, err)
		}
		if !reflect.DeepEqual(back, h) {
			t.Fatalf("%s decodes to %+v, want %+v", text, back, h)
		}
	}
}

func TestWireForm(t *testing.T) {
	text, err := json.Marshal(of(500, time.Millisecond, time.Millisecond))
	want := `{"n":3,"sum":2000500,"min":500,"max":1000000,"b":[[0,1],[346,2]]}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no object":        `[]`,
		"count too small":  `{"n":1,"sum":2,"min":1,"max":1,"b":[[0,2]]}`,
		"count only":       `{"n":1}`,
		"zero in a bucket": `{"n":0,"b":[[0,0]]}`,
		"negative bucket":  `{"n":1,"sum":1,"min":1,"max":1,"b":[[-1,1]]}`,
		"bucket too high":  `{"n":1,"sum":1,"min":1,"max":1,"b":[[1839,1]]}`,
		"out of order":     `{"n":2,"sum":1,"min":1,"max":1,"b":[[4,1],[3,1]]}`,
		"twice":            `{"n":2,"sum":1,"min":1,"max":1,"b":[[3,1],[3,1]]}`,
		"count wraps":      `{"n":0,"sum":1,"min":1,"max":1,"b":[[1,9223372036854775807],[2,9223372036854775807],[3,2]]}`,
		"min above max":    `{"n":1,"sum":2,"min":2,"max":1,"b":[[0,1]]}`,
		"negative min":     `{"n":1,"sum":2,"min":-2,"max":1,"b":[[0,1]]}`,
		"sum below max":    `{"n":1,"sum":1,"min":2,"max":2,"b":[[0,1]]}`,
		"sum of nothing":   `{"n":0,"sum":1}`,
	} {
		h := of(time.Hour)
		if err := json.Unmarshal([]byte(text), &h); err == nil {
			t.Errorf("%s: %s decodes to %+v", name, text, h)
		}
		if !reflect.DeepEqual(h, of(time.Hour)) {
			t.Errorf("%s: a refused text changed the histogram", name)
		}
	}
}

func TestMinSamples(t *testing.T) {
	for q, want := range map[float64]uint64{
		0.5: 20, 0.9: 100, 0.95: 200, 0.99: 1000, 0.999: 10000, 0.1: 100, 0.05: 200, 0.75: 40,
		0: math.MaxUint64, 1: math.MaxUint64, -1: math.MaxUint64, 5e-324: math.MaxUint64,
		math.Inf(1): math.MaxUint64,
	} {
		if got := MinSamples(q); got != want {
			t.Errorf("MinSamples(%v) = %d, want %d", q, got, want)
		}
	}
	if got := MinSamples(math.NaN()); got != math.MaxUint64 {
		t.Errorf("MinSamples(NaN) = %d", got)
	}
}

// FuzzUnmarshal: what is accepted encodes to something that decodes to the
// same, answers every quantile within its bounds, and can be recorded to.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"n":3,"sum":2000500,"min":500,"max":1000000,"b":[[0,1],[346,2]]}`))
	f.Add([]byte(`{"n":0,"sum":0,"min":0,"max":0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var h, back Histogram
		if json.Unmarshal(text, &h) != nil {
			return
		}
		again, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(again, &back); err != nil || !reflect.DeepEqual(h, back) {
			t.Fatalf("%s -> %s: %v", text, again, err)
		}
		if q, ok := h.Quantile(0.95); ok != (h.Count() > 0) || q < h.Min() || q > h.Max() {
			t.Fatalf("%s: p95 %v, %v", text, q, ok)
		}
		h.Record(time.Second)
		back.Merge(h)
	})
}

func BenchmarkRecord(b *testing.B) {
	values := sample(rand.New(rand.NewPCG(4, 4)), 1024)
	var h Histogram
	for i := 0; b.Loop(); i++ {
		h.Record(values[i%len(values)])
	}
}
