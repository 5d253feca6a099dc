package unit

import (
	"math"
	"strings"
	"testing"
	"time"
)

// row is one text with what it means, or with a part of the error it gives.
type row[T any] struct {
	text string
	want T
	err  string
}

func run[T comparable](t *testing.T, parse func(string) (T, error), rows []row[T]) {
	t.Helper()
	for _, r := range rows {
		got, err := parse(r.text)
		switch {
		case r.err != "" && (err == nil || !strings.Contains(err.Error(), r.err)):
			t.Errorf("%q: %v, %v, want an error with %q", r.text, got, err, r.err)
		case r.err == "" && (err != nil || got != r.want):
			t.Errorf("%q: %v, %v, want %v", r.text, got, err, r.want)
		}
	}
}

func TestParseRate(t *testing.T) {
	run(t, ParseRate, []row[float64]{
		{"2150/s", 2150, ""}, {"120/m", 2, ""}, {"36/h", 0.01, ""}, {"2200", 2200, ""}, {"0", 0, ""},
		{" 1.5 / s ", 1.5, ""}, {"1e3/s", 1000, ""},
		{"", 0, "no rate"}, {"/s", 0, "no rate"}, {"10/", 0, "no rate"}, {"10/d", 0, "per second, minute or hour"},
		{"10/s/s", 0, "no rate"}, {"-1/s", 0, "no rate"}, {"+1", 0, "no rate"}, {"NaN", 0, "no rate"}, {"inf/s", 0, "no rate"},
		{"0x10/s", 0, "no rate"}, {"1_000/s", 0, "no rate"}, {"2,150/s", 0, "no rate"}, {"1e999", 0, "no rate"}, {"fast", 0, "2150/s"},
	})
}

func TestParseFraction(t *testing.T) {
	run(t, ParseFraction, []row[float64]{
		{"1%", 0.01, ""}, {"0.01", 0.01, ""}, {"0", 0, ""}, {"0.1 %", 0.001, ""}, {"100%", 1, ""}, {".5", 0.5, ""},
		{"101%", 0, "more than the whole"}, {"5", 0, "with a % sign"}, {"1", 0, "may mean 1%"},
		{"-1%", 0, "no share"}, {"", 0, "no share"}, {"%", 0, "no share"}, {"NaN%", 0, "no share"}, {"1%%", 0, "no share"},
	})
}

func TestParseDuration(t *testing.T) {
	run(t, ParseDuration, []row[time.Duration]{
		{"90s", 90 * time.Second, ""}, {"1m30s", 90 * time.Second, ""}, {"250ms", 250 * time.Millisecond, ""}, {"0", 0, ""}, {" 1h ", time.Hour, ""},
		{"30", 0, "write 30s for seconds"}, {"1.5", 0, "write 1.5s"}, {"-5s", 0, "negative"}, {"2d", 0, "write 48h"},
		{"", 0, "no duration"}, {"soon", 0, "90s, 1m30s"}, {"1 m", 0, "no duration"}, {"10000000h", 0, "no duration"},
	})
}

func TestParseQuantity(t *testing.T) {
	run(t, ParseQuantity, []row[float64]{
		{"250m", 0.25, ""}, {"2", 2, ""}, {"256Mi", 256 << 20, ""}, {"1.5Gi", 1.5 * (1 << 30), ""}, {"100k", 1e5, ""},
		{"1e3", 1000, ""}, {"1E3", 1000, ""}, {"1E", 1e18, ""}, {"5u", 5e-6, ""}, {"0", 0, ""}, {" 2 ", 2, ""},
		{"", 0, "no quantity"}, {"Mi", 0, "no quantity"}, {"256MB", 0, "Ki Mi Gi"}, {"256mi", 0, "no quantity"}, {"-1", 0, "no quantity"},
		{"1 Mi", 0, "no quantity"}, {"1..2", 0, "no quantity"}, {"1e308E", 0, "no quantity"},
	})
}

func FuzzRate(f *testing.F)     { fuzz(f, ParseRate, Rate, math.MaxFloat64, "2150/s", "2/m") }
func FuzzFraction(f *testing.F) { fuzz(f, ParseFraction, Percent, 1, "1%", "0.5") }
func FuzzQuantity(f *testing.F) { fuzz(f, ParseQuantity, Cores, math.MaxFloat64, "250m", "1.5Gi") }

// fuzz: what is accepted is a number from 0 to limit, and what is printed of
// it reads back to the same number, to four digits.
func fuzz(f *testing.F, parse func(string) (float64, error), print func(float64) string, limit float64, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parse(s)
		if err != nil {
			return
		}
		if !(v >= 0 && v <= limit) {
			t.Fatalf("%q is %v", s, v)
		}
		if v > 1e15 || v < 1e-300 {
			return // printed with more or fewer digits than are promised
		}
		back, err := parse(print(v))
		if err != nil || math.Abs(back-v) > 1e-3*v {
			t.Fatalf("%q is %v, printed %q, read back as %v, %v", s, v, print(v), back, err)
		}
	})
}

func FuzzDuration(f *testing.F) {
	f.Add("1h2m0.5s")
	f.Add("30")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		back, err := ParseDuration(Exact(d))
		if err != nil || back != d || d < 0 {
			t.Fatalf("%q is %v, printed %q, read back as %v, %v", s, d, Exact(d), back, err)
		}
		if Duration(d) == "" || SignedDuration(-d)[0] != '-' && d > 0 {
			t.Fatalf("%v is printed as %q and %q", d, Duration(d), SignedDuration(-d))
		}
	})
}
