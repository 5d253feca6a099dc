package metric

import (
	"fmt"
	"math/bits"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Registry holds the metrics of one test by name. It is safe for concurrent
// use.
type Registry struct {
	shards   []*Shard
	stream   atomic.Bool   // samples are kept one by one for outputs
	sequence atomic.Uint64 // orders the samples of gauges

	endpoints sync.Map // name -> *Endpoint

	mu      sync.Mutex
	metrics map[string]*Metric
	slots   int
	seen    []*Endpoint
}

// NewRegistry returns a registry without metrics.
func NewRegistry() *Registry {
	r := &Registry{metrics: make(map[string]*Metric)}
	n := 1 << bits.Len(uint(4*runtime.GOMAXPROCS(0)-1))
	for range n {
		r.shards = append(r.shards, &Shard{registry: r})
	}
	return r
}

// Shard returns the shard that the n-th of those who emit samples uses.
// Neighbours use different ones, so that they rarely wait for each other.
func (r *Registry) Shard(n uint64) *Shard { return r.shards[n&uint64(len(r.shards)-1)] }

// takeSlot is called under the lock.
func (r *Registry) takeSlot() int {
	r.slots++
	return r.slots - 1
}

var validName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)

// New returns the metric of that name, and makes it if it is new. All virtual
// users make the same metrics; it is an error if they disagree about one.
func (r *Registry) New(name string, kind Kind, contains Contents) (*Metric, error) {
	if !validName.MatchString(name) {
		return nil, fmt.Errorf("%q is no name for a metric: it takes up to 128 letters, digits and underscores, and begins with no digit", name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.metrics[name]
	if m == nil {
		m = r.add(name, kind, contains)
	}
	if m.Kind != kind || m.Contains != contains {
		return nil, fmt.Errorf("metric %q is a %s already; it cannot be a %s too", name, describe(m.Kind, m.Contains), describe(kind, contains))
	}
	return m, nil
}

func describe(kind Kind, contains Contents) string {
	if contains == Default {
		return kind.String()
	}
	return kind.String() + " of " + contains.String() + " values"
}

// add is called under the lock.
func (r *Registry) add(name string, kind Kind, contains Contents) *Metric {
	m := &Metric{Name: name, Kind: kind, Contains: contains, registry: r, slot: r.takeSlot()}
	r.metrics[name] = m
	return m
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
