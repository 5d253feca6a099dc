package experiment

import (
	"errors"
	"fmt"

	"github.com/artisan-platform/headroom/cluster/image"
	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/progress"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Config is what a run needs besides the machine.
type Config struct {
	Plan       *spec.Plan
	Scripts    *Scripts // of the plan: see CompileScripts
	Version    string   // of the program, for the log
	Images     image.Mode
	KindConfig []byte // the built-in kind-config.yaml; the plan may name another
	Out        string // folder of runs
	AllowHosts []string
	Keep       bool // leave a cluster that this run created
	Reporter   progress.Reporter
	Live       func(reports.Live) // called once a second under load; nil shows nothing
	// Console takes the lines that a load's script writes with console.*; nil
	// drops them. It is called from several goroutines.
	Console func(load, level, text string)
}

// ErrInterrupted is the cause of a context that the user cancelled.
var ErrInterrupted = errors.New("interrupted")

// InfraError says that the machine, the cluster or the stack could not be made
// to work, which says nothing about the platform's scaling.
type InfraError struct {
	Doing string // "create the cluster"
	Err   error
}

func (e *InfraError) Error() string { return fmt.Sprintf("%s: %v", e.Doing, e.Err) }
func (e *InfraError) Unwrap() error { return e.Err }

func infra(doing string, err error) error {
	if err == nil {
		return nil
	}
	return &InfraError{Doing: doing, Err: err}
}
