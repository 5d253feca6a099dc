package image

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// archiveFile and layerFile are the names inside store entries.
const (
	archiveFile = "image.tar"
	layerFile   = "layer.tar"
)

// debianLayer installs packages into a copy of the base and writes what the
// recipe takes of it to dir. The root file system itself is not kept.
func debianLayer(ctx context.Context, m mirrors, base, dir string, d *Debian) (layerInfo, error) {
	root := filepath.Join(dir, "root")
	if err := installPackages(ctx, m, base, root, d.Packages); err != nil {
		return layerInfo{}, err
	}
	t := tree{}
	if len(d.Paths) > 0 {
		if err := t.addClosure(ctx, root, d.Paths); err != nil {
			return layerInfo{}, err
		}
	} else if err := t.addRoot(root); err != nil {
		return layerInfo{}, fmt.Errorf("read the installed root file system: %w", err)
	}
	if err := t.remove(d.Drop); err != nil {
		return layerInfo{}, err
	}
	info, err := writeLayer(t, filepath.Join(dir, layerFile))
	if err != nil {
		return layerInfo{}, err
	}
	if err := os.RemoveAll(root); err != nil {
		return layerInfo{}, fmt.Errorf("remove the installed root file system: %w", err)
	}
	return info, nil
}

// layered is the image of a recipe; its topmost layer is written to dir and
// must live as long as the image is used.
func (p *planner) layered(ctx context.Context, r Recipe, name, dir string) (v1.Image, error) {
	var layers []layer
	if r.Debian != nil {
		i := debianID(name, r.Debian)
		e, err := p.store.load(i)
		if err != nil {
			return nil, err
		}
		layers = append(layers, layer{file: p.store.path(i, layerFile), info: e.Layer})
	}
	t, err := filesTree(ctx, r.Files, p)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, layerFile)
	info, err := writeLayer(t, file)
	if err != nil {
		return nil, err
	}
	return assemble(r.Config, append(layers, layer{file: file, info: info})...)
}

// assembleArchive writes the image's archive to dir and its digest to e.
func (p *planner) assembleArchive(ctx context.Context, img Image, name, dir string, e *entry) (err error) {
	built, err := p.layered(ctx, img.Recipe, name, dir)
	if err != nil {
		return err
	}
	sum, err := built.Digest()
	if err != nil {
		return fmt.Errorf("digest image %s: %w", img.Ref, err)
	}
	e.Image = sum.String()
	f, err := os.Create(filepath.Join(dir, archiveFile))
	if err != nil {
		return fmt.Errorf("create image archive: %w", err)
	}
	if err := writeArchive(built, img.Ref, f); err != nil {
		f.Close() // the write error is the one that matters
		return err
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("close image archive: %w", err)
	}
	return os.Remove(filepath.Join(dir, layerFile)) // the archive holds it
}
