package script

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Config is how a program is run.
type Config struct {
	Load   string             // the name of the load, for the result
	Env    map[string]string  // __ENV; nil is that of the source
	Stages []Stage            // replaces the script's execution, as stages on the command line do
	Meter  *observation.Meter // required
	// ServedByHeader is the response header by which a server says its name;
	// "" is DefaultServedBy.
	ServedByHeader string
	// AllowHosts are the hosts other than this machine that the script may
	// send requests to. A request or redirect to any other ends the run.
	AllowHosts []string
	// Secrets are what k6/secrets gives; nil is those of the source. What was
	// handed out is hidden in whatever Console and Warn take, and in errors.
	Secrets *k6secrets.Secrets
	// StopTimeout bounds what is still to do when the context has ended, which
	// is the script's teardown; 0 is DefaultStopTimeout.
	StopTimeout time.Duration
	// Console takes the lines of console.*, with their level; nil drops them.
	Console func(level, text string)
	// Warn takes what the engine has to say: exceptions in iterations, options
	// without effect. Nil drops it. Both are called from several goroutines.
	Warn func(text string)
}

// Defaults of a Config.
const (
	DefaultServedBy    = "X-Served-By"
	DefaultStopTimeout = 5 * time.Second
)

// Run runs a program to its end. When ctx ends, iterations are cut short and
// teardown is called. It returns what the script came to, also if it ended
// early; an error says that it could not be run as it is meant to: an
// exception in init or setup, a host that may not be loaded, or the end of ctx. Failed requests, checks and
// thresholds are results and no errors, and so is a script that aborts itself.
func Run(ctx context.Context, p *Program, cfg Config) (observation.Script, error) {
	if cfg.Meter == nil {
		return observation.Script{Load: cfg.Load}, errors.New("run a script: no meter was given")
	}
	p = p.WithStages(cfg.Stages)
	if cfg.Env == nil {
		cfg.Env = p.loader.source.Env
	}
	cfg.Secrets = cmp.Or(cfg.Secrets, p.loader.source.Secrets)
	cfg.ServedByHeader = cmp.Or(cfg.ServedByHeader, DefaultServedBy)
	cfg.StopTimeout = cmp.Or(cfg.StopTimeout, DefaultStopTimeout)
	r := &run{program: p, cfg: cfg, test: p.newTest(cfg)}
	ctx, r.abort = context.WithCancelCause(ctx)
	defer r.abort(nil)
	r.test.Abort = r.abort
	r.exceptions.warn = r.test.Warn
	for _, w := range p.Warnings {
		r.test.Warn(w)
	}
	err := redact(cfg.Secrets, r.run(ctx))
	return r.result(err), fatal(err)
}

// run is one run of a program.
type run struct {
	program    *Program
	cfg        Config
	test       *vu.Test
	abort      context.CancelCauseFunc
	exceptions exceptions
	control    *vu.VU // runs setup and teardown
	data       string // what setup returned, as JSON
	elapsed    time.Duration
	tornDown   error // what teardown came to
}

// run goes through the life cycle of the script.
func (r *run) run(ctx context.Context) error {
	var err error
	if r.control, err = r.program.initVU(ctx, r.test, 0); err != nil {
		return err
	}
	defer r.control.Close()
	if err := r.selectThresholds(); err != nil {
		return err
	}
	crews, err := r.makeCrews(ctx)
	defer crews.close()
	if err != nil {
		return err
	}
	if r.program.setup {
		if r.data, err = r.stage(ctx, "setup", r.test.Options.SetupTimeout); err != nil {
			return err // without setup there is nothing to tear down
		}
	}
	err = r.scenarios(ctx, crews)
	if !r.program.teardown {
		return err
	}
	ending, cancel := r.ending(ctx)
	defer cancel()
	_, r.tornDown = r.stage(ending, "teardown", r.test.Options.TeardownTimeout)
	if err == nil && errors.As(r.tornDown, new(*vu.Refusal)) {
		err, r.tornDown = r.tornDown, nil
	}
	return err
}

// ending is the context of teardown: it outlives ctx by the stop time-out.
func (r *run) ending(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(context.WithoutCancel(ctx), r.cfg.StopTimeout,
		fmt.Errorf("teardown has not ended %v after the run was stopped", r.cfg.StopTimeout))
}

// scenarios runs all scenarios side by side and waits for them.
func (r *run) scenarios(ctx context.Context, crews crews) error {
	start := time.Now()
	r.test.Counts.Start.Store(&start)
	defer func() { r.elapsed = time.Since(start) }()
	watching, stopWatching := context.WithCancel(ctx)
	var watch, wg sync.WaitGroup
	watch.Go(func() { r.watchThresholds(watching, start) })
	errs := make([]error, len(r.test.Options.Scenarios))
	for i, s := range r.test.Options.Scenarios {
		wg.Go(func() {
			if err := waitUntil(ctx, start.Add(s.Start)); err != nil {
				return // the run is over; the caller sees why
			}
			if err := s.Executor.Run(ctx, crews[i].executorCrew(r)); err != nil {
				errs[i] = fmt.Errorf("scenario %s: %w", s.Name, err)
				r.abort(errs[i])
			}
		})
	}
	wg.Wait()
	stopWatching()
	watch.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func waitUntil(ctx context.Context, at time.Time) error {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fatal is err unless it is a result: an abort that the script wanted.
func fatal(err error) error {
	var aborted vu.Aborted
	if errors.As(err, &aborted) {
		return nil
	}
	return err
}
