package script

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Config is how a program is run.
type Config struct {
	Load   string             // the name of the load, for the result
	Env    map[string]string  // __ENV; nil is that of the source
	Stages []Stage            // replaces the script's execution, as stages on the command line do
	Meter  *observation.Meter // nil: nobody keeps a log of the requests
	// ServedByHeader is the response header by which a server says its name;
	// "" is DefaultServedBy.
	ServedByHeader string
	// AllowHosts are the hosts other than this machine that the script may
	// send requests to. A request or redirect to any other ends the run.
	AllowHosts []string
	// Hosts tells where connections to a name go, an IP address with or without a
	// port: they count before the script's own option of that name.
	Hosts map[string]string
	// Roots are the authorities that servers are believed; nil is the system's.
	Roots *x509.CertPool
	// UseProxy has requests go through the proxies that the environment names.
	UseProxy bool
	// Strict makes a threshold without samples a missed one.
	Strict bool
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
	// Samples takes all samples, some times a second; nil keeps sums only.
	Samples func([]metric.Sample)
	// Control steers and watches the run; nil is a run that nobody does.
	Control *Control
	// PerScenario keeps what each scenario measures apart, for the summary.
	PerScenario bool
	// Summarise is called when all is measured and before the run returns, with
	// what handleSummary can be called by; nil: there is no summary.
	Summarise func(*Summary)
}

// Defaults of a Config.
const (
	DefaultServedBy    = "X-Served-By"
	DefaultStopTimeout = 5 * time.Second
)

// Run runs a program to its end. When ctx ends, iterations are cut short and
// teardown is called. It returns what the script came to, also if it ended
// early; an error says that it could not be run as it is meant to: an
// exception in init or setup, a host that may not be loaded, or the end of
// ctx. Failed requests, checks and thresholds are results and no errors, and
// so is a script that aborts itself.
func Run(ctx context.Context, p *Program, cfg Config) (observation.Script, error) {
	o, err := RunToEnd(ctx, p, cfg)
	return o.Script, err
}

// Outcome is what a run came to.
type Outcome struct {
	observation.Script
	Ending Ending
}

// RunToEnd is Run, and tells how the run ended.
func RunToEnd(ctx context.Context, p *Program, cfg Config) (Outcome, error) {
	p = p.WithStages(cfg.Stages)
	if cfg.Env == nil {
		cfg.Env = p.loader.source.Env
	}
	if cfg.Control == nil {
		cfg.Control = NewControl(false)
	}
	cfg.Secrets = cmp.Or(cfg.Secrets, p.loader.source.Secrets)
	cfg.ServedByHeader = cmp.Or(cfg.ServedByHeader, DefaultServedBy)
	cfg.StopTimeout = cmp.Or(cfg.StopTimeout, DefaultStopTimeout)
	p, err := p.reaching(cfg.Hosts, cfg.Roots)
	if err != nil {
		return Outcome{}, err
	}
	r := &run{program: p, cfg: cfg, test: p.newTest(cfg)}
	outer := ctx
	ctx, r.abort = context.WithCancelCause(ctx)
	defer r.abort(nil)
	r.test.Abort = r.abort
	r.exceptions.warn = r.test.Warn
	for _, w := range p.Warnings {
		r.test.Warn(w)
	}
	err = r.run(ctx)
	ending := r.ending(outer, err)
	return Outcome{r.result(err), ending}, fatal(redact(cfg.Secrets, err))
}

// setupData is what setup returned, as JSON; "" if that is nothing. It is safe
// for concurrent use.
type setupData struct{ text atomic.Pointer[string] }

func (d *setupData) get() string {
	if text := d.text.Load(); text != nil {
		return *text
	}
	return ""
}

func (d *setupData) set(text string) { d.text.Store(&text) }

// run is one run of a program.
type run struct {
	program    *Program
	cfg        Config
	test       *vu.Test
	abort      context.CancelCauseFunc
	exceptions exceptions
	tainted    atomic.Bool  // a threshold is missed so far
	at         atomic.Int32 // the stage, a vu.Stage
	elapsed    atomic.Int64
	tornDown   error // what teardown came to
	thresholds []observation.Threshold
	data       setupData
	readyVUs   int
	readyAfter time.Duration

	controlling sync.Mutex // of what follows
	control     *vu.VU     // runs setup, teardown and handleSummary
}

// run goes through the life cycle of the script.
func (r *run) run(ctx context.Context) error {
	var err error
	if r.control, err = r.program.initVU(ctx, r.test, 0); err != nil {
		return err
	}
	defer r.control.Close()
	if err := r.selectParts(); err != nil {
		return err
	}
	stopStream := r.stream(ctx)
	defer stopStream()
	begin := time.Now()
	crews, err := r.makeCrews(ctx)
	r.readyVUs, r.readyAfter = crews.size(), time.Since(begin)
	defer crews.close()
	if err != nil {
		return err
	}
	over := r.cfg.Control.attach(r)
	defer over()
	err = r.drive(ctx, crews)
	r.reach(r.lastStage(err))
	r.settle(err)
	if err == nil && errors.As(r.tornDown, new(*vu.Refusal)) {
		err, r.tornDown = r.tornDown, nil
	}
	if r.cfg.Summarise != nil {
		r.summarise(ctx)
	}
	return err
}

// drive runs the stages between the initialisation and the summary.
func (r *run) drive(ctx context.Context, crews crews) error {
	if err := r.cfg.Control.wait(ctx); err != nil {
		return err
	}
	r.reach(vu.StageStarted)
	if r.program.setup && !r.test.Options.NoSetup {
		r.reach(vu.StageSetup)
		if err := r.setup(ctx); err != nil {
			return err // without setup there is nothing to tear down
		}
	}
	r.reach(vu.StageRunning)
	err := r.scenarios(ctx, crews)
	if r.program.teardown && !r.test.Options.NoTeardown {
		r.reach(vu.StageTeardown)
		ending, cancel := r.stopping(ctx)
		defer cancel()
		r.tornDown = r.teardown(ending)
	}
	return err
}

// reach says at what stage the run is.
func (r *run) reach(s vu.Stage) { r.at.Store(int32(s)) }

// lastStage is where a run stands when nothing runs anymore.
func (r *run) lastStage(err error) vu.Stage {
	switch {
	case err != nil:
		return vu.StageInterrupted
	case r.test.FailedFor() != "":
		return vu.StageMarkedAsFailed
	}
	return vu.StageEnded
}

// stopping is the context of teardown: it outlives ctx by the stop time-out.
func (r *run) stopping(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(context.WithoutCancel(ctx), r.cfg.StopTimeout,
		errTimeout{TeardownTimeout, fmt.Sprintf("teardown has not ended %v after the run was stopped", r.cfg.StopTimeout)})
}

// scenarios runs all scenarios side by side and waits for them.
func (r *run) scenarios(ctx context.Context, crews crews) error {
	start := time.Now()
	r.test.Counts.Start.Store(&start)
	defer func() { r.elapsed.Store(int64(time.Since(start))) }()
	watching, stopWatching := context.WithCancel(ctx)
	var watch, wg sync.WaitGroup
	watch.Go(func() { r.watch(watching) })
	errs := make([]error, len(crews))
	for i, c := range crews {
		wg.Go(func() {
			if err := waitUntil(ctx, start.Add(c.scenario.Start)); err != nil {
				return // the run is over; the caller sees why
			}
			if err := c.executor.Run(ctx, c.executorCrew(r)); err != nil {
				errs[i] = fmt.Errorf("scenario %s: %w", c.scenario.Name, err)
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

// since is how long the scenarios have run.
func (r *run) since() time.Duration {
	if d := r.elapsed.Load(); d > 0 {
		return time.Duration(d)
	}
	if start := r.test.Counts.Start.Load(); start != nil {
		return time.Since(*start)
	}
	return 0
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

// fatal is err unless it is a result: an abort that somebody wanted.
func fatal(err error) error {
	var aborted vu.Aborted
	var missed crossed
	if errors.As(err, &aborted) || errors.As(err, &missed) || errors.Is(err, errStopped) {
		return nil
	}
	return err
}
