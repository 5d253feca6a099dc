package remotewrite

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/prompb"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// TestMapping sends one metric of each kind and compares all that arrives.
func TestMapping(t *testing.T) {
	server := newReceiver(t)
	_, of := metrics(t)
	w := writer(t, server.url, map[string]string{"K6_PROMETHEUS_RW_TREND_STATS": "p(90), p(99.9),count,sum,min,max,avg,med", "K6_PROMETHEUS_RW_LABELS": "server=srv1,method=none"}, nil)
	reqs, vus, failed := of("http_reqs", metric.Counter, metric.Default), of("vus", metric.Gauge, metric.Default), of("http_req_failed", metric.Rate, metric.Default)
	duration, size, heap := of("http_req_duration", metric.Trend, metric.Time), of("size", metric.Trend, metric.Data), of("heap", metric.Gauge, metric.Data)
	pause, sent := of("pause", metric.Gauge, metric.Time), of("data_sent", metric.Counter, metric.Data)
	get := metric.Set{"method": "GET", "URL": "http://a/", "group": ""}
	w.Write([]metric.Sample{
		sample(reqs, 1, get), sample(reqs, 2, get), sample(reqs, 5, metric.Set{"method": "PUT"}),
		sample(vus, 7, nil), sample(vus, 3, nil), sample(failed, 0, get), sample(failed, 1, get), sample(failed, 1, get), sample(failed, 1, get),
		sample(heap, 512, nil), sample(pause, 250, nil), sample(sent, 99, nil), sample(size, 10, nil),
	})
	for i := range 100 {
		w.Write([]metric.Sample{sample(duration, float64(i+1)*10, get)})
	}
	if err := w.Stop(); err != nil {
		t.Fatal(err)
	}
	own := "{URL=http://a/,method=GET,server=srv1}"
	none := "{method=none,server=srv1}"
	want := map[string]float64{
		"k6_http_reqs_total" + own: 3, "k6_http_reqs_total{method=PUT,server=srv1}": 5, "k6_vus" + none: 3, "k6_http_req_failed_rate" + own: 0.75,
		"k6_heap_bytes" + none: 512, "k6_pause_seconds" + none: 0.25, "k6_data_sent_total" + none: 99,
		"k6_http_req_duration_count" + own: 100, "k6_http_req_duration_sum" + own: 50.5, "k6_http_req_duration_min" + own: 0.01, "k6_http_req_duration_max" + own: 1,
		"k6_http_req_duration_avg" + own: 0.505, "k6_http_req_duration_med" + own: 0.5, "k6_http_req_duration_p90" + own: 0.9, "k6_http_req_duration_p99_9" + own: 1,
		"k6_size_count" + none: 1, "k6_size_sum" + none: 10, "k6_size_min" + none: 10, "k6_size_max" + none: 10, "k6_size_avg" + none: 10, "k6_size_med" + none: 10,
		"k6_size_p90" + none: 10, "k6_size_p99_9" + none: 10,
	}
	for key, value := range want {
		if got := server.last(key); !(math.Abs(got-value) <= 0.01*value) {
			t.Errorf("%s is %v, want %v", key, got, value)
		}
	}
	if len(server.series) != len(want) {
		t.Errorf("got %d series, want %d: %q", len(server.series), len(want), server.order)
	}
}

// TestProtocol holds a request to what the specification asks for.
func TestProtocol(t *testing.T) {
	server := newReceiver(t)
	_, of := metrics(t)
	w := writer(t, server.url, map[string]string{
		"K6_PROMETHEUS_RW_USERNAME": "me", "K6_PROMETHEUS_RW_PASSWORD": "secret",
		"K6_PROMETHEUS_RW_HTTP_HEADERS": "X-Scope-OrgID: 7,x-b:c:d", "K6_PROMETHEUS_RW_HEADERS_X-Own": "e", "K6_PROMETHEUS_RW_HEADERS_host": "metrics.example",
	}, nil)
	before := time.Now().UnixMilli()
	w.Write([]metric.Sample{sample(of("vus", metric.Gauge, metric.Default), 1, metric.Set{"b": "1", "Z": "2", "_A": "3", "_a": "4", "zz": "5"})})
	if err := w.Stop(); err != nil {
		t.Fatal(err)
	}
	r := server.requests[0]
	user, password, _ := r.BasicAuth()
	for _, x := range [][2]string{
		{r.Method, "POST"}, {r.Header.Get("Content-Encoding"), "snappy"}, {r.Header.Get("Content-Type"), "application/x-protobuf"},
		{r.Header.Get("X-Prometheus-Remote-Write-Version"), "0.1.0"}, {r.UserAgent(), "headroom"}, {user + ":" + password, "me:secret"},
		{r.Header.Get("X-Scope-OrgID"), "7"}, {r.Header.Get("X-B"), "c:d"}, {r.Header.Get("X-Own"), "e"}, {r.Host, "metrics.example"},
	} {
		if x[0] != x[1] {
			t.Errorf("got %q, want %q", x[0], x[1])
		}
	}
	s := server.series["k6_vus{Z=2,_A=3,_a=4,b=1,zz=5}"][0]
	if !slices.IsSortedFunc(s.Labels, func(a, b prompb.Label) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("the labels are not sorted: %v", s.Labels)
	}
	if at := s.Samples[0].Timestamp; at < before || at > time.Now().UnixMilli() {
		t.Errorf("time stamp %d is not that of the push", at)
	}
}

// TestPushes sends at an interval, every series each time, with time stamps
// that increase.
func TestPushes(t *testing.T) {
	server := newReceiver(t)
	_, of := metrics(t)
	w := writer(t, server.url, map[string]string{"K6_PROMETHEUS_RW_PUSH_INTERVAL": "100ms"}, nil)
	m := of("n", metric.Counter, metric.Default)
	w.Write([]metric.Sample{sample(m, 1, nil)})
	for server.last("k6_n_total{}") != 1 {
		time.Sleep(time.Millisecond)
	}
	w.Write([]metric.Sample{sample(m, 1, nil)})
	if err := w.Stop(); err != nil {
		t.Fatal(err)
	}
	all := server.series["k6_n_total{}"]
	if len(all) < 2 || all[0].Samples[0].Value != 1 || all[len(all)-1].Samples[0].Value != 2 {
		t.Errorf("got %v", all)
	}
	for i := range all[1:] {
		if all[i].Samples[0].Timestamp >= all[i+1].Samples[0].Timestamp {
			t.Errorf("time stamps do not increase: %v", all)
		}
	}
}

// TestStaleMarkers marks all series in the end.
func TestStaleMarkers(t *testing.T) {
	for _, native := range []string{"false", "true"} {
		server := newReceiver(t)
		_, of := metrics(t)
		w := writer(t, server.url, map[string]string{"K6_PROMETHEUS_RW_STALE_MARKERS": "true", "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM": native}, nil)
		w.Write([]metric.Sample{sample(of("n", metric.Counter, metric.Default), 1, nil), sample(of("d", metric.Trend, metric.Default), 1, nil)})
		if err := w.Stop(); err != nil {
			t.Fatal(err)
		}
		for key, all := range server.series {
			value := 0.0
			if last := all[len(all)-1]; len(last.Histograms) > 0 {
				value = last.Histograms[0].Sum
			} else {
				value = last.Samples[0].Value
			}
			if len(all) != 2 || math.Float64bits(value) != 0x7ff0000000000002 {
				t.Errorf("native %s: %s ends with %x: %v", native, key, math.Float64bits(value), all)
			}
		}
		if len(server.series) != 2 {
			t.Errorf("native %s: %d series", native, len(server.series))
		}
	}
}

// warnings gathers what a writer warns of.
type warnings struct {
	mu   sync.Mutex
	list []string
}

func (w *warnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, text)
}

// TestRetries has the server be busy for some requests.
func TestRetries(t *testing.T) {
	server := newReceiver(t)
	server.answer = func(n int, w http.ResponseWriter) bool {
		if n > 3 {
			return false
		}
		w.WriteHeader([]int{0, 500, 503, 429}[n])
		return true
	}
	_, of := metrics(t)
	var said warnings
	w := writer(t, server.url, nil, said.add)
	w.Write([]metric.Sample{sample(of("n", metric.Counter, metric.Default), 4, nil)})
	if err := w.Stop(); err != nil || len(said.list) > 0 {
		t.Errorf("got %v and warnings %q", err, said.list)
	}
	if len(server.requests) != 4 || server.last("k6_n_total{}") != 4 {
		t.Errorf("%d requests; n is %v", len(server.requests), server.last("k6_n_total{}"))
	}
}

// TestRefusals has the server refuse: the writer tries the same no more, tells
// of it once, and says so in the end.
func TestRefusals(t *testing.T) {
	server := newReceiver(t)
	server.answer = func(n int, w http.ResponseWriter) bool {
		if n <= 2 {
			http.Error(w, "out of order sample\nmore", http.StatusBadRequest)
		}
		return n <= 2
	}
	_, of := metrics(t)
	var said warnings
	w := writer(t, server.url, map[string]string{"K6_PROMETHEUS_RW_PUSH_INTERVAL": "100ms"}, said.add)
	w.Write([]metric.Sample{sample(of("n", metric.Counter, metric.Default), 4, nil)})
	for server.last("k6_n_total{}") != 4 {
		time.Sleep(time.Millisecond)
	}
	want := "output Prometheus remote write (" + server.url + "): pushes that failed: 2; the first: the server answers 400 Bad Request: \"out of order sample\""
	if err := w.Stop(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if len(said.list) != 1 || !strings.Contains(said.list[0], "a push has failed: the server answers 400 Bad Request") {
		t.Errorf("warned %q, want one warning of it", said.list)
	}
}

// TestGivesUp has no server at all, and one that asks for more patience than
// there is.
func TestGivesUp(t *testing.T) {
	_, of := metrics(t)
	n := of("n", metric.Counter, metric.Default)
	server := newReceiver(t)
	server.answer = func(_ int, w http.ResponseWriter) bool {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	w := writer(t, server.url, nil, nil)
	w.Write([]metric.Sample{sample(n, 4, nil)})
	want := "pushes that failed: 1; the first: the server answers 503 Service Unavailable; gave up after 1 attempts"
	if err := w.Stop(); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}

	w = writer(t, "http://me:secret@127.0.0.1:1/x", nil, nil)
	w.client.first = time.Minute
	w.Write([]metric.Sample{sample(n, 4, nil)})
	err := fmt.Sprint(w.Stop())
	if !strings.Contains(err, "connection refused (is the server running? K6_PROMETHEUS_RW_SERVER_URL says where it is); gave up") || strings.Contains(err, "secret") {
		t.Errorf("got %s", err)
	}
}

// TestSeriesLimit has more tags than there is place for: nothing is lost but
// the tags.
func TestSeriesLimit(t *testing.T) {
	server := newReceiver(t)
	_, of := metrics(t)
	var said warnings
	w := writer(t, server.url, nil, said.add)
	w.store.limit = 5000
	reqs, trend := of("reqs", metric.Counter, metric.Default), of("d", metric.Trend, metric.Time)
	for i := range 10_000 {
		tags := metric.Set{"url": fmt.Sprint("http://a/", i)}
		w.Write([]metric.Sample{sample(reqs, 1, tags), sample(trend, 5, tags)})
	}
	w.Write([]metric.Sample{sample(reqs, 1, metric.Set{"url": "http://a/0"})})
	if err := w.Stop(); err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for key := range server.series {
		if strings.HasPrefix(key, "k6_reqs_total") {
			total += server.last(key)
		}
	}
	if got := server.last("k6_reqs_total{k6_overflow=true}"); total != 10_001 || got != 7500 || server.last("k6_reqs_total{url=http://a/0}") != 2 {
		t.Errorf("total %v, of them %v without a place, want 10001 and 7500", total, got)
	}
	if len(server.series) != 5002 || len(w.store.all) != 5002 || len(server.requests) != 3 {
		t.Errorf("%d series in %d requests, want 5002 in 3", len(server.series), len(server.requests))
	}
	if len(said.list) != 1 || !strings.Contains(said.list[0], "k6_overflow") {
		t.Errorf("warned %q, want once of the overflow", said.list)
	}
}
