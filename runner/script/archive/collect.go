package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/artisan-platform/headroom/runner/script/symlink"
)

// Collect reads the files of a script. imported are those that it imports,
// with the symbolic links on the way to them; opened are those that it opens.
// All paths are absolute. data is the script itself.
func Collect(m Metadata, data []byte, imported, opened []string) (Archive, error) {
	a := Archive{Metadata: m, Data: data, Scripts: make(map[string][]byte), Files: make(map[string][]byte), Links: make(map[string]string)}
	a.Type = "js"
	for _, name := range imported {
		if name == m.Filename {
			continue // the archive has its text already
		}
		if err := a.collect(a.Scripts, name); err != nil {
			return Archive{}, err
		}
	}
	for _, name := range opened {
		if err := a.collect(a.Files, name); err != nil {
			return Archive{}, err
		}
	}
	for _, dir := range []string{filepath.Dir(m.Filename), m.Pwd} {
		if _, err := symlink.Resolve(dir, a.link); err != nil {
			return Archive{}, fmt.Errorf("archive: %w", err)
		}
	}
	return a, nil
}

// collect reads a file, or keeps a symbolic link.
func (a Archive) collect(into map[string][]byte, name string) error {
	real, err := symlink.Resolve(name, a.link)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	info, err := os.Stat(real)
	isLink := real != name
	switch {
	case isLink && errors.Is(err, fs.ErrNotExist), isLink && err == nil && info.IsDir():
		return nil // the link is kept, and what it leads to is no file of the script
	case err != nil:
		return fmt.Errorf("archive %s: %w", name, cause(err))
	case !info.Mode().IsRegular():
		return fmt.Errorf("archive %s: it is no regular file, and cannot be kept", name)
	}
	content, err := os.ReadFile(real)
	if err != nil {
		return fmt.Errorf("archive %s: %w", name, cause(err))
	}
	into[filepath.ToSlash(real)] = content
	return nil
}

// link keeps a symbolic link.
func (a Archive) link(link, target string) {
	a.Links[filepath.ToSlash(link)] = filepath.ToSlash(target)
}

// cause is the error without the path, which the message names already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
