// Package kubewatch turns what a cluster does into observations: HPAs,
// Deployments, pods, nodes and events, each change once, by list and watch. A
// watch that breaks is resumed where it stood and the break is recorded as a
// gap, so that silence in the log means that nothing changed.
package kubewatch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"k8s.io/client-go/rest"

	"github.com/artisan-platform/headroom/runner/observation"
)

// Config says what to watch.
type Config struct {
	RestConfig *rest.Config
	Namespace  string
	Sink       observation.Sink
	Clock      func() time.Time // default time.Now
	// Only are the kinds that are watched: hpa, deployment, pod, node, event.
	// None is all of them.
	Only []observation.Kind
	// WatchFor is how long the server keeps one watch open; a connection that
	// is silent past it is dead. Default 10s. Shorter finds a dead connection
	// sooner and asks more often.
	WatchFor time.Duration
}

// Watcher watches one namespace, the nodes, and the nodes' events.
type Watcher struct {
	cfg     Config
	api     *clients
	streams []*stream
	health  *metricHealth
}

// New returns a Watcher. It fails if the configuration is incomplete or no
// client can be made from it; it does not talk to the cluster.
func New(cfg Config) (*Watcher, error) {
	switch {
	case cfg.RestConfig == nil:
		return nil, errors.New("watch cluster: no client configuration")
	case cfg.Namespace == "":
		return nil, errors.New("watch cluster: no namespace")
	case cfg.Sink == nil:
		return nil, errors.New("watch cluster: no sink for what is observed")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.WatchFor <= 0 {
		cfg.WatchFor = 10 * time.Second
	}
	api, err := newClients(cfg.RestConfig)
	if err != nil {
		return nil, fmt.Errorf("watch cluster: %w", err)
	}
	w := &Watcher{cfg: cfg, api: api, health: newMetricHealth(cfg.Sink)}
	w.streams = w.build(api)
	return w, nil
}

// Run watches until ctx ends and returns when every goroutine of its own has.
// Breaks are gaps, not errors; the error is for a watch that never saw its
// first list. Run must be called once.
func (w *Watcher) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, s := range w.streams {
		running.Go(func() { s.run(ctx) })
	}
	running.Wait()
	w.api.http.CloseIdleConnections()
	w.health.close(w.cfg.Clock())
	return w.unsynced()
}

// WaitSync returns nil once every watch has its first list, so that nothing
// that follows goes unseen. If ctx ends first, the error names the watches
// that wait and what each of them last met.
func (w *Watcher) WaitSync(ctx context.Context) error {
	for _, s := range w.streams {
		select {
		case <-s.synced:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("wait for the first list of every watch: %w", context.Cause(ctx)), w.unsynced())
		}
	}
	return nil
}

// unsynced names the watches without a first list, with their last errors.
func (w *Watcher) unsynced() error {
	var errs []error
	for _, s := range w.streams {
		select {
		case <-s.synced:
		default:
			errs = append(errs, fmt.Errorf("%s has no first list: %w", s.name, s.lastError()))
		}
	}
	return errors.Join(errs...)
}
