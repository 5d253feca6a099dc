package artisan

import (
	"context"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/kubewatch"
	"github.com/artisan-platform/headroom/runner/observation"
)

// syncTimeout bounds the wait for the first answer of a watch.
const syncTimeout = 15 * time.Second

// Feed passes on a fact that whoever runs the load has observed in the cluster
// that is Fed.
func (e *Extension) Feed(r observation.Record) { e.fed.Observe(r) }

// theCluster is the cluster of this run. It is looked for once.
func (e *Extension) theCluster() (Cluster, error) {
	return share(e, "cluster", func() (Cluster, func() error, error) {
		find := e.cfg.Cluster
		if find == nil {
			find = func() (Cluster, error) { return FindCluster(ClusterChoice{}) }
		}
		c, err := find()
		if err == nil && c.REST == nil {
			err = fmt.Errorf("%s has no client configuration", c.Name)
		}
		return c, func() error { return nil }, err
	})
}

// watched is a kind of object of one namespace that is watched for all virtual
// users.
type watched struct {
	*scene
	sync func(context.Context) error // returns once the scene is complete
}

// watch starts to watch a kind of object, unless that is done already. It does
// not wait.
func (e *Extension) watch(c Cluster, namespace string, kind observation.Kind) (watched, error) {
	if c.Fed && namespace == c.Namespace {
		return watched{e.fed, func(context.Context) error { return nil }}, nil
	}
	return share(e, fmt.Sprintf("watch %s in %s", kind, namespace), func() (watched, func() error, error) {
		s := newScene()
		w, err := kubewatch.New(kubewatch.Config{RestConfig: c.REST, Namespace: namespace, Sink: e.logged(c, s), Only: []observation.Kind{kind}})
		if err != nil {
			return watched{}, nil, err
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = w.Run(e.ctx) // an error says that nothing was ever seen, which WaitSync told
		}()
		return watched{s, w.WaitSync}, func() error { <-done; return nil }, nil
	})
}

// logged is where a watch of ours tells what it sees: the scene, and the log of
// a run that nobody else watches for.
func (e *Extension) logged(c Cluster, s *scene) observation.Sink {
	if c.Fed || e.cfg.Sink == nil {
		return s
	}
	return both{s, e.cfg.Sink}
}

type both struct{ a, b observation.Sink }

// Observe implements observation.Sink.
func (x both) Observe(r observation.Record) { x.a.Observe(r); x.b.Observe(r) }

// ready waits until the scene is complete.
func (w watched) ready(ctx context.Context, c Cluster) error {
	ctx, cancel := context.WithTimeout(ctx, syncTimeout)
	defer cancel()
	if err := w.sync(ctx); err != nil {
		return fmt.Errorf("watch %s: %w", c.Name, err)
	}
	return nil
}
