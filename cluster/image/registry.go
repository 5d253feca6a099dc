package image

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"golang.org/x/sync/errgroup"
)

// askTimeout bounds the question whether registries answer. A registry that
// needs longer is not one to pull hundreds of megabytes from.
const askTimeout = 3 * time.Second

// reachable asks the registries for the manifest of every reference, all at
// once. It returns the first that cannot be had, with the reason.
func reachable(ctx context.Context, refs []string, timeout time.Duration) error {
	bounded, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()
	group, gctx := errgroup.WithContext(bounded)
	for _, ref := range refs {
		group.Go(func() error { return ask(gctx, ref) })
	}
	err := group.Wait()
	if err != nil && ctx.Err() != nil {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// ask requests ref's manifest without its content, as the user that Docker's
// configuration names for that registry.
func ask(ctx context.Context, ref string) error {
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return fmt.Errorf("parse image reference %q: %w", ref, err)
	}
	_, err = remote.Head(parsed, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithRetryBackoff(remote.Backoff{Steps: 1}))
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return fmt.Errorf("ask for image %s: %w", ref, cause)
	}
	if err != nil {
		return fmt.Errorf("ask for image %s: %w", ref, err)
	}
	return nil
}
