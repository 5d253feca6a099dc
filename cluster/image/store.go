package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// store is the cache: one folder per finished piece of work. A folder appears
// by a rename when its work is complete, so what is there is whole.
type store struct{ dir string }

// Kinds of work, which are the store's folders.
const (
	kindBase   = "base"   // the Debian base root file system
	kindGo     = "go"     // programs of one Go build
	kindDebian = "debian" // a layer of Debian files
	kindImage  = "image"  // an image archive
	kindNode   = "node"   // a node image, which Docker holds
)

var kinds = []string{kindBase, kindGo, kindDebian, kindImage, kindNode}

// entryFile describes an entry, in its folder.
const entryFile = "entry.json"

// id names a piece of work: what it is, and the digest of its recipe.
type id struct{ Kind, Name, Digest string }

// folder is the entry's place in the store.
func (i id) folder() string { return filepath.Join(i.Kind, i.Name+"-"+i.short()) }

// short is enough of the digest to tell recipes apart.
func (i id) short() string { return i.Digest[:12] }

// entry is the record of a finished piece of work.
type entry struct {
	id
	Created time.Time
	Seconds float64   // what the work took
	Ref     string    `json:",omitempty"` // image reference
	Image   string    `json:",omitempty"` // manifest digest of an image
	Layer   layerInfo `json:",omitzero"`  // of a Debian layer
}

// path is where the entry's files are once it exists.
func (s store) path(i id, name string) string { return filepath.Join(s.dir, i.folder(), name) }

// load reads an entry. An entry that is not there is fs.ErrNotExist; one that
// cannot be read counts as not there, because it can be made again.
func (s store) load(i id) (entry, error) {
	raw, err := os.ReadFile(s.path(i, entryFile))
	if err != nil {
		return entry{}, fmt.Errorf("read cache entry %s: %w", i.folder(), err)
	}
	var e entry
	if err := json.Unmarshal(raw, &e); err != nil || e.Digest != i.Digest {
		return entry{}, fmt.Errorf("cache entry %s is damaged: %w", i.folder(), fs.ErrNotExist)
	}
	return e, nil
}

// has reports whether the entry is there and whole.
func (s store) has(i id) (bool, error) {
	_, err := s.load(i)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// create runs fill in a new folder and makes it the entry. fill may complete
// the record that it is given.
func (s store) create(i id, now func() time.Time, fill func(dir string, e *entry) error) error {
	dir, err := s.temp(i.Name)
	if err != nil {
		return err
	}
	start := now()
	e := entry{id: i}
	if err := fill(dir, &e); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	e.Created = now().UTC()
	e.Seconds = e.Created.Sub(start).Seconds()
	return s.commit(i, e, dir)
}

func (s store) commit(i id, e entry, dir string) error {
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("describe cache entry: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, entryFile), raw, 0o644); err != nil {
		return fmt.Errorf("describe cache entry: %w", err)
	}
	final := filepath.Join(s.dir, i.folder())
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	if err := os.RemoveAll(final); err != nil { // an older one that is damaged or outlived its image
		return fmt.Errorf("replace cache entry: %w", err)
	}
	if err := os.Rename(dir, final); err != nil {
		return fmt.Errorf("complete cache entry: %w", err)
	}
	return nil
}

// temp makes a folder for unfinished work.
func (s store) temp(name string) (string, error) {
	parent := filepath.Join(s.dir, "tmp")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	dir, err := os.MkdirTemp(parent, name+"-")
	if err != nil {
		return "", fmt.Errorf("make a folder for unfinished work: %w", err)
	}
	// Root file systems inside are entered by unprivileged users of apt.
	return dir, os.Chmod(dir, 0o755)
}

// sweep removes what interrupted builds left. Only the holder of the lock may.
func (s store) sweep() error {
	if err := os.RemoveAll(filepath.Join(s.dir, "tmp")); err != nil {
		return fmt.Errorf("remove unfinished work: %w", err)
	}
	return nil
}

// entries lists all finished work.
func (s store) entries() ([]entry, error) {
	var out []entry
	for _, kind := range kinds {
		dirs, err := os.ReadDir(filepath.Join(s.dir, kind))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list the image cache: %w", err)
		}
		for _, d := range dirs {
			e, err := s.read(kind, d.Name())
			if err != nil {
				return nil, err
			}
			out = append(out, e)
		}
	}
	return out, nil
}

// read takes an entry by its folder. One without a readable record is listed
// by its folder's name, so that it can be pruned.
func (s store) read(kind, folder string) (entry, error) {
	raw, err := os.ReadFile(filepath.Join(s.dir, kind, folder, entryFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return entry{}, fmt.Errorf("list the image cache: %w", err)
	}
	var e entry
	if err != nil || json.Unmarshal(raw, &e) != nil || len(e.Digest) < 12 || filepath.Join(kind, folder) != e.folder() {
		name, digest := folder, strings.Repeat("0", 12)
		if cut := strings.LastIndex(folder, "-"); cut > 0 && len(folder)-cut-1 == 12 {
			name, digest = folder[:cut], folder[cut+1:]
		}
		return entry{id: id{kind, name, digest}}, nil
	}
	return e, nil
}

// remove deletes an entry.
func (s store) remove(i id) error {
	if err := os.RemoveAll(filepath.Join(s.dir, i.folder())); err != nil {
		return fmt.Errorf("remove cache entry %s: %w", i.folder(), err)
	}
	return nil
}

// size is how many bytes the entry takes on disk.
func (s store) size(i id) (int64, error) {
	var total int64
	err := filepath.WalkDir(filepath.Join(s.dir, i.folder()), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("measure cache entry %s: %w", i.folder(), err)
	}
	return total, nil
}
