package script

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Ending says how a run of a script ended.
type Ending int

// The endings.
const (
	Finished        Ending = iota
	Crossed                // a threshold was missed
	SetupTimeout           // setup did not end in time
	TeardownTimeout        // teardown did not end in time
	InitTimeout            // the init code did not end in time
	Stopped                // somebody stopped it by its Control
	Invalid                // it asked for what no run of it may do
	Interrupted            // the context of the run ended
	Exception              // an exception outside iterations
	Aborted                // the script aborted it
	Failed                 // the script marked it as failed
	Panicked               // the engine made a mistake
	Unserved               // the REST API could not be served
	Unreadable             // the script could not be read
)

// errStopped is why a run ends that its Control stopped.
var errStopped = errors.New("stopped by the REST API")

// IsInitTimeout tells whether a script did not get beyond its init code.
func IsInitTimeout(err error) bool { return errors.As(err, new(errInitTimeout)) }

// errTimeout is why a stage of the life cycle was cut short.
type errTimeout struct {
	ending Ending
	text   string
}

func (e errTimeout) Error() string { return e.text }

// crossed is why a run ends when a threshold that may abort it is missed.
type crossed struct{ text string }

func (e crossed) Error() string { return e.text }

// ending tells how a run ended by its error.
func (r *run) ending(ctx context.Context, err error) Ending {
	var timeout errTimeout
	var aborted vu.Aborted
	var missed crossed
	var refused *vu.Refusal
	switch {
	case errors.As(err, &refused):
		return Invalid
	case errors.As(err, new(*vu.Panic)):
		return Panicked
	case errors.As(err, &missed):
		return Crossed
	case errors.As(err, &aborted):
		return Aborted
	case errors.Is(err, errStopped):
		return Stopped
	case errors.As(err, &timeout):
		return timeout.ending
	case errors.As(err, new(errInitTimeout)):
		return InitTimeout
	case ctx.Err() != nil:
		return Interrupted
	case err != nil:
		return Exception
	case r.tornDown != nil && errors.As(r.tornDown, &timeout):
		return timeout.ending
	case r.tornDown != nil:
		return Exception
	case r.missed():
		return Crossed
	case r.test.FailedFor() != "":
		return Failed
	}
	return Finished
}

// missed tells whether a threshold is not met in the end. One without samples
// is missed only if the run is strict: nothing was seen that crossed it.
func (r *run) missed() bool {
	for _, t := range r.thresholds {
		if !t.Met && (t.Observed != nil || r.cfg.Strict) {
			return true
		}
	}
	return false
}

// timeoutOf is the error of a stage that did not end in time.
func timeoutOf(ending Ending, limit time.Duration) error {
	return errTimeout{ending, fmt.Sprintf("it has not ended after %v", limit)}
}
