package remotewrite

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/promquery/promtest"
	"github.com/artisan-platform/headroom/runner/script/metric"
)

// prometheus starts a Prometheus of the test's own and returns its URL.
func prometheus(t *testing.T) string {
	t.Helper()
	return promtest.Start(t, "global: {}\n", "--web.enable-remote-write-receiver", "--enable-feature=native-histograms")
}

func get(t *testing.T, address string) (status int, body []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }()
	if body, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

// query is the value of a PromQL expression; false if it has none.
func query(t *testing.T, server, expr string) (float64, bool) {
	t.Helper()
	_, body := get(t, server+"/api/v1/query?query="+url.QueryEscape(expr))
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("%s: %v: %s", expr, err, body)
	}
	if len(answer.Data.Result) != 1 {
		return 0, false
	}
	value, err := strconv.ParseFloat(fmt.Sprint(answer.Data.Result[0].Value[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return value, true
}

// TestPrometheus writes to a real Prometheus and asks it for what it has.
func TestPrometheus(t *testing.T) {
	server := prometheus(t)
	_, of := metrics(t)
	stats := writer(t, server+"/api/v1/write", map[string]string{"K6_PROMETHEUS_RW_PUSH_INTERVAL": "100ms", "K6_PROMETHEUS_RW_LABELS": "run=stats"}, nil)
	native := writer(t, server+"/api/v1/write", map[string]string{"K6_PROMETHEUS_RW_PUSH_INTERVAL": "100ms", "K6_PROMETHEUS_RW_LABELS": "run=native",
		"K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": "true"}, nil)
	duration, reqs, failed := of("http_req_duration", metric.Trend, metric.Time), of("http_reqs", metric.Counter, metric.Default), of("http_req_failed", metric.Rate, metric.Default)
	for i := range 1000 {
		tags := metric.Set{"name": "http://a/${}", "my-tag": "ü\"", "group": "", "Z": "1"}
		samples := []metric.Sample{sample(duration, float64(i+1), tags), sample(duration, 0, tags), sample(duration, -float64(i+1), tags), sample(reqs, 1, tags),
			sample(failed, float64(i%4/3), tags)}
		stats.Write(samples)
		native.Write(samples)
		if i%100 == 0 {
			time.Sleep(50 * time.Millisecond)
		}
	}
	if err := stats.Stop(); err != nil {
		t.Error(err)
	}
	if err := native.Stop(); err != nil {
		t.Error(err)
	}
	labels := `{run="stats",name="http://a/${}",my_tag="ü\"",Z="1"}`
	for expr, want := range map[string]float64{
		"k6_http_reqs_total" + labels: 1000, "k6_http_req_failed_rate" + labels: 0.25, "k6_http_req_duration_p99" + labels: 0.97,
		`count({__name__=~"k6_.+"})`:                                             6,
		`histogram_count(k6_http_req_duration_seconds{run="native"})`:            3000,
		`histogram_sum(k6_http_req_duration_seconds{run="native"})`:              0,
		`histogram_quantile(0.995, k6_http_req_duration_seconds)`:                0.985,
		`histogram_quantile(0.005, k6_http_req_duration_seconds)`:                -0.985,
		`histogram_fraction(-0.0000001, +Inf, k6_http_req_duration_seconds)`:     2.0 / 3,
		`count_over_time(k6_http_reqs_total{run="stats"}[1m]) > bool 2`:          1,
		`resets(k6_http_req_duration_seconds{run="native"}[1m])`:                 0,
		`count(present_over_time(k6_http_req_duration_seconds[1m]))`:             1,
		`increase(k6_http_reqs_total{run="native"}[1m]) > bool 100`:              1,
		`histogram_count(increase(k6_http_req_duration_seconds[1m])) > bool 100`: 1,
	} {
		if got, ok := query(t, server, expr); !ok || math.Abs(got-want) > 0.025*math.Abs(want)+1e-9 {
			t.Errorf("%s is %v (%v), want %v", expr, got, ok, want)
		}
	}
}

// TestPrometheusStale has a real Prometheus forget the series at once.
func TestPrometheusStale(t *testing.T) {
	server := prometheus(t)
	_, of := metrics(t)
	for _, native := range []string{"false", "true"} {
		w := writer(t, server+"/api/v1/write", map[string]string{"K6_PROMETHEUS_RW_STALE_MARKERS": "true", "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": native}, nil)
		w.Write([]metric.Sample{sample(of("d", metric.Trend, metric.Time), 100, metric.Set{"native": native}), sample(of("n", metric.Counter, metric.Default), 1, metric.Set{"native": native})})
		if err := w.Stop(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond) // the markers are stamped up to a millisecond ahead
		if got, ok := query(t, server, fmt.Sprintf(`count({__name__=~"k6_.+", native=%q})`, native)); ok {
			t.Errorf("native %s: %v series are still there", native, got)
		}
		if got, ok := query(t, server, fmt.Sprintf(`count(last_over_time({__name__=~"k6_.+", native=%q}[1m]))`, native)); !ok || got != 2 {
			t.Errorf("native %s: %v series were there, want 2", native, got)
		}
	}
}
