package unit

import (
	"math"
	"testing"
	"time"
)

// printed is one value with the text that a person reads.
type printed struct{ got, want string }

func check(t *testing.T, rows []printed) {
	t.Helper()
	for i, r := range rows {
		if r.got != r.want {
			t.Errorf("row %d: %q, want %q", i, r.got, r.want)
		}
	}
}

func TestDuration(t *testing.T) {
	const us, ms, s = time.Microsecond, time.Millisecond, time.Second
	check(t, []printed{
		{Duration(0), "0 s"}, {Duration(500), "500 ns"}, {Duration(1500), "1.5 us"}, {Duration(710 * us), "710 us"},
		{Duration(999600), "1.0 ms"}, {Duration(1500 * us), "1.5 ms"}, {Duration(9960 * us), "10 ms"}, {Duration(23 * ms), "23 ms"},
		{Duration(999 * ms), "999 ms"}, {Duration(999600 * us), "1.00 s"}, {Duration(1200 * ms), "1.20 s"}, {Duration(9996 * ms), "10.0 s"},
		{Duration(12340 * ms), "12.3 s"}, {Duration(59900 * ms), "59.9 s"}, {Duration(59960 * ms), "1m00s"}, {Duration(125 * s), "2m05s"},
		{Duration(3725 * s), "1h02m05s"}, {Duration(-23 * ms), "-23 ms"}, {Duration(math.MinInt64), "-9223372036854775808 ns"},
		{SignedDuration(977 * ms), "+977 ms"}, {SignedDuration(0), "+0 s"}, {SignedDuration(-2 * s), "-2.00 s"},
		{Exact(2 * time.Minute), "2m"}, {Exact(time.Hour), "1h"}, {Exact(90 * s), "1m30s"}, {Exact(0), "0s"}, {Exact(3601 * s), "1h0m1s"},
	})
}

func TestNumbers(t *testing.T) {
	check(t, []printed{
		{Number(0), "0"}, {Number(1), "1"}, {Number(0.71234), "0.7123"}, {Number(99.995), "100"}, {Number(2150.4), "2150"},
		{Number(1e18), "1e+18"}, {Number(0.00001), "1e-05"}, {Number(math.NaN()), "NaN"}, {Number(math.Inf(-1)), "-Inf"}, {Number(-1.5), "-1.5"},
		{Count(0), "0"}, {Count(999), "999"}, {Count(1000), "1,000"}, {Count(429999), "429,999"}, {Count(1234567), "1,234,567"},
	})
}

func TestRatesAndShares(t *testing.T) {
	check(t, []printed{
		{Rate(2150), "2150/s"}, {Rate(0), "0/s"}, {Rate(2. / 60), "2/m"}, {Rate(0.5), "30/m"}, {Rate(0.01), "36/h"}, {Rate(1e-9), "1e-09/s"},
		{SignedRate(-3), "-3/s"}, {SignedRate(3), "+3/s"}, {SignedRate(math.Copysign(0, -1)), "+0/s"},
		{Percent(0.01), "1%"}, {Percent(0.0005), "0.05%"}, {Percent(1), "100%"}, {Percent(0.999967), "100%"},
		{SignedPercent(0.001), "+0.1%"}, {SignedPercent(-0.001), "-0.1%"}, {SignedPercent(0), "+0%"}, {SignedPercent(math.NaN()), "+NaN%"},
	})
}

func TestQuantities(t *testing.T) {
	check(t, []printed{
		{Cores(0.25), "250m"}, {Cores(2), "2"}, {Cores(1.5), "1.5"}, {Cores(0), "0"},
		{Bytes(0), "0 B"}, {Bytes(1023), "1023 B"}, {Bytes(256 << 20), "256 MiB"}, {Bytes(1.5 * (1 << 30)), "1.5 GiB"}, {Bytes(1000 << 20), "1000 MiB"},
	})
}
