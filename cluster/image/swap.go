package image

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// target is what a replace directive leads to: a module, or the folder that
// write fills.
func (s Swap) target() string {
	if len(s.Files) == 0 {
		return s.With.Path + " " + s.With.Version
	}
	return "./" + s.folder()
}

// folder is the name of the module's own folder beside go.mod.
func (s Swap) folder() string { return strings.ReplaceAll(s.Path, "/", "_") }

// swaps reports whether b puts something in the place of the module.
func (b *GoBuild) swaps(module string) bool {
	return slices.ContainsFunc(b.Swap, func(s Swap) bool { return s.Path == module })
}

// write makes the folder of s below dir. What is published needs none.
func (s Swap) write(ctx context.Context, dir string) error {
	if len(s.Files) == 0 {
		return nil
	}
	root := filepath.Join(dir, s.folder())
	if s.With.Path != "" {
		source, err := downloadModule(ctx, s.With)
		if err != nil {
			return err
		}
		if err := copySource(source.Dir, root); err != nil {
			return fmt.Errorf("copy module %s: %w", s.With.Path, err)
		}
	}
	for name, content := range s.Files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return fmt.Errorf("swap module %s: %w", s.Path, err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return fmt.Errorf("swap module %s: %w", s.Path, err)
		}
	}
	return nil
}

// copySource copies a module's files. The module cache is read-only; the copy
// is not.
func copySource(from, to string) error {
	return filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		at := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(at, 0o755)
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		return os.WriteFile(at, raw, 0o644)
	})
}
