package kind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
	"github.com/artisan-platform/headroom/runner/progress"
)

// network is the Docker network that all kind clusters share.
const network = "kind"

// Down removes the cluster that o names, whole or half-made, with everything
// that came with it, and proves that nothing is left. No cluster at all is
// no error. Of o, only Name, StateDir and Reporter count. A cluster that is
// not Headroom's is a *ForeignError and stays.
func Down(ctx context.Context, o Options) error {
	c, err := open(o)
	if err != nil {
		return err
	}
	return c.Down(ctx)
}

// Down removes the cluster, and lets go of it if Up had returned it; see the
// function Down.
func (c *Cluster) Down(ctx context.Context) (err error) {
	if c.held == nil {
		if c.held, err = c.folder.lock(ctx); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, c.Release()) }()
	return progress.Do(c.reporter, "remove cluster "+c.name, func(progress.Step) error {
		return c.remove(ctx)
	})
}

// remove deletes the nodes, their volumes, kind's network if it was created
// for this cluster, and the cluster's files; in this order, so that whatever
// interrupts it, the files still tell the next attempt what there is to do.
func (c *Cluster) remove(ctx context.Context) error {
	s, err := c.folder.load()
	if err != nil {
		s = state{} // an unreadable state must not keep the nodes alive; the folder goes with them
	}
	volumes, err := c.removeNodes(ctx)
	if err != nil {
		return fmt.Errorf("remove the nodes of cluster %s: %w", c.name, err)
	}
	if err := removeVolumes(ctx, volumes); err != nil {
		return fmt.Errorf("remove the volumes of cluster %s: %w", c.name, err)
	}
	if s.OwnsNetwork {
		if err := removeNetwork(ctx); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(string(c.folder)); err != nil {
		return fmt.Errorf("remove the files of cluster %s: %w", c.name, err)
	}
	return nil
}

// removeNodes deletes the cluster's containers until none has appeared for a
// moment: a killed or failed kind may have a docker run under way that
// creates one more. It returns the volumes that they had.
func (c *Cluster) removeNodes(ctx context.Context) (volumes []string, err error) {
	const rounds = 60
	quiet := 0 // looks in a row that found nothing
	wantQuiet := 1
	if c.folder.exists() { // a creation was begun
		wantQuiet = 3
	}
	for range rounds {
		found, err := findContainers(ctx, c.name)
		if err != nil {
			return volumes, err
		}
		if err := refuseForeign(c.name, found); err != nil {
			return volumes, err
		}
		if quiet++; len(found) > 0 {
			quiet = 0
		}
		if quiet == wantQuiet {
			return volumes, nil
		}
		for _, n := range found {
			volumes = append(volumes, n.Volumes...)
		}
		if err := dockerEach(ctx, []string{"rm", "--force", "--volumes"}, found); err != nil {
			return volumes, err
		}
		select {
		case <-ctx.Done():
			return volumes, context.Cause(ctx)
		case <-time.After(500 * time.Millisecond):
		}
	}
	return volumes, fmt.Errorf("new nodes of cluster %s keep appearing: another program creates it", c.name)
}

// killNodes stops the containers at once but leaves them to be looked at.
func (c *Cluster) killNodes(ctx context.Context) error {
	found, err := findContainers(ctx, c.name)
	if err != nil {
		return err
	}
	if err := refuseForeign(c.name, found); err != nil {
		return err
	}
	running := slices.DeleteFunc(found, func(n container) bool { return !n.Running })
	return dockerEach(ctx, []string{"kill"}, running)
}

// dockerEach runs a docker command over containers, if there are any.
func dockerEach(ctx context.Context, args []string, containers []container) error {
	if len(containers) == 0 {
		return nil
	}
	for _, n := range containers {
		args = append(args, n.ID)
	}
	_, err := command.Run(ctx, "docker", args...)
	return err
}

// removeVolumes deletes those of the volumes that did not go with their
// containers.
func removeVolumes(ctx context.Context, volumes []string) error {
	if len(volumes) == 0 {
		return nil
	}
	out, err := command.Run(ctx, "docker", "volume", "ls", "--quiet")
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(strings.Fields(out), func(v string) bool { return !slices.Contains(volumes, v) })
	if len(left) == 0 {
		return nil
	}
	_, err = command.Run(ctx, "docker", append([]string{"volume", "rm", "--force"}, left...)...)
	return err
}

// networkExists reports whether kind's network is there.
func networkExists(ctx context.Context) (bool, error) {
	out, err := command.Run(ctx, "docker", "network", "ls", "--filter", "name=^"+network+"$", "--format", "{{.Name}}")
	if err != nil {
		return false, fmt.Errorf("look for Docker's network %s: %w", network, err)
	}
	return slices.Contains(strings.Fields(out), network), nil
}

// removeNetwork deletes kind's network unless another cluster has moved in.
func removeNetwork(ctx context.Context) error {
	exists, err := networkExists(ctx)
	if err != nil || !exists {
		return err
	}
	users, err := command.Run(ctx, "docker", "ps", "--all", "--quiet", "--filter", "network="+network)
	if err != nil {
		return fmt.Errorf("look for users of Docker's network %s: %w", network, err)
	}
	if strings.TrimSpace(users) != "" {
		return nil
	}
	if _, err := command.Run(ctx, "docker", "network", "rm", network); err != nil {
		return fmt.Errorf("remove Docker's network %s: %w", network, err)
	}
	return nil
}
