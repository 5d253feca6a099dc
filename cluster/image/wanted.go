package image

import (
	"context"
	"fmt"
	"slices"
)

// wanted sorts the references that a caller asks for.
type wanted struct {
	stack []Image  // in the catalog and in a registry, Kubernetes' own left out
	local []Image  // in the catalog, built from Headroom's source in every mode
	other []string // the user's own
}

// sortOut sorts refs; no refs are all of the catalog. Kubernetes' own images
// come with the node image, so they are not listed.
func sortOut(refs []string) (wanted, error) {
	if len(refs) == 0 {
		for _, img := range Catalog() {
			refs = append(refs, img.Ref)
		}
	}
	var w wanted
	withNode := map[string]bool{}
	for _, img := range kubernetesImages(newComponents()) {
		withNode[img.Ref] = true
	}
	seen := map[string]bool{}
	for _, ref := range refs {
		full, err := canonical(ref)
		if err != nil {
			return w, err
		}
		if seen[full] {
			continue
		}
		seen[full] = true
		img, err := Find(ref)
		switch {
		case err != nil:
			w.other = append(w.other, ref)
		case withNode[img.Ref]:
		case img.Local:
			w.local = append(w.local, img)
		default:
			w.stack = append(w.stack, img)
		}
	}
	return w, nil
}

// all are the catalog images that are built in mode m.
func (w wanted) all(m Mode) []Image {
	if m == Registry {
		return w.local
	}
	return slices.Concat(kubernetesImages(newComponents()), w.stack, w.local)
}

// inDocker fails unless Docker holds every one of the user's own images.
func (w wanted) inDocker(ctx context.Context, d docker) error {
	for _, ref := range w.other {
		ok, err := d.has(ctx, ref)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("image %s is neither in the catalog (see `headroom images list`) nor in Docker: build or pull it first (docker pull %[1]s)", ref)
		}
	}
	return nil
}
