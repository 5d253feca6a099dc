package archive

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Location is where an extracted script is.
type Location struct {
	Script string // its path
	Dir    string // from which it is run
}

// Extract writes all files below a folder, which it makes if it is not there.
// Nothing is written anywhere else, whatever the archive holds, and no file
// that is there is changed. Relative paths lead from file to file as they did
// where the archive was made.
func (a Archive) Extract(dir string) (Location, error) {
	if err := a.extract(dir); err != nil {
		return Location{}, fmt.Errorf("extract the archive into %s: %w", dir, err)
	}
	return Location{Script: filepath.Join(dir, filepath.FromSlash(a.Filename)), Dir: filepath.Join(dir, filepath.FromSlash(a.Pwd))}, nil
}

func (a Archive) extract(dir string) error {
	if err := a.check(); err != nil {
		return err
	}
	all, err := a.entries()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	written := make(map[string]bool, len(all))
	for _, e := range all {
		if written[e.name] {
			continue // imported and opened
		}
		written[e.name] = true
		if err := extractEntry(root, e); err != nil {
			return err
		}
	}
	if pwd := strings.TrimPrefix(a.follow(a.Pwd), "/"); pwd != "" {
		return root.MkdirAll(filepath.FromSlash(pwd), 0o755)
	}
	return nil
}

func extractEntry(root *os.Root, e entry) error {
	name := filepath.FromSlash(e.name)
	if dir := path.Dir(e.name); dir != "." {
		if err := root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
			return err
		}
	}
	if e.target != "" {
		return root.Symlink(filepath.FromSlash(e.target), name)
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(e.content); err != nil {
		_ = f.Close() // the write has failed
		return err
	}
	return f.Close()
}
