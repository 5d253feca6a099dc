package kind

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/localport"
	"github.com/artisan-platform/headroom/runner/progress"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/kind/pkg/cluster"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// undoWithin bounds the removal of what a failed creation left.
const undoWithin = 2 * time.Minute

// Up makes the cluster, or adopts the one that an earlier Up made from the
// same configuration, and returns when pods on all nodes reach each other and
// a Service. What a killed run left half-made is removed first. A creation
// that fails is undone, unless o.Retain. A cluster of the name that is not
// Headroom's is a *ForeignError; a taken port a *localport.TakenError. The
// cluster is held for this process until Release or Down.
func Up(ctx context.Context, o Options) (_ *Cluster, err error) {
	c, err := open(o)
	if err != nil {
		return nil, err
	}
	config, sum, err := c.plan(o)
	if err != nil {
		return nil, err
	}
	l, err := c.folder.lock(ctx)
	if err != nil {
		return nil, err
	}
	c.held = l
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Release())
		}
	}()
	if c.adopted, err = c.adoptable(ctx, sum); err != nil {
		return nil, err
	}
	if c.adopted {
		err = c.adopt(ctx, o, config)
	} else {
		c.temporary = o.Temporary
		err = c.createOrUndo(ctx, o, config, sum)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// adopt takes over a whole cluster. One that a killed run had made for itself
// stays temporary for the next run, and becomes permanent for any other use.
func (c *Cluster) adopt(ctx context.Context, o Options, config *v1alpha4.Cluster) error {
	s, err := c.folder.load()
	if err != nil {
		return err
	}
	c.temporary = s.Temporary && o.Temporary
	if s.Temporary != c.temporary {
		s.Temporary = c.temporary
		if err := c.folder.save(s); err != nil {
			return err
		}
	}
	return c.makeReady(ctx, config, o.Host)
}

// adoptable reports whether the cluster is there and whole. It removes what
// is there of ours but not whole.
func (c *Cluster) adoptable(ctx context.Context, sum string) (bool, error) {
	found, err := findContainers(ctx, c.name)
	if err != nil {
		return false, err
	}
	if err := refuseForeign(c.name, found); err != nil {
		return false, err
	}
	s, err := c.folder.load()
	if err != nil {
		return false, err
	}
	if len(found) == 0 && !c.folder.exists() {
		return false, nil
	}
	reason := unusable(s, found)
	if reason == "" && s.Digest != sum {
		return false, fmt.Errorf("cluster %s was made from another configuration or node image: remove it first with `headroom down`", c.name)
	}
	if reason == "" {
		c.reporter.Start(fmt.Sprintf("adopt cluster %s, made %s", c.name, s.Created.Format(time.RFC3339))).Done(nil)
		return true, nil
	}
	return false, progress.Do(c.reporter, "remove the remains of cluster "+c.name+": "+reason, func(progress.Step) error {
		return c.remove(ctx)
	})
}

// unusable says why a cluster cannot be adopted, or nothing if it can be.
func unusable(s state, found []container) string {
	if !s.Complete {
		return "its creation did not end"
	}
	if len(found) == 0 {
		return "its nodes are gone"
	}
	for _, n := range found {
		if !n.Running {
			return "node " + n.Name + " does not run"
		}
	}
	return ""
}

// createOrUndo makes the cluster from nothing.
func (c *Cluster) createOrUndo(ctx context.Context, o Options, config *v1alpha4.Cluster, sum string) error {
	err := c.create(ctx, o, config, sum)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("create cluster %s: %w", c.name, err)
	if o.Retain {
		return fmt.Errorf("%w\n(kept as it is; remove it with `headroom down`)", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	undo := progress.Do(c.reporter, "undo the creation of cluster "+c.name, func(progress.Step) error {
		return c.remove(ctx)
	})
	return errors.Join(err, undo)
}

func (c *Cluster) create(ctx context.Context, o Options, config *v1alpha4.Cluster, sum string) error {
	for _, address := range hostPorts(config) {
		if err := localport.Free(ctx, address); err != nil {
			return fmt.Errorf("%w: stop that program, or change hostPort in the kind configuration", err)
		}
	}
	hadNetwork, err := networkExists(ctx)
	if err != nil {
		return err
	}
	if err := c.folder.prepare(c.name); err != nil {
		return err
	}
	s := state{Digest: sum, Created: time.Now().UTC(), OwnsNetwork: !hadNetwork, Temporary: o.Temporary}
	if err := c.folder.save(s); err != nil {
		return err
	}
	if err := c.runKind(ctx, o, config); err != nil {
		return err
	}
	if err := c.makeReady(ctx, config, o.Host); err != nil {
		return err
	}
	s.Complete = true
	return c.folder.save(s)
}

// runKind creates the nodes and sets up Kubernetes. kind takes no context:
// to interrupt it, its nodes are taken from under it until it gives up.
func (c *Cluster) runKind(ctx context.Context, o Options, config *v1alpha4.Cluster) error {
	logger := &stepLogger{reporter: c.reporter}
	var kindErr error // set when ended is closed
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		kindErr = withOutput(c.provider(logger).Create(c.name,
			cluster.CreateWithV1Alpha4Config(config),
			cluster.CreateWithNodeImage(o.NodeImage),
			cluster.CreateWithKubeconfigPath(c.Kubeconfig()),
			cluster.CreateWithRetain(true), // removal is ours, since kind's swallows its errors
			cluster.CreateWithDisplayUsage(false),
			cluster.CreateWithDisplaySalutation(false),
		))
		logger.close(kindErr)
	}()
	select {
	case <-ended:
		return kindErr
	case <-ctx.Done():
	}
	return errors.Join(context.Cause(ctx), c.interruptKind(context.WithoutCancel(ctx), ended))
}

// interruptKind kills the nodes until kind has ended. Its own error is then
// of no interest.
func (c *Cluster) interruptKind(ctx context.Context, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, undoWithin)
	defer cancel()
	for {
		killErr := c.killNodes(ctx)
		select {
		case <-ended:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("interrupt kind: it did not end within %s (%w)", undoWithin, errors.Join(killErr, ctx.Err()))
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// withOutput adds the end of what a program of kind's printed to its error,
// which names the command only.
func withOutput(err error) error {
	failed := kindexec.RunErrorForError(err)
	if failed == nil || len(failed.Output) == 0 {
		return err
	}
	const lines = 25
	all := strings.Split(strings.TrimSpace(string(failed.Output)), "\n")
	return fmt.Errorf("%w\n%s", err, strings.Join(all[max(0, len(all)-lines):], "\n"))
}
