package experiment

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/progress"
)

// cleanupTimeout bounds the removal of a cluster after a run, interrupted or
// not.
const cleanupTimeout = 2 * time.Minute

// Session is a cluster that is held for one run, with the platform at its base
// line.
type Session struct {
	cfg   Config
	env   *Env
	steps *recorder
}

// Open brings up the cluster and the stack, returns the platform to its base
// line, and makes sure that it can be reached from here. If that fails it
// cleans up by itself.
func Open(ctx context.Context, cfg Config) (*Session, error) {
	s := &Session{cfg: cfg, steps: &recorder{Reporter: cfg.Reporter}}
	s.cfg.Reporter = s.steps
	env, err := provide(ctx, s.cfg, !cfg.Keep)
	if env == nil {
		return nil, err
	}
	s.env = env
	if err == nil {
		err = s.ready(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

func (s *Session) ready(ctx context.Context) error {
	if err := s.env.baseLine(ctx); err != nil {
		return err
	}
	return preflight(ctx, s.cfg, s.env.config)
}

// Run runs the plan and returns the run's directory, which is "" if the run
// never began.
func (s *Session) Run(ctx context.Context) (dir string, err error) {
	dir, err = Run(ctx, s.cfg, s.env, s.steps.records())
	if err != nil && ctx.Err() == nil {
		err = infra("run the plan", err)
	}
	return dir, err
}

// Close lets go of the cluster, and removes it if it was made for this run
// only. It works under a context of its own: an interrupted run cleans up too.
func (s *Session) Close(ctx context.Context) error {
	if !s.env.cluster.Temporary() {
		return infra("let go of the cluster", s.env.cluster.Release())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	return infra("remove the cluster", s.env.cluster.Down(ctx))
}

// recorder keeps the finished steps for the run's log, which does not exist
// yet when they run.
type recorder struct {
	progress.Reporter
	mu   sync.Mutex
	done []observation.Record
}

// Start opens a step that is shown and recorded.
func (r *recorder) Start(name string) progress.Step {
	return &recordedStep{Step: r.Reporter.Start(name), r: r, name: name, start: time.Now()}
}

func (r *recorder) records() []observation.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done
}

type recordedStep struct {
	progress.Step
	r     *recorder
	name  string
	start time.Time
}

func (s *recordedStep) Done(err error) {
	s.Step.Done(err)
	step := &observation.Step{Name: s.name, Duration: time.Since(s.start)}
	if err != nil {
		step.Error = err.Error()
	}
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.done = append(s.r.done, observation.Record{Time: time.Now(), Kind: observation.KindStep, Step: step})
}
