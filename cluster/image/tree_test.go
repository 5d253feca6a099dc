package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func archiveOf(t *testing.T, tr tree) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := tr.write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The same content gives the same bytes, whenever and in whatever order it
// was put on disk and into the tree.
func TestLayersAreDeterministic(t *testing.T) {
	build := func(names []string, when time.Time) []byte {
		root := t.TempDir()
		tr := tree{}
		for _, name := range names {
			writeFile(t, root, name, "content of "+name)
			if err := os.Chtimes(filepath.Join(root, name), when, when); err != nil {
				t.Fatal(err)
			}
			tr.addFile("/"+name, filepath.Join(root, name), 0o644)
		}
		tr.add("/link", node{typ: tar.TypeSymlink, mode: 0o777, target: "a/x"})
		return archiveOf(t, tr)
	}
	names := []string{"a/x", "a/y", "b", "c/d/e"}
	first := build(names, time.Unix(1, 0))
	slices.Reverse(names)
	if second := build(names, time.Unix(1e9, 0)); !bytes.Equal(first, second) {
		t.Error("the same files in another order and of another time make another layer")
	}
}

func TestAddRootTakesFilesLinksAndModes(t *testing.T) {
	root := t.TempDir()
	writeFile(t, root, "usr/bin/su", "x")
	if err := os.Chmod(filepath.Join(root, "usr/bin/su"), 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	symlink(t, root, "usr/bin", "bin")
	writeFile(t, root, "proc/1/stat", "belongs to a running system")
	writeFile(t, root, "dev/null", "likewise")
	tr := tree{}
	if err := tr.addRoot(root); err != nil {
		t.Fatal(err)
	}
	want := []string{"/bin", "/dev", "/proc", "/usr", "/usr/bin", "/usr/bin/su"}
	if !slices.Equal(tr.paths(), want) {
		t.Errorf("took %q, want %q", tr.paths(), want)
	}
	if n := tr["/usr/bin/su"]; n.mode != 0o4755 {
		t.Errorf("mode of a setuid program is %o, want 4755", n.mode)
	}
	if n := tr["/bin"]; n.target != "usr/bin" {
		t.Errorf("link /bin leads to %q", n.target)
	}
}

func TestWriteGivesEveryFileItsFolders(t *testing.T) {
	tr := tree{}
	tr.add("/a/b/c", node{typ: tar.TypeReg, mode: 0o600, content: []byte("hello")})
	tr.add("/a", node{typ: tar.TypeDir, mode: 0o1777})
	r := tar.NewReader(bytes.NewReader(archiveOf(t, tr)))
	var got []string
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(time.Unix(0, 0)) {
			t.Errorf("%s has the time %s", h.Name, h.ModTime)
		}
		got = append(got, h.FileInfo().Mode().String()+" "+h.Name)
	}
	want := []string{"dtrwxrwxrwx a/", "drwxr-xr-x a/b/", "-rw------- a/b/c"}
	if !slices.Equal(got, want) {
		t.Errorf("archive is %q, want %q", got, want)
	}
}

func TestWriteRefusesToReplaceALink(t *testing.T) {
	tr := tree{}
	tr.add("/bin", node{typ: tar.TypeSymlink, target: "usr/bin"})
	tr.add("/bin/sh", node{typ: tar.TypeReg})
	if err := tr.write(io.Discard); err == nil || !strings.Contains(err.Error(), "/bin/sh leads through /bin") {
		t.Errorf("error is %v", err)
	}
}

func TestRemove(t *testing.T) {
	tr := tree{}
	for _, p := range []string{"/etc/systemd/system/a.wants/x", "/etc/systemd/system/a.service", "/usr/share/doc/deep/er", "/usr/share/docs"} {
		tr.add(p, node{typ: tar.TypeReg})
	}
	if err := tr.remove([]string{"/etc/systemd/system/*.wants", "/usr/share/doc"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"/etc/systemd/system/a.service", "/usr/share/docs"}
	if !slices.Equal(tr.paths(), want) {
		t.Errorf("left %q, want %q", tr.paths(), want)
	}
	if err := tr.remove([]string{"["}); err == nil {
		t.Error("a malformed pattern is accepted")
	}
}
