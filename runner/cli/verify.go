package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	headroom "github.com/artisan-platform/headroom"
	"github.com/artisan-platform/headroom/cluster/image"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// runFlags are the flags of every command that makes or uses a cluster.
type runFlags struct {
	images     string
	stack      string
	out        string
	keep       bool
	allowHosts []string
	json       bool
}

func (f *runFlags) addImages(c *cobra.Command) {
	c.Flags().StringVar(&f.images, "images", "auto", "where images come from: auto (a registry if one answers), registry, source")
}

func (f *runFlags) addStack(c *cobra.Command) {
	c.Flags().StringVar(&f.stack, "stack", "", "how much of the documented stack: core or full (default: what the plan says, which is full where it says nothing)")
}

func (f *runFlags) addOut(c *cobra.Command) {
	c.Flags().StringVar(&f.out, "out", "out", "folder of runs")
}

func (f *runFlags) addAllowHosts(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.allowHosts, "allow-host", nil, "allow load at this host beside 127.0.0.1 (repeatable)")
}

func (f *runFlags) addJSON(c *cobra.Command, what string) {
	c.Flags().BoolVar(&f.json, "json", false, what)
}

// config turns flags and a plan file into what an experiment needs. All that a
// person can get wrong is found here, before anything is created.
func (a *app) config(ctx context.Context, f runFlags, file string) (experiment.Config, error) {
	plan, scripts, err := loadPlan(ctx, file, f.allowHosts)
	if err != nil {
		return experiment.Config{}, err
	}
	cfg, err := a.planned(f, plan)
	cfg.Scripts = scripts
	return cfg, err
}

// planned is config for a plan that has no scripts to compile.
func (a *app) planned(f runFlags, plan *spec.Plan) (experiment.Config, error) {
	mode, err := image.ParseMode(f.images)
	if err != nil {
		return experiment.Config{}, usageError{fmt.Errorf("--images: %w", err)}
	}
	if f.stack != "" {
		level, err := stack.ParseLevel(f.stack)
		if err != nil {
			return experiment.Config{}, usageError{fmt.Errorf("--stack: %w", err)}
		}
		plan.Stack.Level = string(level)
	}
	return experiment.Config{
		Plan: plan, Version: version, Images: mode, KindConfig: headroom.KindConfig,
		Out: f.out, AllowHosts: f.allowHosts, Keep: f.keep, Reporter: a.console, Live: a.live(),
		Console: func(load, level, text string) { a.console.Say(" %s %s: %s", load, level, text) },
	}, nil
}

// live returns what shows a running load: a line redrawn each second on a
// terminal, a plain line every ten seconds elsewhere.
func (a *app) live() func(reports.Live) {
	var last time.Duration = -1
	return func(v reports.Live) {
		if !a.console.term && last >= 0 && v.Elapsed-last < 10*time.Second {
			return
		}
		last = v.Elapsed
		a.console.Live(reports.LiveLine(v, a.console.width))
	}
}

func (a *app) verify() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "verify PLAN|SCRIPT",
		Short: "Run a plan from cluster to verdict",
		Long: `Verify makes (or adopts) the cluster, installs the stack, brings the platform to
its base line, drives the plan's loads while watching, lets it settle, judges,
writes the report, and removes the cluster if this run created it.

Instead of a plan it takes a script (.js, .ts): the script is then the only load,
and is judged by its own thresholds and by what it expects with k6/x/artisan.

The run's folder holds log.jsonl (all that was observed), result.json,
report.html, junit.xml and summary.md.`,
		Example: `  headroom verify scenarios/scale-out.yaml
  headroom verify scenarios/scale-out.js            # one script: load, watching and expectations
  headroom verify --keep scenarios/scale-out.yaml   # leave the cluster for a look
  headroom up && headroom verify PLAN               # use a cluster that is up already`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.config(cmd.Context(), f, args[0])
			if err != nil {
				return err
			}
			s, err := experiment.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			dir, err := s.Run(cmd.Context())
			err = a.conclude(dir, f, err) // before anything else can go wrong
			if cerr := s.Close(cmd.Context()); cerr != nil {
				a.console.Say("%s: %v", progname, cerr)
				err = cmp.Or(err, cerr)
			}
			return err
		},
	}
	f.addImages(c)
	f.addStack(c)
	f.addOut(c)
	f.addAllowHosts(c)
	f.addJSON(c, "print result.json instead of the summary")
	c.Flags().BoolVar(&f.keep, "keep", false, "leave the cluster even if this run created it")
	return c
}

// conclude judges a run's log, writes the reports and shows the verdict. runErr
// is what ended the run early, if anything did: it decides the exit code.
func (a *app) conclude(dir string, f runFlags, runErr error) error {
	if dir == "" {
		return runErr
	}
	in, err := experiment.Judge(dir)
	if err != nil {
		return errors.Join(runErr, err)
	}
	if err := experiment.WriteReports(dir, in); err != nil {
		return errors.Join(runErr, err)
	}
	a.console.Clear()
	if err := a.show(dir, f, in); err != nil {
		return errors.Join(runErr, err)
	}
	if runErr != nil {
		return runErr
	}
	if v := in.Result.Verdict; v != verdict.Pass {
		return verdictError{v}
	}
	return nil
}

func (a *app) show(dir string, f runFlags, in reports.Input) error {
	if f.json {
		return reports.JSON(a.out, in)
	}
	out := newConsole(a.out)
	opts := reports.TerminalOptions{Color: out.color, Width: out.width, Report: filepath.Join(dir, reports.HTMLFile)}
	return reports.Terminal(a.out, in, opts)
}

// loadPlan reads a plan, or a script that is one, compiles the scripts that it
// names, and checks the kind configuration that it may bring.
func loadPlan(ctx context.Context, file string, allowHosts []string) (*spec.Plan, *experiment.Scripts, error) {
	load := spec.LoadPlan
	if spec.IsScript(file) {
		load = spec.ScriptPlan
	}
	plan, err := load(file, spec.Options{AllowHosts: allowHosts})
	if err != nil {
		return nil, nil, usageError{err}
	}
	scripts, err := experiment.CompileScripts(ctx, plan, allowHosts)
	if err != nil {
		return nil, nil, usageError{err}
	}
	if _, err := experiment.Preview(plan, headroom.KindConfig); err != nil {
		return nil, nil, usageError{fmt.Errorf("%s: %w", file, err)}
	}
	return plan, scripts, nil
}
