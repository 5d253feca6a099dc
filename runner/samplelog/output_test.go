package samplelog_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/runlog"
	"github.com/artisan-platform/headroom/runner/samplelog"
	"github.com/artisan-platform/headroom/runner/verdict"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

var outputScript = runlog.Script{Path: "scripts/a.js", Text: "export default function () {}", Version: "k6"}

func output(t *testing.T, thresholds map[string][]string) (*samplelog.Output, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	o, err := samplelog.New(dir, outputScript)
	if err != nil {
		t.Fatal(err)
	}
	o.SetThresholds(thresholds)
	return o, dir
}

// feed adds what another engine measures of a small run: ten requests of 10 ms,
// one of them lost, and two of an attack, due 30 ms before their end.
func feed(o *samplelog.Output, at time.Time) {
	one := func(name string, kind string, value float64, tags map[string]string) []artisan.Sample {
		return []artisan.Sample{{Metric: name, Kind: kind, Time: at, Value: value, Tags: tags}}
	}
	o.Add(one("vus", "gauge", 3, nil))
	for i := range 10 {
		tags := map[string]string{"method": "GET", "url": "http://127.0.0.1/a?b=1", "name": "http://127.0.0.1/a?b=1", "status": "200", "expected_response": "true", "scenario": "s"}
		if i == 9 {
			tags["status"], tags["expected_response"], tags["error"] = "0", "false", "connection refused"
		}
		o.Add([]artisan.Sample{
			{Metric: "http_reqs", Kind: "counter", Time: at, Value: 1, Tags: tags}, {Metric: "http_req_duration", Kind: "trend", Time: at, Value: 10, Tags: tags},
		})
		o.Add(one("checks", "rate", float64(i%2), map[string]string{"check": "odd"}))
		o.Add(one("iterations", "counter", 1, nil))
	}
	for range 2 {
		q := artisan.Request{Method: "GET", URL: "http://127.0.0.1/b", Sent: 7, Received: 8, Request: observation.Request{
			Name: "b", Status: 200, Due: at.Add(-30 * time.Millisecond), Started: at.Add(-20 * time.Millisecond), Ended: at}}
		o.Add(q.Samples(map[string]string{"engine": "vegeta", "name": "b"}))
	}
	o.Add(one("dropped_iterations", "counter", 4, nil))
	o.Add(one(artisan.DroppedMetric, "counter", 5, nil))
}

// TestOutput judges the log that is rebuilt from samples.
func TestOutput(t *testing.T) {
	o, dir := output(t, map[string][]string{
		"http_req_duration": {"max<=20", "p(95)<100"}, "http_req_duration{engine:vegeta}": {"min>=20"}, "http_reqs": {"count==12"}, "checks": {"rate>=0.5"},
		"http_req_due_duration": {"max>=30"}, "data_sent": {"count==14"}, "artisan_dropped_requests": {"count==5"},
	})
	feed(o, time.Now())
	var late artisan.LateLog
	late.Observe(observation.Record{Kind: observation.KindMark, Mark: &observation.Mark{Name: "lost"}}) // nobody listens yet
	late.Set(o.Log())
	late.Observe(observation.Record{Time: time.Now(), Kind: observation.KindMark, Mark: &observation.Mark{Name: "half"}})
	if late.Load() != "a" {
		t.Errorf("the load is %q, want a", late.Load())
	}
	if err := o.Stop(nil); err != nil {
		t.Fatal(err)
	}
	in, err := experiment.Judge(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, obj := range in.Result.Objectives {
		if obj.Group == "script" && obj.Verdict != verdict.Pass {
			t.Errorf("%s: %s, %s", obj.Name, obj.Value, obj.Cause)
		}
	}
	checkOutput(t, in.Run)
}

func checkOutput(t *testing.T, run *observation.Run) {
	t.Helper()
	counts := map[string]uint64{}
	var failed, due, dropped uint64
	var most, least time.Duration = 0, time.Hour
	for _, q := range run.Requests {
		counts[q.Scenario+" "+q.Name+" "+q.Class] += q.Count
		failed += q.Failed
		most, least = max(most, q.Response.Max()), min(least, q.Service.Min())
	}
	open := false
	for _, g := range run.Generators {
		due, dropped, open = due+g.Due, dropped+g.Dropped, open || g.Open
	}
	if len(counts) != 3 || counts["s GET /a 2xx"] != 9 || counts["s GET /a error"] != 1 || counts[" b 2xx"] != 2 || failed != 1 {
		t.Errorf("requests are %v, %d failed", counts, failed)
	}
	if most != 30*time.Millisecond || least != 10*time.Millisecond {
		t.Errorf("the longest was answered %v after it was due, the fastest took %v; want 30ms and 10ms", most, least)
	}
	if due != 12+9 || dropped != 9 || !open {
		t.Errorf("%d due, %d dropped, open model %v; want 21, 9, true", due, dropped, open)
	}
	s := run.Scripts[0].V
	if s.Iterations != 10 || s.Dropped != 4 || len(s.Checks) != 1 || s.Checks[0].Passes != 5 || s.Checks[0].Fails != 5 || len(s.Thresholds) != 8 {
		t.Errorf("the script is logged as %+v", s)
	}
	if len(run.Marks) != 1 || run.Marks[0].V.Name != "half" {
		t.Errorf("marks: %+v", run.Marks)
	}
}

// TestOutputSilence makes sure that what was not measured never passes.
func TestOutputSilence(t *testing.T) {
	for _, tt := range []struct {
		key, expr string
		err       error
		want      verdict.Value
	}{
		{"http_reqs", "count<5", nil, verdict.Fail},
		{"http_reqs{no:such}", "count<5", nil, verdict.Inconclusive},
		{"no_such_metric", "count<5", nil, verdict.Inconclusive},
		{"http_reqs", "nonsense", nil, verdict.Inconclusive},
		{"http_reqs", "count==12", errors.New("aborted"), verdict.Inconclusive},
	} {
		t.Run(tt.key+" "+tt.expr, func(t *testing.T) {
			o, dir := output(t, map[string][]string{tt.key: {tt.expr}})
			feed(o, time.Now())
			if err := o.Stop(tt.err); err != nil {
				t.Fatal(err)
			}
			in, err := experiment.Judge(dir)
			if err != nil {
				t.Fatal(err)
			}
			if in.Result.Verdict != tt.want {
				t.Errorf("judged %s (%s), want %s", in.Result.Verdict, in.Result.Reason, tt.want)
			}
		})
	}
}

func TestOutputRefuses(t *testing.T) {
	if _, err := samplelog.New("", outputScript); err == nil || !strings.Contains(err.Error(), "artisan=out/run") {
		t.Errorf("without a folder: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, observation.LogFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := samplelog.New(dir, outputScript); err == nil || !strings.Contains(err.Error(), "holds a run already") {
		t.Errorf("in a folder that holds a run: %v", err)
	}
}
