package remotewrite

import (
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/prometheus/prometheus/prompb"
	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// receiver takes remote writes and keeps what they hold.
type receiver struct {
	url string

	mu       sync.Mutex
	requests []*http.Request
	series   map[string][]prompb.TimeSeries // by name and labels
	order    []string
	answer   func(n int, w http.ResponseWriter) bool // of the n-th request, from 1; false: it is taken
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{series: make(map[string][]prompb.TimeSeries)}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.url = s.URL + "/api/v1/write"
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	body, err := io.ReadAll(request.Body)
	if err != nil || (r.answer != nil && r.answer(len(r.requests), w)) {
		return
	}
	decoded, err := decode(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, s := range decoded.Timeseries {
		key := identity(s.Labels)
		if r.series[key] == nil {
			r.order = append(r.order, key)
		}
		r.series[key] = append(r.series[key], s)
	}
	w.WriteHeader(http.StatusNoContent)
}

func decode(body []byte) (*prompb.WriteRequest, error) {
	raw, err := s2.Decode(nil, body)
	if err != nil {
		return nil, err
	}
	var decoded prompb.WriteRequest
	return &decoded, decoded.Unmarshal(raw)
}

// identity writes labels as PromQL does, in the order in which they came.
func identity(labels []prompb.Label) string {
	name := ""
	var others []string
	for _, l := range labels {
		if l.Name == nameLabel {
			name = l.Value
			continue
		}
		others = append(others, l.Name+"="+l.Value)
	}
	return name + "{" + strings.Join(others, ",") + "}"
}

// last is the value of the last sample of a series; NaN if there is none.
func (r *receiver) last(key string) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.series[key]
	if len(all) == 0 || len(all[len(all)-1].Samples) != 1 {
		return math.NaN()
	}
	return all[len(all)-1].Samples[0].Value
}

// metrics makes metrics for tests.
func metrics(t *testing.T) (r *metric.Registry, of func(name string, kind metric.Kind, contains metric.Contents) *metric.Metric) {
	t.Helper()
	r = metric.NewRegistry()
	return r, func(name string, kind metric.Kind, contains metric.Contents) *metric.Metric {
		m, err := r.New(name, kind, contains)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

func sample(m *metric.Metric, value float64, tags metric.Set) metric.Sample {
	return metric.Sample{Point: metric.Point{Metric: m, Value: value}, Tags: tags}
}

// writer starts a writer of a receiver.
func writer(t *testing.T, url string, env map[string]string, warn func(string)) *Writer {
	t.Helper()
	c, err := NewConfig(url, env)
	if err != nil {
		t.Fatal(err)
	}
	w := New(c)
	w.client.first = 1e6
	w.Start(warn)
	return w
}
