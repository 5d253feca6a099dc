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
	failed   uint64
	response stat.Histogram
	open     []string // names of the open phases, oldest first
}

func newLive(cfg Config) *live {
	l := &live{draw: cfg.Live}
	l.view.Total = cfg.Plan.Duration()
	l.view.Replicas = make(map[string]reports.LiveReplicas)
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
	case rec.HPA != nil:
		v := l.view.Replicas[rec.HPA.Target]
		v.Desired = rec.HPA.Desired
		l.view.Replicas[rec.HPA.Target] = v
	case rec.Deployment != nil:
		v := l.view.Replicas[rec.Deployment.Name]
		v.Ready = rec.Deployment.Ready
		l.view.Replicas[rec.Deployment.Name] = v
	}
}

// measured adds what one meter counted since the last view.
func (l *live) measured(count, failed uint64, response stat.Histogram) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count += count
	l.failed += failed
	l.response.Merge(response)
}

// show draws the view of the last second and starts the next.
func (l *live) show() {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view
	v.Elapsed = time.Since(l.start)
	v.RPS = float64(l.count)
	v.P95, v.HasP95 = l.response.Quantile(0.95)
	v.Errors = l.failed
	v.Phase = "load"
	if n := len(l.open); n > 0 {
		v.Phase = l.open[n-1]
	}
	l.count, l.failed, l.response = 0, 0, stat.Histogram{}
	if l.draw != nil {
		l.draw(v)
	}
}
