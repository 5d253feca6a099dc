package experiment

import (
	"context"
	"errors"
	"fmt"

	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/spec"
)

// CompileScripts compiles the plan's scripts, by the load's name, so that a
// mistake in one is found before anything is created, and fills in how long
// they run by their own options, which only the engine can tell.
func CompileScripts(ctx context.Context, plan *spec.Plan) (map[string]*script.Program, error) {
	programs := make(map[string]*script.Program)
	var errs []error
	for i, l := range plan.Loads {
		if l.Script == nil {
			continue
		}
		program, err := script.Compile(ctx, script.Source{Path: l.Script.Path, Text: l.Script.Source, Env: l.Script.Env})
		if err != nil {
			errs = append(errs, fmt.Errorf("load %q: %w", l.Name, err))
			continue
		}
		programs[l.Name] = program
		if l.Script.Stages == nil {
			plan.Loads[i].Script.Duration = program.TotalDuration()
		}
	}
	return programs, errors.Join(errs...)
}

// stages is the plan's replacement for a script's own stages.
func stages(from []spec.VUStage) []script.Stage {
	var to []script.Stage
	for _, s := range from {
		to = append(to, script.Stage{Duration: s.Duration, Target: s.Target})
	}
	return to
}
