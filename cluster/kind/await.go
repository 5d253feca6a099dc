package kind

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// Bounds of the waits for a cluster. They are generous, since a loaded
// machine is slow and a wrong failure costs a run.
const (
	apiWithin   = 15 * time.Second // one answer of the API server
	nodesWithin = 4 * time.Minute  // all nodes registered and Ready
	podsWithin  = 4 * time.Minute  // the pods of the system Ready
	tripWithin  = 2 * time.Minute  // each pod reached from each node
	pollEvery   = time.Second
)

// await calls check until it returns nil, showing its error as what is being
// waited for. When the time is up, the last error is the cause.
func await(ctx context.Context, r progress.Reporter, name string, within time.Duration, check func(context.Context) error) error {
	return progress.Do(r, name, func(step progress.Step) error {
		limit, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		var last error
		for {
			err := check(limit)
			if err == nil {
				return nil
			}
			// A question that was cut off would hide the cause found before.
			if last == nil || limit.Err() == nil || !cutOff(err) {
				last = err
			}
			step.Update(last.Error())
			select {
			case <-time.After(pollEvery):
			case <-limit.Done():
				if ctx.Err() != nil {
					return fmt.Errorf("%s: %w (last: %w)", name, context.Cause(ctx), last)
				}
				return fmt.Errorf("%s: not within %s: %w", name, within, last)
			}
		}
	})
}

// cutOff reports whether err is that of a question without an answer.
func cutOff(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
