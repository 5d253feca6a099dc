package platform

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/artisan-platform/headroom/cluster/platform/breaker"
	"github.com/artisan-platform/headroom/cluster/platform/cache"
	"github.com/artisan-platform/headroom/cluster/platform/database"
)

// dataMetrics is what a backend with a database measures beside its requests.
type dataMetrics struct {
	stale       *prometheus.CounterVec
	hits        *prometheus.CounterVec
	misses      *prometheus.CounterVec
	cacheErrors prometheus.Counter
	transitions *prometheus.CounterVec
	refused     *prometheus.CounterVec
	refreshes   *prometheus.CounterVec
	events      prometheus.Counter
	batchSize   prometheus.Histogram
	states      *breakerStates
}

func newDataMetrics() *dataMetrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &dataMetrics{
		hits:        counter("cache_hits_total", "Look-ups that the cache answered.", "cache"),
		misses:      counter("cache_misses_total", "Look-ups that went on to the database.", "cache"),
		stale:       counter("cache_stale_total", "Look-ups answered with an old value, since the database did not answer.", "cache"),
		cacheErrors: prometheus.NewCounter(prometheus.CounterOpts{Name: "cache_errors_total", Help: "Calls of the cache's Redis that failed."}),
		transitions: counter("circuit_breaker_transitions_total", "Changes of a circuit breaker to a state.", "breaker", "to"),
		refused:     counter("circuit_breaker_refused_total", "Calls that an open circuit breaker refused.", "breaker"),
		refreshes:   counter("analytics_refreshes_total", "Refreshes of the materialized view by this pod.", "outcome"),
		events:      prometheus.NewCounter(prometheus.CounterOpts{Name: "sale_events_acknowledged_total", Help: "Sale events committed and acknowledged."}),
		batchSize: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "sale_event_batch_size", Help: "Sale events per write.",
			Buckets: []float64{1, 2, 5, 10, 25, 50, 100}}),
		states: &breakerStates{desc: prometheus.NewDesc("circuit_breaker_state",
			"State of a circuit breaker: 0 closed, 1 half-open, 2 open.", []string{"breaker"}, nil)},
	}
}

func (m *dataMetrics) collectors(db *database.DB) []prometheus.Collector {
	for _, outcome := range []string{"done", "failed"} {
		m.refreshes.WithLabelValues(outcome) // a rate needs the zero before the first
	}
	return []prometheus.Collector{m.hits, m.misses, m.stale, m.cacheErrors, m.transitions, m.refused,
		m.refreshes, m.events, m.batchSize, m.states, newConnections(db)}
}

// watchBreaker returns the counters of one breaker, from zero on.
func (m *dataMetrics) watchBreaker(name string) (transitions map[breaker.State]prometheus.Counter, refused prometheus.Counter) {
	transitions = make(map[breaker.State]prometheus.Counter)
	for _, s := range []breaker.State{breaker.Closed, breaker.HalfOpen, breaker.Open} {
		transitions[s] = m.transitions.WithLabelValues(name, s.String())
	}
	return transitions, m.refused.WithLabelValues(name)
}

// looked counts a look-up of the cache.
func (m *dataMetrics) looked(name string, from cache.Result) {
	if from == cache.Hit {
		m.hits.WithLabelValues(name).Inc()
		return
	}
	m.misses.WithLabelValues(name).Inc()
	if from == cache.Stale {
		m.stale.WithLabelValues(name).Inc()
	}
}

// breakerStates asks each breaker at each scrape.
type breakerStates struct {
	desc *prometheus.Desc

	mu       sync.Mutex
	breakers map[string]*breaker.Breaker
}

func (s *breakerStates) add(name string, b *breaker.Breaker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.breakers == nil {
		s.breakers = make(map[string]*breaker.Breaker)
	}
	s.breakers[name] = b
}

func (s *breakerStates) Describe(ch chan<- *prometheus.Desc) { ch <- s.desc }

func (s *breakerStates) Collect(ch chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, b := range s.breakers {
		ch <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, float64(b.State()), name)
	}
}

// connections asks the pools at each scrape.
type connections struct {
	db       *database.DB
	now, max *prometheus.Desc
}

func newConnections(db *database.DB) *connections {
	return &connections{
		db:  db,
		now: prometheus.NewDesc("database_connections", "Connections of this pod to the database.", []string{"pool", "state"}, nil),
		max: prometheus.NewDesc("database_connections_max", "The most connections that the pool may have.", []string{"pool"}, nil),
	}
}

func (c *connections) Describe(ch chan<- *prometheus.Desc) { ch <- c.now; ch <- c.max }

func (c *connections) Collect(ch chan<- prometheus.Metric) {
	for _, u := range c.db.Usage() {
		ch <- prometheus.MustNewConstMetric(c.now, prometheus.GaugeValue, float64(u.InUse), u.Pool, "in_use")
		ch <- prometheus.MustNewConstMetric(c.now, prometheus.GaugeValue, float64(u.Idle), u.Pool, "idle")
		ch <- prometheus.MustNewConstMetric(c.max, prometheus.GaugeValue, float64(u.Max), u.Pool)
	}
}
