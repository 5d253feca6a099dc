package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
)

// bakeLabel marks the containers that images are put into node images in.
const bakeLabel = "io.headroom.image-build"

// cleanUpTime bounds the removal of a container after its work ended, which
// happens even if the work was cancelled.
const cleanUpTime = 30 * time.Second

// bake makes the image `to` from the node image `from` and the archives: it
// runs from, imports them into its containerd and commits the container. The
// layers are not unpacked: a node unpacks what it runs.
func (d docker) bake(ctx context.Context, from, to string, archives []archive) (err error) {
	if err := d.removeBakers(ctx); err != nil {
		return err
	}
	out, err := d.run(ctx, "run", "--detach", "--label", bakeLabel, "--network", "none",
		"--security-opt", "seccomp=unconfined", "--entrypoint", "sleep", from, "infinity")
	if err != nil {
		return fmt.Errorf("start the node image: %w", err)
	}
	container := strings.TrimSpace(out)
	defer func() {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
		defer cancel()
		if _, rmErr := d.run(clean, "rm", "--force", "--volumes", container); rmErr != nil {
			err = errors.Join(err, fmt.Errorf("remove the container that images were put into: %w", rmErr))
		}
	}()
	if err := d.startContainerd(ctx, container); err != nil {
		return err
	}
	if err := d.importArchives(ctx, container, archives); err != nil {
		return err
	}
	return d.commit(ctx, container, to)
}

// startContainerd runs containerd in the container and waits for its answer.
func (d docker) startContainerd(ctx context.Context, container string) error {
	// /dev/shm is in memory: the log does not end up in the image.
	if _, err := d.run(ctx, "exec", "--detach", container, "sh", "-c", "exec containerd >/dev/shm/containerd.log 2>&1"); err != nil {
		return fmt.Errorf("start containerd in the node image: %w", err)
	}
	return d.waitContainerd(ctx, container)
}

// containerdTries bounds the wait for containerd, at one try per containerdPoll.
const (
	containerdTries = 100
	containerdPoll  = 300 * time.Millisecond
)

func (d docker) waitContainerd(ctx context.Context, container string) error {
	var last error
	for range containerdTries {
		if _, last = d.run(ctx, "exec", container, "ctr", "--connect-timeout", "2s", "version"); last == nil {
			return nil
		}
		if err := pause(ctx, containerdPoll); err != nil {
			return err
		}
	}
	log, err := d.run(ctx, "exec", container, "tail", "-n", "20", "/dev/shm/containerd.log")
	return fmt.Errorf("containerd in the node image does not answer: %w; its log ends:\n%s", errors.Join(last, err), log)
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// importArchives gives archives to the containerd of a running container, and
// holds what it then lists against them.
func (d docker) importArchives(ctx context.Context, container string, archives []archive) error {
	for _, a := range archives {
		if err := d.importArchive(ctx, container, a); err != nil {
			return err
		}
	}
	return d.checkImported(ctx, container, archives)
}

// importArchive gives an archive to the containerd of a running container.
func (d docker) importArchive(ctx context.Context, container string, a archive) error {
	f, err := os.Open(a.file)
	if err != nil {
		return fmt.Errorf("open the archive of image %s: %w", a.ref, err)
	}
	defer f.Close() // opened for reading: closing it loses nothing
	args := []string{"exec", "--interactive", container, "ctr", "--namespace", "k8s.io", "images", "import", "--no-unpack", "-"}
	if _, err := (command.Cmd{Name: d.program, Args: args, Stdin: f}).Run(ctx); err != nil {
		return fmt.Errorf("import image %s into %s: %w", a.ref, container, err)
	}
	return nil
}

// checkImported holds what containerd lists against what was imported.
func (d docker) checkImported(ctx context.Context, container string, archives []archive) error {
	out, err := d.run(ctx, "exec", container, "ctr", "--namespace", "k8s.io", "images", "list", "--quiet")
	if err != nil {
		return fmt.Errorf("list the images in %s: %w", container, err)
	}
	have := map[string]bool{}
	for line := range strings.Lines(out) {
		have[strings.TrimSpace(line)] = true
	}
	for _, a := range archives {
		if !have[a.ref] {
			return fmt.Errorf("image %s was imported into %s, but containerd does not list it; it lists:\n%s", a.ref, container, out)
		}
	}
	return nil
}

// commit stops containerd, so that its database is whole, and commits.
func (d docker) commit(ctx context.Context, container, to string) error {
	stop := "pkill -TERM -x containerd; for i in $(seq 100); do pgrep -x containerd >/dev/null || exit 0; sleep 0.1; done; exit 1"
	if _, err := d.run(ctx, "exec", container, "sh", "-c", stop); err != nil {
		return fmt.Errorf("stop containerd in the node image: %w", err)
	}
	entrypoint, err := json.Marshal(nodeEntrypoint())
	if err != nil {
		return fmt.Errorf("encode the entrypoint: %w", err)
	}
	if _, err := d.run(ctx, "commit", "--change", "ENTRYPOINT "+string(entrypoint), "--change", "CMD []", container, to); err != nil {
		return fmt.Errorf("commit the node image: %w", err)
	}
	return nil
}

// removeBakers removes containers of builds that were killed.
func (d docker) removeBakers(ctx context.Context) error {
	out, err := d.run(ctx, "ps", "--all", "--quiet", "--filter", "label="+bakeLabel)
	if err != nil {
		return fmt.Errorf("look for containers of interrupted builds: %w", err)
	}
	if left := strings.Fields(out); len(left) > 0 {
		if _, err := d.run(ctx, append([]string{"rm", "--force", "--volumes"}, left...)...); err != nil {
			return fmt.Errorf("remove containers of interrupted builds: %w", err)
		}
	}
	return nil
}
