package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/artisan-platform/headroom/runner/extension"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/spec"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// Scripts are the scripts of a plan, ready to run, and the extension that they
// share. They are for one run.
type Scripts struct {
	programs map[string]*script.Program // by load
	artisan  *artisan.Extension
	scene    *scene
}

// CompileScripts compiles the plan's scripts, so that a mistake in one is found
// before anything is created, and fills in how long they run by their own
// options, which only the engine can tell.
func CompileScripts(ctx context.Context, plan *spec.Plan, allowHosts []string) (*Scripts, error) {
	s := &Scripts{programs: make(map[string]*script.Program), scene: &scene{}}
	s.artisan = artisan.New(artisan.Config{
		AllowHosts: allowHosts, Sink: s.scene, Warn: s.scene.warn, Cluster: s.scene.cluster, Prometheus: plan.Watch.Prometheus,
	}.WithEnv(os.Getenv))
	var errs []error
	demanded := judges(plan.Objectives)
	for i, l := range plan.Loads {
		if l.Script == nil {
			continue
		}
		program, err := script.Compile(ctx, script.Source{Path: l.Script.Path, Text: l.Script.Source, Env: l.Script.Env,
			Extensions: []vu.Module{extension.Module(s.artisan, l.Name)}})
		if err != nil {
			errs = append(errs, fmt.Errorf("load %q: %w", l.Name, err))
			continue
		}
		s.programs[l.Name] = program
		demanded = demanded || program.Demands()
		if l.Script.Stages == nil {
			plan.Loads[i].Script.Duration = program.TotalDuration()
		}
	}
	if err := plan.Reaches(); err != nil && len(errs) == 0 {
		errs = append(errs, err)
	}
	if len(errs) == 0 && !demanded {
		errs = append(errs, fmt.Errorf("%s: nothing to judge: the plan states no objective, and no script has thresholds or imports %s", plan.File, extension.Name))
	}
	return s, errors.Join(errs...)
}

// judges reports whether a plan states objectives of its own.
func judges(o spec.Objectives) bool {
	return len(o.Latency)+len(o.Errors)+len(o.ScaleOut)+len(o.Queries)+len(o.Recovery)+len(o.Counters) > 0
}

// stages is the plan's replacement for a script's own stages.
func stages(from []spec.VUStage) []script.Stage {
	var to []script.Stage
	for _, s := range from {
		to = append(to, script.Stage{Duration: s.Duration, Target: s.Target})
	}
	return to
}
