package image

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
)

// Catalog lists every image besides the node image, in a stable order: first
// what kubeadm needs, then the stack (a file for each part of it), then the
// platform.
func Catalog() []Image {
	v := newComponents()
	return slices.Concat(
		kubernetesImages(v),
		stackImages(v),
		dataImages(),
		edgeImages(),
		[]Image{platformImage()},
	)
}

// Find returns the catalog's image of that reference. References are compared
// in full form: "redis:7.0.15" finds "docker.io/library/redis:7.0.15".
func Find(ref string) (Image, error) {
	want, err := canonical(ref)
	if err != nil {
		return Image{}, err
	}
	for _, img := range Catalog() {
		if have, err := canonical(img.Ref); err == nil && have == want {
			return img, nil
		}
	}
	return Image{}, fmt.Errorf("image %s is not in the catalog; `headroom images list` shows what is", ref)
}

// canonical is the full form of an image reference.
func canonical(ref string) (string, error) {
	parsed, err := name.ParseReference(ref)
	if err != nil {
		return "", fmt.Errorf("parse image reference %q: %w", ref, err)
	}
	return parsed.Name(), nil
}

// slug is a file name for ref: its last path element and tag.
func slug(ref string) string {
	base := ref[strings.LastIndex(ref, "/")+1:]
	base, _, _ = strings.Cut(base, "@")
	return strings.ReplaceAll(base, ":", "-")
}

// second keeps the catalog's tables short.
const second = time.Second
