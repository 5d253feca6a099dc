package remotewrite

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

const (
	// maxSeries bounds the parts of metrics that are kept apart by their tags.
	maxSeries = 20_000
	// maxLabelBytes bounds what their labels take.
	maxLabelBytes = 64 << 20
	// overflowLabel is what the samples carry for which there is no place.
	overflowLabel = "k6_overflow"
)

// series is the part of a metric with certain labels.
type series struct {
	labels    *labelSet
	family    *family
	values    metric.Values
	histogram *histogram // in place of values
}

// labelSet is a set of labels, encoded. The name of a time series stands
// between those before and after it.
type labelSet struct {
	before, after []byte
	series        map[*metric.Metric]*series
}

// store adds up the samples of a run, by metric and labels.
type store struct {
	config *Config
	limit  int
	// full is told once that series share a place from now on.
	full func(text string)

	mu       sync.Mutex
	sets     map[string]*labelSet // by their encoded labels
	families map[*metric.Metric]*family
	names    map[string]bool // of time series
	all      []*series       // in the order first seen
	bytes    int             // of labels
	overflow *labelSet       // nil: all have found a place

	last    metric.Set // the tags of the last sample: those of one event share them
	lastSet *labelSet
	labels  []label // scratch
	encoded []byte  // scratch
}

func newStore(c *Config, full func(string)) *store {
	return &store{config: c, limit: maxSeries, full: full,
		sets: make(map[string]*labelSet), families: make(map[*metric.Metric]*family), names: make(map[string]bool)}
}

// add adds samples up.
func (s *store) add(samples []metric.Sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range samples {
		x := s.find(samples[i].Metric, samples[i].Tags)
		value := samples[i].Value / x.family.unit
		if x.histogram != nil {
			x.histogram.add(value)
		} else {
			x.values.Add(samples[i].Metric.Kind, value)
		}
	}
}

// find returns the series of a sample.
func (s *store) find(m *metric.Metric, tags metric.Set) *series {
	set := s.lastSet
	if set == nil || !same(s.last, tags) {
		set = s.set(tags)
		s.last, s.lastSet = tags, set
	}
	if x := set.series[m]; x != nil {
		return x
	}
	if len(s.all) >= s.limit {
		set = s.overflowSet()
		if x := set.series[m]; x != nil {
			return x
		}
	}
	x := &series{labels: set, family: s.family(m)}
	if m.Kind == metric.Trend && s.config.native {
		x.histogram = &histogram{}
	}
	set.series[m] = x
	s.all = append(s.all, x)
	return x
}

// same tells whether two sets are one and the same. The store holds on to the
// last set, so that no other can take its place in memory.
func same(a, b metric.Set) bool {
	return reflect.ValueOf(a).UnsafePointer() == reflect.ValueOf(b).UnsafePointer()
}

func (s *store) family(m *metric.Metric) *family {
	f := s.families[m]
	if f == nil {
		f = s.config.newFamily(m, s.names)
		s.families[m] = f
	}
	return f
}

// set returns the labels that tags amount to.
func (s *store) set(tags metric.Set) *labelSet {
	s.labels = collect(s.labels, tags, s.config.labels)
	s.encoded = s.encoded[:0]
	split := -1
	for _, l := range s.labels {
		if split < 0 && l.name > nameLabel {
			split = len(s.encoded)
		}
		s.encoded = appendLabel(s.encoded, l.name, l.value)
	}
	if split < 0 {
		split = len(s.encoded)
	}
	if set := s.sets[string(s.encoded)]; set != nil {
		return set
	}
	if len(s.all) >= s.limit || s.bytes+len(s.encoded) > maxLabelBytes {
		return s.overflowSet()
	}
	key := string(s.encoded)
	set := &labelSet{before: []byte(key[:split]), after: []byte(key[split:]), series: make(map[*metric.Metric]*series)}
	s.sets[key] = set
	s.bytes += len(key)
	return set
}

// overflowSet has the labels of all samples for which there is no place.
func (s *store) overflowSet() *labelSet {
	if s.overflow == nil {
		s.overflow = &labelSet{series: make(map[*metric.Metric]*series)}
		for _, l := range collect(nil, metric.Set{overflowLabel: "true"}, s.config.labels) {
			if l.name < nameLabel {
				s.overflow.before = appendLabel(s.overflow.before, l.name, l.value)
			} else {
				s.overflow.after = appendLabel(s.overflow.after, l.name, l.value)
			}
		}
		s.full(fmt.Sprintf("samples with more than %d different sets of tags: further ones are sent together, with the label %s; "+
			"give requests a name with the tag name or http.url", len(s.sets), overflowLabel))
	}
	return s.overflow
}

// encode appends the series from the i-th on to a request, as they stand at a
// time, until it is large enough. It returns where the next request goes on,
// and is false at the end.
func (s *store) encode(b []byte, i int, at int64, stale bool) (request []byte, next int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i >= len(s.all) {
		return b, i, false
	}
	var value []byte
	for sent := 0; i < len(s.all) && sent < maxSend && len(b) < maxRequest; i++ {
		x := s.all[i]
		for k, name := range x.family.names {
			value = x.append(value[:0], k, at, stale)
			b = appendSeries(b, x.labels.before, name, x.labels.after, value)
			sent++
		}
	}
	return b, i, true
}

// append appends what the k-th time series of x is worth.
func (x *series) append(b []byte, k int, at int64, stale bool) []byte {
	switch {
	case x.histogram != nil && stale:
		return appendHistogram(b, &histogram{sum: staleNaN, coarser: x.histogram.coarser}, at)
	case x.histogram != nil:
		return appendHistogram(b, x.histogram, at)
	case stale:
		return appendSample(b, staleNaN, at)
	}
	return appendSample(b, x.family.stats[k].of(&x.values), at)
}
