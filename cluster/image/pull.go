package image

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// pullsAtOnce bounds the pulls side by side: one registry that is slow should
// not hold up the others, and no link gets faster by more.
const pullsAtOnce = 3

// pull has Docker hold what mode Registry takes from registries: the node
// image, the stack's images and the user's own. Each is pulled once, here, and
// not by every node. It returns the references that the nodes are to be given.
func (b *Builder) pull(ctx context.Context, d docker, w wanted) (refs []string, err error) {
	for _, img := range w.stack {
		refs = append(refs, img.Ref)
	}
	refs = append(refs, w.other...)
	all := append([]string{registryNodeImage}, refs...)
	step := b.reporter().Start(fmt.Sprintf("pull %d images", len(all)))
	defer func() { step.Done(err) }()
	var done atomic.Int64
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(pullsAtOnce)
	for _, ref := range all {
		group.Go(func() error {
			err := d.pull(gctx, ref)
			if err != nil && slices.Contains(w.other, ref) {
				return fmt.Errorf("image %s is neither in the catalog (see `headroom images list`) nor in Docker: %w", ref, err)
			}
			if err != nil {
				return err
			}
			step.Update(fmt.Sprintf("Docker has %s; %d of %d", ref, done.Add(1), len(all)))
			return nil
		})
	}
	return refs, group.Wait()
}

// pull fetches an image from its registry unless the engine holds it.
func (d docker) pull(ctx context.Context, ref string) error {
	if ok, err := d.has(ctx, ref); err != nil || ok {
		return err
	}
	if _, err := d.run(ctx, "pull", "--quiet", ref); err != nil {
		return fmt.Errorf("pull image %s: %w", ref, err)
	}
	return nil
}
