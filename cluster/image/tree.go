package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// tree is the content of one layer: what each absolute path of the image
// holds. Nothing in it depends on when or in what order it was filled, so the
// same content always gives the same bytes.
type tree map[string]node

// node is one file, folder or symbolic link of a tree.
type node struct {
	typ      byte // tar.TypeReg, tar.TypeDir or tar.TypeSymlink
	mode     int64
	uid, gid int
	target   string // of a symbolic link
	content  []byte // of a file that is not on this machine's disk
	source   string // file on this machine that holds the content
}

// add puts n at p, replacing what was there.
func (t tree) add(p string, n node) { t[path.Clean("/"+p)] = n }

// addFile takes the file at source, owned by root, with the given mode.
func (t tree) addFile(p, source string, mode uint32) {
	t.add(p, node{typ: tar.TypeReg, mode: int64(mode), source: source})
}

// skeletal are folders whose content belongs to a running system, not to an image.
var skeletal = []string{"/dev", "/proc", "/sys", "/run", "/tmp"}

// addRoot takes the whole root file system under root.
func (t tree) addRoot(root string) error {
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		p := path.Clean("/" + strings.TrimPrefix(file, root))
		if p == "/" {
			return nil
		}
		if slices.Contains(skeletal, path.Dir(p)) {
			return skipEntry(d)
		}
		return t.addFrom(p, file)
	})
}

func skipEntry(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// addFrom takes one file, folder or link as it is on disk. Sockets, devices
// and pipes are left out: containers get their own.
func (t tree) addFrom(p, file string) error {
	info, err := os.Lstat(file)
	if err != nil {
		return err
	}
	n := node{mode: unixMode(info.Mode()), source: file}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		n.uid, n.gid = int(st.Uid), int(st.Gid)
	}
	switch {
	case info.Mode().IsRegular():
		n.typ = tar.TypeReg
	case info.IsDir():
		n.typ = tar.TypeDir
	case info.Mode()&fs.ModeSymlink != 0:
		n.typ, n.mode = tar.TypeSymlink, 0o777
		if n.target, err = os.Readlink(file); err != nil {
			return err
		}
	default:
		return nil
	}
	t.add(p, n)
	return nil
}

// unixMode is the permission bits with setuid, setgid and sticky where tar has them.
func unixMode(m fs.FileMode) int64 {
	mode := int64(m.Perm())
	for bit, value := range map[fs.FileMode]int64{fs.ModeSetuid: 0o4000, fs.ModeSetgid: 0o2000, fs.ModeSticky: 0o1000} {
		if m&bit != 0 {
			mode |= value
		}
	}
	return mode
}

// remove takes out every path that matches one of the glob patterns, with
// all that is below it.
func (t tree) remove(patterns []string) error {
	for p := range t {
		for _, pattern := range patterns {
			hit, err := matchPrefix(pattern, p)
			if err != nil {
				return err
			}
			if hit {
				delete(t, p)
				break
			}
		}
	}
	return nil
}

// matchPrefix reports whether p or a folder above it matches the pattern.
func matchPrefix(pattern, p string) (bool, error) {
	for ; p != "/"; p = path.Dir(p) {
		hit, err := path.Match(pattern, p)
		if err != nil {
			return false, fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if hit {
			return true, nil
		}
	}
	return false, nil
}

// complete adds the folders that lead to every path. A path that leads
// through a symbolic link is refused: unpacking would replace the link.
func (t tree) complete() error {
	for _, p := range t.paths() {
		for dir := path.Dir(p); dir != "/"; dir = path.Dir(dir) {
			parent, ok := t[dir]
			if !ok {
				t[dir] = node{typ: tar.TypeDir, mode: 0o755}
			} else if parent.typ != tar.TypeDir {
				return fmt.Errorf("image path %s leads through %s, which is no folder", p, dir)
			}
		}
	}
	return nil
}

func (t tree) paths() []string {
	paths := make([]string, 0, len(t))
	for p := range t {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// write writes the tree as a tar archive: sorted, every time at the epoch.
func (t tree) write(w io.Writer) error {
	if err := t.complete(); err != nil {
		return err
	}
	tw := tar.NewWriter(w)
	for _, p := range t.paths() {
		if err := writeNode(tw, p, t[p]); err != nil {
			return fmt.Errorf("write %s to a layer: %w", p, err)
		}
	}
	return tw.Close()
}

func writeNode(tw *tar.Writer, p string, n node) error {
	h := &tar.Header{
		Typeflag: n.typ, Name: strings.TrimPrefix(p, "/"), Mode: n.mode, Uid: n.uid, Gid: n.gid,
		Linkname: n.target, ModTime: time.Unix(0, 0),
	}
	if n.typ == tar.TypeDir {
		h.Name += "/"
	}
	if n.typ != tar.TypeReg {
		return tw.WriteHeader(h)
	}
	if n.source == "" {
		h.Size = int64(len(n.content))
		if err := tw.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.Copy(tw, bytes.NewReader(n.content))
		return err
	}
	return writeSource(tw, h, n.source)
}

func writeSource(tw *tar.Writer, h *tar.Header, source string) error {
	f, err := os.Open(source)
	if err != nil {
		return err
	}
	defer f.Close() // opened for reading: closing it loses nothing
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h.Size = info.Size()
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(tw, f)
	return err
}
