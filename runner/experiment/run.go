// Package experiment is one run from its plan to its log: it wires the
// adapters, owns every long-lived goroutine, and undoes what it did.
package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artisan-platform/headroom/runner/kubewatch"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/runlog"
)

// errLoadOver stops the watchers once the last load has settled.
var errLoadOver = errors.New("the run is over")

// Run drives the plan's loads at a cluster that is up, and logs what happens
// into a new directory under cfg.Out. It returns the directory even if the run
// was interrupted or broke: the log is good for a partial report then.
func Run(ctx context.Context, cfg Config, env *Env, steps []observation.Record) (dir string, err error) {
	dir, file, err := createLog(cfg.Out, cfg.Plan.Name, time.Now())
	if err != nil {
		return "", err
	}
	defer func() {
		if cerr := file.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close the run's log: %w", cerr)
		}
	}()
	log := observation.NewWriter(file)
	r := &run{cfg: cfg, env: env, log: log, live: newLive(cfg)}
	cfg.Scripts.scene.begin(r)
	r.Observe(runRecord(cfg, filepath.Base(dir)))
	for _, s := range steps {
		r.Observe(s)
	}
	err = r.execute(ctx)
	if cerr := cfg.Scripts.artisan.Close(); cerr != nil {
		r.warn("k6/x/artisan", "close what it opened: "+cerr.Error())
	}
	r.Observe(endRecord(ctx, err))
	if lerr := log.Err(); lerr != nil && !errors.Is(err, lerr) {
		err = errors.Join(err, lerr)
	}
	return dir, err
}

// run is the state of one Run.
type run struct {
	cfg  Config
	env  *Env
	log  *observation.Writer
	live *live
	stop context.CancelCauseFunc // ends the loads, with why
}

// Observe logs a record and shows it to the live view.
func (r *run) Observe(rec observation.Record) {
	r.log.Observe(rec)
	r.live.observe(rec)
	r.cfg.Scripts.artisan.Feed(rec)
}

func (r *run) phase(name, load string, open bool) {
	r.Observe(runlog.Phase(name, load, open))
}

// execute runs the watchers around the loads. The watchers' context outlives
// ctx: what happens while an interrupted load winds down is still observed.
func (r *run) execute(ctx context.Context) error {
	watchCtx, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(errLoadOver)
	watchers, watchCtx := errgroup.WithContext(watchCtx)
	watcher, err := r.startWatchers(watchCtx, watchers)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.stop = cancel
	unhook := context.AfterFunc(watchCtx, func() { cancel(context.Cause(watchCtx)) })
	defer unhook()

	if err = awaitSync(ctx, watcher); err == nil {
		err = r.drive(ctx)
	}
	stop(errLoadOver)
	if werr := watchers.Wait(); werr != nil {
		return errors.Join(err, werr)
	}
	return err
}

// syncTimeout bounds the wait for the watchers' first answers.
const syncTimeout = 30 * time.Second

// awaitSync returns once nothing that follows can go unseen.
func awaitSync(ctx context.Context, w *kubewatch.Watcher) error {
	ctx, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	return w.WaitSync(ctx)
}

// drive runs the loads and the disruptions, and then lets the cluster settle
// under observation.
func (r *run) drive(ctx context.Context) (err error) {
	r.phase("load", "", true)
	start := time.Now()
	stop := r.startDisruptions(ctx, start)
	defer func() { err = errors.Join(err, stop()) }()
	err = r.runLoads(ctx, start)
	r.phase("load", "", false)
	if err != nil {
		return err
	}
	r.phase("settle", "", true)
	defer r.phase("settle", "", false)
	for end := time.Now().Add(r.cfg.Plan.Settle); time.Now().Before(end); r.live.show() {
		if err := sleep(ctx, min(time.Second, time.Until(end))); err != nil {
			return err
		}
	}
	return nil
}

// sleep waits for d, or for the end of ctx, whose cause it returns.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// createLog makes the directory of a new run and its empty log in it.
func createLog(out, name string, now time.Time) (string, *os.File, error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", nil, fmt.Errorf("create the folder of runs: %w", err)
	}
	base := filepath.Join(out, name+"-"+now.UTC().Format("20060102-150405"))
	dir := base
	for i := 2; ; i++ {
		err := os.Mkdir(dir, 0o755)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrExist) || i > 99 {
			return "", nil, fmt.Errorf("create the run's folder: %w", err)
		}
		dir = fmt.Sprintf("%s-%d", base, i)
	}
	f, err := os.OpenFile(filepath.Join(dir, observation.LogFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return "", nil, fmt.Errorf("create the run's log: %w", err)
	}
	return dir, f, nil
}

func runRecord(cfg Config, id string) observation.Record {
	info := &observation.RunInfo{ID: id, Headroom: cfg.Version, PlanFile: cfg.Plan.File, Plan: cfg.Plan.Source,
		Scripts: make(map[string]string), Durations: make(map[string]time.Duration), AllowHosts: cfg.AllowHosts, Host: runlog.ThisHost()}
	for _, l := range cfg.Plan.Loads {
		if l.Script != nil {
			info.Scripts[l.Script.File] = l.Script.Source
			info.Durations[l.Name] = l.Script.Duration
		}
	}
	return observation.Record{Time: time.Now(), Kind: observation.KindRun, Run: info}
}

// endRecord closes the log: completed, interrupted by the user, or broken by
// an error of the harness.
func endRecord(ctx context.Context, err error) observation.Record {
	end := &observation.End{Outcome: observation.Completed}
	switch {
	case ctx.Err() != nil:
		end.Outcome, end.Cause = observation.Interrupted, context.Cause(ctx).Error()
	case err != nil:
		end.Outcome, end.Cause = observation.Broken, err.Error()
	}
	return observation.Record{Time: time.Now(), Kind: observation.KindEnd, End: end}
}
