package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/script/symlink"
)

// FuzzRead reads anything, and extracts what can be read: all of it must be
// where it belongs, and must be archived and read again as the same.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, sampleArchive()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(packEntries(f, file("metadata.json", meta), file("data", "x"), link("scripts/a/b", "../c"), link("scripts/c", "a"), file("files/d", "")))
	f.Add(packEntries(f, file("metadata.json", `{"filename": "/l/s.js", "pwd": "/l/m"}`), file("data", "x"), link("scripts/l", "l"), link("scripts/m", "l/m")))
	f.Fuzz(checkRead)
}

// FuzzEntries makes archives of lines: a kind, a name and a content or target,
// each followed by a space. The script is named by the first line.
func FuzzEntries(f *testing.F) {
	f.Add("s /a/b.js /a\nf scripts/a/c.js x\nl scripts/a/d ../e\nf files/e/f y\n")
	f.Add("s /l/b.js /l/l\nl scripts/l m\nl scripts/m n/o\nf files/n/o/p y\nd scripts/x x\nh files/h scripts/l\n")
	f.Add("s /home/a/b.js /home/a\nf scripts/home/b/b.js x\nl scripts/home/a ../home/b\n")
	f.Fuzz(func(t *testing.T, text string) {
		headers := []tar.Header{file("data", "x")}
		for line := range strings.Lines(text) {
			kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			name, value, _ := strings.Cut(rest, " ")
			switch kind {
			case "s":
				headers = append(headers, file("metadata.json", fmt.Sprintf(`{"filename": %q, "pwd": %q}`, name, value)))
			case "f":
				headers = append(headers, file(name, value))
			case "l":
				headers = append(headers, link(name, value))
			case "d":
				headers = append(headers, tar.Header{Typeflag: tar.TypeDir, Name: name})
			case "h":
				headers = append(headers, tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: value})
			}
		}
		if packed, err := tryPack(headers); err == nil {
			checkRead(t, packed)
		}
	})
}

// checkRead reads an archive, extracts what can be read, and writes it again.
func checkRead(t *testing.T, packed []byte) {
	a, err := Read(bytes.NewReader(packed), Limits{Files: 50, Bytes: 1 << 20, FileBytes: 1 << 18})
	if err != nil {
		return
	}
	outer, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(outer, "in", "side")
	_, err = a.Extract(dir)
	checkInside(t, outer, dir)
	if err != nil {
		return // a loop of links, or a name that is too long
	}
	packedText := string(packed)
	var again bytes.Buffer
	if err := Write(&again, a); err != nil {
		if !strings.Contains(packedText, "/home/") && !strings.Contains(packedText, "/Users/") {
			t.Errorf("what was read cannot be written: %v", err)
		}
		return // two homes have the same name
	}
	if _, err := Read(&again, Limits{}); err != nil {
		t.Errorf("what was written cannot be read: %v", err)
	}
}

// checkInside tells whether all that is below outer is below dir, and whether
// all links below dir lead there.
func checkInside(t *testing.T, outer, dir string) {
	t.Helper()
	err := filepath.WalkDir(outer, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != dir && !strings.HasPrefix(path, dir+"/") && !strings.HasPrefix(dir, path) {
			t.Errorf("%s is outside of %s", path, dir)
		}
		if d.Type()&fs.ModeSymlink == 0 {
			return nil
		}
		leads, err := symlink.Resolve(path, func(string, string) {})
		if err == nil && leads != dir && !strings.HasPrefix(leads, dir+"/") {
			t.Errorf("the link %s leads to %s", path, leads)
		}
		return nil
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}
