package output

import (
	"bytes"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	for spec, want := range map[string]string{
		"json": "json (standard output)", "json=-": "json (standard output)", "json=a=b.json": "json (a=b.json)", "json=x.gz": "json (x.gz)",
		"csv": "csv (file.csv)", "csv=out.csv": "csv (out.csv)", "csv=-": "csv (standard output)",
		"experimental-prometheus-rw":           "Prometheus remote write (http://localhost:9090/api/v1/write)",
		"prometheus-rw=https://u:p@h/w?a=b":    "Prometheus remote write (https://u:xxxxx@h/w?a=b)",
		"experimental-prometheus-rw=http://h/": "Prometheus remote write (http://h/)",
	} {
		if o, err := Parse(spec, nil); err != nil || o.Description() != want {
			t.Errorf("%s: got %v, %v, want %s", spec, o, err, want)
		}
	}
	o, err := Parse("csv", map[string]string{"K6_CSV_FILENAME": "other.csv"})
	if err != nil || o.Description() != "csv (other.csv)" {
		t.Errorf("got %v, %v", o, err)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		spec string
		env  map[string]string
		want string
	}{
		{"", nil, "the output has no name; there are json, json=FILE, csv,"},
		{"cloud", nil, `output "cloud" does not exist here: results are not sent to a cloud service; there are json`},
		{"influxdb=http://localhost:8086/k6", nil, `output "influxdb" does not exist here: InfluxDB is not written to; there are json`},
		{"web-dashboard", nil, `output "web-dashboard" does not exist here: Grafana shows`},
		{"opentelemetry", nil, `output "opentelemetry" does not exist here`},
		{"jsn=a", nil, `output "jsn" does not exist; there are json, json=FILE, csv, csv=FILE (FILE.gz is compressed) and experimental-prometheus-rw`},
		{"JSON", nil, `output "JSON" does not exist`},
		{"json=", nil, `output "json=": nothing follows the "="`},
		{"csv", map[string]string{"K6_CSV_TIME_FORMAT": "iso"}, `output csv: K6_CSV_TIME_FORMAT is "iso": there are unix, unix_milli, unix_micro, unix_nano, rfc3339 and rfc3339_nano`},
		{"csv", map[string]string{"K6_CSV_SAVE_INTERVAL": "often"}, `output csv: K6_CSV_SAVE_INTERVAL: "often" is no duration`},
		{"csv", map[string]string{"K6_CSV_SAVE_INTERVAL": "-1s"}, "output csv: K6_CSV_SAVE_INTERVAL is -1s: it must be 0s or more"},
		{"csv", map[string]string{"K6_CSV_FILE": "x"}, "output csv: the variable K6_CSV_FILE is not known: there are K6_CSV_FILENAME, K6_CSV_SAVE_INTERVAL, K6_CSV_TIME_FORMAT"},
		{"prometheus-rw=x", nil, `output experimental-prometheus-rw: "x" is no URL of a server`},
	} {
		if _, err := Parse(tt.spec, tt.env); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.spec, err, tt.want)
		}
	}
}

// TestAll has several outputs behave as one.
func TestAll(t *testing.T) {
	dir := t.TempDir()
	if _, err := ParseAll([]string{"json=a", "csv", "json=a"}, nil); err == nil || !strings.Contains(err.Error(), "two outputs are the same: json (a)") {
		t.Errorf("got %v", err)
	}
	if _, err := ParseAll([]string{"json=a", "x"}, nil); err == nil {
		t.Error("an output that does not exist was taken")
	}
	all, err := ParseAll([]string{"json=" + dir + "/a.json", "csv=" + dir + "/a.csv"}, nil)
	if err != nil || all.Description() != "json ("+dir+"/a.json), csv ("+dir+"/a.csv)" {
		t.Fatalf("got %v, %v", all, err)
	}
	if err := all.Start(Run{}); err != nil {
		t.Fatal(err)
	}
	_, of := metrics(t)
	all.Write([]metric.Sample{{Point: metric.Point{Metric: of("n", metric.Counter, metric.Default), Value: 3}}})
	if err := all.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir+"/a.json"); strings.Count(got, "\n") != 2 || !strings.Contains(got, `"value":3,`) {
		t.Errorf("json got %s", got)
	}
	if got := read(t, dir+"/a.csv"); !strings.Contains(got, "\nn,-62135596800,3.000000,\n") {
		t.Errorf("csv got %s", got)
	}
	if got := (All{}).Description(); got != "-" {
		t.Errorf("no outputs are %q", got)
	}
}

// TestStartFails has the second output fail to start: the first is closed.
func TestStartFails(t *testing.T) {
	dir := t.TempDir()
	all, err := ParseAll([]string{"prometheus-rw", "json=" + dir + "/no/such.json"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := "output json (" + dir + "/no/such.json): cannot create the file: no such file or directory"
	if err := all.Start(Run{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestDiskFull writes to a device that is always full: that is told once while
// the run goes on, and by Stop.
func TestDiskFull(t *testing.T) {
	for _, spec := range []string{"json=/dev/full", "csv=/dev/full"} {
		var warned []string
		o := start(t, spec, map[string]string{"K6_CSV_SAVE_INTERVAL": "0"}, Run{Warn: func(s string) { warned = append(warned, s) }})
		_, of := metrics(t)
		m := of("n", metric.Counter, metric.Default)
		for range 5 {
			o.Write([]metric.Sample{{Point: metric.Point{Metric: m, Value: 1}}})
		}
		name := strings.TrimSuffix(spec, "=/dev/full")
		want := "output " + name + " (/dev/full): cannot write: no space left on device; it is not complete"
		if err := o.Stop(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		if len(warned) != 1 || warned[0] != want+"; the output goes no further" {
			t.Errorf("warned %q", warned)
		}
	}
}

// TestDiskFullInTheEnd has the disk be full only for what is written last.
func TestDiskFullInTheEnd(t *testing.T) {
	for _, spec := range []string{"csv=/dev/full", "json=/dev/full.gz", "csv=/dev/full.gz"} {
		path, ok := strings.CutSuffix(spec[strings.Index(spec, "=")+1:], ".gz")
		if ok {
			link := t.TempDir() + "/full.gz"
			symlink(t, path, link)
			spec = spec[:strings.Index(spec, "=")+1] + link
		}
		o := start(t, spec, map[string]string{"K6_CSV_SAVE_INTERVAL": "1h"}, Run{})
		_, of := metrics(t)
		o.Write([]metric.Sample{{Point: metric.Point{Metric: of("n", metric.Counter, metric.Default), Value: 1}}})
		if err := o.Stop(); err == nil || !strings.Contains(err.Error(), "no space left on device") {
			t.Errorf("%s: got %v", spec, err)
		}
	}
}

// options reads options as a script would give them.
func options(t testing.TB, text string) option.Options {
	t.Helper()
	o, err := option.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// start parses and starts an output.
func start(t testing.TB, spec string, env map[string]string, r Run) Output {
	t.Helper()
	o, err := Parse(spec, env)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Start(r); err != nil {
		t.Fatal(err)
	}
	return o
}

// written is what an output writes of samples.
func written(t testing.TB, spec string, env map[string]string, o option.Options, samples []metric.Sample) string {
	t.Helper()
	var out bytes.Buffer
	s := start(t, spec+"=-", env, Run{Options: o, Stdout: &out})
	s.Write(samples)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
