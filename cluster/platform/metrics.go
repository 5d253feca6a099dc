package platform

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics holds what every role measures, under the guide's names.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total",
			Help: "Requests answered, without probes and scrapes.",
		}, []string{"method", "endpoint", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "response_time_seconds",
			Help: "Response time in seconds",
			// Dense below and around the guide's limit of one second.
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, .75, 1, 1.5, 2.5, 5, 10},
		}, []string{"endpoint"}),
	}
	m.registry.MustRegister(m.requests, m.duration, newResourceUsage("/proc", time.Now),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// endpointFunc answers a request and says with which status, so that counting
// needs no wrapped ResponseWriter on the hot path.
type endpointFunc func(w http.ResponseWriter, r *http.Request) (status int)

// measure counts and times fn under the given endpoint label. The series of
// the hot answer, 200 to a GET, is resolved once and not per request.
func (m *metrics) measure(method, endpoint string, fn endpointFunc) http.Handler {
	var usual prometheus.Counter
	if method == http.MethodGet {
		usual = m.requests.WithLabelValues(method, endpoint, "200")
	}
	took := m.duration.WithLabelValues(endpoint)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		status := fn(w, r)
		took.Observe(time.Since(start).Seconds())
		if usual != nil && status == http.StatusOK && r.Method == method {
			usual.Inc()
			return
		}
		m.requests.WithLabelValues(knownMethod(r.Method), endpoint, strconv.Itoa(status)).Inc()
	})
}

// knownMethod keeps a client from creating series by inventing methods.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
