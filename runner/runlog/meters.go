package runlog

import (
	"context"
	"time"

	"github.com/artisan-platform/headroom/runner/health"
	"github.com/artisan-platform/headroom/runner/observation"
)

// Cut moves finished seconds from the meters to the log, once a second, and the
// rest when ctx ends; it returns then. each is called after every cut.
func Cut(ctx context.Context, meters []*observation.Meter, log observation.Sink, each func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	probe := health.Start(ctx)
	defer probe.Wait()
	for over := false; !over; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			over = true
		}
		state := probe.Read()
		for _, m := range meters {
			for _, rec := range m.Cut(time.Now(), over, state) {
				log.Observe(rec)
			}
		}
		each()
	}
}
