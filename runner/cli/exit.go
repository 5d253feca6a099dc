package cli

import (
	"errors"

	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// The exit codes, as the README documents them.
const (
	exitPass         = 0
	exitFail         = 1
	exitUsage        = 2
	exitInconclusive = 3
	exitInfra        = 4
	exitInterrupted  = 130
)

// usageError is a mistake in the command line or in a file it names.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// verdictError carries a verdict that is no pass to the exit code. The verdict
// itself has been shown by then.
type verdictError struct{ value verdict.Value }

func (e verdictError) Error() string { return "verdict: " + string(e.value) }

// exitCode maps what a command returned to the documented table. An error that
// no rule knows is the machine's or the cluster's: infrastructure.
func exitCode(err error) int {
	var usage usageError
	var problems *spec.Error
	var judged verdictError
	var loaded loadError
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &loaded) && !errors.As(err, &usage):
		return loadCode(loaded.result.Ending)
	case errors.Is(err, experiment.ErrInterrupted):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &problems):
		return exitUsage
	case errors.As(err, &judged):
		return verdictCode(judged.value)
	}
	return exitInfra
}

func verdictCode(v verdict.Value) int {
	switch v {
	case verdict.Pass:
		return exitPass
	case verdict.Fail:
		return exitFail
	}
	return exitInconclusive
}
