package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/artisan-platform/headroom/"

// pure packages reason about facts: whatever touches the world stays out of
// them, so that the same log always gives the same verdict and report.
// They stand in the order in which they may import each other.
var pure = []string{
	"runner/unit", "runner/stat", "runner/arrival", "runner/observation",
	"runner/spec", "runner/predict", "runner/verdict", "reports",
}

// adapters touch the world and never each other.
var adapters = []string{
	"runner/script", "runner/executor", "runner/vegetaload", "runner/queueload",
	"runner/kubewatch", "runner/disrupt", "runner/promquery", "runner/health",
	"cluster/kind", "cluster/image", "cluster/stack", "cluster/platform", "cluster/host", "cluster/proof",
}

// shared may be imported by any adapter.
var shared = []string{"runner/alarm", "runner/wire", "runner/heap", "runner/progress", "runner/command", "runner/localport", "runner/redisconn",
	"cluster/podcause", "cluster/platform/schema", "cluster/pgbouncer", "cluster/pki", "cluster/nodegroup"}

// forbidden says which of a pure package's direct imports would make it
// impure. The promql parser of spec is a parser and nothing else.
var forbidden = []string{"os/exec", "net", "net/http", "syscall", "os/signal"}

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) map[string]pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	pkgs := make(map[string]pkg)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return pkgs
		case err != nil:
			t.Fatalf("decode go list: %v", err)
		}
		pkgs[strings.TrimPrefix(p.ImportPath, module)] = p
	}
}

// under returns the entry of dirs that holds name, or "".
func under(dirs []string, name string) string {
	for _, d := range dirs {
		if name == d || strings.HasPrefix(name, d+"/") {
			return d
		}
	}
	return ""
}

func TestImportsPointOneWay(t *testing.T) {
	pkgs := list(t)
	for _, dir := range append(append([]string{}, pure...), adapters...) {
		if _, ok := pkgs[dir]; !ok {
			t.Errorf("package %s is named here and does not exist", dir)
		}
	}
	for name, p := range pkgs {
		for _, imp := range p.Imports {
			if why := refuse(name, imp); why != "" {
				t.Errorf("%s imports %s: %s", name, imp, why)
			}
		}
	}
}

// refuse says why package name may not import imp, or "".
func refuse(name, imp string) string {
	own, inside := strings.CutPrefix(imp, module)
	switch {
	case imp == "go.k6.io/k6" || strings.HasPrefix(imp, "go.k6.io/k6/"):
		return "AGPL code is no dependency of this project"
	case under(pure, name) != "" && !inside:
		for _, f := range forbidden {
			if imp == f {
				return "a pure package does not touch the world"
			}
		}
	case under(pure, name) != "" && under(pure, own) == "":
		return "a pure package imports pure packages only"
	case under(pure, name) != "" && slices.Index(pure, own) > slices.Index(pure, name):
		return "imports point from the later to the earlier"
	case name == "xk6-artisan" && (under([]string{"runner/script", "runner/executor", "runner/experiment", "runner/load", "runner/extension"}, own) != "" && inside):
		return "the extension knows no engine: an engine shows it a VU"
	case under(adapters, name) != "" && inside:
		return refuseAdapter(under(adapters, name), own)
	case under(shared, name) != "" && inside && under(shared, own) != under(shared, name):
		return "a shared helper imports nothing of ours"
	}
	return ""
}

func refuseAdapter(name, imp string) string {
	other := under(adapters, imp)
	if other == name || under(pure, imp) != "" || under(shared, imp) != "" {
		return ""
	}
	if name == "runner/script" && other == "runner/executor" {
		return ""
	}
	return "adapters never import each other, nor what wires them"
}

func TestPurePackagesReadNoClock(t *testing.T) {
	for _, dir := range pure {
		out, err := exec.CommandContext(t.Context(), "grep", "-rnE", `time\.(Now|Since|Until|Sleep|After|AfterFunc|NewTimer|NewTicker|Tick)\(|^\s*go [a-z(]`,
			"--include=*.go", "--exclude=*_test.go", "../"+dir).Output()
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: nothing found
			t.Fatalf("grep in %s: %v", dir, err)
		}
		if len(out) > 0 {
			t.Errorf("%s is pure and has no clock, sleep or goroutine:\n%s", dir, out)
		}
	}
}

// TestOnlyOneModuleNamesK6 looks at every go.mod: k6 is AGPL, and what depends
// on it is kept in a module of its own.
func TestOnlyOneModuleNamesK6(t *testing.T) {
	const allowed = "../xk6-artisan/k6/go.mod"
	found := false
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "go.mod" {
			return err
		}
		text, err := os.ReadFile(path)
		if names := strings.Contains(string(text), "go.k6.io/k6"); names && path != allowed {
			t.Errorf("%s names k6: only %s may", path, allowed)
		} else if names {
			found = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Errorf("%s does not name k6: this test looks at nothing", allowed)
	}
}
