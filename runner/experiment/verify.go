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

// Verify is the main job: it brings up the cluster and the stack, returns the
// platform to its base line, runs the plan, and removes the cluster if it
// created it and is not to keep it. The directory it returns is "" if the run
// never began.
func Verify(ctx context.Context, cfg Config) (dir string, err error) {
	steps := &recorder{Reporter: cfg.Reporter}
	cfg.Reporter = steps
	env, err := provide(ctx, cfg)
	if env != nil {
		defer func() { err = errors.Join(err, env.cleanUp(ctx, cfg)) }()
	}
	if err != nil {
		return "", err
	}
	if err := env.baseLine(ctx); err != nil {
		return "", err
	}
	if err := preflight(ctx, cfg, env.config); err != nil {
		return "", err
	}
	dir, err = Run(ctx, cfg, env, steps.records())
	if err != nil && ctx.Err() == nil {
		err = infra("run the plan", err)
	}
	return dir, err
}

// cleanUp removes the cluster that this run created. It works under a context
// of its own: an interrupted run cleans up too.
func (e *Env) cleanUp(ctx context.Context, cfg Config) error {
	if !e.Created || cfg.Keep {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	return Down(ctx, e.Name, cfg.Reporter)
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
