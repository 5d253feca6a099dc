package load

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/runlog"
	"github.com/artisan-platform/headroom/runner/script"
)

// logOutput is the output that is no stream of samples but the log of the run,
// for `headroom judge` and `headroom report`.
const logOutput = "artisan"

// takeLog takes the folder of the run's log out of the outputs; "" if none is
// wanted.
func takeLog(specs []string) (dir string, rest []string, err error) {
	for _, spec := range specs {
		name, argument, _ := strings.Cut(spec, "=")
		switch {
		case name != logOutput:
			rest = append(rest, spec)
		case argument == "":
			return "", nil, errors.New("output \"artisan\" needs the folder of the run that it writes, as in artisan=out/run")
		case dir != "":
			return "", nil, fmt.Errorf("two outputs write the log of the run: artisan=%s and %s", dir, spec)
		default:
			dir = argument
		}
	}
	return dir, rest, nil
}

// openRunLog begins the log of the run in a folder.
func (s *session) openRunLog(dir string, p *script.Program) error {
	l, err := runlog.Create(dir, runlog.Script{Path: s.path, Text: s.text, Duration: p.TotalDuration(), AllowHosts: s.cfg.AllowHosts, Version: s.cfg.Version})
	if err != nil {
		return &UsageError{fmt.Errorf("--out artisan: %w", err)}
	}
	s.runlog = l
	s.facts.Set(l)
	return nil
}

// endRunLog ends the log of the run, if there is one. err is why the script could
// not be run as it is meant to.
func (s *session) endRunLog(ctx context.Context, o script.Outcome, err error) error {
	if s.runlog == nil {
		return nil
	}
	s.closeArtisan() // what it has to say belongs into the log
	s.facts.Set(nil)
	s.runlog.Script(o.Script)
	end := observation.End{Outcome: observation.Completed}
	switch {
	case ctx.Err() != nil:
		end = observation.End{Outcome: observation.Interrupted, Cause: context.Cause(ctx).Error()}
	case err != nil:
		end = observation.End{Outcome: observation.Broken, Cause: err.Error()}
	}
	return s.runlog.End(end)
}

// meter takes the requests for the log; nil if there is none.
func (s *session) meter() *observation.Meter {
	if s.runlog == nil {
		return nil
	}
	return s.runlog.Meter
}
