package experiment

import (
	"errors"
	"sync"

	"github.com/artisan-platform/headroom/runner/observation"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// scene is the run as the scripts' extension sees it, which is made before
// there is a run: what scripts observe goes to the run's log, and the cluster
// is the run's. It is safe for concurrent use.
type scene struct {
	mu  sync.Mutex
	run *run // nil: none has begun
}

func (s *scene) begin(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run = r
}

func (s *scene) now() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

// Observe implements observation.Sink. The init code of a script observes
// nothing, so that a run has begun.
func (s *scene) Observe(r observation.Record) {
	if run := s.now(); run != nil {
		run.Observe(r)
	}
}

func (s *scene) warn(text string) {
	if run := s.now(); run != nil {
		run.warn("k6/x/artisan", text)
	}
}

// cluster is the one that the run is on. Its namespace is watched anyway.
func (s *scene) cluster() (artisan.Cluster, error) {
	run := s.now()
	if run == nil {
		return artisan.Cluster{}, errors.New("the run has not begun")
	}
	return artisan.Cluster{Name: "cluster " + run.env.Name, REST: run.env.REST, Namespace: run.cfg.Plan.Watch.Namespace, Writable: true, Fed: true}, nil
}
