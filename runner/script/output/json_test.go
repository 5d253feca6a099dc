package output

import (
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// TestJSON compares whole lines with the documented format.
func TestJSON(t *testing.T) {
	_, of := metrics(t)
	vus, duration, checks := of("vus", metric.Gauge, metric.Default), of("http_req_duration", metric.Trend, metric.Time), of("checks", metric.Rate, metric.Default)
	sent := of("data_sent", metric.Counter, metric.Data)
	o := options(t, `{"thresholds": {
		"http_req_duration": ["avg<1000", {"threshold": "p(95)<500", "abortOnFail": true}],
		"http_req_duration{ status:200, group:::a::b }": ["max>=0"], "http_req_duration{expected_response:true}": ["med<9"]}}`)
	duration.Select([]metric.Tag{{Key: "expected_response", Value: "true"}})
	for _, threshold := range o.Thresholds {
		duration.Select(threshold.Selector)
	}
	zone := time.FixedZone("", 2*3600)
	tags := metric.Set{"url": "http://a/?b=<c>&d", "group": "::a::b", "check": "it's \"ok\"\n"}
	got := written(t, "json", nil, o, []metric.Sample{
		{Point: metric.Point{Metric: vus, Value: 5}, Time: time.Date(2017, 5, 9, 14, 34, 45, 625742514, zone)},
		{Point: metric.Point{Metric: duration, Value: 459.865729}, Time: time.Date(2017, 5, 9, 14, 34, 45, 239531000, zone), Tags: tags},
		{Point: metric.Point{Metric: duration, Value: 0.0000001}, Time: time.Date(2017, 5, 9, 14, 34, 45, 0, time.UTC), Tags: tags},
		{Point: metric.Point{Metric: checks, Value: 1}, Time: time.Unix(0, 0).UTC(), Tags: metric.Set{}},
		{Point: metric.Point{Metric: sent, Value: 1e21}, Time: time.Unix(0, 0).UTC(), Tags: metric.Set{"é": "\xff"}},
		{Point: metric.Point{Metric: sent, Value: math.Inf(1)}, Time: time.Unix(0, 0).UTC()},
	})
	want := `{"type":"Metric","data":{"name":"vus","type":"gauge","contains":"default","tainted":null,"thresholds":[],"submetrics":null},"metric":"vus"}
{"type":"Point","data":{"time":"2017-05-09T14:34:45.625742514+02:00","value":5,"tags":null},"metric":"vus"}
{"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","tainted":null,"thresholds":["avg<1000","p(95)<500"],"submetrics":[` +
		`{"name":"http_req_duration{expected_response:true}","suffix":"expected_response:true","tags":{"expected_response":"true"},"thresholds":["med<9"]},` +
		`{"name":"http_req_duration{group:::a::b,status:200}","suffix":"group:::a::b,status:200","tags":{"group":"::a::b","status":"200"},"thresholds":["max>=0"]}]},"metric":"http_req_duration"}
{"type":"Point","data":{"time":"2017-05-09T14:34:45.239531+02:00","value":459.865729,"tags":{"check":"it's \"ok\"\n","group":"::a::b","url":"http://a/?b=<c>&d"}},"metric":"http_req_duration"}
{"type":"Point","data":{"time":"2017-05-09T14:34:45Z","value":1e-07,"tags":{"check":"it's \"ok\"\n","group":"::a::b","url":"http://a/?b=<c>&d"}},"metric":"http_req_duration"}
{"type":"Metric","data":{"name":"checks","type":"rate","contains":"default","tainted":null,"thresholds":[],"submetrics":null},"metric":"checks"}
{"type":"Point","data":{"time":"1970-01-01T00:00:00Z","value":1,"tags":null},"metric":"checks"}
{"type":"Metric","data":{"name":"data_sent","type":"counter","contains":"data","tainted":null,"thresholds":[],"submetrics":null},"metric":"data_sent"}
{"type":"Point","data":{"time":"1970-01-01T00:00:00Z","value":1e+21,"tags":{"é":"` + "\uFFFD" + `"}},"metric":"data_sent"}
{"type":"Point","data":{"time":"1970-01-01T00:00:00Z","value":null,"tags":null},"metric":"data_sent"}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestJSONReadsBack decodes random samples again.
func TestJSONReadsBack(t *testing.T) {
	for seed := range uint64(20) {
		checkJSON(t, randomSamples(t, seed, 300))
	}
}

// checkJSON decodes every line and compares it with its sample.
func checkJSON(t *testing.T, samples []metric.Sample) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(written(t, "json", nil, options(t, "{}"), samples), "\n"), "\n")
	declared := make(map[string]bool)
	for _, line := range lines {
		var got struct {
			Type, Metric string
			Data         struct {
				Name  string
				Time  time.Time
				Value float64
				Tags  map[string]string
			}
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got.Type == "Metric" {
			if declared[got.Metric] || got.Data.Name != got.Metric {
				t.Errorf("declared wrongly: %s", line)
			}
			declared[got.Metric] = true
			continue
		}
		s := samples[0]
		samples = samples[1:]
		if !declared[got.Metric] || got.Metric != s.Metric.Name || got.Data.Value != s.Value || !got.Data.Time.Equal(s.Time) {
			t.Fatalf("got %s\nof %+v", line, s)
		}
		want := make(map[string]string)
		for k, v := range s.Tags {
			want[valid(k)] = valid(v)
		}
		for k, v := range want {
			if got.Data.Tags[k] != v {
				t.Errorf("tag %q is %q, want %q", k, got.Data.Tags[k], v)
			}
		}
		if len(got.Data.Tags) != len(want) {
			t.Errorf("got %d tags, want %d: %s", len(got.Data.Tags), len(want), line)
		}
	}
	if len(samples) != 0 {
		t.Errorf("%d samples were not written", len(samples))
	}
}

// valid has every byte that is no UTF-8 replaced.
func valid(s string) string { return string([]rune(s)) }

func FuzzString(f *testing.F) {
	f.Add("a\"b\\c\n\u2028\xff\x00")
	f.Fuzz(func(t *testing.T, s string) {
		text := appendString(nil, s)
		var got string
		if err := json.Unmarshal(text, &got); err != nil || got != valid(s) {
			t.Errorf("%q is written as %s: %v", s, text, err)
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, x := range []float64{0, math.Copysign(0, -1), 1e-6, 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		var got float64
		text := appendNumber(nil, x)
		switch err := json.Unmarshal(text, &got); {
		case err != nil:
			t.Errorf("%v is written as %s: %v", x, text, err)
		case math.IsNaN(x) || math.IsInf(x, 0):
			if string(text) != "null" {
				t.Errorf("%v is written as %s", x, text)
			}
		case got != x:
			t.Errorf("%v reads back as %v", x, got)
		}
	})
}

// TestJSONFile has a line in the file as soon as it is written, and all lines
// in a compressed file in the end.
func TestJSONFile(t *testing.T) {
	_, of := metrics(t)
	m := of("n", metric.Counter, metric.Default)
	plain, packed := t.TempDir()+"/a.json", t.TempDir()+"/a.json.gz"
	a, b := start(t, "json="+plain, nil, Run{}), start(t, "json="+packed, nil, Run{})
	for i := range 3 {
		a.Write([]metric.Sample{{Point: metric.Point{Metric: m, Value: 1}}})
		b.Write([]metric.Sample{{Point: metric.Point{Metric: m, Value: 1}}})
		if n := strings.Count(read(t, plain), "\n"); n != i+2 {
			t.Errorf("%d lines after %d samples", n, i+1)
		}
	}
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	if err := b.Stop(); err != nil {
		t.Error(err)
	}
	if got, want := read(t, packed), read(t, plain); got != want || strings.Count(got, "\n") != 4 {
		t.Errorf("got %s, want %s", got, want)
	}
}

// requests are the samples of requests as the engine makes them.
func requests(t testing.TB, n int) []metric.Sample {
	r := metric.NewRegistry()
	b := metric.NewBuiltin(r)
	var all []metric.Sample
	for i := range n {
		tags := metric.Set{"method": "GET", "url": "http://localhost:8080/api/things", "name": "http://localhost:8080/api/things", "status": "200",
			"proto": "HTTP/1.1", "scenario": "default", "group": "", "expected_response": "true"}
		at := time.Unix(1700000000, int64(i)*1234567)
		for k, m := range []*metric.Metric{b.HTTPReqs, b.HTTPReqDuration, b.HTTPReqBlocked, b.HTTPReqConnecting, b.HTTPReqTLS, b.HTTPReqSending, b.HTTPReqWaiting, b.HTTPReqReceiving, b.HTTPReqFailed} {
			all = append(all, metric.Sample{Point: metric.Point{Metric: m, Value: float64(k) * 1.234567}, Time: at, Tags: tags})
		}
	}
	if len(all) == 0 {
		t.Fatal("no samples")
	}
	return all
}

func benchmark(b *testing.B, spec string) {
	samples := requests(b, 500)
	o := start(b, spec, nil, Run{Options: options(b, "{}"), Stdout: io.Discard})
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		o.Write(samples)
	}
	b.ReportMetric(float64(b.N)*float64(len(samples))/b.Elapsed().Seconds(), "samples/s")
	if err := o.Stop(); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkJSON(b *testing.B) { benchmark(b, "json") }
func BenchmarkCSV(b *testing.B)  { benchmark(b, "csv=-") }
func BenchmarkJSONGzip(b *testing.B) {
	benchmark(b, "json="+b.TempDir()+"/a.gz")
}
