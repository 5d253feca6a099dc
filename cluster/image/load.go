package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/artisan-platform/headroom/runner/progress"
)

// Load imports images into the containerd of every node, all nodes side by
// side. The platform's image comes from the cache, any other from Docker.
func (b *Builder) Load(ctx context.Context, nodes, refs []string) (err error) {
	if len(nodes) == 0 || len(refs) == 0 {
		return nil
	}
	st, err := b.store()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "headroom-load-")
	if err != nil {
		return fmt.Errorf("make a folder for image archives: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	step := b.reporter().Start(fmt.Sprintf("load %d images into %d nodes", len(refs), len(nodes)))
	defer func() { step.Done(err) }()
	d := b.docker()
	var archives []archive
	for n, ref := range refs {
		step.Update("fetch " + ref)
		a, err := findArchive(ctx, st, d, ref, filepath.Join(dir, fmt.Sprintf("%d.tar", n)))
		if err != nil {
			return err
		}
		archives = append(archives, a)
	}
	return d.importAll(ctx, nodes, archives, step)
}

// importAll imports the archives into every node.
func (d docker) importAll(ctx context.Context, nodes []string, archives []archive, step progress.Step) error {
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for _, node := range nodes {
		group.Go(func() error {
			if err := d.importArchives(ctx, node, archives); err != nil {
				return err
			}
			step.Update(fmt.Sprintf("%s has them; %d of %d nodes", node, done.Add(1), len(nodes)))
			return nil
		})
	}
	return group.Wait()
}

// findArchive is the newest built archive of ref if Headroom's own source makes
// it, else one that Docker writes to file: an image that was pulled is not to
// be replaced by one of the same name that an earlier run built.
func findArchive(ctx context.Context, st store, d docker, ref, file string) (archive, error) {
	full, err := nodeName(ref)
	if err != nil {
		return archive{}, err
	}
	if img, err := Find(ref); err == nil && img.Local {
		built, err := newestImage(st, full)
		if err != nil {
			return archive{}, err
		}
		if built != nil {
			return archive{full, st.path(built.id, archiveFile)}, nil
		}
	}
	ok, err := d.has(ctx, ref)
	if err != nil {
		return archive{}, err
	}
	if !ok {
		return archive{}, fmt.Errorf("image %s is neither built nor in Docker: run `headroom images build`, or `docker pull %[1]s`", ref)
	}
	if _, err := d.run(ctx, "save", "--output", file, ref); err != nil {
		return archive{}, fmt.Errorf("save image %s from Docker: %w", ref, err)
	}
	return archive{full, file}, nil
}

// newestImage is the record of the image of that reference that was built
// last; nil if none was.
func newestImage(st store, full string) (*entry, error) {
	entries, err := st.entries()
	if err != nil {
		return nil, err
	}
	var newest *entry
	for _, e := range entries {
		if e.Kind == kindImage && e.Ref == full && (newest == nil || e.Created.After(newest.Created)) {
			newest = &e
		}
	}
	return newest, nil
}

// nodeName is ref as containerd's Kubernetes side lists it: in full, with
// Docker Hub under its public name.
func nodeName(ref string) (string, error) {
	full, err := canonical(ref)
	if err != nil {
		return "", err
	}
	if rest, ok := strings.CutPrefix(full, "index.docker.io/"); ok {
		return "docker.io/" + rest, nil
	}
	return full, nil
}
