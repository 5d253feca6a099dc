// Package metric keeps the metrics of a k6-style script in constant memory:
// counters, gauges, rates and trends, their parts by tag, and the statistics
// of each endpoint.
package metric

import (
	"maps"
	"slices"
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

// Contents is what the values of a metric are.
type Contents int

// The contents.
const (
	Default Contents = iota // plain numbers
	Time                    // milliseconds
	Data                    // bytes
)

// String is the name of the contents in summaries and outputs.
func (c Contents) String() string { return [...]string{"default", "time", "data"}[c] }

// Metric is one metric. What its samples add up to is kept in shards.
type Metric struct {
	Name     string
	Kind     Kind
	Contains Contents

	registry *Registry
	slot     int   // of the whole metric in a shard
	subs     []sub // set before the first sample
}

// sub is the part of a metric whose samples carry certain tags.
type sub struct {
	selector []Tag
	slot     int
}

// Tag is one tag that a sample must carry.
type Tag struct{ Key, Value string }

// Select has the samples with all the tags of selector kept apart from now on.
// Call it before the first sample.
func (m *Metric) Select(selector []Tag) {
	m.registry.mu.Lock()
	defer m.registry.mu.Unlock()
	if len(selector) > 0 && m.find(selector) < 0 {
		m.subs = append(m.subs, sub{slices.Clone(selector), m.registry.takeSlot()})
	}
}

func (m *Metric) find(selector []Tag) int {
	return slices.IndexFunc(m.subs, func(s sub) bool { return slices.Equal(s.selector, selector) })
}

// Values returns what the samples with all the tags of the selector add up to
// so far. The selector must have been announced by Select.
func (m *Metric) Values(selector []Tag) Values {
	m.registry.mu.Lock()
	slot := m.slot
	if len(selector) > 0 {
		i := m.find(selector)
		if i < 0 {
			m.registry.mu.Unlock()
			return Values{}
		}
		slot = m.subs[i].slot
	}
	m.registry.mu.Unlock()
	var all Values
	for _, s := range m.registry.shards {
		s.read(slot, &all)
	}
	return all
}

// Selectors are the parts that are kept apart, in the order of their Select.
func (m *Metric) Selectors() [][]Tag {
	m.registry.mu.Lock()
	defer m.registry.mu.Unlock()
	list := make([][]Tag, len(m.subs))
	for i, s := range m.subs {
		list[i] = s.selector
	}
	return list
}

// Tags are the tags of one sample. They are asked for only if something
// depends on them.
type Tags interface {
	// Tag returns the value of one tag.
	Tag(key string) (value string, ok bool)
	// Put sets every tag in into.
	Put(into Set)
}

// Set is a plain set of tags.
type Set map[string]string

// Tag implements Tags.
func (s Set) Tag(key string) (string, bool) {
	v, ok := s[key]
	return v, ok
}

// Put implements Tags.
func (s Set) Put(into Set) { maps.Copy(into, s) }

// Collect copies tags into a set.
func Collect(t Tags) Set {
	s := make(Set, 16)
	t.Put(s)
	return s
}

// carries tells whether tags hold all of the selector.
func carries(tags Tags, selector []Tag) bool {
	for _, t := range selector {
		if v, ok := tags.Tag(t.Key); !ok || v != t.Value {
			return false
		}
	}
	return true
}
