package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	headroom "github.com/artisan-platform/headroom"
	"github.com/artisan-platform/headroom/cluster/image"
	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// runFlags are the flags of every command that makes or uses a cluster.
type runFlags struct {
	images     string
	out        string
	keep       bool
	allowHosts []string
	json       bool
}

func (f *runFlags) addImages(c *cobra.Command) {
	c.Flags().StringVar(&f.images, "images", "auto", "where images come from: auto (a registry if one answers), registry, source")
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

// config turns flags and a plan into what an experiment needs.
func (a *app) config(f runFlags, plan *spec.Plan) (experiment.Config, error) {
	mode, err := image.ParseMode(f.images)
	if err != nil {
		return experiment.Config{}, usageError{fmt.Errorf("--images: %w", err)}
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
		Use:   "verify PLAN",
		Short: "Run a plan from cluster to verdict",
		Long: `Verify makes (or adopts) the cluster, installs the stack, brings the platform to
its base line, drives the plan's loads while watching, lets it settle, judges,
writes the report, and removes the cluster if this run created it.

The run's folder holds log.jsonl (all that was observed), result.json,
report.html, junit.xml and summary.md.`,
		Example: `  headroom verify scenarios/scale-out.yaml
  headroom verify --keep scenarios/scale-out.yaml   # leave the cluster for a look
  headroom up && headroom verify PLAN               # use a cluster that is up already`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, err := loadPlan(cmd.Context(), args[0], f.allowHosts)
			if err != nil {
				return err
			}
			cfg, err := a.config(f, plan)
			if err != nil {
				return err
			}
			dir, err := experiment.Verify(cmd.Context(), cfg)
			return a.conclude(dir, f, err)
		},
	}
	f.addImages(c)
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
	in, err := experiment.Judge(dir, f.allowHosts)
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

// loadPlan reads a plan and the scripts that it names; every problem is shown
// at once and nothing has been created by then.
func loadPlan(ctx context.Context, file string, allowHosts []string) (*spec.Plan, error) {
	plan, err := spec.LoadPlan(file, spec.Options{AllowHosts: allowHosts})
	if err != nil {
		return nil, usageError{err}
	}
	if err := experiment.SetScriptDurations(ctx, plan); err != nil {
		return nil, usageError{err}
	}
	return plan, nil
}
