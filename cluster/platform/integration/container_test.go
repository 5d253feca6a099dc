package integration

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/moby/moby/api/types/container"
	docker "github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// boxed is a program in a container on the host's network. What it writes is
// in the container, which lasts until remove.
type boxed struct {
	program
	container testcontainers.Container
}

var _ service = (*boxed)(nil)

// newContainer makes the container and does not start it.
func newContainer(ctx context.Context, p program) (*boxed, error) {
	c, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		Logger: quiet{},
		ContainerRequest: testcontainers.ContainerRequest{
			Image:      p.image,
			Entrypoint: p.argv,
			Labels:     map[string]string{"io.headroom.test": p.name},
			HostConfigModifier: func(hc *container.HostConfig) {
				hc.NetworkMode = "host"
				hc.SecurityOpt = []string{"seccomp=unconfined"} // hardened hosts have no seccomp
			},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("create container of %s: %w", p.image, err)
	}
	return &boxed{program: p, container: c}, nil
}

func (b *boxed) start(ctx context.Context) error { return b.container.Start(ctx) }

func (b *boxed) kill(ctx context.Context) error {
	return b.engine(ctx, func(c *docker.Client) error {
		id := b.container.GetContainerID()
		if _, err := c.ContainerKill(ctx, id, docker.ContainerKillOptions{Signal: "KILL"}); err != nil {
			return err
		}
		ended := c.ContainerWait(ctx, id, docker.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
		select {
		case <-ended.Result:
			return nil
		case err := <-ended.Error:
			return err
		}
	})
}

func (b *boxed) pause(ctx context.Context) error {
	return b.engine(ctx, func(c *docker.Client) error {
		_, err := c.ContainerPause(ctx, b.container.GetContainerID(), docker.ContainerPauseOptions{})
		return err
	})
}

func (b *boxed) resume(ctx context.Context) error {
	return b.engine(ctx, func(c *docker.Client) error {
		_, err := c.ContainerUnpause(ctx, b.container.GetContainerID(), docker.ContainerUnpauseOptions{})
		return err
	})
}

// engine does what testcontainers has no word for.
func (b *boxed) engine(ctx context.Context, do func(*docker.Client) error) error {
	c, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return fmt.Errorf("reach Docker: %w", err)
	}
	return errors.Join(do(c.Client), c.Close())
}

func (b *boxed) remove(ctx context.Context) error {
	return b.container.Terminate(ctx, testcontainers.StopTimeout(0))
}

func (b *boxed) logs() string {
	r, err := b.container.Logs(context.Background())
	if err != nil {
		return err.Error()
	}
	text, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return err.Error()
	}
	return string(text)
}

// quiet is a logger for testcontainers, which tells of every step.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
