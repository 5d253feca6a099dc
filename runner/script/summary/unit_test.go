package summary

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", 45: "45", 6.56109: "6.56109", 152.355556: "152.355556", 1.0 / 3: "0.333333", -2.5: "-2.5",
		1e-6: "0.000001", 1e-9: "1e-09", -1e-9: "-1e-09", 123456789: "123456789", 1e15: "1e+15", math.MaxFloat64: "1.798e+308",
		math.Inf(1): "-", math.Copysign(0, -1): "0",
	} {
		if got := number(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, tt := range []struct {
		ms   float64
		unit string
		want string
	}{
		{0, "", "0s"}, {0.000001, "", "0s"}, {0.0123, "", "12.3µs"}, {0.007, "", "7µs"}, {0.99999, "", "999.99µs"}, {0.999999, "", "1ms"},
		{1, "", "1ms"}, {140.357, "", "140.36ms"}, {999.994, "", "999.99ms"}, {999.996, "", "1s"}, {1351, "", "1.35s"}, {61_000, "", "61s"},
		{3.6e6, "", "3600s"}, {-1.5, "", "-1.5ms"},
		{1500, "us", "1500000µs"}, {0.0123, "us", "12.3µs"}, {1500, "ms", "1500ms"}, {0.004, "ms", "0ms"}, {140.36, "s", "0.14036s"}, {90_000, "s", "90s"},
	} {
		if got := duration(tt.ms, tt.unit); got != tt.want {
			t.Errorf("%v in %q: got %q, want %q", tt.ms, tt.unit, got, tt.want)
		}
	}
}

func TestSize(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 B", 1: "1 B", 0.25: "0.3 B", 718: "718 B", 999.4: "999 B", 999.6: "1 kB", 4900: "4.9 kB", 9949: "9.9 kB", 9951: "10 kB",
		76_400: "76 kB", 519_000: "519 kB", 1_300_000: "1.3 MB", 2.5e9: "2.5 GB", 7e12: "7 TB", 4.2e15: "4.2 PB", 4.2e18: "4200 PB", -2000: "-2 kB",
	} {
		if got := size(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.00%", 0.5: "50.00%", 2.0 / 3: "66.67%", 1: "100.00%", 0.999999: "99.99%", 0.00001: "0.00%", 1e300: "1e+302%", math.MaxFloat64: "-%",
	} {
		if got := percent(v); got != want {
			t.Errorf("%v: got %q, want %q", v, got, want)
		}
	}
}

// TestUnitsKeepTheMagnitude reads back what was written: units and rounding
// must not change a value by more than its last digit.
func TestUnitsKeepTheMagnitude(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	worth := map[string]float64{"µs": 1e-3, "ms": 1, "s": 1e3, " B": 1, " kB": 1e3, " MB": 1e6, " GB": 1e9, " TB": 1e12, " PB": 1e15}
	read := func(s string) float64 {
		digits := strings.TrimRight(s, "µmskMGTPB ")
		v, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		return v * worth[s[len(digits):]]
	}
	for range 20_000 {
		v := math.Exp(random.Float64()*30 - 4)
		if s := duration(v, ""); math.Abs(read(s)-v) > 0.005*math.Max(v, 1e-3)*1.001 {
			t.Errorf("%v ms is written as %s", v, s)
		}
		if s := size(v + 1); math.Abs(read(s)-v-1) > 0.06*(v+1) || len(s) > len("999 kB") {
			t.Errorf("%v bytes are written as %s", v+1, s)
		}
	}
}
