package output

import (
	"compress/gzip"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

func symlink(t *testing.T, to, from string) {
	t.Helper()
	if err := os.Symlink(to, from); err != nil {
		t.Fatal(err)
	}
}

// read reads a file, compressed or not.
func read(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// metrics makes metrics for tests.
func metrics(t testing.TB) (r *metric.Registry, of func(name string, kind metric.Kind, contains metric.Contents) *metric.Metric) {
	t.Helper()
	r = metric.NewRegistry()
	return r, func(name string, kind metric.Kind, contains metric.Contents) *metric.Metric {
		m, err := r.New(name, kind, contains)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

// letters are what random texts are made of.
var letters = []string{"a", "b", "é", "\"", "\\", "\n", "\r", "\t", "\x00", "\x1f", "\x7f", ",", " ", "&", "=", "%", "\u2028", "\u2029", "\uFFFD", "\xff", "\xc3", "😀", "<", "'"}

func text(random *rand.Rand) string {
	var b strings.Builder
	for range random.IntN(8) {
		b.WriteString(letters[random.IntN(len(letters))])
	}
	return b.String()
}

// randomSamples are samples with all that can be odd about them. Some share
// their tags with the one before.
func randomSamples(t testing.TB, seed uint64, n int) []metric.Sample {
	_, of := metrics(t)
	random := rand.New(rand.NewPCG(seed, 0))
	kinds := []metric.Kind{metric.Counter, metric.Gauge, metric.Rate, metric.Trend}
	names := []string{"status", "url", "name", "vu", "a", "b"}
	var all []metric.Sample
	var tags metric.Set
	for range n {
		kind := kinds[random.IntN(len(kinds))]
		m := of("m"+kind.String(), kind, metric.Default)
		if random.IntN(3) == 0 {
			tags = nil
			if random.IntN(4) > 0 {
				tags = metric.Set{}
				for range random.IntN(5) {
					tags[names[random.IntN(len(names))]] = text(random)
				}
				if random.IntN(3) == 0 {
					tags[text(random)] = text(random)
				}
			}
		}
		value := math.Float64frombits(random.Uint64())
		if random.IntN(2) == 0 || math.IsNaN(value) || math.IsInf(value, 0) {
			value = float64(random.IntN(2_000_000)-1_000_000) / 1000
		}
		at := time.Unix(random.Int64N(4e9), random.Int64N(1e9)).In(time.FixedZone("", random.IntN(24)*1800-6*3600))
		all = append(all, metric.Sample{Point: metric.Point{Metric: m, Value: value}, Time: at, Tags: tags})
	}
	return all
}
