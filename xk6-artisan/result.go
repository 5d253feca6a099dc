package artisan

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/wire"
)

// result is what an attack came to. It passes on all that it is told. It is
// safe for concurrent use.
type result struct {
	requests Requests
	name     string // "": each endpoint has its own
	asked    float64
	start    time.Time
	traffic  wire.Traffic

	mu                 sync.Mutex
	service, due, lag  stat.Histogram
	count, ok, dropped uint64
	in, out            int64
	codes, causes      map[string]uint64
	first, last, ended time.Time
	seen               map[string]requested // what is requested, by the endpoint's name
}

// requested is what requests of one name are for.
type requested struct{ method, url string }

func newResult(s arrival.Schedule, r Requests, name string) *result {
	return &result{
		requests: r, name: name, start: time.Now(), asked: float64(s.Count()) / s.Duration().Seconds(),
		codes: make(map[string]uint64), causes: make(map[string]uint64), seen: make(map[string]requested),
	}
}

// maxTargets bounds the endpoints that an attack keeps apart.
const maxTargets = 500

// endpoint names what a request is for, and remembers it.
func (r *result) endpoint(req *http.Request) string {
	name := r.name
	if name == "" {
		name = req.Method + " " + req.URL.EscapedPath()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.seen[name]; !known {
		if len(r.seen) >= maxTargets {
			name = "(other URLs)"
		}
		r.seen[name] = requested{req.Method, req.URL.Redacted()}
	}
	return name
}

// Started implements vegetaload.Recorder.
func (r *result) Started(due, started time.Time) {
	r.mu.Lock()
	if r.first.IsZero() {
		r.first = started
	}
	r.lag.Record(started.Sub(due))
	r.mu.Unlock()
	r.requests.Started(due, started)
}

// Dropped implements vegetaload.Recorder.
func (r *result) Dropped(due time.Time, n uint64) {
	r.mu.Lock()
	r.dropped += n
	r.mu.Unlock()
	r.requests.Dropped(due, n)
}

// Done implements vegetaload.Recorder.
func (r *result) Done(q observation.Request) {
	r.mu.Lock()
	r.count++
	if !q.Failed {
		r.ok++
	}
	r.service.Record(q.Ended.Sub(q.Started))
	r.due.Record(q.Ended.Sub(q.Due))
	r.in += q.BytesIn
	r.out += q.BytesOut
	r.codes[strconv.Itoa(q.Status)]++
	if q.Error != "" {
		r.causes[q.Error]++
	}
	if q.Ended.After(r.last) {
		r.last = q.Ended
	}
	t := r.seen[q.Name]
	r.mu.Unlock()
	sent, received := r.traffic.Take()
	r.requests.Done(Request{Request: q, Method: t.method, URL: t.url, Sent: sent, Received: received})
}

func (r *result) finish(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = at
}

// object is the result as a script sees it. Times are milliseconds.
func (r *result) object(m *Module) sobek.Value {
	r.mu.Lock()
	defer r.mu.Unlock()
	length := r.ended.Sub(r.start).Seconds()
	success, reached := 0.0, 0.0
	if r.count > 0 {
		success = float64(r.ok) / float64(r.count)
		reached = float64(r.count) / length
	}
	return m.object(
		field{"requests", r.count}, field{"dropped", r.dropped}, field{"success", success},
		field{"rate", m.object(field{"asked", r.asked}, field{"reached", reached})},
		field{"duration", 1000 * length},
		field{"latencies", m.times(&r.service)}, field{"fromDue", m.times(&r.due)}, field{"lag", m.times(&r.lag)},
		field{"bytes", m.object(field{"in", r.in}, field{"out", r.out})},
		field{"codes", m.counts(r.codes)}, field{"errors", m.counts(r.causes)},
	)
}

// times shows a distribution; without samples everything is null.
func (m *Module) times(h *stat.Histogram) *sobek.Object {
	ms := func(d time.Duration) any { return float64(d) / float64(time.Millisecond) }
	o := m.object()
	set := func(key string, value any) {
		if h.Count() == 0 {
			value = nil
		}
		if err := o.Set(key, value); err != nil {
			m.throw("make %s: %v", key, err)
		}
	}
	mean := time.Duration(0)
	if n := h.Count(); n > 0 {
		mean = h.Sum() / time.Duration(n)
	}
	set("mean", ms(mean))
	set("min", ms(h.Min()))
	for _, q := range []struct {
		key string
		at  float64
	}{{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}} {
		value, _ := h.Quantile(q.at) // without samples it is not shown
		set(q.key, ms(value))
	}
	set("max", ms(h.Max()))
	return o
}

func (m *Module) counts(of map[string]uint64) *sobek.Object {
	o := m.object()
	for _, key := range slices.Sorted(maps.Keys(of)) {
		if err := o.Set(key, of[key]); err != nil {
			m.throw("make %s: %v", key, err)
		}
	}
	return o
}
