package artisan_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestK6Module checks the types of the module for a real k6 against what k6's
// public documentation says of its packages: k6 itself is no dependency here,
// not of a test either. It cannot show that a k6 runs it.
func TestK6Module(t *testing.T) {
	dir, root := t.TempDir(), abs(t, "..")
	stub := filepath.Join(dir, "stub")
	if err := os.CopyFS(stub, os.DirFS("testdata/k6stub")); err != nil {
		t.Fatal(err)
	}
	main := read(t, filepath.Join(root, "go.mod"))
	_, requires, _ := strings.Cut(main, "\nrequire")
	sobek := "" // the stub's version is ours
	for line := range strings.SplitSeq(main, "\n") {
		if strings.Contains(line, "github.com/grafana/sobek ") {
			sobek = "require " + strings.TrimSpace(line)
		}
	}
	write(t, filepath.Join(stub, "go.mod"), "module go.k6.io/k6/v2\n\ngo 1.26.8\n\n"+sobek+"\n")
	write(t, filepath.Join(dir, "go.sum"), read(t, filepath.Join(root, "go.sum")))
	write(t, filepath.Join(dir, "go.mod"), "module github.com/artisan-platform/headroom/xk6-artisan/k6\n\ngo 1.26.8\n\n"+
		"require go.k6.io/k6/v2 v2.0.0\n\nrequire github.com/artisan-platform/headroom v0.0.0\n\n"+
		"replace go.k6.io/k6/v2 => ./stub\n\nreplace github.com/artisan-platform/headroom => "+root+"\n\nrequire"+requires)
	copyGo(t, "k6", dir)
	write(t, filepath.Join(dir, "documented_test.go"), `package k6

import "go.k6.io/k6/v2/output"

var _ output.WithThresholds = (*log)(nil)
var _ output.WithStopWithTestError = (*log)(nil)
`)
	cmd := exec.CommandContext(t.Context(), "go", "vet", "-mod=mod", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}

// TestK6ModuleIsThin bounds the module: what is in it is not tested here.
func TestK6ModuleIsThin(t *testing.T) {
	lines := 0
	each(t, "k6", func(path string) { lines += strings.Count(read(t, path), "\n") })
	if lines == 0 || lines >= 150 {
		t.Errorf("the module for k6 has %d lines, want fewer than 150: put it into package artisan, where it is tested", lines)
	}
}

func each(t *testing.T, dir string, f func(path string)) {
	t.Helper()
	paths, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		f(filepath.Join(dir, p))
	}
}

func copyGo(t *testing.T, from, to string) {
	t.Helper()
	each(t, from, func(path string) { write(t, filepath.Join(to, filepath.Base(path)), read(t, path)) })
}

func abs(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
