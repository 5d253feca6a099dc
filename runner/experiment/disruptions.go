package experiment

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artisan-platform/headroom/runner/disrupt"
)

// startDisruptions carries out each disruption of the plan at its time from
// start. stop ends what still waits, for its time or for what it took away to
// be replaced, and returns once all have ended.
func (r *run) startDisruptions(ctx context.Context, start time.Time) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	var group errgroup.Group
	for _, d := range r.cfg.Plan.Disruptions {
		group.Go(func() error {
			if sleep(ctx, time.Until(start.Add(d.At))) == nil {
				return disrupt.Run(ctx, disrupt.Config{RestConfig: r.env.REST, Namespace: r.cfg.Plan.Watch.Namespace, Disruption: d, Sink: r})
			}
			return nil // the run ended first: the log has no record of it, which the judge notices
		})
	}
	return func() error {
		cancel()
		return group.Wait()
	}
}
