package experiment

import (
	"context"
	"crypto/x509"
	"fmt"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/queueload"
	"github.com/artisan-platform/headroom/runner/runlog"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/vegetaload"
)

// servedBy is the response header by which a pod says its name.
const servedBy = "X-Served-By"

// runLoads starts each load at its offset from start and returns when all have ended. The
// first load that breaks ends the others.
func (r *run) runLoads(ctx context.Context, start time.Time) error {
	roots, err := trust(r.env.CA)
	if err != nil {
		return err
	}
	r.live.begin(start)
	loads, ctx := errgroup.WithContext(ctx)
	var meters []*observation.Meter
	for _, l := range r.cfg.Plan.Loads {
		m := observation.NewMeter(l.Name, l.Vegeta != nil)
		meters = append(meters, m)
		loads.Go(func() error {
			if err := sleep(ctx, time.Until(start.Add(l.Start))); err != nil {
				return err
			}
			return r.runLoad(ctx, l, m, roots)
		})
	}
	stopCut, cut := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		runlog.Cut(stopCut, meters, r, func() {
			if err := r.log.Err(); err != nil {
				r.stop(err) // load that leaves no record proves nothing
			}
			r.live.show()
		})
	}()
	err = loads.Wait()
	cut()
	<-done
	return err
}

// runLoad runs one load inside a phase of its own.
func (r *run) runLoad(ctx context.Context, l spec.Load, m *observation.Meter, roots *x509.CertPool) error {
	r.phase(l.Name, l.Name, true)
	defer r.phase(l.Name, l.Name, false)
	var err error
	switch {
	case l.Script != nil:
		err = r.runScript(ctx, l, m, roots)
	case l.Vegeta != nil:
		err = vegetaload.Run(ctx, vegetaload.Config{Name: l.Name, Attack: *l.Vegeta, Meter: m,
			ServedByHeader: servedBy, AllowHosts: r.cfg.AllowHosts, Roots: roots})
	case l.Queue != nil:
		err = queueload.Run(ctx, queueload.Config{Name: l.Name, Queue: *l.Queue, Sink: r,
			AllowHosts: r.cfg.AllowHosts})
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("load %q: %w", l.Name, err)
	}
	return nil
}

func (r *run) runScript(ctx context.Context, l spec.Load, m *observation.Meter, roots *x509.CertPool) error {
	program := r.cfg.Scripts.programs[l.Name]
	if program.OwnSummary() {
		r.warn("script "+l.Name, "its handleSummary is not called here: the run's report takes its place; `headroom load` calls it")
	}
	end, err := script.Run(ctx, program, script.Config{Load: l.Name, Env: maps.Clone(l.Script.Env), Stages: stages(l.Script.Stages),
		Meter: m, ServedByHeader: servedBy, Warn: func(text string) { r.warn("script "+l.Name, text) }, Console: r.console(l.Name),
		AllowHosts: r.cfg.AllowHosts, Hosts: l.Script.Hosts, Roots: roots})
	end.Load = l.Name
	r.Observe(observation.Record{Time: time.Now(), Kind: observation.KindScript, Script: &end})
	return err
}

// console passes on what a script writes with console.*.
func (r *run) console(load string) func(level, text string) {
	if r.cfg.Console == nil {
		return nil
	}
	return func(level, text string) { r.cfg.Console(load, level, text) }
}

func (r *run) warn(source, text string) {
	r.Observe(observation.Record{Time: time.Now(), Kind: observation.KindWarning,
		Warning: &observation.Warning{Source: source, Text: text}})
}
