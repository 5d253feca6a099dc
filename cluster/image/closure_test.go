package image

import (
	"archive/tar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseLdd(t *testing.T) {
	tests := []struct {
		name, out string
		want      []string
		err       string
	}{
		{name: "dynamic", out: "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n",
			want: []string{"/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"}},
		{name: "old vdso", out: "\tlinux-gate.so.1 =>  (0xffffe000)\n"},
		{name: "static", out: "\tstatically linked\n"},
		{name: "script", out: "\tnot a dynamic executable\n"},
		{name: "nothing"},
		{name: "missing", out: "\tlibx.so.1 => not found\n", err: "libx.so.1 is not installed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseLdd(tt.out)
			if tt.err == "" && (err != nil || !slices.Equal(got, tt.want)) {
				t.Errorf("parsed %q, %v; want %q", got, err, tt.want)
			}
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q in it", err, tt.err)
			}
		})
	}
}

func FuzzLdd(f *testing.F) {
	f.Add("\tlibc.so.6 => /lib/libc.so.6 (0x1)\n")
	f.Add("\tlibx => not found\n")
	f.Add(" => (0x")
	f.Fuzz(func(t *testing.T, out string) {
		files, err := parseLdd(out)
		if err != nil && files != nil {
			t.Error("an error comes with files")
		}
		for _, file := range files {
			if !strings.HasPrefix(file, "/") || strings.Contains(file, " (0x") {
				t.Errorf("%q is no absolute path", file)
			}
		}
	})
}

// A library is reached through a linked folder and a chain of links, as on
// Debian: /lib -> usr/lib, libx.so -> libx.so.1 -> libx.so.1.2.
func TestAddResolvedFollowsEveryLink(t *testing.T) {
	root := t.TempDir()
	writeFile(t, root, "usr/lib/arch/libx.so.1.2", "code")
	symlink(t, root, "usr/lib", "lib")
	symlink(t, root, "libx.so.1.2", "usr/lib/arch/libx.so.1")
	symlink(t, root, "/usr/lib/arch/libx.so.1", "usr/lib/arch/libx.so")
	got := tree{}
	if err := got.addResolved(root, "/lib/arch/libx.so"); err != nil {
		t.Fatal(err)
	}
	want := []string{"/usr/lib/arch/libx.so", "/usr/lib/arch/libx.so.1", "/usr/lib/arch/libx.so.1.2"}
	if !slices.Equal(got.paths(), want) {
		t.Errorf("took %q, want %q", got.paths(), want)
	}
	if n := got["/usr/lib/arch/libx.so.1.2"]; n.typ != tar.TypeReg {
		t.Errorf("the file at the end of the links has type %q", n.typ)
	}
}

func TestAddResolvedRefusesLoopsAndGaps(t *testing.T) {
	root := t.TempDir()
	symlink(t, root, "b", "a")
	symlink(t, root, "a", "b")
	symlink(t, root, "gone", "dangling")
	symlink(t, root, "dirloop", "dirloop")
	for p, want := range map[string]string{"/a": "symbolic links lead to", "/dangling": "no such file", "/none/x": "no such file", "/dirloop/x": "symbolic links lead to"} {
		if err := (tree{}).addResolved(root, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", p, err, want)
		}
	}
}

func writeFile(t *testing.T, root, name, content string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, root, target, name string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, file); err != nil {
		t.Fatal(err)
	}
}
