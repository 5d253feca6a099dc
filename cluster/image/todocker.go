package image

import (
	"context"
	"fmt"
	"io"
	"os"
)

// ToDocker gives the Docker engine images that were built: what runs them
// outside a cluster, as tests do, needs no registry then. An image that was not
// built must be in Docker already.
func (b *Builder) ToDocker(ctx context.Context, refs ...string) error {
	st, err := b.store()
	if err != nil {
		return err
	}
	d := b.docker()
	if err := d.available(ctx); err != nil {
		return err
	}
	for _, ref := range refs {
		if err := toDocker(ctx, st, d, ref); err != nil {
			return err
		}
	}
	return nil
}

func toDocker(ctx context.Context, st store, d docker, ref string) error {
	full, err := nodeName(ref)
	if err != nil {
		return err
	}
	built, err := newestImage(st, full)
	if err != nil {
		return err
	}
	if built == nil {
		ok, err := d.has(ctx, ref)
		if err == nil && !ok {
			err = fmt.Errorf("image %s is neither built nor in Docker: run `headroom images build --images source`, or `docker pull %[1]s`", ref)
		}
		return err
	}
	return d.loadFrom(ctx, func(w io.Writer) error {
		f, err := os.Open(st.path(built.id, archiveFile))
		if err != nil {
			return fmt.Errorf("open the archive of image %s: %w", ref, err)
		}
		defer f.Close() // opened for reading: closing it loses nothing
		if _, err := io.Copy(w, f); err != nil {
			return fmt.Errorf("read the archive of image %s: %w", ref, err)
		}
		return nil
	})
}
