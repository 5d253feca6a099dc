package kind

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/artisan-platform/headroom/runner/progress"
	kinderrors "sigs.k8s.io/kind/pkg/errors"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

// Logs writes the nodes' and pods' logs into dir. What could be had is
// there even if an error says that something was not.
func (c *Cluster) Logs(ctx context.Context, dir string) error {
	return progress.Do(c.reporter, "collect logs of cluster "+c.name, func(progress.Step) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := logErrors(c.provider(&stepLogger{reporter: progress.Discard}).CollectLogs(c.name, dir))
		if err != nil {
			return fmt.Errorf("collect logs of cluster %s in %s: %w", c.name, dir, err)
		}
		return nil
	})
}

// logErrors drops kind's complaints that a node has no crictl, which is only
// asked for its list of images: a node built from source has none.
func logErrors(err error) error {
	if err == nil {
		return nil
	}
	all := kinderrors.Errors(err)
	if len(all) == 0 {
		all = []error{err}
	}
	var rest error
	for _, e := range all {
		failed := kindexec.RunErrorForError(e)
		if failed != nil && slices.Contains(failed.Command, "crictl") {
			continue
		}
		rest = errors.Join(rest, withOutput(e))
	}
	return rest
}
