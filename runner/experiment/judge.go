package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// Judge judges the run in dir from its log alone. The plan is the one in the
// log, so that a plan that was edited since does not change the verdict.
func Judge(dir string) (reports.Input, error) {
	f, err := os.Open(filepath.Join(dir, observation.LogFile))
	if err != nil {
		return reports.Input{}, fmt.Errorf("open the run's log: %w", err)
	}
	defer f.Close()
	records, truncated, err := observation.Read(f)
	if err != nil {
		return reports.Input{}, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	run, err := observation.Assemble(records, truncated)
	if err != nil {
		return reports.Input{}, fmt.Errorf("read %s: %w", f.Name(), err)
	}
	plan, err := loggedPlan(run.Info)
	if err != nil {
		return reports.Input{}, fmt.Errorf("the plan in %s: %w", f.Name(), err)
	}
	return reports.Input{Result: verdict.Judge(plan, run), Run: run, Plan: plan}, nil
}

// loggedPlan parses the plan of a log. Nothing of it is read from disk, and no
// script runs.
func loggedPlan(info observation.RunInfo) (*spec.Plan, error) {
	read := func(path string) ([]byte, error) {
		for name, text := range info.Scripts {
			if path == name || path == filepath.Join(filepath.Dir(info.PlanFile), name) {
				return []byte(text), nil
			}
		}
		return nil, fmt.Errorf("%s is not in the log: %w", path, os.ErrNotExist)
	}
	plan, err := spec.Parse(info.PlanFile, []byte(info.Plan), spec.Options{ReadFile: read, AllowHosts: info.AllowHosts})
	if err != nil {
		return nil, err
	}
	for i, l := range plan.Loads {
		if l.Script != nil {
			plan.Loads[i].Script.Duration = info.Durations[l.Name]
		}
	}
	return plan, nil
}

// WriteReports renders a judged run into its directory.
func WriteReports(dir string, in reports.Input) error {
	files := []struct {
		name   string
		render func(io.Writer, reports.Input) error
	}{
		{reports.JSONFile, reports.JSON},
		{reports.HTMLFile, reports.HTML},
		{reports.JUnitFile, reports.JUnit},
		{reports.MarkdownFile, reports.Markdown},
	}
	var errs []error
	for _, f := range files {
		var b bytes.Buffer
		if err := f.render(&b, in); err != nil {
			errs = append(errs, fmt.Errorf("render %s: %w", f.name, err))
			continue
		}
		if err := writeFile(filepath.Join(dir, f.name), b.Bytes()); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// writeFile replaces a file as a whole: a reader sees the old or the new one.
func writeFile(path string, data []byte) error {
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
