package image

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/artisan-platform/headroom/runner/progress"
)

// Builder provides images. The zero value works: it uses the user's cache
// folder and the docker client on PATH, and reports nothing.
type Builder struct {
	CacheDir string            // empty: $HEADROOM_CACHE, else "headroom" in the user's cache folder
	Docker   string            // the docker client; empty: "docker"
	Reporter progress.Reporter // nil: progress.Discard
}

// Set is what Ensure provided.
type Set struct {
	Mode      Mode     // Registry or Source: what Auto came to
	NodeImage string   // Docker reference for kind
	Preloaded []string // references that every node starts with
	ToLoad    []string // references to hand to Load once the nodes run
	// Fallback says why Auto did not take the registries; nil if it did.
	Fallback error
}

// CacheDir is where images are cached unless a Builder says otherwise:
// $HEADROOM_CACHE, or headroom in the cache folder of the user.
func CacheDir() (string, error) {
	if dir := os.Getenv("HEADROOM_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder; set HEADROOM_CACHE: %w", err)
	}
	return filepath.Join(dir, "headroom"), nil
}

func (b *Builder) store() (store, error) {
	dir := b.CacheDir
	if dir == "" {
		var err error
		if dir, err = CacheDir(); err != nil {
			return store{}, err
		}
	}
	return store{filepath.Join(dir, "images")}, nil
}

func (b *Builder) docker() docker {
	if b.Docker == "" {
		return docker{"docker"}
	}
	return docker{b.Docker}
}

func (b *Builder) reporter() progress.Reporter {
	if b.Reporter == nil {
		return progress.Discard
	}
	return b.Reporter
}
