package image

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/progress"
)

// keepNodes is how many node images of each stage stay, the newest first: those
// of both levels of the stack, and of the change before this one. Each takes
// some 1.5 GB of Docker's disk, less what they share.
const keepNodes = 3

// supersede removes the node images that newer ones have taken the place of, if
// one of tasks made a new one. What the plan p is about stays, and so does what
// a container uses. An image that cannot be removed takes room and fails nothing.
func (b *Builder) supersede(ctx context.Context, p *planner, tasks []*task) {
	if !slices.ContainsFunc(tasks, func(t *task) bool { return t.id.Kind == kindNode }) {
		return
	}
	old, err := p.superseded()
	if err == nil && len(old) == 0 {
		return
	}
	_ = progress.Do(b.reporter(), "remove superseded node images", func(s progress.Step) error {
		var removed, used int
		if err == nil {
			removed, used, err = b.removeNodes(ctx, p.store, old)
		}
		said := fmt.Sprintf("%d removed", removed)
		if used > 0 {
			said += fmt.Sprintf(", %d stay because a container uses them", used)
		}
		if err != nil {
			said += fmt.Sprintf("; warning, `headroom images prune` tries again: %v", err)
		}
		s.Update(said)
		return nil // it is done as far as it can be
	})
}

// superseded are the node images, in no plan of p, of whose stage the store has
// enough newer ones.
func (p *planner) superseded() ([]entry, error) {
	entries, err := p.store.entries()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return b.Created.Compare(a.Created) })
	newer := map[string]int{}
	return slices.DeleteFunc(entries, func(e entry) bool {
		if e.Kind != kindNode || e.Ref == "" {
			return true
		}
		newer[e.Name]++
		return newer[e.Name] <= keepNodes || p.tasks[e.id] != nil
	}), nil
}

// removeNodes removes node images and their records, but for those that a
// container uses.
func (b *Builder) removeNodes(ctx context.Context, st store, old []entry) (removed, used int, failed error) {
	d := b.docker()
	inUse, err := d.imagesInUse(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, e := range old {
		if slices.Contains(inUse, e.Ref) {
			used++
			continue
		}
		row, err := b.status(ctx, st, e)
		if err == nil {
			err = b.remove(ctx, st, row)
		}
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		removed++
	}
	return removed, used, failed
}

// imagesInUse are the references that containers were made from, running or
// not.
func (d docker) imagesInUse(ctx context.Context) ([]string, error) {
	out, err := d.run(ctx, "ps", "--all", "--no-trunc", "--format", "{{.Image}}")
	if err != nil {
		return nil, fmt.Errorf("ask Docker which images containers use: %w", err)
	}
	return strings.Fields(out), nil
}
