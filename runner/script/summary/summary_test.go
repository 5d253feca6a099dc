package summary

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

var update = flag.Bool("update", false, "write the golden texts")

// values are those of a metric that took the samples.
func values(kind metric.Kind, samples ...float64) metric.Values {
	r := metric.NewRegistry()
	m, err := r.New("m", kind, metric.Default)
	if err != nil {
		panic(err)
	}
	for _, s := range samples {
		r.Shard(0).Add(m, s, metric.Set(nil))
	}
	return m.Values(nil)
}

func at(v float64) *float64 { return &v }

// example is a test of 10 s with something of everything.
func example() Data {
	requests := values(metric.Trend, 100, 200, 300, 400)
	return Data{
		Duration: 10 * time.Second, GeneratedAt: time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC), Version: "v1", Script: "load.js", Execution: "local",
		SetupData: `{"token":"t"}`,
		Metrics: []Metric{
			{Name: "http_reqs", Kind: metric.Counter, Values: values(metric.Counter, 1, 1, 1, 1), Contains: "default"},
			{Name: "http_req_duration", Kind: metric.Trend, Values: requests, Contains: "time", Thresholds: []Threshold{
				{Expr: "p(95)<500", OK: true, Observed: at(400)}, {Expr: "avg<200", Observed: at(250), Abort: true}}},
			{Name: "http_req_duration{name:quiet}", Kind: metric.Trend, Contains: "time", Thresholds: []Threshold{{Expr: "max<5", OK: true}}},
			{Name: "http_req_duration{expected_response:true}", Kind: metric.Trend, Values: values(metric.Trend, 100, 200), Contains: "time"},
			{Name: "http_req_blocked", Kind: metric.Trend, Values: values(metric.Trend, 0.0123), Contains: "time"},
			{Name: "http_req_failed", Kind: metric.Rate, Values: values(metric.Rate, 0, 0, 0, 1), Thresholds: []Threshold{{Expr: "rate<0.5", OK: true, Observed: at(0.25)}}},
			{Name: "checks", Kind: metric.Rate, Values: values(metric.Rate, 1, 1, 0)},
			{Name: "data_received", Kind: metric.Counter, Values: values(metric.Counter, 1_234_567), Contains: "data"},
			{Name: "vus", Kind: metric.Gauge, Values: values(metric.Gauge, 1, 7, 3)},
			{Name: "basket", Kind: metric.Trend, Values: values(metric.Trend, 1.5)},
			{Name: "quiet", Kind: metric.Counter, Thresholds: []Threshold{{Expr: "count<1"}}},
		},
		Root: Group{Checks: []Check{{Name: "up", Path: "::up", Passes: 1}},
			Groups: []Group{{Name: "shop", Path: "::shop", Checks: []Check{{Name: "is 200", Path: "::shop::is 200", Passes: 1, Fails: 1}}}}},
		Names: []Name{
			{Name: "GET /a", Requests: 1, Response: &Times{0.5, 0.5, 0.5, 0.5}},
			{Name: "GET /b", Requests: 3, Failed: 1, Response: &Times{100, 200, 300, 1400}, FromDue: &Times{1100, 1200, 1300, 2400}},
		},
		Warnings: []string{"the generator lagged\nby 3 s"},
	}
}

func text(t *testing.T, d Data, m Mode) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, d, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares with a file that was read and found right.
func golden(t *testing.T, file, got string) {
	t.Helper()
	file = "testdata/" + file
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTextCompact(t *testing.T) { golden(t, "compact.txt", text(t, example(), Compact)) }

func TestTextFull(t *testing.T) {
	d := example()
	golden(t, "full-groups.txt", text(t, d, Full))
	inner := Section{Name: "shop", Metrics: []Metric{{Name: "group_duration", Kind: metric.Trend, Contains: "time", Values: values(metric.Trend, 61_000)}},
		Checks: d.Root.Groups[0].Checks}
	d.Scenarios = []Section{
		{Name: "buyers", Metrics: d.Metrics[:4], Checks: d.Root.Checks, Groups: []Section{inner}},
		{Name: "idle"},
	}
	golden(t, "full-scenarios.txt", text(t, d, Full))
}

func TestTextColors(t *testing.T) {
	d := example()
	d.StdOutTTY = true
	colored := text(t, d, Full)
	for _, want := range []string{"\x1b[32m✓\x1b[0m 'p(95)<500' p(95)=400ms\n", "\x1b[31m✗\x1b[0m 'avg<200' avg=250ms (abortOnFail)\n", "\x1b[1m█ THRESHOLDS\x1b[0m\n"} {
		if !strings.Contains(colored, want) {
			t.Errorf("%q is missing from\n%s", want, colored)
		}
	}
	d.NoColor = true
	if got := strip(colored); got != text(t, d, Full) {
		t.Errorf("colours change more than colour:\n%s", got)
	}
}

// strip removes colours.
func strip(s string) string {
	for _, code := range []style{"0", bold, faint, red, green, yellow} {
		s = strings.ReplaceAll(s, "\x1b["+string(code)+"m", "")
	}
	return s
}

func TestTextSaysNothingWhenDisabled(t *testing.T) {
	if got := text(t, example(), Disabled); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestTextOfNothing(t *testing.T) {
	if got, want := text(t, Data{}, Full), "  █ TOTAL RESULTS\n\n    nothing was measured\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextRefuses(t *testing.T) {
	for _, d := range []Data{{TrendStats: []string{"mean"}}, {TimeUnit: "minutes"}} {
		if err := Text(&strings.Builder{}, d, Compact); err == nil {
			t.Errorf("%+v is shown", d)
		}
	}
}

// TestCompactNamesTheBusiest: many endpoints are shown in the mode full only.
func TestCompactNamesTheBusiest(t *testing.T) {
	var d Data
	for i := range maxEndpoints + 3 {
		d.Names = append(d.Names, Name{Name: strings.Repeat("x", i+1), Requests: uint64(i)})
	}
	got := text(t, d, Compact)
	if strings.Contains(got, " xxx\n") || !strings.Contains(got, " xxxx\n") || !strings.Contains(got, "    3 others are shown in the mode full\n") {
		t.Errorf("got\n%s", got)
	}
	if got := text(t, d, Full); !strings.Contains(got, " x\n") || strings.Contains(got, "others") {
		t.Errorf("got\n%s", got)
	}
}

func TestModesAndUnits(t *testing.T) {
	for in, want := range map[string]Mode{"": Compact, "compact": Compact, "full": Full, "disabled": Disabled} {
		if got, err := ParseMode(in); err != nil || got != want {
			t.Errorf("mode %q: got %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"legacy", "Full", " full"} {
		if got, err := ParseMode(in); err == nil || !strings.Contains(err.Error(), "compact, full and disabled") {
			t.Errorf("mode %q: got %q, %v", in, got, err)
		}
	}
	if _, err := ParseTimeUnit("m"); err == nil || !strings.Contains(err.Error(), "s, ms and us") {
		t.Errorf("unit m: got %v", err)
	}
}
