package output

import (
	"encoding/csv"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// TestCSV compares whole rows with the documented format.
func TestCSV(t *testing.T) {
	_, of := metrics(t)
	reqs, duration := of("http_reqs", metric.Counter, metric.Default), of("http_req_duration", metric.Trend, metric.Time)
	tags := metric.Set{"method": "GET", "url": "http://test.k6.io", "name": "http://test.k6.io", "proto": "HTTP/1.1", "scenario": "default", "status": "200"}
	own := metric.Set{"zone": "b", "my tag": "100%", "a&b": "c=d&e", "k=1": "", "check": "say \"hi\", you", "vu": "3"}
	at := time.Unix(1595325560, 987654321).In(time.FixedZone("", -3600))
	samples := []metric.Sample{
		{Point: metric.Point{Metric: reqs, Value: 1}, Time: at, Tags: tags},
		{Point: metric.Point{Metric: duration, Value: 221.8990004}, Time: at, Tags: tags},
		{Point: metric.Point{Metric: reqs, Value: -0.5}, Time: at, Tags: own},
		{Point: metric.Point{Metric: reqs, Value: 1e9}, Time: at},
	}
	got := written(t, "csv", nil, options(t, "{}"), samples)
	want := `metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags
http_reqs,1595325560,1.000000,,,,,,GET,http://test.k6.io,HTTP/1.1,default,,200,,,http://test.k6.io,
http_req_duration,1595325560,221.899000,,,,,,GET,http://test.k6.io,HTTP/1.1,default,,200,,,http://test.k6.io,
http_reqs,1595325560,-0.500000,"say ""hi"", you",,,,,,,,,,,,,,a%26b=c=d%26e&k%3D1=&my tag=100%25&vu=3&zone=b
http_reqs,1595325560,1000000000.000000,,,,,,,,,,,,,,,
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = written(t, "csv", nil, options(t, `{"systemTags": ["vu", "status", "check", "ip"]}`), samples[:3])
	want = `metric_name,timestamp,metric_value,check,ip,status,vu,extra_tags
http_reqs,1595325560,1.000000,,,200,,method=GET&name=http://test.k6.io&proto=HTTP/1.1&scenario=default&url=http://test.k6.io
http_req_duration,1595325560,221.899000,,,200,,method=GET&name=http://test.k6.io&proto=HTTP/1.1&scenario=default&url=http://test.k6.io
http_reqs,1595325560,-0.500000,"say ""hi"", you",,,3,a%26b=c=d%26e&k%3D1=&my tag=100%25&zone=b
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCSVTimes(t *testing.T) {
	_, of := metrics(t)
	at := time.Unix(1595325560, 987654321).In(time.FixedZone("", -3600))
	sample := metric.Sample{Point: metric.Point{Metric: of("n", metric.Gauge, metric.Default)}, Time: at}
	for format, want := range map[string]string{
		"": "1595325560", "unix": "1595325560", "unix_milli": "1595325560987", "unix_micro": "1595325560987654", "unix_nano": "1595325560987654321",
		"rfc3339": "2020-07-21T08:59:20-01:00", "rfc3339_nano": "2020-07-21T08:59:20.987654321-01:00",
	} {
		got := written(t, "csv", map[string]string{"K6_CSV_TIME_FORMAT": format}, option.Options{}, []metric.Sample{sample})
		if want := "metric_name,timestamp,metric_value,extra_tags\nn," + want + ",0.000000,\n"; got != want {
			t.Errorf("%s: got %s, want %s", format, got, want)
		}
	}
}

// TestCSVInterval has rows wait for K6_CSV_SAVE_INTERVAL, and not longer.
func TestCSVInterval(t *testing.T) {
	_, of := metrics(t)
	sample := []metric.Sample{{Point: metric.Point{Metric: of("n", metric.Gauge, metric.Default)}}}
	path := t.TempDir() + "/a.csv"
	o := start(t, "csv="+path, map[string]string{"K6_CSV_SAVE_INTERVAL": "1h"}, Run{})
	o.Write(sample)
	if n := strings.Count(read(t, path), "\n"); n != 1 {
		t.Errorf("%d rows before the interval has passed, want the header", n)
	}
	c, _ := o.(*csvOutput)
	c.written = c.written.Add(-time.Hour)
	o.Write(sample)
	if n := strings.Count(read(t, path), "\n"); n != 3 {
		t.Errorf("%d rows when it has passed, want 3", n)
	}
	o.Write(sample)
	o.Write(slices.Repeat(sample, chunk/len("n,-62135596800,0.000000,\n")))
	if n := strings.Count(read(t, path), "\n"); n < chunk/30 {
		t.Errorf("%d rows although there are too many to keep", n)
	}
	if len(c.buffer) > chunk {
		t.Errorf("%d bytes are kept", len(c.buffer))
	}
	if err := o.Stop(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(read(t, path), "\n"); n != 4+chunk/25 {
		t.Errorf("%d rows in the end, want %d", n, 4+chunk/25)
	}
}

// TestCSVReadsBack decodes random samples again.
func TestCSVReadsBack(t *testing.T) {
	for seed := range uint64(20) {
		samples := randomSamples(t, seed, 300)
		out := written(t, "csv", map[string]string{"K6_CSV_TIME_FORMAT": "unix_nano"}, options(t, `{"systemTags": ["status", "url"]}`), samples)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) != len(samples)+1 {
			t.Fatalf("%d rows of %d samples: %v", len(rows)-1, len(samples), err)
		}
		for i, s := range samples {
			checkRow(t, rows[i+1], s)
		}
	}
}

// checkRow compares a row with its sample. A reader of CSV takes line ends of
// every kind for one.
func checkRow(t *testing.T, row []string, s metric.Sample) {
	t.Helper()
	lines := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
	value, err := strconv.ParseFloat(row[2], 64)
	if err != nil || !(math.Abs(value-s.Value) <= 1e-6+1e-15*math.Abs(s.Value)) {
		t.Errorf("got %v of %v (%v)", row[2], s.Value, err)
	}
	if row[0] != s.Metric.Name || row[1] != strconv.FormatInt(s.Time.UnixNano(), 10) || row[3] != lines(s.Tags["status"]) || row[4] != lines(s.Tags["url"]) {
		t.Errorf("got %q of %+v", row, s)
	}
	extra := maps.Clone(s.Tags)
	delete(extra, "status")
	delete(extra, "url")
	for part := range strings.SplitSeq(row[5], "&") {
		if row[5] == "" {
			break
		}
		k, v, _ := strings.Cut(part, "=")
		key, err1 := url.PathUnescape(k)
		val, err2 := url.PathUnescape(v)
		found := false
		for name, want := range extra {
			if lines(name) == key && lines(want) == val {
				found = true
				delete(extra, name)
				break
			}
		}
		if !found || err1 != nil || err2 != nil {
			t.Errorf("tag %q is not one of %q (%v, %v)", part, s.Tags, err1, err2)
		}
	}
	if len(extra) > 0 {
		t.Errorf("tags %q are not written: %q", extra, row[5])
	}
}

func FuzzField(f *testing.F) {
	f.Add("a", "b\"c\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		text := append(appendField(append(appendField([]byte("x,"), a), ','), b), '\n')
		rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		lines := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
		if err != nil || len(rows) != 1 || len(rows[0]) != 3 || rows[0][1] != lines(a) || rows[0][2] != lines(b) {
			t.Errorf("%q, %q are written as %q, which reads as %q, %v", a, b, text, rows, err)
		}
	})
}
