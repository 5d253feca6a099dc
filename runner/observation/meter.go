package observation

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Meter gathers the requests of one load into one-second windows. A load
// generator tells it what happened; the run's owner cuts finished seconds out
// of it and logs them. It is safe for concurrent use.
type Meter struct {
	load string
	open bool

	mu       sync.Mutex
	windows  map[windowKey]*Requests
	seconds  map[int64]*Generator
	served   map[string]bool
	first    []Record
	inFlight int64
	vus      int64
}

type windowKey struct {
	second                int64
	scenario, name, class string
}

// NewMeter returns the meter of the named load; open says that its arrivals
// follow a schedule rather than the responses.
func NewMeter(load string, open bool) *Meter {
	return &Meter{
		load: load, open: open,
		windows: make(map[windowKey]*Requests),
		seconds: make(map[int64]*Generator),
		served:  make(map[string]bool),
	}
}

// OpenModel says that the load has arrivals which follow a schedule after all,
// as those of a script that attacks by itself have.
func (m *Meter) OpenModel() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open = true
	for _, g := range m.seconds {
		g.Open = true
	}
}

// Started says that a request due at due was sent at started.
func (m *Meter) Started(due, started time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight++
	m.second(due).Due++
	g := m.second(started)
	g.Started++
	g.Lag.Record(started.Sub(due))
}

// Dropped says that n requests due at due were never sent.
func (m *Meter) Dropped(due time.Time, n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.second(due)
	g.Due += n
	g.Dropped += n
}

// SetVUs says how many virtual users are active.
func (m *Meter) SetVUs(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.vus = n
}

// Done counts a request that has ended. Each call follows one of Started.
func (m *Meter) Done(r Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight--
	w := m.window(r)
	w.Count++
	w.Response.Record(r.Ended.Sub(r.Due))
	w.Service.Record(r.Ended.Sub(r.Started))
	w.BytesIn += r.BytesIn
	w.BytesOut += r.BytesOut
	if r.Failed {
		w.Failed++
		countCause(w, r)
	}
	if r.ServedBy != "" && !m.served[r.ServedBy] {
		m.served[r.ServedBy] = true
		m.first = append(m.first, Record{Time: r.Ended, Kind: KindServed, Served: &Served{Load: m.load, Pod: r.ServedBy}})
	}
}

// Abandoned says that a request which started was cut short by the end of the
// load itself: it is neither answered nor failed. It takes the place of Done.
func (m *Meter) Abandoned() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight--
}

func countCause(w *Requests, r Request) {
	cause := r.Error
	if cause == "" {
		cause = "status " + strconv.Itoa(r.Status)
	}
	if w.Causes == nil {
		w.Causes = make(map[string]uint64)
	}
	if _, known := w.Causes[cause]; !known && len(w.Causes) >= MaxCauses {
		cause = "other"
	}
	w.Causes[cause]++
}

// Cut returns and forgets everything that lies before the second of now, in
// a stable order. With all set the running second is cut too: the end of a
// load. health is the process's own over the seconds that are cut. A second
// may be cut again if a request due in it starts later; readers add up.
func (m *Meter) Cut(now time.Time, all bool, health Health) []Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	limit := now.Unix()
	out := m.first
	m.first = nil
	for s, g := range m.seconds {
		if all || s < limit {
			g.InFlight, g.VUs, g.Health = m.inFlight, m.vus, health
			out = append(out, Record{Time: now, Kind: KindGenerator, Generator: g})
			delete(m.seconds, s)
		}
	}
	for k, w := range m.windows {
		if all || k.second < limit {
			out = append(out, Record{Time: now, Kind: KindRequests, Requests: w})
			delete(m.windows, k)
		}
	}
	slices.SortStableFunc(out, compareCut)
	return out
}

func compareCut(a, b Record) int {
	if c := cmp.Compare(a.Kind, b.Kind); c != 0 {
		return c
	}
	switch {
	case a.Generator != nil:
		return a.Generator.Second.Compare(b.Generator.Second)
	case a.Requests != nil:
		return cmp.Or(a.Requests.Second.Compare(b.Requests.Second),
			cmp.Compare(a.Requests.Scenario, b.Requests.Scenario),
			cmp.Compare(a.Requests.Name, b.Requests.Name),
			cmp.Compare(a.Requests.Class, b.Requests.Class))
	}
	return a.Time.Compare(b.Time)
}

func (m *Meter) second(t time.Time) *Generator {
	s := t.Unix()
	g := m.seconds[s]
	if g == nil {
		g = &Generator{Load: m.load, Second: time.Unix(s, 0).UTC(), Open: m.open}
		m.seconds[s] = g
	}
	return g
}

func (m *Meter) window(r Request) *Requests {
	k := windowKey{r.Ended.Unix(), r.Scenario, r.Name, class(r.Status)}
	w := m.windows[k]
	if w == nil {
		w = &Requests{Load: m.load, Scenario: k.scenario, Name: k.name, Class: k.class, Second: time.Unix(k.second, 0).UTC()}
		m.windows[k] = w
	}
	return w
}

func class(status int) string {
	if status < 100 || status > 599 {
		return "error"
	}
	return strconv.Itoa(status/100) + "xx"
}
