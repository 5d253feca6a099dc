package experiment

import (
	"sync"
	"time"

	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/stat"
)

// live keeps the view of a run that a person watches while it goes on.
type live struct {
	draw func(reports.Live)

	mu       sync.Mutex
	view     reports.Live
	start    time.Time
	count    uint64
	failed   uint64 // so far
	response stat.Histogram
	seconds  map[int64]bool   // the seconds that count and response are of
	open     []string         // names of the open phases, oldest first
	desired  map[string]int32 // by the name of an HPA's target
	ready    map[string]int32 // by the name of a Deployment
}

func newLive(cfg Config) *live {
	l := &live{draw: cfg.Live, desired: make(map[string]int32), ready: make(map[string]int32),
		seconds: make(map[int64]bool)}
	l.view.Total = cfg.Plan.Duration()
	return l
}

// begin starts the clock of the load phase.
func (l *live) begin(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.start = at
}

// observe keeps what the view shows of a record.
func (l *live) observe(rec observation.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case rec.Phase != nil && rec.Phase.Open:
		l.open = append(l.open, rec.Phase.Name)
	case rec.Phase != nil:
		for i, name := range l.open {
			if name == rec.Phase.Name {
				l.open = append(l.open[:i], l.open[i+1:]...)
				break
			}
		}
	case rec.Requests != nil:
		l.seconds[rec.Requests.Second.Unix()] = true
		l.count += rec.Requests.Count
		l.failed += rec.Requests.Failed
		l.response.Merge(rec.Requests.Response)
	case rec.HPA != nil:
		l.desired[rec.HPA.Target] = rec.HPA.Desired
	case rec.Deployment != nil:
		l.ready[rec.Deployment.Name] = rec.Deployment.Ready
	}
}

// show draws the view of what was cut since the last, and starts the next. It
// draws outside the lock: a terminal that blocks must not hold up what is
// observed.
func (l *live) show() {
	if v := l.next(); l.draw != nil {
		l.draw(v)
	}
}

func (l *live) next() reports.Live {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view
	v.Elapsed = time.Since(l.start)
	v.RPS = float64(l.count) / float64(max(len(l.seconds), 1))
	v.P95, v.HasP95 = l.response.Quantile(0.95)
	v.Errors = l.failed
	v.Phase = "load"
	if n := len(l.open); n > 0 {
		v.Phase = l.open[n-1]
	}
	v.Replicas = make(map[string]reports.LiveReplicas, len(l.desired))
	for target, n := range l.desired {
		v.Replicas[target] = reports.LiveReplicas{Ready: l.ready[target], Desired: n}
	}
	l.count, l.response = 0, stat.Histogram{}
	clear(l.seconds)
	return v
}
