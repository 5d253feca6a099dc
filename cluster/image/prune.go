package image

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Prune removes what is stale, or with all everything that Headroom built. It
// returns what was removed. A node image that a cluster uses stays, and is
// named in the error.
func (b *Builder) Prune(ctx context.Context, all bool) (removed []Status, err error) {
	st, err := b.store()
	if err != nil {
		return nil, err
	}
	unlock, err := st.lock(ctx, b.reporter())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := st.sweep(); err != nil {
		return nil, err
	}
	rows, err := b.List(ctx)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, row := range rows {
		if row.id == (id{}) || (!all && !row.Stale) {
			continue
		}
		if err := b.remove(ctx, st, row); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		removed = append(removed, row)
	}
	if all {
		failed = errors.Join(failed, b.docker().removeRepository(ctx, nodeRepository+"*"))
	}
	return removed, failed
}

// remove deletes a row's files, and its image from Docker. The record goes
// last: a removal that fails half way can be repeated.
func (b *Builder) remove(ctx context.Context, st store, row Status) error {
	if row.Kind == kindNode && row.Ref != "" && row.Cached {
		if err := b.docker().remove(ctx, row.Ref); err != nil {
			return err
		}
	}
	return st.remove(row.id)
}

// remove deletes an image that no container uses.
func (d docker) remove(ctx context.Context, ref string) error {
	if _, err := d.run(ctx, "image", "rm", ref); err != nil {
		return fmt.Errorf("remove image %s; a cluster that uses it goes with `headroom down`: %w", ref, err)
	}
	return nil
}

// removeRepository deletes the images that match, which a cache that was
// deleted by hand left in Docker.
func (d docker) removeRepository(ctx context.Context, pattern string) error {
	out, err := d.run(ctx, "images", "--filter", "reference="+pattern, "--format", "{{.Repository}}:{{.Tag}}")
	if err != nil {
		return fmt.Errorf("list node images in Docker: %w", err)
	}
	var failed error
	for _, ref := range strings.Fields(out) {
		failed = errors.Join(failed, d.remove(ctx, ref))
	}
	return failed
}
