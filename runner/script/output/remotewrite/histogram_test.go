package remotewrite

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/prometheus/prometheus/prompb"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// TestBucket has values on the bounds of buckets and just beyond them.
func TestBucket(t *testing.T) {
	for coarser := range finest - coarsest + 1 {
		h := histogram{coarser: coarser}
		width := math.Exp2(float64(-h.schema()))
		for _, v := range []float64{1, 2, 0.5, 1024, 0x1p-60, 1.0000001, 1.9999999, 3, 5, 7e300, math.MaxFloat64, 0.001, 0.1} {
			i := float64(h.bucket(v))
			low, high := math.Exp2((i-1)*width), math.Exp2(i*width)
			if !(v > low*(1-1e-12) && v <= high*(1+1e-12)) {
				t.Errorf("schema %d: %v is in the bucket (%v, %v]", h.schema(), v, low, high)
			}
		}
		if i := h.bucket(1); i != 0 {
			t.Errorf("schema %d: 1 is in bucket %d", h.schema(), i)
		}
		if i := h.bucket(math.Nextafter(1, 2)); i != 1 {
			t.Errorf("schema %d: a little more than 1 is in bucket %d", h.schema(), i)
		}
	}
}

// sendHistogram is what a histogram arrives as.
func sendHistogram(t testing.TB, h *histogram) prompb.Histogram {
	t.Helper()
	value := appendHistogram(nil, h, 1234)
	request := appendSeries(nil, nil, appendLabel(nil, nameLabel, "k6_h"), nil, value)
	decoded, err := decode(s2.EncodeSnappy(nil, request))
	if err != nil || len(decoded.Timeseries) != 1 || len(decoded.Timeseries[0].Histograms) != 1 {
		t.Fatalf("got %v, %v", decoded, err)
	}
	return decoded.Timeseries[0].Histograms[0]
}

// TestHistogram compares what arrives with the values that went in.
func TestHistogram(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, draw := range map[string]func() float64{
		"latency":  func() float64 { return math.Exp(random.NormFloat64() - 3) },
		"both":     func() float64 { return random.NormFloat64() * 10 },
		"integers": func() float64 { return float64(random.IntN(5)) - 2 },
		"wide":     func() float64 { return math.Exp(random.NormFloat64() * 100) },
		"extremes": func() float64 {
			return []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1}[random.IntN(4)]
		},
		"nothing": func() float64 { return 0 },
	} {
		var h histogram
		var values []float64
		for range 3000 {
			v := draw()
			h.add(v)
			values = append(values, v)
		}
		if n := h.positive.used + h.negative.used; n > maxBuckets {
			t.Errorf("%s: %d buckets", name, n)
		}
		got := sendHistogram(t, &h)
		if got.Timestamp != 1234 || got.GetCountInt() != 3000 || got.ZeroThreshold != zeroThreshold {
			t.Errorf("%s: got %+v", name, got)
		}
		whole := got.ToIntHistogram()
		if err := whole.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var counted uint64
		for it := whole.PositiveBucketIterator(); it.Next(); {
			b := it.At()
			counted += b.Count
			checkBucket(t, name, values, b.Lower, b.Upper, b.Count)
		}
		for it := whole.NegativeBucketIterator(); it.Next(); {
			counted += it.At().Count
		}
		if counted+whole.ZeroCount != 3000 {
			t.Errorf("%s: the buckets hold %d values and %d zeros", name, counted, whole.ZeroCount)
		}
	}
}

func checkBucket(t *testing.T, name string, values []float64, low, high float64, count uint64) {
	t.Helper()
	var n uint64
	for _, v := range values {
		if v > low && v <= high {
			n++
		}
	}
	if n != count {
		t.Errorf("%s: %d values in (%v, %v], want %d", name, count, low, high, n)
	}
}

// FuzzHistogram holds all that arrives to Prometheus' own rules.
func FuzzHistogram(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, uint8(3))
	f.Add(-1e300, 1e-300, 0.0, uint8(200))
	f.Fuzz(func(t *testing.T, a, b, factor float64, n uint8) {
		var h histogram
		for i := range int(n) + 1 {
			v := a
			if i%2 == 1 {
				v = b
			}
			if v *= math.Pow(factor, float64(i)); math.IsNaN(v) {
				return
			}
			h.add(v)
		}
		got := sendHistogram(t, &h)
		if err := got.ToIntHistogram().Validate(); err != nil && !math.IsNaN(h.sum) {
			t.Errorf("%v", err)
		}
		if got.GetCountInt() != uint64(n)+1 {
			t.Errorf("%d values arrive, want %d", got.GetCountInt(), int(n)+1)
		}
	})
}

// TestNativeHistogram sends a trend as a histogram of seconds.
func TestNativeHistogram(t *testing.T) {
	server := newReceiver(t)
	_, of := metrics(t)
	w := writer(t, server.url, map[string]string{"K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": "true"}, nil)
	duration, size, plain := of("http_req_duration", metric.Trend, metric.Time), of("size", metric.Trend, metric.Data), of("plain", metric.Trend, metric.Default)
	w.Write([]metric.Sample{sample(duration, 1000, nil), sample(duration, 250, nil), sample(size, 8, nil), sample(plain, 9, nil)})
	if err := w.Stop(); err != nil {
		t.Fatal(err)
	}
	for name, sum := range map[string]float64{"k6_http_req_duration_seconds{}": 1.25, "k6_size_bytes{}": 8, "k6_plain{}": 9} {
		if s := server.series[name]; len(s) != 1 || len(s[0].Histograms) != 1 || s[0].Histograms[0].Sum != sum {
			t.Errorf("%s is %v, want a histogram with sum %v", name, s, sum)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	r := metric.NewRegistry()
	c, err := NewConfig("", nil)
	if err != nil {
		b.Fatal(err)
	}
	builtin := metric.NewBuiltin(r)
	s := newStore(&c, func(string) {})
	var samples []metric.Sample
	for range 100 {
		tags := metric.Set{"method": "GET", "url": "http://localhost/a", "name": "http://localhost/a", "status": "200", "proto": "HTTP/1.1",
			"scenario": "default", "group": "", "expected_response": "true"}
		for _, m := range []*metric.Metric{builtin.HTTPReqs, builtin.HTTPReqDuration, builtin.HTTPReqBlocked, builtin.HTTPReqConnecting, builtin.HTTPReqTLS,
			builtin.HTTPReqSending, builtin.HTTPReqWaiting, builtin.HTTPReqReceiving, builtin.HTTPReqFailed} {
			samples = append(samples, sample(m, 12.5, tags))
		}
	}
	b.ReportAllocs()
	for range b.N {
		s.add(samples)
	}
	b.ReportMetric(float64(b.N)*float64(len(samples))/b.Elapsed().Seconds(), "samples/s")
}
