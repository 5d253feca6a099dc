package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// docker is Docker's command line client. It is used in place of the API
// because it finds the engine (context, DOCKER_HOST) as the user's own does,
// and as kind does.
type docker struct{ program string }

func (d docker) run(ctx context.Context, args ...string) (string, error) {
	return command.Run(ctx, d.program, args...)
}

// has reports whether the engine holds an image of that reference.
func (d docker) has(ctx context.Context, ref string) (bool, error) {
	_, err := d.run(ctx, "image", "inspect", "--format", "{{.Id}}", ref)
	if err == nil {
		return true, nil
	}
	var failed *command.Error
	if errors.As(err, &failed) && strings.Contains(strings.ToLower(failed.Output), "no such image") {
		return false, nil
	}
	return false, fmt.Errorf("ask Docker for image %s: %w", ref, err)
}

// size is what an image takes in Docker, in bytes; 0 if it is not there.
func (d docker) size(ctx context.Context, ref string) (int64, error) {
	ok, err := d.has(ctx, ref)
	if err != nil || !ok {
		return 0, err
	}
	out, err := d.run(ctx, "image", "inspect", "--format", "{{.Size}}", ref)
	if err != nil {
		return 0, fmt.Errorf("measure image %s: %w", ref, err)
	}
	bytes, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("measure image %s: %w", ref, err)
	}
	return bytes, nil
}

// available fails with what to do where no Docker engine answers.
func (d docker) available(ctx context.Context) error {
	_, err := d.run(ctx, "version", "--format", "{{.Server.Version}}")
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("the docker client is not installed: run `headroom doctor --fix`: %w", err)
	}
	if err != nil {
		return fmt.Errorf("the Docker engine does not answer: run `headroom doctor --fix`: %w", err)
	}
	return nil
}

// loadFrom gives the engine the image archive that write produces.
func (d docker) loadFrom(ctx context.Context, write func(io.Writer) error) error {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(w)
		w.CloseWithError(err)
		written <- err
	}()
	_, err := command.Cmd{Name: d.program, Args: []string{"load"}, Stdin: r}.Run(ctx)
	r.CloseWithError(errors.New("docker load ended")) // lets a writer go that docker no longer reads
	if werr := <-written; err == nil && werr != nil {
		return werr
	}
	if err != nil {
		return fmt.Errorf("load the image into Docker: %w", err)
	}
	return nil
}

// root is the folder of the engine's data. An engine on another machine, or
// one that does not say, is taken to have its data in the usual place.
func (d docker) root(ctx context.Context) string {
	out, err := d.run(ctx, "info", "--format", "{{.DockerRootDir}}")
	if dir := strings.TrimSpace(out); err == nil && strings.HasPrefix(dir, "/") {
		return dir
	}
	return "/var/lib/docker"
}
