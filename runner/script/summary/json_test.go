package summary

import (
	"encoding/json"
	"encoding/xml"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// tiny is a test with one metric of each kind and one group.
func tiny() Data {
	return Data{
		Duration: 4 * time.Second, TrendStats: []string{"avg", "p(99.9)", "count"}, Version: "v1", Script: "load.js", Execution: "local",
		GeneratedAt: time.Date(2026, 8, 1, 14, 0, 0, 0, time.FixedZone("", 7200)), StdErrTTY: true,
		Metrics: []Metric{
			{Name: "c", Kind: metric.Counter, Values: values(metric.Counter, 2, 6)},
			{Name: "g", Kind: metric.Gauge, Values: values(metric.Gauge, 5, 1, 3)},
			{Name: "r", Kind: metric.Rate, Values: values(metric.Rate, 1, 0, 0, 0)},
			{Name: "data_sent{a:b}", Kind: metric.Counter, Values: values(metric.Counter, 8), Contains: "data"},
			{Name: "t", Kind: metric.Trend, Values: values(metric.Trend, 1, 3), Contains: "time", Thresholds: []Threshold{
				{Expr: "p(95)<5", OK: true, Observed: at(3)}, {Expr: "avg<1", Observed: at(2)}}},
		},
		Root: Group{Groups: []Group{{Name: "a", Path: "::a", Checks: []Check{{Name: "ok", Path: "::a::ok", Passes: 3, Fails: 1}}}}},
	}
}

const (
	idRoot  = "d41d8cd98f00b204e9800998ecf8427e" // printf '' | md5sum
	idGroup = "bbf5ee9e65399b518cbae210b4c64962" // printf '::a' | md5sum
	idCheck = "0231bada038a82f95cb3a50a6f71bff8" // printf '::a::ok' | md5sum
)

func compare(t *testing.T, got []byte, err error, want string) {
	t.Helper()
	want = strings.NewReplacer("\n", "", "\t", "", "ROOT", idRoot, "GROUP", idGroup, "CHECK", idCheck).Replace(want)
	if err != nil || strings.TrimSuffix(string(got), "\n") != want {
		t.Errorf("got\n%s\n%v\nwant\n%s", got, err, want)
	}
}

func TestHandleSummaryJSON(t *testing.T) {
	d := tiny()
	got, err := HandleSummaryJSON(d)
	compare(t, got, err, `{
	"root_group":{"name":"","path":"","id":"ROOT","groups":[
		{"name":"a","path":"::a","id":"GROUP","groups":[],"checks":[{"name":"ok","path":"::a::ok","id":"CHECK","passes":3,"fails":1}]}
	],"checks":[]},
	"options":{"summaryTrendStats":["avg","p(99.9)","count"],"summaryTimeUnit":"","noColor":false},
	"state":{"isStdOutTTY":false,"isStdErrTTY":true,"testRunDurationMs":4000},
	"metrics":{
		"c":{"type":"counter","contains":"default","values":{"count":8,"rate":2}},
		"g":{"type":"gauge","contains":"default","values":{"value":3,"min":1,"max":5}},
		"r":{"type":"rate","contains":"default","values":{"rate":0.25,"passes":1,"fails":3}},
		"data_sent{a:b}":{"type":"counter","contains":"data","values":{"count":8,"rate":2}},
		"t":{"type":"trend","contains":"time","values":{"avg":2,"p(99.9)":3,"count":2},
			"thresholds":{"p(95)<5":{"ok":true},"avg<1":{"ok":false}}}
	}}`)
	d.SetupData, d.Metrics, d.Root = `{"user":"ann"}`, nil, Group{}
	got, err = HandleSummaryJSON(d)
	compare(t, got, err, `{
	"root_group":{"name":"","path":"","id":"ROOT","groups":[],"checks":[]},
	"options":{"summaryTrendStats":["avg","p(99.9)","count"],"summaryTimeUnit":"","noColor":false},
	"state":{"isStdOutTTY":false,"isStdErrTTY":true,"testRunDurationMs":4000},
	"setup_data":{"user":"ann"},
	"metrics":{}}`)
}

// TestExportJSON: the booleans are true when the threshold was crossed.
func TestExportJSON(t *testing.T) {
	got, err := ExportJSON(tiny())
	compare(t, got, err, `{
	"root_group":{"name":"","path":"","id":"ROOT","groups":{
		"a":{"name":"a","path":"::a","id":"GROUP","groups":{},"checks":{"ok":{"name":"ok","path":"::a::ok","id":"CHECK","passes":3,"fails":1}}}
	},"checks":{}},
	"metrics":{
		"c":{"count":8,"rate":2},
		"g":{"value":3,"min":1,"max":5},
		"r":{"passes":1,"fails":3,"value":0.25},
		"data_sent{a:b}":{"count":8,"rate":2},
		"t":{"avg":2,"p(99.9)":3,"count":2,"thresholds":{"p(95)<5":false,"avg<1":true}}
	}}`)
}

func TestMachineJSON(t *testing.T) {
	d := tiny()
	d.Metrics = d.Metrics[3:]
	got, err := MachineJSON(d)
	compare(t, got, err, `{"version":"1.0.0",
	"metadata":{"generatedAt":"2026-08-01T12:00:00Z","k6Version":"v1"},
	"config":{"execution":"local","script":"load.js","duration":4},
	"results":{"passed":false,"metrics":[
		{"name":"data_sent{a:b}","type":"counter","contains":"data","category":"network","values":{"count":8,"rate":2}},
		{"name":"t","type":"trend","contains":"time","category":"custom","values":{"avg":2,"p(99.9)":3,"count":2},"thresholds":[
			{"expression":"p(95)<5","ok":true,"observed":3},{"expression":"avg<1","ok":false,"observed":2}]}
	],"checks":{"metrics":[
		{"name":"checks_total","type":"counter","contains":"default","values":{"count":4,"rate":1}},
		{"name":"checks_succeeded","type":"rate","contains":"default","values":{"rate":0.75,"passes":3,"fails":1}},
		{"name":"checks_failed","type":"rate","contains":"default","values":{"rate":0.25,"passes":1,"fails":3}}
	],"results":[{"name":"a::ok","passes":3,"fails":1}]}}}`)
	d = Data{}
	got, err = MachineJSON(d)
	compare(t, got, err, `{"version":"1.0.0",
	"metadata":{"generatedAt":"0001-01-01T00:00:00Z","k6Version":""},
	"config":{"execution":"","script":"","duration":0},
	"results":{"passed":true,"metrics":[],"checks":{"metrics":[],"results":[]}}}`)
}

// silent are metrics without samples, and one whose sum is too large for a
// number. A threshold of theirs is never met, whatever the data claim.
func silent() Data {
	d := Data{Duration: time.Second}
	for i, kind := range []metric.Kind{metric.Counter, metric.Gauge, metric.Rate, metric.Trend} {
		d.Metrics = append(d.Metrics, Metric{Name: string(rune('a' + i)), Kind: kind, Thresholds: []Threshold{{Expr: "x", OK: true}, {Expr: "x", OK: true}}})
	}
	d.Metrics = append(d.Metrics, Metric{Name: "huge", Kind: metric.Trend, Values: values(metric.Trend, math.MaxFloat64, math.MaxFloat64)})
	return d
}

func TestNothingIsMadeUp(t *testing.T) {
	got, err := HandleSummaryJSON(silent())
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Metrics map[string]struct {
			Values     map[string]float64
			Thresholds map[string]struct{ OK bool }
		}
	}
	if err := json.Unmarshal(got, &out); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	for name, want := range map[string]int{"a": 2, "b": 0, "c": 2, "d": 0, "huge": 5} {
		m := out.Metrics[name]
		if len(m.Values) != want || m.Thresholds["x"].OK {
			t.Errorf("%s: got %+v, want %d values and no threshold that is met", name, m, want)
		}
	}
	if got, err := MachineJSON(silent()); err != nil || !strings.Contains(string(got), `"passed":false`) || !strings.Contains(string(got), `"observed":null`) {
		t.Errorf("got %s, %v", got, err)
	}
	shown := text(t, silent(), Compact)
	if strings.Contains(shown, "✓") || strings.Contains(shown, "NaN") || strings.Contains(shown, "Inf") || strings.Count(shown, "✗ 'x' no samples") != 8 {
		t.Errorf("got\n%s", shown)
	}
}

func TestJSONRefuses(t *testing.T) {
	for _, f := range []func(Data) ([]byte, error){HandleSummaryJSON, ExportJSON, MachineJSON} {
		if got, err := f(Data{TrendStats: []string{"mode"}}); err == nil || !strings.Contains(err.Error(), `"mode" does not exist`) {
			t.Errorf("got %s, %v", got, err)
		}
	}
	if got, err := HandleSummaryJSON(Data{SetupData: "{"}); err == nil {
		t.Errorf("got %s for setup data that are no JSON", got)
	}
}

func TestJUnit(t *testing.T) {
	data, err := HandleSummaryJSON(Data{TrendStats: []string{"avg"}, Duration: time.Second, Metrics: []Metric{
		{Name: "t{u:<a>}", Kind: metric.Trend, Contains: "time", Values: values(metric.Trend, 10), Thresholds: []Threshold{
			{Expr: "avg<5", Observed: at(10)}, {Expr: "p(99)<5", Observed: at(10)}, {Expr: "max<50", OK: true, Observed: at(10)}}},
		{Name: "r", Kind: metric.Rate, Thresholds: []Threshold{{Expr: "rate>0.9"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := JUnit(data, "load & stress", "cls")
	want := xml.Header + `<testsuites tests="4" failures="3">
  <testsuite name="load &amp; stress" tests="4" failures="3">
    <testcase name="r - rate&gt;0.9" classname="cls">
      <failure message="threshold not met: no samples"></failure>
    </testcase>
    <testcase name="t{u:&lt;a&gt;} - avg&lt;5" classname="cls">
      <failure message="threshold not met: avg=10ms"></failure>
    </testcase>
    <testcase name="t{u:&lt;a&gt;} - p(99)&lt;5" classname="cls">
      <failure message="threshold not met: p(99)&lt;5"></failure>
    </testcase>
    <testcase name="t{u:&lt;a&gt;} - max&lt;50" classname="cls"></testcase>
  </testsuite>
</testsuites>
`
	if err != nil || got != want {
		t.Errorf("got\n%s\n%v\nwant\n%s", got, err, want)
	}
}
