package image

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// planNode is plan for node images: Docker holds the image, and the store a
// record of it. fill is given the image's reference.
func (p *planner) planNode(ctx context.Context, i id, ref string, fill func(t *task) error) (*plannedTask, error) {
	return p.plan(i, func() (bool, error) {
		ok, err := p.store.has(i)
		if err != nil || !ok {
			return false, err
		}
		return p.docker.has(ctx, ref)
	}, fill)
}

// The stages in which images are put into the node image. What is built from
// Headroom's own source comes last, because it changes most often.
const (
	stackStage = "node-stack"
	localStage = "node"
)

// bakedDisk is about what one image takes in the node image, in bytes.
const bakedDisk = 100 << 20

func nodeBaseID(node Image) id { return id{kindNode, "node-base", digest(node)} }

// nodeBase is the node image with nothing in its containerd yet.
func (p *planner) nodeBase(ctx context.Context, node Image) (*plannedTask, error) {
	i := nodeBaseID(node)
	ref := node.Ref + "-" + i.short()
	return p.planNode(ctx, i, ref, func(t *task) error {
		t.title, t.expected, t.disk = "assemble the node image", 15*second, 1500<<20
		t.run = p.create(i, func(ctx context.Context, dir string, e *entry) error {
			e.Ref = ref
			img, err := p.layered(ctx, node.Recipe, kindNode, dir)
			if err != nil {
				return err
			}
			if err := p.docker.loadFrom(ctx, func(w io.Writer) error { return writeArchive(img, ref, w) }); err != nil {
				return err
			}
			return os.Remove(filepath.Join(dir, layerFile)) // Docker holds it
		})
		return p.needRecipe(t, kindNode, node.Recipe)
	})
}

// baked is the node image made from the one of base with further images in
// its containerd, so that nodes start with them and none is loaded node by node.
func (p *planner) baked(ctx context.Context, name string, base *plannedTask, images []Image) (*plannedTask, error) {
	images = slices.SortedFunc(slices.Values(images), func(a, b Image) int { return cmp.Compare(a.Ref, b.Ref) })
	ids := make([]id, len(images))
	for n, img := range images {
		ids[n] = p.imageID(img)
	}
	i := id{kindNode, name, digest(base.id, ids)}
	ref := nodeRepository + ":" + kubernetesVersion + "-" + i.short()
	return p.planNode(ctx, i, ref, func(t *task) error {
		t.title, t.expected, t.disk = fmt.Sprintf("put %d images into the node image", len(images)), 10*second, int64(len(images))*bakedDisk
		t.run = p.create(i, func(ctx context.Context, _ string, e *entry) error {
			from, err := p.store.load(base.id)
			if err != nil {
				return err
			}
			e.Ref = ref
			return p.docker.bake(ctx, from.Ref, ref, p.archives(images))
		})
		for _, img := range images {
			if err := t.need(p.image(img)); err != nil {
				return err
			}
		}
		return t.need(base, nil)
	})
}

// archive is the file of a built image, and the reference it carries.
type archive struct{ ref, file string }

func (p *planner) archives(images []Image) []archive {
	out := make([]archive, len(images))
	for n, img := range images {
		out[n] = archive{img.Ref, p.store.path(p.imageID(img), archiveFile)}
	}
	return out
}
