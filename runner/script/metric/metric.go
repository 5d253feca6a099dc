// Package metric keeps the metrics of a k6-style script in constant memory:
// counters, gauges, rates and trends, and their parts by tag.
package metric

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
)

// Kind is what a metric does with its samples.
type Kind int

// The kinds of metrics.
const (
	Counter Kind = iota // adds them up
	Gauge               // keeps the last
	Rate                // the share of samples that are not zero
	Trend               // their distribution
)

// String is the kind's name in scripts.
func (k Kind) String() string {
	return [...]string{"Counter", "Gauge", "Rate", "Trend"}[k]
}

// Tags are the tags of one sample. They are asked for only if something
// depends on them.
type Tags interface {
	Tag(key string) (value string, ok bool)
}

// NoTags are the tags of a sample without tags.
var NoTags Tags = Set(nil)

// Set is a plain set of tags.
type Set map[string]string

// Tag implements Tags.
func (s Set) Tag(key string) (string, bool) {
	v, ok := s[key]
	return v, ok
}

// Metric takes samples. It is safe for concurrent use.
type Metric struct {
	Name string
	Kind Kind
	Time bool // its values are milliseconds

	mu   sync.Mutex
	all  Values
	subs []*Sub // set before the first sample
}

// Sub is the part of a metric whose samples carry certain tags.
type Sub struct {
	selector []Tag
	values   Values
}

// Tag is one tag that a sample must carry.
type Tag struct{ Key, Value string }

// Add takes a sample.
func (m *Metric) Add(v float64, tags Tags) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all.add(m.Kind, v)
	for _, s := range m.subs {
		if s.takes(tags) {
			s.values.add(m.Kind, v)
		}
	}
}

func (s *Sub) takes(tags Tags) bool {
	for _, t := range s.selector {
		if v, ok := tags.Tag(t.Key); !ok || v != t.Value {
			return false
		}
	}
	return true
}

// Values returns what the samples with all the tags of the selector add up to
// so far. The selector must have been announced by Select.
func (m *Metric) Values(selector []Tag) Values {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(selector) == 0 {
		return m.all.clone()
	}
	for _, s := range m.subs {
		if slices.Equal(s.selector, selector) {
			return s.values.clone()
		}
	}
	return Values{}
}

// Registry holds the metrics of one test by name. It is safe for concurrent
// use.
type Registry struct {
	mu      sync.Mutex
	metrics map[string]*Metric
}

// NewRegistry returns a registry without metrics.
func NewRegistry() *Registry { return &Registry{metrics: make(map[string]*Metric)} }

var validName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

// New returns the metric of that name, and makes it if it is new. All virtual
// users make the same metrics; it is an error if they disagree about one.
func (r *Registry) New(name string, kind Kind, time bool) (*Metric, error) {
	if !validName.MatchString(name) {
		return nil, fmt.Errorf("%q is no name for a metric: it takes up to 128 letters, digits and underscores, and begins with no digit", name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.metrics[name]
	if m == nil {
		m = &Metric{Name: name, Kind: kind, Time: time}
		r.metrics[name] = m
	}
	if m.Kind != kind || m.Time != time {
		return nil, fmt.Errorf("metric %q is a %v already (of time: %t); it cannot be a %v (of time: %t) too", name, m.Kind, m.Time, kind, time)
	}
	return m, nil
}

// Get returns the metric of that name, or nil.
func (r *Registry) Get(name string) *Metric {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.metrics[name]
}

// Names are the names of all metrics, sorted.
func (r *Registry) Names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, 0, len(r.metrics))
	for n := range r.metrics {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Select has m keep the samples with all the tags of selector apart from now
// on. Call it before the first sample.
func (m *Metric) Select(selector []Tag) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := slices.ContainsFunc(m.subs, func(s *Sub) bool { return slices.Equal(s.selector, selector) })
	if len(selector) > 0 && !known {
		m.subs = append(m.subs, &Sub{selector: slices.Clone(selector)})
	}
}
