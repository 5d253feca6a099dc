package experiment

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/artisan-platform/headroom/runner/kubewatch"
	"github.com/artisan-platform/headroom/runner/promquery"
)

// startWatchers starts everything that observes the cluster in group, and
// returns the watcher whose first lists the loads have to wait for.
func (r *run) startWatchers(ctx context.Context, group *errgroup.Group) (*kubewatch.Watcher, error) {
	w := r.cfg.Plan.Watch
	watcher, err := kubewatch.New(kubewatch.Config{RestConfig: r.env.REST, Namespace: w.Namespace, Sink: r})
	if err != nil {
		return nil, err
	}
	group.Go(func() error {
		if err := watcher.Run(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("watch namespace %s: %w", w.Namespace, err)
		}
		return nil
	})
	group.Go(func() error {
		err := promquery.Run(ctx, promquery.Config{URL: w.Prometheus, Step: w.Step, Queries: w.Queries, Sink: r})
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("query Prometheus at %s: %w", w.Prometheus, err)
		}
		return nil
	})
	return watcher, nil
}
