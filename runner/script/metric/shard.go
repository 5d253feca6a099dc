package metric

import (
	"sync"
	"time"
)

// Shard takes the samples of some virtual users. Which shard a sample goes to
// makes no difference to what it counts for. It is safe for concurrent use.
type Shard struct {
	registry *Registry

	mu        sync.Mutex
	values    []Values // by slot
	endpoints []endpointValues
	lag       Values
	samples   []Sample // for the outputs
}

// Point is one value of a metric.
type Point struct {
	Metric *Metric
	Value  float64
}

// Sample is a value as outputs see it.
type Sample struct {
	Point
	Time time.Time
	Tags Set // shared with the other samples of one event: not to be changed
}

// Add takes one sample.
func (s *Shard) Add(m *Metric, v float64, tags Tags) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(m, v, tags)
	if s.registry.stream.Load() {
		s.samples = append(s.samples, Sample{Point{m, v}, time.Now(), Collect(tags)})
	}
}

// Event is something that makes several samples at once.
type Event struct {
	Points   []Point
	Tags     Tags
	Time     time.Time
	Endpoint *Endpoint // nil: no request to one
	Outcome  Outcome   // of the request
}

// Take takes all samples of an event.
func (s *Shard) Take(e *Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range e.Points {
		s.add(e.Points[i].Metric, e.Points[i].Value, e.Tags)
	}
	if e.Endpoint != nil {
		s.count(e.Endpoint, e.Outcome)
	}
	if s.registry.stream.Load() {
		all := Collect(e.Tags)
		for _, p := range e.Points {
			s.samples = append(s.samples, Sample{p, e.Time, all})
		}
	}
}

// Lag counts how late something started, in milliseconds, that a schedule had
// wanted to start.
func (s *Shard) Lag(ms float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lag.trend(ms)
}

// Lag is the distribution of all that was counted by the shards' Lag.
func (r *Registry) Lag() Values {
	var all Values
	for _, s := range r.shards {
		s.mu.Lock()
		all.merge(&s.lag)
		s.mu.Unlock()
	}
	return all
}

func (s *Shard) add(m *Metric, v float64, tags Tags) {
	s.slot(m.slot).add(m, v)
	for i := range m.subs {
		if carries(tags, m.subs[i].selector) {
			s.slot(m.subs[i].slot).add(m, v)
		}
	}
}

func (s *Shard) slot(n int) *Values {
	if n >= len(s.values) {
		s.values = append(s.values, make([]Values, n+1-len(s.values))...)
	}
	return &s.values[n]
}

// read merges one slot into all.
func (s *Shard) read(slot int, all *Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slot < len(s.values) {
		all.merge(&s.values[slot])
	}
}

// Stream has every sample kept from now on until it is drained.
func (r *Registry) Stream() { r.stream.Store(true) }

// Drain returns the samples that were kept since it was last called, those of
// one virtual user in their order.
func (r *Registry) Drain() []Sample {
	var all []Sample
	for _, s := range r.shards {
		s.mu.Lock()
		all = append(all, s.samples...)
		s.samples = nil
		s.mu.Unlock()
	}
	return all
}
